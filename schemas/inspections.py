"""What managers ask about checks without changing anything: the same check repeated, and newer rules weighed.

Answers carry numbers, rule ids, places and lines of persons; never a value.
"""

from collections.abc import Mapping
from datetime import date

from schemas.application import RoadPlan
from schemas.dossier import CheckReport, Dossier, RuleFinding
from schemas.findings import Severity
from schemas.lodging import Window
from schemas.words import Word

PLANNED = ("review_levels", "review_office_days", "correction_days", "correction_clock", "expected_days")
"""What of a plan decides deadlines and the levels of review."""


class RepeatAsked(Word):
    """Repeat the checks that were kept of one round."""

    number: str
    round: int


class Repetition(Word):
    """One kept check and the same asked again today: equal, or which findings (rule, line, place) differ.

    `other_code` names rules whose named check has another version today than when it was kept.
    """

    pack_version: str
    as_of: date
    is_equal: bool
    findings: int
    only_then: tuple[str, ...] = ()
    only_now: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    other_code: tuple[str, ...] = ()


class Repeated(Word):
    """Every check kept of one round, repeated; `unreadable` names packs that can't be asked any more."""

    number: str
    round: int
    items: tuple[Repetition, ...] = ()
    unreadable: tuple[str, ...] = ()


class WeighAsked(Word):
    """Weigh the shipped rules against open applications under others: the next `limit` after a number."""

    on: date
    after: str = ""
    limit: int = 50


class Weight(Word):
    """One finding that comes or goes: the rule, where, for which line of the application (None: for all)."""

    rule_id: str
    severity: Severity
    cannot_decide: bool
    place: str
    line: int | None


class Moved(Word):
    """A figure of the plan that differs: from, to."""

    what: str
    before: str
    after: str


class Impact(Word):
    """What the shipped rules would change for one application. Window bounds tell by how many days they move."""

    number: str
    procedure: str
    pack_version: str
    shipped_version: str
    gained: tuple[Weight, ...] = ()
    lost: tuple[Weight, ...] = ()
    plan: tuple[Moved, ...] = ()
    window_days: Mapping[str, int | None] = {}
    offices: tuple[int, ...] = ()

    @property
    def changes_anything(self) -> bool:
        """Whether anything at all would be different."""
        return bool(self.gained or self.lost or self.plan or self.window_days or self.offices)


class Weighed(Word):
    """One page of impacts; `unreadable` are applications that were erased or have no map any more."""

    items: tuple[Impact, ...] = ()
    unreadable: tuple[str, ...] = ()
    next: str | None = None


def repetition_of(then: CheckReport, now: CheckReport) -> Repetition:
    """Compares a kept report with today's, finding by finding, values and messages included.

    Checks kept before they had versions kept no values: of those only what was found is compared.
    """
    unversioned = set(now.check_versions) - set(then.check_versions)
    before, after = (
        {each.key: _comparable(each, with_values=each.rule_id not in unversioned) for each in report.findings}
        for report in (then, now)
    )
    return Repetition(
        pack_version=then.pack_version,
        as_of=then.as_of,
        is_equal=before == after,
        findings=len(before),
        only_then=tuple(sorted(set(before) - set(after))),
        only_now=tuple(sorted(set(after) - set(before))),
        otherwise=tuple(sorted(key for key in set(before) & set(after) if before[key] != after[key])),
        other_code=tuple(
            sorted(
                rule_id
                for rule_id, version in then.check_versions.items()
                if now.check_versions.get(rule_id) != version
            )
        ),
    )


def _comparable(finding: RuleFinding, *, with_values: bool) -> RuleFinding:
    """Without rows and pages, which follow from the pack, the values and the files, and were not kept at first."""
    left_out = {"rows", "seen_on"} if with_values else {"rows", "seen_on", "inputs", "given"}
    return RuleFinding.model_validate(finding.model_dump(exclude=left_out))


def weights_between(
    dossier: Dossier, before: CheckReport, after: CheckReport
) -> tuple[tuple[Weight, ...], tuple[Weight, ...]]:
    """The findings that come and those that go; one that is weighed otherwise goes and comes."""
    lines = {line.person_id: place for place, line in enumerate(dossier.persons, start=1)}
    old, new = ([_weight(each, lines) for each in report.findings] for report in (before, after))
    return tuple(each for each in new if each not in old), tuple(each for each in old if each not in new)


def _weight(finding: RuleFinding, lines: Mapping[str, int]) -> Weight:
    return Weight(
        rule_id=finding.rule_id,
        severity=finding.severity,
        cannot_decide=finding.outcome == "cannot_decide",
        place=finding.place,
        line=lines.get(finding.person_id or ""),
    )


def plan_moves(before: RoadPlan, after: RoadPlan) -> tuple[Moved, ...]:
    """The deadlines of the desk that newer rules would set otherwise."""
    pairs = ((name, str(getattr(before, name)), str(getattr(after, name))) for name in PLANNED)
    return tuple(Moved(what=name, before=old, after=new) for name, old, new in pairs if old != new)


def window_moves(before: Window, after: Window) -> dict[str, int | None]:
    """By how many days each bound of the window moves; None where a bound comes or goes."""
    moved: dict[str, int | None] = {}
    for name in ("earliest_on", "latest_on", "last_possible_on"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            moved[name] = (new - old).days if old and new else None
    return moved


def office_moves(dossier: Dossier, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[int, ...]:
    """The lines of the persons whose receiving office would be another."""
    lines = enumerate((line.person_id for line in dossier.persons), start=1)
    return tuple(place for place, person in lines if before.get(person) != after.get(person))
