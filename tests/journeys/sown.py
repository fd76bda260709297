"""Applications whose uploads are not the story: two files are uploaded and examined, and stand for every paper asked."""

from uuid import uuid4

from infra.catalogue import load_catalogue
from infra.dev.demo.visitor import Json, eventually
from tests.bench.ground import Ground
from tests.bench.sowing import Field, Sown
from tests.journeys.office import Office

PHOTO = "photo"
EXAMINED = "SELECT count(*) FROM examination WHERE number = %s AND outcome = 'released'"
DOCUMENT_LIKE = """
INSERT INTO document_version
SELECT (jsonb_populate_record(d, jsonb_build_object(
  'id', %s::text, 'kind', %s::text, 'scope', %s::text, 'person_id', %s::text))).*
FROM document_version d WHERE d.number = %s AND d.kind = %s"""
EXAMINATION_LIKE = """
INSERT INTO examination
SELECT (jsonb_populate_record(e, jsonb_build_object('document_id', %s::text))).*
FROM examination e JOIN document_version d ON d.id = e.document_id WHERE d.number = %s AND d.kind = %s"""


def a_group(office: Office, procedure: str, persons: int) -> Sown:
    """A complete draft of so many persons."""
    (sown,) = _copied(office, _a_pattern(office, procedure, persons), count=1, persons=persons)
    return sown


def copies(office: Office, procedure: str, count: int) -> list[Sown]:
    """So many complete drafts of one person each."""
    return _copied(office, _a_pattern(office, procedure, 1), count=count, persons=1)


def _a_pattern(office: Office, procedure: str, persons: int) -> str:
    """The number of a draft whose every paper is there."""
    kind = (procedure, min(persons, 2))
    if kind not in office.patterns:
        office.patterns[kind] = _new_pattern(office, *kind)
    return office.patterns[kind]


def _new_pattern(office: Office, procedure: str, persons: int) -> str:
    client, today = office.people.client, office.people.today
    draft = client.draft(procedure, persons)
    number = str(draft["number"])
    client.fill(draft, today)
    lines = _asked(office, number, (None, draft["persons"][0]))
    papers = [each for each in lines if each["kind"] != PHOTO]
    uploaded = [papers[0], *(each for each in lines if each["kind"] == PHOTO)]
    for line in uploaded:
        client.attach(number, line["kind"], line["person_id"])
    eventually(lambda: office.rows(EXAMINED, number) == [(len(uploaded),)], "the examinations")
    kinds = {each.id: str(each.scope) for each in load_catalogue().procedure(procedure, on=today).documents}
    for line in papers[1:]:
        _stands_for(office, number, papers[0], line | {"scope": kinds[line["kind"]]})
    return number


def handed_in(office: Office, procedure: str, persons: int) -> tuple[str, tuple[str, ...]]:
    """A complete draft of so many persons, handed in: its number and their ids."""
    sown = a_group(office, procedure, persons)
    office.people.client.hand_in(sown.number)
    return sown.number, sown.persons


def _asked(office: Office, number: str, persons: tuple[str | None, ...]) -> list[Json]:
    """The list of the first person and of what all share: the others are copied."""
    lines: list[Json] = office.people.client.get(f"/v1/applications/{number}/documents")["lines"]
    return [
        each for each in lines if each["need"] in ("needed", "omittable") and each["person_id"] in persons
    ]


def _stands_for(office: Office, number: str, uploaded: Json, line: Json) -> None:
    like, document_id = (number, uploaded["kind"]), str(uuid4())
    own = (document_id, line["kind"], line["scope"], line["person_id"])
    office.change(DOCUMENT_LIKE, *own, *like)
    office.change(EXAMINATION_LIKE, document_id, *like)


def _copied(office: Office, number: str, *, count: int, persons: int) -> list[Sown]:
    ground = Ground(office.desk, office.people)
    field = Field(ground, number)
    sown = field.sow(count, persons)
    field.close()
    ground.close()
    return sown
