"""Putting receipt numbers right that were typed wrong: for a written reason, by two people where two confirm."""

from schemas.commands import CorrectReceipts
from schemas.filing import Filing, FilingKind, FilingState, Receipt
from schemas.receipt_correction import CorrectionReported, ReceiptsCorrected
from schemas.receipt_numbers import bare_number, is_same_number
from schemas.refusals import Refused
from workflows.filing import by_two
from workflows.situation import Decision, Happenings, Situation
from workflows.taken_persons import insist_on_own_numbers


def correct(situation: Situation, command: CorrectReceipts) -> Happenings:
    """The named persons of a lodged filing have other numbers than was written; the others keep theirs."""
    filing = situation.filing(command.filing_id)
    if filing.state is not FilingState.CONFIRMED or filing.kind is not FilingKind.FIRST:
        raise Refused("filing_not_open", "filing_id")
    insist_on_own_numbers(situation, filing, command.receipts)
    wrong = _wrong(situation, filing, command)
    if awaits_a_report(situation, command):
        if filing.correction is not None and filing.correction.says(command.receipts):
            raise Refused("same_person", "filing_id")
        return [
            CorrectionReported(filing_id=filing.id, receipts=command.receipts, remark_id=command.remark_id)
        ]
    return [
        ReceiptsCorrected(
            filing_id=filing.id, receipts=command.receipts, replaced=wrong, remark_id=command.remark_id
        )
    ]


def _wrong(situation: Situation, filing: Filing, command: CorrectReceipts) -> tuple[Receipt, ...]:
    """What stands where the new numbers come: each of another number, none of them anybody else's here."""
    if not {each.person_id for each in command.receipts} <= set(filing.persons):
        raise Refused("unknown_person", "receipts")
    now = {line.person_id: line.receipt for line in situation.standing.persons}
    for each in command.receipts:
        held = now[each.person_id]
        if held is None or is_same_number(held, each.number):
            raise Refused("receipt_unchanged", "receipts")
    named = {each.person_id for each in command.receipts}
    others = {bare_number(number) for person, number in now.items() if number and person not in named}
    if others & {bare_number(each.number) for each in command.receipts}:
        raise Refused("receipt_taken", "receipts")
    return tuple(
        Receipt(person_id=each.person_id, number=now[each.person_id] or "") for each in command.receipts
    )


def awaits_a_report(situation: Situation, command: CorrectReceipts) -> bool:
    """Whether two have to say it and this is the first word: nobody else reported these very numbers yet."""
    filing = situation.filing(command.filing_id)
    if not by_two(situation, filing):
        return False
    told = filing.correction
    return told is None or told.by == command.actor.id or not told.says(command.receipts)


def to_claim(situation: Situation, command: CorrectReceipts) -> tuple[Receipt, ...]:
    """The numbers that nobody here has yet. Two persons' numbers that were mixed up only change places."""
    held = {bare_number(line.receipt) for line in situation.standing.persons if line.receipt}
    if situation.standing.filing(command.filing_id) is None or awaits_a_report(situation, command):
        return ()
    return tuple(each for each in command.receipts if bare_number(each.number) not in held)


def when_claimed(claimed: tuple[Receipt, ...]) -> Decision:
    """The decision once these numbers are claimed; refused when another correction has made more necessary meanwhile."""

    def decide(situation: Situation, command: CorrectReceipts) -> Happenings:
        if not set(to_claim(situation, command)) <= set(claimed):
            raise Refused("receipt_taken", "receipts")
        return correct(situation, command)

    return decide
