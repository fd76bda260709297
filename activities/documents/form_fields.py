"""Values in the fields of a PDF form that are named as labels we know; what is filled in and not read is counted."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pikepdf

from activities.documents.form_boxes import Box, boxes_in
from activities.documents.form_names import DatePart, date_parts
from activities.documents.labels import Label, label_named, value_at_a_tick, value_under
from activities.documents.split_dates import SplitDate
from schemas.readings import MOST_VALUES, ValueSeen


class FieldsRead(NamedTuple):
    """What was read in the fields of a form, and how many were filled in and not read."""

    values: tuple[ValueSeen, ...]
    unread: int


class _Read(NamedTuple):
    """A value, and in how many fields it stood."""

    seen: ValueSeen
    fields: int = 1


_Alone = Counter[tuple[int, str]]


def fields_read(pdf: pikepdf.Pdf) -> FieldsRead:
    """What stands in the fields under our labels: by page and place among the fields of the page, both from 1."""
    boxes = boxes_in(pdf)
    alone: _Alone = Counter((box.page, each) for box in boxes if box.stands_alone for each in _fields_of(box))
    filled = [box for box in boxes if box.is_filled]
    read = {(box.page, box.place): each for box in filled if (each := _in_one_field(box, alone))}
    rest = [box for box in filled if (box.page, box.place) not in read]
    offered = [each for _, each in sorted({**read, **_in_several_fields(rest)}.items())][:MOST_VALUES]
    return FieldsRead(
        tuple(each.seen for each in offered), len(filled) - sum(each.fields for each in offered)
    )


def _labels_of(box: Box) -> Iterator[Label]:
    return (label for name in box.called.names if (label := label_named(name)))


def _fields_of(box: Box) -> set[str]:
    return {label.field for label in _labels_of(box)}


def _in_one_field(box: Box, alone: _Alone) -> _Read | None:
    for label in _labels_of(box):
        value = _value(label, box, alone)
        if value is not None:
            return _Read(_seen(label, value, box))
    return None


def _value(label: Label, box: Box, alone: _Alone) -> str | None:
    """Boxes that stand alone answer yes or no only where there is one: of several, none says which is which."""
    if not box.stands_alone:
        return value_under(label, box.told)
    return value_at_a_tick(label, box.told, is_only=alone[box.page, label.field] == 1)


def _in_several_fields(boxes: list[Box]) -> dict[tuple[int, int], _Read]:
    """Dates put together from their parts; told at the first of them."""
    begun: dict[tuple[int, str, tuple[str, str]], tuple[Box, Label, SplitDate]] = {}
    for box in boxes:
        for part, label in _date_parts_of(box):
            group = (box.page, label.field, box.called.among)
            _, _, date = begun.setdefault(group, (box, label, SplitDate()))
            date.add(part.part, box.told, part.era)
    return {
        (box.page, box.place): _Read(_seen(label, date.iso, box), date.parts)
        for box, label, date in begun.values()
        if date.iso is not None
    }


def _date_parts_of(box: Box) -> Iterator[tuple[DatePart, Label]]:
    """The first of its names that asks for a part of one of our dates."""
    for part in date_parts(box.called):
        label = label_named(part.label)
        if label is not None and label.kind == "date":
            yield part, label
            return


def _seen(label: Label, value: str, box: Box) -> ValueSeen:
    return ValueSeen(field=label.field, value=value, sheet=box.page, cell=str(box.place), of="pdf")
