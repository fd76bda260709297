"""Whatever a form brings to whatever page: an answer or a refusal on a page, never a fault."""

import re
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

from api.pages.routes import ROUTERS
from api.pages.visit import TEMPLATES
from tests.api.pages.browsing import CLIENT, HANDLER, MANAGER, PageDay, Shown
from tests.api.staff.registering import a_newcomer
from tests.api.staff.test_nothing_breaks import STRANGE, Shut, filled, ids_of
from tests.api.test_routes import routes_in

READ = re.compile(r"""form\.(?:text|number|several|by_prefix)\(\s*f?"([a-z_]+)""")
DAYS = ("due_on", "until_on", "left_on", "decided_on", "valid_from", "filed_on", "issued_on")
GIVEN: dict[str, dict[str, str]] = {
    "far away": {"kind": "result", "outcome": "confirmed", **dict.fromkeys(DAYS, "9999-12-31")},
    "long ago": {"kind": "receipt", "outcome": "unknown", **dict.fromkeys(DAYS, "0001-01-01")},
}
ODD = {"far away": STRANGE[0], "long ago": "２０２６-11-22"}


def names() -> set[str]:
    """Every field that some page reads."""
    sources = (path.read_text(encoding="utf-8") for path in Path(TEMPLATES).parent.glob("*.py"))
    return {name for text in sources for name in READ.findall(text)}


def forms() -> list[str]:
    routes = (route for router in ROUTERS for route in routes_in(router) if "POST" in (route.methods or ()))
    return sorted({route.path for route in routes})


def test_the_fields_are_found() -> None:
    assert {"procedure", "persons", "words", "reply", "settle", "receipt"} <= names()
    assert len(forms()) > 35


async def test_no_form_breaks_a_page(day: PageDay) -> None:
    broken: dict[str, Any] = {}
    shut = Shut()
    newcomer = (await a_newcomer(day)).id
    doors = [(who, "POST", path) for path in forms() for who in (CLIENT, HANDLER, MANAGER)]

    cases = (await day.handed_in(), await day.drafted())  # a door meets each case and each odd value once

    for place, (case, (what, odd)) in enumerate(product(cases, ODD.items())):
        ids = ids_of(case.number, case.persons[0]) | {"account_id": newcomer}
        given = {**dict.fromkeys(names(), odd), **GIVEN[what]}
        half = (place + place // 2) % 2
        for door in shut.passable(doors[half::2]):
            who, _, path = door
            shown = await _sent(day, who, filled(path, ids), ids, given)
            shut.learn(door, shown.status)
            if shown.status >= 500:
                broken[f"{who} {path} {what}"] = (shown.status, shown.text[-900:])

    assert broken == {}


async def _sent(day: PageDay, who: str, path: str, ids: dict[str, str], given: dict[str, str]) -> Shown:
    person, finding = ids["person_id"], ids["finding_id"]
    about = {f"reply.{finding}": given["words"], f"settle.{finding}": "dismissed", f"receipt.{person}": "R"}
    return await day.send(who, path, {**given, **about, "persons": person}, key=str(uuid4()))
