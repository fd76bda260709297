"""Writing the application into which persons are split off: values, documents, findings, in one transaction.

It is handed in with the same act, under a key of its own. Nobody sees it before the road has moved its persons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.applications import map_of
from api.bodies import Shown
from api.content import Author, begin_with_key, copy_values
from api.desk import Desk
from api.hand_in import seal_round
from api.idempotency import Act
from api.queries_links import RESTS_ON
from api.queries_splits import SPLIT_FROM
from api.queries_watches import FOLLOWS
from api.quotes import write_share
from api.reading import WHOLE, Case, Collected, collected, current
from api.remark_rows import NewRemark, RemarkKind, open_words, remark_id_of, write_remarks
from api.uploads import Copying, copy_documents, copy_omissions
from infra.database.tables import link, remark, split_off
from infra.keys import DataKey
from schemas.findings import UNSETTLED, Finding, FindingSource
from schemas.identifiers import finding_id
from schemas.parties import Actor
from schemas.standing import Standing

TOLD = (RemarkKind.FINDING, RemarkKind.DRAFT)


class PersonSplit(Shown):
    """A person of the new application, and who that was."""

    person_id: str
    from_person_id: str


class Split(Shown):
    """The new application, handed in by the act that split it off."""

    number: str
    from_number: str
    persons: list[PersonSplit]
    receipt: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """The application that persons leave: where it stands, all its content, its key, and who leaves."""

    standing: Standing
    everything: Collected
    key: DataKey
    persons: tuple[str, ...]

    @property
    def case(self) -> Case:
        """Its row."""
        return self.everything.case


async def write_split(
    connection: AsyncConnection,
    at: Desk,
    author: Author,
    source: Source,
    *,
    act: Act,
    proposal_id: str | None,
) -> Split:
    """Write the other application whole. The row that says what the road is asked comes last and hides it."""
    ready = await map_of(at, source.case)
    case, key = await begin_with_key(
        connection, at.keys, author, ready, len(source.persons), split_from=source.case.number
    )
    copying = Copying(source.key, key, case, dict(zip(source.persons, case.persons, strict=True)))
    await _copy_content(connection, author, source, copying)
    everything = await collected(connection, case, key)
    receipt = await seal_round(connection, everything, author, case.persons, pinned_to=ready)
    await write_share(connection, at, author, everything, source=source.case, ready=ready)
    await _link(connection, author, source, copying)
    findings = await _copy_findings(connection, act, source, copying)
    row = {
        "to_number": case.number,
        "number": source.case.number,
        "organisation_id": case.organisation_id,
        "persons": list(source.persons),
        "findings": [each.model_dump(mode="json") for each in findings],
        "proposal_id": proposal_id,
        "act_id": act.id,
        "made_by": author.actor.id,
        "capacity": author.actor.capacity,
        "made_at": author.at,
    }
    await connection.execute(insert(split_off).values(row))
    return Split(
        number=case.number,
        from_number=source.case.number,
        persons=[PersonSplit(person_id=new, from_person_id=old) for old, new in copying.persons.items()],
        receipt=receipt.shown(),
    )


async def _copy_content(
    connection: AsyncConnection, author: Author, source: Source, copying: Copying
) -> None:
    told = {"split_from": source.case.number}
    places = {WHOLE: WHOLE, **copying.persons}
    entries = {
        new: {field: {**entry, **told} for field, entry in source.everything.of(old).items()}
        for old, new in places.items()
    }
    kept = {scope: values for scope, values in entries.items() if values}
    await copy_values(connection, copying.case, author, kept, copying.target)
    await copy_documents(connection, copying, current(source.everything.documents))
    await copy_omissions(connection, copying, source.everything.omissions)


async def _link(connection: AsyncConnection, author: Author, source: Source, copying: Copying) -> None:
    """Who each person was, and on what he rests."""
    made = {
        "organisation_id": copying.case.organisation_id,
        "number": copying.case.number,
        "made_by": author.actor.id,
        "capacity": author.actor.capacity,
        "made_at": author.at,
    }
    rows = [
        made
        | {
            "person_id": new,
            "other_number": source.case.number,
            "other_person_id": old,
            "kind": SPLIT_FROM,
        }
        for old, new in copying.persons.items()
    ]
    await connection.execute(insert(link), rows + await _resting(connection, made, source, copying))


async def _resting(
    connection: AsyncConnection, made: Mapping[str, Any], source: Source, copying: Copying
) -> list[dict[str, Any]]:
    """Whoever waits for another application, or waited until it was granted, or began from one, does so there too."""
    waiting = {
        line.person_id for line in source.standing.persons if line.waits_for or line.link_outcome == "granted"
    }
    query = select(link).where(link.c.number == source.case.number, link.c.kind.in_(RESTS_ON))
    return [
        {
            **made,
            "person_id": copying.persons[row.person_id],
            "other_number": row.other_number,
            "other_person_id": row.other_person_id,
            "kind": row.kind,
        }
        for row in await connection.execute(query)
        if row.person_id in copying.persons and (row.kind == FOLLOWS or row.person_id in waiting)
    ]


async def _copy_findings(
    connection: AsyncConnection, act: Act, source: Source, copying: Copying
) -> tuple[Finding, ...]:
    """What reviewers found about them and nobody settled goes along with its words and the client's replies."""
    query = select(remark).where(remark.c.number == source.case.number, remark.c.removed_at.is_(None))
    remarks = (await connection.execute(query.order_by(remark.c.written_at, remark.c.id))).all()
    found: list[Finding] = []
    for each in _unsettled(source):
        own = next((row for row in remarks if row.id == each.key.removeprefix("remark/")), None)
        if own is None:
            continue
        told = [own, *(row for row in remarks if row.finding_id == each.id and row.kind == RemarkKind.REPLY)]
        fresh = finding_id(copying.case.number, len(found) + 1)
        ids = await _copy_words(connection, act, copying, told, fresh)
        found.append(_finding(each, copying, fresh, ids[0]))
    return tuple(found)


def _unsettled(source: Source) -> list[Finding]:
    concerned = {None, *source.persons}
    return [
        each
        for each in source.standing.findings
        if each.state in UNSETTLED and each.source is FindingSource.REVIEWER and each.person_id in concerned
    ]


def _finding(each: Finding, copying: Copying, fresh: str, remark_id: str) -> Finding:
    person_id = copying.persons[each.person_id] if each.person_id else None
    changes = {
        "id": fresh,
        "key": f"remark/{remark_id}",
        "remark_id": remark_id,
        "person_id": person_id,
        "place": copying.persons.get(each.place, each.place),
        "round": 1,
    }
    return each.model_copy(update=changes)


async def _copy_words(
    connection: AsyncConnection, act: Act, copying: Copying, told: Sequence[Row[Any]], fresh: str
) -> list[str]:
    ids = []
    for row in told:
        new = _remark(row, act, copying, fresh)
        await write_remarks(connection, copying.target, [new], row.written_at)
        ids.append(new.id)
    return ids


def _remark(row: Row[Any], act: Act, copying: Copying, fresh: str) -> NewRemark:
    """The same words under the other key, by who wrote them."""
    own = NewRemark(
        id=remark_id_of(f"{act.id}/{row.id}"),
        organisation_id=copying.case.organisation_id,
        number=copying.case.number,
        kind=RemarkKind(row.kind),
        author=Actor(id=row.author_id, capacity=row.capacity),
        words=open_words(copying.source, row.words),
        for_client=row.for_client,
        severity=row.severity,
        person_id=copying.persons.get(row.person_id) if row.person_id else None,
        place_kind=row.place_kind,
        place=copying.persons.get(row.place, row.place) if row.place else None,
    )
    return replace(own, finding_id=fresh) if row.kind == RemarkKind.REPLY else own
