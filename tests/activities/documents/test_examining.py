"""Examined on real servers: what is read is kept sealed and told to nobody, and an unmasked file is kept nowhere."""

import hashlib
from pathlib import Path
from uuid import uuid4

import pytest

from activities.documents.examination import Scanner
from activities.documents.examining import Documents
from activities.ledger import Ledger
from infra.catalogue import load_catalogue
from infra.database.connection import Database
from infra.dev.services import Stack
from infra.dossiers import case_of, collected, dossier
from infra.keys import KeyDestroyed
from infra.objects import ObjectStore, quarantine_key, s3_client
from infra.scanner import NoScanner, connect_scanner
from schemas.checked import DocumentUploaded
from schemas.dossier import Dossier
from schemas.examination import PDF, ExaminationLimits, RefusalCode, Scan, ScanVerdict
from schemas.identifiers import application_number
from tests import corpus
from tests.builders import ORGANISATION, handed_in
from tests.clamd import SIGNATURE, VERSION, listening
from tests.ground import settings_of
from tests.workflows.office import RANDOM, Office

ZONE = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
NO_SCANNER = NoScanner()
NUMBER_PAGES = ("My Number", corpus.VALID_SAMPLE_MY_NUMBER)
A_DOCUMENT = """INSERT INTO document_version
    (id, organisation_id, number, kind, scope, person_id, version, state, file_name, media_type, size_bytes, sha256,
     uploaded_by, capacity, created_at, completed_at, sealed_in_round)
    VALUES (%s, %s, %s, 'passport_copy', 'person', %s, 1, 'uploaded', '', %s, %s, %s,
        'acc-client', 'client', now(), now(), 1)"""


class Intake:
    """One application whose client uploads files, and the worker that examines them."""

    def __init__(self, office: Office, stack: Stack, scanner: Scanner = NO_SCANNER) -> None:
        self.settings = settings_of(stack)
        self.office = office
        self.number = application_number(2026, next(RANDOM))
        arrived = handed_in(number=self.number)
        office.ground.take_in(arrived, office.keys.make(self.number))
        self.person = f"{self.number}.{arrived.persons[0]}"
        self.objects = ObjectStore.connect(self.settings)
        self.documents = Documents(
            office.ground.database,
            self.objects,
            Ledger(office.ground.database),
            scanner,
            ExaminationLimits(),
            keys=office.keys.ring,
        )

    def upload(self, content: bytes) -> DocumentUploaded:
        document_id = str(uuid4())
        declared = (PDF, len(content), hashlib.sha256(content).hexdigest())
        row = (document_id, ORGANISATION, self.number, self.person, *declared)
        with self.office.ground.behind_the_desk() as connection:
            connection.execute(A_DOCUMENT, row)
        s3_client(self.settings).put_object(
            Bucket=self.settings.s3_quarantine_bucket, Key=quarantine_key(document_id), Body=content
        )
        return DocumentUploaded(document_id=document_id, number=self.number, organisation_id=ORGANISATION)

    async def kept(self, document_id: str) -> dict[str, object]:
        query = "SELECT facts, vault_key, vault_version FROM examination WHERE document_id = :id"
        (row,) = await self.office.ground.rows(query, id=document_id)
        return row

    async def as_dossier(self) -> Dossier:
        database: Database = self.office.ground.database
        key = await self.office.keys.ring.key_for(self.number)
        async with database.as_worker() as connection:
            case = await case_of(connection, self.number, ORGANISATION)
            everything = await collected(connection, case, key, sealed_only=True)
        ready = load_catalogue().map_for(case.procedure, version=case.map_version)
        return dossier(everything, ready, ready.procedure.version)


@pytest.fixture
def intake(office: Office, servers: Stack) -> Intake:
    return Intake(office, servers)


async def test_what_was_read_is_sealed_and_answered_to_nobody(intake: Intake) -> None:
    uploaded = intake.upload(corpus.pdf_lines(ZONE))

    first = await intake.documents.examine_one(uploaded)
    again = await intake.documents.examine_one(uploaded)

    kept = await intake.kept(uploaded.document_id)
    facts = kept["facts"]
    assert isinstance(facts, dict)
    assert facts["sealed_reading"]
    assert "ERIKSSON" not in str(kept)
    assert first.sealed_reading is again.sealed_reading is None
    (fact,) = (await intake.as_dossier()).documents
    assert [seen.zone.number for seen in fact.passports] == ["L898902C3"]


async def test_a_masked_file_takes_the_place_of_the_one_that_came(intake: Intake, tmp_path: Path) -> None:
    content = corpus.pdf_lines(NUMBER_PAGES)
    uploaded = intake.upload(content)

    found = await intake.documents.examine_one(uploaded)

    kept = await intake.kept(uploaded.document_id)
    stored = intake.objects.read(str(kept["vault_key"]), str(kept["vault_version"]))
    assert (found.outcome, found.masked_pages) == ("released", (1,))
    assert hashlib.sha256(stored).hexdigest() == found.sha256 != hashlib.sha256(content).hexdigest()
    assert corpus.VALID_SAMPLE_MY_NUMBER.encode() not in stored
    (fact,) = (await intake.as_dossier()).documents
    assert (fact.size_bytes, fact.masked_pages) == (len(stored), (1,))


async def test_the_file_that_came_is_nowhere_any_more(intake: Intake) -> None:
    uploaded = intake.upload(corpus.pdf_lines(NUMBER_PAGES))

    await intake.documents.examine_one(uploaded)

    listed = s3_client(intake.settings).list_objects_v2(
        Bucket=intake.settings.s3_quarantine_bucket, Prefix=quarantine_key(uploaded.document_id)
    )
    assert listed["KeyCount"] == 0
    versions = s3_client(intake.settings).list_object_versions(
        Bucket=intake.settings.s3_vault_bucket,
        Prefix=str((await intake.kept(uploaded.document_id))["vault_key"]),
    )
    assert len(versions["Versions"]) == 1


async def test_a_desk_with_clamd_keeps_what_it_called_clean_and_refuses_what_it_called_infected(
    office: Office, servers: Stack
) -> None:
    sound = corpus.pdf_lines(("plain",))

    with listening() as (host, port):
        with_clamd = {"clamd_host": host, "clamd_port": port}
        scanner = connect_scanner(settings_of(servers).model_copy(update=with_clamd))
        intake = Intake(office, servers, scanner)
        clean, infected = [intake.upload(each) for each in (sound, sound + b"\n%" + b"".join(corpus.EICAR))]
        found = [await intake.documents.examine_one(each) for each in (clean, infected)]

    kept = [await intake.kept(each.document_id) for each in (clean, infected)]
    by = {"scanner": VERSION.decode()}
    assert [each.refusal for each in found] == [None, RefusalCode.INFECTED]
    assert [each.scan for each in found] == [
        Scan(verdict=ScanVerdict.CLEAN, **by),
        Scan(verdict=ScanVerdict.INFECTED, **by, signature=SIGNATURE),
    ]
    assert [each["vault_key"] is None for each in kept] == [False, True]


async def test_a_record_of_the_first_version_is_still_read(intake: Intake) -> None:
    uploaded = intake.upload(corpus.pdf_lines(("plain",)))
    await intake.documents.examine_one(uploaded)
    older = """UPDATE examination SET facts = (facts - 'version' - 'masked_pages' - 'sealed_reading')
        #- '{facts,scanned_pages}' #- '{facts,coarse_pages}' #- '{facts,scan_dpi}' WHERE document_id = %s"""
    with intake.office.ground.behind_the_desk() as connection:
        connection.execute(older, (uploaded.document_id,))

    found = await intake.documents.examine_one(uploaded)

    (fact,) = (await intake.as_dossier()).documents
    assert (found.version, found.pages, fact.pages, fact.passports) == (1, 1, 1, ())


async def test_an_erased_application_s_files_are_not_read(intake: Intake) -> None:
    uploaded = intake.upload(corpus.pdf_lines(ZONE))
    intake.office.keys.rows[intake.number] = b""
    intake.office.keys.ring.forget(intake.number)

    with pytest.raises(KeyDestroyed):
        await intake.documents.examine_one(uploaded)


def copied(
    original: Intake, document_id: str, office: Office, stack: Stack
) -> tuple[Intake, DocumentUploaded]:
    """The same document in an application that its person was split off into."""
    other, copy_id = Intake(office, stack), str(uuid4())
    row = (copy_id, ORGANISATION, other.number, other.person, PDF, 1, "0" * 64)
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_DOCUMENT, row)
        connection.execute(
            "UPDATE document_version SET copied_from = %s WHERE id = %s", (document_id, copy_id)
        )
    assert other.number != original.number
    return other, DocumentUploaded(document_id=copy_id, number=other.number, organisation_id=ORGANISATION)


async def test_a_copy_takes_over_verdict_and_place_and_is_read_under_its_own_key(
    intake: Intake, office: Office, servers: Stack
) -> None:
    uploaded = intake.upload(corpus.pdf_lines(ZONE))
    first = await intake.documents.examine_one(uploaded)
    other, copy = copied(intake, uploaded.document_id, office, servers)

    taken = await other.documents.examine_one(copy)
    again = await other.documents.examine_one(copy)

    before, after = await intake.kept(uploaded.document_id), await other.kept(copy.document_id)
    (fact,) = (await other.as_dossier()).documents
    assert taken == again == first
    assert (after["vault_key"], after["vault_version"]) == (before["vault_key"], before["vault_version"])
    assert after["facts"] != before["facts"]
    assert [seen.zone.number for seen in fact.passports] == ["L898902C3"]


async def test_a_copy_of_what_nobody_has_examined_yet_has_it_examined_once(
    intake: Intake, office: Office, servers: Stack
) -> None:
    uploaded = intake.upload(corpus.pdf_lines(NUMBER_PAGES))
    _, copy = copied(intake, uploaded.document_id, office, servers)
    farther, copy_of_the_copy = copied(intake, copy.document_id, office, servers)

    found = await farther.documents.examine_one(copy_of_the_copy)

    places = {
        (await intake.kept(each))["vault_key"]
        for each in (uploaded.document_id, copy.document_id, copy_of_the_copy.document_id)
    }
    assert (found.outcome, found.masked_pages) == ("released", (1,))
    assert len(places) == 1
