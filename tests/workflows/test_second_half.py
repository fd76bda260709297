"""The second half as a whole: nothing is lodged twice or lost; and a road that is broken on purpose is found out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from activities.ledger import rows
from schemas import folding
from schemas.commands import RecordResult
from schemas.events import Event, ResultRecorded, ResultsDelivered
from schemas.filing import LIVE, Filing, NotTaken, Receipt
from schemas.lodging_ends import LodgingConfirmed
from schemas.standing import PersonLine, Stage, Standing
from tests.workflows.bounds import bounded
from tests.workflows.outside import Register
from tests.workflows.second_half import PlayedSecondHalf
from workflows import filing, result_receipt
from workflows.situation import Happenings, Situation

BOUNDED = bounded(80, 40)
UNTIL_FOUND = settings(BOUNDED, max_examples=400, phases=[Phase.generate], report_multiple_bugs=False)

TestPlayedSecondHalf = PlayedSecondHalf.TestCase
TestPlayedSecondHalf.settings = BOUNDED


def trouble_found() -> str:
    """What the play finds wrong with the road as it is now; nothing when it finds nothing."""
    try:
        run_state_machine_as_test(PlayedSecondHalf, settings=UNTIL_FOUND)
    except AssertionError as found:
        return str(found)
    return ""


def test_who_sends_again_what_nobody_knows_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def sent_again(situation: Situation, each: Filing, reason: str) -> Happenings:
        return filing.failed(situation, each, "not_sent")

    monkeypatch.setattr(filing, "unknown", sent_again)

    assert "the authority has what the desk gave up" in trouble_found()


def test_who_gives_up_what_was_taken_in_part_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = filing.confirmed

    def all_or_nothing(
        situation: Situation, each: Filing, receipts: tuple[Receipt, ...], away: tuple[NotTaken, ...]
    ) -> Happenings:
        return filing.failed(situation, each, "refused") if away else kept(situation, each, receipts)

    monkeypatch.setattr(filing, "confirmed", all_or_nothing)

    assert "the authority has what the desk gave up" in trouble_found()


def test_a_result_that_overwrites_another_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def overwritten(situation: Situation, line: PersonLine, command: RecordResult) -> Happenings:
        told = {"person_id": command.person_id, "result": command.result, "decided_on": command.decided_on}
        return [ResultRecorded.model_validate(told)]

    monkeypatch.setattr(result_receipt, "_again", overwritten)

    assert "a result was overwritten" in trouble_found()


def test_a_fold_that_forgets_who_has_the_ball_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgotten(standing: Standing, event: Event) -> Standing:
        return standing

    monkeypatch.setattr(folding, "pass_balls", forgotten)

    assert "the ball is elsewhere" in trouble_found()


def test_a_decision_that_comes_out_differently_after_a_crash_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks = count()

    def later_each_time(situation: Situation) -> datetime:
        return situation.now + timedelta(seconds=next(ticks))

    monkeypatch.setattr(Situation, "review_due", property(later_each_time))

    assert "something else the second time" in trouble_found()


def test_who_lodges_without_being_asked_for_a_mandate_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_asked(register: Register, handler: str, at: datetime) -> None:
        return

    monkeypatch.setattr(Register, "insist", not_asked)

    assert "is not entrusted" in trouble_found()


def test_who_is_put_into_two_filings_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(situation: Situation) -> list[PersonLine]:
        lodged = Counter(p for each in situation.standing.filings if each.state in LIVE for p in each.persons)
        ready = (line for line in situation.standing.persons if line.stage is Stage.READY)
        return [line for line in ready if lodged[line.person_id] < 2]

    monkeypatch.setattr(filing, "_ready", twice)
    monkeypatch.setattr(filing, "_joinable", lambda situation, line: None)

    assert "in two live filings" in trouble_found()


def test_who_is_lodged_while_he_waits_for_another_application_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = filing._ready

    def impatient(situation: Situation) -> list[PersonLine]:
        lines = tuple(each.model_copy(update={"waits_for": None}) for each in situation.standing.persons)
        standing = situation.standing.model_copy(update={"persons": lines})
        return kept(replace(situation, standing=standing))

    monkeypatch.setattr(filing, "_ready", impatient)

    assert "waits for another application" in trouble_found()


def test_one_number_for_two_persons_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = filing.confirmed

    def the_same_for_all(
        situation: Situation, each: Filing, receipts: tuple[Receipt, ...], away: tuple[NotTaken, ...]
    ) -> Happenings:
        told = kept(situation, each, receipts, away)
        same = tuple(one.model_copy(update={"number": receipts[0].number}) for one in receipts)
        return [
            body.model_copy(update={"receipts": same}) if isinstance(body, LodgingConfirmed) else body
            for body in told
        ]

    monkeypatch.setattr(filing, "confirmed", the_same_for_all)

    assert "a number was given twice" in trouble_found()


def test_a_result_that_is_delivered_twice_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ResultsDelivered

    def twice(**given: object) -> ResultsDelivered:
        once = kept.model_validate(given)
        return once.model_copy(update={"persons": once.persons * 2})

    monkeypatch.setattr(result_receipt, "ResultsDelivered", twice)

    assert "delivered more often than decided" in trouble_found()


def test_a_ball_that_two_hold_for_a_second_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = rows._ball_rows

    def lingering(old: Standing | None, standings: Sequence[Standing]) -> list[rows.Row]:
        return [
            row | {"to_at": row["to_at"] and a_second_later(row["to_at"])} for row in kept(old, standings)
        ]

    monkeypatch.setattr(rows, "_ball_rows", lingering)

    assert "time is missing or counted twice" in trouble_found()


def a_second_later(instant: str) -> str:
    return (datetime.fromisoformat(instant) + timedelta(seconds=1)).isoformat()
