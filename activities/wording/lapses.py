"""The words of reminders before something of the authority to act lapses. They name nobody: the link does."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from activities.wording.composition import en_date, ja_date
from schemas.authority import LapsingThing
from schemas.wording import Locale, Wording

WORDS = Path(__file__).with_name("letters") / "lapses.toml"
DAY = {"ja": ja_date, "en": en_date}
TEXT = "{{ happened }}\n\n{{ to_do }}\n\n{{ link }}\n\n{{ footer }}\n"
PAGE = """<!doctype html>
<html lang="{{ locale }}"><head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body><h1>{{ subject }}</h1><p>{{ happened }}</p><p>{{ to_do }}</p><p><a href="{{ link }}">{{ link }}</a></p>
<p>{{ footer }}</p></body></html>
"""


def compose_lapse(
    thing: LapsingThing, locale: Locale, *, on: date, days_left: int, is_own: bool, link: str
) -> Wording:
    """The reminder that this thing lapses on a day (Japan); `is_own` when the reader is the handler it belongs to."""
    words = lapse_words()
    letter = words.get(f"letter_{thing}", words["letter"])
    values = {"day": DAY[locale](on), "days": days_left, "thing": words["things"][thing][locale]}
    said = {
        "subject": letter["subject"][locale].format(**values),
        "happened": letter["own" if is_own else "other"][locale].format(**values),
        "to_do": words["to_do"][thing][locale],
        "footer": letter["footer"][locale],
        "link": link,
        "locale": locale,
    }
    plain, page = _templates()
    return Wording(
        subject=said["subject"],
        text=plain.from_string(TEXT).render(said),
        html=page.from_string(PAGE).render(said),
    )


@cache
def lapse_words() -> dict[str, dict[str, dict[str, str]]]:
    """The sentences: of the letter, the names of the things, what is to be done."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


@cache
def _templates() -> tuple[Environment, Environment]:
    # The text is no markup; the page escapes everything.
    plain = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    return plain, Environment(undefined=StrictUndefined, autoescape=True)
