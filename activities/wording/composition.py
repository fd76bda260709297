"""Composing a notice: the sentences of a kind and language, filled with closed values, laid out twice."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from schemas.wording import NEEDED, Locale, NoticeKind, NoticeValues, Wording

LETTERS = Path(__file__).with_name("letters")
WEEKDAYS = "月火水木金土日"


class WordingIncomplete(ValueError):
    """A notice of this kind lacks a value that it can't be written without."""

    code = "wording_incomplete"


def compose(kind: NoticeKind, locale: Locale, values: NoticeValues) -> Wording:
    """The notice in the recipient's language. The subject holds the number and the kind, nothing else.

    Raises WordingIncomplete when `schemas.wording.NEEDED` asks for a value that is not there.
    """
    missing = [name for name in NEEDED.get(kind, ()) if not getattr(values, name)]
    if missing:
        raise WordingIncomplete(f"The notice {kind} can't be written without {', '.join(missing)}.")
    given = _given(values)
    sentences = {name: _filled(text, given) for name, text in letters(locale)[kind].items()}
    frame = {**given, **sentences, "labels": letters(locale)["labels"], "locale": locale}
    return Wording(
        subject=_filled(letters(locale)["labels"]["subject"], {**given, "title": sentences["title"]}),
        text=_environment().get_template("layout.txt.j2").render(frame),
        html=_environment().get_template("layout.html.j2").render(frame),
    )


@cache
def letters(locale: Locale) -> dict[str, dict[str, str]]:
    """The sentences of a language: labels, and per kind `title`, `happened`, `to_do` and mostly `by_when`."""
    return tomllib.loads((LETTERS / f"{locale}.toml").read_text(encoding="utf-8"))


def _given(values: NoticeValues) -> dict[str, Any]:
    return {name: value for name, value in values if value is not None}


def _filled(sentence: str, given: dict[str, Any]) -> str:
    return _plain_environment().from_string(sentence).render(given).strip()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(LETTERS),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _plain_environment() -> Environment:
    # Sentences become text first; the HTML layout escapes them as a whole.
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    environment.filters["ja_date"] = ja_date
    environment.filters["en_date"] = en_date
    environment.filters["counted"] = counted
    return environment


def ja_date(day: date) -> str:
    """2026年12月3日（木）"""
    return f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def en_date(day: date) -> str:
    """Thursday, 3 December 2026"""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def counted(count: int, noun: str) -> str:
    """1 finding, 2 findings"""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
