"""Reviewing: drafts of findings, verdicts with reasons, what the client is told and when."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.remark_rows import NewRemark, RemarkKind, remark_id_of, write_remarks
from infra.database.tables import remark
from schemas.parties import Actor
from tests.api.staff.office_day import PLAN, OfficeDay, organisation, rows, somebody
from tests.api.statements import statements_of

REVIEWER = somebody("reviewer")
COLLEAGUE = somebody("reviewer", 1)
SECOND = somebody("second_reviewer")
MANAGER = somebody("manager")
WORDS = "氏名が旅券と違います。"


class Review:
    """One review that its reviewer has taken."""

    def __init__(self, day: OfficeDay, number: str, task: str, persons: tuple[str, ...]) -> None:
        self.day, self.number, self.task, self.persons = day, number, f"/v1/tasks/{task}", persons

    def draft(self, **changed: Any) -> dict[str, Any]:
        """The body of a draft about the first person's name."""
        return {
            "task_id": self.task.rpartition("/")[2],
            "severity": "correct",
            "place_kind": "field",
            "place": "name_latin",
            "person_id": self.persons[0],
            "words": WORDS,
        } | changed

    async def write(self, who: str = REVIEWER, **changed: Any) -> Any:
        """POST a draft."""
        return await self.day.act(who, f"/v1/applications/{self.number}/remarks", self.draft(**changed))

    async def written(self, **changed: Any) -> str:
        """The id of a new draft."""
        answer = await self.write(**changed)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def settle(self, state: str = "dismissed", words: str | None = "見本") -> list[dict[str, Any]]:
        """Every finding of the rules, settled in this way."""
        seen = await self.day.get(REVIEWER, self.task)
        return [{"finding_id": each["id"], "state": state, "words": words} for each in seen["findings"]]

    async def complete(self, who: str = REVIEWER, **verdict: Any) -> Any:
        """POST the verdict."""
        body = {"verdict": {"kind": "review", **verdict}}
        return await self.day.act(who, f"{self.task}/complete", body)

    async def drafts(self) -> Any:
        """What is written and not sent yet."""
        return (await self.day.get(REVIEWER, self.task))["drafts"]

    async def overview(self) -> Any:
        """The case as it stands."""
        return await self.day.get(REVIEWER, f"/v1/applications/{self.number}/overview")


async def taken_review(day: OfficeDay) -> Review:
    case = await day.handed_in(persons=2)
    task = await day.task_of(case.number, "review")
    await day.done(REVIEWER, f"/v1/tasks/{task['id']}/claim")
    return Review(day, case.number, task["id"], case.persons)


@pytest.fixture
async def review(day: OfficeDay) -> Review:
    return await taken_review(day)


@pytest.fixture(scope="module")
async def unfinished(shared_day: OfficeDay) -> Review:
    """A review nobody completes: for drafts, and for what is refused."""
    return await taken_review(shared_day)


async def test_a_draft_becomes_a_finding_when_the_review_is_completed(review: Review) -> None:
    draft = await review.written()

    answer = await review.complete(remark_ids=[draft], settled=await review.settle())

    case = await review.overview()
    raised = [each for each in case["findings"] if each["source"] == "reviewer"]
    stages = {each["person_id"]: each["stage"] for each in case["persons"]}
    assert answer.status_code == 200, answer.text
    assert [each["words"]["words"] for each in raised] == [WORDS]
    assert raised[0]["words"]["author"]["id"] == REVIEWER
    assert (raised[0]["state"], raised[0]["place"]) == ("open", "name_latin")
    assert stages[review.persons[0]] == "correction"
    assert stages[review.persons[1]] != "correction"


async def test_a_client_reads_a_finding_only_after_the_review(review: Review) -> None:
    draft = await review.written()
    before = await seen_by_client(review, draft)

    await review.complete(remark_ids=[draft], settled=await review.settle())

    assert before == []
    assert len(await seen_by_client(review, draft)) == 1


async def test_a_note_between_colleagues_stays_with_the_desk(review: Review) -> None:
    note = await review.written(severity="info")

    await review.complete(remark_ids=[note], settled=await review.settle())

    assert await seen_by_client(review, note) == []


async def seen_by_client(review: Review, remark_id: str) -> list[dict[str, Any]]:
    async with review.day.desk.database.as_client(organisation()) as connection:
        return await rows(connection, select(remark).where(remark.c.id == remark_id))


async def test_the_task_keeps_its_drafts_for_whoever_goes_on(review: Review) -> None:
    draft = await review.written()
    await review.day.done(REVIEWER, f"{review.task}/pass-on", {"to": COLLEAGUE})

    seen = await review.day.get(COLLEAGUE, review.task)

    assert [each["id"] for each in seen["drafts"]] == [draft]
    assert seen["drafts"][0]["words"] == WORDS


async def test_a_draft_is_changed_and_taken_away_by_its_author_only(review: Review) -> None:
    draft = f"/v1/remarks/{await review.written()}"

    foreign = await review.day.call(COLLEAGUE, "PATCH", draft, {"words": "x"})
    removed = await review.day.call(COLLEAGUE, "DELETE", draft)
    changed = await review.day.call(REVIEWER, "PATCH", draft, {"words": "別の言葉", "severity": "block"})
    seen = (await review.day.get(REVIEWER, review.task))["drafts"]
    gone = await review.day.call(REVIEWER, "DELETE", draft)

    assert (foreign.status_code, removed.status_code) == (404, 404)
    assert changed.status_code == 200
    assert [(each["words"], each["severity"]) for each in seen] == [("別の言葉", "block")]
    assert gone.status_code == 204
    assert (await review.day.get(REVIEWER, review.task))["drafts"] == []


async def test_what_was_sent_cannot_be_changed_any_more(review: Review) -> None:
    draft = await review.written()
    await review.complete(remark_ids=[draft], settled=await review.settle())

    changed = await review.day.call(REVIEWER, "PATCH", f"/v1/remarks/{draft}", {"words": "あとから"})
    removed = await review.day.call(REVIEWER, "DELETE", f"/v1/remarks/{draft}")

    assert (changed.status_code, removed.status_code) == (404, 404)


async def test_the_words_of_one_act_are_written_in_one_statement_and_once(day: OfficeDay) -> None:
    case = await day.drafted()
    key = await day.desk.keys.key_for(case.number)
    reasons = [
        NewRemark(
            id=remark_id_of(f"{case.number}/settled", place),
            organisation_id=case.organisation_id,
            number=case.number,
            kind=RemarkKind.REASON,
            author=Actor(id=REVIEWER, capacity="reviewer"),
            words=WORDS,
            for_client=True,
        )
        for place in range(90)
    ]

    async with day.desk.database.as_desk() as connection:
        with statements_of(connection) as sent:
            written = await write_remarks(connection, key, reasons, day.desk.now())
            again = await write_remarks(connection, key, reasons, day.desk.now())

    assert len(sent) == 2
    assert sorted(written) == sorted(each.id for each in reasons)
    assert again == []


async def test_a_refused_verdict_gives_the_drafts_back_and_forgets_its_reasons(review: Review) -> None:
    draft = await review.written()
    wrong = [{"finding_id": f"{review.number}.finding.9999", "state": "dismissed", "words": "無効"}]

    refused = await review.complete(remark_ids=[draft], settled=wrong)

    changed = await review.day.call(REVIEWER, "PATCH", f"/v1/remarks/{draft}", {"words": "まだ書ける"})
    written = await review.day.get(REVIEWER, f"/v1/applications/{review.number}/remarks")
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_finding")
    assert changed.status_code == 200
    assert [each["words"] for each in written] == ["まだ書ける"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"place": "no_such_field"}, "unknown_field"),
        ({"place_kind": "document", "place": "no_such_document"}, "unknown_document_kind"),
        ({"person_id": None}, "unknown_person"),
        ({"person_id": "p-somebody-else"}, "unknown_person"),
        ({"place_kind": "person", "person_id": None}, "unknown_person"),
        ({"words": "   "}, "malformed_request"),
        ({"words": "x" * 4_001}, "malformed_request"),
        ({"severity": "fatal"}, "malformed_request"),
        ({"author_id": "somebody"}, "malformed_request"),
        ({"task_id": "T26-00000000.task.1"}, "no_such_task"),
    ],
)
async def test_a_draft_about_nothing_that_exists_is_refused(
    unfinished: Review, changed: dict[str, Any], code: str
) -> None:
    before = await unfinished.drafts()

    answer = await unfinished.write(**changed)

    assert answer.json()["code"] == code
    assert await unfinished.drafts() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"words": "x" * 4_000},
        {"place_kind": "document", "place": "document_list", "person_id": None},
        {"place_kind": "person", "place": "application"},
        {"place_kind": "application", "person_id": None},
        {"place": "organisation_name", "person_id": None},
    ],
)
async def test_a_draft_may_point_at_a_field_a_document_a_person_or_the_whole(
    unfinished: Review, changed: dict[str, Any]
) -> None:
    answer = await unfinished.write(**changed)

    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] in [each["id"] for each in await unfinished.drafts()]


async def test_only_who_took_the_task_writes_drafts_for_it(day: OfficeDay, review: Review) -> None:
    other = await day.handed_in()
    waiting = Review(day, other.number, (await day.task_of(other.number, "review"))["id"], other.persons)

    of_another = await review.write(COLLEAGUE)
    not_taken = await waiting.write()

    assert of_another.json()["code"] == "task_of_another"
    assert not_taken.json()["code"] == "task_not_claimed"


async def test_the_same_draft_sent_twice_is_written_once(review: Review) -> None:
    path, key = f"/v1/applications/{review.number}/remarks", str(uuid4())

    first = await review.day.act(REVIEWER, path, review.draft(), key=key)
    again = await review.day.act(REVIEWER, path, review.draft(), key=key)
    other = await review.day.act(REVIEWER, path, review.draft(words="別"), key=key)

    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await review.day.get(REVIEWER, review.task))["drafts"]) == 1


async def test_a_draft_of_another_task_cannot_be_raised(day: OfficeDay, review: Review) -> None:
    other = await day.handed_in()
    task = await day.task_of(other.number, "review")
    await day.done(REVIEWER, f"/v1/tasks/{task['id']}/claim")
    foreign = await Review(day, other.number, task["id"], other.persons).written()

    answer = await review.complete(remark_ids=[foreign])

    assert (answer.status_code, answer.json()["field"]) == (404, "remark_ids")


async def test_dismissing_without_a_reason_is_refused(unfinished: Review) -> None:
    answer = await unfinished.complete(settled=await unfinished.settle(words=None))

    assert (answer.status_code, answer.json()["code"]) == (422, "reason_missing")


async def test_a_reviewer_cannot_waive(unfinished: Review) -> None:
    answer = await unfinished.complete(settled=await unfinished.settle("waived"))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_a_verdict_of_another_kind_is_refused(unfinished: Review) -> None:
    absent = {"kind": "absent_confirmed", "absent": True}

    answer = await unfinished.day.act(REVIEWER, f"{unfinished.task}/complete", {"verdict": absent})

    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_task_kind")


async def test_the_first_reviewer_cannot_be_the_second(day: OfficeDay) -> None:
    case = await day.handed_in(procedure=PLAN)
    both = SECOND
    await day.reviewed(case, both)
    task = await day.task_of(case.number, "second_review")

    himself = await day.act(both, f"/v1/tasks/{task['id']}/claim")
    another = await day.act(somebody("second_reviewer", 1), f"/v1/tasks/{task['id']}/claim")

    assert (himself.status_code, himself.json()["code"]) == (403, "same_person")
    assert another.status_code == 200


async def test_the_second_reviewer_sends_back_with_a_reason(day: OfficeDay) -> None:
    case = await day.handed_in(procedure=PLAN)
    await day.reviewed(case)
    task = f"/v1/tasks/{(await day.task_of(case.number, 'second_review'))['id']}"
    await day.done(SECOND, f"{task}/claim")
    back = {"kind": "second_review", "sent_back": list(case.persons)}

    silent = await day.act(SECOND, f"{task}/complete", {"verdict": back})
    said = await day.act(SECOND, f"{task}/complete", {"verdict": back | {"words": "賃金を再確認"}})

    written = await day.get(SECOND, f"/v1/applications/{case.number}/remarks")
    assert silent.json()["code"] == "reason_missing"
    assert said.status_code == 200, said.text
    assert "賃金を再確認" in [each["words"] for each in written]


async def test_a_manager_waives_one_finding_with_a_reason_the_client_may_read(review: Review) -> None:
    chosen = (await review.overview())["findings"][0]["id"]

    answer = await review.day.act(MANAGER, f"/v1/findings/{chosen}/waive", {"reason": "提出済みのため"})

    waived = next(each for each in (await review.overview())["findings"] if each["id"] == chosen)
    assert answer.status_code == 200, answer.text
    assert waived["state"] == "waived"
    assert [(each["words"], each["for_client"]) for each in waived["reasons"]] == [("提出済みのため", True)]


async def test_waiving_what_is_not_there_leaves_no_words(review: Review) -> None:
    answer = await review.day.act(
        MANAGER, f"/v1/findings/{review.number}.finding.9999/waive", {"reason": "なし"}
    )

    written = await review.day.get(MANAGER, f"/v1/applications/{review.number}/remarks")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_finding")
    assert written == []


async def test_the_same_waiver_sent_again_writes_its_reason_once(review: Review) -> None:
    chosen = (await review.overview())["findings"][0]["id"]
    key = str(uuid4())
    for _ in range(2):
        await review.day.act(MANAGER, f"/v1/findings/{chosen}/waive", {"reason": "一度だけ"}, key=key)

    written = await review.day.get(MANAGER, f"/v1/applications/{review.number}/remarks")

    assert [each["words"] for each in written] == ["一度だけ"]


async def test_a_task_that_is_done_is_neither_done_nor_taken_again(review: Review) -> None:
    await review.complete(settled=await review.settle())

    answers = [await review.complete(), await review.day.act(REVIEWER, f"{review.task}/claim")]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "task_closed")] * 2
