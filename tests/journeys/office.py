"""The sample office as journeys use it: anybody can sign in, and what lies behind the desk can be looked at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from infra.dev.demo.__main__ import RETURN_PATH
from infra.dev.demo.day import People, dispositions
from infra.dev.demo.visitor import Json, RefusedAtTheDesk, Visitor, eventually
from infra.dev.place import CLIENT_ID
from infra.dev.services import Stack
from infra.dev.sign_in import obtain_token
from infra.outgoing import sending_one_by_one

PATIENT_SECONDS = 30
LETTER_ID = re.compile(r"<([0-9a-f-]{36})@")


@dataclass
class Office:
    """One running desk with its people."""

    desk: Stack
    people: People
    known: dict[str, Visitor] = field(default_factory=dict)
    patterns: dict[tuple[str, int], str] = field(default_factory=dict)
    """Complete drafts to copy, by procedure and persons."""

    def visitor(self, subject: str) -> Visitor:
        """A sample person by the name the issuer knows, signed in."""
        if subject not in self.known:
            place = self.desk.place
            address = place.public_url + RETURN_PATH
            secret = place.secrets.oidc_client_secret
            token = obtain_token(place.issuer, CLIENT_ID, secret, address, subject)
            self.known[subject] = Visitor(place.public_url, token, subject)
        return self.known[subject]

    def close(self) -> None:
        """Everybody who signed in here leaves."""
        for each in self.known.values():
            each.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database, read past every wall."""
        with self.desk.connect("toritsugi") as connection:
            return connection.execute(query.encode(), values).fetchall()

    def change(self, statement: str, *values: object) -> None:
        """Arrange something in the database that no door of the desk changes."""
        with self.desk.connect("toritsugi") as connection:
            connection.execute(statement.encode(), values)

    def case(self, number: str) -> Json:
        """One case as a manager sees it."""
        seen: Json = self.people.manager.get(f"/v1/applications/{number}/overview")
        return seen

    def person(self, number: str, person_id: str) -> Json:
        """One person's line of a case."""
        lines: list[Json] = self.case(number)["persons"]
        return next(line for line in lines if line["person_id"] == person_id)

    def open_task(self, number: str, kind: str) -> Json:
        """The open task of this kind, whoever may take it, as soon as there is one."""

        def look() -> Json | None:
            tasks: list[Json] = self.case(number)["tasks"]
            return next((task for task in tasks if task["kind"] == kind and not task["closed_at"]), None)

        return eventually(look, f"{kind} of {number}")

    def review(self, number: str, reviewer: Visitor) -> None:
        """This reviewer passes everybody."""
        task = reviewer.task(number, "review")
        reviewer.post(f"/v1/tasks/{task['id']}/claim")
        seen = reviewer.get(f"/v1/tasks/{task['id']}")
        verdict = {"kind": "review", "settled": dispositions(seen["findings"])}
        reviewer.post(f"/v1/tasks/{task['id']}/complete", {"verdict": verdict})

    def results(self, number: str) -> list[str | None]:
        """The results of a case in the order of its persons."""
        return [line["result"] for line in self.case(number)["persons"]]

    def closed(self, number: str) -> list[str | None]:
        """The results once the case has closed."""
        eventually(lambda: self.case(number)["closed_at"], f"{number} closed")
        return self.results(number)

    def events(self, number: str) -> list[str]:
        """The kinds of all events of a case, in order."""
        return [row[0] for row in self.rows("SELECT kind FROM event WHERE number = %s ORDER BY seq", number)]

    def letters(self, number: str) -> list[Json]:
        """Every mail about a case, oldest first, with all its parts."""
        box = self.desk.address("mail")
        with sending_one_by_one(PATIENT_SECONDS, base_url=box) as reader:
            about = [each["id"] for each in reader.get("/messages").json() if number in each["subject"]]
            return [reader.get(f"/messages/{each}").json() for each in sorted(about)]

    def no_mail(self, seconds: float) -> None:
        """The mail server refuses everything for so long; 0 ends it."""
        httpx2.post(f"{self.desk.address('mail')}/outage", json={"seconds": seconds}).raise_for_status()

    def all_told(self, number: str) -> list[Json]:
        """The mails about a case once every notice has left the house."""
        told = "SELECT bool_and(state = 'sent') FROM notice WHERE number = %s"
        eventually(lambda: self.rows(told, number) == [(True,)], f"all mail about {number}")
        return self.letters(number)


def refusal(act: Any, *given: Any, **named: Any) -> tuple[int, str]:
    """Status and code of an act that must be refused."""
    try:
        answer = act(*given, **named)
    except RefusedAtTheDesk as refused:
        return refused.status, refused.code
    raise AssertionError(f"it was not refused: {answer}")


def message_ids(letters: Iterable[Json]) -> list[str]:
    """The ids that the Message-ID headers are made from."""
    headers = [dict(letter["headers"]) for letter in letters]
    return [LETTER_ID.search(each["Message-ID"])[1] for each in headers]  # type: ignore[index]
