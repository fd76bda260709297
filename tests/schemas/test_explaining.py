"""Explaining: the values used, the condition in words, and a boundary that really is one."""

from datetime import date, timedelta
from typing import Any

import pytest

from infra.catalogue import load_catalogue
from infra.kept_checks import kept_check
from schemas.catalogue import Procedure, Rule
from schemas.dossier import KeptCheck, RuleFinding
from schemas.explaining import Explanation, clauses, explain
from schemas.expression_words import _NAMES, in_words
from schemas.expressions import _catalogue_functions
from schemas.maps import Catalogue, ProcedureMap
from schemas.named_checks import CHECK_ROWS
from schemas.table_names import table_name
from tests.schemas.cases import EXTENSION, a_dossier, a_map, check
from tests.schemas.clean_dossiers import a_document

RULE = "ISA-ZZ-01"
UNKNOWN = KeptCheck(pack_version="", as_of=date(2026, 11, 22), findings=(), decided=0, not_applicable=0)


def with_rule(expression: str, *inputs: str, place: str = "application") -> ProcedureMap:
    """The extension with one rule of our own, alone."""
    shipped = a_map(EXTENSION)
    model = shipped.rules[0].rule.model_dump()
    row = model | {
        "id": RULE,
        "scope": "inputs",
        "inputs": inputs,
        "applies_when": "true",
        "expression": expression,
        "check": None,
        "place": place,
        "values": {},
        "message": {"ja": "確認", "en": "check"},
        "valid_from": date(2000, 1, 1),
        "valid_to": None,
    }
    plain = shipped.procedure.model_dump() | {"rules": (RULE,)}
    prompted = [each.rule for each in shipped.rules]
    rules = [*prompted, Rule.model_validate(row)]
    return Catalogue([Procedure.model_validate(plain)], rules, shipped.tables).map_for(EXTENSION)


def explained(
    ready: ProcedureMap, answers: dict[str, object], as_of: date = date(2026, 11, 22)
) -> Explanation:
    dossier = a_dossier(ready, answers, as_of=as_of)
    report = check(ready, dossier)
    finding = next(each for each in report.findings if each.rule_id == RULE)
    told = explain(ready, finding, kept=kept_check(report, dossier))
    assert told is not None
    return told


def date_field(ready: ProcedureMap) -> str:
    return next(row.id for row in ready.procedure.fields if row.type == "date" and row.belongs_to_person)


def money_field(ready: ProcedureMap) -> str:
    return next(row.id for row in ready.procedure.fields if row.type in ("money_yen", "integer"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{wage} >= 200000", "200000"),
        ("200000 <= {wage}", "200000"),
        ("{wage} > 1 && {wage} >= 100 * 2000", "200000"),
    ],
)
def test_a_comparison_tells_from_which_value_on_it_holds(written: str, told: str) -> None:
    wage = money_field(a_map(EXTENSION))
    ready = with_rule(written.format(wage=wage), wage)

    why = explained(ready, {wage: 199_999})

    assert [each.bound for each in why.would_pass] == [told]
    passing = a_dossier(ready, {wage: int(told)})
    assert check(ready, passing).findings == ()
    label = ready.procedure.field(wage)
    assert label is not None
    assert f"「{label.label.ja}」が{told}以上" in why.would_pass[0].words.ja
    assert f"“{label.label.en}” is {told} or more" in why.would_pass[0].words.en


@pytest.mark.parametrize(
    ("written", "good_on", "ja", "en"),
    [
        ("months_before({name}, 3) <= as_of", date(2027, 2, 22), "以前", "is on or before"),
        ("{name} <= as_of", date(2026, 11, 22), "以前", "is on or before"),
        ("{name} < as_of", date(2026, 11, 21), "より前", "is before"),
        ("{name} >= as_of", date(2026, 11, 22), "以後", "is on or after"),
        ("as_of < {name}", date(2026, 11, 23), "より後", "is after"),
    ],
)
def test_a_day_is_on_before_or_after_a_day_and_not_more_or_less(
    written: str, good_on: date, ja: str, en: str
) -> None:
    name, on = date_field(a_map(EXTENSION)), date(2026, 11, 22)
    ready = with_rule(written.format(name=name), name)
    wrong_on = good_on + timedelta(days=1 if "before" in en else -1)

    why = explained(ready, {name: wrong_on}, on)

    (must,) = why.would_pass
    assert must.bound == "2026-11-22"
    assert must.words.ja.endswith(f"」が2026-11-22{ja}")
    assert must.words.en.endswith(f"” {en} 2026-11-22")
    assert {each.name: each.value for each in why.used} == {name: wrong_on.isoformat(), "as_of": "2026-11-22"}
    assert check(ready, a_dossier(ready, {name: good_on}, as_of=on)).findings == ()


def test_what_is_missing_must_become_known() -> None:
    ready = a_map(EXTENSION)
    finding = RuleFinding(
        rule_id=ready.rules[0].rule.id,
        severity="block",
        outcome="cannot_decide",
        place_kind="application",
        place="application",
        missing=("name_latin",),
    )

    why = explain(ready, finding, kept=UNKNOWN)

    assert why is not None
    assert [each.clause for each in why.would_pass] == ["name_latin"]
    assert why.used[0].value is None
    assert why.source is not None and why.legal_source


def test_a_rule_the_pack_does_not_have_is_not_explained() -> None:
    finding: dict[str, Any] = {
        "severity": "info",
        "outcome": "fails",
        "place_kind": "person",
        "place": "person",
    }
    unknown = RuleFinding(rule_id="ISA-ZZ-99", **finding)

    assert explain(a_map(EXTENSION), unknown, kept=UNKNOWN) is None


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("a && b", ("a", "b")),
        ("(a && (b || c))", ("a", "b || c")),
        ("a || b && c", ("a || b && c",)),
        ("x == '&&' && f(a && b)", ("x == '&&'", "f(a && b)")),
        ("(a) && (b)", ("a", "b")),
    ],
)
def test_a_condition_falls_into_the_parts_that_must_all_hold(expression: str, parts: tuple[str, ...]) -> None:
    assert clauses(expression) == parts


def test_every_rule_of_every_map_can_be_told_in_words() -> None:
    for ready in (a_map(EXTENSION), a_map("otit.plan.accreditation.D")):
        for each in ready.rules:
            told = in_words(ready, each.rule.expression or each.rule.applies_when)
            assert told.ja and told.en


def test_a_life_is_told_by_the_paper_it_is_of() -> None:
    told = in_words(a_map(EXTENSION), "months_before(as_of, paper_life('photo', as_of)) <= photo_taken_on")

    assert told.en == "months before(day of lodging, months of use(Photo, day of lodging)) ≤ Photo taken on"


def test_every_function_has_words() -> None:
    assert set(_catalogue_functions(a_map(EXTENSION).tables)) - set(_NAMES) == set()


def test_a_named_check_tells_what_it_compared_with_which_values_and_in_which_version() -> None:
    ready = a_map(EXTENSION, only="ALL-DC-04")
    paper = a_document(ready, "tax_assessment", "p1", issued_on=date(2026, 1, 5))
    dossier = a_dossier(ready, documents=(paper,))
    report = check(ready, dossier)

    why = explain(ready, report.findings[0], kept=kept_check(report, dossier))

    row = CHECK_ROWS["fresh_documents"]
    assert why is not None
    assert {each.name: each.value for each in why.used} == {"as_of": "2026-11-22", "issued_on": "2026-01-05"}
    assert (why.check_version, why.compares) == (row.version, row.compares)
    assert [each.words for each in why.would_pass] == [row.passes]


def test_a_row_of_a_table_travels_into_the_finding_with_its_own_source() -> None:
    ready = with_rule("min_wage('13', as_of) > 9000")
    dossier = a_dossier(ready, as_of=date(2026, 5, 1))
    report = check(ready, dossier)
    row = next(each for each in ready.tables.minimum_wages if each.prefecture == "13")

    why = explain(ready, report.findings[0], kept=kept_check(report, dossier))

    assert [(each.table, each.source) for each in report.findings[0].rows] == [("minimum_wages", row.source)]
    assert why is not None
    assert (why.rows[0].name.ja, why.rows[0].verification) == ("地域別最低賃金", row.verification)
    assert "東京都" in why.rows[0].told.ja and str(row.yen_per_hour) in why.rows[0].told.ja


def test_a_limit_on_intake_travels_with_its_notice_and_the_field_in_words() -> None:
    ready = a_map("isa.coe.ssw1", only="ISA-LK-09")
    report = check(ready, a_dossier(ready, {"ssw_field": "food_service"}))

    (row,) = report.findings[0].rows

    assert (row.table, row.source, row.verification) == ("ssw_intakes", "ssw-food-service", "unverified")
    assert row.told.ja == "有効期間の初日 2026-03-27 · 分野 外食業 · 受入れ 制限中"
    assert row.told.en == "from 2026-03-27 · field Food service · intake limited"


def test_a_figure_no_table_has_is_told_by_the_name_of_the_table() -> None:
    ready = with_rule("min_wage('13', as_of) > 9000")
    dossier = a_dossier(ready, as_of=date(2029, 5, 1))
    report = check(ready, dossier)

    why = explain(ready, report.findings[0], kept=kept_check(report, dossier))

    assert why is not None
    assert [each.label.en for each in why.used if each.kind == "missing"] == [
        "A figure of the table “Regional minimum wages”"
    ]


def test_every_table_and_what_conditions_look_up_has_a_name() -> None:
    tables = load_catalogue().tables

    names = [name for name in type(tables).model_fields if isinstance(getattr(tables, name), tuple)]

    assert [name for name in names if table_name(name).ja == name] == []


def test_what_a_named_check_reads_has_a_name_in_a_map_that_asks_it() -> None:
    maps = load_catalogue().maps()
    asked = [(each.rule.check, ready) for ready in maps for each in ready.rules if each.rule.check]
    named = {
        (check, name) for check, ready in asked for name in CHECK_ROWS[check].reads if knows(ready, name)
    }

    assert named == {(check, name) for check, _ in asked for name in CHECK_ROWS[check].reads}


def knows(ready: ProcedureMap, name: str) -> bool:
    return in_words(ready, name).ja != name
