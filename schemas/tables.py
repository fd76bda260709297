"""Reference tables beside the maps: offices, prefectures, fees, wages, closed days, cut-offs; dated, sourced.

An unknown amount is a legal value (None): it is shown as unknown and never guessed.
"""

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from schemas.catalogue import Authority, Sourced
from schemas.words import Word


class Prefecture(Word):
    """One of the 47, by its JIS X 0401 code."""

    code: str = Field(pattern=r"^[0-9]{2}$")
    ja: str
    en: str


class Office(Sourced):
    """An office of an authority and the prefectures (JIS codes) it serves."""

    id: str
    authority: Authority
    ja: str
    en: str
    prefectures: tuple[str, ...]
    receipt_prefix: str | None = None
    parent: str | None = None


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


class CutOff(Sourced):
    """The end of a regime: last day to lodge, and last day for the map's anchor date."""

    id: str
    lodge_by: date
    anchor_by: date


class SswField(Sourced):
    """A field of specified skilled work."""

    id: str
    ja: str
    en: str
    ssw2: bool
    decided_on: date | None = None
    dispatch: bool = False


class Country(Word):
    """A country people come from, by ISO 3166-1 alpha-3; names are offered on forms."""

    code: str = Field(pattern=r"^[A-Z]{3}$")
    ja: str
    en: str


class BilateralPaper(Sourced):
    """A country whose people need the paper of a bilateral arrangement, for one authority."""

    authority: Authority
    country: str
    valid_from: date


class QuotaStep(Sourced):
    """Base head count for employers of up to `staff_up_to` full-time staff; above the last step, staff/20."""

    staff_up_to: int
    base: int


class Source(Word):
    """Where facts come from: a key and what it stands for."""

    key: str
    title: str
    address: str | None = None


class Tables(Word):
    """Every reference table, as read from `schemas/tables/`."""

    prefectures: tuple[Prefecture, ...]
    offices: tuple[Office, ...]
    fees: tuple[FeeAmount, ...]
    minimum_wages: tuple[MinimumWage, ...]
    lowest_yen_per_hour: int
    lowest_from: date
    holidays: tuple[ClosedDay, ...]
    holidays_from: date
    holidays_to: date
    cut_offs: tuple[CutOff, ...]
    ssw_fields: tuple[SswField, ...]
    country_codes: tuple[str, ...]
    countries: tuple[Country, ...]
    bilateral_papers: tuple[BilateralPaper, ...]
    quota: tuple[QuotaStep, ...]
    sources: tuple[Source, ...]

    def prefecture(self, code: str) -> Prefecture | None:
        """The prefecture of that JIS code, or None."""
        return next((row for row in self.prefectures if row.code == code), None)

    def cut_off(self, cut_off_id: str) -> CutOff | None:
        """The cut-off of that id, or None."""
        return next((row for row in self.cut_offs if row.id == cut_off_id), None)

    def source_titles(self) -> Mapping[str, str]:
        """Source keys and what they stand for."""
        return {row.key: row.title for row in self.sources}
