"""What comes after a result (or after lodging), and by when: each with its derivation. Pure.

A *watch* is one line of it for one person: the next procedure, or a day that must not be missed. It outlives the
application it came from.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from schemas.asking import Asking, Subject
from schemas.catalogue import Bilingual, Bound, FollowUp
from schemas.deadlines import Derivation, ja_day
from schemas.dossier import Dossier
from schemas.expression_words import in_words
from schemas.filing import ResultKind
from schemas.lodging import bound_told, counted
from schemas.maps import ProcedureMap
from schemas.words import Word

LODGED = "lodged"
TOLD_BEFORE = (30, 14, 7, 1)
"""Days before the last one on which the client is told, once each; our own policy."""
OPENS = "opens"
OPENED_WITHIN = timedelta(days=30)
"""An opening that is noticed later than this is no news."""
RESULT_DAYS: dict[str, Bilingual] = {
    "decided_on": Bilingual(ja="決定の日", en="Decided on"),
    "valid_to": Bilingual(ja="結果の有効期限", en="Result good until"),
}


class Basis(Word):
    """What a person's watches rest on: a result with its days, or (`after` lodged) that it is with the authority."""

    person_id: str
    after: str
    decided_on: date | None = None
    valid_to: date | None = None


class Watch(Word):
    """One thing that comes next. `missing` names the day it is counted from, where that is not known yet."""

    person_id: str
    follow_up: str
    after: str
    name: Bilingual
    opens_on: date | None
    closes_on: date | None
    missing: str | None
    derivation: Derivation

    def step(self, today: date) -> str | None:
        """What is to be told of it today: so many days before its last one, or that it has opened; None: nothing."""
        if self.closes_on is not None:
            left = (self.closes_on - today).days
            steps = [before for before in TOLD_BEFORE if 0 <= left <= before]
            if steps:
                return str(min(steps))
            if left < 0:
                return None
        opened = self.opens_on is not None and self.opens_on <= today <= self.opens_on + OPENED_WITHIN
        return OPENS if opened else None


def watches_of(ready: ProcedureMap, dossier: Dossier, basis: Basis) -> tuple[Watch, ...]:
    """Everything that comes next for one person of a dossier, in the order of the map.

    Left out is what the answers rule out; what they leave open is there.
    """
    asking = Asking(ready, dossier)
    subject = dossier.person(basis.person_id)
    rows = (row for row in ready.procedure.follow_ups if row.after == basis.after)
    return tuple(
        _watch(asking, row, basis) for row in rows if asking.decide(row.when, subject).outcome != "fails"
    )


def _watch(asking: Asking, row: FollowUp, basis: Basis) -> Watch:
    counted_on = _counted_on(asking, row, basis)
    subject = asking.dossier.person(basis.person_id)
    opens_on = _opens_on(row, _day(asking, row.opens, subject, counted_on))
    closes_on = _day(asking, row.closes, subject, counted_on)
    return Watch(
        person_id=basis.person_id,
        follow_up=row.id,
        after=row.after,
        name=Bilingual(ja=row.ja, en=row.en),
        opens_on=opens_on,
        closes_on=closes_on,
        missing=row.counted_from if counted_on is None else None,
        derivation=Derivation(
            ja=row.ja, en=row.en, because=tuple(_because(asking.ready, row, counted_on, opens_on, closes_on))
        ),
    )


def _counted_on(asking: Asking, row: FollowUp, basis: Basis) -> date | None:
    if row.counted_from in RESULT_DAYS:
        on: date | None = getattr(basis, row.counted_from)
        return on
    field = asking.ready.procedure.field(row.counted_from or "")
    if field is None:
        return None
    return asking.date_of(field.id, asking.dossier.person(basis.person_id))


def _day(asking: Asking, bound: Bound | None, subject: Subject, counted_on: date | None) -> date | None:
    if bound is None or counted_on is None or asking.decide(bound.when, subject).outcome != "holds":
        return None
    return counted(bound, counted_on)


def _opens_on(row: FollowUp, opens_on: date | None) -> date | None:
    if opens_on is None or row.opens_not_before is None:
        return opens_on
    return max(opens_on, row.opens_not_before)


def _because(
    ready: ProcedureMap,
    row: FollowUp,
    counted_on: date | None,
    opens_on: date | None,
    closes_on: date | None,
) -> Iterator[Derivation]:
    after = _after(ready, row)
    yield Derivation(ja=f"この結果に続く: {after.ja}", en=f"Follows from: {after.en}")
    if row.when != "true":
        told = in_words(ready, row.when)
        yield Derivation(ja=f"次の場合: {told.ja}", en=f"If: {told.en}")
    if row.counted_from is None:
        return
    label = _label(ready, row.counted_from)
    if counted_on is None:
        yield Derivation(ja=f"{label.ja}: まだ分からない", en=f"{label.en}: not known yet")
        return
    yield Derivation(ja=f"{label.ja}: {ja_day(counted_on)}", en=f"{label.en}: {counted_on.isoformat()}")
    for ja, en, on, bound, is_latest in (
        ("最初の日", "First day", opens_on, row.opens, False),
        ("最後の日", "Last day", closes_on, row.closes, True),
    ):
        if on is not None:
            ends = (*bound_told(bound, is_latest=is_latest), *(() if is_latest else _not_before(row)))
            yield Derivation(ja=f"{ja}: {ja_day(on)}", en=f"{en}: {on.isoformat()}", because=ends)


def _not_before(row: FollowUp) -> Iterator[Derivation]:
    on = row.opens_not_before
    if on is not None:
        yield Derivation(ja=f"{ja_day(on)}より前ではない", en=f"not before {on.isoformat()}")


def _after(ready: ProcedureMap, row: FollowUp) -> Bilingual:
    if row.after == LODGED:
        return Bilingual(ja="受付", en="Lodged")
    kinds = {str(kind.id): kind for kind in ready.procedure.results}
    return Bilingual(ja=kinds[row.after].ja, en=kinds[row.after].en)


def _label(ready: ProcedureMap, counted_from: str) -> Bilingual:
    field = ready.procedure.field(counted_from)
    return field.label if field is not None else RESULT_DAYS[counted_from]


def basis_of(person_id: str, result: str | None, decided_on: date | None, valid_to: date | None) -> Basis:
    """The basis of a person who has a receipt number: the result, or that it is lodged."""
    after = ResultKind(result).value if result else LODGED
    return Basis(person_id=person_id, after=after, decided_on=decided_on, valid_to=valid_to)
