"""Applications: begin a draft, read it, change values and persons, hand in, withdraw."""

import asyncio
from datetime import date, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs, scope
from api.acts import ask_road, reason_of
from api.bodies import Body, Shown, Words, etag, expected_version, insist_on_version, optional_version
from api.completeness import gaps
from api.content import (
    Author,
    add_persons,
    begin_application,
    change_values,
    locked_case,
    remove_person,
)
from api.desk import AtDesk, Desk
from api.drafts import ApplicationShown, shown
from api.hand_in import Receipt, seal_round
from api.idempotency import Act, Answered, CurrentAct, once
from api.paths import NumberInPath, PersonInPath
from api.problems import RefusedTogether
from api.queries_links import waits_of
from api.quotes import write_quote
from api.reading import WHOLE, Case, Collected, case_of, collected, dossier, key_of
from api.waiting import Keys, end_waiting, insist_on_the_same, keys_with
from infra.logs import get_log
from schemas import messages
from schemas.calendar import japan_date
from schemas.catalogue import Procedure
from schemas.commands import Answer, Withdraw
from schemas.links import Waiting
from schemas.maps import NotInForce, ProcedureMap, UnknownProcedure
from schemas.parties import Right
from schemas.planning import handed_in
from schemas.refusals import Refused
from schemas.splitting import Origin

ROAD_TOLD_WITHIN_SECONDS = 0.3

router = APIRouter(prefix="/v1/applications", tags=["applications"])
log = get_log("api")

MayEdit = Annotated[Principal, Depends(needs(Right.EDIT_CONTENT))]
MayHandIn = Annotated[Principal, Depends(needs(Right.HAND_IN))]
MayWithdraw = Annotated[Principal, Depends(needs(Right.WITHDRAW))]
MayRead = Annotated[Principal, Depends(needs(Right.READ_OWN, Right.READ_CASES))]
IfMatch = Annotated[int, Depends(expected_version)]
MaybeIfMatch = Annotated[int | None, Depends(optional_version)]


class NewApplication(Body):
    """A draft to begin."""

    procedure: str = Field(max_length=120, examples=["isa.extension.ssw1"])
    persons: int = Field(default=0, ge=0, examples=[1])


class Begun(Shown):
    """A draft that was begun."""

    number: str
    procedure: str
    map_version: date
    version: int
    persons: list[str]


class Values(Body):
    """New values by field; null takes a value away. Persons by their id."""

    application: dict[str, str | int | bool | None] = Field(default_factory=dict)
    persons: dict[str, dict[str, str | int | bool | None]] = Field(default_factory=dict)


class Saved(Shown):
    """The version after a change, also in the ETag header."""

    number: str
    version: int


class MorePersons(Body):
    """How many persons to add."""

    count: int = Field(default=1, ge=1)


class ReceiptShown(Shown):
    """The receipt of one hand-in."""

    number: str
    round: int
    handed_in_at: datetime
    manifest_sha256: str


class HandedInShown(Shown):
    """What a hand-in answers: it is durable."""

    number: str
    receipt: ReceiptShown


class Withdrawal(Body):
    """Who is withdrawn (everybody when nobody is named) and why."""

    persons: list[Annotated[str, Field(max_length=120)]] = Field(default_factory=list, max_length=100)
    reason: Words | None = None


def author_of(at: Desk, principal: Principal) -> Author:
    """The writer of content. Raises Refused `not_allowed` for staff."""
    return Author(principal.actor, principal.client_organisation, at.now())


def persons_at_most(at: Desk, procedure: Procedure) -> int:
    """How many persons a draft of this procedure may have."""
    return min(at.settings.limits.persons_per_application, procedure.lines.at_most)


async def map_of(at: Desk, case: Case) -> ProcedureMap:
    """The map the application is pinned to; a draft has the one that is shipped."""
    return await at.packs.of(case, is_draft=case.is_draft)


@router.post("", status_code=201)
async def begin(
    principal: MayEdit, at: AtDesk, act: CurrentAct, wanted: NewApplication, response: Response
) -> Begun:
    """Begin a draft of a procedure that is in force today."""
    author = author_of(at, principal)
    ready = map_today(at, wanted.procedure)
    at_most = persons_at_most(at, ready.procedure)
    if wanted.persons > at_most:
        raise Refused("too_many_persons", "persons", limit=at_most)
    await at.packs.keep(ready)
    async with scope(at, principal) as connection:

        async def perform() -> Answered:
            case = await begin_application(connection, at.keys, author, ready, wanted.persons)
            begun = Begun(
                number=case.number,
                procedure=case.procedure,
                map_version=case.map_version,
                version=case.version,
                persons=list(case.persons),
            )
            return Answered(201, begun.model_dump(mode="json"), case.number)

        answered = await once(connection, act, author.at, perform)
    begun = Begun.model_validate(answered.body)
    response.headers["Location"] = f"/v1/applications/{begun.number}"
    response.headers["ETag"] = etag(begun.version)
    return begun


def map_today(at: Desk, procedure_id: str) -> ProcedureMap:
    """The map in force today. Raises Refused `unknown_procedure`, `procedure_not_in_force`."""
    try:
        return at.catalogue.map_for(procedure_id, on=japan_date(at.now()))
    except UnknownProcedure:
        raise Refused("unknown_procedure", "procedure") from None
    except NotInForce:
        raise Refused("procedure_not_in_force", "procedure") from None


@router.get("/{number}")
async def read(principal: MayRead, at: AtDesk, number: NumberInPath, response: Response) -> ApplicationShown:
    """One application. Its own people see the content; staff see where it stands (content: `/content`)."""
    key = None if principal.is_staff else await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.organisation_id)
        if principal.is_staff and case.is_draft:
            raise Refused("not_found")
        everything = await collected(connection, case, key) if key else None
        seen = await shown(
            connection, case, everything, ready=await map_of(at, case) if case.is_draft else None
        )
    response.headers["ETag"] = etag(case.version)
    return seen


@router.patch("/{number}/content")
async def change(
    principal: MayEdit,
    at: AtDesk,
    number: NumberInPath,
    version: IfMatch,
    *,
    values: Values,
    response: Response,
) -> Saved:
    """Save values. All that is refused is listed together, and then nothing is saved."""
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)
        insist_on_version(version, case.version)
        changes = {WHOLE: values.application, **values.persons}
        if WHOLE in values.persons:
            raise Refused("unknown_person")
        changed = {each: fields for each, fields in changes.items() if fields}
        saved = await change_values(
            connection, case, author, changes=changed, ready=await map_of(at, case), key=key
        )
    response.headers["ETag"] = etag(saved)
    return Saved(number=number, version=saved)


@router.post("/{number}/persons", status_code=201)
async def add(
    principal: MayEdit, at: AtDesk, number: NumberInPath, act: CurrentAct, more: MorePersons
) -> ApplicationShown:
    """Add persons to a draft."""
    author = author_of(at, principal)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)

        async def perform() -> Answered:
            at_most = persons_at_most(at, (await map_of(at, case)).procedure)
            version = await add_persons(connection, case, author, more.count, at_most)
            return Answered(201, {"version": version}, number)

        await once(connection, act, author.at, perform)
        case = await case_of(connection, number, author.organisation_id)
        return await shown(connection, case, ready=await map_of(at, case))


@router.delete("/{number}/persons/{person_id}")
async def remove(
    principal: MayEdit, at: AtDesk, number: NumberInPath, person_id: PersonInPath, version: MaybeIfMatch
) -> Saved:
    """Take a person out of a draft, with values and documents."""
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)
        insist_on_version(version, case.version)
        saved = await remove_person(connection, case, author, person_id, key)
        await end_waiting(connection, case, person_id)
    return Saved(number=number, version=saved)


@router.post("/{number}/hand-in", status_code=201)
async def hand_in(
    principal: MayHandIn, at: AtDesk, number: NumberInPath, act: CurrentAct, version: MaybeIfMatch
) -> HandedInShown:
    """Hand in. The answer is durable whatever else is down; the same key gives the same receipt."""
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    take = partial(_handed_in, at, author, act=act, version=version)
    async with scope(at, principal) as connection:
        case = await locked_case(connection, number, author)
        waits = await waits_of(connection, number)
        handed = None if waits else await take(connection, case, keys={number: key})
    if handed is None:
        # The keys of what is waited for are asked between two transactions: no request holds two connections.
        keys = {**await keys_with(at.keys, waits), number: key}
        async with scope(at, principal) as connection:
            case = await locked_case(connection, number, author)
            waits = await waits_of(connection, number)
            handed = await take(connection, case, keys=keys)
    await start_road(at, case, author, handed_in_at=handed.receipt.handed_in_at, waits=waits)
    return handed


async def _handed_in(
    at: Desk,
    author: Author,
    connection: AsyncConnection,
    case: Case,
    *,
    act: Act,
    version: int | None,
    keys: Keys,
) -> HandedInShown:
    async def perform() -> Answered:
        receipt = await _first_round(connection, at, case, author, version=version, keys=keys)
        return Answered(201, {"number": case.number, "receipt": receipt.shown()}, case.number)

    return HandedInShown.model_validate((await once(connection, act, author.at, perform)).body)


async def _first_round(
    connection: AsyncConnection, at: Desk, case: Case, author: Author, *, version: int | None, keys: Keys
) -> Receipt:
    if not case.is_draft:
        raise Refused("already_handed_in")
    insist_on_version(version, case.version)
    if not case.persons:
        raise Refused("no_person", "persons")
    ready = await map_of(at, case)
    if not ready.procedure.in_force(japan_date(at.now())):
        raise Refused("procedure_not_in_force", "procedure")
    everything = await collected(connection, case, keys[case.number])
    insist_on_completeness(at, everything, ready)
    if len(keys) > 1:
        await insist_on_the_same(connection, keys, everything, ready.procedure)
    await at.packs.keep(ready)
    receipt = await seal_round(connection, everything, author, case.persons, pinned_to=ready)
    await write_quote(connection, at, author, everything, ready)
    return receipt


def insist_on_completeness(at: Desk, everything: Collected, ready: ProcedureMap) -> None:
    """Raises RefusedTogether `not_complete` with every gap."""
    missing = gaps(ready, dossier(everything, ready, japan_date(at.now())))
    if missing:
        raise RefusedTogether("not_complete", missing)


async def start_road(
    at: Desk,
    case: Case,
    author: Author,
    *,
    handed_in_at: datetime,
    waits: tuple[Waiting, ...],
    origin: Origin | None = None,
) -> None:
    """Tell the engine of what was handed in; where it does not hear at once, the desk's own round tells it."""
    ready = await map_of(at, case)
    told = handed_in(
        case,
        ready,
        at.settings.policy,
        persons=case.persons,
        by=author.actor.id,
        at=handed_in_at,
        waits=waits,
        origin=origin,
    )
    try:
        async with asyncio.timeout(ROAD_TOLD_WITHIN_SECONDS):
            await at.gateway.start(told)
    except TimeoutError:
        log.info("road_not_told", number=case.number)


@router.post("/{number}/withdrawal")
async def withdraw(
    principal: MayWithdraw, at: AtDesk, number: NumberInPath, act: CurrentAct, wanted: Withdrawal
) -> Answer:
    """Withdraw persons, or everybody. After lodging it becomes a withdrawal filing."""
    author = author_of(at, principal)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, author.organisation_id)
    if case.is_draft:
        raise Refused("not_handed_in")
    if not frozenset(wanted.persons) <= frozenset(case.persons):
        raise Refused("unknown_person", "persons")
    reason = reason_of(case, principal, act, wanted.reason)
    command = Withdraw(
        actor=principal.actor,
        act_id=act.id,
        persons=tuple(wanted.persons),
        remark_id=reason.id if reason else None,
    )
    return await ask_road(at, number, messages.WITHDRAW, command, [reason] if reason else [])
