"""Plan accreditation: one of two persons corrects twice and follows; second review by another human; post, then counter."""

from dataclasses import dataclass

import pytest

from infra.dev.demo.contents import PLAN
from infra.dev.demo.day import ask_for_correction, correct, hand_over, lodge, second_review
from infra.dev.demo.visitor import eventually
from tests.journeys.office import Office, message_ids, refusal
from tests.journeys.proofs import troubles
from tests.journeys.sown import handed_in


@dataclass(frozen=True)
class Walked:
    """What was seen on the way."""

    number: str
    prompt: str
    slow: str
    stages_in_between: list[str]
    refused: tuple[int, str]
    rounds: int


@pytest.fixture(scope="module")
def walked(office: Office) -> Walked:
    people = office.people
    number, (prompt, slow) = handed_in(office, PLAN, 2)
    ask_for_correction(people, number, slow, "旅券の表記と一致しません。")
    second_review(people, number)
    first = lodge(people, number, "post")
    stages = [line["stage"] for line in office.case(number)["persons"]]
    correct(people, number, slow)
    ask_for_correction(people, number, slow, "まだ一致しません。")
    correct(people, number, slow)
    same = office.visitor("second-reviewer-1")
    office.review(number, same)
    again = office.open_task(number, "second_review")
    refused = refusal(same.post, f"/v1/tasks/{again['id']}/claim")
    other = office.visitor("second-reviewer-2")
    other.decide(other.task(number, "second_review"), {"kind": "second_review"})
    later = lodge(people, number, "counter", handler=people.other_handler)
    for filing in (later, first):
        people.authority.decide_all(filing["id"], "accredited")
    hand_over(people, number, 2)
    office.closed(number)
    return Walked(number, prompt, slow, stages, refused, office.case(number)["round"])


def test_both_are_accredited_in_the_end(office: Office, walked: Walked) -> None:
    assert office.results(walked.number) == ["accredited", "accredited"]


def test_the_prompt_one_is_lodged_while_the_other_corrects(walked: Walked) -> None:
    assert walked.stages_in_between == ["lodged", "correction"]


def test_each_correction_is_a_round_of_its_own(office: Office, walked: Walked) -> None:
    handed = office.rows("SELECT round, persons FROM hand_in WHERE number = %s ORDER BY round", walked.number)

    assert walked.rounds == 3
    assert handed == [(1, [walked.prompt, walked.slow]), (2, [walked.slow]), (3, [walked.slow])]


def test_who_reviewed_first_cannot_review_again(walked: Walked) -> None:
    assert walked.refused == (403, "same_person")


def test_the_two_are_lodged_at_different_times_through_different_channels(
    office: Office, walked: Walked
) -> None:
    filings = [
        (each["channel"], each["persons"], each["state"]) for each in office.case(walked.number)["filings"]
    ]

    assert sorted(filings) == [
        ("counter", [walked.slow], "confirmed"),
        ("post", [walked.prompt], "confirmed"),
    ]


def test_history_standing_and_balls_agree(office: Office, walked: Walked) -> None:
    assert troubles(office.desk, walked.number) == []


def test_requests_to_correct_and_what_can_be_begun_with_the_result_were_told_once_each(
    office: Office, walked: Walked
) -> None:
    opened = "SELECT id FROM notice WHERE number = %s AND kind = 'next_opens'"
    eventually(
        lambda: office.rows(opened, walked.number), "the certificate of eligibility can be applied for"
    )
    letters = office.all_told(walked.number)

    kinds = office.rows("SELECT kind, count(*) FROM notice WHERE number = %s GROUP BY kind", walked.number)
    assert dict(kinds)["correction_requested"] == 2
    assert (dict(kinds)["lodged"], dict(kinds)["next_opens"]) == (2, 1)
    assert len(set(message_ids(letters))) == len(letters) == sum(count for _, count in kinds)
