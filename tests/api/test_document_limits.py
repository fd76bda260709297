"""How large a file and how many documents an application takes."""

from infra.dev.services import Stack
from tests.api.visiting import Visitor

COPIES = """INSERT INTO document_version
            SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'version', n + 1))).*
            FROM document_version d, generate_series(1, %s) n WHERE d.id = %s"""


async def test_a_file_of_exactly_the_limit_is_declared(client_alone: Visitor) -> None:
    begun = await client_alone.begin()
    digests = [f"{part:064x}" for part in range(6)]

    answer = await client_alone.declare(
        begun["number"],
        "passport_copy",
        begun["persons"][0],
        size_bytes=50_000_000,
        parts_sha256=digests,
    )

    assert answer.status_code == 201, answer.text
    assert sum(part["size_bytes"] for part in answer.json()["parts"]) == 50_000_000


async def test_the_thousandth_document_is_taken_and_no_other(client_alone: Visitor, stack: Stack) -> None:
    begun = await client_alone.begin()
    number, person = begun["number"], begun["persons"][0]
    first = (await client_alone.declare(number, "passport_copy", person)).json()["document_id"]
    with stack.connect("toritsugi") as connection:
        connection.execute(COPIES, [998, first])

    last = await client_alone.declare(number, "passport_copy", person)
    beyond = await client_alone.declare(number, "passport_copy", person)

    assert last.status_code == 201, last.text
    assert (beyond.status_code, beyond.json()["code"]) == (422, "too_many_documents")
    assert beyond.json()["facts"] == {"limit": 1000}
