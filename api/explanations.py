"""Why a rule found something: values, condition, source, and what would make it pass. Content: the read is recorded."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select

from api.access import Principal, needs
from api.act_paths import FindingInPath
from api.desk import AtDesk, Desk
from api.read_log import record_read
from api.reading import key_of
from infra.database.tables import finding
from infra.kept_checks import kept_with
from infra.keys import DataKey
from schemas.explaining import Explanation, explain
from schemas.findings import FindingSource
from schemas.identifiers import number_of
from schemas.parties import Right
from schemas.refusals import Refused

router = APIRouter(prefix="/v1/findings", tags=["findings"])

Reader = Annotated[Principal, Depends(needs(Right.READ_CASES))]


@router.get("/{finding_id}/explanation")
async def show_explanation(principal: Reader, at: AtDesk, finding_id: FindingInPath) -> Explanation:
    """What a rule decided a finding with, under the rules of that day. Refused: `no_such_finding`, `check_not_kept`."""
    key = await key_of(at.keys, number_of(finding_id))
    return await _explained(principal, at, finding_id, key)


async def _explained(principal: Principal, at: Desk, finding_id: str, key: DataKey) -> Explanation:
    number = number_of(finding_id)
    asked = select(finding.c.key).where(finding.c.id == finding_id, finding.c.source == FindingSource.RULE)
    async with at.database.as_desk() as connection:
        finding_key = (await connection.execute(asked)).scalar_one_or_none()
        if finding_key is None:
            raise Refused("no_such_finding")
        kept = await kept_with(connection, key, number, finding_key)
        await record_read(connection, principal.id, number, "explanation", at.now())
    if kept is None:
        raise Refused("check_not_kept")
    check, found = kept
    ready = await at.packs.named(check.pack_version)
    told = explain(ready, found, kept=check)
    if told is None:
        raise Refused("check_not_kept")
    return told
