"""When, where and for how much an application is lodged: window, office and state fee of one dossier."""

from datetime import date, timedelta
from typing import Literal

from schemas.asking import Asking, Subject
from schemas.calendar import months_after
from schemas.catalogue import Bilingual, Bound
from schemas.deadlines import Deadline, Derivation
from schemas.dossier import Dossier
from schemas.maps import ProcedureMap
from schemas.offices import office_for, office_named
from schemas.rows_used import looked_up
from schemas.tables import FeeAmount, Office
from schemas.words import Word

BoundKind = Literal["block", "warn"]
REMINDED_BEFORE_LODGING = (30, 14, 7, 1)
"""Days before the last day to lodge on which the desk is reminded; our own policy."""


class Window(Word):
    """The days on which all persons may be lodged together; None: no such bound, or not known (`missing`)."""

    earliest_on: date | None
    earliest_kind: BoundKind
    latest_on: date | None
    latest_kind: BoundKind
    last_possible_on: date | None
    missing: tuple[str, ...]
    derivation: Derivation

    @property
    def is_empty(self) -> bool:
        """True when no day suits everybody: the persons must be lodged apart."""
        return (
            self.earliest_on is not None and self.latest_on is not None and self.latest_on < self.earliest_on
        )


class Fee(Word):
    """The state fee: per unit, for how many; None when it is not published."""

    amount_yen: int | None
    units: int
    total_yen: int | None
    note: Bilingual
    paid_by: Bilingual


def window_of(ready: ProcedureMap, dossier: Dossier) -> Window:
    """The window of a dossier, from each anchor date in it, with how it was derived."""
    row = ready.procedure.window
    asking = Asking(ready, dossier)
    anchors, missing = _anchors(asking)
    earliest, unsure_of_earliest = _days(asking, row.earliest, anchors)
    latest, unsure_of_latest = _days(asking, row.latest, anchors)
    cut_off = ready.tables.cut_off(row.cut_off) if row.cut_off else None
    opens = [row.opens_on] if row.opens_on else []
    return Window(
        earliest_on=max([*earliest, *opens], default=None),
        earliest_kind="block" if opens or row.earliest is None else row.earliest.kind,
        latest_on=min(latest, default=None),
        latest_kind="block" if row.latest is None else row.latest.kind,
        last_possible_on=cut_off.lodge_by if cut_off else None,
        missing=tuple(dict.fromkeys((*missing, *unsure_of_earliest, *unsure_of_latest))),
        derivation=_window_derivation(
            ready, tuple(on for _, on in anchors), cut_off.lodge_by if cut_off else None
        ),
    )


def counted(bound: Bound, on: date) -> date:
    """The day a bound means, counted from that date: months first, then days."""
    return months_after(on, bound.months) + timedelta(days=bound.days)


def anchor_days(ready: ProcedureMap, dossier: Dossier) -> tuple[date, ...]:
    """The days the window of a dossier is counted from, as far as they are answered, in order."""
    return tuple(sorted({on for _, on in _anchors(Asking(ready, dossier))[0]}))


def lodging_due(window: Window) -> Deadline | None:
    """The last day to lodge by the window, as a deadline with reminders; None when it has no end."""
    ends = [on for on in (window.latest_on, window.last_possible_on) if on is not None]
    if not ends:
        return None
    last_on = min(ends)
    reminders_on = [last_on - timedelta(days=before) for before in REMINDED_BEFORE_LODGING]
    return Deadline.ending("lodging", last_on, window.derivation, clock="calendar", reminders_on=reminders_on)


def office_of(ready: ProcedureMap, dossier: Dossier, person_id: str | None = None) -> Office | None:
    """The office for one person, or for all; None when unknown, or when the persons belong to several."""
    asking = Asking(ready, dossier)
    whose = asking.subjects(per_person=_routed_by_person(ready))
    chosen = [one for one in whose if person_id is None or one is None or one.person_id == person_id]
    offices = {office.id if office else None: office for office in (_office(asking, one) for one in chosen)}
    return next(iter(offices.values())) if len(offices) == 1 else None


def offices_of(ready: ProcedureMap, dossier: Dossier) -> dict[str, str]:
    """The office of every person whose office is known, by person id."""
    asking = Asking(ready, dossier)
    per_person = _routed_by_person(ready)
    found = {
        one.person_id if one else None: _office(asking, one) for one in asking.subjects(per_person=per_person)
    }
    named = {line.person_id: found.get(line.person_id if per_person else None) for line in dossier.persons}
    return {person: office.id for person, office in named.items() if office is not None}


def fee_of(ready: ProcedureMap, dossier: Dossier) -> Fee:
    """The state fee on the day of lodging, for the dossier's channel; unknown stays unknown."""
    row = ready.procedure.fee
    units = len(dossier.persons) if row.per == "person" else 1
    amount = _amount(Asking(ready, dossier))
    yen = amount.amount_yen if amount else None
    return Fee(
        amount_yen=yen,
        units=units,
        total_yen=None if yen is None else yen * units,
        note=_fee_note(amount),
        paid_by=row.paid_by,
    )


Anchors = list[tuple[Subject, date]]


def _anchors(asking: Asking) -> tuple[Anchors, tuple[str, ...]]:
    anchor = asking.ready.procedure.window.anchor
    if anchor is None:
        return [], ()
    field = asking.ready.procedure.field(anchor)
    subjects = asking.subjects(per_person=field is not None and field.belongs_to_person)
    found = [(subject, asking.date_of(anchor, subject)) for subject in subjects]
    known = [(subject, on) for subject, on in found if on is not None]
    return known, () if len(known) == len(found) else (anchor,)


def _days(asking: Asking, bound: Bound | None, anchors: Anchors) -> tuple[list[date], tuple[str, ...]]:
    """The day of this bound for everybody it is asked of, and what is missing to know whether it is."""
    if bound is None:
        return [], ()
    asked = [(on, asking.decide(bound.when, subject)) for subject, on in anchors]
    missing = tuple(name for _, decided in asked for name in decided.missing)
    return [counted(bound, on) for on, decided in asked if decided.outcome == "holds"], missing


def _window_derivation(ready: ProcedureMap, anchors: tuple[date, ...], cut_off: date | None) -> Derivation:
    row = ready.procedure.window
    field = ready.procedure.field(row.anchor) if row.anchor else None
    based = [
        Derivation(ja=f"{field.label.ja}: {on.isoformat()}", en=f"{field.label.en}: {on.isoformat()}")
        for on in sorted(set(anchors))
        if field is not None
    ]
    fixed = [
        Derivation(ja=f"{ja}: {on.isoformat()}", en=f"{en}: {on.isoformat()}")
        for ja, en, on in (
            ("受付開始", "Opens", row.opens_on),
            ("制度の期限", "End of the regime", cut_off),
        )
        if on is not None
    ]
    said = [Derivation(ja=row.note.ja, en=row.note.en)] if row.note else []
    bounds = [*bound_told(row.earliest, is_latest=False), *bound_told(row.latest, is_latest=True)]
    return Derivation(
        ja="申請できる期間", en="When it may be lodged", because=(*based, *bounds, *fixed, *said)
    )


def bound_told(bound: Bound | None, *, is_latest: bool) -> list[Derivation]:
    """A bound of a window in words, counted from its anchor; no line when there is none."""
    if bound is None:
        return []
    ja, en = ("まで", "until") if is_latest else ("から", "from")
    if not bound.months and not bound.days:
        return [Derivation(ja=f"その日{ja}", en=f"{en} that day")]
    before = bound.months < 0 or (bound.months == 0 and bound.days < 0)
    parts = [(abs(bound.months), "か月", "months"), (abs(bound.days), "日", "days")]
    span_ja = "".join(f"{count}{unit}" for count, unit, _ in parts if count)
    span_en = " ".join(f"{count} {unit}" for count, _, unit in parts if count)
    side_ja, side_en = ("前", "before") if before else ("後", "after")
    return [Derivation(ja=f"その{span_ja}{side_ja}{ja}", en=f"{en} {span_en} {side_en}")]


def _routed_by_person(ready: ProcedureMap) -> bool:
    name = ready.procedure.office.prefecture_field
    field = ready.procedure.field(name) if name else None
    return field is not None and field.belongs_to_person


def _office(asking: Asking, subject: Subject) -> Office | None:
    row, tables, on = asking.ready.procedure.office, asking.ready.tables, asking.dossier.as_of
    if row.office is not None:
        return office_named(tables, row.table, row.office, on)
    prefecture = asking.answers(subject).get(row.prefecture_field or "")
    found = office_for(tables, row.table, str(prefecture), on) if prefecture is not None else None
    return looked_up("offices", found) if found else None


def _fee_table(asking: Asking) -> str | None:
    row = asking.ready.procedure.fee
    if row.by is None:
        return row.table
    answer = asking.answers(None).get(row.by)
    return f"{row.table}.{answer}" if answer is not None else None


def _amount(asking: Asking) -> FeeAmount | None:
    as_of, table = asking.dossier.as_of, _fee_table(asking)
    in_force = (
        row
        for row in asking.ready.tables.fees
        if row.table == table
        and row.valid_from <= as_of
        and (row.valid_to is None or as_of <= row.valid_to)
        and row.channel in (None, asking.channel)
    )
    return next(in_force, None)


def _fee_note(amount: FeeAmount | None) -> Bilingual:
    if amount is None:
        return Bilingual(
            ja="提出方法などが決まると分かります。", en="Known once the channel and the like are chosen."
        )
    if amount.amount_yen is None:
        return Bilingual(ja="額は公表されていません。", en="The amount is not published.")
    return Bilingual(ja=f"1件{amount.amount_yen:,}円", en=f"{amount.amount_yen:,} yen each")
