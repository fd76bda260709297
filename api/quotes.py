"""Quotes: written with the hand-in, shared when persons are split off, read with those that took their place.

A row is never changed: what a quote became is worked out from the split-offs that the road has carried out.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, Select, cast, func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.content import Author
from api.desk import Desk
from api.queries import Named
from api.reading import Case, Collected, dossier
from infra.database.tables import application, fee_quote, organisation, split_off
from infra.splits import carried_out
from infra.tariffs import load_tariff
from schemas.calendar import JAPAN, japan_date
from schemas.fees import FeeQuote, PersonsLeft, authority_fees, quotes_since
from schemas.maps import ProcedureMap
from schemas.words import Word

QUOTE = text(
    """INSERT INTO fee_quote (number, organisation_id, procedure, fee_class, persons, desk_yen_per_person, authority,
                              quoted_on)
       SELECT :number, o.id, :procedure, o.fee_class, :persons, (CAST(:amounts AS jsonb) ->> o.fee_class)::int,
              CAST(:authority AS jsonb), :on
       FROM organisation o WHERE o.id = :organisation"""
)
WRITTEN = frozenset(fee_quote.c.keys())


class QuoteLine(Word):
    """A quote with whose it is."""

    quote: FeeQuote
    organisation: Named


async def write_quote(
    connection: AsyncConnection,
    at: Desk,
    author: Author,
    everything: Collected,
    ready: ProcedureMap,
) -> None:
    """Write what this hand-in will cost, by the organisation's fee class and the tariffs of the day. One statement."""
    on = japan_date(author.at)
    case = everything.case
    authority = authority_fees(ready, dossier(everything, ready, on))
    amounts = load_tariff(at.settings.tariff_file).amounts(case.procedure, on)
    values = {
        "number": case.number,
        "organisation": case.organisation_id,
        "procedure": case.procedure,
        "persons": len(case.persons),
        "amounts": json.dumps(dict(amounts)),
        "authority": json.dumps([each.model_dump() for each in authority]),
        "on": on,
    }
    await connection.execute(QUOTE, values)


async def write_share(
    connection: AsyncConnection,
    at: Desk,
    author: Author,
    everything: Collected,
    *,
    source: Case,
    ready: ProcedureMap,
) -> None:
    """Write what persons cost who were split off: what had been told for them, or a quote of their own if nothing had."""
    case = everything.case
    quotes = await quotes_of(connection, source.number)
    if not quotes:
        await write_quote(connection, at, author, everything, ready)
        return
    share = quotes[-1].share(case.number, len(case.persons), japan_date(author.at))
    row = share.model_dump(include=set(WRITTEN)) | {"organisation_id": case.organisation_id}
    await connection.execute(insert(fee_quote).values(row))


async def quotes_of(connection: AsyncConnection, number: str) -> tuple[FeeQuote, ...]:
    """The quote of an application and those that took its place, the one that holds last; none before its hand-in."""
    written = select(fee_quote).where(fee_quote.c.number == number)
    rows = (await connection.execute(written)).all()
    left = await _left(connection, [number])
    return tuple(quote for row in rows for quote in quotes_since(_quote(row), left[number]))


async def quotes_between(connection: AsyncConnection, from_on: date, to_on: date) -> tuple[QuoteLine, ...]:
    """Every quote of these days (Japan, both included), by day and number, also those that were superseded since."""
    rows = (await connection.execute(_quoted_or_left(from_on, to_on))).all()
    left = await _left(connection, [row.number for row in rows])
    lines = [
        QuoteLine(quote=quote, organisation=Named(id=row.organisation_id, name=row.name))
        for row in rows
        for quote in quotes_since(_quote(row), left[row.number])
        if from_on <= quote.quoted_on <= to_on
    ]
    return tuple(sorted(lines, key=lambda line: (line.quote.quoted_on, line.quote.number)))


def _quoted_or_left(from_on: date, to_on: date) -> Select[Any]:
    """The application is asked for as well: what is being split off, or never was, this hat does not see."""
    left_on = cast(func.timezone(JAPAN.key, split_off.c.made_at), Date)
    left = select(split_off.c.number).where(left_on.between(from_on, to_on))
    of_these_days = or_(fee_quote.c.quoted_on.between(from_on, to_on), fee_quote.c.number.in_(left))
    whose = fee_quote.join(application, application.c.number == fee_quote.c.number)
    whose = whose.join(organisation, organisation.c.id == fee_quote.c.organisation_id)
    return select(fee_quote, organisation.c.name).select_from(whose).where(of_these_days)


async def _left(connection: AsyncConnection, numbers: Sequence[str]) -> dict[str, list[PersonsLeft]]:
    asked = select(split_off).where(split_off.c.number.in_(numbers), carried_out())
    left: defaultdict[str, list[PersonsLeft]] = defaultdict(list)
    for row in await connection.execute(asked.order_by(split_off.c.made_at, split_off.c.to_number)):
        gone = PersonsLeft(to_number=row.to_number, persons=len(row.persons), left_on=japan_date(row.made_at))
        left[row.number].append(gone)
    return left


def _quote(row: Row[Any]) -> FeeQuote:
    return FeeQuote.model_validate(
        {name: row._mapping[name] for name in WRITTEN & set(FeeQuote.model_fields)}
    )
