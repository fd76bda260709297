"""Whatever is sent to whatever door by whoever may pass it: an answer or a refusal, never a fault."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import httpx2
import pytest

from tests.api.apps import application_of
from tests.api.staff.office_day import CANARY, EXTENSION, OfficeDay, organisation, somebody
from tests.api.staff.registering import a_newcomer
from tests.api.test_routes import routes_in

Routes = list[tuple[str, str]]
Answers = dict[str, httpx2.Response]
LEAVING = frozenset({"/sign-out"})
READERS = ("client", "manager")
CLIENTS, STAFF = ("client",), ("manager", "handler", "reviewer")
"""Between them they have every right."""
HIDDEN = (httpx2.codes.FORBIDDEN, httpx2.codes.NOT_FOUND)
NOBODYS = {
    "procedure_id": EXTENSION,
    "round": "1",
    "code": "not_found",
    "account_id": "nobody-0",
    "organisation_id": organisation(7),
    "arrival_id": "arrival-00000000-0000-4000-8000-000000000000",
    "mandate_id": "0" * 32,
    "stop_id": "0" * 32,
    "upload_id": "00000000-0000-4000-8000-000000000000",
    "document_id": "00000000-0000-4000-8000-000000000000",
    "omission_id": "00000000-0000-4000-8000-000000000000",
    "remark_id": "00000000-0000-4000-8000-000000000000",
    "key_id": "0" * 16,
    "rule_id": "ALL-FLD-01",
    "name": "offices",
    "place": "1",
    "page": "1",
}
STRANGE = (
    "\u202e\u2066髙𠮷神\U000e0100",
    "' OR 1=1 --",
    "x" * 5_000,
    "%00",
    "../../etc/passwd",
    "１２",
    "-1",
    "9" * 40,
    "\u00a0",
    "${7*7}{{7*7}}",
)
NOBODY_TAKES = ("x=1&x=2", "%ff=%fe")
QUERIES = (
    "cursor=!!!",
    "cursor=AAAA",
    "cursor=%F0%9F%98%80",
    "limit=-1",
    "limit=" + "9" * 400,
    *NOBODY_TAKES,
    "page=99999999999999999999&document=%27&number=%0d%0a&person=%C2%85&search=" + "%F0%9F%98%80" * 60,
    "from_on=0001-01-01&to_on=9999-12-31",
    "from_on=2026-W47-7&on=9999-12-31&needed_on=0001-01-01&within_days=1e9",
    "version=0001-01-01&search=%25_%5C&state=%20&kind=none&owner=nobody&box=none&order=none",
    "done=%3Cscript%3E&next=//evil.example&locale=xx",
)
HEADERS: tuple[dict[bytes, bytes], ...] = (
    {b"authorization": b"Bearer \xff\xfe"},
    {b"authorization": b"Bearer " + b"a.b.c"},
    {b"authorization": b"Basic ="},
    {b"cookie": b"toritsugi=\xe2\x98\x83; toritsugi-language=\xff; =;;"},
    {b"accept-language": b"\xff" * 2_000},
    {b"if-match": b"\xff", b"if-none-match": b"\xff"},
    {b"range": b"bytes=9-1,2-", b"content-type": b"\xff"},
    {b"accept": b"\xff, text/html;q=nonsense", b"origin": b"\xff"},
    {b"x-forwarded-host": b"evil.example"},
    {b"transfer-encoding": b"chunked", b"content-length": b"-5"},
)


class Sample:
    """Makes bodies of the shape a door describes, with odd values."""

    def __init__(self, specification: dict[str, Any], ids: dict[str, str], odd: dict[str, Any]) -> None:
        self._shapes = specification["components"]["schemas"]
        self.ids, self._odd = ids, odd

    def of(self, schema: dict[str, Any], name: str = "") -> Any:
        """A value of this shape."""
        if "$ref" in schema:
            return self.of(self._shapes[schema["$ref"].rpartition("/")[2]], name)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self.of(self._chosen(schema[several]), name)
        if "const" in schema or "enum" in schema:
            return schema.get("const") or schema["enum"][0]
        return self._of_type(schema, name)

    def _chosen(self, several: list[dict[str, Any]]) -> dict[str, Any]:
        named = [each for each in several if each.get("type") != "null"]
        turn = int(self._odd["choice"])
        return named[turn % len(named)]

    def _of_type(self, schema: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        if kind == "object":
            own = schema.get("properties", {})
            return {key: self.of(each, key) for key, each in own.items()} or {self._odd["text"][:20]: 1}
        if kind == "array":
            return [self.of(schema.get("items", {}), name)]
        if kind == "integer":
            return self._odd["integer"]
        if kind == "boolean":
            return True
        return self._text(schema, name)

    def _text(self, schema: dict[str, Any], name: str) -> Any:
        if schema.get("format") == "date" or name.endswith(("_on", "_until", "_from", "_by", "since")):
            return self._odd["day"]
        if name in ("persons", "person_id", "withdrawn"):
            return self.ids["person_id"]
        if name in self.ids:
            return self.ids[name]
        pattern = schema.get("pattern", "")
        if "{64}" in pattern:
            return "0" * 64
        return "x" if pattern else self._odd["text"]


ODD: tuple[dict[str, Any], ...] = (
    {"day": "0001-01-01", "text": "x", "integer": 1, "choice": 0},
    {"day": "9999-12-31", "text": STRANGE[0], "integer": 2**63, "choice": 1},
)
PLAIN = {"day": "2026-11-22", "text": "x", "integer": 0, "choice": 3}


@pytest.fixture(scope="module")
def routes(settings: Any) -> Routes:
    return [
        (method, route.path)
        for route in routes_in(application_of(settings))
        for method in sorted(route.methods or ())
        if method != "OPTIONS"
    ]


def taken_by(path: str, specification: dict[str, Any]) -> set[str] | None:
    """The names a door of the machine interface takes in its address; None for a page."""
    act = specification["paths"].get(path, {}).get("get")
    return None if act is None else {each["name"] for each in act.get("parameters", ())}


def ids_of(number: str, person: str) -> dict[str, str]:
    own = {"number": number, "person_id": person, "task_id": f"{number}.task.1"}
    own |= {"filing_id": f"{number}.filing.1", "finding_id": f"{number}.finding.1"}
    own |= {"proposal_id": f"{number}.proposal.1"}
    return NOBODYS | own


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: ids[found[1]], path)


def faults(answers: Answers) -> dict[str, tuple[int, str]]:
    """The answers that are a fault, or say that a server is away which is not."""
    return {
        what: (each.status_code, each.text[:300]) for what, each in answers.items() if each.is_server_error
    }


class Shut:
    """Doors that refused somebody the right to pass: they look at nothing else, so that once is enough."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str, str]] = set()

    def passable(self, doors: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Those of (who, method, path) that are not known to be shut."""
        return [door for door in doors if door not in self._known]

    def learn(self, door: tuple[str, str, str], status: int) -> None:
        """What a door answered."""
        if status == httpx2.codes.FORBIDDEN:
            self._known.add(door)


class Knocking:
    """Goes from door to door with a sample body for each: as a client, and as the first of the staff who may pass.

    `every` and `from_` deal the doors out, so that other knocks take the others.
    """

    def __init__(self, day: OfficeDay, specification: dict[str, Any], routes: Routes, shut: Shut) -> None:
        self._day, self._specification, self._shut = day, specification, shut
        self._doors = [
            [[(role, method, path) for role in side] for side in (CLIENTS, STAFF)]
            for method, path in routes
            if path not in LEAVING
        ]

    async def everywhere(
        self, ids: dict[str, str], odd: dict[str, Any], *, from_: int = 0, every: int = 1
    ) -> Answers:
        """Every answer, by who knocked where."""
        sample = Sample(self._specification, ids, odd)
        answers: Answers = {}
        for side in chain.from_iterable(self._doors[from_::every]):
            for door in self._shut.passable(side):
                answer = await self._knock(*door, sample)
                self._shut.learn(door, answer.status_code)
                answers[f"{' '.join(door)} {ids['number']}"] = answer
                if answer.status_code not in HIDDEN:
                    break
        return answers

    async def _knock(self, role: str, method: str, path: str, sample: Sample) -> httpx2.Response:
        act = self._specification["paths"].get(path, {}).get(method.lower(), {})
        shape = act.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        body = sample.of(shape) if shape else None
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
        return await self._day.call(somebody(role), method, filled(path, sample.ids), body, **headers)


@pytest.fixture(scope="module")
def shut() -> Shut:
    return Shut()


@pytest.fixture
async def knocking(day: OfficeDay, specification: dict[str, Any], routes: Routes, shut: Shut) -> Knocking:
    return Knocking(day, specification, routes, shut)


@pytest.mark.parametrize("role", READERS)
async def test_no_query_breaks_a_door(
    day: OfficeDay, routes: Routes, specification: dict[str, Any], shut: Shut, role: str
) -> None:
    """Pages are dealt the queries out; the machine's doors get those with a name they take, and those nobody takes."""
    case = await day.handed_in()
    ids = ids_of(case.number, case.persons[0])
    answers: Answers = {}
    doors = [(role, method, path) for method, path in routes if method == "GET"]

    for turn, query in enumerate(QUERIES):
        names = set(parse_qs(query, errors="replace")) if query not in NOBODY_TAKES else set()
        for place, door in enumerate(doors):
            taken = taken_by(door[2], specification)
            is_dealt = (
                (place + turn + READERS.index(role)) % 3 == 0
                if taken is None
                else not names or not taken.isdisjoint(names)
            )
            if not is_dealt or not shut.passable([door]):
                continue
            address = f"{filled(door[2], ids)}?{query}"
            answers[address] = await day.call(somebody(role), "GET", address)
            shut.learn(door, answers[address].status_code)

    assert faults(answers) == {}


async def test_no_header_breaks_a_door(day: OfficeDay, routes: Routes) -> None:
    case = await day.drafted()
    ids = ids_of(case.number, case.persons[0])
    answers: Answers = {}
    await day.call(somebody("client"), "GET", "/v1/me")
    cookie = f"toritsugi={day.cookies[somebody('client')]}".encode()

    for place, (method, path) in enumerate(routes):
        for headers in HEADERS[place % 2 :: 2]:
            sent = {b"cookie": cookie, **headers}
            answer = await day.client.request(method, filled(path, ids), headers=list(sent.items()))
            answers[f"{method} {path} {headers}"] = answer

    assert faults(answers) == {}


async def test_no_address_breaks_a_door(day: OfficeDay, routes: Routes) -> None:
    answers: Answers = {}

    for place, (method, path) in enumerate(routes):
        for strange in STRANGE[place % 4 :: 4] if "{" in path else ():
            ids = dict.fromkeys(re.findall(r"{(\w+)", path), strange)
            for role in ("client", "manager"):
                address = filled(path, ids)
                body: dict[str, Any] | None = None if method == "GET" else {}
                answers[f"{role} {method} {address}"] = await day.call(
                    somebody(role), method, address, body, **{"Idempotency-Key": "k"}
                )

    assert faults(answers) == {}


@pytest.mark.parametrize("turn", range(len(ODD)))
async def test_no_body_of_the_right_shape_breaks_a_door(
    day: OfficeDay, knocking: Knocking, turn: int
) -> None:
    """One half of the doors in each turn: a door meets each case and each odd body once, each half in other pairs."""
    newcomer = (await a_newcomer(day)).id
    answers: Answers = {}

    for place, case in enumerate((await day.handed_in(), await day.drafted())):
        ids = ids_of(case.number, case.persons[0]) | {"account_id": newcomer}
        answers |= await knocking.everywhere(ids, ODD[(place + turn) % 2], from_=turn, every=2)

    assert faults(answers) == {}


async def test_an_erased_application_is_refused_at_every_door(day: OfficeDay, knocking: Knocking) -> None:
    answers: Answers = {}

    for case in (await day.handed_in(), await day.drafted()):
        await day.erase(case.number)
        answers |= await knocking.everywhere(ids_of(case.number, case.persons[0]), PLAIN)

    assert faults(answers) == {}
    assert not any(CANARY in each.text for each in answers.values())
