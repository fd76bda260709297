"""How days, instants, sizes and spans are told in each language. All times are Japan's."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from markupsafe import Markup

from api.pages.words import Locale
from api.queries import KEY, SYSTEM, THE_DESK
from schemas.calendar import JAPAN, japan_date

NOTHING = "—"
BETWEEN = {"ja": "、", "en": ", "}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
UNITS = {"ja": ("日", "時間", "分"), "en": (" d", " h", " min")}


def day(locale: Locale, on: date | str | None) -> str:
    """2026年11月22日 / 22 Nov 2026. Takes a date or its ISO text; an instant is told by its day in Japan."""
    if not on:
        return NOTHING
    if isinstance(on, datetime):
        on = japan_date(on)
    if isinstance(on, str):
        on = date.fromisoformat(on)
    if locale == "ja":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def moment(locale: Locale, at: datetime | str | None) -> str:
    """The day and the time in Japan."""
    if not at:
        return NOTHING
    local = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(JAPAN)
    return f"{day(locale, local.date())} {local:%H:%M}"


def exact(locale: Locale, at: datetime | None) -> str:
    """The day and the time in Japan, with seconds."""
    return f"{moment(locale, at)}:{at.astimezone(JAPAN):%S}" if at else NOTHING


def due(locale: Locale, at: datetime | None) -> str:
    """A deadline; the one that passes at midnight is told as 24:00 of the day it ends."""
    if not at:
        return NOTHING
    local = at.astimezone(JAPAN)
    if local.time() != time.min:
        return moment(locale, at)
    return f"{day(locale, local.date() - timedelta(days=1))} 24:00"


def size(_: Locale, size_bytes: int | None) -> str:
    """1.2 MB, 50 MB, 340 kB."""
    if size_bytes is None:
        return NOTHING
    if size_bytes >= 1_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB".replace(".0 ", " ")
    return f"{max(1, round(size_bytes / 1_000))} kB"


def span(locale: Locale, seconds: float | None) -> str:
    """The two greatest units of a length of time."""
    if seconds is None:
        return NOTHING
    days, rest = divmod(int(seconds), DAY)
    hours, rest = divmod(rest, HOUR)
    counted = zip((days, hours, rest // MINUTE), UNITS[locale], strict=True)
    told = [f"{count}{unit}" for count, unit in counted if count][:2]
    return " ".join(told) or f"0{UNITS[locale][2]}"


def yen(_: Locale, amount: int) -> str:
    """¥1,234."""
    return f"¥{amount:,}"


def either(locale: Locale, pair: Any) -> str:
    """The text of this language of anything that has `ja` and `en`; nothing for None."""
    if pair is None:
        return ""
    if isinstance(pair, Mapping):
        return str(pair[locale])
    return str(getattr(pair, locale))


def actor(locale: Locale, somebody: Any) -> str:
    """Who did it. The desk itself and machines, which have no language of their own, are told in the reader's."""
    if somebody is None:
        return ""
    ja, _, en = str(somebody.name).partition(" / ")
    is_person = somebody.id != THE_DESK.id and not somebody.id.startswith((SYSTEM, KEY))
    return str(somebody.name) if is_person or not en else {"ja": ja, "en": en}[locale]


def unbroken(tell: Callable[[Locale, Any], str]) -> Callable[[Locale, Any], str]:
    """The same for a page: lines break between day and time only. In English a day has blanks of its own."""

    def told(locale: Locale, value: Any) -> str:
        on, _, at = tell(locale, value).rpartition(" ")
        parts = (part for part in ((on, at) if ":" in at else (f"{on} {at}".strip(),)) if part)
        return Markup(" ").join(Markup('<span class="when">{}</span>').format(part) for part in parts)

    return told


FILTERS: dict[str, Callable[[Locale, Any], str]] = {
    "day": unbroken(day),
    "plain_day": day,
    "moment": unbroken(moment),
    "exact": unbroken(exact),
    "due": unbroken(due),
    "size": size,
    "span": span,
    "yen": yen,
    "either": either,
    "actor": actor,
}
"""By the name templates use."""
