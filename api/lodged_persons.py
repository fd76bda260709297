"""What people say of whom an authority took of a filing: a number for each, and who was sent away with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.acts import PlainId, SomeWords
from api.bodies import Body
from schemas.filing import NotTaken, Receipt
from schemas.receipt_numbers import ReceiptNumber


class ReceiptGiven(Body):
    """The authority's number for one person."""

    person_id: PlainId
    number: ReceiptNumber


class NotTakenGiven(Body):
    """One person whom the authority sent away while it took others, and why; a second one who confirms needs no words."""

    person_id: PlainId
    words: SomeWords | None = None


def receipts_of(given: Sequence[ReceiptGiven]) -> tuple[Receipt, ...]:
    """The numbers as the road takes them."""
    return tuple(Receipt(person_id=each.person_id, number=each.number) for each in given)


def not_taken_of(given: Sequence[NotTakenGiven], remarks: Mapping[Any, str | None]) -> tuple[NotTaken, ...]:
    """Who was not taken as the road takes it; `remarks` are the ids of the words about each person."""
    return tuple(NotTaken(person_id=each.person_id, remark_id=remarks.get(each.person_id)) for each in given)
