"""Intake: what a road begins with, and the automatic checks of each round, before a human looks."""

from schemas.application import HandedIn
from schemas.checked import Checked, FoundByRule
from schemas.commands import AdoptPack
from schemas.events import ChecksRun, FindingsReopened, PackAdopted, Received
from schemas.findings import UNSETTLED, Finding, FindingReopened, FindingSource, FindingState
from schemas.refusals import Refused
from schemas.standing import PersonLine
from workflows import links, splitting
from workflows.situation import Happenings, Situation

SETTLED_BY_HUMANS = frozenset({FindingState.WAIVED, FindingState.DISMISSED})


def begun(handed_in: HandedIn) -> Happenings:
    """Received; where the persons come from, when they were split off; for whom they wait."""
    received = Received(
        number=handed_in.number,
        organisation_id=handed_in.organisation_id,
        procedure=handed_in.procedure,
        map_version=handed_in.map_version,
        persons=handed_in.persons,
    )
    return [received, *splitting.came(handed_in), *links.noted(handed_in)]


def checks_run(situation: Situation, persons: tuple[str, ...], checked: Checked) -> Happenings:
    """What the checks newly found, what they no longer find, and what is asked about again because its grounds changed.

    What a human settled stays settled while it rests on the same.
    """
    known = _known(situation)
    found = [each for each in checked.found if each.person_id in (None, *persons)]
    pairs = [(known[each.key], each) for each in found if each.key in known]
    reopened = tuple(_reopened(finding, each) for finding, each in pairs if _asked_again(finding, each))
    fresh = [each for each in found if each.key not in known or _forgotten(known[each.key], each)]
    run = ChecksRun(
        round=situation.standing.round,
        persons=persons,
        pack_version=checked.pack_version,
        found=tuple(_finding(situation, each, n) for n, each in enumerate(fresh)),
        resolved=_resolved(situation, persons, checked),
        offices=_offices(situation, persons, checked),
        rests_on={finding.id: each.basis for finding, each in pairs if _moved(finding, each) and each.basis},
    )
    return [run, FindingsReopened(items=reopened)] if reopened else [run]


def _known(situation: Situation) -> dict[str, Finding]:
    """The latest finding of every key."""
    return {finding.key: finding for finding in situation.standing.findings}


def _forgotten(finding: Finding, found: FoundByRule) -> bool:
    """Checks of an older release say nothing of grounds: what they find again after it was in order is found anew."""
    return found.basis is None and finding.state is FindingState.VERIFIED


def _moved(finding: Finding, found: FoundByRule) -> bool:
    """A finding that was raised or left standing before rests on something else now."""
    return found.basis is not None and finding.basis != found.basis and not _asked_again(finding, found)


def _asked_again(finding: Finding, found: FoundByRule) -> bool:
    if found.basis is None:
        return False
    weighed_otherwise = (finding.severity, finding.cannot_decide) != (found.severity, found.cannot_decide)
    if finding.state in UNSETTLED:
        return weighed_otherwise
    if finding.state in SETTLED_BY_HUMANS and finding.basis is None:
        return weighed_otherwise
    return finding.basis != found.basis or weighed_otherwise


def _reopened(finding: Finding, found: FoundByRule) -> FindingReopened:
    return FindingReopened(
        finding_id=finding.id,
        was=finding.state,
        changed=found.changed,
        severity=found.severity,
        cannot_decide=found.cannot_decide,
        basis=found.basis,
    )


def _offices(situation: Situation, persons: tuple[str, ...], checked: Checked) -> dict[str, str]:
    """The receiving offices. Who is lodged stays with the office that has his case; what a handler chose stays, too."""
    open_ones = {line.person_id for line in map(situation.person, persons) if not _stays(line, checked)}
    return {person: office for person, office in checked.offices.items() if person in open_ones}


def _stays(line: PersonLine, checked: Checked) -> bool:
    return line.receipt is not None or (checked.chosen_offices_stay and line.office_instead_of is not None)


def _finding(situation: Situation, found: FoundByRule, ordinal: int) -> Finding:
    return Finding(
        id=situation.finding_id(ordinal),
        key=found.key,
        source=FindingSource.RULE,
        rule_id=found.rule_id,
        severity=found.severity,
        person_id=found.person_id,
        place_kind=found.place_kind,
        place=found.place,
        round=situation.standing.round,
        cannot_decide=found.cannot_decide,
        basis=found.basis,
    )


def _resolved(situation: Situation, persons: tuple[str, ...], checked: Checked) -> tuple[str, ...]:
    still = {found.key for found in checked.found}
    return tuple(
        finding.id
        for finding in situation.standing.findings
        if finding.source is FindingSource.RULE
        and finding.state in UNSETTLED
        and finding.key not in still
        and (finding.person_id is None or finding.person_id in persons)
    )


def adopt(situation: Situation, command: AdoptPack) -> Happenings:
    """Newer rules count from the next check on; adopting what counts already is refused."""
    standing = situation.standing
    if command.pack_version in (standing.pack_chosen, standing.pack_version):
        raise Refused("pack_in_force", "pack_version")
    return [
        PackAdopted(
            pack_version=command.pack_version,
            map_version=command.map_version,
            remark_id=command.remark_id,
        )
    ]
