"""Days in Japan: calendar months, ages, and the office days of government offices (Asia/Tokyo).

Offices are closed on Saturdays, Sundays, national holidays and from 29 December to 3 January. A day is a
date; the end of a day is the instant 24:00 in Japan, which is 15:00 UTC of the same date.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.tables import ClosedDay
from schemas.words import Word

JAPAN = ZoneInfo("Asia/Tokyo")
EIGHT_YEARS_HAVE_A_LEAP_DAY = 8
ClosedFor = Literal["saturday", "sunday", "holiday", "year_end"]


class BeyondCalendar(Exception):
    """Office days were asked for a day whose holidays are not in the table."""

    def __init__(self, on: date) -> None:
        super().__init__(f"holidays of {on.isoformat()} are not in the table")
        self.on = on


def japan_date(at: datetime) -> date:
    """The date in Japan at an instant."""
    return at.astimezone(JAPAN).date()


def end_of_day(on: date) -> datetime:
    """The instant that day ends in Japan (24:00 JST), in UTC: a deadline passes at that instant."""
    midnight = datetime.combine(on + timedelta(days=1), datetime.min.time(), tzinfo=JAPAN)
    return midnight.astimezone(UTC)


def months_after(on: date, months: int) -> date:
    """The same day of the month `months` later (earlier if negative), clipped to the month's end."""
    years, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(years, month + 1, min(on.day, monthrange(years, month + 1)[1]))


def months_before(on: date, months: int) -> date:
    """The same day of the month `months` earlier, clipped to the end of a shorter month."""
    return months_after(on, -months)


def age_on(birth_on: date, on: date) -> int:
    """Full years on that day, counted on birthdays (1 March for 29 February in common years)."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def days_between(start_on: date, end_on: date) -> int:
    """Days from start to end; negative when the end is earlier."""
    return (end_on - start_on).days


def longest_year_days(begins_on: date, ends_on: date) -> int:
    """Days of the longest of the years, counted from the first day, that begin by the last: 366 with a 29 February."""
    starts = [months_after(begins_on, 12 * year) for year in range(EIGHT_YEARS_HAVE_A_LEAP_DAY)]
    begun = [start for start in starts if start <= max(begins_on, ends_on)]
    return max(days_between(start, months_after(start, 12)) for start in begun)


ENGLISH: Mapping[str, str] = {
    "元日": "New Year's Day",
    "成人の日": "Coming of Age Day",
    "建国記念の日": "National Foundation Day",
    "天皇誕生日": "Emperor's Birthday",
    "春分の日": "Vernal Equinox Day",
    "昭和の日": "Showa Day",
    "憲法記念日": "Constitution Memorial Day",
    "みどりの日": "Greenery Day",
    "こどもの日": "Children's Day",
    "海の日": "Marine Day",
    "山の日": "Mountain Day",
    "敬老の日": "Respect for the Aged Day",
    "秋分の日": "Autumnal Equinox Day",
    "スポーツの日": "Sports Day",
    "文化の日": "Culture Day",
    "勤労感謝の日": "Labour Thanksgiving Day",
    "国民の休日": "Citizens' Holiday",
    "振替休日": "Substitute holiday",
    "祝日": "National holiday",
    "年末年始の休日": "Turn of the year",
    "土曜日": "Saturday",
    "日曜日": "Sunday",
}
"""What closes government offices, in English; the Japanese names are official."""


class ClosedSpan(Word):
    """Consecutive closed days that an office-day count stepped over; `names` say in Japanese what closes them."""

    from_on: date
    to_on: date
    names: tuple[str, ...]

    @property
    def english_names(self) -> tuple[str, ...]:
        """The same names in English; one that has none yet stays Japanese."""
        return tuple(ENGLISH.get(name, name) for name in self.names)


class OfficeCalendar(Word):
    """The closed days of government offices; holidays are known from `known_from` to `known_to`."""

    known_from: date
    known_to: date
    holidays: tuple[ClosedDay, ...]

    @cached_property
    def _holiday_names(self) -> dict[date, str]:
        return {holiday.on: holiday.ja for holiday in self.holidays}

    def closed_for(self, on: date) -> ClosedFor | None:
        """Why offices are closed on that day, or None when they are open. Raises BeyondCalendar."""
        if not self.known_from <= on <= self.known_to:
            raise BeyondCalendar(on)
        if (on.month, on.day) >= (12, 29) or (on.month, on.day) <= (1, 3):
            return "year_end"
        if on in self._holiday_names:
            return "holiday"
        return {5: "saturday", 6: "sunday"}.get(on.weekday())  # type: ignore[return-value]

    def is_office_day(self, on: date) -> bool:
        """Whether offices are open on that day."""
        return self.closed_for(on) is None

    def office_days_after(self, on: date, days: int) -> date:
        """The `days`-th office day after that day, which does not count; 0: that day or the next open one."""
        current = on if days else self.next_office_day(on)
        for _ in range(days):
            current = self.next_office_day(current + timedelta(days=1))
        return current

    def office_days_before(self, on: date, days: int) -> date:
        """The `days`-th office day before that day (which does not count)."""
        current = on
        for _ in range(days):
            current -= timedelta(days=1)
            while not self.is_office_day(current):
                current -= timedelta(days=1)
        return current

    def next_office_day(self, on: date) -> date:
        """That day when offices are open, otherwise the next day on which they are."""
        while not self.is_office_day(on):
            on += timedelta(days=1)
        return on

    def office_days_between(self, start_on: date, end_on: date) -> int:
        """Office days after start up to and including end; 0 when end is not later."""
        return sum(1 for on in _days(start_on, end_on) if self.is_office_day(on))

    def closed_spans(self, start_on: date, end_on: date) -> tuple[ClosedSpan, ...]:
        """The runs of closed days after start up to and including end, with what closes them, in Japanese."""
        return tuple(self._spans(_days(start_on, end_on)))

    def _spans(self, days: Iterable[date]) -> Iterator[ClosedSpan]:
        run: list[date] = []
        for on in days:
            if self.is_office_day(on):
                yield from self._span(run)
                run = []
            else:
                run.append(on)
        yield from self._span(run)

    def _span(self, run: list[date]) -> Iterator[ClosedSpan]:
        if run:
            names = tuple(dict.fromkeys(self._name(on) for on in run))
            yield ClosedSpan(from_on=run[0], to_on=run[-1], names=names)

    def _name(self, on: date) -> str:
        if self.closed_for(on) == "year_end":
            return "年末年始の休日"
        return self._holiday_names.get(on) or ("土曜日" if on.weekday() == 5 else "日曜日")


def _days(start_on: date, end_on: date) -> Iterator[date]:
    for number in range(1, (end_on - start_on).days + 1):
        yield start_on + timedelta(days=number)
