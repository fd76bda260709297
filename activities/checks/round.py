"""The activity `check_round`: the sealed content of a round against the rules; the report is kept, codes are answered."""

import asyncio
from datetime import date

from temporalio import activity

from activities.checks.named import NAMED_CHECKS
from activities.ledger import Ledger
from infra.database.connection import Database
from infra.dossiers import Collected, case_of, collected, dossier
from infra.keys import KeyRing, seal_json
from infra.packs import Packs
from schemas.checked import CheckAsked, Checked, FoundByRule
from schemas.dossier import CheckReport, Dossier, RuleFinding
from schemas.lodging import offices_of
from schemas.maps import ProcedureMap
from schemas.rules import evaluate

REPORT_PURPOSE = "report"


class Checks:
    """Automatic checks."""

    def __init__(self, database: Database, keys: KeyRing, packs: Packs, ledger: Ledger) -> None:
        self._database = database
        self._keys = keys
        self._packs = packs
        self._ledger = ledger

    @activity.defn(name="check_round")
    async def check_round(self, asked: CheckAsked) -> Checked:
        """Check what was handed in. Answers `unexamined` documents first: they are examined before anything is judged.

        The report with every value used is kept sealed under (number, round, pack version): a repetition overwrites
        it with the same.
        """
        key = await self._keys.key_for(asked.number)
        async with self._database.as_worker() as connection:
            case = await case_of(connection, asked.number, asked.organisation_id)
            everything = await collected(connection, case, key, sealed_only=True)
        waiting = _unexamined(everything)
        if waiting:
            return Checked(pack_version="", unexamined=waiting)
        ready = await self._packs.of(case)
        facts = dossier(everything, ready, date.fromisoformat(asked.as_of))
        report = await asyncio.to_thread(evaluate, ready, facts, named_checks=NAMED_CHECKS)
        sealed = seal_json(key, REPORT_PURPOSE, report.model_dump(mode="json"))
        await self._ledger.store_report(
            {
                "number": asked.number,
                "organisation_id": asked.organisation_id,
                "round": asked.round,
                "pack_version": report.pack_version,
                "report": sealed,
            }
        )
        return _answer(ready, facts, report, frozenset(asked.persons))


def _unexamined(everything: Collected) -> tuple[str, ...]:
    return tuple(document.id for document in everything.documents if document.state == "uploaded")


def _answer(ready: ProcedureMap, facts: Dossier, report: CheckReport, persons: frozenset[str]) -> Checked:
    found = tuple(
        _found(finding)
        for finding in report.findings
        if finding.person_id is None or finding.person_id in persons
    )
    return Checked(pack_version=report.pack_version, found=found, offices=offices_of(ready, facts))


def _found(finding: RuleFinding) -> FoundByRule:
    return FoundByRule(
        key=finding.key,
        rule_id=finding.rule_id,
        severity=finding.severity,
        person_id=finding.person_id,
        place_kind=finding.place_kind,
        place=finding.place,
        cannot_decide=finding.outcome == "cannot_decide",
    )
