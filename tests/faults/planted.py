"""Words planted in a person's data, and the answers of the front desk to everything that goes wrong with them."""

import json
from typing import Any
from uuid import uuid4

import pytest

from infra.dev.demo.visitor import RefusedAtTheDesk
from tests.corpus import pdf_with_script, pdf_with_text
from tests.faults.lodgings import NOT_THERE
from tests.faults.story import CANARIES, Lived
from tests.faults.windows import Step
from tests.journeys.office import Office

CANARY_FILE, CANARY_TEXT = "CANARYFILE", "CANARYTEXT"
WORDS = (*CANARIES.values(), CANARY_FILE, CANARY_TEXT, NOT_THERE)
STALE = '"1"'


def answers_to_trouble(office: Office, lived: Lived) -> dict[str, bytes]:
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
