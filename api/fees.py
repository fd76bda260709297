"""Fees: what was quoted, the amounts of each filing, and the export of both for a period. No accounting."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs, scope
from api.acts import Day
from api.bodies import Shown
from api.csv_files import csv_file
from api.desk import AtDesk, Desk
from api.paths import NumberInPath
from api.queries import Named
from api.quotes import QuoteLine, quotes_between, quotes_of
from api.reading import Case, case_of
from api.registers import Keeping, insist_on_order
from infra.database.tables import application, filing, filing_fee, organisation
from schemas.fees import FeeQuote, FilingFee
from schemas.filing import FilingState
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.words import Word

CHANNELS = ("post", "counter", "online")
HEAD = (
    "lodged_on", "filing", "application", "organisation", "organisation_name", "procedure", "channel", "fee_class",
    "persons", "desk_yen_per_person", "desk_yen", "authority_yen_per_unit", "authority_units", "authority_yen",
    "not_taken",
)  # fmt: skip
HEAD_OF_QUOTES = (
    "quoted_on", "application", "organisation", "organisation_name", "procedure", "fee_class", "persons",
    "desk_yen_per_person", "desk_yen", *(f"authority_yen_{channel}" for channel in CHANNELS),
    "superseded_on", "superseded_by",
)  # fmt: skip

router = APIRouter(prefix="/v1", tags=["fees"])


class FeesShown(Shown):
    """The fees of one application: the quote (None for what was handed in before quotes were kept), and each filing's.

    `superseded` are the quotes that held before persons were split off, the first one first.
    """

    number: str
    quote: FeeQuote | None
    superseded: tuple[FeeQuote, ...] = ()
    filings: tuple[FilingFee, ...]


class FeeLine(Word):
    """The fee of one filing the authority has, with whose it is."""

    fee: FilingFee
    organisation: Named
    procedure: str


class FeesOfPeriod(Shown):
    """The filings of a period that the authority has, by day."""

    items: tuple[FeeLine, ...]


class QuotesOfPeriod(Shown):
    """What was quoted in a period, by day. Those with `superseded_on` no longer hold: the others add up to the whole."""

    items: tuple[QuoteLine, ...]


class Period(Shown):
    """From one day to another, both included (Japan dates)."""

    from_on: Day
    to_on: Day


@router.get("/applications/{number}/fees")
async def show_fees(
    principal: Annotated[Principal, Depends(needs(Right.READ_OWN, Right.READ_CASES))],
    at: AtDesk,
    number: NumberInPath,
) -> FeesShown:
    """What an application costs. Refused: `not_found`, also for another's and, to staff, for drafts."""
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.organisation_id)
        if principal.is_staff and case.is_draft:
            raise Refused("not_found")
        return await fees_of(connection, case)


@router.get("/registers/fees")
async def show_period(principal: Keeping, at: AtDesk, period: Annotated[Period, Query()]) -> FeesOfPeriod:
    """The fees of every first filing of the period that the authority has. Refused: `period_not_possible`."""
    return FeesOfPeriod(items=await fees_between(at, period))


@router.get("/registers/fees.csv", response_class=Response)
async def export_period(principal: Keeping, at: AtDesk, period: Annotated[Period, Query()]) -> Response:
    """The same as a CSV file."""
    rows = [_cells(line) for line in await fees_between(at, period)]
    return csv_file(f"fees-{period.from_on}-{period.to_on}.csv", HEAD, rows)


@router.get("/registers/quotes")
async def show_quotes(principal: Keeping, at: AtDesk, period: Annotated[Period, Query()]) -> QuotesOfPeriod:
    """What was quoted in the period, and what took its place since. Refused: `period_not_possible`."""
    insist_on_order("to_on", period.from_on, period.to_on)
    async with at.database.as_desk() as connection:
        return QuotesOfPeriod(items=await quotes_between(connection, period.from_on, period.to_on))


@router.get("/registers/quotes.csv", response_class=Response)
async def export_quotes(principal: Keeping, at: AtDesk, period: Annotated[Period, Query()]) -> Response:
    """The same as a CSV file, the authority's fee in a column for each channel."""
    shown = await show_quotes(principal, at, period)
    rows = [_cells_of_quote(line) for line in shown.items]
    return csv_file(f"quotes-{period.from_on}-{period.to_on}.csv", HEAD_OF_QUOTES, rows)


async def fees_of(connection: AsyncConnection, case: Case) -> FeesShown:
    """The quotes and the filings' amounts of one application, as this connection's hat sees them."""
    quotes = await quotes_of(connection, case.number)
    lines = await connection.execute(_confirmed().where(filing_fee.c.number == case.number))
    return FeesShown(
        number=case.number,
        quote=quotes[-1] if quotes else None,
        superseded=quotes[:-1],
        filings=tuple(_fee(line) for line in lines),
    )


async def fees_between(at: Desk, period: Period) -> tuple[FeeLine, ...]:
    """The lines of a period. Raises Refused `period_not_possible`."""
    insist_on_order("to_on", period.from_on, period.to_on)
    query = _confirmed().where(filing_fee.c.lodged_on.between(period.from_on, period.to_on))
    async with at.database.as_desk() as connection:
        return tuple(_line(row) for row in await connection.execute(query))


_NOT_TAKEN = (filing_fee.c.persons - func.cardinality(filing.c.persons)).label("not_taken")
"""Who was lodged and is not among those the authority took."""


def _confirmed() -> Select[Any]:
    whose = filing_fee.join(filing, filing.c.id == filing_fee.c.filing_id)
    whose = whose.join(application, application.c.number == filing_fee.c.number)
    whose = whose.join(organisation, organisation.c.id == filing_fee.c.organisation_id)
    return (
        select(filing_fee, _NOT_TAKEN, organisation.c.name, application.c.procedure)
        .select_from(whose)
        .where(filing.c.state == FilingState.CONFIRMED)
        .order_by(filing_fee.c.lodged_on, filing_fee.c.filing_id)
    )


def _fee(row: Row[Any]) -> FilingFee:
    return FilingFee(**{name: row._mapping[name] for name in FilingFee.model_fields})


def _line(row: Row[Any]) -> FeeLine:
    return FeeLine(
        fee=_fee(row), organisation=Named(id=row.organisation_id, name=row.name), procedure=row.procedure
    )


def _cells(line: FeeLine) -> tuple[date | str | int | None, ...]:
    fee = line.fee
    return (
        fee.lodged_on, fee.filing_id, fee.number, line.organisation.id, line.organisation.name, line.procedure,
        fee.channel, fee.fee_class, fee.persons, fee.desk_yen_per_person, fee.desk_total_yen, fee.authority_yen,
        fee.authority_units, fee.authority_total_yen, fee.not_taken,
    )  # fmt: skip


def _cells_of_quote(line: QuoteLine) -> tuple[date | str | int | None, ...]:
    quote, authority = line.quote, {each.channel: each.total_yen for each in line.quote.authority}
    return (
        quote.quoted_on, quote.number, line.organisation.id, line.organisation.name, quote.procedure, quote.fee_class,
        quote.persons, quote.desk_yen_per_person, quote.desk_total_yen, *map(authority.get, CHANNELS),
        quote.superseded_on, quote.superseded_by,
    )  # fmt: skip
