"""Maps in use: chosen by day or version; a mistake in one is refused with file, place and reason."""

import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.catalogue import SHIPPED, load_catalogue
from schemas.catalogue import Procedure, Rule
from schemas.findings import Severity
from schemas.grounds import grounds_of
from schemas.map_files import read_procedure, read_rules, read_tables, whole_procedure
from schemas.map_parts import CatalogueError
from schemas.maps import Catalogue, NotInForce, UnknownProcedure
from schemas.packs import pack_text, unpacked
from tests.schemas.cases import EXTENSION, LAST_DAY, PLAN, a_dossier, a_map, a_map_followed, check

HOURS_PER_DAY = "OTIT-HRS-09"

Change = Callable[[dict[str, Any]], object]
PROMPT = {"rule": "OTIT-ZZ-99", "ja": "見る", "en": "Look"}
NOWHERE = {
    "table": "otit",
    "office": "NOWHERE",
    "source": "desk",
    "verified_on": "2026-11-22",
    "verification": "primary",
}


def a_plan(change: Change = lambda content: None) -> Procedure:
    content = whole_procedure("plan.toml", parsed(SHIPPED / "procedures" / f"{PLAN}.toml"), parts())
    change(content)
    return read_procedure("plan.toml", content)


def parts() -> dict[str, dict[str, Any]]:
    return {path.stem: parsed(path) for path in (SHIPPED / "parts").glob("*.toml")}


def parsed(path: Path) -> dict[str, Any]:
    """The content of a file, the caller's own to change."""
    return deepcopy(_read_once(path))


@cache
def _read_once(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def a_catalogue(*procedures: Procedure, rule: Change = lambda content: None) -> Catalogue:
    rules: list[Rule] = []
    for path in sorted((SHIPPED / "tables").glob("rules_*.toml")):
        content = parsed(path)
        for row in content["rules"]:
            rule(row)
        rules.extend(read_rules(path.name, content))
    return Catalogue(procedures, rules, a_map().tables)


def field(content: dict[str, Any], field_id: str) -> dict[str, Any]:
    return next(row for row in content["fields"] if row["id"] == field_id)


def required_when(condition: str) -> Change:
    return lambda content: field(content, "goal_task").update(required_when=condition)


def document(content: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(row for row in content["documents"] if row["id"] == kind)


def test_the_shipped_maps_are_read() -> None:
    assert {EXTENSION, PLAN} <= {row.id for row in load_catalogue().procedures()}


def test_the_unchanged_plan_is_accepted() -> None:
    assert a_catalogue(a_plan()).procedure(PLAN).id == PLAN


@pytest.mark.parametrize(
    ("place", "reason", "change"),
    [
        ("fields.goal_task.required_when", "undeclared reference", required_when("gaol == 'task'")),
        ("fields.goal_task.required_when", "no matching overload", required_when("goal > 1")),
        ("fields.goal_task.required_when", "not yes or no", required_when("goal")),
        ("fields.goal_task.required_when", "goal has no choice 'tsak'", required_when("goal == 'tsak'")),
        ("fields.goal.section", "no section nowhere", lambda c: field(c, "goal").update(section="nowhere")),
        ("fields.goal.scope", "differs from its section", lambda c: field(c, "goal").update(scope="person")),
        ("fields.goal.choices", "belong to choice fields", lambda c: field(c, "goal").update(choices=[])),
        ("fields.goal.type", "Input should be", lambda c: field(c, "goal").update(type="chioce")),
        ("fields.goal.colour", "Extra inputs", lambda c: field(c, "goal").update(colour="red")),
        ("fields.goal", "given twice", lambda c: c["fields"].append(field(c, "goal"))),
        ("fields.as_of", "given twice", lambda c: c["fields"].append({**field(c, "goal"), "id": "as_of"})),
        ("documents.plan.required_when", "undeclared", lambda c: document(c, "plan").update(required_when="x")),
        ("documents.plan.omission", "needs condition", lambda c: document(c, "plan").update(may_omit_when="true")),
        ("documents.plan.look_for", "no rule or checklist row is", lambda c: document(c, "plan").update(look_for=[PROMPT])),
        ("window.anchor", "is not a date field", lambda c: c["window"].update(anchor="goal")),
        ("office", "one of both", lambda c: c["office"].update(office="TYO")),
        ("office.office", "no office", lambda c: c.update(office=NOWHERE)),
        ("uses.nothing", "no part", lambda c: c.update(uses=["nothing"])),
        ("without.nothing", "no part used here", lambda c: c.update(without=["nothing"])),
        ("window.cut_off", "is not in the table", lambda c: c["window"].update(cut_off="never")),
        ("follow_ups.isa.coe.tit.when", "undeclared", lambda c: c["follow_ups"][0].update(when="in_japna")),
        ("office.prefecture_field", "is not a prefecture", lambda c: c["office"].update(prefecture_field="goal")),
        ("office.table", "Input should be", lambda c: c["office"].update(table="moon")),
        ("fee.table", "no fees under", lambda c: c["fee"].update(table="gold")),
        ("fee.by", "is not a choice", lambda c: c["fee"].update(by="industry")),
        ("fee.table", "no fees under otit.plan.corporation", lambda c: c["fee"].update(by="applicant_kind")),
        ("rules.OTIT-XX-99", "no rule has this id", lambda c: c["rules"].append("OTIT-XX-99")),
        (PLAN, "no source hearsay", lambda c: c.update(source="hearsay")),
        ("review.levels", "Input should be 1 or 2", lambda c: c["review"].update(levels=3)),
        ("correction.within", "greater than or equal to 1", lambda c: c["correction"].update(within=0)),
    ],
)  # fmt: skip
def test_a_mistake_in_a_map_is_refused_with_place_and_reason(place: str, reason: str, change: Change) -> None:
    with pytest.raises(CatalogueError) as refusal:
        a_catalogue(a_plan(change))

    assert refusal.value.place == place
    assert reason in refusal.value.reason
    assert refusal.value.file in ("plan.toml", PLAN)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("no check is named guess", {"check": "guess", "expression": None}),
        ("needs an expression or a check", {"check": "my_number"}),
        ("needs an expression or a check", {"expression": None}),
        ("a placeholder has no value", {"message": {"ja": "{limit}", "en": "limit"}}),
        ("no field or document nowhere", {"place": "nowhere"}),
        (
            "is used but not declared",
            {"inputs": ["lecture_hours_per_day", "nights"], "expression": "goal == ''"},
        ),
        ("is declared but not used", {"inputs": ["lecture_hours_per_day", "goal"]}),
        ("belongs to persons", {"inputs": ["age_on_plan"], "expression": "age_on_plan > 1"}),
        ("undeclared reference", {"values": {"limit": "nobody"}}),
        ("no source hearsay", {"source": "hearsay"}),
    ],
)
def test_a_mistake_in_a_rule_is_refused(reason: str, change: dict[str, Any]) -> None:
    def spoil(row: dict[str, Any]) -> None:
        if row["id"] == "OTIT-HRS-09":
            row.update(change)
            for emptied in [key for key, value in row.items() if value is None]:
                del row[emptied]

    with pytest.raises(CatalogueError, match=reason):
        a_catalogue(a_plan(), rule=spoil)


@pytest.mark.parametrize("since", [LAST_DAY, date(2026, 1, 1)])
def test_two_rules_of_one_id_that_hold_on_one_day_are_refused(since: date) -> None:
    with pytest.raises(CatalogueError, match="given twice for the same day"):
        a_map_followed(HOURS_PER_DAY, since)


@pytest.mark.parametrize(
    ("as_of", "severity"), [(LAST_DAY, Severity.CORRECT), (LAST_DAY + timedelta(days=1), Severity.WARN)]
)
def test_a_rule_that_follows_another_of_its_id_is_asked_from_its_first_day(
    as_of: date, severity: Severity
) -> None:
    ready = a_map_followed(HOURS_PER_DAY, LAST_DAY + timedelta(days=1), severity=Severity.WARN)
    again = unpacked(ready.pack_version, pack_text(ready))

    found = [
        finding.severity
        for one in (ready, again)
        for finding in check(one, a_dossier(one, {"lecture_hours_per_day": 9}, as_of=as_of)).findings
        if finding.rule_id == HOURS_PER_DAY
    ]

    told = ready.rule(HOURS_PER_DAY, as_of)
    assert found == [severity, severity]
    assert told is not None
    assert told.rule.severity is severity


def test_what_was_settled_under_the_rule_before_rests_on_something_else_under_the_next() -> None:
    first_day = LAST_DAY + timedelta(days=1)
    ready = a_map_followed(HOURS_PER_DAY, first_day)
    dossier = a_dossier(ready, {"lecture_hours_per_day": 9})
    finding = next(each for each in check(ready, dossier).findings if each.rule_id == HOURS_PER_DAY)

    since = [ready.follows_since(HOURS_PER_DAY, on) for on in (LAST_DAY, first_day)]

    grounds = [grounds_of(finding, dossier, follows_since=each) for each in since]
    assert since == [None, first_day]
    assert grounds[0] != grounds[1]


def test_without_a_day_the_latest_rule_of_an_id_is_told() -> None:
    ready = a_map_followed(HOURS_PER_DAY, LAST_DAY + timedelta(days=30), severity=Severity.WARN)

    told = [ready.rule(HOURS_PER_DAY, on) for on in (None, LAST_DAY + timedelta(days=1))]

    assert [each.rule.severity for each in told if each] == [Severity.WARN, Severity.WARN]
    assert ready.rule("OTIT-HRS-99", None) is None


def test_an_office_area_with_a_gap_is_refused() -> None:
    tables = a_map().tables
    gap = tables.model_copy(update={"offices": tables.offices[1:]})

    with pytest.raises(CatalogueError, match="prefecture 01 is served 0 times"):
        Catalogue([], [], gap)


def test_a_table_given_in_two_files_is_refused_unless_it_is_a_list() -> None:
    with pytest.raises(CatalogueError, match="given in two files"):
        read_tables({"a.toml": {"lowest_yen_per_hour": 1}, "b.toml": {"lowest_yen_per_hour": 2}})


def test_the_version_that_a_case_is_pinned_to_is_found_again() -> None:
    old = a_plan(lambda c: c.update(version=date(2026, 8, 1), valid_to=date(2026, 11, 21)))
    new = a_plan(lambda c: c.update(valid_from=date(2026, 11, 22)))
    catalogue = a_catalogue(old, new)

    assert catalogue.procedure(PLAN, version=date(2026, 8, 1)) == old
    assert catalogue.procedure(PLAN, on=date(2026, 11, 21)) == old
    assert catalogue.procedure(PLAN, on=date(2026, 11, 22)) == new
    assert catalogue.procedure(PLAN) == new


def test_two_maps_of_one_version_are_refused() -> None:
    with pytest.raises(CatalogueError, match="same version"):
        a_catalogue(a_plan(), a_plan())


def test_a_procedure_outside_its_time_is_not_in_force() -> None:
    catalogue = load_catalogue()

    assert catalogue.procedure(PLAN, on=date(2027, 3, 31)).id == PLAN
    with pytest.raises(NotInForce):
        catalogue.procedure(PLAN, on=date(2027, 4, 1))
    still = [row.id for row in catalogue.procedures(on=date(2027, 4, 1))]
    assert EXTENSION in still
    assert PLAN not in still


def test_an_unknown_procedure_or_version_is_refused() -> None:
    with pytest.raises(UnknownProcedure):
        load_catalogue().procedure("otit.plan.accreditation.Z")
    with pytest.raises(UnknownProcedure):
        load_catalogue().procedure(PLAN, version=date(1999, 1, 1))


def test_any_change_of_map_rules_or_tables_changes_the_pack_version() -> None:
    shipped = load_catalogue().procedure(PLAN)
    longer = shipped.model_copy(
        update={"review": shipped.review.model_copy(update={"within_office_days": 6})}
    )

    same = a_catalogue(shipped).map_for(PLAN).pack_version
    other_map = a_catalogue(longer).map_for(PLAN)
    other_rule = a_catalogue(shipped, rule=lambda row: row.update(severity="info")).map_for(PLAN)

    assert same == load_catalogue().map_for(PLAN).pack_version
    assert len({same, other_map.pack_version, other_rule.pack_version}) == 3
    assert len(same) == 64


def test_choices_come_from_the_row_or_from_the_table_it_names() -> None:
    plan, extension = a_map(PLAN), a_map(EXTENSION)
    sex, office, work = (
        plan.procedure.field("sex"),
        plan.procedure.field("filing_office"),
        extension.procedure.field("ssw_field"),
    )

    assert sex and office and work
    assert [choice.id for choice in plan.choices_of(sex)] == ["male", "female"]
    assert len(plan.choices_of(office)) == 13
    assert len(extension.choices_of(work)) == 19


def test_a_field_or_document_or_channel_that_does_not_exist_is_none() -> None:
    procedure = a_map(PLAN).procedure

    assert procedure.field("nothing") is None
    assert procedure.document("nothing") is None
    assert procedure.channel("online") is None
    assert procedure.channel("post") is not None


def test_fields_are_grouped_under_their_headings_in_order() -> None:
    procedure = a_map(PLAN).procedure

    grouped = [row for section in procedure.sections for row in procedure.fields_of(section.id)]

    assert len(grouped) == len(procedure.fields)
    assert procedure.fields_of("applicant")[0].id == "applicant_kind"
