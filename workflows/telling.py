"""What Temporal's own pages say about a road: what it waits for, who has it, since when, what a step writes down.

Pure functions. Words are Japanese and English side by side, and the same as on the desk's pages; nobody is named.
"""

from collections.abc import Iterable, Mapping

from schemas.calendar import japan_date
from schemas.sayings import SAYINGS
from schemas.standing import Deadline, Holder, Standing
from schemas.tasks import Task, TaskKind, TaskState
from workflows import deadlines

SUMMARY_BYTES = 180
"""The engine refuses summaries above 400 bytes once they are sealed."""

WORDS: Mapping[Holder, str] = {
    Holder.CLIENT: "依頼元 client",
    Holder.DESK: "受付・待ち行列 desk queue",
    Holder.REVIEWER: "点検担当 reviewer",
    Holder.SECOND_REVIEWER: "二次点検担当 second reviewer",
    Holder.HANDLER: "取次者 handler",
    Holder.AUTHORITY: "提出先 authority",
    Holder.DELIVERY: "交付・送付 delivery",
    Holder.NOBODY: "終了 closed",
}
TASKS: Mapping[TaskKind, str] = {
    TaskKind.REVIEW: "事前点検 Advance review",
    TaskKind.SECOND_REVIEW: "二次点検 Second review",
    TaskKind.LODGE: "提出 Lodge",
    TaskKind.FIND_OUT: "提出の成否の確認 Find out whether it arrived",
    TaskKind.CONFIRM_ABSENT: "未着の再確認 Confirm that it did not arrive",
    TaskKind.HAND_OVER: "原本の引渡し Hand over originals",
    TaskKind.CHASE_RESULT: "結果の照会 Ask about a late result",
    TaskKind.OVERDUE_CORRECTION: "補正の期限経過 Overdue correction",
    TaskKind.TOO_MANY_ROUNDS: "補正回数の超過 Too many corrections",
    TaskKind.LATE_CORRECTION: "提出後に届いた補正 Correction after lodging",
    TaskKind.LINK_TURNED: "待った案件の結果の変更 What it waited for was decided otherwise",
    TaskKind.CONTRADICTION: "食い違う結果 Two results differ",
    TaskKind.CHECK_HOLD: "保留の見直し Is the hold still needed?",
}
STATES: Mapping[TaskState, str] = {
    TaskState.OPEN: "未担当 Open",
    TaskState.CLAIMED: "担当中 Taken",
    TaskState.DONE: "完了 Done",
    TaskState.CANCELLED: "取消し Cancelled",
}
DEADLINES: Mapping[str, str] = {
    deadlines.CORRECTION: "補正の期限 Correction due",
    deadlines.MORE_REQUESTED: "追加資料の期限 Answer to the authority due",
    deadlines.RESULT_EXPECTED: "結果の見込み Result expected",
    deadlines.HOLD: "保留の見直し Look at the hold again",
}
HOLDS: Mapping[str, str] = {
    "client_asked": "依頼元の申出 The client asked",
    "authority_closed": "官署の閉庁・障害 The authority is closed",
    "rule_changes": "制度の変更待ち Rules are about to change",
    "other": "その他 Other",
}


def current_details(standing: Standing) -> str:
    """Markdown, Japanese and English, without anybody's name."""
    lines = [f"**{standing.number}** · {standing.procedure} · {len(standing.persons)} 人 persons", ""]
    if standing.hold:
        lines.append(f"- 保留中 on hold: {HOLDS.get(standing.hold, standing.hold)}")
    lines += [
        f"- {WORDS[holder]}: {count} 人 persons, {since} から since"
        for holder, count, since in _balls(standing)
    ]
    lines += [_task(task) for task in standing.open_tasks()]
    lines += [_deadline(each) for each in standing.running_deadlines()]
    return "\n".join(lines)


def written_down(kinds: Iterable[str]) -> str:
    """What a step writes into the ledger, in one line: as many kinds of events as fit, and how many more there are."""
    told = [" ".join(SAYINGS.get(kind, (kind,))) for kind in dict.fromkeys(kinds)]
    fitting = len(told)
    while len(_line(told, fitting).encode()) > SUMMARY_BYTES:
        fitting -= 1
    return _line(told, fitting)


def _line(told: list[str], fitting: int) -> str:
    more = f" … +{len(told) - fitting}" if fitting < len(told) else ""
    return " · ".join(told[:fitting]) + more


def _task(task: Task) -> str:
    due = japan_date(task.due_at) if task.due_at else "—"
    return f"- 作業 task: {TASKS[task.kind]} ({STATES[task.state]}), 期限 due {due}"


def _deadline(each: Deadline) -> str:
    return f"- 期限 deadline: {DEADLINES.get(each.kind, each.kind)} {japan_date(each.due_at)}"


def _balls(standing: Standing) -> list[tuple[Holder, int, str]]:
    found = []
    for holder in Holder:
        held = [line for line in standing.persons if line.holder is holder]
        if held:
            since = min(line.held_since for line in held)
            found.append((holder, len(held), japan_date(since).isoformat()))
    return found
