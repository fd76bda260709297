"""Verdicts as people fill them in: one reading per kind of task, from a form to the body of `verdicts.complete`."""

from collections.abc import Callable

from api import verdicts
from api.lodged_persons import NotTakenGiven, ReceiptGiven
from api.pages.checklist_rows import LEFT, marks_in, objections_in
from api.pages.forms import Filled
from api.pages.trouble import made
from schemas.refusals import Refused

Verdict = (
    verdicts.Reviewed
    | verdicts.SecondReviewed
    | verdicts.FoundOut
    | verdicts.AbsenceConfirmed
    | verdicts.HandedOver
    | verdicts.Chased
    | verdicts.OverdueDecided
    | verdicts.LateCorrectionSeen
    | verdicts.ContradictionSettled
    | verdicts.HoldChecked
)


def verdict_in(form: Filled) -> Verdict:
    """The verdict of a form. Raises Refused `verdict_missing` where nothing was chosen."""
    reading = READINGS.get(form.text("verdict") or "")
    if reading is None:
        raise Refused("verdict_missing", "verdict")
    return reading(form)


def _reviewed(form: Filled) -> Verdict:
    words = form.by_prefix("why")
    settled = [
        made(verdicts.Settled, finding_id=finding_id, state=state, words=words.get(finding_id))
        for finding_id, state in form.by_prefix("settle").items()
        if state != LEFT
    ]
    return made(
        verdicts.Reviewed,
        kind="review",
        remark_ids=form.several("drafts"),
        settled=settled,
        looked_at=marks_in(form),
        objections=objections_in(form),
    )


def _second(form: Filled) -> Verdict:
    return made(
        verdicts.SecondReviewed,
        kind="second_review",
        sent_back=form.several("sent_back"),
        words=form.text("words"),
    )


def _found_out(form: Filled) -> Verdict:
    arrived = _chosen(form, "arrived")
    return made(
        verdicts.FoundOut,
        kind="arrived",
        arrived=arrived,
        receipts=receipts_in(form) if arrived else [],
        words=form.text("words"),
        not_taken=not_taken_in(form),
    )


def receipts_in(form: Filled) -> list[ReceiptGiven]:
    """The receipt numbers that were filled in, by person."""
    given = form.by_prefix("receipt")
    return [made(ReceiptGiven, person_id=person, number=number) for person, number in given.items()]


def not_taken_in(form: Filled) -> list[NotTakenGiven]:
    """Who was ticked as not taken, or has a reason for it."""
    why = form.by_prefix("not_taken_why")
    named = dict.fromkeys((*form.several("not_taken"), *why))
    return [made(NotTakenGiven, person_id=person, words=why.get(person)) for person in named]


def _absence(form: Filled) -> Verdict:
    return made(verdicts.AbsenceConfirmed, kind="absent_confirmed", absent=_chosen(form, "absent"))


def _chosen(form: Filled, name: str) -> bool:
    text = form.text(name)
    if text not in ("yes", "no"):
        raise Refused("verdict_missing", name)
    return text == "yes"


def _handed_over(form: Filled) -> Verdict:
    return made(verdicts.HandedOver, kind="handed_over", words=form.text("words"))


def _chased(form: Filled) -> Verdict:
    days = form.number("again_within_days")
    return made(verdicts.Chased, kind="chased", again_within_days=days, words=form.text("words"))


def _overdue(form: Filled) -> Verdict:
    return made(
        verdicts.OverdueDecided,
        kind="overdue",
        decision=form.text("decision") or "",
        extend_days=form.number("extend_days"),
        words=form.text("words"),
    )


def _late(form: Filled) -> Verdict:
    return made(verdicts.LateCorrectionSeen, kind="late_correction", words=form.text("words"))


def _contradiction(form: Filled) -> Verdict:
    holds, words = form.text("holds"), form.text("words")
    if holds is None:
        raise Refused("verdict_missing", "holds")
    return made(verdicts.ContradictionSettled, kind="contradiction", holds=holds, words=words)


def _hold(form: Filled) -> Verdict:
    until_on = form.text("until_on") if _chosen(form, "goes_on") else None
    return made(verdicts.HoldChecked, kind="check_hold", until_on=until_on, words=form.text("words"))


READINGS: dict[str, Callable[[Filled], Verdict]] = {
    "review": _reviewed,
    "second_review": _second,
    "arrived": _found_out,
    "absent_confirmed": _absence,
    "handed_over": _handed_over,
    "chased": _chased,
    "overdue": _overdue,
    "late_correction": _late,
    "contradiction": _contradiction,
    "check_hold": _hold,
}
