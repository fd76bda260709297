"""Values typed into the fields of a PDF form, where a field is named as a label we know.

Only what a page shows is read: text and choices in fields drawn there. What a button stands for is its maker's affair.
Runs only inside the limited process.
"""

from collections.abc import Iterator
from itertools import islice

import pikepdf
from pikepdf import Name

from activities.documents.labels import value_beside
from schemas.readings import MOST_VALUES, ValueSeen

_MOST_FIELDS = 2_000
_MOST_ABOVE = 8
_MOST_CHOICES = 500
_HIDDEN = 0b100010
_TYPED, _CHOSEN = "/Tx", "/Ch"


def values_in_fields(pdf: pikepdf.Pdf) -> tuple[ValueSeen, ...]:
    """What stands in the fields under our labels: by page and place among the fields of the page, both from 1."""
    found = (_seen(*each) for each in islice(_drawn_fields(pdf), _MOST_FIELDS))
    return tuple(islice((each for each in found if each is not None), MOST_VALUES))


def _drawn_fields(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int, pikepdf.Object]]:
    for page_number, page in enumerate(pdf.pages, 1):
        notes = page.obj.get(Name.Annots)
        drawn = [each for each in notes if _is_field(each)] if isinstance(notes, pikepdf.Array) else []
        yield from ((page_number, place, field) for place, field in enumerate(drawn, 1))


def _is_field(note: object) -> bool:
    return isinstance(note, pikepdf.Dictionary) and note.get(Name.Subtype) == Name.Widget


def _seen(page_number: int, place: int, field: pikepdf.Object) -> ValueSeen | None:
    flags = field.get(Name.F)
    if isinstance(flags, int) and flags & _HIDDEN:
        return None
    told = _told_in(field)
    for name in (_text(_inherited(field, key)) for key in ("/TU", "/T")):
        found = value_beside(name, told) if name and told else None
        if found is not None:
            return ValueSeen(field=found[0], value=found[1], sheet=page_number, cell=str(place), of="pdf")
    return None


def _told_in(field: pikepdf.Object) -> str:
    kind, told = _inherited(field, "/FT"), _text(_inherited(field, "/V"))
    if kind == Name(_CHOSEN):
        return _shown_for(told, _inherited(field, "/Opt"))
    return told if kind == Name(_TYPED) else ""


def _shown_for(chosen: str, choices: object) -> str:
    """The words shown for a choice; a form may keep a code for them."""
    for each in islice(choices, _MOST_CHOICES) if isinstance(choices, pikepdf.Array) else ():
        if isinstance(each, pikepdf.Array) and len(each) == 2 and _text(each[0]) == chosen:
            return _text(each[1])
    return chosen


def _inherited(field: pikepdf.Object, key: str) -> object:
    """What the field says under the key, or the nearest of those it belongs to."""
    each: object = field
    for _ in range(_MOST_ABOVE):
        if not isinstance(each, pikepdf.Dictionary):
            return None
        if key in each:
            return each.get(key)
        each = each.get(Name.Parent)
    return None


def _text(told: object) -> str:
    return str(told) if isinstance(told, pikepdf.String) else ""
