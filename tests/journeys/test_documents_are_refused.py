"""Files that are not taken: each is refused with its reason, counts as missing, and takes nothing with it."""

import hashlib
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.files import PDF, sample_pdf
from infra.dev.demo.visitor import Json, RefusedAtTheDesk
from tests.corpus import pdf_exploding, pdf_protected, pdf_with_script, png_of
from tests.journeys.office import Office, refusal

KIND = "passport_copy"
BOMB_BYTES = 600_000_000
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "encrypted": (lambda: pdf_protected(user="secret"), PDF),
    "damaged": (lambda: sample_pdf("cut")[:300], PDF),
    "active_content": (pdf_with_script, PDF),
    "wrong_type": (lambda: b"<html>not a passport</html>", PDF),
    "bomb": (lambda: pdf_exploding(BOMB_BYTES), PDF),
    "too_many_pixels": (lambda: png_of(30_000, 30_000), "image/png"),
}


@pytest.fixture(scope="module")
def draft(office: Office) -> Json:
    begun = office.people.client.draft(EXTENSION, 1)
    office.people.client.fill(begun, office.people.today)
    return begun


def line_of(office: Office, draft: Json) -> Json:
    lines: list[Json] = office.people.client.get(f"/v1/applications/{draft['number']}/documents")["lines"]
    return next(line for line in lines if line["kind"] == KIND)


@pytest.mark.parametrize("reason", sorted(REFUSED))
def test_it_is_refused_with_the_reason(office: Office, draft: Json, reason: str) -> None:
    made, media_type = REFUSED[reason]
    content = made()

    with pytest.raises(RefusedAtTheDesk) as refused:
        office.people.client.upload(draft["number"], KIND, draft["persons"][0], content, media_type)

    assert (refused.value.status, refused.value.code) == (422, "document_refused")
    assert refused.value.problem["reason"] == reason
    assert {"reason_ja", "reason_en"} <= set(refused.value.problem["facts"])


def test_what_was_refused_still_counts_as_missing(office: Office, draft: Json) -> None:
    with pytest.raises(RefusedAtTheDesk) as refused:
        office.people.client.hand_in(draft["number"])

    assert refused.value.code == "not_complete"
    assert KIND in str(refused.value.problem)
    assert "released" not in {each["state"] for each in line_of(office, draft)["documents"]}


def test_a_good_file_afterwards_is_taken(office: Office, draft: Json) -> None:
    taken = office.people.client.attach(draft["number"], KIND, draft["persons"][0])

    assert taken["state"] == "released"


def test_the_store_itself_refuses_bytes_that_were_not_announced(office: Office, draft: Json) -> None:
    client, announced = office.people.client, sample_pdf("announced")
    declared = client.declare(draft["number"], KIND, draft["persons"][0], announced, PDF)
    (part,) = declared["parts"]

    longer = httpx2.put(part["url"], content=announced + b"more", headers=part["headers"])
    other = httpx2.put(part["url"], content=announced[::-1], headers=part["headers"])

    assert longer.is_error and other.is_error
    assert refusal(_complete, office, declared) == (409, "upload_incomplete")


def _complete(office: Office, declared: Json) -> Any:
    parts = [{"number": 1, "etag": '"0"'}]
    return office.people.client.post(f"/v1/documents/{declared['document_id']}/complete", {"parts": parts})


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"media_type": "application/zip"}, "document_type_refused"),
        ({"size_bytes": 50_000_001}, "document_too_large"),
        ({"kind": "birthday_card"}, "unknown_document_kind"),
        ({"person_id": None}, "document_scope"),
        ({"colour": "red"}, "malformed_request"),
    ],
)
def test_what_cannot_be_is_refused_before_a_byte_is_sent(
    office: Office, draft: Json, changed: dict[str, Any], code: str
) -> None:
    content = sample_pdf("declared")
    body = {
        "kind": KIND,
        "person_id": draft["persons"][0],
        "file_name": "見本.pdf",
        "media_type": PDF,
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    address = f"/v1/applications/{draft['number']}/documents"

    assert refusal(office.people.client.post, address, body | changed)[1] == code
