"""The checklist as it is filled in, and the way from a finding to the page it was seen on; without a server."""

import re
from datetime import UTC, date, datetime
from html import unescape
from types import SimpleNamespace

import pytest

from api.pages.checklist_rows import OPENING, marked_rows, marks_in
from api.pages.forms import Filled
from api.pages.terms import Terms
from api.pages.visit import drawing
from api.queries_checklist import Marked, PersonMarked, marked_item
from schemas.checklist import ItemToLookAt, Spot, checklist_items
from schemas.dossier import SeenOn
from tests.schemas.cases import EXTENSION, a_map

KEY = "ISA-PH-03:photo:1"
SEEN = Marked(mark="seen", by=None, at=datetime(2026, 11, 23, tzinfo=UTC), task_id="t")


def an_item(persons: int) -> ItemToLookAt:
    item = next(each for each in checklist_items(a_map(EXTENSION), None) if each.key == KEY)
    spots = tuple(Spot(kind="photo", person_id=f"p{place}") for place in range(1, persons + 1))
    return ItemToLookAt(**item.model_dump(), spots=spots)


def drawn(template: str, **shown: object) -> str:
    return unescape(drawing("en").from_string(template).render(shown))


def a_form(everybody: str, **own: str) -> Filled:
    return Filled(
        {f"item.{KEY}": (everybody,)} | {f"item-of.{KEY}/{who}": (mark,) for who, mark in own.items()}
    )


@pytest.mark.parametrize(
    ("form", "marks"),
    [
        (a_form("seen"), [(None, "seen")]),
        (a_form("left"), []),
        (a_form("seen", p1="all", p2="objected"), [(None, "seen"), ("p2", "objected")]),
        (a_form("seen", p1="all", p2="left", p3="objected"), [("p1", "seen"), ("p3", "objected")]),
        (a_form("left", p1="all", p2="seen"), [("p2", "seen")]),
    ],
)
def test_whom_a_reviewer_left_out_has_no_mark(form: Filled, marks: list[tuple[str | None, str]]) -> None:
    assert [(each.person_id, each.mark) for each in marks_in(form)] == marks


@pytest.mark.parametrize(
    ("persons", "opened", "asked"), [(1, False, 0), (4, False, 4), (5, False, 0), (100, True, 100)]
)
def test_many_persons_are_marked_one_by_one_only_when_asked_for(
    persons: int, asked: int, *, opened: bool
) -> None:
    item = marked_item(an_item(persons), {})
    form = Filled({OPENING: (KEY,)}) if opened else Filled()

    (row,) = marked_rows([item], [], form)
    html = drawn(
        '{% import "checklist.html" as c with context %}{{ c.marking(row, {}, "/tasks/t") }}', row=row
    )

    assert len(set(re.findall(r'name="item-of\.([^"]+)"', html))) == asked
    assert ("Mark persons one by one" in html) is (persons > 1)


def test_a_mark_for_everybody_is_not_one_for_who_came_later() -> None:
    marks = {(KEY, None): SEEN, (KEY, "p1"): SEEN}

    of_both, of_first = (marked_item(an_item(persons), marks) for persons in (2, 1))

    assert of_both.otherwise == (PersonMarked(person_id="p2", marked=None),)
    assert (of_both.common, of_both.is_marked) == (SEEN, False)
    assert (of_first.otherwise, of_first.is_marked) == ((), True)


@pytest.mark.parametrize(
    ("place", "seen_on", "links"),
    [
        (("field", "birth_on"), (SeenOn(document_id="d1", page=3),), ["/tasks/t?document=d1&page=3#papers"]),
        (("field", "birth_on"), (SeenOn(document_id="replaced", page=3),), []),
        (("document", "photo"), (), ["/tasks/t?document=d2&page=1#papers"]),
        (("document", "photo"), (SeenOn(document_id="d2"),), ["/tasks/t?document=d2&page=1#papers"]),
        (("document", "common"), (), ["/tasks/t?document=d3&page=1#papers"]),
    ],
)
def test_a_finding_leads_to_the_page_it_was_seen_on(
    place: tuple[str, str], seen_on: tuple[SeenOn, ...], links: list[str]
) -> None:
    papers = [
        SimpleNamespace(id="d1", kind="passport_copy", person_id="p1"),
        SimpleNamespace(id="d2", kind="photo", person_id="p1"),
        SimpleNamespace(id="d3", kind="common", person_id=None),
        SimpleNamespace(id="d4", kind="photo", person_id="p2"),
    ]
    finding = SimpleNamespace(
        place_kind=place[0], place=place[1], person_id="p1", seen_on=seen_on, first_page=1
    )
    terms = Terms(a_map(EXTENSION), "en", date(2026, 11, 22))

    html = drawn(
        '{% import "macros.html" as m with context %}{{ m.look(finding, papers, "/tasks/t") }}',
        finding=finding,
        papers=papers,
        terms=terms,
    )

    assert re.findall(r'href="([^"]+)"', html) == links
