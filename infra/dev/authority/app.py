"""The simulator over HTTP: the desk's portal, the switches, and a page to play the authority."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader

from infra.dev.authority.counter import AT_THE_COUNTER, Counter, UnknownFilingError, good_result
from infra.dev.authority.ledger import Ledger
from infra.dev.authority.words import Acceptance, Filing, Mood, News, Outcome, Policy

LONGEST_SILENCE_SECONDS = 120.0
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
pages = Environment(loader=FileSystemLoader(Path(__file__).parent.parent / "pages"), autoescape=True)


def build(store: Path) -> FastAPI:
    """The simulator over one ledger file."""
    counter = Counter(Ledger(store))
    app = FastAPI(title="Authority simulator / 行政庁シミュレーター", docs_url=None, redoc_url=None)
    _add_portal(app, counter)
    _add_switches(app, counter)
    _add_page(app, counter)
    return app


def _add_portal(app: FastAPI, counter: Counter) -> None:
    @app.post("/filings", status_code=201)
    async def lodge(filing: Filing, request: Request) -> dict[str, object]:
        """Take a filing; not idempotent, on purpose."""
        mood = await asyncio.to_thread(counter.mood_for, filing.reference, AT_THE_COUNTER)
        await _before(mood)
        taken = await asyncio.to_thread(_take, counter, _accepted(mood, filing))
        await _after(mood, request)
        away = [person for person in filing.persons if person not in taken.filing.persons]
        return {
            "number": taken.number,
            "accepted_at": taken.accepted_at,
            "receipts": taken.receipts,
            "not_taken": away,
        }

    @app.get("/filings")
    def look_up(reference: str) -> dict[str, object]:
        """What the portal shows for a reference: every acceptance of it."""
        _insist_on_up(counter)
        found = counter.ledger.acceptances(reference)
        return {"reference": reference, "acceptances": [taken.model_dump() for taken in found]}

    @app.get("/news")
    def news(after: int = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, object]:
        """The outcomes behind `after`; ask again with `next`."""
        _insist_on_up(counter)
        counter.decide_what_is_ripe()
        found = counter.ledger.news(after, limit)
        return {
            "news": [item.model_dump(mode="json") for item in found],
            "next": found[-1].seq if found else after,
        }


def _add_switches(app: FastAPI, counter: Counter) -> None:
    @app.get("/ledger")
    def ledger() -> list[Acceptance]:
        """Every acceptance ever, also of the same reference: tests count doubles here."""
        return counter.ledger.acceptances()

    @app.get("/mood")
    def mood() -> Mood:
        return counter.mood()

    @app.post("/mood")
    def set_mood(mood: Mood) -> Mood:
        counter.turn(mood)
        return mood

    @app.get("/policy")
    def policy() -> Policy:
        return counter.policy()

    @app.post("/policy")
    def set_policy(policy: Policy) -> Policy:
        counter.turn(policy)
        return policy

    @app.post("/outcomes", status_code=201)
    def decide(outcome: Outcome) -> list[News]:
        """Decide something now."""
        return _decide(counter, outcome)


def _add_page(app: FastAPI, counter: Counter) -> None:
    @app.get("/", response_class=HTMLResponse)
    def page() -> Response:
        counter.decide_what_is_ripe()
        shown = pages.get_template("authority.html").render(
            cases=counter.ledger.cases()[::-1], mood=counter.mood(), policy=counter.policy()
        )
        return HTMLResponse(shown, headers={"Content-Security-Policy": PAGE_POLICY})

    @app.post("/play", response_class=RedirectResponse)
    def play(receipt: Annotated[str, Form()], act: Annotated[str, Form()]) -> Response:
        """A button of the page: more, yes, no, return."""
        _decide(counter, _asked(counter, receipt, act))
        return RedirectResponse("/", status_code=303)

    @app.post("/play/mood", response_class=RedirectResponse)
    def play_mood(mode: Annotated[str, Form()]) -> Response:
        counter.turn(Mood.model_validate({"mode": mode}))
        return RedirectResponse("/", status_code=303)


async def _before(mood: Mood) -> None:
    if mood.mode == "slow":
        await asyncio.sleep(mood.slow_seconds)
    if mood.mode == "down":
        raise HTTPException(503, "system_down", {"Connection": "close"})
    if mood.mode == "refuse":
        raise HTTPException(422, "refused_at_counter")


def _accepted(mood: Mood, filing: Filing) -> Filing:
    """What of it is taken: in a picky mood the last of several persons is sent away."""
    if mood.mode != "take_some" or len(filing.persons) == 1:
        return filing
    return filing.model_copy(update={"persons": filing.persons[:-1]})


async def _after(mood: Mood, request: Request) -> None:
    """The filing is taken; now the answer may get lost."""
    if mood.mode == "accept_then_500":
        raise HTTPException(500, "answer_lost")
    if mood.mode == "accept_then_timeout":
        deadline = time.monotonic() + LONGEST_SILENCE_SECONDS
        while time.monotonic() < deadline and not await request.is_disconnected():
            await asyncio.sleep(0.1)
        raise HTTPException(504, "answer_lost")


def _insist_on_up(counter: Counter) -> None:
    if counter.is_down():
        raise HTTPException(503, "system_down", {"Connection": "close"})


def _take(counter: Counter, filing: Filing) -> Acceptance:
    try:
        return counter.take(filing)
    except UnknownFilingError as unknown:
        raise HTTPException(404, "unknown_parent_filing") from unknown


def _decide(counter: Counter, outcome: Outcome) -> list[News]:
    if outcome.kind == "result" and outcome.result is None:
        raise HTTPException(422, "result_missing")
    if outcome.reference is None and outcome.receipt is None:
        raise HTTPException(422, "reference_or_receipt_missing")
    try:
        return counter.decide(outcome)
    except UnknownFilingError as unknown:
        raise HTTPException(404, "unknown_filing") from unknown


def _asked(counter: Counter, receipt: str, act: str) -> Outcome:
    if act == "more":
        return Outcome(kind="more_requested", receipt=receipt)
    cases = counter.ledger.cases(receipt=receipt)
    if not cases:
        raise HTTPException(404, "unknown_filing")
    results = {"yes": good_result(cases[0].procedure), "no": "refused", "return": "returned"}
    if act not in results:
        raise HTTPException(422, "unknown_act")
    return Outcome.model_validate({"kind": "result", "receipt": receipt, "result": results[act]})
