"""The history of a case in words: each event with who did it. Clients see their part, staff unnamed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.queries import THE_DESK, Key, Named, Told, keyset_page, named, names_of
from api.queries_findings import Words
from infra.database.tables import event, notice
from schemas.words import Word

CLIENT = "client"
SAYINGS: dict[str, tuple[str, str]] = {
    "received": ("受付", "Received"),
    "checks_run": ("自動点検", "Automatic checks"),
    "findings_reopened": ("指摘の再開", "Findings reopened"),
    "pack_adopted": ("新しい規則の適用決定", "Newer rules adopted"),
    "task_opened": ("作業の開始待ち", "Task opened"),
    "task_claimed": ("作業の引受け", "Task taken"),
    "task_released": ("作業の返却", "Task given back"),
    "task_joined": ("作業への追加", "Persons joined a task"),
    "task_done": ("作業の完了", "Task done"),
    "task_cancelled": ("作業の取消し", "Task cancelled"),
    "findings_raised": ("指摘", "Findings raised"),
    "findings_settled": ("指摘の処理", "Findings settled"),
    "review_passed": ("点検通過", "Review passed"),
    "review_sent_back": ("一次点検へ差戻し", "Sent back to the first review"),
    "correction_requested": ("補正の依頼", "Correction asked for"),
    "correction_handed_in": ("補正の受付", "Correction handed in"),
    "correction_came_late": ("提出後に届いた補正", "A correction came after lodging"),
    "deadline_set": ("期限の設定", "Deadline set"),
    "reminder_due": ("期限のお知らせ", "Reminder of a deadline"),
    "deadline_passed": ("期限の経過", "Deadline passed"),
    "deadline_ended": ("期限の終了", "Deadline ended"),
    "hold_placed": ("保留", "Placed on hold"),
    "hold_lifted": ("保留の解除", "Hold lifted"),
    "filing_prepared": ("提出の準備", "Filing prepared"),
    "lodging_intended": ("提出の着手", "Lodging begun"),
    "second_asked": ("二人での確認を要する提出", "Two people are to confirm the lodging"),
    "lodging_reported": ("提出の報告(確認待ち)", "Lodging reported, to be confirmed by another"),
    "lodging_confirmed": ("提出済み(受付番号あり)", "Lodged, with receipt"),
    "lodging_unknown": ("提出の成否不明", "Outcome of the lodging unknown"),
    "lodging_failed": ("提出されなかった", "Not lodged"),
    "more_requested": ("追加資料の求め", "The authority asks for more"),
    "result_recorded": ("結果", "Result"),
    "result_dated": ("結果の有効期限", "Result good until"),
    "result_contradicted": ("結果の相違", "A contradicting result"),
    "contradiction_ended": ("結果の相違の解決", "It was decided which result holds"),
    "link_noted": ("他の案件との関係", "Link to another application"),
    "persons_moved": ("分割(他の案件へ移動)", "Split off into another application"),
    "split_refused": ("分割できなかった", "Could not be split off any more"),
    "came_by_split": ("分割により作成", "Split off from another application"),
    "proposed": ("依頼元への提案", "Proposed to the client"),
    "proposal_answered": ("提案への回答", "The client's answer to a proposal"),
    "filing_routed": ("提出先の変更", "Filing goes to another office"),
    "filing_entrusted": ("提出の担当の引継ぎ", "Another handler looks after the filing"),
    "results_delivered": ("結果の引渡し", "Results delivered"),
    "withdrawal_requested": ("取下げの申出", "Withdrawal asked for"),
    "withdrawn": ("取下げ", "Withdrawn"),
    "road_reopened": ("再開", "Reopened"),
    "closed": ("終了", "Closed"),
}
SHOWN_TO_CLIENTS: dict[str, frozenset[str]] = {
    "received": frozenset({"persons"}),
    "review_passed": frozenset({"persons", "level", "then"}),
    "correction_requested": frozenset({"persons"}),
    "correction_handed_in": frozenset({"round", "persons"}),
    "correction_came_late": frozenset({"round", "persons"}),
    "deadline_set": frozenset({"deadline_kind", "due_at", "persons", "derived"}),
    "hold_placed": frozenset({"reason"}),
    "hold_lifted": frozenset(),
    "lodging_confirmed": frozenset({"receipts"}),
    "more_requested": frozenset({"persons", "due_on"}),
    "result_recorded": frozenset({"person_id", "result", "decided_on"}),
    "result_dated": frozenset({"person_id", "valid_to"}),
    "results_delivered": frozenset({"persons", "how"}),
    "link_noted": frozenset({"person_id", "other_number", "outcome"}),
    "persons_moved": frozenset({"persons", "to_number"}),
    "split_refused": frozenset({"persons", "to_number", "code"}),
    "came_by_split": frozenset({"persons", "from_number"}),
    "proposed": frozenset({"proposed", "persons", "other_number"}),
    "proposal_answered": frozenset({"answer"}),
    "withdrawal_requested": frozenset({"persons"}),
    "withdrawn": frozenset({"persons"}),
    "road_reopened": frozenset(),
    "closed": frozenset(),
}
"""What a client sees of its own case's history: kinds of events, and of each the facts that concern it."""


COLLEAGUES = ("assignee", "from_handler", "to_handler")
"""Facts that name a colleague; the last one is who has it now."""


class Happened(Word):
    """One event: when, who, what; whom it concerns, and what people wrote at it. `hash` chains it to the one before.

    Clients are shown neither the hash nor colleagues nor colleagues' words.
    """

    seq: int
    at: datetime
    kind: str
    title: Told
    actor: Named | None
    capacity: str
    facts: Mapping[str, Any]
    hash: str | None
    words: tuple[Words, ...] = ()
    concerns: tuple[Named, ...] = ()


class NoticeSent(Word):
    """One mail about the case: to whom it goes, how often it was tried, whether it left."""

    seq: int
    kind: str
    audience: str
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    trouble: str | None


class Timeline(Word):
    """One page of a case's history from its beginning, and the key of its last row where more follows."""

    rows: tuple[Happened, ...]
    last: Key | None


async def timeline(
    connection: AsyncConnection, number: str, *, for_client: bool, limit: int, after: Key | None = None
) -> Timeline:
    """The events of one case in order; for a client only what concerns it."""
    query = select(event).where(event.c.number == number)
    if for_client:
        query = query.where(event.c.kind.in_(SHOWN_TO_CLIENTS))
    found = await keyset_page(connection, query, (event.c.seq,), limit=limit, after=after)
    colleagues = (row.body.get(name) for row in found.rows for name in COLLEAGUES)
    names = await names_of(connection, (*(row.actor_id for row in found.rows), *colleagues))
    tell = _for_client if for_client else _for_staff
    return Timeline(rows=tuple(tell(row, names) for row in found.rows), last=found.last)


def _for_staff(row: Row[Any], names: Mapping[str, str]) -> Happened:
    facts = {name: value for name, value in row.body.items() if name != "kind"}
    told = _happened(row, named(names, row.actor_id), facts, row.hash.hex())
    concerned = (named(names, row.body.get(name)) for name in COLLEAGUES)
    return told.model_copy(update={"concerns": tuple(each for each in concerned if each is not None)})


def _for_client(row: Row[Any], names: Mapping[str, str]) -> Happened:
    shown = SHOWN_TO_CLIENTS[row.kind]
    facts = {name: value for name, value in row.body.items() if name in shown}
    own = row.capacity == CLIENT
    return _happened(row, named(names, row.actor_id) if own else THE_DESK, facts, None)


def _happened(row: Row[Any], actor: Named | None, facts: Mapping[str, Any], chained: str | None) -> Happened:
    ja, en = SAYINGS[row.kind]
    return Happened(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        title=Told(code=row.kind, ja=ja, en=en),
        actor=actor,
        capacity=row.capacity if actor is not THE_DESK else THE_DESK.id,
        facts=facts,
        hash=chained,
    )


async def notices_of(connection: AsyncConnection, number: str) -> tuple[NoticeSent, ...]:
    """Every mail about a case with its attempts, in order. Staff only."""
    query = select(notice).where(notice.c.number == number).order_by(notice.c.seq, notice.c.id)
    shown = NoticeSent.model_fields
    return tuple(
        NoticeSent(**{name: value for name, value in row._mapping.items() if name in shown})
        for row in await connection.execute(query)
    )
