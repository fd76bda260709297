"""What texts may contain: characters the online system takes, and never a My Number (counted, not kept)."""

from collections.abc import Iterator, Mapping

from schemas.asking import Asking, Subject
from schemas.catalogue import FieldRow
from schemas.jis import count_foreign_to_jis
from schemas.my_number import count_my_numbers
from schemas.rules import Flaw

_ONLINE = "online"


def jis_characters(asking: Asking) -> Iterator[Flaw]:
    """Texts with characters outside JIS X 0208 levels 1 and 2 (and ASCII) for the online system; says how many, not which.

    On paper every character may stand; while the channel is open it can't be decided.
    """
    if asking.channel not in (None, _ONLINE):
        return
    is_open = {"outcome": "cannot_decide", "missing": ("channel",)} if asking.channel is None else {}
    for subject, text, row in _texts(asking):
        foreign = count_foreign_to_jis(text)
        if foreign:
            yield _at(row, subject, {"count": str(foreign)}).model_copy(update=is_open)


def my_number(asking: Asking) -> Iterator[Flaw]:
    """Texts that hold twelve digits with the check digit of a My Number."""
    for subject, text, row in _texts(asking):
        if count_my_numbers(text):
            yield _at(row, subject, {})


def _texts(asking: Asking) -> Iterator[tuple[Subject, str, FieldRow]]:
    for subject, row in asking.questions():
        answer = asking.answers(subject).get(row.id)
        if row.type in ("text", "kana") and isinstance(answer, str):
            yield subject, answer, row


def _at(row: FieldRow, subject: Subject, values: Mapping[str, str]) -> Flaw:
    person_id = subject.person_id if subject else None
    return Flaw(place_kind="field", place=row.id, person_id=person_id, message_values=values)
