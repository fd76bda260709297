"""Kept checks: sealed reports with the dossiers they are about, read back to be explained, compared or repeated."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.database.tables import check_report
from infra.keys import DataKey, open_json, seal_json
from schemas.dossier import CheckReport, Dossier, KeptCheck, RuleFinding

REPORT_PURPOSE = "report"


def kept_check(report: CheckReport, dossier: Dossier) -> KeptCheck:
    """A report together with what it is about."""
    return KeptCheck(**{name: getattr(report, name) for name in CheckReport.model_fields}, dossier=dossier)


def sealed_check(key: DataKey, kept: KeptCheck) -> bytes:
    """A kept check under the application's key; what has its default is left out."""
    return seal_json(key, REPORT_PURPOSE, kept.model_dump(mode="json", exclude_defaults=True))


async def last_kept(
    connection: AsyncConnection, key: DataKey, number: str, *, before_round: int
) -> KeptCheck | None:
    """The latest check of the rounds before this one, or None."""
    asked = select(check_report.c.report).where(
        check_report.c.number == number, check_report.c.round < before_round
    )
    latest = asked.order_by(check_report.c.round.desc(), check_report.c.checked_at.desc()).limit(1)
    blob = (await connection.execute(latest)).scalar_one_or_none()
    return None if blob is None else _opened(key, blob)


async def kept_of_round(
    connection: AsyncConnection, key: DataKey, number: str, round_: int
) -> tuple[KeptCheck, ...]:
    """Every check kept of one round, one per pack, the oldest first."""
    asked = select(check_report.c.report).where(
        check_report.c.number == number, check_report.c.round == round_
    )
    blobs = (await connection.execute(asked.order_by(check_report.c.checked_at))).scalars()
    return tuple(_opened(key, blob) for blob in blobs)


def _opened(key: DataKey, blob: bytes) -> KeptCheck:
    return KeptCheck.model_validate(open_json(key, REPORT_PURPOSE, bytes(blob)))


async def kept_findings(
    connection: AsyncConnection, key: DataKey, number: str
) -> dict[str, tuple[KeptCheck, RuleFinding]]:
    """Everything that was ever found, by finding key, each with the latest check that found it."""
    asked = select(check_report.c.report).where(check_report.c.number == number)
    oldest_first = asked.order_by(check_report.c.round, check_report.c.checked_at)
    found: dict[str, tuple[KeptCheck, RuleFinding]] = {}
    for blob in (await connection.execute(oldest_first)).scalars():
        kept = _opened(key, blob)
        found.update({each.key: (kept, each) for each in kept.findings})
    return found


async def kept_with(
    connection: AsyncConnection, key: DataKey, number: str, finding_key: str
) -> tuple[KeptCheck, RuleFinding] | None:
    """The latest kept check that found this, and what it found."""
    asked = select(check_report.c.report).where(check_report.c.number == number)
    latest_first = asked.order_by(check_report.c.round.desc(), check_report.c.checked_at.desc())
    for blob in (await connection.execute(latest_first)).scalars():
        kept = _opened(key, blob)
        for each in kept.findings:
            if each.key == finding_key:
                return kept, each
    return None
