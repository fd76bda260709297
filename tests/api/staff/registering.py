"""A handler of one's own for tests of the registers, so that nobody else's entries are touched."""

from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from infra.database.tables import account
from tests.api.staff.office_day import EXTENSION, OfficeDay, organisation, somebody

MANAGER, HANDLER, REVIEWER, CLIENT = (
    somebody("manager"),
    somebody("handler"),
    somebody("reviewer"),
    somebody("client"),
)
CERTIFICATE = {
    "certificate_number": "SAMPLE-9",
    "bureau": "tokyo",
    "valid_from": "2026-04-01",
    "valid_until": "2029-03-31",
    "online_id_valid_until": "2029-03-31",
}
TERMS: dict[str, Any] = {
    "procedures": [EXTENSION],
    "valid_from": "2026-04-01",
    "valid_until": None,
    "requested_on": "2026-03-15",
}


class Newcomer:
    """A new handler, with what managers enter for him."""

    def __init__(self, day: OfficeDay, account_id: str) -> None:
        self.day, self.id, self.path = day, account_id, f"/v1/registers/handlers/{account_id}"

    async def certify(self, **given: Any) -> Any:
        """Enter his certificate."""
        return await self.day.done(MANAGER, f"{self.path}/certificate", CERTIFICATE | given)

    async def entrust(self, place: int = 0, **given: Any) -> str:
        """Enter a mandate of the n-th organisation; its id."""
        parties = {"organisation_id": organisation(place), "account_id": self.id}
        kept = await self.day.done(MANAGER, "/v1/registers/mandates", TERMS | parties | given)
        return str(kept["id"])

    async def file_list(self) -> None:
        """Record the list of pledged organisations of today as filed."""
        current = (await self.day.get(MANAGER, f"{self.path}/pledges"))["current"]
        named = [each["organisation"]["id"] for each in current]
        filed = {"filed_on": self.day.today().isoformat(), "organisations": named}
        await self.day.done(MANAGER, f"{self.path}/pledges/filed", filed)

    async def shown(self) -> dict[str, Any]:
        """His entry on the register."""
        entry: dict[str, Any] = await self.day.get(MANAGER, self.path)
        return entry


async def a_newcomer(day: OfficeDay, *roles: str) -> Newcomer:
    """Somebody with an account of the desk; a handler unless other roles are named."""
    account_id = f"new-{uuid4().hex[:8]}"
    row = {
        "id": account_id,
        "subject": account_id,
        "display_name": "見本 新任",
        "email": f"{account_id}@office.example",
        "roles": list(roles or ("handler",)),
        "locale": "ja",
    }
    async with day.desk.database.as_desk() as connection:
        await connection.execute(insert(account).values(row))
    return Newcomer(day, account_id)
