"""Planted words of a person are driven through refusals, failures and kills; afterwards no store has them in plain."""

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from infra.dev.demo.visitor import RefusedAtTheDesk
from tests.corpus import pdf_with_script, pdf_with_text
from tests.faults.stores import leaks, left_behind, pages
from tests.faults.story import CANARIES, NOT_THERE, Lived
from tests.faults.windows import Step
from tests.journeys.office import Office

pytestmark = pytest.mark.timeout(900)
"""The first test lives through the whole story."""
CANARY_FILE, CANARY_TEXT = "CANARYFILE", "CANARYTEXT"
WORDS = (*CANARIES.values(), CANARY_FILE, CANARY_TEXT, NOT_THERE)
STORES_AT_LEAST = 12
STALE = '"1"'
ENCRYPTED = frozenset({"table content", "table document_version", "table remark", "table check_report"})


@pytest.fixture(scope="module")
def errors(office: Office, lived: Lived) -> dict[str, bytes]:
    """The answers to everything that goes wrong with the planted words in it."""
    client, number = office.people.client, lived.numbers[Step.IN_THE_ACT]
    draft = client.draft("isa.extension.ssw1", 1)
    place, person = f"/v1/applications/{draft['number']}", draft["persons"][0]
    client.change(draft["number"], {"persons": {person: CANARIES}})
    bodies: dict[str, tuple[str, str, Any]] = {
        "a wrong value": (
            "PATCH",
            f"{place}/content",
            {"persons": {person: {"birth_on": CANARIES["name_latin"]}}},
        ),
        "an unknown field": ("PATCH", f"{place}/content", {"persons": {person: {"x": CANARIES["reason"]}}}),
        "an unknown member": ("POST", f"{place}/withdrawal", {"colour": CANARIES["passport_number"]}),
        "a stale version": ("PATCH", f"{place}/content", {"persons": {person: CANARIES}}),
        "sealed content": (
            "PATCH",
            f"/v1/applications/{number}/content",
            {"persons": {office.case(number)["persons"][0]["person_id"]: CANARIES}},
        ),
        "an unknown number": ("GET", f"/v1/applications/{CANARY_FILE}", None),
    }
    answers = {
        name: client.raw(
            method,
            path,
            json=body,
            headers={
                "If-Match": STALE if name == "a stale version" else '"2"',
                "Idempotency-Key": str(uuid4()),
            },
        )
        for name, (method, path, body) in bodies.items()
    }
    answers["no JSON"] = client.raw(
        "POST",
        "/v1/applications",
        content=f'{{"{CANARIES["passport_number"]}'.encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": str(uuid4())},
    )
    assert all(answer.is_client_error for answer in answers.values()), answers
    refused = {"a refused file": _refused_file(office, draft["number"], person)}
    return {f"answer to {name}": answer.content for name, answer in answers.items()} | refused


def _refused_file(office: Office, number: str, person: str) -> bytes:
    """One file is taken, another refused; both have planted words in name and text."""
    client, kind, name = office.people.client, "passport_copy", f"{CANARY_FILE}.pdf"
    client.upload(number, kind, person, pdf_with_text(CANARY_TEXT), "application/pdf", file_name=name)
    script = pdf_with_script() + f"\n% {CANARY_TEXT}".encode()
    with pytest.raises(RefusedAtTheDesk) as refused:
        client.upload(number, kind, person, script, "application/pdf", file_name=name)
    return json.dumps(refused.value.problem, ensure_ascii=False).encode()


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
