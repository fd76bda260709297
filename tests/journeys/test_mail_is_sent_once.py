"""Notices: one mail per event, in the client's language, without a name in it, and after an outage all the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.dev.demo.contents import EXTENSION, passport_number
from infra.dev.demo.day import ask_for_correction, correct, review
from infra.dev.demo.visitor import Json, Visitor, eventually
from tests.journeys.office import Office, message_ids
from tests.journeys.sown import handed_in

ENGLISH = "company-10"
OUTAGE_SECONDS = 600
PERSONAL = (
    "SAMPLE PERSON",
    "AB12345678CD",
    "見本ビルサービス",
    "見本区",
    "IDN",
    "ビルクリーニング",
)


def personal_words(number: str) -> tuple[str, ...]:
    """What stands in the case and in no mail."""
    return (*PERSONAL, passport_number(number, 1))


@pytest.fixture(scope="module")
def told(office: Office) -> str:
    """Asked to correct while the mail server is away; the road goes on meanwhile."""
    office.no_mail(OUTAGE_SECONDS)
    number, persons = handed_in(office, EXTENSION, 1)
    ask_for_correction(office.people, number, persons[0], "旅券の表記と一致しません。")
    correct(office.people, number, persons[0])
    review(office.people, number)
    office.open_task(number, "lodge")
    return number


@pytest.fixture(scope="module")
def letters_meanwhile(office: Office, told: str) -> list[Json]:
    tried = "SELECT 1 FROM notice WHERE number = %s AND state = 'waiting' AND attempts > 0 LIMIT 1"
    eventually(lambda: office.rows(tried, told), "a first attempt")
    return office.letters(told)


@pytest.fixture(scope="module")
def letters(office: Office, told: str, letters_meanwhile: list[Json]) -> list[Json]:
    office.no_mail(0)
    office.change("UPDATE notice SET due_at = now() WHERE number = %s AND state = 'waiting'", told)
    return office.all_told(told)


def test_while_the_mail_server_is_away_the_road_goes_on(
    office: Office, told: str, letters_meanwhile: list[Json]
) -> None:
    assert letters_meanwhile == []
    assert office.case(told)["stage"] == "ready"


def test_afterwards_every_mail_arrives_exactly_once(office: Office, told: str, letters: list[Json]) -> None:
    written = office.rows("SELECT id, kind, attempts FROM notice WHERE number = %s", told)

    assert sorted(message_ids(letters)) == sorted(row[0] for row in written)
    assert {kind for _, kind, _ in written} == {"received", "correction_requested"}
    assert max(attempts for _, _, attempts in written) > 1


def test_no_mail_names_a_person(told: str, letters: list[Json]) -> None:
    everything = [part for letter in letters for part in parts(letter)]

    assert [name for name in personal_words(told) for part in everything if name in part] == []
    assert len(everything) == 3 * len(letters)


def test_the_words_a_mail_must_not_have_are_really_in_the_case(office: Office, told: str) -> None:
    shown = str(office.people.client.get(f"/v1/applications/{told}"))

    assert [name for name in personal_words(told) if name not in shown] == []


@pytest.fixture
def english(office: Office) -> Iterator[Visitor]:
    office.change("UPDATE organisation SET locale = 'en' WHERE id = %s", ENGLISH)
    yield office.visitor(f"{ENGLISH}-1")
    office.change("UPDATE organisation SET locale = 'ja' WHERE id = %s", ENGLISH)


def test_each_client_is_written_to_in_its_own_language(
    office: Office, english: Visitor, letters: list[Json]
) -> None:
    draft = english.complete_application(EXTENSION, 1, office.people.today)
    english.hand_in(draft["number"])
    (in_english,) = office.all_told(draft["number"])

    assert language(in_english) == "en"
    assert in_english["text"].isascii()
    assert {language(letter) for letter in letters} == {"ja"}
    assert not any(letter["text"].isascii() for letter in letters)


def parts(letter: Json) -> list[str]:
    return [letter["subject"], letter["text"], letter["html"]]


def language(letter: Json) -> Any:
    return dict(letter["headers"])["Content-Language"]
