"""Builders: plain functions with defaults, and an application whose road is walked on paper, without any server."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from schemas.application import HandedIn, Journey, RoadPlan
from schemas.checked import Checked, FoundByRule, PackageSealed
from schemas.commands import (
    BeginLodging,
    ClaimTask,
    Command,
    CompleteTask,
    EndLodging,
    HandInCorrection,
    NewFinding,
    RecordMoreRequested,
    RecordResult,
    ReviewVerdict,
    SecondVerdict,
    Verdict,
)
from schemas.events import Event, Happening
from schemas.filing import Filing, Receipt, ResultKind, Way
from schemas.findings import UNSETTLED, FindingSettled, FindingState, Severity
from schemas.folding import fold
from schemas.identifiers import application_number
from schemas.parties import ROAD, Actor
from schemas.refusals import Refused
from schemas.splitting import Origin
from schemas.standing import PersonLine, Stage, Standing
from schemas.tasks import Task, TaskKind
from workflows import advance_review, filing, human_tasks, intake, result_receipt
from workflows.deciding import complete
from workflows.road import next_steps
from workflows.situation import Decision, Happenings, Situation

NUMBER = application_number(2026, 20_261_122)
ORGANISATION = "org-1"
MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
CLIENT = Actor(id="acc-client", capacity="client")
REVIEWER = Actor(id="acc-reviewer", capacity="reviewer")
OTHER_REVIEWER = Actor(id="acc-reviewer-2", capacity="reviewer")
SECOND = Actor(id="acc-second", capacity="second_reviewer")
HANDLER = Actor(id="acc-handler", capacity="handler")
OTHER_HANDLER = Actor(id="acc-handler-2", capacity="handler")
MANAGER = Actor(id="acc-manager", capacity="manager")
STEPS_AT_MOST = 50


def a_plan(**changes: Any) -> RoadPlan:
    """A plan with one review level and release of results; the holidays of the turn of the year."""
    plan: dict[str, Any] = {
        "review_levels": 1,
        "delivery": "release",
        "result_kinds": ("accredited", "refused", "returned", "withdrawn"),
        "channels": ("post", "counter"),
        "correction_rounds": 20,
        "correction_days": 14,
        "correction_clock": "calendar",
        "remind_days_before": (7, 3, 1),
        "review_office_days": 5,
        "expected_days": 60,
        "holidays": (date(2026, 11, 23), date(2027, 1, 1), date(2027, 1, 11)),
        "machine_channel": True,
    }
    return RoadPlan.model_validate(plan | changes)


def handed_in(
    *persons: str, number: str = NUMBER, at: datetime = MONDAY, plan: RoadPlan | None = None
) -> HandedIn:
    """What was handed in for these persons (p1 alone unless named)."""
    return HandedIn(
        number=number,
        organisation_id=ORGANISATION,
        procedure="otit.plan.accreditation.D",
        map_version=date(2026, 11, 22),
        persons=persons or ("p1",),
        plan=plan or a_plan(),
        handed_in_by=CLIENT.id,
        handed_in_at=at,
    )


def a_journey(*persons: str, number: str = NUMBER, plan: RoadPlan | None = None) -> Journey:
    """The input of a road that begins."""
    return Journey(handed_in=handed_in(*persons, number=number, plan=plan))


def found(place: str, person: str | None = "p1", severity: Severity = Severity.CORRECT) -> FoundByRule:
    """One thing a rule found about a field."""
    return FoundByRule(
        key=f"rule|{person or '-'}|{place}",
        rule_id="rule",
        severity=severity,
        person_id=person,
        place_kind="field",
        place=place,
    )


def a_remark(
    person: str | None = "p1", severity: Severity = Severity.CORRECT, remark_id: str = "remark-1"
) -> NewFinding:
    """A finding that a reviewer raises about a field."""
    return NewFinding(
        remark_id=remark_id, severity=severity, person_id=person, place_kind="field", place="wage"
    )


def settled(finding_id: str, state: FindingState, reason: str | None = None) -> FindingSettled:
    """A finding settled in this way."""
    return FindingSettled(finding_id=finding_id, state=state, remark_id=reason)


class PaperRoad:
    """One application walked on paper: the same decisions and steps as the workflow, noted in the same order."""

    def __init__(
        self,
        *persons: str,
        number: str = NUMBER,
        plan: RoadPlan | None = None,
        at: datetime = MONDAY,
        steps: bool = True,
        origin: Origin | None = None,
    ) -> None:
        begins = handed_in(*persons, number=number, plan=plan, at=at)
        self.handed_in = begins.model_copy(update={"origin": origin})
        self.now = at
        self.events: list[Event] = []
        self._standing: Standing | None = None
        self._acts = count(1)
        self._steps = steps
        self.note(intake.begun(self.handed_in))

    @property
    def standing(self) -> Standing:
        """Where it stands now."""
        assert self._standing is not None
        return self._standing

    @property
    def situation(self) -> Situation:
        """What a decision looks at now."""
        return Situation(standing=self.standing, plan=self.handed_in.plan, now=self.now)

    @property
    def kinds(self) -> list[str]:
        """The kinds of all events so far."""
        return [event.body.kind for event in self.events]

    def note(self, happenings: Iterable[Happening], actor: Actor = ROAD) -> None:
        """Happenings become events and are folded."""
        for body in happenings:
            event = Event(seq=len(self.events) + 1, at=self.now, actor=actor, body=body)
            self._standing = fold(self._standing, event)
            self.events.append(event)

    def take_steps(self) -> None:
        """What the road does by itself; an endless road is an error."""
        for _ in range(STEPS_AT_MOST):
            happenings = next_steps(self.situation)
            if not happenings:
                return
            self.note(happenings)
        raise AssertionError("the road does not come to rest")

    def act(self, decide: Decision, command: Command) -> Happenings:
        """Carry out one act: decide, note, take steps. Answers what was decided; raises Refused."""
        happenings = decide(self.situation, command)
        self.note(happenings, command.actor)
        if self._steps:
            self.take_steps()
        return happenings

    def wait(self, **span: float) -> None:
        """Let time pass, then let the road take its steps."""
        self.now += timedelta(**span)
        self.take_steps()

    def check(self, *findings: FoundByRule, offices: Mapping[str, str] | None = None) -> None:
        """The automatic checks of everybody at intake."""
        persons = self.standing.at_stage(Stage.INTAKE)
        routed = dict(offices) if offices is not None else dict.fromkeys(persons, "tokyo")
        checked = Checked(pack_version="1", found=findings, offices=routed, chosen_offices_stay=True)
        self.note(intake.checks_run(self.situation, persons, checked))
        self.take_steps()

    def ask(self, kind: type[Command], actor: Actor, **values: Any) -> Any:
        """A command with a fresh act id."""
        return kind.model_validate({"actor": actor, "act_id": f"act-{next(self._acts)}", **values})

    def person(self, person_id: str = "p1") -> PersonLine:
        """One person's line."""
        return self.situation.person(person_id)

    def task(self, kind: TaskKind) -> Task:
        """The latest open task of this kind. Raises Refused when there is none."""
        tasks = self.standing.open_tasks(kind)
        if not tasks:
            raise Refused("no_such_task", "task_id")
        return tasks[-1]

    def filing(self) -> Filing:
        """The latest filing. Raises Refused when there is none."""
        if not self.standing.filings:
            raise Refused("no_such_filing", "filing_id")
        return self.standing.filings[-1]

    def claim(self, kind: TaskKind, actor: Actor) -> None:
        """Take the latest task of this kind."""
        self.act(human_tasks.claim, self.ask(ClaimTask, actor, task_id=self.task(kind).id))

    def decide(self, kind: TaskKind, verdict: Verdict, actor: Actor) -> Happenings:
        """Decide the latest task of this kind."""
        return self.act(complete, self.ask(CompleteTask, actor, task_id=self.task(kind).id, verdict=verdict))

    def review(
        self, *raised: NewFinding, by: Actor = REVIEWER, settled: tuple[FindingSettled, ...] = ()
    ) -> None:
        """The first verdict."""
        self.decide(TaskKind.REVIEW, ReviewVerdict(raised=raised, settled=settled), by)

    def pass_all(self, by: Actor = REVIEWER) -> None:
        """The first verdict that leaves nothing open."""
        unsettled = [each.id for each in self.standing.findings if each.state in UNSETTLED]
        items = tuple(settled(each, FindingState.VERIFIED, "reason") for each in unsettled)
        self.decide(TaskKind.REVIEW, ReviewVerdict(settled=items), by)

    def come_back(self, person: str, by: Actor = REVIEWER, **offices: str) -> None:
        """This person's correction is handed in, checked and passed."""
        self.correct(person)
        self.check(offices=offices or None)
        self.pass_all(by)

    def second_review(self, *sent_back: str, by: Actor = SECOND) -> None:
        """The second verdict."""
        reason = "remark-back" if sent_back else None
        self.decide(TaskKind.SECOND_REVIEW, SecondVerdict(sent_back=sent_back, remark_id=reason), by)

    def correct(self, *persons: str, round: int | None = None) -> None:
        """The client hands in a correction round for these persons (all when none is named)."""
        command = self.ask(
            HandInCorrection,
            CLIENT,
            round=round or self.standing.round + 1,
            persons=persons or self.handed_in.persons,
            handed_in_at=self.now,
        )
        self.act(advance_review.hand_in_correction, command)

    def begin(
        self,
        by: Actor = HANDLER,
        way: Way = Way.BY_HAND,
        filing_id: str | None = None,
        *,
        second_asked: bool = False,
    ) -> Filing:
        """Begin the latest (or this) filing."""
        chosen = filing_id or self.filing().id
        command = self.ask(BeginLodging, by, filing_id=chosen, channel="post", way=way)
        sealed = PackageSealed(sha256="ab" * 32, second_asked=second_asked)
        self.act(lambda situation, given: filing.begin(situation, given, sealed), command)
        return self.situation.filing(chosen)

    def end(self, outcome: str = "confirmed", by: Actor = HANDLER, filing_id: str | None = None) -> None:
        """Say how the latest (or this) filing ended; numbers are made from the persons' ids."""
        chosen = self.situation.filing(filing_id or self.filing().id)
        reason = "remark-end" if outcome in ("refused", "not_sent") else None
        receipts = receipts_for(chosen) if outcome == "confirmed" else ()
        values = {"filing_id": chosen.id, "outcome": outcome, "receipts": receipts, "remark_id": reason}
        self.act(filing.end, self.ask(EndLodging, by, **values))

    def lodge(self, by: Actor = HANDLER) -> None:
        """Begin and confirm the latest filing."""
        self.begin(by)
        self.end(by=by)

    def ask_for_more(self, *persons: str, due_on: date | None = None) -> None:
        """The authority asks for more about these persons (p1 unless named)."""
        values = {"persons": persons or ("p1",), "remark_id": "remark-more", "due_on": due_on}
        self.act(result_receipt.more_requested, self.ask(RecordMoreRequested, HANDLER, **values))

    def result(
        self,
        person: str = "p1",
        result: ResultKind = ResultKind.ACCREDITED,
        valid_to: date | None = None,
    ) -> Happenings:
        """The authority decides about one person."""
        values = {
            "person_id": person,
            "receipt": receipt_of(person),
            "result": result,
            "valid_to": valid_to,
        }
        command = self.ask(RecordResult, HANDLER, decided_on=self.now.date(), **values)
        return self.act(result_receipt.record_result, command)


def receipt_of(person: str) -> str:
    """The number the authority gives this person."""
    return f"OTIT-26-{person}"


def receipts_for(chosen: Filing) -> tuple[Receipt, ...]:
    """Numbers for everybody of a first filing; later ones get none."""
    if chosen.kind != "first":
        return ()
    return tuple(Receipt(person_id=person, number=receipt_of(person)) for person in chosen.persons)


def at_review(*persons: str, plan: RoadPlan | None = None) -> PaperRoad:
    """A road whose persons were checked and wait for the first review."""
    road = PaperRoad(*persons, plan=plan)
    road.check()
    return road


def ready(*persons: str, plan: RoadPlan | None = None) -> PaperRoad:
    """A road whose persons passed the only review: a filing is prepared."""
    road = at_review(*persons, plan=plan)
    road.review()
    return road


def lodged(*persons: str, plan: RoadPlan | None = None) -> PaperRoad:
    """A road whose persons the authority has."""
    road = ready(*persons, plan=plan)
    road.lodge()
    return road
