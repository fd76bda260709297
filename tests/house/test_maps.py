"""House rules of the shipped data: sourced, bilingual, no overlap in time, every check and source used."""

import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from activities.checks.named import NAMED_CHECKS
from infra.catalogue import SHIPPED, load_catalogue
from schemas.catalogue import Procedure, Rule, Sourced
from schemas.named_checks import CHECK_ROWS, EARLIER_ONLY
from schemas.words import Word

CATALOGUE = load_catalogue()
PROCEDURES = CATALOGUE.procedures()
RULES = {ready.rule.id: ready.rule for row in PROCEDURES for ready in CATALOGUE.map_for(row.id).rules}


def sourced_rows(value: object) -> Iterator[Sourced]:
    if isinstance(value, Sourced):
        yield value
    if isinstance(value, Word):
        for name in type(value).model_fields:
            yield from sourced_rows(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from sourced_rows(item)


def test_every_row_names_a_known_source() -> None:
    known = CATALOGUE.tables.source_titles()

    rows = [row for value in (*PROCEDURES, CATALOGUE.tables, *RULES.values()) for row in sourced_rows(value)]

    assert len(rows) > 350
    assert {row.source for row in rows} <= set(known)


def test_every_source_is_used_and_given_once() -> None:
    rows = [row for value in (*PROCEDURES, CATALOGUE.tables, *RULES.values()) for row in sourced_rows(value)]
    keys = [source.key for source in CATALOGUE.tables.sources]

    assert len(keys) == len(set(keys))
    assert set(keys) == {row.source for row in rows}


def test_general_knowledge_is_always_shown_as_unverified() -> None:
    for value in (*PROCEDURES, CATALOGUE.tables, *RULES.values()):
        for row in sourced_rows(value):
            assert (row.source == "general") <= row.check_before_use, row


def test_every_rule_in_the_tables_is_chosen_by_a_map_and_every_check_by_a_rule() -> None:
    checks = {rule.check for rule in RULES.values() if rule.check}
    files = sorted((SHIPPED / "tables").glob("rules_*.toml"))
    written = [
        row["id"] for path in files for row in tomllib.loads(path.read_text(encoding="utf-8"))["rules"]
    ]

    assert set(written) == set(RULES)
    assert set(NAMED_CHECKS) == set(CHECK_ROWS) == checks | EARLIER_ONLY
    assert not checks & EARLIER_ONLY
    assert len(RULES) >= 25


def all_versions() -> Iterator[Procedure]:
    for path in sorted((SHIPPED / "procedures").glob("*.toml")):
        version = tomllib.loads(path.read_text(encoding="utf-8")).get("version")
        named = path.stem.split("@")[0]
        yield CATALOGUE.procedure(named, version=version) if version else CATALOGUE.procedure(named)


@pytest.mark.parametrize("procedure_id", [row.id for row in PROCEDURES])
def test_versions_of_a_procedure_follow_each_other_without_gap_or_overlap(procedure_id: str) -> None:
    versions = sorted(
        (row for row in all_versions() if row.id == procedure_id), key=lambda row: row.valid_from
    )

    assert all(row.valid_to is None or row.valid_from <= row.valid_to for row in versions)
    assert [row.version for row in versions] == sorted({row.version for row in versions})
    for before, after in pairwise(versions):
        assert before.valid_to is not None
        assert after.valid_from == before.valid_to + timedelta(days=1)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda row: str(row.id))
def test_a_map_asks_in_order_and_tells_known_notices(procedure: Procedure) -> None:
    orders = [document.order for document in procedure.documents]

    assert orders == sorted(set(orders))
    assert not {kind for kind in procedure.wording if kind.startswith(("task_", "outcome_"))}
    assert {field.section for field in procedure.fields} == {section.id for section in procedure.sections}
    assert all(before < procedure.correction.within for before in procedure.correction.reminders_before)


def test_the_plan_is_reviewed_twice_and_handed_over_the_extension_once_and_released() -> None:
    plan = CATALOGUE.procedure("otit.plan.accreditation.D")
    extension = CATALOGUE.procedure("isa.extension.ssw1")

    assert (plan.review.levels, plan.delivery) == (2, "hand_over")
    assert (extension.review.levels, extension.delivery) == (1, "release")
    assert [row.id for row in plan.channels] == ["post", "counter"]
    assert [row.id for row in extension.channels] == ["online", "counter"]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_a_rule_tells_people_in_both_languages_what_to_do(rule: Rule) -> None:
    placeholders = [set(re.findall(r"{(\w+)}", text)) for text in (rule.message.ja, rule.message.en)]

    assert placeholders[0] == placeholders[1]
    assert re.search(r"[ぁ-んァ-ン一-龥]", rule.message.ja)
    assert not re.search(r"[ぁ-んァ-ン一-龥]", rule.message.en)
    assert rule.message.ja.endswith("。")
    assert rule.message.en.endswith(".")
    assert rule.hint is None or (rule.hint.ja.endswith("。") and rule.hint.en.endswith("."))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda row: str(row.id))
def test_labels_are_japanese_and_english(procedure: Procedure) -> None:
    for row in procedure.fields:
        assert not re.search(r"[ぁ-んァ-ン一-龥]", row.label.en), row.id
    for document in procedure.documents:
        assert re.search(r"[ぁ-んァ-ン一-龥]", document.ja), document.id
        assert not re.search(r"[ぁ-んァ-ン一-龥]", document.en), document.id


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda row: str(row.id))
def test_a_reviewer_is_told_in_both_languages_what_to_look_for(procedure: Procedure) -> None:
    prompts = [prompt for document in procedure.documents for prompt in document.look_for]

    assert len(prompts) >= min(15, len(procedure.documents) // 2)
    assert all(re.search(r"[ぁ-んァ-ン一-龥]", prompt.ja) for prompt in prompts)
    assert not any(re.search(r"[ぁ-んァ-ン一-龥]", prompt.en) for prompt in prompts)


def test_a_map_lies_in_a_file_of_its_name() -> None:
    for path in (SHIPPED / "procedures").glob("*.toml"):
        content = tomllib.loads(path.read_text(encoding="utf-8"))

        assert path.stem.split("@")[0] == content["id"]
        assert path.stem.partition("@")[2] in ("", str(content.get("version")))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda row: str(row.id))
def test_a_prompt_names_a_rule_of_the_pages_in_the_letters_of_its_authority(procedure: Procedure) -> None:
    prompts = [prompt.rule for document in procedure.documents for prompt in document.look_for]

    assert {rule.split("-")[0] for rule in prompts} <= {procedure.authority.upper(), "ALL", "DESK"}


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda row: str(row.id))
def test_a_map_has_an_outcome_that_is_granted_and_one_that_is_not(procedure: Procedure) -> None:
    assert {row.granted for row in procedure.results} == {True, False}


def test_every_part_is_used_by_a_map() -> None:
    maps = [
        tomllib.loads(path.read_text(encoding="utf-8")) for path in (SHIPPED / "procedures").glob("*.toml")
    ]
    used = {name for content in maps for name in content.get("uses", ())}

    assert {path.stem for path in (SHIPPED / "parts").glob("*.toml")} == used


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda row: str(row.id))
def test_what_comes_next_is_a_procedure_we_have_after_a_result_the_map_knows(procedure: Procedure) -> None:
    ours = {row.id for row in PROCEDURES}
    dates = {row.id for row in procedure.fields if row.type == "date"} | {"decided_on", "valid_to"}

    for row in procedure.follow_ups:
        assert row.id in ours or row.id.split(".")[0] not in ("otit", "isa", "esd"), row.id
        assert row.after in {"lodged", *(result.id for result in procedure.results)}
        assert row.counted_from in {None, *dates}
        assert row.counted_from is not None or (row.opens is None and row.closes is None)
