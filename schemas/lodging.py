"""When, where and for how much an application is lodged: window, office and state fee of one dossier."""

from datetime import date, timedelta
from typing import Literal

from schemas.asking import Asking, Subject
from schemas.calendar import months_before
from schemas.catalogue import Bilingual
from schemas.deadlines import Deadline, Derivation
from schemas.dossier import Dossier
from schemas.maps import ProcedureMap
from schemas.offices import office_for
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
    anchors, missing = _anchors(Asking(ready, dossier))
    earliest = [months_before(on, row.earliest_months_before or 0) for on, early in anchors if early]
    latest = [
        months_before(on, row.latest_months_before)
        for on, _ in anchors
        if row.latest_months_before is not None
    ]
    cut_off = ready.tables.cut_off(row.cut_off) if row.cut_off else None
    return Window(
        earliest_on=max(earliest, default=None),
        earliest_kind=row.earliest_kind,
        latest_on=min(latest, default=None),
        latest_kind=row.latest_kind,
        last_possible_on=cut_off.lodge_by if cut_off else None,
        missing=missing,
        derivation=_window_derivation(
            ready, tuple(on for on, _ in anchors), cut_off.lodge_by if cut_off else None
        ),
    )


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
    field = ready.procedure.field(ready.procedure.office.prefecture_field)
    whose = asking.subjects(per_person=field is not None and field.belongs_to_person)
    chosen = [one for one in whose if person_id is None or one is None or one.person_id == person_id]
    offices = {office.id if office else None: office for office in (_office(asking, one) for one in chosen)}
    return next(iter(offices.values())) if len(offices) == 1 else None


def offices_of(ready: ProcedureMap, dossier: Dossier) -> dict[str, str]:
    """The office of every person whose office is known, by person id."""
    asking = Asking(ready, dossier)
    field = ready.procedure.field(ready.procedure.office.prefecture_field)
    per_person = field is not None and field.belongs_to_person
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


def _anchors(asking: Asking) -> tuple[list[tuple[date, bool]], tuple[str, ...]]:
    row = asking.ready.procedure.window
    field = asking.ready.procedure.field(row.anchor)
    anchors: list[tuple[date, bool]] = []
    missing: list[str] = []
    for subject in asking.subjects(per_person=field is not None and field.belongs_to_person):
        anchor_on = asking.date_of(row.anchor, subject)
        if anchor_on is None:
            missing.append(row.anchor)
            continue
        early = asking.decide(row.earliest_when, subject)
        missing.extend(early.missing)
        anchors.append((anchor_on, row.earliest_months_before is not None and early.outcome == "holds"))
    return anchors, tuple(dict.fromkeys(missing))


def _window_derivation(ready: ProcedureMap, anchors: tuple[date, ...], cut_off: date | None) -> Derivation:
    row = ready.procedure.window
    field = ready.procedure.field(row.anchor)
    label = field.label if field else Bilingual(ja=row.anchor, en=row.anchor)
    based = [
        Derivation(ja=f"{label.ja}: {on.isoformat()}", en=f"{label.en}: {on.isoformat()}")
        for on in sorted(set(anchors))
    ]
    bounds = _bound("から", "from", row.earliest_months_before) + _bound(
        "まで", "until", row.latest_months_before
    )
    if cut_off is not None:
        bounds.append(
            Derivation(
                ja=f"制度の期限: {cut_off.isoformat()}", en=f"End of the regime: {cut_off.isoformat()}"
            )
        )
    return Derivation(ja="申請できる期間", en="When it may be lodged", because=(*based, *bounds))


def _bound(ja: str, en: str, months: int | None) -> list[Derivation]:
    if months is None:
        return []
    if months == 0:
        return [Derivation(ja=f"その日{ja}", en=f"{en} that day")]
    return [Derivation(ja=f"その{months}か月前{ja}", en=f"{en} {months} months before")]


def _office(asking: Asking, subject: Subject) -> Office | None:
    row = asking.ready.procedure.office
    prefecture = asking.answers(subject).get(row.prefecture_field)
    return office_for(asking.ready.tables, row.table, str(prefecture)) if prefecture is not None else None


def _amount(asking: Asking) -> FeeAmount | None:
    as_of = asking.dossier.as_of
    in_force = (
        row
        for row in asking.ready.tables.fees
        if row.table == asking.ready.procedure.fee.table
        and row.valid_from <= as_of
        and (row.valid_to is None or as_of <= row.valid_to)
        and row.channel in (None, asking.channel)
    )
    return next(in_force, None)


def _fee_note(amount: FeeAmount | None) -> Bilingual:
    if amount is None:
        return Bilingual(ja="提出方法が決まると分かります。", en="Known once the channel is chosen.")
    if amount.amount_yen is None:
        return Bilingual(ja="額は公表されていません。", en="The amount is not published.")
    return Bilingual(ja=f"1件{amount.amount_yen:,}円", en=f"{amount.amount_yen:,} yen each")
