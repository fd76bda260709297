"""What is done with the registers: lists filed, a handler who leaves, fees quoted, recorded and exported."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from infra.database.tables import fee_quote, organisation
from tests.api.staff.office_day import OfficeDay, receipt_number, somebody
from tests.api.staff.office_day import organisation as organisation_id
from tests.api.staff.registering import CLIENT, HANDLER, MANAGER, TERMS, Newcomer, a_newcomer


@pytest.fixture
async def newcomer(day: OfficeDay) -> Newcomer:
    return await a_newcomer(day)


async def filing_waiting(day: OfficeDay) -> str:
    """The id of a filing that waits for a handler."""
    case = await day.handed_in()
    await day.reviewed(case)
    return str((await day.task_of(case.number, "lodge"))["filing_id"])


async def task_taken_by(day: OfficeDay, who: Newcomer) -> str:
    """The id of a lodge task he has claimed."""
    filing_id = await filing_waiting(day)
    task = await day.task_of(filing_id.partition(".")[0], "lodge")
    await day.done(who.id, f"/v1/tasks/{task['id']}/claim")
    return str(task["id"])


class TestPledges:
    """利用者別誓約機関一覧表."""

    async def test_the_list_is_what_the_register_says_today(self, day: OfficeDay, newcomer: Newcomer) -> None:
        today, yesterday = day.today().isoformat(), (day.today() - timedelta(days=1)).isoformat()
        tomorrow = (day.today() + timedelta(days=1)).isoformat()
        await newcomer.entrust(0, valid_until=today)
        await newcomer.entrust(1, valid_until=yesterday)
        await newcomer.entrust(2, valid_from=today)
        await newcomer.entrust(3, valid_from=tomorrow)
        await newcomer.entrust(2, valid_from=today, procedures=["*"])
        await newcomer.entrust(1, valid_from=today, procedures=["otit.plan.accreditation.D"])

        shown = await day.get(HANDLER, f"{newcomer.path}/pledges")

        listed = [each["organisation"]["id"] for each in shown["current"]]
        assert listed == [organisation_id(0), organisation_id(2)]
        assert [each["id"] for each in shown["added"]] == listed
        assert shown["filed"] is None

    async def test_a_filed_list_is_kept_and_the_next_one_tells_what_differs(
        self, day: OfficeDay, newcomer: Newcomer
    ) -> None:
        today = day.today().isoformat()
        first, path = await newcomer.entrust(0), f"{newcomer.path}/pledges"
        filed = {"filed_on": today, "organisations": [organisation_id(0)]}
        await day.done(MANAGER, f"{path}/filed", filed)
        await newcomer.entrust(1)
        yesterday = (day.today() - timedelta(days=1)).isoformat()
        await day.done(MANAGER, f"/v1/registers/mandates/{first}", TERMS | {"valid_until": yesterday})

        shown = await day.get(MANAGER, path)

        assert [each["id"] for each in shown["added"]] == [organisation_id(1)]
        assert [each["id"] for each in shown["ended"]] == [organisation_id(0)]
        assert (shown["filed"]["filed_on"], shown["filed"]["recorded_by"]["id"]) == (today, MANAGER)

    async def test_a_list_that_has_changed_since_it_was_read_is_not_recorded(
        self, day: OfficeDay, newcomer: Newcomer
    ) -> None:
        await newcomer.entrust(0)
        body = {"filed_on": day.today().isoformat(), "organisations": []}

        answer = await day.act(MANAGER, f"{newcomer.path}/pledges/filed", body)

        assert (answer.status_code, answer.json()["code"]) == (409, "pledges_changed")
        assert (await day.get(MANAGER, f"{newcomer.path}/pledges"))["filed"] is None

    @pytest.mark.parametrize(("days", "code"), [(0, None), (1, "period_not_possible")])
    async def test_a_list_is_not_filed_tomorrow(
        self, day: OfficeDay, newcomer: Newcomer, days: int, code: str | None
    ) -> None:
        on = (day.today() + timedelta(days=days)).isoformat()

        answer = await day.act(
            MANAGER, f"{newcomer.path}/pledges/filed", {"filed_on": on, "organisations": []}
        )

        assert answer.json().get("code") == code

    async def test_the_list_is_a_csv_file(self, day: OfficeDay, newcomer: Newcomer) -> None:
        await newcomer.certify()
        await newcomer.entrust(0)

        answer = await day.call(HANDLER, "GET", f"{newcomer.path}/pledges.csv")

        head, line, rest = answer.text.split("\r\n")
        assert answer.headers["content-type"].startswith("text/csv")
        assert "機関名" in head
        assert line.startswith(f"見本 新任,SAMPLE-9,{organisation_id(0)},")
        assert rest == ""


class TestLeaving:
    """A handler who leaves."""

    async def leave(self, day: OfficeDay, who: Newcomer, *moves: tuple[str, str], **more: Any) -> Any:
        named = [{"item_id": item_id, "to": to} for item_id, to in moves]
        body = {"moves": named, "left_on": day.today().isoformat()} | more
        return await day.done(MANAGER, f"{who.path}/leaving", body)

    async def test_his_work_goes_to_who_may_act_and_his_account_closes(
        self, day: OfficeDay, newcomer: Newcomer
    ) -> None:
        await newcomer.certify()
        mandate_id = await newcomer.entrust()
        task_id = await task_taken_by(day, newcomer)
        colleague = await a_newcomer(day)
        await colleague.certify()

        listed = await day.get(MANAGER, f"{newcomer.path}/leaving")
        too_little = await self.leave(day, newcomer, (task_id, colleague.id))
        report = await self.leave(day, newcomer, (task_id, HANDLER))

        (item,) = listed["items"]
        able = {each["id"] for each in item["colleagues"]}
        assert item["task"]["id"] == task_id
        assert HANDLER in able
        assert not {newcomer.id, colleague.id, somebody("handler", 2)} & able
        assert (too_little["moves"][0]["code"], too_little["closed"]) == ("no_mandate", False)
        assert too_little["left"] == [task_id]
        assert report == {
            "moves": [{"item_id": task_id, "to": HANDLER, "code": None}],
            "left": [],
            "closed": True,
        }
        await self.assert_gone(day, newcomer, mandate_id)
        await day.done(MANAGER, f"/v1/tasks/{task_id}/release")

    async def assert_gone(self, day: OfficeDay, newcomer: Newcomer, mandate_id: str) -> None:
        entry = (await newcomer.shown())["handler"]
        mandate = await day.get(MANAGER, f"/v1/registers/mandates/{mandate_id}")
        door = await day.call(newcomer.id, "GET", "/v1/tasks")
        assert entry["active"] is False
        assert entry["certificate"]["returned_on"] == day.today().isoformat()
        assert mandate["mandate"]["mandate"]["valid_until"] == day.today().isoformat()
        assert door.status_code == 401

    async def test_a_filing_under_way_is_ended_by_the_colleague(
        self, day: OfficeDay, newcomer: Newcomer
    ) -> None:
        await newcomer.certify()
        await newcomer.entrust()
        await newcomer.file_list()
        filing_id = await filing_waiting(day)
        number = filing_id.partition(".")[0]
        await day.done(newcomer.id, f"/v1/filings/{filing_id}/begin", {"channel": "online"})
        (item,) = (await day.get(MANAGER, f"{newcomer.path}/leaving"))["items"]

        report = await self.leave(day, newcomer, (filing_id, HANDLER))
        person = item["filing"]["persons"][0]
        ended = {
            "outcome": "confirmed",
            "receipts": [{"person_id": person, "number": receipt_number(number, 1)}],
        }
        await day.done(HANDLER, f"/v1/filings/{filing_id}/end", ended)

        assert (item["id"], item["task"], item["filing"]["state"]) == (filing_id, None, "intended")
        assert report["closed"] is True
        kept = (await day.get(HANDLER, f"/v1/filings/{filing_id}"))["filing"]
        assert (kept["state"], kept["handler"]["id"]) == ("confirmed", HANDLER)

    async def test_what_waits_for_the_authority_goes_to_a_handler_with_a_mandate(
        self, day: OfficeDay, newcomer: Newcomer
    ) -> None:
        await newcomer.certify()
        await newcomer.entrust()
        await newcomer.file_list()
        case = await day.handed_in()
        filing_id = await day.lodged(case, newcomer.id)
        stranger = await a_newcomer(day)
        await stranger.certify()
        (item,) = (await day.get(MANAGER, f"{newcomer.path}/leaving"))["items"]

        lacking = await self.leave(day, newcomer, (filing_id, stranger.id))
        report = await self.leave(day, newcomer, (filing_id, HANDLER))

        able = {each["id"] for each in item["colleagues"]}
        assert (item["id"], item["filing"]["state"]) == (filing_id, "confirmed")
        assert (HANDLER in able, stranger.id in able) == (True, False)
        assert (lacking["moves"][0]["code"], lacking["left"]) == ("no_mandate", [filing_id])
        assert (report["left"], report["closed"]) == ([], True)
        kept = await day.get(HANDLER, f"/v1/filings/{filing_id}")
        assert (kept["filing"]["handler"]["id"], kept["lodged_by"]["id"]) == (HANDLER, newcomer.id)

    async def test_what_nobody_was_named_for_keeps_the_account_open(
        self, day: OfficeDay, newcomer: Newcomer
    ) -> None:
        task_id = await task_taken_by(day, newcomer)

        report = await self.leave(day, newcomer)

        assert report == {"moves": [], "left": [task_id], "closed": False}
        assert (await newcomer.shown())["handler"]["active"] is True
        await day.done(MANAGER, f"/v1/tasks/{task_id}/release")

    async def test_the_same_key_gives_the_same_report(self, day: OfficeDay, newcomer: Newcomer) -> None:
        body = {"moves": [], "left_on": day.today().isoformat()}
        key = uuid4().hex

        first, second = [
            (await day.act(MANAGER, f"{newcomer.path}/leaving", body, key=key)).json() for _ in range(2)
        ]

        assert first == second == {"moves": [], "left": [], "closed": True}

    @pytest.mark.parametrize(
        ("to", "task", "code"),
        [
            (somebody("reviewer"), "his", "no_such_colleague"),
            (HANDLER, "another", "task_of_another"),
            (HANDLER, "none", "no_such_task"),
        ],
    )
    async def test_what_cannot_be_passed_on_is_told_with_the_reason(
        self, day: OfficeDay, newcomer: Newcomer, *, to: str, task: str, code: str
    ) -> None:
        other = await a_newcomer(day)
        owner = {"his": newcomer, "another": other}.get(task)
        task_id = await task_taken_by(day, owner) if owner else "T26-00000000.task.9"

        report = await self.leave(day, newcomer, (task_id, to))

        assert [each["code"] for each in report["moves"]] == [code]
        if owner:
            await day.done(MANAGER, f"/v1/tasks/{task_id}/release")

    @pytest.mark.parametrize(("days", "status"), [(0, 200), (1, 422)])
    async def test_nobody_leaves_tomorrow(
        self, day: OfficeDay, newcomer: Newcomer, days: int, status: int
    ) -> None:
        on = (day.today() + timedelta(days=days)).isoformat()

        answer = await day.act(MANAGER, f"{newcomer.path}/leaving", {"moves": [], "left_on": on})

        assert answer.status_code == status


class TestFees:
    """Quoted at hand-in, recorded at filing, exported for a period."""

    async def quoted(self, day: OfficeDay, number: str) -> None:
        """The quote a hand-in writes; these cases are sealed past the door that writes it."""
        asked = select(organisation.c.fee_class).where(organisation.c.id == organisation_id())
        async with day.desk.database.as_client(organisation_id()) as connection:
            fee_class = (await connection.execute(asked)).scalar_one()
            row = {
                "number": number,
                "organisation_id": organisation_id(),
                "procedure": "isa.extension.ssw1",
                "fee_class": fee_class,
                "persons": 2,
                "desk_yen_per_person": 11_111,
                "authority": [],
                "quoted_on": day.today(),
            }
            await connection.execute(fee_quote.insert().values(row))

    async def test_a_confirmed_filing_has_its_amounts_and_its_line_in_the_export(
        self, day: OfficeDay
    ) -> None:
        case = await day.handed_in(persons=2)
        await self.quoted(day, case.number)
        filing_id = await day.lodged(case)
        today = day.today().isoformat()

        shown = await day.get(CLIENT, f"/v1/applications/{case.number}/fees")
        period = f"from_on={today}&to_on={today}"
        answer = await day.call(MANAGER, "GET", f"/v1/registers/fees.csv?{period}")
        tomorrow = (day.today() + timedelta(days=1)).isoformat()
        later = await day.get(MANAGER, f"/v1/registers/fees?from_on={tomorrow}&to_on={tomorrow}")

        (fee,) = shown["filings"]
        (line,) = [each for each in answer.text.split("\r\n") if filing_id in each]
        assert (fee["persons"], fee["desk_yen_per_person"], fee["authority_yen"]) == (2, 11_111, 5_500)
        assert fee["channel"] == "online"
        assert line.endswith("online,member,2,11111,22222,5500,2,11000,0")
        assert later["items"] == []

    async def test_a_filing_that_did_not_arrive_costs_nothing(self, day: OfficeDay) -> None:
        filing_id = await filing_waiting(day)
        number = filing_id.partition(".")[0]
        await day.done(HANDLER, f"/v1/filings/{filing_id}/begin", {"channel": "online"})
        refused = {"outcome": "not_sent", "words": "見本のため提出せず"}
        await day.done(HANDLER, f"/v1/filings/{filing_id}/end", refused)

        shown = await day.get(HANDLER, f"/v1/applications/{number}/fees")

        assert shown["filings"] == []

    async def test_another_client_sees_no_fees(self, day: OfficeDay) -> None:
        case = await day.handed_in()

        own = await day.call(CLIENT, "GET", f"/v1/applications/{case.number}/fees")
        foreign = await day.call(somebody("client", 1), "GET", f"/v1/applications/{case.number}/fees")

        assert (own.status_code, own.json()["quote"]) == (200, None)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")

    async def test_a_period_that_ends_before_it_begins_is_refused(self, day: OfficeDay) -> None:
        answer = await day.call(MANAGER, "GET", "/v1/registers/fees?from_on=2026-11-02&to_on=2026-11-01")

        assert answer.json()["code"] == "period_not_possible"
