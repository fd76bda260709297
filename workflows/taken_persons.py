"""Whom the authority took of a filing, with which numbers, and whom it sent away: what may be said of them."""

from schemas.filing import Filing, FilingKind, NotTaken, Receipt
from schemas.offices import receipt_fits
from schemas.receipt_numbers import bare_number
from schemas.refusals import Refused
from workflows.situation import Situation


def insist_on_each(
    situation: Situation, filing: Filing, receipts: tuple[Receipt, ...], not_taken: tuple[NotTaken, ...]
) -> None:
    """Everybody of the filing was either taken or not, and somebody was. A first filing brings one number for each who
    was taken, none of them another office's; later ones bring none.

    Raises Refused `unknown_person`, `not_taken_form`, `nobody_taken`, `receipt_missing`, `receipt_taken`, `receipt_form`.
    """
    away = _away(filing, not_taken)
    numbered = [each.person_id for each in receipts]
    if filing.kind is not FilingKind.FIRST:
        if receipts:
            raise Refused("receipt_form", "receipts")
        return
    if away & set(numbered):
        raise Refused("not_taken_form", "not_taken")
    if sorted(numbered) != sorted(set(filing.persons) - away):
        raise Refused("receipt_missing", "receipts")
    insist_on_own_numbers(situation, filing, receipts)


def _away(filing: Filing, not_taken: tuple[NotTaken, ...]) -> set[str]:
    away = {each.person_id for each in not_taken}
    if not away <= set(filing.persons):
        raise Refused("unknown_person", "not_taken")
    if len(away) != len(not_taken):
        raise Refused("not_taken_form", "not_taken")
    if away == set(filing.persons):
        raise Refused("nobody_taken", "not_taken")
    return away


def insist_on_reasons(not_taken: tuple[NotTaken, ...]) -> None:
    """Why somebody was sent away is written down. Raises Refused `reason_missing`."""
    if any(each.remark_id is None for each in not_taken):
        raise Refused("reason_missing", "not_taken")


def insist_on_nobody_sent_away(not_taken: tuple[NotTaken, ...]) -> None:
    """Only where others were taken can somebody be not taken. Raises Refused `not_taken_form`."""
    if not_taken:
        raise Refused("not_taken_form", "not_taken")


def insist_on_own_numbers(situation: Situation, filing: Filing, receipts: tuple[Receipt, ...]) -> None:
    """Each number is one person's, and none is another office's. Raises Refused `receipt_taken`, `receipt_form`."""
    numbers = {bare_number(receipt.number) for receipt in receipts}
    for each in (numbers, {receipt.person_id for receipt in receipts}):
        if len(each) != len(receipts):
            raise Refused("receipt_taken", "receipts")
    prefixes = situation.plan.receipt_prefixes
    if not all(receipt_fits(receipt.number, filing.office, prefixes) for receipt in receipts):
        raise Refused("receipt_form", "receipts")
