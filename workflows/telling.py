"""What Temporal's own pages say about a road: what it waits for, who has it, since when. A pure function of the standing."""

from schemas.calendar import japan_date
from schemas.standing import Holder, Standing

WORDS: dict[Holder, str] = {
    Holder.CLIENT: "依頼元 client",
    Holder.DESK: "受付・待ち行列 desk queue",
    Holder.REVIEWER: "点検担当 reviewer",
    Holder.SECOND_REVIEWER: "二次点検担当 second reviewer",
    Holder.HANDLER: "取次者 handler",
    Holder.AUTHORITY: "提出先 authority",
    Holder.DELIVERY: "交付・送付 delivery",
    Holder.NOBODY: "終了 closed",
}


def current_details(standing: Standing) -> str:
    """Markdown, Japanese and English, without anybody's name."""
    lines = [f"**{standing.number}** · {standing.procedure} · {len(standing.persons)} 人 persons", ""]
    if standing.hold:
        lines.append(f"- 保留中 on hold: {standing.hold}")
    lines += [
        f"- {WORDS[holder]}: {count} 人 persons, {since} から since"
        for holder, count, since in _balls(standing)
    ]
    lines += [
        f"- 作業 task: {task.kind} ({task.state}), 期限 due {japan_date(task.due_at) if task.due_at else '—'}"
        for task in standing.open_tasks()
    ]
    lines += [
        f"- 期限 deadline: {each.kind} {japan_date(each.due_at)}" for each in standing.running_deadlines()
    ]
    return "\n".join(lines)


def _balls(standing: Standing) -> list[tuple[Holder, int, str]]:
    found = []
    for holder in Holder:
        held = [line for line in standing.persons if line.holder is holder]
        if held:
            since = min(line.held_since for line in held)
            found.append((holder, len(held), japan_date(since).isoformat()))
    return found
