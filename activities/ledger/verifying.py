"""Verifying: reads the rows of one application's events back and proves that nobody changed them afterwards.

Rows are mappings with the columns of table `event`, in order of `seq`. A cut tail shows only against what is kept
elsewhere: the standing of the same database, or an anchor outside it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from schemas.chain import GENESIS, link
from schemas.events import Event
from schemas.words import Word

Trouble = Literal["missing", "changed", "unchained", "cut_off"]
Row = Mapping[str, Any]


class Tampered(Word):
    """The first event at which the chain no longer holds, and how."""

    seq: int
    trouble: Trouble


def event_of(row: Row) -> Event:
    """The event a row tells of."""
    return Event.model_validate(
        {
            "seq": row["seq"],
            "at": row["at"],
            "actor": {"id": row["actor_id"], "capacity": row["capacity"]},
            "body": row["body"],
        }
    )


def verify(rows: Iterable[Row], *, up_to: int | None = None, head: bytes | None = None) -> Tampered | None:
    """None when every event is there, unchanged and chained to the one before; else the first place where not.

    `up_to` is the last event that must be there (the standing's `seq`), `head` the hash it must have, where known.
    """
    previous, seq = GENESIS, 0
    for row in rows:
        trouble = _trouble(row, previous, seq + 1)
        if trouble is not None:
            return Tampered(seq=seq + 1, trouble=trouble)
        previous, seq = bytes(row["hash"]), seq + 1
    if up_to is not None and seq != up_to:
        return Tampered(seq=seq + 1, trouble="cut_off")
    if head is not None and previous != head:
        return Tampered(seq=seq, trouble="unchained")
    return None


def _trouble(row: Row, previous: bytes, seq: int) -> Trouble | None:
    if row["seq"] != seq:
        return "missing"
    if bytes(row["previous"]) != previous:
        return "unchained"
    try:
        event = event_of(row)
    except ValidationError:
        return "changed"
    same = row["kind"] == event.body.kind and link(previous, event) == bytes(row["hash"])
    return None if same else "changed"
