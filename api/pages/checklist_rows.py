"""The checklist as a reviewer fills it in: marks for everybody or one by one, and the drafts that object to an item."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from api import verdicts
from api.pages.forms import Filled
from api.pages.trouble import made
from api.queries_checklist import ItemView
from api.queries_findings import Words
from schemas.catalogue import Bilingual

LEFT = "left"
"""What is left as it is: the road asks the client, or takes note of it; an item of the checklist stays unmarked."""
AS_ALL = "all"
"""A person for whom the mark for everybody holds."""
FEW_PERSONS = 4
"""Up to so many are marked one by one at once; of more a reviewer opens the list."""
OPENING, OPENED = "open_item", "opened_item"
"""The button that opens it, and the field that keeps it open."""
_ALL, _OWN, _OBJECTION = "item", "item-of", "objection"


@dataclass(frozen=True)
class MarkedRow:
    """One item to be marked: the choices, what is picked for everybody, what for whom, and the drafts that object to it."""

    item: ItemView
    picked: str
    own: Mapping[str, str]
    is_open: bool
    objections: tuple[str, ...]
    marks: ClassVar = (LEFT, "seen", "not_applicable", "objected")
    own_marks: ClassVar = (AS_ALL, *marks)
    opening: ClassVar = OPENING
    opened: ClassVar = OPENED


def marked_rows(items: Iterable[ItemView], drafts: Sequence[Words], filled: Filled) -> list[MarkedRow]:
    """The items with what was filled in; before that, a draft begun from an item objects to it."""
    opened = {*filled.several(OPENING), *filled.several(OPENED)}
    return [_row(item, [each for each in drafts if _objects(each, item)], filled, opened) for item in items]


def begins(item: ItemView) -> Bilingual:
    """How the words of a finding begin that objects to an item."""
    mark = _mark_of(item)
    return Bilingual(ja=mark + item.prompt.ja, en=mark + item.prompt.en)


def marks_in(form: Filled) -> list[verdicts.LookedAt]:
    """The marks of a form: for everybody, then persons' own; where somebody is left out, one by one for the others."""
    everybody, own = form.by_prefix(_ALL), form.by_prefix(_OWN)
    one_by_one = {_split(name)[0] for name, mark in own.items() if mark == LEFT}
    marks: list[tuple[str, str | None, str]] = [
        (key, None, mark) for key, mark in everybody.items() if key not in one_by_one
    ]
    for name, mark in own.items():
        key, person_id = _split(name)
        shared = everybody.get(key, LEFT) if key in one_by_one else LEFT
        marks.append((key, person_id, shared if mark == AS_ALL else mark))
    return [
        made(verdicts.LookedAt, key=key, person_id=person_id, mark=mark)
        for key, person_id, mark in marks
        if mark != LEFT
    ]


def objections_in(form: Filled) -> list[verdicts.Objection]:
    """The drafts of a form that object to items."""
    named = form.by_prefix(_OBJECTION).items()
    return [made(verdicts.Objection, remark_id=remark_id, key=key) for remark_id, key in named]


def _row(item: ItemView, drafts: list[Words], filled: Filled, opened: set[str]) -> MarkedRow:
    named = {each.person_id for each in drafts}
    has_many = len(item.persons) > 1
    own = {
        person: filled.text(f"{_OWN}.{item.key}/{person}") or ("objected" if person in named else AS_ALL)
        for person in (item.persons if has_many else ())
    }
    is_objected = bool(named - own.keys())
    return MarkedRow(
        item=item,
        picked=filled.text(f"{_ALL}.{item.key}") or ("objected" if is_objected else LEFT),
        own=own,
        is_open=has_many
        and (len(own) <= FEW_PERSONS or item.key in opened or any(each != AS_ALL for each in own.values())),
        objections=tuple(each.id for each in drafts),
    )


def _objects(draft: Words, item: ItemView) -> bool:
    begun = draft.words is not None and draft.words.startswith(_mark_of(item))
    return begun and draft.place_kind == "document" and draft.place in item.kinds


def _mark_of(item: ItemView) -> str:
    return f"【{item.rule_id}】"


def _split(name: str) -> tuple[str, str]:
    key, _, person_id = name.rpartition("/")
    return key, person_id
