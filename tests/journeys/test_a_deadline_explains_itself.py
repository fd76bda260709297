"""The day of a correction: counted in office days, standing still during a hold, told as a tree in both languages."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import pytest

from infra.catalogue import load_catalogue
from infra.dev.demo.contents import PLAN
from infra.dev.demo.day import ask_for_correction
from infra.dev.demo.visitor import Json, eventually
from schemas.calendar import end_of_day
from schemas.deadlines import Derivation, enduring_calendar_of, last_day
from tests.journeys.office import Office
from tests.journeys.proofs import troubles
from tests.journeys.sown import handed_in


@dataclass
class Walked:
    """What was seen on the way."""

    number: str
    asked_on: date
    set_: Json
    on_hold: Json
    afterwards: Json


@pytest.fixture(scope="module")
def walked(office: Office) -> Walked:
    people = office.people
    number, (person,) = handed_in(office, PLAN, 1)
    ask_for_correction(people, number, person, "旅券の表記と一致しません。")
    first = _deadline(office, number)
    hold = {"reason": "client_asked", "words": "依頼元の希望"}
    people.manager.post(f"/v1/applications/{number}/hold", hold)
    on_hold = _deadline(office, number)
    people.manager.post(f"/v1/applications/{number}/release-hold")
    return Walked(number, people.today, first, on_hold, _deadline(office, number))


def _deadline(office: Office, number: str) -> Json:
    def look() -> Json | None:
        rows: list[Json] = office.case(number)["deadlines"]
        return next((each for each in rows if each["kind"] == "correction"), None)

    return eventually(look, "the deadline of the correction")


def _told(shown: Json, language: Literal["ja", "en"]) -> tuple[str, ...]:
    return tuple(each.strip() for each in Derivation.model_validate(shown["explained"]).lines(language))


def _due_at(shown: Json) -> datetime:
    return datetime.fromisoformat(shown["due_at"])


def test_the_day_is_the_maps_office_days_after_it_was_asked(walked: Walked) -> None:
    ready = load_catalogue().map_for(PLAN, on=walked.asked_on)
    correction = ready.procedure.correction
    expected = last_day(enduring_calendar_of(ready), walked.asked_on, correction.within, correction.clock)

    told = _told(walked.set_, "en")

    assert (correction.clock, _due_at(walked.set_)) == ("office", end_of_day(expected))
    assert any(walked.asked_on.isoformat() in line for line in told)
    assert f"Length: {correction.within} office days, from the day after" in told
    assert expected.isoformat() in told[0]


def test_both_languages_tell_the_same_tree(walked: Walked) -> None:
    ja, en = _told(walked.set_, "ja"), _told(walked.set_, "en")

    assert len(ja) == len(en) > 3
    assert not set(ja) & set(en)


def test_a_hold_stops_it_and_stands_in_the_tree_with_its_times(walked: Walked) -> None:
    assert [line for line in _told(walked.set_, "en") if "hold" in line] == []
    assert any(line.startswith("On hold since") for line in _told(walked.on_hold, "en"))
    assert any(line.startswith("On hold from") for line in _told(walked.afterwards, "en"))
    assert _due_at(walked.afterwards) > _due_at(walked.set_)


def test_the_client_reads_all_of_it_on_the_page_of_the_case(office: Office, walked: Walked) -> None:
    page = office.people.client.raw("GET", f"/applications/{walked.number}")

    assert page.status_code == 200
    assert [line for line in _told(walked.afterwards, "ja") if line not in page.text] == []


def test_history_standing_and_balls_agree(office: Office, walked: Walked) -> None:
    assert troubles(office.desk, walked.number) == []
