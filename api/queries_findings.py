"""Findings with their texts: the rule's message from the pinned map, or people's words; replies, reasons."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import Field
from sqlalchemy import ColumnElement, Row, ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import Named, Told, named, names_of
from api.remark_rows import RemarkKind, open_words
from infra.database.tables import check_report, finding, remark
from infra.keys import DataKey, open_json
from schemas.calendar import japan_date
from schemas.catalogue import Bilingual, Rule, Verification
from schemas.checklist import ChecklistItem, checklist_items
from schemas.dossier import SeenOn
from schemas.findings import ASKS_CLIENT, FindingSource, FindingState, Severity
from schemas.maps import ProcedureMap
from schemas.rules import filled
from schemas.words import Word

REPORT_PURPOSE = "report"
FIRST_PAGE = re.compile(r"[0-9]+")
OF_A_REMARK = "remark/"


class Words(Word):
    """What somebody wrote about a case; `words` is None once the application was erased."""

    id: str
    kind: str
    words: str | None
    author: Named | None
    capacity: str
    for_client: bool
    task_id: str | None
    finding_id: str | None
    severity: Severity | None
    person_id: str | None
    place_kind: Literal["field", "document", "person", "application"] | None
    place: str | None
    written_at: datetime


class FindingView(Word):
    """One finding as people read it. A rule's has `title`, `message`, perhaps `hint`; a reviewer's `words`.

    A reviewer's that objects to an item of the checklist has its rule, title and source.

    `pages` are those of the document at which it was found, where they are known; `seen_on` are the files themselves.
    `would_pass` (told to clients) is what must hold for it to go; colleagues read the whole explanation.
    """

    id: str
    key: str = Field(exclude=True)
    source: FindingSource
    rule_id: str | None
    severity: Severity
    state: FindingState
    cannot_decide: bool
    round: int
    person_id: str | None
    place_kind: str
    place: str
    pages: str | None = None
    seen_on: tuple[SeenOn, ...] = ()
    title: Told | None
    message: Told | None
    hint: Told | None = None
    legal_source: str | None
    verification: Verification | None
    would_pass: tuple[Bilingual, ...] = ()
    words: Words | None
    replies: tuple[Words, ...]
    reasons: tuple[Words, ...]

    @property
    def first_page(self) -> int:
        """The first page to look at."""
        first = FIRST_PAGE.match(self.pages or "")
        return int(first[0]) if first else 1


class KeptFinding(NamedTuple):
    """What of a kept finding is told beside its rule: values for the message, the day it was checked as of (which says
    which rule of that id it was), whether it used an unverified row, and where in files it was seen."""

    values: Mapping[str, str]
    as_of: date | None = None
    is_unverified: bool = False
    seen_on: tuple[SeenOn, ...] = ()


NOT_KEPT = KeptFinding({})


class Texts(NamedTuple):
    """What findings are told with: the pinned map with its rules, its checklist of a day by rule, what was kept, people's
    words."""

    ready: ProcedureMap
    items: Callable[[date | None], Mapping[str, ChecklistItem]]
    kept: Mapping[str, KeptFinding]
    remarks: Mapping[str, Words]

    def item(self, rule_id: str | None, words: Words | None) -> ChecklistItem | None:
        """The item of the checklist that a reviewer objects to with these words, as of the day he wrote them."""
        items = self.items(japan_date(words.written_at) if words else None)
        return items.get(rule_id or "")


def texts_under(ready: ProcedureMap, kept: Mapping[str, KeptFinding], said: Iterable[Words]) -> Texts:
    """What the findings of a case under this map are told with; drafts of remarks are not among it."""
    return Texts(
        ready=ready,
        items=cache(lambda on: {each.rule_id: each for each in checklist_items(ready, on)}),
        kept=kept,
        remarks={each.id: each for each in said if each.kind != RemarkKind.DRAFT},
    )


async def remarks_of(
    connection: AsyncConnection, number: str, key: DataKey | None, *, task_id: str | None = None
) -> tuple[Words, ...]:
    """Every remark about an application that was not removed, the oldest first; of one task where asked."""
    query = select(remark).where(remark.c.number == number, remark.c.removed_at.is_(None))
    if task_id is not None:
        query = query.where(remark.c.task_id == task_id)
    rows = (await connection.execute(query.order_by(remark.c.written_at, remark.c.id))).all()
    names = await names_of(connection, (row.author_id for row in rows))
    return tuple(_words(row, names, key) for row in rows)


def _words(row: Row[Any], names: Mapping[str, str], key: DataKey | None) -> Words:
    return Words(
        id=row.id,
        kind=row.kind,
        words=open_words(key, row.words) if key else None,
        author=named(names, row.author_id),
        capacity=row.capacity,
        for_client=row.for_client,
        task_id=row.task_id,
        finding_id=row.finding_id,
        severity=row.severity,
        person_id=row.person_id,
        place_kind=row.place_kind,
        place=row.place,
        written_at=row.written_at,
    )


async def kept_texts(connection: AsyncConnection, number: str, key: DataKey | None) -> dict[str, KeptFinding]:
    """What findings are told with, by finding key; the latest round's report wins. Staff only."""
    if key is None:
        return {}
    query = (
        select(check_report.c.report)
        .where(check_report.c.number == number)
        .order_by(check_report.c.round, check_report.c.checked_at)
    )
    found: dict[str, KeptFinding] = {}
    for row in await connection.execute(query):
        report = open_json(key, REPORT_PURPOSE, bytes(row.report))
        as_of = date.fromisoformat(report["as_of"])
        found.update((_key(each), _kept(each, as_of)) for each in report["findings"])
    return found


def _kept(each: Mapping[str, Any], as_of: date) -> KeptFinding:
    verifications = {row["verification"] for row in each.get("rows", ())}
    seen_on = tuple(SeenOn.model_validate(spot) for spot in each.get("seen_on", ()))
    return KeptFinding(each.get("message_values", {}), as_of, "unverified" in verifications, seen_on)


def _key(each: Mapping[str, Any]) -> str:
    return f"{each['rule_id']}|{each.get('person_id') or '-'}|{each['place']}"


def asked_and_open_of(number: ColumnElement[str]) -> ScalarSelect[int]:
    """How many findings asked of the client of an application are not settled yet, as a column."""
    is_asked = (
        finding.c.number == number,
        finding.c.state.in_([FindingState.OPEN.value, FindingState.ANSWERED.value]),
        finding.c.severity.in_([severity.value for severity in ASKS_CLIENT]),
        finding.c.cannot_decide.is_(False),
    )
    return select(func.count()).select_from(finding).where(*is_asked).scalar_subquery()


async def findings_of(
    connection: AsyncConnection, number: str, texts: Texts, *, persons: Iterable[str] | None = None
) -> tuple[FindingView, ...]:
    """All findings of an application (or those that concern some persons) with texts, in the order raised."""
    query = select(finding).where(finding.c.number == number)
    query = query.order_by(finding.c.round, func.length(finding.c.id), finding.c.id)
    rows = (await connection.execute(query)).all()
    if persons is not None:
        concerned = {None, *persons}
        rows = [row for row in rows if row.person_id in concerned]
    about: dict[str | None, list[Words]] = defaultdict(list)
    for each in texts.remarks.values():
        about[each.finding_id].append(each)
    return tuple(_finding(row, texts, about[row.id]) for row in rows)


def _finding(row: Row[Any], texts: Texts, about: Sequence[Words]) -> FindingView:
    kept = texts.kept.get(row.key, NOT_KEPT)
    words = texts.remarks.get(row.key.removeprefix(OF_A_REMARK))
    rule = _rule(row, texts, kept)
    sourced = rule or texts.item(row.rule_id, words)
    values = kept.values
    return FindingView(
        id=row.id,
        key=row.key,
        source=row.source,
        rule_id=row.rule_id,
        severity=row.severity,
        state=row.state,
        cannot_decide=row.cannot_decide,
        round=row.round,
        person_id=row.person_id,
        place_kind=row.place_kind,
        place=row.place,
        pages=values.get("page") or values.get("pages"),
        seen_on=kept.seen_on,
        title=_told(row.rule_id, sourced.title, {}) if sourced else None,
        message=_told(rule.id, rule.message, values) if rule else None,
        hint=_told(rule.id, rule.hint, values) if rule and rule.hint else None,
        legal_source=sourced.legal_source if sourced else None,
        verification=_verification(sourced, kept) if sourced else None,
        words=words,
        replies=tuple(each for each in about if each.kind == RemarkKind.REPLY),
        reasons=tuple(each for each in about if each.kind == RemarkKind.REASON),
    )


def _rule(row: Row[Any], texts: Texts, kept: KeptFinding) -> Rule | None:
    """The rule that found it, as of that day. A reviewer's finding only names one: its words are its own."""
    asked = row.rule_id if row.source == FindingSource.RULE else None
    chosen = texts.ready.rule(asked, kept.as_of) if asked else None
    return chosen.rule if chosen else None


def _verification(sourced: Rule | ChecklistItem, kept: KeptFinding) -> Verification:
    """A finding is no better verified than the rows of tables it used."""
    return "unverified" if kept.is_unverified else sourced.verification


def _told(code: str, text: Bilingual, values: Mapping[str, str]) -> Told:
    return Told(code=code, **filled(text, values, unknown="…").model_dump())


async def drafts_of(
    connection: AsyncConnection, number: str, key: DataKey | None, task_id: str | None = None
) -> tuple[Words, ...]:
    """Findings that were written down but not raised yet, of one task or of all. Staff only."""
    raised = select(finding.c.key).where(finding.c.number == number)
    keys = frozenset((await connection.execute(raised)).scalars())
    return tuple(
        each
        for each in await remarks_of(connection, number, key, task_id=task_id)
        if each.kind in (RemarkKind.DRAFT, RemarkKind.FINDING) and f"{OF_A_REMARK}{each.id}" not in keys
    )
