"""The activity `watch_what_comes_next`: from each result what follows and by when is noted, and told to the client in time.

What is noted for a person is replaced when his result changes; what is told is one mail per application, follow-up, day
and step, to which a further one is added when persons come later. Both outlive the application.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Row, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.ledger.announcing import TO_CLIENT, notice_row
from infra.database.connection import Database
from infra.database.tables import notice, standing, watch, watch_basis
from infra.dossiers import case_of, collected, dossier
from infra.keys import KeyDestroyed, KeyRing, KeyUnknown
from infra.packs import Packs
from schemas.calendar import japan_date
from schemas.deadlines import Derivation
from schemas.watches import LODGED, OPENED_WITHIN, OPENS, TOLD_BEFORE, Basis, Watch, basis_of, watches_of
from schemas.wording import NoticeKind

APPLICATIONS_AT_A_TIME = 50
IDS = UUID("0b6f6d0e-5f0d-5e0f-8b1e-6a2c1f7d9e42")
CHANGED = text(
    """SELECT p.number, p.organisation_id, p.person_id, p.result, p.decided_on, p.valid_to
       FROM person_standing p LEFT JOIN watch_basis b ON b.number = p.number AND b.person_id = p.person_id
       WHERE p.receipt IS NOT NULL
         AND (b.after, b.decided_on, b.valid_to)
             IS DISTINCT FROM (COALESCE(p.result, :lodged), p.decided_on, p.valid_to)
         AND p.number IN (
           SELECT p.number FROM person_standing p
           LEFT JOIN watch_basis b ON b.number = p.number AND b.person_id = p.person_id
           WHERE p.receipt IS NOT NULL
             AND (b.after, b.decided_on, b.valid_to)
                 IS DISTINCT FROM (COALESCE(p.result, :lodged), p.decided_on, p.valid_to)
           GROUP BY p.number ORDER BY p.number LIMIT :many)"""
)


class Watches:
    """The desk's memory of what comes next."""

    def __init__(self, database: Database, keys: KeyRing, packs: Packs) -> None:
        self._database = database
        self._keys = keys
        self._packs = packs

    @activity.defn(name="watch_what_comes_next")
    async def look(self) -> int:
        """Note what follows from results that are new or have changed, and write the mails of today; answers how many
        persons were noted."""
        now = datetime.now(UTC)
        noted = await self.note(now)
        await self.tell(now)
        return noted

    async def note(self, now: datetime) -> int:
        """Note what follows from every result that is not noted yet. One application that can't be read stops no other."""
        async with self._database.as_worker() as connection:
            asked = {"lodged": LODGED, "many": APPLICATIONS_AT_A_TIME}
            rows = (await connection.execute(CHANGED, asked)).all()
        troubles: list[Exception] = []
        for number, persons in _by_number(rows).items():
            try:
                await self._note(number, persons, now)
            except Exception as trouble:
                activity.logger.warning(
                    "watch_stuck", extra={"number": number, "code": type(trouble).__name__}
                )
                troubles.append(trouble)
        if troubles:
            raise troubles[0]
        return len(rows)

    async def _note(self, number: str, persons: Sequence[Row[Any]], now: datetime) -> None:
        bases = [basis_of(row.person_id, row.result, row.decided_on, row.valid_to) for row in persons]
        organisation_id = persons[0].organisation_id
        watches = await self._worked_out(number, organisation_id, bases, japan_date(now))
        common = {"number": number, "organisation_id": organisation_id, "noted_at": now}
        async with self._database.as_worker() as connection:
            ids = [basis.person_id for basis in bases]
            await connection.execute(
                delete(watch).where(watch.c.number == number, watch.c.person_id.in_(ids))
            )
            if watches:
                await connection.execute(insert(watch), [_row(number, each) | common for each in watches])
            await _remember(connection, [basis.model_dump() | common for basis in bases])

    async def _worked_out(
        self, number: str, organisation_id: str, bases: Iterable[Basis], today: date
    ) -> list[Watch]:
        """What follows, from what was handed in; nothing of an application that was erased."""
        try:
            key = await self._keys.key_for(number)
        except (KeyUnknown, KeyDestroyed):
            return []
        async with self._database.as_worker() as connection:
            case = await case_of(connection, number, organisation_id)
            everything = await collected(connection, case, key, sealed_only=True)
        ready = await self._packs.of(case)
        facts = dossier(everything, ready, today)
        return [each for basis in bases for each in watches_of(ready, facts, basis)]

    async def tell(self, now: datetime) -> None:
        """Write one mail per application, follow-up, day and step that is due today, of the persons not yet told of it;
        what is written stays."""
        async with self._database.as_worker() as connection:
            rows = (await connection.execute(_near(japan_date(now)))).all()
            told = await _told(connection, {row.number for row in rows})
            notices = list(_notices(rows, told, now))
            if notices:
                await connection.execute(insert(notice).on_conflict_do_nothing(), notices)


def _by_number(rows: Iterable[Row[Any]]) -> Mapping[str, list[Row[Any]]]:
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.number].append(row)
    return found


def _row(number: str, each: Watch) -> dict[str, Any]:
    return each.model_dump(exclude={"name", "derivation"}) | {
        "id": str(uuid5(IDS, f"{number}/{each.person_id}/{each.follow_up}")),
        "name": each.name.model_dump(),
        "derivation": each.derivation.model_dump(),
    }


async def _remember(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    asked = insert(watch_basis)
    changes = {name: asked.excluded[name] for name in ("after", "decided_on", "valid_to", "noted_at")}
    keys = [watch_basis.c.number, watch_basis.c.person_id]
    await connection.execute(asked.on_conflict_do_update(index_elements=keys, set_=changes), rows)


def _near(today: date) -> Any:
    """The watches of which something may be told today, with the last sequence number of their application."""
    closing = watch.c.closes_on.between(today, today + timedelta(days=max(TOLD_BEFORE)))
    opened = watch.c.opens_on.between(today - OPENED_WITHIN, today)
    return (
        select(watch, standing.c.seq)
        .join(standing, standing.c.number == watch.c.number)
        .where(or_(closing, opened))
        .order_by(watch.c.number, watch.c.follow_up, watch.c.person_id)
    )


class News(NamedTuple):
    """What a mail tells of an application: the follow-up, the step, and the day of that step."""

    number: str
    follow_up: str
    step: str
    on: date | None

    @property
    def said(self) -> str:
        """The same news has the same words."""
        return f"{self.number}/{self.follow_up}/{self.step}/{self.on}"


async def _told(connection: AsyncConnection, numbers: Iterable[str]) -> set[tuple[str, str]]:
    """Who of these applications was told what already, by the news and the person."""
    asked = select(notice.c.facts["said"].astext, notice.c.facts["told"]).where(
        notice.c.number.in_(numbers), notice.c.kind.in_((NoticeKind.NEXT_OPENS, NoticeKind.NEXT_CLOSES))
    )
    rows = (await connection.execute(asked)).all()
    return {(said, person_id) for said, persons in rows for person_id in persons or ()}


def _notices(rows: Iterable[Row[Any]], told: Set[tuple[str, str]], now: datetime) -> Iterator[dict[str, Any]]:
    today = japan_date(now)
    groups: defaultdict[News, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        step = _watch(row).step(today)
        if step is None:
            continue
        news = News(row.number, row.follow_up, step, row.opens_on if step == OPENS else row.closes_on)
        if (news.said, row.person_id) not in told:
            groups[news].append(row)
    for news, some in groups.items():
        yield _notice(news, some, now)


def _notice(news: News, some: Sequence[Row[Any]], now: datetime) -> dict[str, Any]:
    persons = [row.person_id for row in some]
    closes_on = min((row.closes_on for row in some if row.closes_on is not None), default=None)
    facts: dict[str, Any] = {"persons": len(persons), "said": news.said, "told": persons}
    if closes_on is not None:
        facts["due_on"] = closes_on.isoformat()
    kind = NoticeKind.NEXT_OPENS if news.step == OPENS else NoticeKind.NEXT_CLOSES
    mail_id = uuid5(IDS, f"{news.said}/{','.join(persons)}")
    about = {"number": news.number, "organisation_id": some[0].organisation_id, "seq": some[0].seq}
    return notice_row(mail_id, (kind, TO_CLIENT, facts), **about, due_at=now)


def _watch(row: Row[Any]) -> Watch:
    plain = {name: row._mapping[name] for name in Watch.model_fields}
    return Watch.model_validate(plain | {"derivation": Derivation.model_validate(row.derivation)})
