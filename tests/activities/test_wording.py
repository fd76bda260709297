"""Notices: what they say in both languages, and that nothing about a person has a place in them."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from jinja2 import Environment, meta
from pydantic import ValidationError

from activities.wording.composition import WordingIncomplete, compose, en_date, ja_date, letters
from schemas.identifiers import application_number
from schemas.wording import NEEDED, Locale, NoticeKind, NoticeValues, notice_link

NUMBER = application_number(2026, 1)
LOCALES: tuple[Locale, ...] = get_args(Locale)
EVERY_NOTICE = [(kind, locale) for kind in NoticeKind for locale in LOCALES]
PERSON_FIELDS = (
    "name",
    "name_latin",
    "passport_number",
    "birth_date",
    "finding",
    "message",
    "result",
    "address",
)


def values(**changed: Any) -> NoticeValues:
    full: dict[str, Any] = {
        "number": NUMBER,
        "procedure_ja": "技能実習計画認定申請",
        "procedure_en": "Accreditation of a training plan",
        "link": notice_link("https://desk.example/", NUMBER),
        "due_on": date(2026, 12, 3),
        "findings": 2,
        "persons": 3,
        "receipts": ("東オン-26-000123",),
    }
    return NoticeValues.model_validate(full | changed)


class Words(HTMLParser):
    """Collects the text a person would read, and the tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("kind", "locale"), EVERY_NOTICE)
def test_every_notice_says_which_case_what_happened_what_to_do_and_where(
    kind: NoticeKind, locale: Locale
) -> None:
    wording = compose(kind, locale, values())

    for place in (wording.text, Words(wording.html).text):
        assert NUMBER in place
        assert f"https://desk.example/applications/{NUMBER}" in place
        assert ("技能実習計画認定申請" if locale == "ja" else "Accreditation of a training plan") in place
        assert letters(locale)["labels"]["happened"] in place
        assert letters(locale)["labels"]["to_do"] in place
    assert "{" not in wording.text + wording.html + wording.subject


@pytest.mark.parametrize(("kind", "locale"), EVERY_NOTICE)
def test_a_subject_holds_the_number_and_nothing_of_the_case(kind: NoticeKind, locale: Locale) -> None:
    bare = compose(kind, locale, values())
    other = compose(
        kind, locale, values(procedure_ja="別", procedure_en="Other", findings=9, receipts=("Z9",))
    )

    assert bare.subject == other.subject
    assert NUMBER in bare.subject
    assert bare.subject.isprintable()


@pytest.mark.parametrize(("kind", "locale"), EVERY_NOTICE)
def test_a_deadline_is_told_exactly_when_the_kind_needs_one(kind: NoticeKind, locale: Locale) -> None:
    day = "2026年12月3日（木）" if locale == "ja" else "Thursday, 3 December 2026"

    text = compose(kind, locale, values()).text

    assert (day in text) == ("due_on" in NEEDED.get(kind, ()))
    assert (letters(locale)["labels"]["by_when"] in text) == ("due_on" in NEEDED.get(kind, ()))


@pytest.mark.parametrize(
    ("locale", "told"), [("ja", "受け付けられなかった方が2名"), ("en", "did not take 2 persons")]
)
def test_a_client_is_told_of_persons_not_taken_only_where_there_are_some(locale: Locale, told: str) -> None:
    whole, part = (compose(NoticeKind.LODGED, locale, values(not_taken=count)) for count in (0, 2))

    assert told in part.text
    assert told not in whole.text
    assert part.subject == whole.subject


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("kind", "needed"), [(kind, name) for kind, names in NEEDED.items() for name in names]
)
def test_a_notice_without_what_it_needs_is_not_written(kind: NoticeKind, needed: str, locale: Locale) -> None:
    empty: Any = () if needed == "receipts" else None

    with pytest.raises(WordingIncomplete) as refused:
        compose(kind, locale, values(**{needed: empty}))

    assert needed in str(refused.value)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_notice_needs_nothing_beyond_what_is_declared(kind: NoticeKind, locale: Locale) -> None:
    unneeded = {"due_on", "findings", "persons", "receipts"} - set(NEEDED.get(kind, ()))

    without = compose(kind, locale, values(**{name: () if name == "receipts" else None for name in unneeded}))

    assert without == compose(kind, locale, values())


@pytest.mark.parametrize("field", PERSON_FIELDS)
def test_a_value_about_a_person_has_no_place(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        values(**{field: "KANARIYA TARO"})

    assert "KANARIYA" not in str(refused.value)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_letters_use_no_value_outside_the_closed_set(locale: Locale) -> None:
    sentences = [
        text for kind, texts in letters(locale).items() if kind != "labels" for text in texts.values()
    ]
    environment = Environment(autoescape=True)
    environment.filters |= {"ja_date": str, "en_date": str, "counted": str}

    used = set().union(*(meta.find_undeclared_variables(environment.parse(text)) for text in sentences))

    assert used == {"due_on", "findings", "not_taken", "persons", "receipts"}
    assert used <= set(NoticeValues.model_fields)


def test_both_languages_have_the_same_letters() -> None:
    ja, en = letters("ja"), letters("en")

    assert set(ja) == set(en) == {*NoticeKind, "labels"}
    assert {kind: set(ja[kind]) for kind in ja} == {kind: set(en[kind]) for kind in en}


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "T26-AAAAAAAA"},
        {"link": "javascript:alert(1)"},
        {"link": "https://desk.example/applications/T26-00000000"},
        {"link": f"https://desk.example/a b/applications/{NUMBER}"},
        {"procedure_ja": "名\nBcc: x"},
        {"findings": 0},
        {"persons": -1},
        {"receipts": ("Sample Person",)},
        {"receipts": ("見本太郎",)},
        {"receipts": ("1" * 41,)},
    ],
)
def test_values_of_the_wrong_form_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        values(**changed)


def test_a_page_shows_signs_as_they_are_and_never_as_markup() -> None:
    html = compose(NoticeKind.RECEIVED, "en", values(procedure_en="<script>alert(1)</script> & more")).html

    assert "script" not in Words(html).tags
    assert "<script>alert(1)</script> & more" in Words(html).text


@pytest.mark.parametrize(("kind", "locale"), EVERY_NOTICE)
def test_a_page_loads_nothing_from_elsewhere(kind: NoticeKind, locale: Locale) -> None:
    html = compose(kind, locale, values()).html

    assert set(Words(html).tags) <= {
        *("html", "head", "meta", "title", "body", "h1", "h2", "p", "a", "br", "hr", "strong", "small")
    }
    assert set(re.findall(r"https?://[^/\"<]+", html)) == {"https://desk.example"}


@pytest.mark.parametrize(("count", "told"), [(1, "has 1 finding for"), (2, "has 2 findings for")])
def test_english_counts_one_and_many(count: int, told: str) -> None:
    assert told in compose(NoticeKind.CORRECTION_REQUESTED, "en", values(findings=count)).text


def test_days_are_written_as_people_write_them() -> None:
    assert ja_date(date(2027, 1, 1)) == "2027年1月1日（金）"
    assert en_date(date(2027, 1, 1)) == "Friday, 1 January 2027"
