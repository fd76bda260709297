"""Every page of the desk, with somebody who opens it, and the things they are about."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, NamedTuple

from api.pages.routes import ROUTERS
from infra.dev.demo.day import People
from infra.dev.demo.visitor import eventually
from infra.dev.doors import RESULTS_ADDRESS
from infra.dev.services import Stack
from tests.api.test_routes import routes_in
from tests.browser.journey import CLIENT, HANDLER, MANAGER, REVIEWER, Walked

NOT_LODGED_HERE = "isa.change.ssw1"
FILES = frozenset(
    {
        "/documents/{document_id}/file",
        "/documents/{document_id}/pages/{page}",
        "/arrivals/{arrival_id}/parts/{place}/pages/{page}",
        "/applications/{number}/notices/{arrival_id}/parts/{place}/pages/{page}",
        "/filings/{filing_id}/package",
        "/registers/handlers/{account_id}/pledges.csv",
        "/registers/fees.csv",
        "/registers/quotes.csv",
    }
)
"""Addresses that answer with a file."""
OPEN_TO_ALL = frozenset({"/", "/docs"})
"""Pages for which nobody signs in."""


class Opened(NamedTuple):
    """One page in front of one person; what follows the address chooses among its states."""

    who: str
    route: str
    query: str = ""


PAGES = (
    Opened(CLIENT, "/applications"),
    Opened(CLIENT, "/applications/{number}"),
    Opened(CLIENT, "/applications/{draft}"),
    Opened(CLIENT, "/applications/{number}/edit"),
    Opened(CLIENT, "/applications/{number}/persons/{person_id}/edit"),
    Opened(CLIENT, "/applications/{number}/documents", "?person={person_id}"),
    Opened(CLIENT, "/applications/{draft}/documents"),
    Opened(CLIENT, "/applications/{number}/timeline"),
    Opened(CLIENT, "/applications/{number}/split-off"),
    Opened(CLIENT, "/applications/T26-00000000"),
    Opened(CLIENT, "/procedures/{procedure_id}/plan", "?on=2027-06-01"),
    Opened(CLIENT, "/mandates"),
    Opened(CLIENT, "/next"),
    Opened(REVIEWER, "/tasks"),
    Opened(REVIEWER, "/tasks/{task_id}"),
    Opened(REVIEWER, "/findings/{finding_id}/explanation"),
    Opened(REVIEWER, "/catalogue", "?search=写真"),
    Opened(REVIEWER, "/catalogue/procedures/{procedure_id}"),
    Opened(REVIEWER, "/catalogue/rules/{rule_id}"),
    Opened(REVIEWER, "/catalogue/tables/{name}"),
    Opened(HANDLER, "/filings", "?state=confirmed"),
    Opened(HANDLER, "/filings/{filing_id}"),
    Opened(HANDLER, "/arrivals", "?state=open"),
    Opened(HANDLER, "/arrivals/{arrival_id}"),
    Opened(HANDLER, "/registers/handlers/{account_id}"),
    Opened(HANDLER, "/stops"),
    Opened(MANAGER, "/board", "?state=all"),
    Opened(MANAGER, "/applications/{number}"),
    Opened(MANAGER, "/applications/{number}/timeline"),
    Opened(MANAGER, "/applications/{number}/engine"),
    Opened(MANAGER, "/tasks", "?box=all"),
    Opened(MANAGER, "/impact"),
    Opened(MANAGER, "/stops"),
    Opened(MANAGER, "/registers"),
    Opened(MANAGER, "/registers/lapses"),
    Opened(MANAGER, "/registers/members"),
    Opened(MANAGER, "/registers/members/{organisation_id}"),
    Opened(MANAGER, "/registers/handlers/{account_id}"),
    Opened(MANAGER, "/registers/handlers/{account_id}/pledges"),
    Opened(MANAGER, "/registers/handlers/{account_id}/leaving"),
    Opened(MANAGER, "/registers/mandates/{mandate_id}"),
    Opened(MANAGER, "/registers/fees"),
)


def page_routes() -> set[str]:
    """The address of every page, as the desk's own routes name them."""
    found = (route for router in ROUTERS for route in routes_in(router) if "GET" in (route.methods or ()))
    return {route.path for route in found}


def arrived(desk: Stack, people: People) -> str:
    """A notice an authority sent by mail; its id."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "portal@authority.example", RESULTS_ADDRESS
    mail["Subject"] = "受付完了のお知らせ"
    mail.set_content("受付番号：見本-1\n受け付けました。\n")
    with smtplib.SMTP("127.0.0.1", desk.place.ports.smtp) as post:
        post.send_message(mail)

    def kept() -> str | None:
        rows: list[dict[str, Any]] = people.manager.get("/v1/arrivals", state="open")["items"]
        return next((row["id"] for row in rows if row["is_read"]), None)

    return eventually(kept, "the notice was not read")


@contextmanager
def stopped(people: People) -> Iterator[None]:
    """While a stop runs for a procedure that nobody lodges here."""
    asked = {"procedure": NOT_LODGED_HERE, "reason": "other", "words": "見本", "until_on": f"{people.today}"}
    stop = people.manager.post("/v1/stops", asked)
    yield
    people.manager.post(f"/v1/stops/{stop['id']}/lift")


def things(desk: Stack, people: People, walked: Walked, draft: str) -> dict[str, str]:
    """What stands for the names in addresses."""
    number = walked.number
    overview = people.manager.get(f"/v1/applications/{number}/overview")
    mandate = people.manager.get("/v1/registers/mandates", handler=HANDLER)["items"][0]["mandate"]
    return {
        "number": number,
        "draft": draft,
        "person_id": walked.person,
        "task_id": f"{number}.task.1",
        "filing_id": f"{number}.filing.1",
        "finding_id": next(each["id"] for each in overview["findings"] if each["rule_id"]),
        "procedure_id": overview["procedure"],
        "rule_id": "ALL-FLD-01",
        "name": "offices",
        "arrival_id": arrived(desk, people),
        "account_id": HANDLER,
        "mandate_id": mandate["id"],
        "organisation_id": overview["organisation"]["id"],
    }
