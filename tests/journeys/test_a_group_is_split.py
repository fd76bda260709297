"""Of four, one is asked to correct and goes on in an application of his own; nothing is lost, nobody is in two places."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.day import ask_for_correction, begin, dispositions, lodge, review
from infra.dev.demo.files import JPEG, sample_photo
from infra.dev.demo.visitor import Json, RefusedAtTheDesk, eventually
from tests.journeys.office import Office, refusal
from tests.journeys.proofs import troubles

WORDS = "氏名のローマ字が旅券と違います / differs from the passport"


@dataclass
class Walked:
    """What was seen on the way."""

    old: str
    new: str
    stays: list[str]
    moved: str
    arrived: str
    entries_before: Json
    first_answer: Json
    same_again: Json
    another_key: tuple[int, str]
    everybody: tuple[int, str]
    lodged_one: tuple[int, str]
    late_file: tuple[int, str]
    findings_there: list[Json]
    place: Json


@pytest.fixture(scope="module")
def walked(office: Office) -> Walked:
    people = office.people
    old, persons = begin(people, lambda line: None, EXTENSION, 3)
    moved, stays = persons[2], persons[:2]
    ask_for_correction(people, old, moved, WORDS)
    before = people.client.get(f"/v1/applications/{old}")
    everybody = refusal(_split, office, old, *persons)
    photo = sample_photo(7)
    declared = people.client.declare(old, "photo", moved, photo, JPEG)
    answer = _split(office, old, moved, key="split-once")
    again = _split(office, old, moved, key="split-once")
    other_key = refusal(_split, office, old, moved)
    late_file = refusal(_arrives, office, declared, photo)
    new, arrived = answer["number"], answer["persons"][0]["person_id"]
    place = office.person(old, moved)
    found = _corrected_there(office, new, arrived)
    lodge(people, old, "online")
    lodged_one = refusal(_split, office, old, stays[0])
    _permit(office, old)
    lodge(people, new, "online")
    _permit(office, new)
    return Walked(
        old=old,
        new=new,
        stays=stays,
        moved=moved,
        arrived=arrived,
        entries_before=before,
        first_answer=answer,
        same_again=again,
        another_key=other_key,
        everybody=everybody,
        lodged_one=lodged_one,
        late_file=late_file,
        findings_there=found,
        place=place,
    )


def _split(office: Office, number: str, *persons: str, key: str | None = None) -> Any:
    return office.people.client.post(
        f"/v1/applications/{number}/split-off", {"persons": list(persons)}, key=key
    )


def _arrives(office: Office, declared: Json, content: bytes) -> None:
    """A file that was declared before the split, and comes afterwards."""
    (part,) = declared["parts"]
    sent = httpx2.put(part["url"], content=content, headers=part["headers"])
    parts = [{"number": part["number"], "etag": sent.headers["etag"]}]
    office.people.client.post(f"/v1/documents/{declared['document_id']}/complete", {"parts": parts})


def _corrected_there(office: Office, number: str, person: str) -> list[Json]:
    """The new application is checked and reviewed like any other: what was asked is asked again, answered, passed."""
    people = office.people
    task = people.reviewer.task(number, "review")
    people.reviewer.post(f"/v1/tasks/{task['id']}/claim")
    seen: list[Json] = people.reviewer.get(f"/v1/tasks/{task['id']}")["findings"]
    verdict = {"kind": "review", "settled": dispositions(seen)}
    people.reviewer.post(f"/v1/tasks/{task['id']}/complete", {"verdict": verdict})
    eventually(
        lambda: people.client.get(f"/v1/applications/{number}/findings")["persons_to_correct"], "asked again"
    )
    people.client.change(number, {"persons": {person: {"name_latin": "SAMPLE PERSON CORRECTED"}}})
    people.client.post(f"/v1/applications/{number}/corrections")
    review(people, number)
    return seen


def _permit(office: Office, number: str) -> None:
    for line in office.case(number)["persons"]:
        if line["receipt"]:
            office.people.authority.decide(line["receipt"], "permitted")
    office.closed(number)


def test_everybody_ends_where_he_is(office: Office, walked: Walked) -> None:
    assert office.results(walked.old) == ["permitted", "permitted", None]
    assert office.results(walked.new) == ["permitted"]


def test_who_has_moved_is_nobodys_there_and_his_place_is_named(walked: Walked) -> None:
    assert (walked.place["stage"], walked.place["holder"]) == ("closed", "nobody")
    assert (walked.place["moved_to"], walked.place["result"]) == (walked.new, None)


def test_the_same_act_again_gets_the_same_answer_and_another_is_refused(walked: Walked) -> None:
    assert walked.same_again == walked.first_answer
    assert walked.another_key == (409, "not_to_split")
    assert walked.everybody == (409, "last_person")
    assert walked.lodged_one == (409, "not_to_split")


def test_a_file_that_comes_after_the_split_is_refused_where_it_would_be_lost(walked: Walked) -> None:
    assert walked.late_file == (409, "content_sealed")


def test_every_value_came_along_with_who_gave_it_and_when(office: Office, walked: Walked) -> None:
    old = walked.entries_before["content"]
    new = office.people.client.get(f"/v1/applications/{walked.new}")["content"]

    assert _provenance(new["application"]) == _provenance(old["application"])
    mended = frozenset({"name_latin"})
    assert _provenance(new["persons"][walked.arrived], mended) == _provenance(
        old["persons"][walked.moved], mended
    )
    assert {each["split_from"] for each in new["application"].values()} == {walked.old}


def _provenance(values: Json, but: frozenset[str] = frozenset()) -> Json:
    return {
        field: (each["value"], each["by"], each["capacity"], each["at"])
        for field, each in values.items()
        if field not in but
    }


def test_every_document_came_along_and_is_the_same_file(office: Office, walked: Walked) -> None:
    files = """SELECT d.kind, d.sha256, d.uploaded_by, d.capacity, e.outcome, e.vault_key, e.vault_version
               FROM document_version d JOIN examination e ON e.document_id = d.id
               WHERE d.number = %s AND (d.person_id IS NULL OR d.person_id = %s) ORDER BY d.kind"""
    before = office.rows(files, walked.old, walked.moved)
    after = office.rows(files, walked.new, walked.arrived)

    assert after == before
    assert len(after) > 3
    assert {row[4] for row in after} == {"released"}


def test_what_came_along_can_be_opened_there(office: Office, walked: Walked) -> None:
    lines = office.people.client.get(f"/v1/applications/{walked.new}/documents")["lines"]
    there = [each for line in lines for each in line["documents"]]

    opened = office.people.client.raw("GET", f"/v1/documents/{there[0]['document_id']}/content")

    assert there[0]["file_name"].startswith(there[0]["kind"])
    assert opened.status_code == 303


def test_what_the_reviewer_had_found_is_asked_there_with_its_words(walked: Walked) -> None:
    open_ones = [each for each in walked.findings_there if each["state"] == "open"]

    assert [each["words"]["words"] for each in open_ones] == [WORDS]
    assert [each["person_id"] for each in open_ones] == [walked.arrived]


def test_both_histories_tell_of_it_to_the_client(office: Office, walked: Walked) -> None:
    there = _told(office, walked.old, "persons_moved")
    here = _told(office, walked.new, "came_by_split")

    assert there == [{"persons": [walked.moved], "to_number": walked.new}]
    assert here == [{"persons": [walked.arrived], "from_number": walked.old}]


def _told(office: Office, number: str, kind: str) -> list[Json]:
    items = office.people.client.get(f"/v1/applications/{number}/timeline", limit=100)["items"]
    return [each["facts"] for each in items if each["kind"] == kind]


def test_what_both_are_quoted_is_what_was_quoted_for_all_and_the_export_says_so(
    office: Office, walked: Walked
) -> None:
    old, new = (
        office.people.client.get(f"/v1/applications/{number}/fees") for number in (walked.old, walked.new)
    )
    (before,), on = old["superseded"], new["quote"]["quoted_on"]
    page = office.people.client.raw("GET", f"/applications/{walked.old}").text
    sheet = office.people.manager.raw("GET", f"/v1/registers/quotes.csv?from_on={on}&to_on={on}").text
    lines = [line.split(",") for line in sheet.split("\r\n") if walked.old in line]

    assert (before["persons"], before["superseded_by"], before["superseded_on"]) == (3, walked.new, on)
    assert (f"{walked.new}への分割により置き換え" in page, "&lt;" in page) == (True, False)
    assert [each["quote"]["persons"] for each in (old, new)] == [2, 1]
    assert [_prices(each["quote"]) for each in (old, new)] == [_prices(before)] * 2
    assert [each["authority"][0]["units"] for each in (before, old["quote"], new["quote"])] == [3, 2, 1]
    assert [each["persons"] for fees in (old, new) for each in fees["filings"]] == [2, 1]
    assert {each["desk_yen_per_person"] for fees in (old, new) for each in fees["filings"]} == {
        before["desk_yen_per_person"]
    }
    assert [(line[1], line[6], line[-1]) for line in lines] == [
        (walked.old, "3", walked.new),
        (walked.old, "2", ""),
    ]


def _prices(quote: Json) -> tuple[Any, ...]:
    authority = [(each["channel"], each["yen_per_unit"]) for each in quote["authority"]]
    return quote["fee_class"], quote["desk_yen_per_person"], authority


def test_history_standing_and_balls_agree(office: Office, walked: Walked) -> None:
    assert troubles(office.desk, walked.old) == []
    assert troubles(office.desk, walked.new) == []


def test_two_clients_who_split_the_same_person_make_one_application(office: Office) -> None:
    number, persons = begin(office.people, lambda line: None, EXTENSION, 2)
    office.people.reviewer.task(number, "review")

    def attempt(place: int) -> object:
        try:
            return _split(office, number, persons[1], key=f"{number}-race-{place}")["number"]
        except RefusedAtTheDesk as refused:
            return refused.code

    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(attempt, range(4)))

    made = [each for each in answers if str(each).startswith("T")]
    assert len(made) == 1
    assert set(answers) - set(made) <= {"split_under_way", "not_to_split"}
    assert office.person(number, persons[1])["moved_to"] == made[0]
    assert office.rows("SELECT count(*) FROM application WHERE split_from = %s", number) == [(1,)]
