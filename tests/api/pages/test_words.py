"""Every text of the pages exists in both languages, is used, and nothing is asked for that does not exist."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from api.pages.board import ORDERS, STATES
from api.pages.cases import HOLD_REASONS
from api.pages.facts import SHOWN
from api.pages.visit import TEMPLATES, drawing
from api.pages.words import LOCALES, UnknownWords, Wording, all_words, flattened, locale_of
from schemas.examination import ScanVerdict
from schemas.filing import FilingKind, FilingState, Way
from schemas.findings import FindingState, Severity
from schemas.refusals import REFUSALS
from schemas.standing import Holder, Stage
from schemas.tasks import TaskKind, TaskState
from schemas.wording import NoticeKind

PAGES = Path(TEMPLATES).parent
SOURCES = [*PAGES.rglob("*.html"), *PAGES.glob("*.py")]
ASKED = re.compile(r"""\b(?:t|or_code|words|_words)\(\s*["']([a-z_.0-9]+)["'](\s*~)?""")
NAMED = re.compile(r"""["']([a-z_]+(?:\.[a-z_0-9]+)+)["']""")
FAMILIES: dict[str, type[StrEnum]] = {
    "stage": Stage,
    "holder": Holder,
    "severity": Severity,
    "finding_state": FindingState,
    "task_kind": TaskKind,
    "task_state": TaskState,
    "filing_kind": FilingKind,
    "filing_state": FilingState,
    "way": Way,
    "notice": NoticeKind,
    "scan": ScanVerdict,
}
JAPANESE = re.compile(r"[ぁ-んァ-ン一-龥]")


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)


@pytest.mark.parametrize("key", all_words())
def test_a_text_says_the_same_in_both_languages(key: str) -> None:
    pair = all_words()[key]
    placeholders = [set(re.findall(r"{(\w+)}", pair[locale])) for locale in LOCALES]

    assert placeholders[0] == placeholders[1]
    assert all(text.strip() == text and text for text in pair.values())
    assert not JAPANESE.search(pair["en"])


def test_every_text_that_a_page_asks_for_exists() -> None:
    found = [(match[1], bool(match[2])) for match in ASKED.finditer(sources())]
    missing = {key for key, goes_on in found if not goes_on and key not in all_words()}
    empty = {
        key for key, goes_on in found if goes_on and not any(known.startswith(key) for known in all_words())
    }

    assert len(found) > 300
    assert missing == set()
    assert empty == set()


def test_every_text_is_asked_for() -> None:
    asked = {match[1] for match in ASKED.finditer(sources())}
    named = {match[1] for match in NAMED.finditer(sources())}
    built = {key for key in asked if key.endswith((".", "_"))}
    prefixes = tuple(built | {"hint.", "refused.", "done.", "fact.", "how.", "board_state.", "board_order."})

    assert {key for key in all_words() if key not in asked | named and not key.startswith(prefixes)} == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_code_has_a_name(family: str) -> None:
    assert {key for key in FAMILIES[family] if f"{family}.{key}" not in all_words()} == set()


def test_every_reason_fact_and_refusal_with_words_is_a_real_one() -> None:
    words = all_words()

    assert all(f"reason.{each}" in words for each in HOLD_REASONS)
    assert all(f"fact.{each}" in words for each in SHOWN)
    assert {key.partition(".")[2] for key in words if key.startswith(("hint.", "refused."))} <= set(REFUSALS)


def test_the_board_names_its_filters_and_orders() -> None:
    words = all_words()

    assert {key for key in words if key.startswith("board_state.")} == {
        f"board_state.{each}" for each in STATES
    }
    assert {key for key in words if key.startswith("board_order.")} == {
        f"board_order.{each}" for each in ORDERS
    }


def test_every_act_that_is_done_says_so_in_words_of_its_own() -> None:
    told = set(re.findall(r'gone_to\([^\n]*?, "([a-z_]+)"', sources()))

    assert {f"done.{each}" for each in told} == {key for key in all_words() if key.startswith("done.")}


def test_unknown_words_are_an_error_and_not_a_blank() -> None:
    with pytest.raises(UnknownWords):
        Wording("ja")("no.such.words")


def test_braces_in_a_value_stay_what_they_are() -> None:
    assert "{evil}" in Wording("en")("documents.limits", size="{evil}")


def test_a_table_of_other_things_is_not_taken_for_a_pair() -> None:
    assert dict(flattened({"a": {"b": {"ja": "あ", "en": "a"}}})) == {"a.b": {"ja": "あ", "en": "a"}}


@pytest.mark.parametrize(
    ("said", "locale"), [("en", "en"), ("EN-gb", "en"), ("ja", "ja"), ("de", "ja"), (None, "ja")]
)
def test_japanese_unless_it_plainly_says_english(said: str | None, locale: str) -> None:
    assert locale_of(said) == locale


@pytest.mark.parametrize("locale", LOCALES)
def test_every_template_can_be_read(locale: str) -> None:
    environment = drawing(locale_of(locale))

    names = environment.list_templates()

    assert len(names) > 20
    assert all(environment.get_template(name).name == name for name in names)


def test_no_template_holds_a_script_or_style_of_its_own() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in PAGES.rglob("*.html")}

    assert [
        name for name, text in texts.items() if re.search(r"<style|style=|\son\w+=|javascript:", text)
    ] == []
    assert [name for name, text in texts.items() if re.search(r"<script(?![^>]*src=)", text)] == []


def test_nothing_is_shown_unescaped_but_attributes_of_our_own() -> None:
    unescaped = {
        (path.name, match[0])
        for path in PAGES.rglob("*.html")
        for match in re.finditer(r"{{[^}]*\|\s*safe[^}]*}}", path.read_text(encoding="utf-8"))
    }

    assert unescaped == {("form.html", "{{ common|safe }}")}
