"""The activity `check_round`: the sealed content of a round against the rules; the report is kept, codes are answered."""

import asyncio
from datetime import date

from temporalio import activity

from activities.checks.contents import Contents
from activities.checks.named import NAMED_CHECKS
from activities.ledger import Ledger
from infra.database.connection import Database
from infra.dossiers import Collected
from infra.kept_checks import kept_check, last_kept, sealed_check
from infra.keys import DataKey, keyed_digest
from infra.packs import Packs
from schemas.checked import CheckAsked, Checked, FoundByRule
from schemas.dossier import CheckReport, Dossier, KeptCheck, RuleFinding
from schemas.grounds import changed_for, grounds_of
from schemas.lodging import offices_of
from schemas.maps import ProcedureMap
from schemas.rechecks import Changes, changes_between, earlier_results
from schemas.rules import evaluate

BASIS_PURPOSE = "basis"


class Checks:
    """Automatic checks."""

    def __init__(self, database: Database, packs: Packs, ledger: Ledger, contents: Contents) -> None:
        self._database = database
        self._packs = packs
        self._ledger = ledger
        self._contents = contents

    @activity.defn(name="check_round")
    async def check_round(self, asked: CheckAsked) -> Checked:
        """Check what was handed in. Answers `unexamined` documents first: they are examined before anything is judged.

        The report with every value used is kept sealed under (number, round, pack version): a repetition overwrites
        it with the same. In a further round only what rests on something changed is asked again.
        """
        content = await self._contents.of(asked.number, asked.organisation_id)
        waiting = _unexamined(content.everything)
        if waiting:
            return Checked(pack_version="", unexamined=waiting)
        ready = await (
            self._packs.named(asked.pack) if asked.pack else self._packs.of(content.everything.case)
        )
        facts = content.under(ready, date.fromisoformat(asked.as_of), asked.channel)
        before = await self._last_kept(asked, content.key)
        known = earlier_results(ready, before, facts)
        report = await asyncio.to_thread(evaluate, ready, facts, named_checks=NAMED_CHECKS, known=known)
        await self._keep(asked, kept_check(report, facts), content.key)
        return Answering(ready, facts, before, content.key).checked(report, frozenset(asked.persons))

    async def _last_kept(self, asked: CheckAsked, key: DataKey) -> KeptCheck | None:
        if asked.round == 1:
            return None
        async with self._database.as_worker() as connection:
            return await last_kept(connection, key, asked.number, before_round=asked.round)

    async def _keep(self, asked: CheckAsked, kept: KeptCheck, key: DataKey) -> None:
        await self._ledger.store_report(
            {
                "number": asked.number,
                "organisation_id": asked.organisation_id,
                "round": asked.round,
                "pack_version": kept.pack_version,
                "report": sealed_check(key, kept),
            }
        )


def _unexamined(everything: Collected) -> tuple[str, ...]:
    return tuple(document.id for document in everything.documents if document.state == "uploaded")


class Answering:
    """Turns a report into what the road is told: codes, ids, and a keyed digest of what each finding rests on."""

    def __init__(self, ready: ProcedureMap, facts: Dossier, before: KeptCheck | None, key: DataKey) -> None:
        self._ready = ready
        self._facts = facts
        self._key = key
        asked = (each.rule for each in ready.rules_on(facts.as_of))
        self._by_check = {rule.id: rule.check for rule in asked if rule.check}
        self._changes = changes_between(before.dossier, facts) if before and before.dossier else Changes()

    def checked(self, report: CheckReport, persons: frozenset[str]) -> Checked:
        """What was found about these persons and the application itself."""
        found = tuple(
            self._found(finding)
            for finding in report.findings
            if finding.person_id is None or finding.person_id in persons
        )
        offices = offices_of(self._ready, self._facts)
        return Checked(
            pack_version=report.pack_version, found=found, offices=offices, chosen_offices_stay=True
        )

    def _found(self, finding: RuleFinding) -> FoundByRule:
        check = self._by_check.get(finding.rule_id)
        grounds = grounds_of(
            finding,
            self._facts,
            check=check,
            follows_since=self._ready.follows_since(finding.rule_id, self._facts.as_of),
        )
        return FoundByRule(
            key=finding.key,
            rule_id=finding.rule_id,
            severity=finding.severity,
            person_id=finding.person_id,
            place_kind=finding.place_kind,
            place=finding.place,
            cannot_decide=finding.outcome == "cannot_decide",
            basis=keyed_digest(self._key, BASIS_PURPOSE, grounds),
            changed=changed_for(finding, self._changes, check=check),
        )
