"""What the authority does with a filing: takes it, numbers it, decides it, in the mood of the day."""

import hashlib
import time
import tomllib
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import schemas
from infra.catalogue import load_catalogue
from infra.dev.authority.ledger import Case, Ledger
from infra.dev.authority.words import Acceptance, Filing, Mood, MoodName, News, Outcome, Policy, Result

JAPAN = ZoneInfo("Asia/Tokyo")
ANSWER_WITHIN = timedelta(days=14)
AT_THE_COUNTER: frozenset[MoodName] = frozenset(
    {"slow", "down", "accept_then_timeout", "refuse", "take_some", "accept_then_500"}
)
IN_THE_NEWS: frozenset[MoodName] = frozenset({"answer_twice"})
ASKED_ITEMS = ("explanation", "supporting_document")


class UnknownFilingError(Exception):
    """A supplement, withdrawal or outcome names a filing this authority never took."""


class Counter:
    """The authority's side of the counter."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def mood_for(self, key: str, moods: frozenset[MoodName]) -> Mood:
        """Which of these moods meets this act, else normal; counts it, as a mood may be rationed."""
        with self.ledger.transaction():
            mood = self.mood()
            if mood.mode not in moods or chance(mood.seed, key) >= mood.share:
                return Mood(mode="normal")
            self.ledger.count_use(Mood)
            return mood

    def mood(self) -> Mood:
        """The mood now; normal again once its seconds or its count are used up."""
        held = self.ledger.switch(Mood)
        if held is None:
            return Mood(mode="normal")
        mood = Mood.model_validate_json(held.body)
        is_late = mood.seconds is not None and time.time() > held.set_at + mood.seconds
        is_used_up = mood.count is not None and held.used >= mood.count
        return Mood(mode="normal") if is_late or is_used_up else mood

    def is_down(self) -> bool:
        return self.mood().mode == "down"

    def policy(self) -> Policy:
        held = self.ledger.switch(Policy)
        return Policy() if held is None else Policy.model_validate_json(held.body)

    def turn(self, switch: Mood | Policy) -> None:
        """Set the mood or the policy from now on."""
        with self.ledger.transaction():
            self.ledger.set_switch(switch, time.time())

    def take(self, filing: Filing) -> Acceptance:
        """Accept a filing. Not idempotent: a real counter, too, takes the same reference twice."""
        with self.ledger.transaction():
            receipts = self._open(filing) if filing.kind == "first" else self._follow_up(filing)
            taken = self.ledger.accept(filing, receipts)
            for person, receipt in receipts.items():
                self.ledger.publish(_news("receipt", receipt, person, filing.reference), times=1)
            if filing.kind == "withdrawal":
                self._withdraw(filing)
        return taken

    def decide(self, outcome: Outcome) -> list[News]:
        """Make an outcome now, for one receipt, one person of a filing, or all its persons."""
        with self.ledger.transaction():
            cases = self._cases_of(outcome)
            if not cases:
                raise UnknownFilingError
            return [item for case in cases for item in self._tell(case, outcome)]

    def decide_what_is_ripe(self) -> None:
        """With an automatic policy: decide everything that has been examined long enough."""
        policy = self.policy()
        if not policy.auto:
            return
        with self.ledger.transaction():
            for case in self.ledger.ripe_cases(time.time() - policy.delay_seconds):
                self._tell(case, fate(policy, case))

    def _open(self, filing: Filing) -> dict[str, str]:
        receipts = {person: self._number(filing.office) for person in filing.persons}
        for person, receipt in receipts.items():
            self.ledger.open_case(filing, person, receipt, time.time())
        return receipts

    def _follow_up(self, filing: Filing) -> dict[str, str]:
        found = {case.person: case for case in self.ledger.cases(reference=filing.parent_reference or "")}
        if not set(filing.persons) <= set(found):
            raise UnknownFilingError
        chosen = {person: found[person].receipt for person in filing.persons}
        for receipt in chosen.values():
            self.ledger.move_case(receipt, "examining", time.time())
        return chosen

    def _withdraw(self, filing: Filing) -> None:
        for person in filing.persons:
            asked = Outcome(
                kind="result", reference=filing.parent_reference, person=person, result="withdrawn"
            )
            for case in self._cases_of(asked):
                self._tell(case, asked)

    def _cases_of(self, outcome: Outcome) -> list[Case]:
        found = self.ledger.cases(reference=outcome.reference, receipt=outcome.receipt)
        return [case for case in found if outcome.person in {None, case.person}]

    def _tell(self, case: Case, outcome: Outcome) -> list[News]:
        asks = outcome.kind == "more_requested"
        state = "waiting_for_more" if asks else "decided"
        self.ledger.move_case(case.receipt, state, time.time(), result=outcome.result)
        item = _news(outcome.kind, case.receipt, case.person, case.reference).model_copy(
            update={
                "result": outcome.result,
                "items": outcome.items or (ASKED_ITEMS if asks else ()),
                "due_on": outcome.due_on or (today_in_japan() + ANSWER_WITHIN if asks else None),
            }
        )
        mood = self.mood_for(case.receipt, IN_THE_NEWS)
        return self.ledger.publish(item, times=2 if mood.mode == "answer_twice" else 1)

    def _number(self, office: str) -> str:
        prefix = f"{receipt_prefix(office)}-{today_in_japan():%y}"
        return f"{prefix}-{self.ledger.next_serial(prefix):06d}"


def chance(seed: int, *parts: str) -> float:
    """A number in [0, 1) that depends on the seed and the parts only: same input, same fate, in any order."""
    digest = hashlib.sha256("\x1f".join((str(seed), *parts)).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def fate(policy: Policy, case: Case) -> Outcome:
    """What an automatic policy decides for one case."""
    asks = chance(policy.seed, "more", case.reference, case.person) < policy.share_more_requested
    if asks and not case.asked_more:
        return Outcome(kind="more_requested", receipt=case.receipt)
    refuses = chance(policy.seed, "result", case.reference, case.person) < policy.share_refused
    return Outcome(
        kind="result", receipt=case.receipt, result="refused" if refuses else good_result(case.procedure)
    )


def good_result(procedure: str) -> Result:
    """How the authority of this procedure says yes: as its map does. An unknown procedure is permitted."""
    return _granted().get(procedure, "permitted")


def receipt_prefix(office: str) -> str:
    """What receipt numbers of an office begin with."""
    return _prefixes().get(office, office.upper())


def today_in_japan() -> date:
    return datetime.now(JAPAN).date()


@lru_cache(maxsize=1)
def _granted() -> dict[str, Result]:
    return {
        row.id: next(result.id for result in row.results if result.granted)
        for row in load_catalogue().procedures()
    }


@lru_cache(maxsize=1)
def _prefixes() -> dict[str, str]:
    tables = Path(str(schemas.__file__)).parent / "tables"
    offices = [
        row
        for name in ("offices_isa.toml", "offices_otit.toml")
        for row in tomllib.loads((tables / name).read_text(encoding="utf-8"))["offices"]
    ]
    return {row["id"]: row.get("receipt_prefix") or f"OTIT-{row['id']}" for row in offices}


def _news(kind: str, receipt: str, person: str, reference: str) -> News:
    return News.model_validate(
        {
            "seq": 0,
            "id": "",
            "kind": kind,
            "receipt": receipt,
            "person": person,
            "reference": reference,
            "at": "",
        }
    )
