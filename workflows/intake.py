"""Intake: the automatic checks of each round, before a human looks."""

from schemas.checked import Checked, FoundByRule
from schemas.events import ChecksRun
from schemas.findings import UNSETTLED, Finding, FindingSource, FindingState
from workflows.situation import Happenings, Situation

SETTLED_BY_HUMANS = frozenset({FindingState.WAIVED, FindingState.DISMISSED})


def checks_run(situation: Situation, persons: tuple[str, ...], checked: Checked) -> Happenings:
    """What the checks newly found; what they no longer find is resolved; what a human settled stays settled."""
    known = {
        finding.key
        for finding in situation.standing.findings
        if finding.state in UNSETTLED | SETTLED_BY_HUMANS
    }
    concerned = (None, *persons)
    fresh = [each for each in checked.found if each.key not in known and each.person_id in concerned]
    return [
        ChecksRun(
            round=situation.standing.round,
            persons=persons,
            pack_version=checked.pack_version,
            found=tuple(_finding(situation, found, n) for n, found in enumerate(fresh)),
            resolved=_resolved(situation, persons, checked),
            offices=_offices(situation, persons, checked),
        )
    ]


def _offices(situation: Situation, persons: tuple[str, ...], checked: Checked) -> dict[str, str]:
    """The receiving offices. Who is lodged stays with the office that has his case, wherever he moves."""
    not_lodged = {person for person in persons if situation.person(person).receipt is None}
    return {person: office for person, office in checked.offices.items() if person in not_lodged}


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
