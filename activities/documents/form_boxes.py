"""The fields drawn in a PDF form, with what stands in each: text, the words of a choice, the name of a tick.

Runs only inside the limited process.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import pikepdf
from pikepdf import Name

from activities.documents.form_names import FieldName, field_name

_MOST_FIELDS = 2_000
_MOST_ABOVE = 8
_MOST_CHOICES = 500
_HIDDEN = 0b100010
_RADIO, _PUSHED = 1 << 15, 1 << 16
_TYPED, _CHOSEN, _TICKED = Name("/Tx"), Name("/Ch"), Name("/Btn")
_OFF = Name("/Off")


class Box(NamedTuple):
    """One field drawn on a page (both from 1). `told` is empty where something stands that is no plain text.

    `stands_alone`: a box to tick that is none of several under one name.
    """

    page: int
    place: int
    called: FieldName
    told: str
    is_filled: bool
    stands_alone: bool


class _Content(NamedTuple):
    told: str
    is_filled: bool


_EMPTY, _UNCLEAR = _Content("", is_filled=False), _Content("", is_filled=True)


def boxes_in(pdf: pikepdf.Pdf) -> list[Box]:
    """The fields a viewer shows, filled in or not, in the order of pages; a form without end only so far."""
    drawn = islice(_drawn_fields(pdf), _MOST_FIELDS)
    return [_box(page, place, field) for page, place, field in drawn if not _is_hidden(field)]


def _drawn_fields(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int, pikepdf.Object]]:
    for page_number, page in enumerate(pdf.pages, 1):
        notes = page.obj.get(Name.Annots)
        drawn = [each for each in notes if _is_field(each)] if isinstance(notes, pikepdf.Array) else []
        yield from ((page_number, place, field) for place, field in enumerate(drawn, 1))


def _is_field(note: object) -> bool:
    return isinstance(note, pikepdf.Dictionary) and note.get(Name.Subtype) == Name.Widget


def _is_hidden(field: pikepdf.Object) -> bool:
    flags = field.get(Name.F)
    return isinstance(flags, int) and bool(flags & _HIDDEN)


def _box(page: int, place: int, field: pikepdf.Object) -> Box:
    owners = list(_owners(field))
    kind, flags = _inherited(owners, "/FT"), _inherited(owners, "/Ff")
    flags = flags if isinstance(flags, int) else 0
    path = tuple(_text(owner.get("/T")) for owner in reversed(owners) if "/T" in owner)
    content = _ticked(owners, flags) if kind == _TICKED else _written(owners, kind)
    return Box(
        page=page,
        place=place,
        called=field_name(_text(_inherited(owners, "/TU")), path),
        told=content.told,
        is_filled=content.is_filled,
        stands_alone=kind == _TICKED and not flags & (_RADIO | _PUSHED) and _is_single(owners),
    )


def _owners(field: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The field and those it belongs to, the nearest first."""
    each: object = field
    for _ in range(_MOST_ABOVE):
        if not isinstance(each, pikepdf.Dictionary):
            return
        yield each
        each = each.get(Name.Parent)


def _inherited(owners: list[pikepdf.Object], key: str) -> object:
    """What the field says under the key, or the nearest of those it belongs to."""
    return next((each.get(key) for each in owners if key in each), None)


def _written(owners: list[pikepdf.Object], kind: object) -> _Content:
    value = _inherited(owners, "/V")
    if kind not in (_TYPED, _CHOSEN) or not isinstance(value, pikepdf.String | pikepdf.Array):
        return _EMPTY
    if isinstance(value, pikepdf.Array):
        return _UNCLEAR if len(value) else _EMPTY
    told = str(value)
    if kind == _CHOSEN:
        told = _shown_for(told, _inherited(owners, "/Opt"))
    return _Content(told, is_filled=bool(told.strip()))


def _shown_for(chosen: str, choices: object) -> str:
    """The words shown for a choice; a form may keep a code for them."""
    for each in islice(choices, _MOST_CHOICES) if isinstance(choices, pikepdf.Array) else ():
        if isinstance(each, pikepdf.Array) and len(each) == 2 and _text(each[0]) == chosen:
            return _text(each[1])
    return chosen


def _ticked(owners: list[pikepdf.Object], flags: int) -> _Content:
    """The name of the tick that is shown; one the form's own value contradicts is unclear."""
    shown, kept = owners[0].get("/AS"), _inherited(owners, "/V")
    state = shown if isinstance(shown, Name) else kept
    if flags & _PUSHED or not isinstance(state, Name) or state == _OFF:
        return _EMPTY
    if isinstance(kept, Name) and kept != state:
        return _UNCLEAR
    return _Content(_word_of(state, _inherited(owners, "/Opt")), is_filled=True)


def _word_of(state: Name, words: object) -> str:
    """A tick's name, or the word the form keeps for its number."""
    try:
        name = bytes(state).decode().removeprefix("/")
    except UnicodeDecodeError:
        return ""
    if isinstance(words, pikepdf.Array) and name.isdecimal() and name in map(str, range(len(words))):
        return _text(words[int(name)])
    return name


def _is_single(owners: list[pikepdf.Object]) -> bool:
    """Whether no other box belongs to the same named field."""
    named = next((each for each in owners if "/T" in each), owners[0])
    kids = named.get("/Kids")
    return not isinstance(kids, pikepdf.Array) or len(kids) <= 1


def _text(told: object) -> str:
    return str(told) if isinstance(told, pikepdf.String) else ""
