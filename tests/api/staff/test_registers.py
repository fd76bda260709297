"""The registers of handlers, mandates and members: who keeps them, what is refused, what their history says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.routing import APIRoute

from api import fees, registers, registers_leaving, registers_mandates, registers_members, registers_pledges
from tests.api.apps import app_of
from tests.api.staff.office_day import OfficeDay, organisation, somebody
from tests.api.staff.registering import (
    CERTIFICATE,
    CLIENT,
    HANDLER,
    MANAGER,
    TERMS,
    Newcomer,
    a_newcomer,
)

ROLES = ("client", "reviewer", "second_reviewer", "handler", "manager", "operator")
READING, KEEPING = {"handler", "manager"}, {"manager"}
MEMBER = f"/v1/registers/members/{organisation()}"
PERIOD = "from_on=2026-11-01&to_on=2026-11-30"
DOORS: dict[tuple[str, str], set[str]] = {
    ("GET", "/v1/registers/handlers"): READING,
    ("GET", "/v1/registers/handlers/{account_id}"): READING,
    ("POST", "/v1/registers/handlers/{account_id}/certificate"): KEEPING,
    ("GET", "/v1/registers/mandates"): READING,
    ("POST", "/v1/registers/mandates"): KEEPING,
    ("GET", "/v1/registers/mandates/{mandate_id}"): READING,
    ("POST", "/v1/registers/mandates/{mandate_id}"): KEEPING,
    ("GET", "/v1/registers/members"): READING,
    ("GET", "/v1/registers/members/{organisation_id}"): READING,
    ("POST", "/v1/registers/members/{organisation_id}"): KEEPING,
    ("GET", "/v1/registers/lapses"): READING,
    ("GET", "/v1/registers/changes"): KEEPING,
    ("GET", "/v1/registers/handlers/{account_id}/pledges"): READING,
    ("GET", "/v1/registers/handlers/{account_id}/pledges.csv"): READING,
    ("POST", "/v1/registers/handlers/{account_id}/pledges/filed"): KEEPING,
    ("GET", "/v1/registers/handlers/{account_id}/leaving"): KEEPING,
    ("POST", "/v1/registers/handlers/{account_id}/leaving"): KEEPING,
    ("GET", "/v1/registers/fees"): KEEPING,
    ("GET", "/v1/registers/fees.csv"): KEEPING,
    ("GET", "/v1/registers/quotes"): KEEPING,
    ("GET", "/v1/registers/quotes.csv"): KEEPING,
    ("GET", "/v1/mandates"): {"client"},
    ("GET", "/v1/applications/{number}/fees"): set(ROLES) - {"operator"},
}
BODIES: dict[str, Any] = {
    "certificate": CERTIFICATE,
    "mandates": TERMS | {"organisation_id": "nobody", "account_id": "nobody"},
    "{mandate_id}": TERMS,
    "{organisation_id}": {"is_member": False, "fee_class": "member"},
    "filed": {"filed_on": "2026-04-01", "organisations": []},
    "leaving": {"moves": [], "left_on": "2026-04-01"},
}
QUERIES = {
    "changes": "?of=mandate&entry=nobody",
    **dict.fromkeys(("fees", "fees.csv", "quotes", "quotes.csv"), f"?{PERIOD}"),
}


@pytest.fixture
async def newcomer(day: OfficeDay) -> Newcomer:
    return await a_newcomer(day)


def test_every_door_is_in_the_table() -> None:
    modules = (fees, registers, registers_leaving, registers_mandates, registers_members, registers_pledges)
    routes = {
        (method, route.path)
        for module in modules
        for route in module.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }

    assert routes == set(DOORS)


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
async def test_only_who_has_the_right_gets_in(day: OfficeDay, door: tuple[str, str]) -> None:
    method, template = door
    last = template.rpartition("/")[2]
    path = template.format(
        account_id="nobody", mandate_id="nobody", organisation_id="nobody", number="T26-00000000"
    )
    query = QUERIES.get(last, "") if "number" not in template else ""
    body = BODIES[last] if method == "POST" else None

    answers = {
        who: await day.call(
            somebody(who) if who else None, method, path + query, body, **{"Idempotency-Key": uuid4().hex}
        )
        for who in (*ROLES, "")
    }

    assert {who for who, each in answers.items() if each.status_code not in (401, 403)} == DOORS[door]
    assert answers[""].status_code == 401


async def test_a_certificate_is_entered_changed_and_every_state_of_it_is_kept(newcomer: Newcomer) -> None:
    await newcomer.certify()
    await newcomer.certify(valid_until="2029-04-30")
    again = await newcomer.certify(valid_until="2029-04-30")

    shown = await newcomer.shown()
    newest, first = shown["changes"]
    assert again == {"id": newcomer.id, "changed": False}
    assert shown["handler"]["certificate"]["valid_until"] == "2029-04-30"
    assert first["before"] is None
    assert (newest["before"]["valid_until"], newest["after"]["valid_until"]) == ("2029-03-31", "2029-04-30")
    assert newest["changed_by"]["id"] == MANAGER


async def test_the_same_key_enters_once(day: OfficeDay, newcomer: Newcomer) -> None:
    given = TERMS | {"organisation_id": organisation(), "account_id": newcomer.id}
    key = uuid4().hex

    first, second = [await day.act(MANAGER, "/v1/registers/mandates", given, key=key) for _ in range(2)]
    other = await day.act(MANAGER, "/v1/registers/mandates", given | {"valid_until": "2027-03-31"}, key=key)

    listed = await day.get(MANAGER, f"/v1/registers/mandates?handler={newcomer.id}")
    assert first.json() == second.json()
    assert other.json()["code"] == "idempotency_key_reused"
    assert [each["mandate"]["id"] for each in listed["items"]] == [first.json()["id"]]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"valid_from": "2029-04-01"}, "period_not_possible"),
        ({"valid_from": "2029-03-31"}, None),
        ({"online_id_since": "2029-04-01"}, "period_not_possible"),
        ({"online_id_since": "2029-03-31"}, None),
        ({"bureau": "nowhere"}, "no_such_entry"),
        ({"valid_until": "31 March"}, "malformed_request"),
        ({"certificate_number": " "}, "malformed_request"),
    ],
)
async def test_a_certificate_that_cannot_be_is_refused(
    day: OfficeDay, newcomer: Newcomer, given: dict[str, Any], code: str | None
) -> None:
    answer = await day.act(MANAGER, f"{newcomer.path}/certificate", CERTIFICATE | given)

    assert answer.json().get("code") == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"organisation_id": "nobody"}, "no_such_entry"),
        ({"account_id": somebody("reviewer")}, "no_such_entry"),
        ({"procedures": ["no.such"]}, "unknown_procedure"),
        ({"procedures": []}, "malformed_request"),
        ({"procedures": ["*"]}, None),
        ({"valid_until": "2026-03-31"}, "period_not_possible"),
        ({"valid_until": "2026-04-01"}, None),
        ({"requested_on": "2026-04-02"}, "period_not_possible"),
        ({"requested_on": "2026-04-01"}, None),
        ({"request_valid_until": "2026-03-14"}, "period_not_possible"),
        ({"request_document": "d-nobody"}, "no_such_entry"),
    ],
)
async def test_a_mandate_that_cannot_be_is_refused(
    day: OfficeDay, newcomer: Newcomer, given: dict[str, Any], code: str | None
) -> None:
    body = TERMS | {"organisation_id": organisation(), "account_id": newcomer.id} | given

    answer = await day.act(MANAGER, "/v1/registers/mandates", body)

    assert answer.json().get("code") == code


async def test_a_mandate_is_ended_and_its_parties_stay(day: OfficeDay, newcomer: Newcomer) -> None:
    mandate_id = await newcomer.entrust()

    await day.done(MANAGER, f"/v1/registers/mandates/{mandate_id}", TERMS | {"valid_until": "2026-11-01"})

    shown = await day.get(HANDLER, f"/v1/registers/mandates/{mandate_id}")
    kept = shown["mandate"]["mandate"]
    assert (kept["valid_until"], kept["account_id"]) == ("2026-11-01", newcomer.id)
    assert [each["after"]["valid_until"] for each in shown["changes"]] == ["2026-11-01", None]


async def test_the_history_is_found_by_register_and_entry(day: OfficeDay, newcomer: Newcomer) -> None:
    mandate_id = await newcomer.entrust()

    found = await day.get(MANAGER, f"/v1/registers/changes?of=mandate&entry={mandate_id}")
    other = await day.get(MANAGER, f"/v1/registers/changes?of=certificate&entry={mandate_id}")

    assert (len(found), other) == (1, [])
    assert found[0]["after"]["procedures"] == TERMS["procedures"]


async def test_a_client_sees_its_own_mandates_and_nobody_elses(day: OfficeDay, newcomer: Newcomer) -> None:
    own, foreign = await newcomer.entrust(0), await newcomer.entrust(1)

    shown = (await day.get(CLIENT, "/v1/mandates?limit=100"))["items"]

    ids = {each["mandate"]["id"] for each in shown}
    names = {each["mandate"]["id"]: each["handler"]["name"] for each in shown}
    assert own in ids
    assert foreign not in ids
    assert {each["mandate"]["organisation_id"] for each in shown} == {organisation()}
    assert names[own] == "見本 新任"


async def test_a_membership_and_its_fee_class_are_kept_with_history(day: OfficeDay) -> None:
    path = f"/v1/registers/members/{organisation(7)}"
    before = (await day.get(MANAGER, path))["member"]
    changed = {"is_member": True, "since": "2026-10-01", "parent_id": organisation(0)}
    other_class = "member" if before["fee_class"] == "non_member" else "non_member"

    await day.done(MANAGER, path, changed | {"fee_class": before["fee_class"]})
    await day.done(MANAGER, path, changed | {"fee_class": other_class})

    shown = await day.get(HANDLER, path)
    newest = shown["changes"][0]
    assert (shown["member"]["since"], shown["member"]["parent"]["id"]) == ("2026-10-01", organisation(0))
    assert (newest["before"]["fee_class"], newest["after"]["fee_class"]) == (before["fee_class"], other_class)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"parent_id": organisation(6)}, "parent_not_possible"),
        ({"parent_id": "nobody"}, "parent_not_possible"),
        ({"parent_id": "company-02"}, "parent_not_possible"),
        ({"fee_class": "no_such_class"}, "fee_class_unknown"),
        ({"fee_class": "Not A Class"}, "malformed_request"),
    ],
)
async def test_a_membership_that_cannot_be_is_refused(
    day: OfficeDay, given: dict[str, Any], code: str
) -> None:
    body = {"is_member": True, "fee_class": "member"} | given

    answer = await day.act(MANAGER, f"/v1/registers/members/{organisation(6)}", body)

    assert answer.json()["code"] == code


async def test_an_organisation_with_subsidiaries_has_no_parent(day: OfficeDay) -> None:
    body = {"is_member": True, "fee_class": "member", "parent_id": organisation(0)}

    answer = await day.act(MANAGER, "/v1/registers/members/company-01", body)

    assert answer.json()["code"] == "parent_not_possible"


@pytest.mark.parametrize(("days", "is_shown"), [(30, True), (31, False)])
async def test_what_lapses_is_shown_within_the_days_asked_for(
    day: OfficeDay, newcomer: Newcomer, *, days: int, is_shown: bool
) -> None:
    ends = (day.today() + timedelta(days=days)).isoformat()
    mandate_id = await newcomer.entrust(valid_until=ends)

    shown = (await day.get(MANAGER, "/v1/registers/lapses?within_days=30"))["items"]

    found = [each for each in shown if each["lapse"]["entry"] == mandate_id]
    assert [each["days_left"] for each in found] == ([30] if is_shown else [])


@asynccontextmanager
async def for_members_only(day: OfficeDay) -> AsyncIterator[OfficeDay]:
    """The same day at a desk that lodges online for members only. The register of members is left as it was found."""
    wishes = day.desk.settings.model_copy(update={"members_only": ("isa.*:online",)})
    app = app_of(day.desk)
    app.state.desk = replace(day.desk, settings=wishes)
    transport = httpx2.ASGITransport(app=app)
    found = (await day.get(MANAGER, MEMBER))["member"]
    async with httpx2.AsyncClient(transport=transport, base_url=wishes.public_url) as client:
        try:
            yield replace(day, client=client)
        finally:
            parent_id = found["parent"] and found["parent"]["id"]
            await keep_member(day, is_member=found["is_member"], since=found["since"], parent_id=parent_id)


async def keep_member(day: OfficeDay, *, is_member: bool, **further: str | None) -> None:
    fee_class = (await day.get(MANAGER, MEMBER))["member"]["fee_class"]
    await day.done(MANAGER, MEMBER, {"is_member": is_member, "fee_class": fee_class, **further})


async def lacking_online(day: OfficeDay, who: str, filing: str) -> list[str]:
    channels = (await day.get(who, filing))["entitlement"]["channels"]
    shown = next(each for each in channels if each["channel"] == "online")
    return [each["code"] for each in shown["lacks"]]


async def test_lodging_follows_the_register(day: OfficeDay, newcomer: Newcomer) -> None:
    case = await day.handed_in()
    await day.reviewed(case)
    filing = f"/v1/filings/{(await day.task_of(case.number, 'lodge'))['filing_id']}"
    codes = []

    for enter in (None, newcomer.certify, newcomer.entrust, newcomer.file_list):
        if enter is not None:
            await enter()
        codes.append(await lacking_online(day, newcomer.id, filing))
    async with for_members_only(day) as strict:
        for is_member in (False, True):
            await keep_member(day, is_member=is_member)
            codes.append(await lacking_online(strict, newcomer.id, filing))
    answer = await day.act(newcomer.id, f"{filing}/begin", {"channel": "online"})

    assert codes == [
        ["certificate_missing", "no_mandate", "pledge_not_filed"],
        ["no_mandate", "pledge_not_filed"],
        ["pledge_not_filed"],
        [],
        ["members_only"],
        [],
    ]
    assert answer.status_code == 200, answer.text
