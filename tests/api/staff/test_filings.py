"""Lodging: intent, package, receipts; what comes back from the authority."""

import hashlib
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from infra.dev.services import Stack
from infra.outgoing import sending
from schemas.planning import road_plan
from tests.api.staff.office_day import OfficeDay, eventually, locked, organisation, receipt_number, somebody

HANDLER = somebody("handler")
OTHER_HANDLER = somebody("handler", 1)
EXPIRED = somebody("handler", 2)
MANAGER = somebody("manager")
CLIENT, STRANGER = somebody("client"), somebody("client", 1)
BEGIN = {"channel": "online"}
CONFIRMED = "lodging_confirmed"
A_LATER_PACKAGE = """INSERT INTO package
    SELECT (jsonb_populate_record(p, jsonb_build_object('sha256', repeat('0', 64), 'sealed_at', now()))).* FROM package p"""


class Ready:
    """A case whose filing waits for a handler."""

    def __init__(self, day: OfficeDay, number: str, persons: tuple[str, ...], filing: str) -> None:
        self.day, self.number, self.persons, self.filing = day, number, persons, f"/v1/filings/{filing}"

    def receipts(self) -> list[dict[str, str]]:
        """A number of the authority for every person."""
        return [
            {"person_id": person, "number": receipt_number(self.number, line)}
            for line, person in enumerate(self.persons, 1)
        ]

    async def end(self, who: str = HANDLER, **given: Any) -> httpx2.Response:
        """Say how the act ended."""
        body = {"outcome": "confirmed", "receipts": self.receipts()} | given
        return await self.day.act(who, f"{self.filing}/end", body)


async def case_ready(day: OfficeDay) -> Ready:
    case = await day.handed_in(persons=2)
    await day.reviewed(case)
    lodge = await day.task_of(case.number, "lodge")
    return Ready(day, case.number, case.persons, lodge["filing_id"])


async def case_lodged(day: OfficeDay, persons: int = 2) -> Ready:
    case = await day.handed_in(persons=persons)
    return Ready(day, case.number, case.persons, await day.lodged(case))


@pytest.fixture
async def ready(day: OfficeDay) -> Ready:
    return await case_ready(day)


@pytest.fixture(scope="module")
async def prepared(shared_day: OfficeDay) -> Ready:
    """A case whose filing nobody begins: for looks, and for what is refused."""
    return await case_ready(shared_day)


@pytest.fixture(scope="module")
async def begun(shared_day: OfficeDay) -> Ready:
    """A case whose filing a handler has begun and does not end: for looks, and for what is refused."""
    ready = await case_ready(shared_day)
    await shared_day.done(HANDLER, f"{ready.filing}/begin", BEGIN)
    return ready


async def test_a_handler_begins_and_records_the_receipts(ready: Ready) -> None:
    await ready.day.done(HANDLER, f"{ready.filing}/begin", BEGIN)

    answer = await ready.end()

    seen = (await ready.day.get(HANDLER, ready.filing))["filing"]
    otherwise = receipt_number(ready.number, 2).replace("-", "").lower()
    found = await ready.day.get(MANAGER, f"/v1/board?search={otherwise}")
    assert answer.status_code == 200, answer.text
    assert (seen["state"], seen["handler"]["id"], seen["channel"]) == ("confirmed", HANDLER, "online")
    assert seen["receipts"] == ready.receipts()
    assert [row["number"] for row in found["items"]] == [ready.number]


async def test_the_sealed_package_is_downloaded_whole_and_the_read_is_recorded(begun: Ready) -> None:
    answer = await begun.day.call(HANDLER, "GET", f"{begun.filing}/package")

    async with sending(20) as store:
        package = await store.get(answer.headers["location"])
    seen = await begun.day.get(HANDLER, begun.filing)
    reads = await begun.day.get(MANAGER, f"/v1/applications/{begun.number}/reads")
    assert answer.status_code == 303
    assert hashlib.sha256(package.content).hexdigest() == seen["filing"]["package_sha256"]
    assert [each["sha256"] for each in seen["packages"]] == [seen["filing"]["package_sha256"]]
    assert "attachment" in package.headers["content-disposition"]
    assert (HANDLER, "package") in [(each["reader"]["id"], each["what"]) for each in reads["items"]]


async def test_the_package_that_is_lodged_stands_before_one_that_another_sealed_later(ready: Ready) -> None:
    await ready.day.done(HANDLER, f"{ready.filing}/begin", BEGIN)
    own = (await ready.day.get(HANDLER, ready.filing))["filing"]["package_sha256"]
    await ready.day.behind_the_desk(text(A_LATER_PACKAGE))

    seen = await ready.day.get(HANDLER, ready.filing)
    answer = await ready.day.call(HANDLER, "GET", f"{ready.filing}/package")

    async with sending(20) as store:
        package = await store.get(answer.headers["location"])
    assert [each["sha256"] for each in seen["packages"]] == [own, "0" * 64]
    assert hashlib.sha256(package.content).hexdigest() == own


async def test_before_the_intent_there_is_no_package(prepared: Ready) -> None:
    answer = await prepared.day.call(HANDLER, "GET", f"{prepared.filing}/package")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_handler_whose_certificate_has_expired_is_refused_and_sees_why(prepared: Ready) -> None:
    shown = (await prepared.day.get(EXPIRED, prepared.filing))["entitlement"]

    answer = await prepared.day.act(EXPIRED, f"{prepared.filing}/begin", BEGIN)

    assert shown["certificate_valid_until"] < prepared.day.today().isoformat()
    assert (answer.status_code, answer.json()["code"]) == (403, "certificate_expired")
    assert (await prepared.day.get(HANDLER, prepared.filing))["filing"]["state"] == "prepared"


async def test_a_valid_handler_sees_what_he_has_to_show(prepared: Ready) -> None:
    shown = (await prepared.day.get(HANDLER, prepared.filing))["entitlement"]

    assert shown["has_mandate"] is True
    assert shown["certificate_valid_until"] > prepared.day.today().isoformat()


async def test_who_reviewed_it_himself_is_warned_before_he_lodges_it(ready: Ready) -> None:
    before = (await ready.day.get(HANDLER, ready.filing))["entitlement"]["warnings"]
    changed = "UPDATE task SET assignee = :who WHERE number = :number AND kind = 'review'"
    await ready.day.behind_the_desk(text(changed).bindparams(who=HANDLER, number=ready.number))

    after = (await ready.day.get(HANDLER, ready.filing))["entitlement"]["warnings"]
    other = (await ready.day.get(OTHER_HANDLER, ready.filing))["entitlement"]["warnings"]

    assert [each["code"] for each in after if each not in before] == ["lodger_reviewed"]
    assert "lodger_reviewed" not in {each["code"] for each in other}


async def test_a_channel_the_procedure_does_not_have_is_refused(prepared: Ready) -> None:
    offered = [each["id"] for each in (await prepared.day.get(HANDLER, prepared.filing))["channels"]]

    answer = await prepared.day.act(HANDLER, f"{prepared.filing}/begin", {"channel": "post"})

    assert "post" not in offered
    assert (answer.status_code, answer.json()["code"]) == (422, "channel_not_allowed")


async def test_an_act_that_has_not_begun_cannot_end(prepared: Ready) -> None:
    answer = await prepared.end()

    assert (answer.status_code, answer.json()["code"]) == (409, "filing_not_open")


async def test_only_who_began_can_end(begun: Ready) -> None:
    answer = await begun.end(somebody("handler", 1))

    assert (answer.status_code, answer.json()["code"]) == (409, "task_of_another")


async def test_a_receipt_number_is_missing_for_nobody(begun: Ready) -> None:
    answer = await begun.end(receipts=begun.receipts()[:1])

    assert (answer.status_code, answer.json()["code"]) == (422, "receipt_missing")


async def test_a_refusal_at_the_counter_needs_words(ready: Ready) -> None:
    await ready.day.done(HANDLER, f"{ready.filing}/begin", BEGIN)

    silent = await ready.end(outcome="refused", receipts=[])
    said = await ready.end(outcome="refused", receipts=[], words="書類不備のため不受理")

    assert silent.json()["code"] == "reason_missing"
    assert said.status_code == 200


async def test_an_unknown_outcome_opens_a_task_and_a_second_person_confirms_the_absence(ready: Ready) -> None:
    await ready.day.done(HANDLER, f"{ready.filing}/begin", BEGIN)
    await ready.end(outcome="unknown", receipts=[], words="追跡番号 1234")
    find_out = f"/v1/tasks/{(await ready.day.task_of(ready.number, 'find_out'))['id']}"
    await ready.day.done(HANDLER, f"{find_out}/claim")
    absent = {"kind": "arrived", "arrived": False, "words": "受付一覧に見当たらない"}
    await ready.day.done(HANDLER, f"{find_out}/complete", {"verdict": absent})
    confirm = f"/v1/tasks/{(await ready.day.task_of(ready.number, 'confirm_absent'))['id']}"

    himself = await ready.day.act(HANDLER, f"{confirm}/claim")
    told = await ready.day.get(OTHER_HANDLER, confirm)
    another = await ready.day.act(
        somebody("handler", 1),
        f"{confirm}/complete",
        {"verdict": {"kind": "absent_confirmed", "absent": True}},
    )

    assert himself.json()["code"] == "same_person"
    assert another.status_code == 200, another.text
    seen = await ready.day.get(HANDLER, ready.filing)
    assert seen["filing"]["state"] == "absent"
    assert said(told) == said(seen) == [("lodge", "追跡番号 1234"), ("find_out", "受付一覧に見当たらない")]
    next_act = await ready.day.task_of(ready.number, "lodge")
    assert said(await ready.day.get(HANDLER, f"/v1/tasks/{next_act['id']}")) == said(seen)
    await insist_on_words_for_staff_only(ready, "追跡番号 1234", "受付一覧に見当たらない")


async def test_a_tracking_number_is_noted_while_the_lodging_is_under_way(ready: Ready) -> None:
    number = {"words": "追跡番号 5678"}
    early = await ready.day.act(HANDLER, f"{ready.filing}/notes", number)
    await ready.day.done(HANDLER, f"{ready.filing}/begin", BEGIN)

    kept = [await ready.day.act(HANDLER, f"{ready.filing}/notes", number, key="noted") for _ in range(2)]

    under_way = await ready.day.get(OTHER_HANDLER, ready.filing)
    await ready.end(outcome="unknown", receipts=[])
    later = await ready.day.act(OTHER_HANDLER, f"{ready.filing}/notes", {"words": "窓口に電話した"})
    to_find_out = await ready.day.task_of(ready.number, "find_out")
    told = await ready.day.get(OTHER_HANDLER, f"/v1/tasks/{to_find_out['id']}")
    assert (early.status_code, early.json()["code"]) == (409, "filing_not_open")
    assert [answer.status_code for answer in (*kept, later)] == [201, 201, 201]
    assert kept[0].json() == kept[1].json()
    assert (under_way["filing"]["state"], said(under_way)) == ("intended", [("lodge", "追跡番号 5678")])
    assert said(told) == [("lodge", "追跡番号 5678"), ("lodge", "窓口に電話した")]
    await insist_on_words_for_staff_only(ready, "追跡番号 5678", "窓口に電話した")


async def test_whom_the_counter_sends_away_goes_into_a_filing_of_his_own(ready: Ready) -> None:
    await ready.day.done(HANDLER, f"{ready.filing}/begin", BEGIN)
    taken, away = ready.persons
    part: dict[str, Any] = {
        "receipts": ready.receipts()[:1],
        "not_taken": [{"person_id": away, "words": "写真の撮り直し"}],
    }
    wordless = await ready.end(receipts=part["receipts"], not_taken=[{"person_id": away}])
    both = await ready.end(not_taken=part["not_taken"])
    nobody = await ready.end(
        receipts=[], not_taken=[{"person_id": each, "words": "不備"} for each in ready.persons]
    )

    answer = await ready.end(**part)

    shown = await ready.day.get(HANDLER, ready.filing)
    own = (await ready.day.task_of(ready.number, "lodge"))["filing_id"]
    fees = await ready.day.get(CLIENT, f"/v1/applications/{ready.number}/fees")
    path = f"/v1/applications/{ready.number}/timeline?limit=100"
    [told] = [each for each in (await ready.day.get(CLIENT, path))["items"] if each["kind"] == CONFIRMED]
    await ready.day.done(HANDLER, f"/v1/filings/{own}/begin", BEGIN)
    later = Ready(ready.day, ready.number, ready.persons, own)
    ended = await later.end(receipts=later.receipts()[1:])
    case = await ready.day.get(HANDLER, f"/v1/applications/{ready.number}/overview")
    assert [each.json()["code"] for each in (wordless, both, nobody)] == [
        "reason_missing",
        "not_taken_form",
        "nobody_taken",
    ]
    assert answer.status_code == 200, answer.text
    assert (shown["filing"]["state"], shown["filing"]["persons"]) == ("confirmed", [taken])
    assert [each["person_id"] for each in shown["not_taken"]] == [away]
    assert said(shown) == [("lodge", "写真の撮り直し")]
    assert [(each["persons"], each["not_taken"]) for each in fees["filings"]] == [(2, 1)]
    assert told["facts"] == {"receipts": part["receipts"], "not_taken": [{"person_id": away}]}
    assert ended.status_code == 200, ended.text
    assert [each["receipt"] for each in case["persons"]] == [each["number"] for each in ready.receipts()]
    await insist_on_words_for_staff_only(ready, "写真の撮り直し")


def said(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """What was written so far: at which kind of task, which words."""
    return [(each["task_kind"], each["words"]["words"]) for each in shown["said"]]


async def insist_on_words_for_staff_only(ready: Ready, *words: str) -> None:
    path = f"/v1/applications/{ready.number}/timeline?limit=100"
    to_staff = [each for each in (await ready.day.get(MANAGER, path))["items"] if each["words"]]
    to_client = await ready.day.call(CLIENT, "GET", path)
    reads = (await ready.day.get(MANAGER, f"/v1/applications/{ready.number}/reads?limit=100"))["items"]
    written = [each["words"] for row in to_staff for each in row["words"] if each["words"] in words]
    assert written == list(words)
    assert not any(each in to_client.text for each in words)
    assert {"filing", "task", "timeline"} <= {each["what"] for each in reads}


async def test_filings_are_listed_by_state_and_client(ready: Ready) -> None:
    mine = f"organisation={organisation()}&limit=100"

    prepared = await ready.day.get(HANDLER, f"/v1/filings?state=prepared&{mine}")
    confirmed = await ready.day.get(HANDLER, f"/v1/filings?state=confirmed&{mine}")

    assert ready.filing in [f"/v1/filings/{each['id']}" for each in prepared["items"]]
    assert ready.filing not in [f"/v1/filings/{each['id']}" for each in confirmed["items"]]


@pytest.mark.parametrize("filing_id", ["T26-00000000.filing.1", "nothing", "T26-%27"])
async def test_a_filing_that_is_not_there_is_not_found(day: OfficeDay, filing_id: str) -> None:
    answer = await day.call(HANDLER, "GET", f"/v1/filings/{filing_id}")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_filing")


class TestWhatComesBack:
    """Requests for more, and results."""

    @pytest.fixture
    async def lodged(self, day: OfficeDay) -> Ready:
        return await case_lodged(day)

    @pytest.fixture(scope="class")
    async def undecided(self, shared_day: OfficeDay) -> Ready:
        """A lodged case that gets no result: for looks, and for what is refused."""
        return await case_lodged(shared_day)

    def result(self, lodged: Ready, **changed: Any) -> dict[str, Any]:
        return {
            "person_id": lodged.persons[0],
            "receipt": receipt_number(lodged.number, 1),
            "result": "permitted",
            "decided_on": lodged.day.today().isoformat(),
        } | changed

    async def record(self, lodged: Ready, **changed: Any) -> httpx2.Response:
        path = f"/v1/applications/{lodged.number}/results"
        return await lodged.day.act(HANDLER, path, self.result(lodged, **changed))

    async def test_a_result_is_recorded_for_one_person(self, lodged: Ready) -> None:
        answer = await self.record(lodged)

        case = await lodged.day.get(HANDLER, f"/v1/applications/{lodged.number}/overview")
        assert answer.status_code == 200, answer.text
        assert [each["result"] for each in case["persons"]] == ["permitted", None]

    async def test_the_reasons_the_authority_gives_are_the_clients_to_read(self, lodged: Ready) -> None:
        path = f"/v1/applications/{lodged.number}"
        refused = await self.record(lodged, receipt="R-OTHER-1", words="取り消される言葉")
        answer = await self.record(lodged, result="refused", words="要件を満たさないため")

        shown = await lodged.day.get(CLIENT, f"{path}/results")
        strange = await lodged.day.call(STRANGER, "GET", f"{path}/results")
        history = (await lodged.day.get(MANAGER, f"{path}/timeline?limit=100"))["items"]

        (decided,) = shown["items"]
        (told,) = [each for each in history if each["kind"] == "result_recorded"]
        assert (refused.status_code, answer.status_code) == (409, 200)
        assert (decided["person_id"], decided["result"]) == (lodged.persons[0], "refused")
        assert [each["words"] for each in decided["reasons"]] == ["要件を満たさないため"]
        assert [each["words"] for each in told["words"]] == ["要件を満たさないため"]
        assert strange.status_code == 404

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"receipt": "R-OTHER-1"}, "no_result_pending"),
            ({"person_id": "p-somebody"}, "unknown_person"),
            ({"result": "accredited"}, "result_kind"),
            ({"result": "granted"}, "malformed_request"),
            ({"decided_on": "2026-02-30"}, "malformed_request"),
            ({"decided_on": 0}, "malformed_request"),
            ({"decided_on": "令和8年11月1日"}, "malformed_request"),
        ],
    )
    async def test_a_result_that_fits_nobody_is_refused(
        self, undecided: Ready, changed: dict[str, Any], code: str
    ) -> None:
        answer = await self.record(undecided, **changed)

        assert answer.json()["code"] == code

    async def test_a_key_stands_for_one_result_and_a_refused_one_may_be_corrected_under_it(
        self, lodged: Ready
    ) -> None:
        path = f"/v1/applications/{lodged.number}/results"
        other = {"person_id": lodged.persons[1], "receipt": receipt_number(lodged.number, 2)}

        answers = [
            await lodged.day.act(HANDLER, path, self.result(lodged, **changed), key="one-key")
            for changed in ({"receipt": "R-OTHER-1"}, {}, other, {})
        ]

        case = await lodged.day.get(HANDLER, f"/v1/applications/{lodged.number}/overview")
        typo, first, reused, again = answers
        assert (typo.json()["code"], first.status_code) == ("no_result_pending", 200)
        assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
        assert (again.status_code, again.json()) == (200, first.json())
        assert [each["result"] for each in case["persons"]] == ["permitted", None]

    async def test_a_key_stands_for_one_result_also_after_the_road_has_ended(self, day: OfficeDay) -> None:
        lodged = await case_lodged(day, persons=1)
        path = f"/v1/applications/{lodged.number}/results"
        otherwise = self.result(lodged, result="refused")
        first = await day.act(HANDLER, path, self.result(lodged), key="one-key")
        await eventually(partial(closed, day, lodged.number))

        reused = await day.act(HANDLER, path, otherwise, key="one-key")
        reopened = await day.act(HANDLER, path, otherwise, key="another-key")
        again = await day.act(HANDLER, path, self.result(lodged), key="one-key")

        assert (first.status_code, reopened.status_code) == (200, 200)
        assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
        assert (again.status_code, again.json()) == (200, first.json())

    async def test_a_result_of_tomorrow_is_refused(self, undecided: Ready) -> None:
        tomorrow = undecided.day.today() + timedelta(days=1)

        answer = await self.record(undecided, decided_on=tomorrow.isoformat())

        assert (answer.status_code, answer.json()["field"]) == (422, "decided_on")

    async def test_the_authority_asks_for_more_and_the_client_has_the_ball(self, lodged: Ready) -> None:
        due_on = (lodged.day.today() + timedelta(days=14)).isoformat()
        body = {"persons": [lodged.persons[1]], "words": "雇用契約書の写し", "due_on": due_on}

        await lodged.day.done(HANDLER, f"/v1/applications/{lodged.number}/more-requested", body)

        case = await lodged.day.get(HANDLER, f"/v1/applications/{lodged.number}/overview")
        asked = next(each for each in case["findings"] if each["source"] == "authority")
        assert [each["holder"] for each in case["persons"]] == ["authority", "client"]
        assert (asked["words"]["words"], asked["words"]["for_client"]) == ("雇用契約書の写し", True)
        assert any(each["explained"] for each in case["deadlines"])

    async def test_the_balls_times_add_up_to_the_time_elapsed(self, lodged: Ready) -> None:
        async with lodged.day.later(timedelta(hours=5)) as later:
            case = await later.get(HANDLER, f"/v1/applications/{lodged.number}/overview")

        for person in case["persons"]:
            assert sum(person["held_seconds"].values()) == person["elapsed_seconds"]
            assert person["held_seconds"]["authority"] >= 5 * 3600 - 60
            assert person["elapsed_seconds"] == pytest.approx(5 * 3600, abs=300)


async def closed(day: OfficeDay, number: str) -> str | None:
    """When the road ended; None while it goes on."""
    told: str | None = (await day.get(HANDLER, f"/v1/applications/{number}/overview"))["closed_at"]
    return told


async def no_longer_prepared(ready: Ready, *, key: str) -> httpx2.Response | None:
    """The answer to the begin sent again; None while the package is still being prepared."""
    answer = await ready.day.act(HANDLER, f"{ready.filing}/begin", BEGIN, key=key)
    return None if answer.status_code == 202 else answer


async def begun_filing(ready: Ready) -> dict[str, Any] | None:
    """The handler's view once the filing was begun."""
    seen: dict[str, Any] = await ready.day.get(HANDLER, ready.filing)
    return None if seen["filing"]["state"] == "prepared" else seen


async def test_a_package_that_takes_long_is_taken_on_and_its_intent_recorded_once(
    ready: Ready, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.gateway.SEALED_WITHIN", timedelta(milliseconds=1))

    with locked(stack, "package"):
        first = await ready.day.act(HANDLER, f"{ready.filing}/begin", BEGIN, key="begun-once")
    answer = await eventually(partial(no_longer_prepared, ready, key="begun-once"))

    entries = (await ready.day.get(MANAGER, f"/v1/applications/{ready.number}/timeline"))["items"]
    assert (first.status_code, first.json()["state"]) == (202, "being_prepared")
    assert answer.status_code == 200, answer.text
    assert [entry["kind"] for entry in entries].count("lodging_intended") == 1
    assert (await ready.day.get(HANDLER, ready.filing))["is_being_prepared"] is False


async def test_the_handler_sees_that_a_package_is_being_sealed(
    ready: Ready, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.gateway.SEALED_WITHIN", timedelta(milliseconds=1))

    with locked(stack, "package"):
        begun = await ready.day.act(HANDLER, f"{ready.filing}/begin", BEGIN)
        meanwhile = await ready.day.get(HANDLER, ready.filing)
    seen = await eventually(partial(begun_filing, ready))

    assert begun.status_code == 202
    assert (meanwhile["filing"]["state"], meanwhile["is_being_prepared"]) == ("prepared", True)
    assert (seen["filing"]["state"], seen["is_being_prepared"]) == ("intended", False)


async def test_who_reported_a_lodging_is_named_to_the_colleague_who_confirms(
    day: OfficeDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = {"confirmed_by_second": True}
    monkeypatch.setattr(
        "schemas.planning.road_plan",
        lambda *given, **named: road_plan(*given, **named).model_copy(update=careful),
    )
    case = await day.handed_in()
    await day.reviewed(case)
    filing = (await day.task_of(case.number, "lodge"))["filing_id"]
    begun = Ready(day, case.number, case.persons, filing)
    await day.done(HANDLER, f"{begun.filing}/begin", BEGIN)

    await begun.end()

    seen = await day.get(OTHER_HANDLER, begun.filing)
    same = await begun.end()
    confirmed = await begun.end(OTHER_HANDLER)
    after = await day.get(HANDLER, begun.filing)
    assert (seen["filing"]["state"], seen["filing"]["receipts"]) == ("intended", [])
    assert seen["reported_by"]["id"] == HANDLER
    assert (same.status_code, same.json()["code"]) == (403, "same_person")
    assert (confirmed.status_code, after["filing"]["state"]) == (200, "confirmed")
    assert after["reported_by"] is None
