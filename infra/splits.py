"""What became of split-offs that were written, and of who was split off: each told once for all who ask."""

from sqlalchemy import ColumnElement, select

from infra.database.tables import event, person_standing, split_off

WHERE_HE_WENT = """FROM linked w JOIN person_standing o ON o.number = w.there AND o.person_id = w.who
         JOIN link m ON m.number = o.moved_to AND m.other_number = w.there AND m.other_person_id = w.who
                    AND m.kind = 'split_from'"""
"""The step of a recursive query `linked` from who was split off (`who`, in `there`) to what he is now: `m.number`,
`m.person_id`. A move is no end."""


def carried_out() -> ColumnElement[bool]:
    """On a row of `split_off`: the road has moved its persons."""
    moved = select(person_standing.c.person_id).where(
        person_standing.c.number == split_off.c.number, person_standing.c.moved_to == split_off.c.to_number
    )
    return moved.correlate(split_off).exists()


def unsettled() -> ColumnElement[bool]:
    """On a row of `split_off`: the road has neither carried it out nor refused it, at once or late."""
    noted = select(event.c.seq).where(
        event.c.number == split_off.c.number,
        event.c.kind == "split_refused",
        event.c.body["to_number"].astext == split_off.c.to_number,
    )
    return split_off.c.refused_code.is_(None) & ~carried_out() & ~noted.correlate(split_off).exists()
