"""What people wrote beside their acts (reasons, evidence, what they found out), each with the act it belongs to. Staff only.

Words belong to the event that names them, else to the task they were written for.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries_findings import Words
from api.remark_rows import RemarkKind
from infra.database.tables import event, task
from schemas.tasks import ABOUT_THE_CASE, TaskKind
from schemas.words import Word

NAMED = cast("$.**.remark_id ? (@ != null)", JSONPATH)
BESIDE_ACTS = frozenset({RemarkKind.REASON, RemarkKind.MORE_REQUESTED, RemarkKind.RESULT})


class Said(Word):
    """Words with the kind of the task they were written for, and the event that names them, where there is one."""

    words: Words
    task_kind: TaskKind | None
    persons: tuple[str, ...]
    event_seq: int | None
    event_kind: str | None


class _Named(NamedTuple):
    seq: int
    kind: str


async def said_of(connection: AsyncConnection, number: str, remarks: Iterable[Words]) -> tuple[Said, ...]:
    """What was written about an application, each with the act it belongs to, in the same order; drafts are left out.

    `persons` are those of the task, or the one the words are about; none of them: it is about everybody.
    """
    written = [each for each in remarks if each.kind != RemarkKind.DRAFT]
    if not written:
        return ()
    tasks = await _tasks(connection, number)
    named = await _named(connection, number)
    return tuple(_said(each, tasks, named) for each in written)


async def said_beside_acts(
    connection: AsyncConnection, number: str, remarks: Iterable[Words], persons: Iterable[str] | None = None
) -> tuple[Said, ...]:
    """Those that say something beside findings: about these persons, or about anybody when none are named."""
    beside = [each for each in remarks if each.kind in BESIDE_ACTS and each.finding_id is None]
    said = await said_of(connection, number, beside)
    concerned = None if persons is None else frozenset(persons)
    return tuple(
        each for each in said if concerned is None or not each.persons or concerned & frozenset(each.persons)
    )


def words_at(said: Iterable[Said], seq: int, facts: Mapping[str, Any]) -> tuple[Words, ...]:
    """The words that belong to one event: it names them, or it ends the task or gives the result they were written for."""
    return tuple(each.words for each in said if _belongs(each, seq, facts))


def _belongs(said: Said, seq: int, facts: Mapping[str, Any]) -> bool:
    words = said.words
    if said.event_seq is not None:
        return said.event_seq == seq
    if words.kind == RemarkKind.RESULT:
        return (words.person_id, words.place) == (facts.get("person_id"), facts.get("result"))
    return "outcome" in facts and words.task_id is not None and words.task_id == facts.get("task_id")


async def _tasks(connection: AsyncConnection, number: str) -> Mapping[str, Any]:
    rows = await connection.execute(
        select(task.c.id, task.c.kind, task.c.persons).where(task.c.number == number)
    )
    return {row.id: row for row in rows}


async def _named(connection: AsyncConnection, number: str) -> Mapping[str, _Named]:
    """By the id of the words the first event that names them."""
    query = select(event.c.seq, event.c.kind, event.c.body).where(
        event.c.number == number, func.jsonb_path_exists(event.c.body, NAMED)
    )
    found: dict[str, _Named] = {}
    for row in await connection.execute(query.order_by(event.c.seq)):
        for remark_id in _ids_in(row.body):
            found.setdefault(remark_id, _Named(row.seq, row.kind))
    return found


def _ids_in(body: Any) -> Iterable[str]:
    parts = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    if isinstance(body, dict) and body.get("remark_id"):
        yield body["remark_id"]
    for part in parts:
        yield from _ids_in(part)


def _said(words: Words, tasks: Mapping[str, Any], named: Mapping[str, _Named]) -> Said:
    row, by = tasks.get(words.task_id or ""), named.get(words.id)
    whose = () if row is None or row.kind in ABOUT_THE_CASE else tuple(row.persons)
    whose = (words.person_id,) if words.person_id else whose
    return Said(
        words=words,
        task_kind=row.kind if row is not None else None,
        persons=whose,
        event_seq=by.seq if by else None,
        event_kind=by.kind if by else None,
    )
