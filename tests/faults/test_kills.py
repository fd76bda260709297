"""After every kill everything that was accepted arrives, once (invariants I1 to I4), and no planted word is in plain."""

import io
import zipfile

import httpx2
import pytest

from infra.dev.services import Stack
from tests.faults.patience import Persistent
from tests.faults.planted import WORDS, answers_to_trouble
from tests.faults.stores import leaks, left_behind, pages
from tests.faults.story import CANARIES, Lived
from tests.faults.windows import Step
from tests.journeys.office import Office, message_ids
from tests.journeys.proofs import all_numbers, troubles

pytestmark = pytest.mark.timeout(900)
"""The first test lives through the whole story."""
STORES_AT_LEAST = 12
ENCRYPTED = frozenset({"table content", "table document_version", "table remark", "table check_report"})
ENGINE_AND_DESK = ("api", "postgres", "temporal", "worker", "objects")


@pytest.fixture(scope="module")
def errors(office: Office, lived: Lived) -> dict[str, bytes]:
    return answers_to_trouble(office, lived)


def test_everybody_is_permitted_in_the_end(office: Office, lived: Lived) -> None:
    assert [office.results(number) for number in lived.numbers.values()] == [["permitted"]] * len(Step)


def test_every_server_was_killed_in_the_middle_of_work(lived: Lived) -> None:
    in_the_middle = [name for name, under_way in lived.kills if under_way > 0]

    assert set(in_the_middle) == set(ENGINE_AND_DESK)
    assert len(in_the_middle) >= 2 * len(ENGINE_AND_DESK) - 1


def test_the_worker_died_in_each_step_of_lodging(lived: Lived) -> None:
    states = {step: lived.states_at_kill[number] for step, number in lived.numbers.items()}

    assert states == dict.fromkeys(Step, "intended") | {Step.BEFORE_INTENT: "prepared"}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step.BEFORE_INTENT, set()),
        (Step.BEFORE_ACT, {"unknown", "prepared"}),
        (Step.IN_THE_ACT, {"unknown"}),
        (Step.AFTER_THE_ACT, {"unknown"}),
        (Step.BEFORE_CONFIRMATION, set()),
    ],
)
def test_a_person_finds_out_only_where_nobody_can_know(lived: Lived, step: Step, expected: set[str]) -> None:
    met = set(lived.found_out[lived.numbers[step]]) - {"intended"}

    assert met == expected


def test_the_authority_took_every_application_once(office: Office, lived: Lived) -> None:
    own = set(lived.numbers.values())
    taken = [each["filing"]["application"] for each in ledger(office)]

    assert sorted(number for number in taken if number in own) == sorted(own)


def test_what_was_acknowledged_is_there_as_it_was_acknowledged(office: Office, lived: Lived) -> None:
    kept = office.rows("SELECT number, manifest_sha256 FROM hand_in WHERE round = 1")

    assert dict(kept) | {n: r["manifest_sha256"] for n, r in lived.receipts.items()} == dict(kept)
    assert len(lived.receipts) == len(Step)


def test_chains_standings_and_balls_are_whole(house: Stack, lived: Lived) -> None:
    numbers = all_numbers(house)

    assert set(lived.numbers.values()) <= set(numbers)
    assert [trouble for number in numbers for trouble in troubles(house, number)] == []


def test_nobody_was_answered_with_a_fault(lived: Lived, met: dict[str, Persistent]) -> None:
    assert {role: each.met["fault"] for role, each in met.items() if each.met["fault"]} == {}
    assert sum(each.met["broken"] + each.met["not_now"] for each in met.values()) > 0


def test_every_mail_arrives_and_a_repetition_is_the_same_mail(office: Office, lived: Lived) -> None:
    for number in lived.numbers.values():
        arrived = message_ids(office.all_told(number))

        written = [row[0] for row in office.rows("SELECT id FROM notice WHERE number = %s", number)]
        assert set(arrived) == set(written)


def test_no_store_no_log_and_no_answer_has_a_planted_word(
    office: Office, lived: Lived, errors: dict[str, bytes]
) -> None:
    stores = left_behind(office.desk) | errors | {"pages": pages(office.desk)}

    assert leaks(stores, WORDS) == []
    assert len(stores) >= STORES_AT_LEAST


def test_what_was_searched_is_really_there(office: Office, lived: Lived) -> None:
    number = lived.numbers[Step.IN_THE_ACT]
    stores = left_behind(office.desk)

    missing = [
        name
        for name in ("temporal.sqlite", "table event", "table content", "mailbox", "search attributes")
        if number.encode() not in stores[name] + stores.get(f"{name}-wal", b"")
    ]
    assert missing == []
    assert set(stores) >= ENCRYPTED


def test_the_words_are_found_where_they_may_stand(office: Office, lived: Lived) -> None:
    number = lived.numbers[Step.IN_THE_ACT]
    own = office.people.client.raw("GET", f"/v1/applications/{number}").content
    (filing,) = [each for each in office.case(number)["filings"] if each["state"] == "confirmed"]
    package = office.people.handler.raw(
        "GET", f"/v1/filings/{filing['id']}/package", follow_redirects=False
    ).headers["location"]

    with zipfile.ZipFile(io.BytesIO(httpx2.get(package).content)) as bound:
        manifest = b"".join(bound.read(name) for name in bound.namelist() if name.endswith(".json"))

    assert {word for _, word in leaks({"own": own}, WORDS)} == set(CANARIES.values())
    assert filing["id"].encode() in manifest


def test_a_word_written_in_plain_is_found(office: Office, lived: Lived) -> None:
    office.change(
        "UPDATE notice SET trouble = %s WHERE number = %s",
        CANARIES["name_latin"],
        lived.numbers[Step.IN_THE_ACT],
    )
    found = leaks(left_behind(office.desk), WORDS)
    office.change("UPDATE notice SET trouble = NULL WHERE number = %s", lived.numbers[Step.IN_THE_ACT])

    assert found == [("table notice", CANARIES["name_latin"])]


def ledger(office: Office) -> list[dict[str, dict[str, str]]]:
    taken: list[dict[str, dict[str, str]]] = httpx2.get(f"{office.desk.address('authority')}/ledger").json()
    return taken
