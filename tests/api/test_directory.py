"""The directory: an office sheet is written once, and writing it again changes nothing."""

from datetime import date

from sqlalchemy import func, select

from api.desk import Desk
from api.directory import ensure_office, set_active
from infra.database.tables import (
    account,
    certificate,
    mandate,
    membership,
    organisation,
    pledge_list,
    register_change,
)
from infra.dev.sample_office import load_sample_office
from tests.api.visiting import PLAN, SSW

TABLES = (organisation, account, certificate, mandate, membership, pledge_list, register_change)


async def counts(desk: Desk) -> list[int]:
    async with desk.database.as_desk() as connection:
        return [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in TABLES
        ]


async def test_writing_the_office_again_changes_nothing(desk: Desk) -> None:
    before = await counts(desk)

    async with desk.database.as_desk() as connection:
        await ensure_office(connection, load_sample_office(), [SSW, PLAN])

    assert await counts(desk) == before
    assert before[0] == len(load_sample_office().organisations)


async def test_an_account_that_was_closed_stays_closed_when_the_sheet_is_written_again(desk: Desk) -> None:
    async with desk.database.as_desk() as connection:
        await set_active(connection, "supervising-04-1", active=False)
        await ensure_office(connection, load_sample_office(), [SSW])
        asked = select(account.c.active).where(account.c.id == "supervising-04-1")
        is_active = (await connection.execute(asked)).scalar_one()
        await set_active(connection, "supervising-04-1", active=True)

    assert is_active is False


async def test_handlers_have_certificates_and_mandates_and_one_certificate_has_expired(desk: Desk) -> None:
    async with desk.database.as_desk() as connection:
        rows = (await connection.execute(select(certificate))).all()
        mandated = (
            await connection.execute(
                select(func.count(mandate.c.organisation_id.distinct())).where(
                    mandate.c.account_id == "handler-1", mandate.c.procedures.contains([SSW])
                )
            )
        ).scalar_one()

    valid = {row.account_id: row.valid_until >= date(2026, 11, 22) for row in rows}
    assert valid.items() >= {"handler-1": True, "handler-2": True, "handler-3": False}.items()
    assert mandated == len(load_sample_office().organisations)
