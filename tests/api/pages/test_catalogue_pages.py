"""The catalogue's pages open for everybody signed in, whole; explanations and impacts for those who may."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.findings import Severity
from schemas.named_checks import CHECK_ROWS
from tests.api.conftest import browsing
from tests.api.pages.browsing import CLIENT, MANAGER, OPERATOR, REVIEWER, PageDay
from tests.schemas.cases import LAST_DAY, a_catalogue_followed

EXTENSION = "isa.extension.ssw1"


async def test_every_procedure_opens_with_its_sources(day: PageDay) -> None:
    for ready in day.desk.catalogue.maps():
        page = await day.page(
            CLIENT, f"/catalogue/procedures/{ready.procedure.id}?version={ready.procedure.version}"
        )

        assert (page.status, page.heading) == (200, ready.procedure.name.ja)
        assert all(f'id="d-{kind.id}"' in page.text for kind in ready.procedure.documents)
        assert ready.pack_version in page.text


async def test_the_office_that_a_map_names_is_told_with_the_days_of_its_names(day: PageDay) -> None:
    page = await day.page(CLIENT, "/catalogue/procedures/otit.report.business")

    before, after = page.text.split("外国人育成就労機構本部")
    assert before.index("外国人技能実習機構本部") < before.index("2027年3月31日")
    assert "2027年4月1日" in after


async def test_every_table_opens(day: PageDay) -> None:
    catalogue = await day.page(REVIEWER, "/catalogue")
    names = [part.split('"')[0] for part in catalogue.text.split('href="/catalogue/tables/')[1:]]

    assert {"offices", "fees", "holidays"} <= set(names)
    assert {(await day.page(REVIEWER, f"/catalogue/tables/{name}")).status for name in names} == {200}


async def test_a_rule_tells_its_condition_and_its_procedures(day: PageDay) -> None:
    ready = day.desk.catalogue.map_for(EXTENSION)
    rule = next(each.rule for each in ready.rules if each.rule.expression)

    page = await day.page(CLIENT, f"/catalogue/rules/{rule.id}")

    assert (page.status, page.heading) == (200, rule.title.ja)
    assert ready.procedure.name.ja in page.text


async def test_a_rule_that_another_follows_tells_what_it_says_at_other_times(day: PageDay) -> None:
    next_day = LAST_DAY + timedelta(days=1)
    followed = replace(
        day.desk, catalogue=a_catalogue_followed("OTIT-HRS-09", next_day, severity=Severity.WARN)
    )

    async with browsing(followed) as http:
        page = await PageDay(followed, http, "").page(CLIENT, "/catalogue/rules/OTIT-HRS-09")

    before, after = page.text.split('id="times-title"')
    assert "severity-correct" in before
    assert "severity-warn" in after


async def test_the_page_of_a_rule_with_a_named_check_tells_what_it_compares_reads_and_wants(
    day: PageDay,
) -> None:
    row = CHECK_ROWS["fresh_documents"]

    page = await day.page(CLIENT, "/catalogue/rules/ALL-DC-04")

    assert page.status == 200
    assert all(told in page.text for told in (row.compares.ja, row.passes.ja, "発行日", "fresh_documents"))


async def test_what_only_a_person_decides_has_its_page_and_stands_on_its_procedures(day: PageDay) -> None:
    on_the_procedure = await day.page(CLIENT, f"/catalogue/procedures/{EXTENSION}")
    page = await day.page(CLIENT, "/catalogue/rules/ISA-PH-03")

    assert 'href="/catalogue/rules/ISA-PH-03"' in on_the_procedure.text
    assert (page.status, page.heading) == (200, "写真の写り")
    assert all(item in page.text for item in ("otit:ID-05", "isa:PH-03"))
    assert f"/catalogue/procedures/{EXTENSION}?" in page.text


async def test_a_procedure_tells_its_limits_bounds_fees_and_what_follows(day: PageDay) -> None:
    page = await day.page(CLIENT, f"/catalogue/procedures/{EXTENSION}")
    plan = await day.page(CLIENT, "/catalogue/procedures/otit.plan.accreditation.F")

    for told in ("合計25 MBまで", "その3か月前から", "1人につき¥5,500", "署名する人:"):
        assert told in page.text
    assert "次の場合: 本邦に在留中である" in plan.text


@pytest.mark.parametrize("words", ["写真", "photo", "photo passport zzz", EXTENSION, "ISA-PH-03"])
async def test_the_search_finds_in_both_languages_and_by_id(day: PageDay, words: str) -> None:
    page = await day.page(CLIENT, f"/catalogue?search={words}")

    assert page.status == 200
    assert ('class="empty"' in page.text) == ("zzz" in words)


@pytest.mark.parametrize(
    "path", ["procedures/no.such", "rules/ISA-ZZ-99", "tables/nothing", "tables/holidays_from"]
)
async def test_what_the_catalogue_does_not_have_is_not_found(day: PageDay, path: str) -> None:
    assert (await day.page(CLIENT, f"/catalogue/{path}")).status == 404


async def test_a_finding_links_to_its_explanation(day: PageDay) -> None:
    case = await day.handed_in()
    overview = await day.page(REVIEWER, f"/applications/{case.number}")
    address = overview.text.split('href="/findings/')[1].split('"')[0]

    page = await day.page(REVIEWER, f"/findings/{address}")
    refused = await day.page(CLIENT, f"/findings/{address}")

    assert (page.status, refused.status) == (200, 403)
    assert "根拠" in page.text


async def test_the_impact_of_newer_rules_is_for_managers(day: PageDay) -> None:
    answers = {who: (await day.page(who, "/impact")).status for who in (MANAGER, REVIEWER, CLIENT, OPERATOR)}

    assert answers == {MANAGER: 200, REVIEWER: 403, CLIENT: 403, OPERATOR: 403}


async def test_a_client_is_led_to_the_sources_once_and_not_warned_beside_every_field(day: PageDay) -> None:
    case = await day.drafted()
    form = await day.page(CLIENT, f"/applications/{case.number}/edit")
    papers = await day.page(CLIENT, f"/applications/{case.number}/documents")

    for page in (form, papers):
        assert page.text.count(f'href="/catalogue/procedures/{EXTENSION}"') == 1
        assert "根拠は未確認" not in page.text


async def test_a_finding_in_a_task_links_to_its_explanation_too(day: PageDay) -> None:
    case = await day.handed_in()
    task = await day.task_of(case.number, "review")

    page = await day.page(REVIEWER, f"/tasks/{task['id']}")

    assert page.text.count('/explanation"') >= 1


async def test_a_reviewer_sees_which_findings_rest_on_rules_that_were_not_verified(day: PageDay) -> None:
    case = await day.handed_in()

    page = await day.page(REVIEWER, f"/applications/{case.number}")

    assert "verification-unverified" in page.text
