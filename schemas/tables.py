"""Reference tables beside the maps: offices, prefectures, fees, wages, closed days, cut-offs; dated, sourced.

An unknown amount is a legal value (None): it is shown as unknown and never guessed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, TypeVar

from pydantic import Field

from schemas.catalogue import Authority, Bilingual, Choice, Sourced
from schemas.findings import Severity
from schemas.words import Word

OCCUPATION_GROUPS = frozenset("12345678")
"""First numbers of occupation codes: the official list has eight groups."""


class Prefecture(Word):
    """One of the 47, by its JIS X 0401 code."""

    code: str = Field(pattern=r"^[0-9]{2}$")
    ja: str
    en: str


class Dated(Sourced):
    """A row with the days on which it is in force (absent: no bound is known)."""

    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether the row stands in its table on that day (Japan date)."""
        began = self.valid_from is None or self.valid_from <= on
        return began and (self.valid_to is None or on <= self.valid_to)


class Listed(Dated):
    """A row that a choice field may offer."""

    id: str
    ja: str
    en: str


Row = TypeVar("Row", bound=Listed)


def of_the_day(rows: Iterable[Row], on: date | None) -> dict[str, Row]:
    """One row of each id, in the order of the table: the one in force that day, else (or without a day) its last."""
    chosen: dict[str, Row] = {}
    for row in rows:
        before = chosen.get(row.id)
        if before is None or on is None or not before.in_force(on):
            chosen[row.id] = row
    return chosen


class Office(Listed):
    """An office of an authority and the prefectures (JIS codes) it serves."""

    authority: Authority
    prefectures: tuple[str, ...]
    receipt_prefix: str | None = None
    parent: str | None = None


class Branches(Sourced):
    """The branch offices (出張所) under an office, by their Japanese names; applications are routed to the office."""

    authority: Authority
    office: str
    ja: tuple[str, ...]


class FeeAmount(Sourced):
    """A state fee from a day on; `amount_yen` None means not published."""

    table: str
    channel: str | None = None
    valid_from: date
    valid_to: date | None = None
    amount_yen: int | None = None
    cap_yen: int | None = None


class MinimumWage(Sourced):
    """The regional minimum wage per hour; a prefecture without a row is unknown, not zero."""

    prefecture: str
    valid_from: date
    valid_to: date
    yen_per_hour: int


class ClosedDay(Word):
    """A national holiday."""

    on: date
    ja: str


class Holiday(ClosedDay, Sourced):
    """A row of the table; an equinox is official once the almanac of its year is published in February before."""


class CutOff(Sourced):
    """The end of a regime: last day to lodge, and last day for the map's anchor date."""

    id: str
    lodge_by: date
    anchor_by: date


class LawStart(Sourced):
    """The day from which a law is in force."""

    id: str
    in_force_from: date


class SswIntake(Dated):
    """A field of specified skilled work that takes in nobody new for now; one without a row does."""

    field: str
    intake: Literal["limited", "not_open"]


class SswField(Listed):
    """A field of specified skilled work."""

    ssw2: bool
    decided_on: date | None = None
    dispatch: bool = False


class ResidenceStatus(Listed):
    """A status of residence: the longest period granted at once, and the longest stay in total, in months."""

    grant_months: int | None = Field(default=None, ge=1)
    total_months: int | None = Field(default=None, ge=1)


class Occupation(Listed):
    """A transfer-eligible occupation and work; the id is its code on the official list."""

    id: str = Field(pattern=r"^[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,2}$")
    stage_3: bool | None = None


class PlanChange(Listed):
    """Something that can change in an accredited plan, and what it takes."""

    tier: Literal["accreditation", "notification", "none", "new_plan"]


class PaperLife(Listed):
    """How long a certificate, photo or paper may be used: months from the day named in `counted_from`."""

    months: int = Field(ge=1, le=120)
    counted_from: str


class Country(Word):
    """A country people come from, by ISO 3166-1 alpha-3; names are offered on forms."""

    code: str = Field(pattern=r"^[A-Z]{3}$")
    ja: str
    en: str


class BilateralPaper(Dated):
    """A country whose people need the paper of a bilateral arrangement, for one authority."""

    authority: Authority
    country: str


class BilateralArrangement(Dated):
    """A country with an arrangement on technical intern training: its sending bodies stand on an accredited list."""

    country: str


class QuotaStep(Dated):
    """Base head count for employers of up to `staff_up_to` full-time staff; above the last step, staff/20."""

    staff_up_to: int
    base: int


class ChecklistRow(Listed):
    """A rule that only a person decides, looking at papers: what it is called and what an objection usually weighs.

    `of_signed` is what is looked for on every document that somebody has to sign; others are prompted by their documents.
    `why` says what keeps a machine from deciding it.
    """

    severity: Severity
    legal_source: str
    of_signed: Bilingual | None = None
    why: Bilingual | None = None


class PracticeItem(Word):
    """An item of a practice page (`page:number`, not a rule of ours), with what decides it, and what of it nothing does.

    `by` are rules and checklist rows, `documents` kinds that a map asks for, `doors` refusals that keep it out.
    """

    id: str = Field(pattern=r"^(otit|isa):[A-Z]{2,4}-[0-9]{2}$")
    by: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()
    left_out: Bilingual | None = None


class Source(Word):
    """Where facts come from: a key and what it stands for."""

    key: str
    title: str
    address: str | None = None


class Tables(Word):
    """Every reference table, as read from `schemas/tables/`."""

    prefectures: tuple[Prefecture, ...]
    offices: tuple[Office, ...]
    branches: tuple[Branches, ...]
    fees: tuple[FeeAmount, ...]
    minimum_wages: tuple[MinimumWage, ...]
    lowest_yen_per_hour: int
    lowest_from: date
    holidays: tuple[Holiday, ...]
    holidays_from: date
    holidays_to: date
    cut_offs: tuple[CutOff, ...]
    law_starts: tuple[LawStart, ...] = ()
    ssw_fields: tuple[SswField, ...]
    ssw_intakes: tuple[SswIntake, ...] = ()
    esd_fields: tuple[Listed, ...]
    residence_statuses: tuple[ResidenceStatus, ...]
    occupations: tuple[Occupation, ...]
    course_kinds: tuple[Listed, ...]
    plan_changes: tuple[PlanChange, ...]
    paper_lives: tuple[PaperLife, ...]
    form_editions: tuple[Listed, ...]
    country_codes: tuple[str, ...]
    countries: tuple[Country, ...]
    bilateral_papers: tuple[BilateralPaper, ...]
    bilateral_arrangements: tuple[BilateralArrangement, ...]
    quota: tuple[QuotaStep, ...]
    esd_quota: tuple[QuotaStep, ...]
    checklist: tuple[ChecklistRow, ...]
    practice_items: tuple[PracticeItem, ...]
    sources: tuple[Source, ...]

    def prefecture(self, code: str) -> Prefecture | None:
        """The prefecture of that JIS code, or None."""
        return next((row for row in self.prefectures if row.code == code), None)

    def ssw_field(self, field_id: str) -> SswField | None:
        """The field of specified skilled work of that id, or None."""
        return next((row for row in self.ssw_fields if row.id == field_id), None)

    def cut_off(self, cut_off_id: str) -> CutOff | None:
        """The cut-off of that id, or None."""
        return next((row for row in self.cut_offs if row.id == cut_off_id), None)

    def paper_life(self, kind: str, on: date) -> PaperLife | None:
        """How long a paper of that kind may be used as of a day, or None."""
        return next((row for row in self.paper_lives if row.id == kind and row.in_force(on)), None)

    def answers(self, name: str, on: date | None = None) -> tuple[Choice, ...] | None:
        """What a choice field offers from the table of that name, or None when there is nothing to choose from.

        Each id once, called as on that day; whether it may be chosen for a day is for the rules to say.
        """
        rows = self.listed(name)
        if rows is None:
            return None
        return tuple(Choice(id=row.id, ja=row.ja, en=row.en) for row in of_the_day(rows, on).values())

    def listed(self, name: str) -> tuple[Listed, ...] | None:
        """The rows of a table that has ids and names; `<authority>_offices` and `ssw2_fields` are parts of one."""
        if name == "ssw2_fields":
            return tuple(row for row in self.ssw_fields if row.ssw2)
        if name in ("otit_offices", "isa_offices"):
            return tuple(
                row for row in self.offices if f"{row.authority}_offices" == name and row.prefectures
            )
        rows = getattr(self, name) if name in type(self).model_fields else None
        if not isinstance(rows, tuple) or not all(isinstance(row, Listed) for row in rows):
            return None
        return rows

    def source_titles(self) -> Mapping[str, str]:
        """Source keys and what they stand for."""
        return {row.key: row.title for row in self.sources}
