"""Eighteen trainees of one plan, lodged in parts: answers in any order, and every kind of interruption between."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from infra.dev.demo.contents import PLAN
from infra.dev.demo.day import dispositions, review, second_review
from infra.dev.demo.visitor import Json, Visitor, eventually
from tests.faults.lodgings import LONG_SECONDS, NOT_THERE
from tests.faults.lookout import Lookout
from tests.journeys.office import Office, refusal
from tests.journeys.sown import a_group

SIZE = 18
IN_FLIGHT_SECONDS = 0.3
BY_TWO = "counter"
"""The channel for which this desk wants two people."""
SLOW_SECONDS = 6.0
"""Long enough for a kill on a busy machine; shorter than what the desk waits for an answer."""
FOLLOW_UP = "otit.plan.accreditation.E"
EXPIRED = "handler-3"


@dataclass
class Group:
    """One application of eighteen, who of them goes which way, and what was seen on it."""

    office: Office
    number: str
    persons: tuple[str, ...]
    looks: int = 0
    elsewhere: list[str] = field(default_factory=list)
    found_out: dict[str, bool] = field(default_factory=dict)
    not_entitled: tuple[int, str] = (0, "")
    killed: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    begun: Json = field(default_factory=dict)
    draft: Json = field(default_factory=dict)

    @property
    def prompt(self) -> tuple[str, ...]:
        """Nothing is asked of them: they are lodged first."""
        return self.persons[:12]

    @property
    def second(self) -> tuple[str, ...]:
        """They correct at once and follow."""
        return self.persons[12:15]

    @property
    def cut_off(self) -> str:
        """He is lodged over a line that breaks."""
        return self.persons[15]

    @property
    def late(self) -> str:
        """He corrects when the others have their results."""
        return self.persons[16]

    @property
    def leaves(self) -> str:
        """He is withdrawn before he was lodged."""
        return self.persons[17]

    @property
    def accredited(self) -> tuple[str, ...]:
        """Whose plan is accredited in the end."""
        return (self.persons[0], self.persons[2], *self.persons[6:12], *self.second, self.cut_off)

    def expected(self) -> dict[str, str]:
        """How the authority decides about everybody."""
        ends = dict.fromkeys(self.accredited, "accredited")
        ends |= {self.persons[1]: "refused", self.persons[3]: "refused", self.late: "refused"}
        ends |= {self.persons[4]: "returned", self.persons[5]: "withdrawn", self.leaves: "withdrawn"}
        return ends


def live_through(office: Office) -> Group:
    """The whole story."""
    sown = a_group(office, PLAN, SIZE)
    group = Group(office, sown.number, sown.persons)
    office.people.client.hand_in(group.number)
    office.open_task(group.number, "review")
    with Lookout(office.desk, group.number, frozenset(group.persons)) as lookout:
        _reviewed_in_part(group)
        first = _lodged_while_the_worker_dies(group)
        second = _answered_after_a_time_out(group)
        third = _cut_off(group)
        _found(group, first, office.people.other_handler)
        _answers_in_any_order(group, first, second)
        fourth = _late_follower(group)
        _decided_while_the_worker_dies(group, first, second, third, fourth)
        _handed_over(group)
    group.looks, group.elsewhere = lookout.looks, lookout.troubles
    _goes_on(group)
    return group


def _reviewed_in_part(group: Group) -> None:
    """Six are asked to correct; the others go on."""
    people, number = group.office.people, group.number
    task = people.reviewer.task(number, "review")
    people.reviewer.post(f"/v1/tasks/{task['id']}/claim")
    asked = (*group.second, group.cut_off, group.late, group.leaves)
    remarks = [_remark(group, task, person) for person in asked]
    seen = people.reviewer.get(f"/v1/tasks/{task['id']}")
    verdict = {"kind": "review", "remark_ids": remarks, "settled": dispositions(seen["findings"])}
    people.reviewer.post(f"/v1/tasks/{task['id']}/complete", {"verdict": verdict})
    second_review(people, number)


def _remark(group: Group, task: Json, person: str) -> str:
    body = {
        "task_id": task["id"],
        "severity": "correct",
        "place_kind": "field",
        "place": "name_latin",
        "person_id": person,
        "words": "旅券の表記と一致しません。",
    }
    remark = group.office.people.reviewer.post(f"/v1/applications/{group.number}/remarks", body)
    return str(remark["id"])


def _lodged_while_the_worker_dies(group: Group) -> str:
    """The first part, by machine; who is not entitled is refused first. The worker dies in the act."""
    office, authority = group.office, group.office.people.authority
    filing = _prepared(group)
    expired = office.visitor(EXPIRED)
    group.not_entitled = refusal(expired.post, f"/v1/filings/{filing}/begin", {"channel": "post"})
    authority.be("slow", slow_seconds=SLOW_SECONDS)
    _begin_by_machine(group, filing, "post")
    _wait_for_the_act(group, filing)
    _kill(group, "worker")
    authority.be("normal")
    _start_again(group, "worker")
    return filing


def _answered_after_a_time_out(group: Group) -> str:
    """The second part, by machine; the authority takes it and says nothing in time."""
    _come_back(group, group.second)
    filing = _prepared(group)
    with group.office.people.authority.silent_after_accepting():
        _begin_by_machine(group, filing, "counter")
        _task_of(group, filing, "find_out")
    _found(group, filing, group.office.people.handler)
    return filing


def _cut_off(group: Group) -> str:
    """The authority's line is cut before it took the filing; nobody can know; then by hand, and the worker dies again."""
    people = group.office.people
    _come_back(group, (group.cut_off,))
    filing = _prepared(group)
    people.authority.be("slow", slow_seconds=SLOW_SECONDS)
    _begin_by_machine(group, filing, "post")
    _wait_for_the_act(group, filing)
    _kill(group, "authority")
    _start_again(group, "authority")
    people.authority.be("normal")
    _found(group, filing, people.handler)
    other = people.other_handler
    other.decide(_task_of(group, filing, "confirm_absent"), {"kind": "absent_confirmed", "absent": True})
    return _by_hand(group, other, "counter", dies_meanwhile=True)


def _answers_in_any_order(group: Group, first: str, second: str) -> None:
    """More is asked about two, of whom one is decided meanwhile; one is refused, one returned, one withdrawn; twice told."""
    office, authority = group.office, group.office.people.authority
    quick, asked, overtaken, refused, returned, withdrawn = group.persons[:6]
    numbers = authority.receipts(first)
    authority.be("answer_twice")
    for person in (overtaken, asked):
        authority.ask_for_more(numbers[person])
    authority.decide(numbers[refused], "refused")
    authority.decide(authority.receipts(second)[group.second[1]], "accredited")
    authority.decide(numbers[returned], "returned")
    authority.decide(numbers[quick], "accredited")
    _wait_for_stage(group, overtaken, "more_requested")
    _wait_for_stage(group, asked, "more_requested")
    authority.decide(numbers[overtaken], "accredited")
    _withdraw(group, withdrawn)
    _by_hand(group, office.people.handler, "counter")
    _withdraw(group, group.leaves)
    _come_back(group, (asked,))
    _by_hand(group, office.people.handler, "post")


def _late_follower(group: Group) -> str:
    """Others have their results already."""
    eventually(lambda: group.office.person(group.number, group.persons[0])["result"], "the first results")
    _come_back(group, (group.late,))
    return _by_hand(group, group.office.people.other_handler, "counter")


def _decided_while_the_worker_dies(group: Group, *filings: str) -> None:
    """Everybody who has no result yet gets it, the last one first, while nobody can record it."""
    authority = group.office.people.authority
    numbers = {person: receipt for each in filings for person, receipt in authority.receipts(each).items()}
    known = {line["person_id"] for line in group.office.case(group.number)["persons"] if line["result"]}
    ends = group.expected()
    _kill(group, "worker")
    for person in [each for each in reversed(group.persons) if each in numbers and each not in known]:
        if ends[person] != "withdrawn":
            authority.decide(numbers[person], ends[person])
    _start_again(group, "worker")


def _handed_over(group: Group) -> None:
    """Originals go out as they come in, in several turns, until the application has closed."""
    office, handler = group.office, group.office.people.handler
    ends = time.monotonic() + LONG_SECONDS
    while not (case := office.case(group.number))["closed_at"]:
        for task in case["tasks"]:
            if task["kind"] == "hand_over" and not task["closed_at"]:
                handler.decide(task, {"kind": "handed_over", "words": "簡易書留で送付"})
        if time.monotonic() > ends:
            raise TimeoutError(f"{group.number} has not closed")
        time.sleep(IN_FLIGHT_SECONDS)
    office.people.authority.be("normal")


def _goes_on(group: Group) -> None:
    """The next stage's plan is there to be begun, for those who are accredited, with what is known already."""
    client, path = group.office.people.client, f"/v1/applications/{group.number}/next"

    def noted() -> bool:
        ahead = [each["person_id"] for each in client.get(path) if each["follow_up"] == FOLLOW_UP]
        return set(ahead) == set(group.accredited)

    eventually(noted, "what comes next for everybody accredited")
    persons = [each for each in group.persons if each in group.accredited]
    group.begun = client.post(path, {"follow_up": FOLLOW_UP, "persons": persons})
    group.draft = client.get(f"/v1/applications/{group.begun['number']}")


def _come_back(group: Group, persons: Iterable[str]) -> None:
    """The client corrects what was asked of these persons; both reviews pass them."""
    people, number = group.office.people, group.number
    changed = {person: {"name_latin": "SAMPLE PERSON CORRECTED"} for person in persons}
    people.client.change(number, {"persons": changed})
    people.client.post(f"/v1/applications/{number}/corrections", {"persons": list(changed)})
    review(people, number)
    second_review(people, number)


def _withdraw(group: Group, person: str) -> None:
    body = {"persons": [person], "reason": "退職 / left the company"}
    group.office.people.client.post(f"/v1/applications/{group.number}/withdrawal", body)


def _begin_by_machine(group: Group, filing: str, channel: str) -> None:
    group.office.people.handler.post(f"/v1/filings/{filing}/begin", {"channel": channel, "way": "machine"})


def _by_hand(group: Group, handler: Visitor, channel: str, *, dies_meanwhile: bool = False) -> str:
    """Begin, carry it to the authority, say how it ended, at the counter by two; perhaps the worker dies meanwhile."""
    filing = _prepared(group)
    handler.post(f"/v1/filings/{filing}/begin", {"channel": channel})
    begun = handler.get(f"/v1/filings/{filing}")["filing"]
    if dies_meanwhile:
        _kill(group, "worker")
    receipts = group.office.people.authority.take(begun)
    if dies_meanwhile:
        _start_again(group, "worker")
    given = [{"person_id": person, "number": number} for person, number in receipts.items()]
    ended = {"outcome": "confirmed", "receipts": given if begun["kind"] == "first" else []}
    handler.post(f"/v1/filings/{filing}/end", ended)
    if channel == BY_TWO:
        group.reported.append(handler.get(f"/v1/filings/{filing}")["filing"]["state"])
        people = group.office.people
        second = people.other_handler if handler is people.handler else people.handler
        second.post(f"/v1/filings/{filing}/end", ended)
    return filing


def _found(group: Group, filing: str, handler: Visitor) -> None:
    """This handler looks at the authority whether it has the filing."""
    authority = group.office.people.authority
    task = _task_of(group, filing, "find_out")
    arrived = authority.acceptances(filing) > 0
    group.found_out[filing] = arrived
    if not arrived:
        handler.decide(task, {"kind": "arrived", "arrived": False, "words": NOT_THERE})
        return
    given = [{"person_id": each, "number": number} for each, number in authority.receipts(filing).items()]
    handler.decide(task, {"kind": "arrived", "arrived": True, "receipts": given})


def _prepared(group: Group) -> str:
    """The filing that waits to be lodged, as soon as there is one."""

    def look() -> str | None:
        filings: list[Json] = group.office.case(group.number)["filings"]
        return next((str(each["id"]) for each in filings if each["state"] == "prepared"), None)

    return eventually(look, "a prepared filing")


def _task_of(group: Group, filing: str, kind: str) -> Json:
    """The open task of this kind about this filing, as soon as there is one."""

    def look() -> Json | None:
        tasks: list[Json] = group.office.case(group.number)["tasks"]
        about = (each for each in tasks if each["filing_id"] == filing and not each["closed_at"])
        return next((each for each in about if each["kind"] == kind), None)

    return eventually(look, f"{kind} of {filing}")


def _wait_for_stage(group: Group, person: str, stage: str) -> None:
    eventually(lambda: group.office.person(group.number, person)["stage"] == stage, f"{person} at {stage}")


def _wait_for_the_act(group: Group, filing: str) -> None:
    """Come back when the filing is on its way to the authority."""
    sent = "SELECT 1 FROM filing WHERE id = %s AND sent_at IS NOT NULL"
    eventually(lambda: group.office.rows(sent, filing), f"{filing} is sent")
    time.sleep(IN_FLIGHT_SECONDS)


def _kill(group: Group, name: str) -> None:
    group.killed.append(name)
    group.office.desk.kill(name)


def _start_again(group: Group, name: str) -> None:
    asyncio.run(group.office.desk.start(name))
