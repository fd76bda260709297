"""A draft that nobody touches is told of, ends on its day and is gone: key, files and all. One that is touched goes on."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from activities.drafts import Drafts
from infra.database.connection import Database
from infra.dev.services import Stack
from infra.object_answers import ObjectAbsentError
from infra.objects import ObjectStore, vault_key
from schemas.calendar import end_of_day, japan_date
from schemas.draft_ends import last_day
from schemas.identifiers import application_number
from tests.activities.drafting import tell, tell_in_time
from tests.builders import ORGANISATION, handed_in
from tests.ground import Ground, settings_of
from tests.workflows.office import RANDOM, Keys

KEPT_DAYS = 180
TOUCHED_AT = datetime(2026, 5, 20, 3, tzinfo=UTC)
ENDS_AT = end_of_day(last_day(TOUCHED_AT, KEPT_DAYS))
A_MOMENT = timedelta(seconds=1)
UNTOUCHED = "UPDATE application SET handed_in_at = NULL, rounds = 0, changed_at = %s WHERE number = %s"
A_DOCUMENT = """INSERT INTO document_version
    (id, organisation_id, number, kind, scope, version, state, file_name, media_type, size_bytes, sha256, uploaded_by,
     capacity, created_at)
    VALUES (%s, %s, %s, 'passport_copy', 'application', 1, 'released', '', 'application/pdf', 4, %s, 'acc', 'client',
     now())"""
AN_EXAMINATION = """INSERT INTO examination
    (document_id, organisation_id, number, outcome, facts, vault_key, vault_version, examined_at)
    VALUES (%s, %s, %s, 'released', '{}', %s, %s, now())"""
STATE = """SELECT a.ended_at IS NOT NULL AS ended, a.erased_at IS NOT NULL AS erased, k.wrapped IS NULL AS destroyed
    FROM application a JOIN data_key k ON k.number = a.number WHERE a.number = :number"""
MAILS = """SELECT facts->>'due_on' AS due_on, facts->>'step' AS step, (due_at AT TIME ZONE 'Asia/Tokyo')::date AS told_on
    FROM notice WHERE number = :number AND kind = 'draft_ends' ORDER BY due_at"""
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def objects(servers: Stack) -> ObjectStore:
    return ObjectStore.connect(settings_of(servers))


@pytest.fixture
def drafts(desk_ground: Ground, objects: ObjectStore) -> Drafts:
    return Drafts(desk_ground.database, objects, Keys().ring, kept_days=KEPT_DAYS)


@pytest.fixture
def number(desk_ground: Ground) -> str:
    """A draft that was touched last on that day."""
    number, keys = application_number(2026, next(RANDOM)), Keys()
    desk_ground.take_in(handed_in(number=number), keys.make(number))
    with desk_ground.behind_the_desk() as connection:
        connection.execute(UNTOUCHED, (TOUCHED_AT, number))
    return number


@pytest.fixture
async def told(desk_ground: Ground, drafts: Drafts, number: str) -> str:
    """A draft whose client was told of its end in time."""
    await tell_in_time(desk_ground, drafts, ENDS_AT - A_MOMENT)
    return number


async def state(ground: Ground, number: str) -> dict[str, bool]:
    (row,) = await ground.rows(STATE, number=number)
    return row


async def seen_by_client(ground: Ground, number: str) -> int:
    """How many rows the client's hat sees of it."""
    desk = Database(SecretStr(ground.stack.database_url("api", ground.name)), pool_size=1)
    async with desk.as_client(ORGANISATION) as connection:
        asked = text("SELECT count(*) FROM application WHERE number = :number")
        seen: int = (await connection.execute(asked, {"number": number})).scalar_one()
    await desk.close()
    return seen


def kept_file(ground: Ground, objects: ObjectStore, number: str, folder: Path) -> tuple[str, str]:
    """A released file of a draft: where it lies in the vault."""
    paper = folder / "paper"
    paper.write_bytes(b"%PDF")
    digest = hashlib.sha256(b"%PDF").hexdigest()
    key = vault_key(number, f"{number}-paper")
    version = objects.release(paper, key, "application/pdf", digest)
    with ground.behind_the_desk() as connection:
        connection.execute(A_DOCUMENT, (f"{number}-paper", ORGANISATION, number, digest))
        connection.execute(AN_EXAMINATION, (f"{number}-paper", ORGANISATION, number, key, version))
    return key, version


async def test_a_draft_ends_with_its_last_day_in_japan_and_not_before(
    desk_ground: Ground, drafts: Drafts, told: str
) -> None:
    before = await drafts.look_at(ENDS_AT - A_MOMENT)
    kept = await state(desk_ground, told), await seen_by_client(desk_ground, told)

    ended = [await drafts.look_at(ENDS_AT) for _ in range(2)]

    assert (before, kept) == (0, ({"ended": False, "erased": False, "destroyed": False}, 1))
    assert ended == [1, 0]
    assert await state(desk_ground, told) == {"ended": True, "erased": True, "destroyed": True}
    assert await seen_by_client(desk_ground, told) == 0


async def test_its_files_are_gone_from_the_vault(
    desk_ground: Ground, drafts: Drafts, objects: ObjectStore, told: str, tmp_path: Path
) -> None:
    key, version = kept_file(desk_ground, objects, told, tmp_path)
    there = objects.stat_version(key, version).size_bytes

    await drafts.look_at(ENDS_AT)

    with pytest.raises(ObjectAbsentError):
        objects.stat_version(key, version)
    assert there == 4


async def test_a_touched_or_handed_in_one_does_not_end(
    desk_ground: Ground, drafts: Drafts, told: str
) -> None:
    with desk_ground.behind_the_desk() as connection:
        connection.execute(UNTOUCHED, (TOUCHED_AT + timedelta(days=1), told))
    touched = await drafts.look_at(ENDS_AT)
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE application SET handed_in_at = now(), changed_at = %s", (TOUCHED_AT,))
    handed = await drafts.look_at(ENDS_AT)

    assert (touched, handed) == (0, 0)
    assert await seen_by_client(desk_ground, told) == 1


async def test_who_writes_at_the_last_moment_has_the_row_first_and_keeps_his_draft(
    desk_ground: Ground, drafts: Drafts, told: str
) -> None:
    with desk_ground.stack.connect(desk_ground.name) as client:
        client.autocommit = False
        client.execute("UPDATE application SET changed_at = now() WHERE number = %s", (told,))
        looking = asyncio.create_task(drafts.look_at(ENDS_AT))
        while not await desk_ground.rows(WAITING):
            await asyncio.sleep(0.05)
        client.commit()

    assert await looking == 0
    assert (await state(desk_ground, told))["destroyed"] is False
    assert await seen_by_client(desk_ground, told) == 1


async def test_a_draft_whose_client_was_not_told_in_time_is_told_and_waits_a_week(
    desk_ground: Ground, drafts: Drafts, number: str
) -> None:
    back_at = ENDS_AT + timedelta(days=3)

    ended = [await drafts.look_at(back_at), await tell(desk_ground, drafts, back_at)]
    a_week_after = [await drafts.look_at(back_at + timedelta(days=days)) for days in (7, 8)]

    assert (ended, a_week_after) == ([0, 0], [0, 1])
    (mail,) = await desk_ground.rows(MAILS, number=number)
    assert mail["due_on"] == japan_date(back_at + timedelta(days=7)).isoformat()


async def test_a_mail_that_never_left_the_house_ends_nothing(
    desk_ground: Ground, drafts: Drafts, number: str
) -> None:
    for days in (30, 7, 0, -1, -9):
        await drafts.look_at(ENDS_AT - timedelta(days=days))

    assert (await state(desk_ground, number))["ended"] is False


async def test_its_client_is_told_thirty_and_seven_days_before_once_each(
    desk_ground: Ground, drafts: Drafts, number: str
) -> None:
    for left in range(31, -1, -1):
        await drafts.look_at(ENDS_AT - A_MOMENT - timedelta(days=left))

    last = last_day(TOUCHED_AT, KEPT_DAYS)
    mails = [
        {"due_on": last.isoformat(), "step": str(days), "told_on": last - timedelta(days=days)}
        for days in (30, 7)
    ]
    assert await desk_ground.rows(MAILS, number=number) == mails
