"""Acts of the desk's people on a case: what they begin with, the words that go along, the way to the road."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from api.access import Principal
from api.desk import Desk
from api.idempotency import Act
from api.queries_case import HandedInCase, handed_in_case
from api.reading import Case, key_of
from api.remark_rows import NewRemark, RemarkKind, remark_id_of, take_back_remarks, write_remarks
from schemas.commands import Answer, Command
from schemas.refusals import Refused

ISO_DATE_LENGTH = 10


def _day(value: Any) -> date:
    if not isinstance(value, str) or len(value) != ISO_DATE_LENGTH:
        raise ValueError("a date is written YYYY-MM-DD")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day), Field(description="A day in Japan, YYYY-MM-DD")]
SomeWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
PlainId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]
Persons = Annotated[list[PlainId], Field(max_length=100)]


async def case_at(at: Desk, number: str) -> HandedInCase:
    """The case that was handed in under this number. Raises Refused `not_found`, for drafts too."""
    async with at.database.as_desk() as connection:
        case = await handed_in_case(connection, number)
    if case is None:
        raise Refused("not_found")
    return case


def saying(
    case: HandedInCase | Case,
    principal: Principal,
    act: Act,
    kind: RemarkKind,
    words: str,
    *,
    for_client: bool,
    place: int = 0,
    **about: str | None,
) -> NewRemark:
    """The n-th remark of an act, ready to be written; `about` names task, finding or person."""
    return NewRemark(
        id=remark_id_of(act.id, place),
        organisation_id=case.organisation_id,
        number=case.number,
        kind=kind,
        author=principal.actor,
        words=words,
        for_client=for_client,
        **about,
    )


def reason_of(case: Case, principal: Principal, act: Act, words: str | None) -> NewRemark | None:
    """The reason a client gives for an act, where one is given; the client reads it too."""
    return saying(case, principal, act, RemarkKind.REASON, words, for_client=True) if words else None


async def ask_road(
    at: Desk, number: str, name: str, command: Command, remarks: Sequence[NewRemark] = ()
) -> Answer:
    """Write the words, then ask the road. A refused act takes back the words that were new.

    Raises Refused from the road's validators, NotReady when no worker answers in time.
    """
    async with kept(at, number, remarks):
        return await at.gateway.act(number, name, command)


@asynccontextmanager
async def kept(at: Desk, number: str, remarks: Sequence[NewRemark]) -> AsyncIterator[None]:
    """Write words for as long as it takes to ask the road; when it refuses, those that were new are taken back."""
    if not remarks:
        yield
        return
    key = await key_of(at.keys, number)
    async with at.database.as_desk() as connection:
        written = await write_remarks(connection, key, remarks, at.now())
    try:
        yield
    except Refused:
        async with at.database.as_desk() as connection:
            await take_back_remarks(connection, written, at.now())
        raise
