"""Who may lodge: a valid certificate, an online id where it is online, and a mandate of this client for this procedure."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from psycopg.types.json import Jsonb
from temporalio.exceptions import ApplicationError

from activities.ledger import Entry, Ledger
from activities.lodging import Lodging, name_of
from infra.catalogue import load_catalogue
from infra.dev.services import Stack
from infra.objects import ObjectStore, s3_client, vault_key
from infra.packs import packs_of_the_worker
from schemas.checked import LodgingAsked
from schemas.commands import BeginLodging
from schemas.examination import PDF
from schemas.identifiers import application_number
from tests import corpus
from tests.builders import HANDLER, ORGANISATION, PaperRoad, handed_in
from tests.ground import Ground, settings_of
from tests.workflows.office import RANDOM, Office
from workflows import filing

TODAY = date(2026, 11, 30)
YESTERDAY = date(2026, 11, 29)
TOMORROW = date(2026, 12, 1)
PLAN = "otit.plan.accreditation.D"
A_HANDLER = """INSERT INTO account (id, subject, display_name, email, roles, locale)
    VALUES ('acc-handler', 'handler', '見本 取次', 'handler@toritsugi.example', '{handler}', 'ja')"""
A_CERTIFICATE = """INSERT INTO certificate (account_id, certificate_number, valid_until, online_id_valid_until)
    VALUES ('acc-handler', 'C-1', %s, %s)"""
A_LIST = """INSERT INTO pledge_list (id, account_id, filed_on, organisations, recorded_by, recorded_at)
    VALUES (%s, 'acc-handler', %s, %s, 'manager-1', %s)"""
A_MANDATE = """INSERT INTO mandate (id, organisation_id, account_id, procedures, valid_from, valid_until)
    VALUES ('m-1', %s, 'acc-handler', %s, %s, %s)"""
A_MEMBER = "INSERT INTO membership (organisation_id, is_member, since) VALUES (%s, %s, %s)"

MANY = 30
A_STOP = """INSERT INTO lodging_stop (id, channel, reason, words, placed_by, placed_at, until_on)
    VALUES ('stop-1', 'post', 'channel_down', 'x', 'manager-1', now(), current_date + 1)"""

A_DOCUMENT = """INSERT INTO document_version
    (id, organisation_id, number, kind, scope, person_id, version, state, file_name, media_type, size_bytes, sha256,
     uploaded_by, capacity, created_at, completed_at, sealed_in_round)
    VALUES (%(id)s, %(organisation)s, %(number)s, %(kind)s, 'person', %(person)s, %(round)s, 'uploaded', '',
        'application/pdf', %(size)s, %(sha256)s, 'acc-client', 'client', now(), now(), %(round)s)"""
RELEASED = """INSERT INTO examination
    (document_id, organisation_id, number, outcome, facts, vault_key, vault_version, examined_at)
    VALUES (%(id)s, %(organisation)s, %(number)s, 'released', '{}', %(key)s, %(version)s, now())"""
LODGED = """INSERT INTO filing (id, organisation_id, number, kind, state, persons, office, package_sha256, changed_at)
    VALUES (%s, %s, %s, 'first', %s, %s, 'tokyo', %s, now())"""


@pytest.fixture
def number(office: Office) -> str:
    number = application_number(2026, next(RANDOM))
    office.ground.take_in(handed_in(number=number), office.keys.make(number))
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_HANDLER)
    return number


@pytest.fixture
def lodging(office: Office, servers: Stack) -> Lodging:
    return Lodging(
        database=office.ground.database,
        objects=ObjectStore.connect(settings_of(servers)),
        keys=office.keys.ring,
        packs=packs_of_the_worker(load_catalogue(), office.ground.database),
        ledger=Ledger(office.ground.database),
        desk_name="Sample office",
        second_confirms=("otit.*:counter",),
        members_only=("otit.*:online",),
    )


def certify(ground: Ground, until: date, online: date | None = None) -> None:
    with ground.behind_the_desk() as connection:
        connection.execute(A_CERTIFICATE, (until, online))


def give_mandate(
    ground: Ground, procedure: str = PLAN, since: date = YESTERDAY, until: date | None = None
) -> None:
    with ground.behind_the_desk() as connection:
        connection.execute(A_MANDATE, (ORGANISATION, [procedure], since, until))


def asked_for(number: str, channel: str = "post") -> LodgingAsked:
    return LodgingAsked(
        number=number,
        organisation_id=ORGANISATION,
        procedure=PLAN,
        filing_id=f"{number}.filing.1",
        filing_kind="first",
        persons=(f"{number}.p1",),
        office="tokyo",
        channel=channel,
        handler="acc-handler",
        round=1,
        as_of=TODAY.isoformat(),
    )


async def outcome(lodging: Lodging, number: str, channel: str = "post") -> str:
    """The code with which lodging is refused for good, or `sealed`."""
    try:
        await lodging.prepare(asked_for(number, channel))
    except ApplicationError as refused:
        assert refused.non_retryable
        return str(refused.type)
    return "sealed"


async def test_without_a_certificate_nobody_lodges(lodging: Lodging, number: str, office: Office) -> None:
    give_mandate(office.ground)

    assert await outcome(lodging, number) == "certificate_missing"


@pytest.mark.parametrize(("until", "code"), [(YESTERDAY, "certificate_expired"), (TODAY, "no_mandate")])
async def test_a_certificate_is_valid_through_its_last_day(
    lodging: Lodging, number: str, office: Office, until: date, code: str
) -> None:
    certify(office.ground, until)

    assert await outcome(lodging, number) == code


@pytest.mark.parametrize(
    ("online", "channel", "code"),
    [
        (None, "online", "online_id_missing"),
        (YESTERDAY, "online", "online_id_expired"),
        (TODAY, "online", "no_mandate"),
        (None, "post", "no_mandate"),
    ],
)
async def test_an_online_id_is_needed_online_only(
    lodging: Lodging, number: str, office: Office, *, online: date | None, channel: str, code: str
) -> None:
    certify(office.ground, TOMORROW, online)

    assert await outcome(lodging, number, channel) == code


async def test_online_the_list_filed_last_has_to_name_the_client(
    lodging: Lodging, number: str, office: Office
) -> None:
    certify(office.ground, TOMORROW, TODAY)
    give_mandate(office.ground)
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_MEMBER, (ORGANISATION, True, None))
    outcomes = [await outcome(lodging, number, "online")]

    for on, named in ((YESTERDAY, [{"id": ORGANISATION, "name": "x"}]), (TODAY, [])):
        with office.ground.behind_the_desk() as connection:
            connection.execute(A_LIST, (f"l-{on}", on, Jsonb(named), on))
        outcomes.append(await outcome(lodging, number, "online"))

    assert outcomes == ["pledge_not_filed", "sealed", "pledge_not_filed"]


@pytest.mark.parametrize(
    ("is_member", "since", "code"),
    [
        (True, None, "sealed"),
        (True, TODAY, "sealed"),
        (True, TOMORROW, "members_only"),
        (False, None, "members_only"),
    ],
)
async def test_where_the_desk_lodges_for_members_only_the_register_has_to_say_so(
    lodging: Lodging, number: str, office: Office, *, is_member: bool, since: date | None, code: str
) -> None:
    certify(office.ground, TOMORROW, TODAY)
    give_mandate(office.ground)
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_LIST, ("l-1", TODAY, Jsonb([{"id": ORGANISATION, "name": "x"}]), TODAY))
        connection.execute(A_MEMBER, (ORGANISATION, is_member, since))

    assert await outcome(lodging, number, "online") == code


@pytest.mark.parametrize(
    ("mandate", "code"),
    [
        ({"procedure": "isa.extension.ssw1"}, "mandate_other_procedure"),
        ({"since": TOMORROW}, "mandate_not_yet_valid"),
        ({"until": YESTERDAY}, "mandate_expired"),
        ({"until": TODAY}, "sealed"),
        ({"since": TODAY}, "sealed"),
        ({"procedure": "*"}, "sealed"),
    ],
)
async def test_a_mandate_is_for_a_procedure_and_a_time(
    lodging: Lodging, number: str, office: Office, mandate: dict[str, Any], code: str
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground, **mandate)

    assert await outcome(lodging, number) == code


async def test_a_package_sealed_again_the_same_day_is_the_same_package(
    lodging: Lodging, number: str, office: Office
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)

    first, second = [await lodging.prepare(asked_for(number)) for _ in range(2)]

    kept = await office.ground.rows("SELECT filing_id, sha256 FROM package")
    assert first == second
    assert kept == [{"filing_id": f"{number}.filing.1", "sha256": first.sha256}]


async def test_of_two_who_begin_at_once_the_fee_is_that_of_the_package_that_is_lodged(
    lodging: Lodging, number: str, office: Office
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)
    by_post, by_counter = [await lodging.prepare(asked_for(number, each)) for each in ("post", "counter")]
    road = PaperRoad("p1", number=number)
    road.check()
    road.review()
    begin = road.ask(BeginLodging, HANDLER, filing_id=road.filing().id, channel="post")

    road.act(lambda situation, given: filing.begin(situation, given, by_post), begin)
    entry = Entry(number=number, organisation_id=ORGANISATION, events=tuple(road.events))
    await Ledger(office.ground.database).record(entry)

    kept = await office.ground.rows("SELECT filing_id, channel, persons FROM filing_fee")
    assert by_post.sha256 != by_counter.sha256
    assert kept == [{"filing_id": road.filing().id, "channel": "post", "persons": 1}]


async def test_one_stop_keeps_thirty_cases_back_also_who_came_meanwhile_and_its_end_frees_both(
    lodging: Lodging, office: Office, number: str
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)
    waiting = [number, *(another(office) for _ in range(MANY - 1))]
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_STOP)
    waiting.append(another(office))

    stopped = [await outcome(lodging, each) for each in waiting]
    with office.ground.behind_the_desk() as connection:
        connection.execute("UPDATE lodging_stop SET lifted_at = now(), lifted_by = 'manager-1'")
    one_of_each = (waiting[0], waiting[-1])
    freed = [await outcome(lodging, each) for each in one_of_each]

    assert stopped == ["lodging_stopped"] * (MANY + 1)
    assert freed == ["sealed"] * len(one_of_each)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ("SET size_bytes = 2000000001", "package_too_large"),
        ("SET sha256 = repeat('0', 64)", "package_content_differs"),
        ("SET size_bytes = 1", "package_content_differs"),
    ],
)
async def test_a_package_that_no_repetition_binds_is_refused(
    lodging: Lodging,
    number: str,
    office: Office,
    servers: Stack,
    tmp_path: Path,
    *,
    changed: str,
    code: str,
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)
    hand_in_paper(office, servers, tmp_path, number, ("photo", 1))
    with office.ground.behind_the_desk() as connection:
        connection.execute(f"UPDATE document_version {changed}")

    refused = await outcome(lodging, number)

    kept = await office.ground.rows("SELECT filing_id FROM package")
    assert (refused, kept) == (code, [])


async def test_a_package_whose_document_is_gone_from_the_vault_is_refused(
    lodging: Lodging, number: str, office: Office, servers: Stack, tmp_path: Path
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)
    hand_in_paper(office, servers, tmp_path, number, ("photo", 1))
    (kept,) = await office.ground.rows("SELECT vault_key, vault_version FROM examination")
    ObjectStore.connect(settings_of(servers)).erase(kept["vault_key"], kept["vault_version"])

    assert await outcome(lodging, number) == "package_content_differs"


def another(office: Office) -> str:
    number = application_number(2026, next(RANDOM))
    office.ground.take_in(handed_in(number=number), office.keys.make(number))
    return number


@pytest.mark.parametrize(("channel", "second_asked"), [("counter", True), ("post", False)])
async def test_the_desk_says_with_the_package_where_it_wants_two_to_confirm(
    lodging: Lodging, number: str, office: Office, channel: str, second_asked: bool
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)

    sealed = await lodging.prepare(asked_for(number, channel))

    assert sealed.second_asked is second_asked


async def test_a_sealed_package_is_locked_against_deletion(
    lodging: Lodging, number: str, office: Office, servers: Stack
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)
    await lodging.prepare(asked_for(number))
    (kept,) = await office.ground.rows("SELECT vault_key, vault_version FROM package")
    settings = settings_of(servers)

    with pytest.raises(ClientError, match="AccessDenied"):
        s3_client(settings).delete_object(
            Bucket=settings.s3_vault_bucket, Key=kept["vault_key"], VersionId=kept["vault_version"]
        )


def hand_in_paper(office: Office, stack: Stack, folder: Path, number: str, paper: tuple[str, int]) -> None:
    """A document of p1, handed in with this round, examined and kept in the vault."""
    kind, round_ = paper
    content, document_id = corpus.pdf_with_text(f"{kind} {round_}"), f"{number}.{kind}.{round_}"
    path, key = folder / document_id, vault_key(number, document_id)
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    version = ObjectStore.connect(settings_of(stack)).release(path, key, PDF, sha256)
    row = {"id": document_id, "organisation": ORGANISATION, "number": number, "person": f"{number}.p1"}
    row |= {"kind": kind, "sha256": sha256, "key": key, "version": version}
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_DOCUMENT, row | {"round": round_, "size": len(content)})
        connection.execute(RELEASED, row)


async def bound_in(office: Office, filing_id: str) -> list[str]:
    kept = await office.ground.rows("SELECT manifest FROM package WHERE filing_id = :id", id=filing_id)
    return [document["document_id"] for document in kept[0]["manifest"]["documents"]]


@pytest.mark.parametrize(
    ("kind", "first_was", "enclosed"),
    [
        ("supplement", "confirmed", ["photo.2"]),
        ("supplement", "absent", ["passport_copy.1", "photo.2"]),
        ("withdrawal", "confirmed", []),
    ],
)
async def test_a_later_filing_encloses_only_what_the_authority_does_not_have(
    lodging: Lodging,
    number: str,
    office: Office,
    servers: Stack,
    tmp_path: Path,
    *,
    kind: str,
    first_was: str,
    enclosed: list[str],
) -> None:
    certify(office.ground, TOMORROW)
    give_mandate(office.ground)
    first = asked_for(number)
    second = {"filing_id": f"{number}.filing.2", "filing_kind": kind, "parent_id": first.filing_id}
    for paper in (("passport_copy", 1), ("photo", 1)):
        hand_in_paper(office, servers, tmp_path, number, paper)
    sealed = await lodging.prepare(first)
    row = (first.filing_id, ORGANISATION, number, first_was, list(first.persons), sealed.sha256)
    with office.ground.behind_the_desk() as connection:
        connection.execute(LODGED, row)
    hand_in_paper(office, servers, tmp_path, number, ("photo", 2))

    await lodging.prepare(first.model_copy(update=second))

    assert len(await bound_in(office, first.filing_id)) == 2
    assert sorted(await bound_in(office, f"{number}.filing.2")) == [f"{number}.{each}" for each in enclosed]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"name_latin": "SAMPLE TARO", "name_kanji": "見本太郎"}, "SAMPLE TARO (見本太郎)"),
        ({"name_latin": "SAMPLE TARO"}, "SAMPLE TARO"),
        ({}, "—"),
    ],
)
def test_a_person_is_named_as_in_the_passport(values: dict[str, Any], shown: str) -> None:
    assert name_of(values) == shown
