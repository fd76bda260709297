"""One application walked over HTTP, from a complete draft to its end: every request once, nobody asks twice for news."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from infra.dev.demo.contents import EXTENSION, PLAN
from infra.dev.demo.day import dispositions
from infra.dev.demo.visitor import Json, RefusedAtTheDesk, Visitor
from tests.bench.ground import Ground

CHANNEL = {EXTENSION: "online", PLAN: "post"}
GRANTED = {EXTENSION: "permitted", PLAN: "accredited"}
BEING_PREPARED = "being_prepared"
WORDS = "見本の指摘 / a sample finding"


@dataclass
class Walk:
    """The happy path of one draft, by hand and without claiming tasks. `twice` sends every act a second time."""

    ground: Ground
    number: str
    persons: Sequence[str]
    procedure: str = EXTENSION
    twice: bool = False
    requests: int = field(default=0, init=False)
    ready_at: float = field(default=0.0, init=False)
    delivered_at: float = field(default=0.0, init=False)

    def go(self) -> None:
        """Hand in, review, lodge, record the results, deliver."""
        self.hand_in()
        self.review()
        self.lodge()
        self.decide()

    def lodge(self) -> None:
        """The second review where there is one; then everybody is ready: intent, act and confirmation."""
        if self.procedure == PLAN:
            self.second_review()
        self.ready_at = time.monotonic()
        self.end(self.begin())

    def decide(self) -> None:
        """The authority's results, and the originals where the map hands them over; until the road has ended."""
        self.results()
        if self.procedure == PLAN:
            self.hand_over()
        self.ground.wait_for_end(self.number)
        self.delivered_at = time.monotonic()

    def hand_in(self) -> None:
        """The client hands in."""
        self._post(self.ground.people.client, f"/v1/applications/{self.number}/hand-in")

    def review(self) -> None:
        """A reviewer opens the task and passes everybody."""
        task_id = self.ground.task(self.number, "review").id
        seen = self._get(self.ground.people.reviewer, f"/v1/tasks/{task_id}")
        verdict = {"kind": "review", "settled": dispositions(seen["findings"])}
        self._post(self.ground.people.reviewer, f"/v1/tasks/{task_id}/complete", {"verdict": verdict})

    def ask_for_correction(self) -> None:
        """A reviewer takes the task, as writing remarks needs, and asks the first person to correct one field."""
        reviewer, task_id = self.ground.people.reviewer, self.ground.task(self.number, "review").id
        self._post(reviewer, f"/v1/tasks/{task_id}/claim")
        remark = self._post(
            reviewer,
            f"/v1/applications/{self.number}/remarks",
            {
                "task_id": task_id,
                "severity": "correct",
                "place_kind": "field",
                "place": "name_latin",
                "person_id": self.persons[0],
                "words": WORDS,
            },
        )
        seen = self._get(reviewer, f"/v1/tasks/{task_id}")
        verdict = {
            "kind": "review",
            "remark_ids": [remark["id"]],
            "settled": dispositions(seen["findings"]),
        }
        self._post(reviewer, f"/v1/tasks/{task_id}/complete", {"verdict": verdict})

    def correct(self) -> None:
        """The client changes the one field and hands in the next round."""
        changed = {"persons": {self.persons[0]: {"name_latin": "SAMPLE PERSON CORRECTED"}}}
        self.ground.people.client.change(self.number, changed)
        self._post(self.ground.people.client, f"/v1/applications/{self.number}/corrections")

    def second_review(self) -> None:
        """Another reviewer passes everybody."""
        task_id = self.ground.task(self.number, "second_review").id
        body = {"verdict": {"kind": "second_review"}}
        self._post(self.ground.people.second_reviewer, f"/v1/tasks/{task_id}/complete", body)

    def begin(self) -> str:
        """A handler records the intent; answers the filing."""
        filing_id = str(self.ground.task(self.number, "lodge").filing_id)
        body = {"channel": CHANNEL[self.procedure]}
        self._post(self.ground.people.handler, f"/v1/filings/{filing_id}/begin", body)
        return filing_id

    def end(self, filing_id: str) -> None:
        """The handler says that the authority has it, with a number per person."""
        receipts = [{"person_id": person, "number": self._receipt(person)} for person in self.persons]
        body = {"outcome": "confirmed", "receipts": receipts}
        self._post(self.ground.people.handler, f"/v1/filings/{filing_id}/end", body)

    def results(self) -> None:
        """The handler records what the authority decided, person by person."""
        for person in self.persons:
            body = {
                "person_id": person,
                "receipt": self._receipt(person),
                "result": GRANTED[self.procedure],
                "decided_on": self.ground.people.today.isoformat(),
            }
            self._post(self.ground.people.handler, f"/v1/applications/{self.number}/results", body)

    def hand_over(self) -> None:
        """The handler hands the originals over."""
        task_id = self.ground.task(self.number, "hand_over").id
        body = {"verdict": {"kind": "handed_over"}}
        self._post(self.ground.people.handler, f"/v1/tasks/{task_id}/complete", body)

    def _receipt(self, person: str) -> str:
        return f"R-{self.number}-{self.persons.index(person) + 1}"

    def _get(self, visitor: Visitor, path: str) -> Json:
        self.requests += 1
        seen: Json = visitor.get(path)
        return seen

    def _post(self, visitor: Visitor, path: str, body: Json | None = None) -> Json:
        key = str(uuid4())
        answers = [self._answer(visitor, path, body, key) for _ in range(2 if self.twice else 1)]
        assert answers[0] == answers[-1], f"{path} answers differently the second time"
        return answers[0]

    def _answer(self, visitor: Visitor, path: str, body: Json | None, key: str) -> Json:
        """The answer; who is told to try again with the same key does so."""
        while True:
            self.requests += 1
            try:
                answer: Json = visitor.post(path, body, key=key)
            except RefusedAtTheDesk as refused:
                if refused.code != "not_ready":
                    raise
            else:
                if answer.get("state") != BEING_PREPARED:
                    return answer
