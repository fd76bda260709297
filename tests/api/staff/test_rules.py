"""Rules of a case: why they found something, the same check repeated, newer ones weighed and adopted."""

import re
from typing import Any

import psycopg
import pytest

from api.reading import Case
from infra.database.tables import staff_read
from schemas.packs import pack_text
from tests.api.staff.office_day import EXTENSION, PLAN, OfficeDay, rows, somebody
from tests.older_rules import KEEP, an_older_map

MANAGER = somebody("manager")
REVIEWER = somebody("reviewer")
OLDER = an_older_map(9, without="required_fields")


def owner(day: OfficeDay) -> psycopg.Connection[Any]:
    return psycopg.connect(day.owner_url.replace("+psycopg", ""))


@pytest.fixture
async def older(day: OfficeDay) -> Case:
    """A case whose rules are those of an earlier release."""
    with owner(day) as connection:
        row = (OLDER.pack_version, EXTENSION, OLDER.procedure.version, pack_text(OLDER))
        connection.execute(f"{KEEP} ON CONFLICT DO NOTHING".encode(), row)
    case = await day.sealed(await day.drafted())
    with owner(day) as connection:
        connection.execute(
            "UPDATE application SET pack_version = %s WHERE number = %s", (OLDER.pack_version, case.number)
        )
    await day.start(case)
    await day.task_of(case.number, "review")
    return case


async def impact_of(day: OfficeDay, number: str) -> dict[str, Any] | None:
    cursor = ""
    while True:
        page = await day.get(MANAGER, f"/v1/impact?limit=50{cursor}")
        for each in page["items"]:
            if each["number"] == number:
                return dict(each)
        if page["next"] is None:
            return None
        cursor = f"&cursor={page['next']}"


async def reads(day: OfficeDay, number: str) -> list[str]:
    async with day.desk.database.as_desk() as connection:
        found = await rows(connection, staff_read.select().where(staff_read.c.number == number))
    return [row["what"] for row in found]


async def overview(day: OfficeDay, number: str) -> dict[str, Any]:
    found: dict[str, Any] = await day.get(MANAGER, f"/v1/applications/{number}/overview")
    return found


async def test_a_case_is_checked_and_told_by_the_rules_of_its_hand_in(day: OfficeDay, older: Case) -> None:
    case = await overview(day, older.number)

    assert case["pack_version"] == OLDER.pack_version
    known = {each.rule.id for each in OLDER.rules}
    assert {each["rule_id"] for each in case["findings"]} <= known
    assert case["findings"] != []


async def test_newer_rules_are_weighed_and_nothing_changes(day: OfficeDay, older: Case) -> None:
    before = await overview(day, older.number)

    impact = await impact_of(day, older.number)

    assert impact is not None
    assert {each["rule_id"] for each in impact["gained"]} - {each.rule.id for each in OLDER.rules}
    assert impact["lost"] == []
    assert {"what": "review_office_days", "before": "9"}.items() <= impact["plan"][0].items()
    assert (await overview(day, older.number))["findings"] == before["findings"]
    assert "impact" in await reads(day, older.number)


async def test_a_case_under_the_shipped_rules_is_not_weighed(day: OfficeDay) -> None:
    case = await day.handed_in(procedure=PLAN)
    shipped = day.desk.catalogue.map_for(PLAN).pack_version
    with owner(day) as connection:
        connection.execute(
            "UPDATE application SET pack_version = %s WHERE number = %s", (shipped, case.number)
        )

    assert await impact_of(day, case.number) is None


async def test_newer_rules_are_adopted_with_a_reason_and_only_once(day: OfficeDay, older: Case) -> None:
    shipped = day.desk.catalogue.map_for(EXTENSION).pack_version
    path = f"/v1/applications/{older.number}/rules"
    body = {"pack_version": shipped, "reason": "新しい様式のため"}

    adopted = await day.act(MANAGER, path, body)
    twice = await day.act(MANAGER, path, body)
    unknown = await day.act(MANAGER, path, body | {"pack_version": "0" * 64})
    by_reviewer = await day.act(REVIEWER, path, body)

    history = (await day.get(MANAGER, f"/v1/applications/{older.number}/timeline?limit=100"))["items"]
    assert adopted.status_code == 200, adopted.text
    assert (twice.status_code, twice.json()["code"]) == (409, "pack_in_force")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_pack")
    assert by_reviewer.status_code == 403
    assert [each["kind"] for each in history].count("pack_adopted") == 1
    assert await impact_of(day, older.number) is None


async def test_a_kept_check_comes_out_the_same_again(day: OfficeDay, older: Case) -> None:
    path = f"/v1/applications/{older.number}/checks"

    repeated = await day.get(MANAGER, f"{path}/1/again")
    never = await day.call(MANAGER, "GET", f"{path}/7/again")

    assert [(each["pack_version"], each["is_equal"]) for each in repeated["items"]] == [
        (OLDER.pack_version, True)
    ]
    assert (never.status_code, never.json()["code"]) == (404, "check_not_kept")
    assert "check" in await reads(day, older.number)


async def test_every_finding_of_a_rule_is_explained_and_the_read_recorded(
    day: OfficeDay, older: Case
) -> None:
    found = (await overview(day, older.number))["findings"]

    told = [await day.get(REVIEWER, f"/v1/findings/{each['id']}/explanation") for each in found]

    assert [each["rule_id"] for each in told] == [each["rule_id"] for each in found]
    assert all(each["source"] and each["legal_source"] and each["title"]["ja"] for each in told)
    assert {each["pack_version"] for each in told} == {OLDER.pack_version}
    assert (await reads(day, older.number)).count("explanation") == len(found)


async def test_a_client_is_told_what_would_settle_its_finding_and_not_how_the_rule_is_written(
    day: OfficeDay,
) -> None:
    case = await day.drafted()
    await day.fill(case, {case.persons[0]: {"passport_expires_on": "2020-01-01"}})
    case = await day.sealed(case)
    await day.start(case)
    task = (await day.task_of(case.number, "review"))["id"]
    await day.done(REVIEWER, f"/v1/tasks/{task}/claim")
    await day.done(REVIEWER, f"/v1/tasks/{task}/complete", {"verdict": {"kind": "review"}})

    told = await day.get(somebody("client"), f"/v1/applications/{case.number}/findings")

    found = {each["rule_id"]: each for each in told["findings"]}
    expired = found["ISA-PP-01"]
    (settles,) = (each["ja"] for each in expired["would_pass"])
    assert re.fullmatch(r"「旅券の有効期[^」]*」が20\d\d-\d\d-\d\d以後", settles)
    assert expired["legal_source"]
    assert {each["verification"] for each in found.values()} == {None}
    assert "passport_expires_on >=" not in str(told["findings"])
    assert await reads(day, case.number) == []


async def test_what_cannot_be_explained_is_refused(day: OfficeDay) -> None:
    case = await day.handed_in()
    first = (await overview(day, case.number))["findings"][0]["id"]
    with owner(day) as connection:
        connection.execute("DELETE FROM check_report WHERE number = %s", (case.number,))

    gone = await day.call(REVIEWER, "GET", f"/v1/findings/{first}/explanation")
    never = await day.call(REVIEWER, "GET", f"/v1/findings/{case.number}.finding.999/explanation")

    assert (gone.status_code, gone.json()["code"]) == (404, "check_not_kept")
    assert (never.status_code, never.json()["code"]) == (404, "no_such_finding")
