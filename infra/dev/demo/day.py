"""The sample day's stories. Each takes one application from hand-in to result and says where it must arrive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from infra.dev.demo.authority import AuthorityDesk
from infra.dev.demo.contents import EXTENSION, PLAN
from infra.dev.demo.visitor import Json, Visitor, eventually

Tell = Callable[[str], None]


@dataclass(frozen=True)
class People:
    """Who takes part."""

    client: Visitor
    reviewer: Visitor
    second_reviewer: Visitor
    handler: Visitor
    other_handler: Visitor
    manager: Visitor
    authority: AuthorityDesk
    today: date

    def leave(self) -> None:
        """Everybody closes his connections."""
        visitors = (self.client, self.reviewer, self.second_reviewer, self.handler, self.other_handler)
        for each in (*visitors, self.manager, self.authority):
            each.close()


@dataclass(frozen=True)
class Story:
    """One application's story and the results it must end with, by kind."""

    title_ja: str
    title_en: str
    run: Callable[[People, Tell], str]
    results: Mapping[str, int]


def dispositions(findings: list[Json]) -> list[Json]:
    """A reviewer's answers: what the rules propose in a sample is dismissed with a reason, what was answered is verified."""
    words = "見本のため確認済み / checked, this is a sample"
    proposed = [each["id"] for each in findings if each["state"] == "proposed"]
    answered = [each["id"] for each in findings if each["state"] == "answered"]
    return [{"finding_id": each, "state": "dismissed", "words": words} for each in proposed] + [
        {"finding_id": each, "state": "verified"} for each in answered
    ]


def review(people: People, number: str) -> None:
    """The first review passes."""
    task = people.reviewer.task(number, "review")
    people.reviewer.post(f"/v1/tasks/{task['id']}/claim")
    seen = people.reviewer.get(f"/v1/tasks/{task['id']}")
    verdict = {"kind": "review", "settled": dispositions(seen["findings"])}
    people.reviewer.post(f"/v1/tasks/{task['id']}/complete", {"verdict": verdict})


def second_review(people: People, number: str) -> None:
    """The second review, by another person, passes."""
    people.second_reviewer.decide(
        people.second_reviewer.task(number, "second_review"), {"kind": "second_review"}
    )


def ask_for_correction(people: People, number: str, person_id: str, words: str) -> None:
    """The reviewer raises one finding about one person; the others go on."""
    task = people.reviewer.task(number, "review")
    people.reviewer.post(f"/v1/tasks/{task['id']}/claim")
    remark = people.reviewer.post(
        f"/v1/applications/{number}/remarks",
        {
            "task_id": task["id"],
            "severity": "correct",
            "place_kind": "field",
            "place": "name_latin",
            "person_id": person_id,
            "words": words,
        },
    )
    seen = people.reviewer.get(f"/v1/tasks/{task['id']}")
    verdict = {
        "kind": "review",
        "remark_ids": [remark["id"]],
        "settled": dispositions(seen["findings"]),
    }
    people.reviewer.post(f"/v1/tasks/{task['id']}/complete", {"verdict": verdict})


def lodge(people: People, number: str, channel: str, *, handler: Visitor | None = None) -> Json:
    """A handler lodges by hand: package, intent, the act at the authority, receipt numbers."""
    lodger = handler or people.handler
    task = lodger.task(number, "lodge")
    filing: Json = lodger.get(f"/v1/filings/{task['filing_id']}")["filing"]
    lodger.post(f"/v1/filings/{filing['id']}/begin", {"channel": channel})
    begun: Json = lodger.get(f"/v1/filings/{filing['id']}")["filing"]
    receipts = people.authority.take(begun)
    given = [{"person_id": person, "number": receipt} for person, receipt in receipts.items()]
    first = begun["kind"] == "first"
    lodger.post(
        f"/v1/filings/{filing['id']}/end", {"outcome": "confirmed", "receipts": given if first else []}
    )
    return begun


def lodge_by_machine(people: People, number: str, channel: str) -> Json:
    """The same protocol, carried out by the machine channel of the simulator."""
    task = people.handler.task(number, "lodge")
    filing: Json = people.handler.get(f"/v1/filings/{task['filing_id']}")["filing"]
    people.handler.post(f"/v1/filings/{filing['id']}/begin", {"channel": channel, "way": "machine"})
    return filing


def correct(people: People, number: str, person_id: str) -> None:
    """The client corrects the one field and hands in the next round."""
    findings = eventually(
        lambda: people.client.get(f"/v1/applications/{number}/findings")["persons_to_correct"], "the findings"
    )
    assert person_id in findings  # noqa: S101  the demo fails loudly
    people.client.change(number, {"persons": {person_id: {"name_latin": "SAMPLE PERSON CORRECTED"}}})
    people.client.post(f"/v1/applications/{number}/corrections")


def begin(people: People, tell: Tell, procedure: str, persons: int) -> tuple[str, list[str]]:
    """Draft, content, documents, hand-in."""
    draft = people.client.complete_application(procedure, persons, people.today)
    number = draft["number"]
    handed = people.client.hand_in(number)
    tell(
        f"{number}: 受付 handed in, {persons} 人 persons, receipt {handed['receipt']['manifest_sha256'][:12]}…"
    )
    return number, draft["persons"]


def extension_permitted(people: People, tell: Tell) -> str:
    """The straight road: extension for two persons, machine channel, permitted."""
    number, _ = begin(people, tell, EXTENSION, 2)
    review(people, number)
    tell(f"{number}: 点検済み reviewed")
    filing = lodge_by_machine(people, number, "online")
    tell(f"{number}: 提出 lodging through the machine channel")
    people.authority.decide_all(filing["id"], "permitted")
    return number


def plan_with_correction(people: People, tell: Tell) -> str:
    """Plan accreditation for three persons: one corrects and follows; second review; by post; originals handed over."""
    number, persons = begin(people, tell, PLAN, 3)
    ask_for_correction(
        people, number, persons[1], "旅券の表記と一致しません。 / It differs from the passport."
    )
    tell(f"{number}: 1人に補正依頼 one person asked to correct, two go on")
    second_review(people, number)
    first = lodge(people, number, "post")
    tell(f"{number}: 2人分を提出 two persons lodged")
    correct(people, number, persons[1])
    review(people, number)
    second_review(people, number)
    later = lodge(people, number, "counter", handler=people.other_handler)
    tell(f"{number}: 補正後の1人を提出 the third follows")
    for filing in (first, later):
        people.authority.decide_all(filing["id"], "accredited")
    hand_over(people, number, 3)
    return number


def hand_over(people: People, number: str, persons: int) -> None:
    """Originals go to the client until nobody waits for them."""
    handed = 0
    while handed < persons:
        task = people.handler.task(number, "hand_over")
        people.handler.decide(
            task, {"kind": "handed_over", "words": "簡易書留で送付 / sent by registered post"}
        )
        # others may have joined the task until it was taken
        handed += len(people.handler.get(f"/v1/tasks/{task['id']}")["task"]["persons"])


def more_requested(people: People, tell: Tell) -> str:
    """The bureau asks for more about one of two; the supplement is lodged; results at different times, one refused."""
    number, persons = begin(people, tell, EXTENSION, 2)
    review(people, number)
    filing = lodge(people, number, "online")
    receipts = people.authority.receipts(filing["id"])
    people.authority.decide(receipts[persons[0]], "permitted")
    people.authority.ask_for_more(receipts[persons[1]])
    tell(f"{number}: 追加資料の求め the bureau asks for more about one person")
    eventually(
        lambda: people.client.get(f"/v1/applications/{number}/findings")["persons_to_correct"], "the request"
    )
    people.client.attach(number, "tax_payment", persons[1])
    people.client.post(f"/v1/applications/{number}/corrections")
    review(people, number)
    lodge(people, number, "online")
    tell(f"{number}: 追加提出 supplement lodged")
    people.authority.decide(receipts[persons[1]], "refused")
    return number


def unknown_outcome(people: People, tell: Tell) -> str:
    """The authority accepts and then says nothing: a person finds out, nothing is sent twice."""
    number, _ = begin(people, tell, EXTENSION, 2)
    review(people, number)
    with people.authority.silent_after_accepting():
        filing = lodge_by_machine(people, number, "online")
        task = people.handler.task(number, "find_out")
    tell(f"{number}: 結果不明 outcome unknown, a handler looks it up")
    receipts = people.authority.receipts(filing["id"])
    given: list[dict[str, Any]] = [{"person_id": p, "number": r} for p, r in receipts.items()]
    people.handler.decide(task, {"kind": "arrived", "arrived": True, "receipts": given})
    assert people.authority.acceptances(filing["id"]) == 1  # noqa: S101  the demo fails loudly
    people.authority.decide_all(filing["id"], "permitted")
    return number


def withdrawn_before_lodging(people: People, tell: Tell) -> str:
    """One of two is withdrawn during the review; the other goes on."""
    number, persons = begin(people, tell, EXTENSION, 2)
    people.reviewer.task(number, "review")
    people.client.post(
        f"/v1/applications/{number}/withdrawal",
        {"persons": [persons[0]], "reason": "退職 / left the company"},
    )
    review(people, number)
    filing = lodge_by_machine(people, number, "online")
    people.authority.decide_all(filing["id"], "permitted")
    tell(f"{number}: 1人取下げ one withdrawn, one goes on")
    return number


STORIES = (
    Story("更新、そのまま許可", "Extension, permitted", extension_permitted, {"permitted": 2}),
    Story(
        "計画認定、補正と二次点検",
        "Plan, correction and second review",
        plan_with_correction,
        {"accredited": 3},
    ),
    Story("追加資料の求め", "The authority asks for more", more_requested, {"permitted": 1, "refused": 1}),
    Story("結果不明の提出", "Outcome unknown", unknown_outcome, {"permitted": 2}),
    Story("一部取下げ", "Withdrawn in part", withdrawn_before_lodging, {"withdrawn": 1, "permitted": 1}),
)
