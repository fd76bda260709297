"""The reference tables: unique and bilingual rows, no two that hold on one day, figures that maps and tables share."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from infra.catalogue import load_catalogue
from schemas.catalogue import Procedure, Rule
from schemas.expressions import compile_condition
from schemas.map_checks import check_condition, check_procedure, vocabulary_of
from schemas.map_parts import CatalogueError
from schemas.maps import ready_rule
from schemas.tables import Dated, FeeAmount, Listed, Tables, of_the_day
from tests.schemas.cases import PLAN, a_dossier, a_map, check

TABLES = a_map().tables
LISTED = [
    name for name in Tables.model_fields if name != "branches" and TABLES.listed(name) and name != "sources"
]
RULES = list({each.rule.id: each.rule for ready in load_catalogue().maps() for each in ready.rules}.values())
MAPS = [load_catalogue().map_for(row.id).procedure for row in load_catalogue().procedures()]


def rows_of(name: str) -> tuple[Listed, ...]:
    rows = TABLES.listed(name)
    assert rows is not None
    return rows


@pytest.mark.parametrize("name", LISTED)
def test_rows_of_a_list_have_a_name_in_both_languages_and_end_after_they_begin(name: str) -> None:
    rows = rows_of(name)

    assert all(re.search(r"[ぁ-んァ-ン一-龥]", row.ja) for row in rows)
    assert not any(re.search(r"[ぁ-んァ-ン一-龥]", row.en) for row in rows)
    assert all(
        row.valid_from is None or row.valid_to is None or row.valid_from <= row.valid_to for row in rows
    )


def test_choices_come_from_any_table_of_named_rows() -> None:
    plan_changes, fields = TABLES.answers("plan_changes"), TABLES.answers("ssw2_fields")

    assert plan_changes and fields
    assert {"goal", "lodging", "pay_rise"} <= {row.id for row in plan_changes}
    assert len(fields) == 11
    for name in {row.choices_from for each in MAPS for row in each.fields if row.choices_from}:
        offered = [row.id for row in TABLES.answers(name) or ()]
        assert len(set(offered)) == len(offered)
    assert [row.id for row in TABLES.answers("otit_offices") or ()][-1] == "KMJ"
    assert "HQ" not in {row.id for row in TABLES.answers("otit_offices") or ()}
    assert len(TABLES.answers("isa_offices") or ()) == 11


@pytest.mark.parametrize(
    ("on", "body"),
    [
        (date(2027, 3, 31), "外国人技能実習機構"),
        (date(2027, 4, 1), "外国人育成就労機構"),
        (None, "外国人育成就労機構"),
    ],
)
def test_a_choice_is_offered_once_under_the_name_of_the_day(on: date | None, body: str) -> None:
    offered = TABLES.answers("otit_offices", on) or ()

    assert len({choice.id for choice in offered}) == len(offered) == 13
    assert {choice.ja.startswith(body) for choice in offered} == {True}


def test_an_id_without_a_row_that_day_is_called_as_it_was_last() -> None:
    closed = tuple(row.model_copy(update={"valid_to": date(2027, 4, 30)}) for row in TABLES.offices)

    assert of_the_day(closed, date(2028, 1, 1))["HQ"].ja == "外国人育成就労機構本部"


@pytest.mark.parametrize("name", ["nothing", "fees", "country_codes", "lowest_yen_per_hour", "sources"])
def test_what_has_no_named_rows_offers_nothing(name: str) -> None:
    assert TABLES.answers(name) is None


def with_choices_from(name: str) -> Procedure:
    plan = a_map(PLAN).procedure
    fields = [
        row.model_copy(update={"choices_from": name}) if row.id == "filing_office" else row
        for row in plan.fields
    ]
    return plan.model_copy(update={"fields": tuple(fields)})


def test_a_field_that_names_no_table_of_answers_is_refused() -> None:
    spoiled = with_choices_from("fees")

    with pytest.raises(
        CatalogueError, match=r"fields\.filing_office\.choices_from: no table of answers fees"
    ):
        check_procedure(spoiled, TABLES, vocabulary_of(spoiled, TABLES), frozenset(spoiled.rules))


def test_a_condition_on_an_answer_that_the_table_does_not_have_is_refused() -> None:
    plan = a_map(PLAN).procedure
    vocabulary = vocabulary_of(plan, TABLES)

    assert check_condition(plan, vocabulary, "here", "filing_office == 'TYO'")
    with pytest.raises(CatalogueError, match="filing_office has no choice 'NOWHERE'"):
        check_condition(plan, vocabulary, "here", "filing_office == 'NOWHERE'")


def test_the_17_fields_of_skill_development_are_the_19_without_transport_and_aviation() -> None:
    skilled = [row.id for row in rows_of("ssw_fields")]
    developed = [row.id for row in rows_of("esd_fields")]

    assert (len(skilled), len(developed)) == (19, 17)
    assert [name for name in skilled if name not in developed] == ["aviation", "auto_transport"]
    assert {row.id for row in TABLES.ssw_fields if row.decided_on == date(2026, 1, 23)} == {
        "linen_supply",
        "logistics_warehouse",
        "resource_circulation",
    }


def overlap(rows: list[FeeAmount]) -> bool:
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return any(one.valid_to is None or later.valid_from <= one.valid_to for one, later in pairwise(ordered))


def test_one_fee_holds_on_a_day_for_a_channel() -> None:
    found: dict[tuple[str, str], list[FeeAmount]] = defaultdict(list)
    for row in TABLES.fees:
        for channel in (row.channel,) if row.channel else ("post", "counter", "online"):
            found[row.table, channel].append(row)

    assert [key for key, rows in found.items() if overlap(rows)] == []
    assert all(row.valid_to is None or row.valid_from <= row.valid_to for row in TABLES.fees)


@pytest.mark.parametrize(
    ("on", "online", "counter"), [(date(2027, 3, 30), 5500, 6000), (date(2027, 3, 31), None, None)]
)
def test_the_fee_of_a_permission_is_unknown_from_the_day_on_which_it_changes_at_the_latest(
    on: date, online: int | None, counter: int | None
) -> None:
    def amount(table: str, channel: str) -> int | None:
        found = [
            row
            for row in TABLES.fees
            if row.table == table
            and row.channel in (None, channel)
            and row.valid_from <= on
            and (row.valid_to is None or on <= row.valid_to)
        ]
        assert len(found) == 1
        return found[0].amount_yen

    for table in ("isa.change", "isa.extension"):
        assert (amount(table, "online"), amount(table, "counter")) == (online, counter)


def test_a_prefecture_has_one_minimum_wage_on_a_day() -> None:
    known = {row.code for row in TABLES.prefectures}
    rows = sorted(TABLES.minimum_wages, key=lambda row: (row.prefecture, row.valid_from))

    assert {row.prefecture for row in rows} <= known
    assert all(row.valid_from <= row.valid_to for row in rows)
    assert not any(
        one.prefecture == later.prefecture and later.valid_from <= one.valid_to
        for one, later in pairwise(rows)
    )


def test_countries_offices_and_fields_that_tables_name_exist() -> None:
    offices = {(row.authority, row.id) for row in TABLES.offices}

    assert {row.country for row in TABLES.bilateral_arrangements} <= set(TABLES.country_codes)
    assert {row.country for row in TABLES.bilateral_papers} <= set(TABLES.country_codes)
    assert {(row.authority, row.office) for row in TABLES.branches} <= offices
    assert {row.parent for row in TABLES.offices} - {None} <= {row.id for row in TABLES.offices}
    assert {row.field for row in TABLES.ssw_intakes} <= {row.id for row in TABLES.ssw_fields}


def test_equinoxes_are_marked_until_their_almanac_is_published() -> None:
    equinoxes = {
        row.on: row.check_before_use for row in TABLES.holidays if row.ja in ("春分の日", "秋分の日")
    }

    assert [on for on, marked in equinoxes.items() if marked] == [date(2028, 3, 20), date(2028, 9, 22)]
    assert date(2027, 3, 21) in equinoxes


def test_head_counts_rise_with_the_staff_and_triple_for_skill_development() -> None:
    steps = [(row.staff_up_to, row.base) for row in TABLES.quota]

    assert steps == sorted(steps)
    assert [(row.staff_up_to, row.base) for row in TABLES.esd_quota] == [
        (staff, 3 * base) for staff, base in steps
    ]


WINDOWS = {
    "ISA-DC-03b": {36}, "ISA-LK-05": {12}, "ISA-RC-03": {3}, "ISA-RC-05": {2}, "ISA-RC-12": {12}, "ISA-TX-01": {2, 25},
    "OTIT-ESD-02": {6}, "OTIT-ESD-03": {4}, "OTIT-ESD-05": {36}, "OTIT-HRS-07": {1}, "OTIT-ID-04b": {12},
    "OTIT-NTF-02": {1}, "OTIT-NTF-03": {2}, "OTIT-NTF-06": {2}, "OTIT-NTF-09": {3},
    "OTIT-TIME-01": {6}, "OTIT-TIME-02": {4}, "OTIT-TIME-03": {3}, "OTIT-TIME-04": {12}, "OTIT-TIME-04c": {24},
    "OTIT-TIME-05": {3}, "OTIT-TIME-07": {12}, "OTIT-TIME-12": {1, 12},
}  # fmt: skip
"""Months that rules name themselves: windows, stages and intervals of the law. How long a paper may be used is a row."""
_MONTHS = re.compile(r"months_(?:before|after)\((?:[^()]|\([^()]*\))*, *(\d+)\)")
_LIFE_ASKED = re.compile(r"paper_life\('(\w+)'")


def life(paper: str) -> int:
    (row,) = (row for row in TABLES.paper_lives if row.id == paper)
    return row.months


def conditions_of(rule: Rule) -> str:
    return " ".join([rule.applies_when, rule.expression or "", *rule.values.values()])


def test_no_rule_says_itself_how_long_a_paper_may_be_used() -> None:
    written = {each.id: {int(months) for months in _MONTHS.findall(conditions_of(each))} for each in RULES}

    assert {rule_id: months for rule_id, months in written.items() if months} == WINDOWS


def test_lives_that_rules_ask_for_stand_in_the_table() -> None:
    asked = {kind for each in RULES for kind in _LIFE_ASKED.findall(conditions_of(each))}

    assert len(asked) >= 7
    assert asked <= {row.id for row in TABLES.paper_lives}


@pytest.mark.parametrize("procedure", MAPS, ids=lambda row: str(row.id))
def test_maps_ask_for_papers_as_young_as_the_table_of_lives_says(procedure: Procedure) -> None:
    young = life(f"{procedure.authority}_paper")
    kept = life(f"{procedure.authority}_omission")

    assert {row.issued_within_months for row in procedure.documents} <= {None, young}
    assert {row.omission_within_months for row in procedure.documents} <= {None, kept}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("listed('residence_statuses', 'ESD', date('2027-04-01'))", "holds"),
        ("listed('residence_statuses', 'ESD', date('2027-03-31'))", "fails"),
        ("listed('paper_lives', 'online_id_2025', date('2026-01-04'))", "holds"),
        ("listed('paper_lives', 'online_id_2025', date('2026-01-05'))", "fails"),
        ("listed('occupations', '2-1-9', date('2026-11-22'))", "holds"),
        ("listed('occupations', '99-9-9', date('2026-11-22'))", "fails"),
        ("stage_3_closed('5-10-3', date('2026-11-22'))", "holds"),
        ("stage_3_closed('7-7-1') || stage_3_closed('99-9-9')", "fails"),
        ("listed('nothing', 'x', date('2026-11-22'))", "cannot_decide"),
        ("change_tier('goal') == 'accreditation'", "holds"),
        ("change_tier('lodging') == 'notification'", "holds"),
        ("change_tier('pay_rise') == 'none'", "holds"),
        ("change_tier('implementer_replaced') == 'new_plan'", "holds"),
        ("change_tier('unheard_of') == 'none'", "cannot_decide"),
        ("esd_base_quota(30) == 9 && esd_base_quota(31) == 12", "holds"),
        ("esd_base_quota(300) == 45 && esd_base_quota(301) == 45", "holds"),
        ("esd_base_quota(320) == 48", "holds"),
        ("in_force_from('esd_act') == date('2027-04-01')", "holds"),
        ("in_force_from('unheard_of') == date('2027-04-01')", "cannot_decide"),
        ("paper_life('health_check', date('2026-11-22')) == 12", "holds"),
        (
            "months_before(date('2026-11-22'), paper_life('no', date('2026-11-22'))) > date('2026-01-01')",
            "cannot_decide",
        ),
        ("paper_life('online_id_2025', date('2026-01-05')) > 0", "cannot_decide"),
        ("ssw_intake('food_service', date('2026-03-26')) == 'open'", "holds"),
        ("ssw_intake('food_service', date('2026-03-27')) == 'limited'", "holds"),
        ("ssw_intake('linen_supply', date('2026-11-22')) == 'not_open'", "holds"),
        ("ssw_intake('forestry', date('2026-11-22')) == 'open'", "holds"),
    ],
)
def test_conditions_read_the_tables(text: str, outcome: str) -> None:
    assert compile_condition(text, {}, TABLES).decide({}).outcome == outcome


def test_a_life_travels_into_the_finding_and_decides_it() -> None:
    ready = a_map(only="ISA-PH-02")
    longer = tuple(row.model_copy(update={"months": row.months + 1}) for row in TABLES.paper_lives)
    vocabulary = vocabulary_of(ready.procedure, TABLES.model_copy(update={"paper_lives": longer}))
    under = replace(ready, rules=(ready_rule(ready.procedure, ready.rules[0].rule, vocabulary),))
    answers = {"photo_taken_on": "2026-05-21"}

    (finding,) = check(ready, a_dossier(ready, answers)).findings

    assert [(row.table, row.source, row.verification) for row in finding.rows] == [
        ("paper_lives", "isa-photo", "primary")
    ]
    assert finding.message_values == {"months": "6", "taken_from": "2026-05-22"}
    assert check(under, a_dossier(under, answers)).findings == ()


def in_turn(rows: Sequence[Dated], **changed: object) -> tuple[Dated, ...]:
    """The rows until the end of March 2027, and from April the same rows with what changed."""
    before = (row.model_copy(update={"valid_to": date(2027, 3, 31)}) for row in rows)
    after = (row.model_copy(update={"valid_from": date(2027, 4, 1), **changed}) for row in rows)
    return (*before, *after)


@pytest.mark.parametrize(
    ("table", "changed", "text"),
    [
        ("quota", {"base": 7}, "base_quota(30, {on}) == 7"),
        ("esd_quota", {"base": 7}, "esd_base_quota(300, {on}) == 7"),
        ("plan_changes", {"tier": "none"}, "change_tier('goal', {on}) == 'none'"),
        ("occupations", {"stage_3": False}, "stage_3_closed('7-7-1', {on})"),
        ("bilateral_papers", {"country": "JPN"}, "needs_bilateral_paper('isa', 'JPN', {on})"),
        ("bilateral_papers", {"country": "JPN"}, "!needs_bilateral_paper('isa', 'VNM', {on})"),
        ("residence_statuses", {"total_months": 7}, "stay_limit('total', 'SSW1', {on}) == 7"),
        ("occupations", {"id": "8-99-9"}, "transfer_eligible('8-99-9', {on})"),
        ("bilateral_arrangements", {"country": "JPN"}, "has_arrangement('JPN', {on})"),
        ("paper_lives", {"months": 7}, "paper_life('photo', {on}) == 7"),
    ],
)
def test_a_row_counts_on_the_days_on_which_it_is_in_force(
    table: str, changed: dict[str, object], text: str
) -> None:
    tables = TABLES.model_copy(update={table: in_turn(getattr(TABLES, table), **changed)})

    outcomes = [
        compile_condition(text.format(on=f"date('{on}')"), {}, tables).decide({}).outcome
        for on in ("2027-03-31", "2027-04-01")
    ]

    assert outcomes == ["fails", "holds"]


def test_a_code_is_on_the_list_on_the_days_of_each_of_its_rows() -> None:
    tables = TABLES.model_copy(update={"occupations": in_turn(TABLES.occupations, stage_3=False)})

    outcomes = [
        compile_condition(f"transfer_eligible('2-1-9', date('{on}'))", {}, tables).decide({}).outcome
        for on in ("2027-03-31", "2027-04-01")
    ]

    assert outcomes == ["holds", "holds"]


def test_a_head_count_for_a_day_without_steps_is_unpublished() -> None:
    tables = TABLES.model_copy(
        update={
            "quota": tuple(row.model_copy(update={"valid_to": date(2027, 3, 31)}) for row in TABLES.quota)
        }
    )

    decision = compile_condition("base_quota(900, date('2027-04-01')) > 0", {}, tables).decide({})

    assert decision.missing == ("table:quota",)


def test_a_table_that_does_not_exist_is_told_as_missing() -> None:
    decision = compile_condition("listed('nothing', 'x', date('2026-11-22'))", {}, TABLES).decide({})

    assert decision.missing == ("table:nothing",)
