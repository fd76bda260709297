"""The pages that say by when, and why: a draft's plan and last day, a procedure's plan, and the days of a case."""

from dataclasses import replace
from datetime import date, datetime, time
from functools import partial

from schemas.calendar import JAPAN
from tests.api.conftest import browsing
from tests.api.pages.browsing import CLIENT, MANAGER, PageDay, Shown
from tests.api.staff.office_day import PLAN

NOT_LODGED_HERE = "isa.change.ssw1"


async def test_a_procedure_is_planned_back_for_the_day_that_is_asked(day: PageDay) -> None:
    empty = await day.page(CLIENT, f"/procedures/{PLAN}/plan")
    mistyped = await day.page(CLIENT, f"/procedures/{PLAN}/plan?on=2028-04-99")
    planned = await day.page(CLIENT, f"/procedures/{PLAN}/plan?on=2028-04-03")

    assert "技能実習開始予定日" in empty.text
    assert "計算の根拠" not in empty.text
    assert (mistyped.status, "計算の根拠" in mistyped.text) == (422, False)
    assert 'href="#f-on"' in mistyped.text
    assert "当方への提出" in planned.text
    assert "年末年始の休日" in planned.text or "閉庁日" in planned.text


async def test_a_procedure_that_is_not_ours_has_no_plan(day: PageDay) -> None:
    assert (await day.page(CLIENT, "/procedures/no.such/plan")).status == 404


async def test_a_draft_says_once_that_its_lodging_is_stopped_and_plans_as_before(day: PageDay) -> None:
    draft = await day.drafted(procedure=NOT_LODGED_HERE)
    await day.fill(draft, {draft.persons[0]: {"stay_expires_on": "2028-04-03"}})
    until_on = day.today().isoformat()
    body = {"procedure": NOT_LODGED_HERE, "reason": "other", "words": "x", "until_on": until_on}
    stop = await day.done(MANAGER, "/v1/stops", body)

    stopped = await day.page(CLIENT, f"/applications/{draft.number}")
    await day.done(MANAGER, f"/v1/stops/{stop['id']}/lift")
    lifted = await day.page(CLIENT, f"/applications/{draft.number}")

    assert [page.text.count("官署への提出(") for page in (stopped, lifted)] == [1, 0]
    assert [page.text.count("計算の根拠") for page in (stopped, lifted)] == [1, 1]
    assert "提出の停止では動かない" not in stopped.text


async def test_a_draft_says_until_when_it_is_taken_and_that_it_no_longer_is(day: PageDay) -> None:
    draft = await day.drafted(procedure=PLAN)
    path = f"/applications/{draft.number}"

    last_day, day_after = [await _page_on(each, day, path) for each in (date(2027, 3, 31), date(2027, 4, 1))]

    assert ["まで提出できます" in page.text for page in (last_day, day_after)] == [True, False]
    assert [f'action="{path}/hand-in"' in page.text for page in (last_day, day_after)] == [True, False]
    assert ["現在受け付けていません" in page.text for page in (last_day, day_after)] == [False, True]


async def _page_on(on: date, day: PageDay, path: str) -> Shown:
    then = replace(day.desk, now=partial(datetime.combine, on, time(12), JAPAN))
    async with browsing(then) as http:
        return await PageDay(then, http, day.owner_url).page(CLIENT, path)
