"""What comes next: shown with its days, and begun by the client with what may be carried over from accepted facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal, needs, scope
from api.applications import MayEdit, author_of, map_today, persons_at_most
from api.bodies import Body, Shown
from api.content import Author, begin_with_key, change_values
from api.desk import AtDesk, Desk
from api.idempotency import Answered, CurrentAct, once
from api.paging import Listed, Paged, following, position
from api.paths import NumberInPath
from api.queries_watches import FOLLOWS, WatchView, watches_ahead, watches_of_application
from api.reading import WHOLE, Case, Collected, case_of, collected, key_of
from infra.database.tables import link, person_standing, watch
from infra.dossiers import values_in
from schemas.calendar import japan_date
from schemas.carrying import Accepted, Carried, carried
from schemas.maps import ProcedureMap
from schemas.parties import Right
from schemas.refusals import Refused

router = APIRouter(prefix="/v1", tags=["what comes next"])

Looking = Annotated[Principal, Depends(needs(Right.READ_OWN, Right.READ_CASES))]
Steering = Annotated[Principal, Depends(needs(Right.READ_OWN, Right.INSPECT))]
AHEAD = "watches"


class NextApplication(Body):
    """Which follow-up is begun, for which of the persons it follows for."""

    follow_up: str = Field(max_length=120, examples=["isa.extension.ssw1"])
    persons: list[Annotated[str, Field(max_length=120)]] = Field(min_length=1, max_length=100)


class PersonBegun(Shown):
    """A person of the new draft: which one it was, how many answers came along, which must be given anew."""

    person_id: str
    from_person_id: str
    carried: int
    fresh: list[str]


class NextBegun(Shown):
    """The draft that was begun; `fresh` are the application's own answers that must be given anew."""

    number: str
    procedure: str
    carried: int
    fresh: list[str]
    persons: list[PersonBegun]


@router.get("/next")
async def show_ahead(principal: Steering, at: AtDesk, asked: Annotated[Paged, Query()]) -> Listed[WatchView]:
    """Everything that comes next and has a day ahead: a client's own, or for managers all; the nearest first."""
    after = position(at.settings, AHEAD, asked.cursor)
    async with scope(at, principal) as connection:
        page = await watches_ahead(
            connection, japan_date(at.now()), limit=asked.rows(at.settings), after=after
        )
    return Listed(items=page.rows, next=following(at.settings, AHEAD, page.last))


@router.get("/applications/{number}/next")
async def show_next(principal: Looking, at: AtDesk, number: NumberInPath) -> tuple[WatchView, ...]:
    """What comes after one application, person by person."""
    async with scope(at, principal) as connection:
        await case_of(connection, number, principal.organisation_id)
        return await watches_of_application(connection, number)


@router.post("/applications/{number}/next", status_code=201)
async def begin_next(
    principal: MayEdit,
    at: AtDesk,
    number: NumberInPath,
    act: CurrentAct,
    *,
    wanted: NextApplication,
    response: Response,
) -> NextBegun:
    """Begin the next application: a draft of the client's, with what may be carried over.

    Refused: `no_follow_up`, `unknown_procedure`, `procedure_not_in_force`, `too_many_persons`.
    """
    author = author_of(at, principal)
    key = await key_of(at.keys, number)
    async with scope(at, principal) as connection:
        case = await case_of(connection, number, principal.organisation_id)
    source, target = await at.packs.of(case), map_today(at, wanted.follow_up)
    await at.packs.keep(target)
    async with scope(at, principal) as connection:

        async def perform() -> Answered:
            accepted = await _accepted(connection, case, wanted)
            if len(accepted) > (at_most := persons_at_most(at, target.procedure)):
                raise Refused("too_many_persons", "persons", limit=at_most)
            everything = await collected(connection, case, key, sealed_only=True)
            begun = await _begin(connection, at, author, Carrying(source, target, everything, accepted))
            return Answered(201, begun.model_dump(mode="json"), begun.number)

        answered = await once(connection, act, author.at, perform)
    begun = NextBegun.model_validate(answered.body)
    response.headers["Location"] = f"/v1/applications/{begun.number}"
    return begun


async def _accepted(
    connection: AsyncConnection, case: Case, wanted: NextApplication
) -> Mapping[str, Accepted]:
    """The persons the follow-up follows for, each with where its answers come from. Raises Refused `no_follow_up`."""
    query = (
        select(watch.c.person_id, person_standing.c.decided_on)
        .join(person_standing, person_standing.c.person_id == watch.c.person_id)
        .where(
            watch.c.number == case.number,
            person_standing.c.number == case.number,
            person_standing.c.decided_on.is_not(None),
            watch.c.follow_up == wanted.follow_up,
        )
    )
    decided = {row.person_id: row.decided_on for row in await connection.execute(query)}
    if not set(wanted.persons) <= set(decided):
        raise Refused("no_follow_up", "persons")
    return {
        person: Accepted(number=case.number, round=case.rounds, accepted_on=decided[person])
        for person in dict.fromkeys(wanted.persons)
    }


class Carrying:
    """What one application gives to the next: the two maps, the sealed content, and from when each person's is."""

    def __init__(
        self,
        source: ProcedureMap,
        target: ProcedureMap,
        everything: Collected,
        accepted: Mapping[str, Accepted],
    ) -> None:
        self.target = target
        self.accepted = accepted
        self._source = source
        self._everything = everything

    @property
    def latest(self) -> Accepted:
        """The newest acceptance: that of the application's own answers."""
        return max(self.accepted.values(), key=lambda each: each.accepted_on)

    def of(self, place: str, on: date) -> Carried:
        """What one scope gives on that day."""
        values = values_in(self._everything.of(place))
        accepted = self.accepted.get(place, self.latest)
        return carried(self._source, self.target, values, accepted, on=on, of_person=place in self.accepted)


async def _begin(connection: AsyncConnection, at: Desk, author: Author, carrying: Carrying) -> NextBegun:
    target, on = carrying.target, japan_date(author.at)
    case, key = await begin_with_key(connection, at.keys, author, target, len(carrying.accepted))
    given = {WHOLE: carrying.of(WHOLE, on), **{each: carrying.of(each, on) for each in carrying.accepted}}
    places = dict(zip((WHOLE, *carrying.accepted), (WHOLE, *case.persons), strict=True))
    for old, new in places.items():
        source = replace(author, accepted=carrying.accepted.get(old, carrying.latest))
        await change_values(connection, case, source, changes={new: given[old].values}, ready=target, key=key)
    await _link(connection, case, author, carrying.accepted)
    return NextBegun(
        number=case.number,
        procedure=case.procedure,
        carried=len(given[WHOLE].values),
        fresh=list(given[WHOLE].fresh),
        persons=[
            PersonBegun(
                person_id=places[old],
                from_person_id=old,
                carried=len(given[old].values),
                fresh=list(given[old].fresh),
            )
            for old in carrying.accepted
        ],
    )


async def _link(
    connection: AsyncConnection, case: Case, author: Author, accepted: Mapping[str, Accepted]
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "number": case.number,
            "person_id": new,
            "other_number": source.number,
            "other_person_id": old,
            "organisation_id": case.organisation_id,
            "kind": FOLLOWS,
            "made_by": author.actor.id,
            "capacity": author.actor.capacity,
            "made_at": author.at,
        }
        for new, (old, source) in zip(case.persons, accepted.items(), strict=True)
    ]
    await connection.execute(insert(link), rows)
