"""Before a filing is lodged, its page says what stops it, and a handler may choose another office with a reason."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from infra.dev.services import Stack
from schemas.offices import offices_of
from schemas.preflight import Preflight, preflight
from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, PageDay, Shown
from tests.api.staff.office_day import EXTENSION, eventually, locked, somebody

EXPIRED = somebody("handler", 2)
NOT_LODGED_HERE = "isa.reentry"
WHY = "住所の変更届が出たため、管轄の局に出します"


async def prepared(day: PageDay) -> tuple[str, str]:
    """A filing that waits for its handler: the application and the filing."""
    case = await day.handed_in()
    await day.reviewed(case)
    return case.number, str((await day.task_of(case.number, "lodge"))["filing_id"])


async def test_a_handler_sends_a_filing_to_another_office_with_a_reason_before_it_is_begun(
    day: PageDay,
) -> None:
    number, filing = await prepared(day)
    path = f"/filings/{filing}"
    before = await day.get(HANDLER, f"/v1{path}")
    other = next(each["id"] for each in before["offices"] if each["id"] != before["filing"]["office"])
    page = await day.page(HANDLER, path)

    sent = await day.send(HANDLER, f"{path}/office", {"office": other, "reason": WHY}, seen=page)
    again = await day.send(HANDLER, f"{path}/office", {"office": other, "reason": WHY}, seen=page)
    chosen = await day.page(HANDLER, path)
    unknown = await day.act(HANDLER, f"/v1{path}/office", {"office": "NOWHERE", "reason": WHY})
    same = await day.act(HANDLER, f"/v1{path}/office", {"office": other, "reason": WHY})
    silent = await day.act(HANDLER, f"/v1{path}/office", {"office": other, "reason": " "})
    by_client = await day.act(CLIENT, f"/v1{path}/office", {"office": other, "reason": WHY})
    begun = await day.act(HANDLER, f"/v1{path}/begin", {"channel": "online"})
    late = await day.act(HANDLER, f"/v1{path}/office", {"office": before["filing"]["office"], "reason": WHY})

    after = (await day.get(HANDLER, f"/v1{path}"))["filing"]
    history = await day.page(MANAGER, f"/applications/{number}/timeline")
    assert (sent.status, again.status) == (303, 303)
    assert "自動で決まる提出先は" not in page.text
    assert "自動で決まる提出先は" in chosen.text
    assert "確認してください。取次者が" not in chosen.text
    assert (after["office"], after["state"]) == (other, "intended")
    assert [each.json()["code"] for each in (unknown, same, silent, late)] == [
        "office_not_possible",
        "office_not_possible",
        "malformed_request",
        "filing_not_open",
    ]
    assert by_client.status_code == 403
    assert begun.status_code == 200
    assert "提出先の変更" in history.text


async def test_what_is_stopped_is_said_on_the_page_before_anybody_tries(day: PageDay) -> None:
    _, filing = await prepared(day)
    body = {
        "procedure": EXTENSION,
        "channel": "online",
        "reason": "channel_down",
        "words": "システム障害のため受付停止",
        "until_on": (day.today() + timedelta(days=2)).isoformat(),
    }
    free = await day.page(HANDLER, f"/filings/{filing}")
    stop = await day.done(MANAGER, "/v1/stops", body)

    stopped = await day.page(HANDLER, f"/filings/{filing}")
    seen = (await day.get(HANDLER, f"/v1/filings/{filing}"))["stops"]
    await day.done(MANAGER, f"/v1/stops/{stop['id']}/lift")
    lifted = await day.get(HANDLER, f"/v1/filings/{filing}")

    assert "提出の停止中です" not in free.text
    assert "提出の停止中です" in stopped.text
    assert "システム障害のため受付停止" in stopped.text
    assert [(each["stop"]["id"], each["channels"]) for each in seen] == [(stop["id"], ["online"])]
    assert lifted["stops"] == []


async def test_who_began_reads_why_the_lodging_was_refused_after_it_had_been_taken_on(
    day: PageDay, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, filing = await prepared(day)
    path = f"/filings/{filing}"
    monkeypatch.setattr("api.gateway.SEALED_WITHIN", timedelta(milliseconds=1))

    with locked(stack, "membership", "ACCESS EXCLUSIVE"):
        taken_on = await day.send(EXPIRED, f"{path}/begin", {"channel": "online"}, key="begun")
    page = await eventually(partial(after_sealing, day, taken_on.goes_to))

    assert (taken_on.status, page.status) == (303, 200)
    assert "証明書の期限が切れています" in page.trouble()


async def after_sealing(day: PageDay, place: str) -> Shown | None:
    """The page once it no longer says that the package is being sealed."""
    page = await day.page(EXPIRED, place)
    return None if "封入しています" in page.text else page


async def test_a_channel_that_should_not_take_the_set_is_not_chosen_beforehand_but_may_be(
    day: PageDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, filing = await prepared(day)
    chosen = []

    for unlikely in ((), ("online",), ("online", "counter")):
        monkeypatch.setattr("api.preflight.preflight", partial(taken_by_none_of, unlikely))
        page = await day.page(HANDLER, f"/filings/{filing}")
        marked = re.findall(r'name="channel" value="(\w+)" required checked', page.text)
        chosen.append((marked, page.text.count("参考であり、選ぶこともできます")))

    assert chosen == [(["online"], 0), (["counter"], 1), ([], 2)]


def taken_by_none_of(unlikely: tuple[str, ...], *given: Any, **named: Any) -> Preflight:
    told = preflight(*given, **named)
    return told.model_copy(update={"takes": told.channel not in unlikely})


async def test_the_page_of_stops_says_which_are_to_be_looked_at_again(day: PageDay) -> None:
    placed = []
    for days in (0, 1):
        until_on = (day.today() + timedelta(days=days)).isoformat()
        body = {"procedure": NOT_LODGED_HERE, "reason": "other", "words": "x", "until_on": until_on}
        placed.append(await day.done(MANAGER, "/v1/stops", body))

    page = await day.page(MANAGER, "/stops")
    for stop in placed:
        await day.done(MANAGER, f"/v1/stops/{stop['id']}/lift")

    assert page.text.count("見直しの日です") == 1


async def test_every_office_of_the_authority_is_offered(day: PageDay) -> None:
    _, filing = await prepared(day)

    offered = (await day.get(HANDLER, f"/v1/filings/{filing}"))["offices"]

    assert {each["id"] for each in offered} == {
        each.id for each in offices_of(day.desk.catalogue.tables, "isa", day.today())
    }


async def test_a_client_reads_on_draft_and_case_that_lodging_is_stopped_and_moves_no_day(
    day: PageDay,
) -> None:
    draft, case = await day.drafted(), await day.handed_in()
    await day.reviewed(case)
    pages = [f"/applications/{each.number}" for each in (draft, case)]
    body = {"procedure": EXTENSION, "channel": "online", "reason": "channel_down", "words": "内部の事情"}
    stop = await day.done(MANAGER, "/v1/stops", {**body, "until_on": day.today().isoformat()})

    stopped = [(await day.page(CLIENT, each)).text for each in pages]
    await day.done(MANAGER, f"/v1/stops/{stop['id']}/lift")
    lifted = [(await day.page(CLIENT, each)).text for each in pages]

    told = "を止めています(理由:システムの停止)"
    assert [told in each for each in stopped] == [True, True]
    assert [told in each for each in lifted] == [False, False]
    assert "内部の事情" not in "".join(stopped)
