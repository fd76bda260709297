"""The registers in a browser: lists, forms that keep what was typed, histories, the list to file, leaving, fees."""

import pytest

from api.pages.words import Wording
from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, OPERATOR, OTHER, REVIEWER, PageDay
from tests.api.staff.office_day import organisation
from tests.api.staff.registering import CERTIFICATE, TERMS, Newcomer, a_newcomer

PAGES = ("/registers", "/registers/members", "/registers/lapses")
TERM_FIELDS = {name: value for name, value in TERMS.items() if value is not None}


@pytest.fixture
async def newcomer(day: PageDay) -> Newcomer:
    return await a_newcomer(day)


def page_of(who: Newcomer) -> str:
    return f"/registers/handlers/{who.id}"


@pytest.mark.parametrize("path", PAGES)
async def test_managers_and_handlers_read_the_registers_and_nobody_else(day: PageDay, path: str) -> None:
    everybody = (MANAGER, HANDLER, REVIEWER, CLIENT, OPERATOR)

    answers = {who: (await day.page(who, path)).status for who in everybody}

    assert answers == {MANAGER: 200, HANDLER: 200, REVIEWER: 403, CLIENT: 403, OPERATOR: 403}


async def test_a_certificate_is_entered_by_a_form_and_the_page_tells_its_history(
    day: PageDay, newcomer: Newcomer
) -> None:
    path = page_of(newcomer)
    before = await day.page(MANAGER, path)

    entered = await day.send(MANAGER, path, CERTIFICATE, seen=before)

    after = await day.page(MANAGER, entered.goes_to)
    assert entered.status == 303
    assert 'value="SAMPLE-9"' in after.text
    assert Wording("ja")("done.register_kept") in after.text
    assert "2029年3月31日" in after.text[after.text.index("history-title") :]
    assert "SAMPLE-9" not in before.text


async def test_a_refused_form_keeps_what_was_typed(day: PageDay, newcomer: Newcomer) -> None:
    path = page_of(newcomer)
    wrong = CERTIFICATE | {"valid_from": "2030-01-01"}

    refused = await day.send(MANAGER, path, wrong)

    assert refused.status == 422
    assert "期間の終わり" in refused.trouble()
    assert 'value="SAMPLE-9"' in refused.text
    assert 'value="2030-01-01"' in refused.text


async def test_handlers_look_and_have_no_form(day: PageDay, newcomer: Newcomer) -> None:
    path = page_of(newcomer)

    shown = await day.page(HANDLER, path)
    sent = await day.send(HANDLER, path, CERTIFICATE)

    assert f'action="{path}"' not in shown.text
    assert sent.status == 403


async def test_a_mandate_is_entered_and_ended_on_its_page(day: PageDay, newcomer: Newcomer) -> None:
    path = f"{page_of(newcomer)}/mandates"
    added = await day.send(MANAGER, path, TERM_FIELDS | {"organisation_id": organisation()})
    listed = await day.page(MANAGER, page_of(newcomer))
    mandate = listed.text.partition("/registers/mandates/")[2].partition('"')[0]
    one = f"/registers/mandates/{mandate}"

    ended = await day.send(MANAGER, one, TERM_FIELDS | {"valid_until": "2026-11-01"})

    shown = await day.page(HANDLER, one)
    assert (added.status, ended.status) == (303, 303)
    assert "2026年11月1日" in shown.text
    assert "— → 2026年11月1日" in shown.text


async def test_a_client_reads_its_own_mandates_only(day: PageDay, newcomer: Newcomer) -> None:
    await newcomer.entrust(0)

    own = await day.page(CLIENT, "/mandates")
    foreign = await day.page(OTHER, "/mandates")
    staff = await day.page(MANAGER, "/mandates")

    assert (own.status, foreign.status, staff.status) == (200, 200, 403)
    assert "見本 新任" in own.text
    assert own.text.count("見本 新任") > foreign.text.count("見本 新任")


async def test_a_membership_is_entered_by_a_form(day: PageDay) -> None:
    path = f"/registers/members/{organisation(5)}"
    fields = {"is_member": "yes", "since": "2026-10-01", "parent_id": "", "fee_class": "member"}

    kept = await day.send(MANAGER, path, fields)
    refused = await day.send(MANAGER, path, fields | {"parent_id": organisation(5)}, key="again")

    shown = await day.page(HANDLER, path)
    assert (kept.status, refused.status) == (303, 422)
    assert "2026年10月1日" in shown.text


async def test_the_list_of_pledged_organisations_is_recorded_as_filed_as_it_stands_on_the_page(
    day: PageDay, newcomer: Newcomer
) -> None:
    await newcomer.entrust(0)
    path = f"{page_of(newcomer)}/pledges"
    seen = await day.page(MANAGER, path)
    fields = {"organisation": [organisation()], "filed_on": day.today().isoformat()}

    filed = await day.send(MANAGER, f"{path}/filed", fields, seen=seen)
    stale = await day.send(MANAGER, f"{path}/filed", fields | {"organisation": []})

    shown = await day.page(HANDLER, path)
    sheet = await day.page(HANDLER, f"{path}.csv")
    assert (filed.status, stale.status) == (303, 409)
    assert Wording("ja")("pledges.never_filed") in seen.text
    assert Wording("ja")("pledges.same") in shown.text
    assert sheet.answer.headers["content-type"].startswith("text/csv")


async def test_a_leaver_is_seen_off_on_one_page(day: PageDay, newcomer: Newcomer) -> None:
    await newcomer.certify()
    path = f"{page_of(newcomer)}/leaving"
    before = await day.page(MANAGER, path)

    done = await day.send(MANAGER, path, {"left_on": day.today().isoformat()}, seen=before)
    again = await day.page(MANAGER, path)

    assert done.status == 200
    assert Wording("ja")("leaving.nothing_open") in before.text
    assert Wording("ja")("leaving.closed") in done.text
    assert Wording("ja")("register.closed_means") in again.text


async def test_the_fees_of_a_period_are_shown_and_a_wrong_period_is_a_page(day: PageDay) -> None:
    shown = await day.page(MANAGER, "/registers/fees")
    wrong = await day.page(MANAGER, "/registers/fees?from_on=2026-11-02&to_on=2026-11-01")
    sheet = await day.page(MANAGER, "/registers/fees.csv?from_on=2026-11-01&to_on=2026-11-30")
    refused = await day.page(HANDLER, "/registers/fees")

    assert (shown.status, wrong.status, sheet.status, refused.status) == (200, 422, 200, 403)
    assert shown.heading == Wording("ja")("register.fees")


async def test_who_lacks_something_reads_it_on_the_filing_before_he_begins(
    day: PageDay, newcomer: Newcomer
) -> None:
    case = await day.handed_in()
    await day.reviewed(case)
    filing_id = (await day.task_of(case.number, "lodge"))["filing_id"]

    lacking = await day.page(newcomer.id, f"/filings/{filing_id}")
    entitled = await day.page(HANDLER, f"/filings/{filing_id}")

    assert "取次者証明書の登録がありません。" in lacking.text
    assert "この依頼元から取次者への依頼の登録がありません。" in lacking.text
    assert "今は提出できません" not in entitled.text
