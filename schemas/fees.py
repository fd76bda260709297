"""Fees (手数料・取次料): the desk's own dated tariff by procedure and fee class, and the authority's fee as a fact.

The desk's fee is per person. What is not in the tariff, or not published, is unknown (None) and said so; no accounting.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from schemas.dossier import Dossier
from schemas.filing import FeeAtLodging
from schemas.lodging import fee_of
from schemas.maps import ProcedureMap
from schemas.words import Word

FeeClass = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A fee class of the desk's tariff, such as member or non_member."""


class TariffRow(Word):
    """The desk's fee in yen per person for a procedure and class, from a day on; `valid_to` is the last day."""

    procedure: str = Field(min_length=1)
    fee_class: FeeClass
    valid_from: date
    valid_to: date | None = None
    yen_per_person: int = Field(ge=0)

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Tariff(Word):
    """The desk's whole tariff; empty means that the desk has not entered any fee."""

    rows: tuple[TariffRow, ...] = ()

    @property
    def fee_classes(self) -> frozenset[str]:
        """Every class that has a row."""
        return frozenset(row.fee_class for row in self.rows)

    def amounts(self, procedure: str, on: date) -> Mapping[str, int]:
        """Yen per person of that procedure on that day, by fee class."""
        return {
            row.fee_class: row.yen_per_person
            for row in self.rows
            if row.procedure == procedure and row.is_in_force(on)
        }

    @model_validator(mode="after")
    def _one_fee_at_a_time(self) -> "Tariff":
        periods: dict[tuple[str, str], list[TariffRow]] = defaultdict(list)
        for row in self.rows:
            if row.valid_to is not None and row.valid_to < row.valid_from:
                raise ValueError(f"{row.procedure}, {row.fee_class}: a row ends before it begins")
            periods[row.procedure, row.fee_class].append(row)
        for (procedure, fee_class), rows in periods.items():
            rows.sort(key=lambda row: row.valid_from)
            if any(one.valid_to is None or next_.valid_from <= one.valid_to for one, next_ in pairwise(rows)):
                raise ValueError(f"{procedure}, {fee_class}: two rows hold on one day")
        return self


class AuthorityFee(Word):
    """The authority's fee through one channel: per unit, for how many units. None: not published, or depends."""

    channel: str
    yen_per_unit: int | None
    units: int

    @property
    def total_yen(self) -> int | None:
        """What is paid to the authority in all."""
        return None if self.yen_per_unit is None else self.yen_per_unit * self.units


class FeeQuote(Word):
    """What was quoted at hand-in: the desk's fee by the class of that day, and the authority's by channel.

    Since persons went on in another application (`superseded_by`) the next quote of the same number holds instead.
    """

    number: str
    procedure: str
    fee_class: str
    persons: int
    desk_yen_per_person: int | None
    authority: tuple[AuthorityFee, ...]
    quoted_on: date
    superseded_on: date | None = None
    superseded_by: str | None = None

    @property
    def desk_total_yen(self) -> int | None:
        """The desk's fee for all persons; None when the tariff has none."""
        return None if self.desk_yen_per_person is None else self.desk_yen_per_person * self.persons

    def share(self, number: str, persons: int, on: date) -> "FeeQuote":
        """The same prices for some of its persons, in that application, from that day: splitting changes no price.

        What the authority takes per application it takes for each of the two.
        """
        authority = tuple(
            each.model_copy(update={"units": persons}) if each.units == self.persons else each
            for each in self.authority
        )
        changes = {"number": number, "persons": persons, "authority": authority, "quoted_on": on}
        return self.model_copy(update=changes)


class PersonsLeft(Word):
    """So many persons of an application went on in another one, from that day (Japan)."""

    to_number: str
    persons: int
    left_on: date


class FilingFee(FeeAtLodging):
    """The fee of one filing, of the package that is lodged.

    `not_taken` of its `persons` the authority sent away: whether they were paid for, or paid back, is not known here.
    """

    filing_id: str
    number: str
    channel: str
    not_taken: int = 0

    @property
    def desk_total_yen(self) -> int | None:
        """The desk's fee for the persons the authority took; the others count with the filing that lodges them."""
        taken = self.persons - self.not_taken
        return None if self.desk_yen_per_person is None else self.desk_yen_per_person * taken

    @property
    def authority_total_yen(self) -> int | None:
        """The authority's fee of this filing as it was made ready, with those who were not taken."""
        return None if self.authority_yen is None else self.authority_yen * self.authority_units


def quotes_since(first: FeeQuote, left: Iterable[PersonsLeft]) -> tuple[FeeQuote, ...]:
    """The first quote and those that took its place as persons left, in that order; the last one holds."""
    quotes = [first]
    for each in left:
        before = quotes[-1]
        gone = {"superseded_on": each.left_on, "superseded_by": each.to_number}
        rest = before.share(before.number, before.persons - each.persons, each.left_on)
        quotes[-1:] = [before.model_copy(update=gone), rest]
    return tuple(quotes)


def authority_fees(ready: ProcedureMap, dossier: Dossier) -> tuple[AuthorityFee, ...]:
    """The authority's fee through each channel of the procedure, on the dossier's day."""
    return tuple(authority_fee(ready, dossier, each.id) for each in ready.procedure.channels)


def authority_fee(ready: ProcedureMap, dossier: Dossier, channel: str) -> AuthorityFee:
    """The authority's fee of a dossier through one channel."""
    fee = fee_of(ready, dossier.model_copy(update={"channel": channel}))
    return AuthorityFee(channel=channel, yen_per_unit=fee.amount_yen, units=fee.units)
