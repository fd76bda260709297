"""When, where and for how much: windows, offices and fees of a dossier."""

from dataclasses import replace
from datetime import UTC, date, datetime

from schemas.catalogue import WindowRow
from schemas.lodging import fee_of, lodging_due, office_of, window_of
from schemas.maps import ProcedureMap
from tests.schemas.cases import EXTENSION, PLAN, a_complete_dossier, a_dossier, a_map


def test_a_plan_may_be_lodged_from_six_to_four_months_before_its_start() -> None:
    window = window_of(a_map(PLAN), a_dossier(a_map(PLAN), {"planned_start_on": "2027-05-10"}))

    assert (window.earliest_on, window.earliest_kind) == (date(2026, 11, 10), "block")
    assert (window.latest_on, window.latest_kind) == (date(2027, 1, 10), "warn")
    assert window.last_possible_on == date(2027, 3, 31)


def test_a_window_explains_itself_in_both_languages() -> None:
    window = window_of(a_map(PLAN), a_dossier(a_map(PLAN), {"planned_start_on": "2027-05-10"}))

    assert window.derivation.lines("ja") == (
        "申請できる期間",
        "  技能実習開始予定日: 2027-05-10",
        "  その6か月前から",
        "  その4か月前まで",
        "  制度の期限: 2027-03-31",
    )
    assert "  from 6 months before" in window.derivation.lines("en")


def test_the_window_of_several_workers_is_what_suits_them_all() -> None:
    dossier = a_complete_dossier(EXTENSION)
    first, second = dossier.persons
    later = second.model_copy(update={"values": {**second.values, "stay_expires_on": "2027-03-15"}})

    window = window_of(a_map(EXTENSION), dossier.model_copy(update={"persons": (first, later)}))

    assert (window.earliest_on, window.latest_on) == (date(2026, 12, 15), date(2027, 1, 31))
    assert not window.is_empty


def test_workers_whose_windows_do_not_meet_cannot_be_lodged_together() -> None:
    dossier = a_complete_dossier(EXTENSION)
    first, second = dossier.persons
    much_later = second.model_copy(update={"values": {**second.values, "stay_expires_on": "2027-05-15"}})

    window = window_of(a_map(EXTENSION), dossier.model_copy(update={"persons": (first, much_later)}))

    assert window.is_empty


def test_a_short_stay_has_no_earliest_day() -> None:
    given = {"stay_expires_on": "2027-01-31", "granted_months": 4}

    assert window_of(a_map(EXTENSION), a_dossier(a_map(EXTENSION), given)).earliest_on is None


def test_a_window_without_its_anchor_says_what_is_missing() -> None:
    window = window_of(a_map(PLAN), a_dossier(a_map(PLAN)))

    assert window.missing == ("planned_start_on",)
    assert (window.earliest_on, window.latest_on) == (None, None)


def test_the_last_day_to_lodge_is_a_deadline() -> None:
    expiring = window_of(a_map(EXTENSION), a_complete_dossier(EXTENSION))
    ending = window_of(a_map(PLAN), a_dossier(a_map(PLAN), {"planned_start_on": "2027-08-31"}))
    unknown = window_of(a_map(EXTENSION), a_dossier(a_map(EXTENSION)))

    due = lodging_due(expiring)
    assert due is not None
    assert due.due_by == datetime(2027, 1, 31, 15, tzinfo=UTC)
    assert due.reminders_on == (date(2027, 1, 1), date(2027, 1, 17), date(2027, 1, 24), date(2027, 1, 30))
    cut = lodging_due(ending)
    assert cut is not None
    assert cut.due_on == date(2027, 3, 31)
    assert lodging_due(unknown) is None


def test_a_plan_goes_to_the_office_of_the_head_office() -> None:
    office = office_of(a_map(PLAN), a_dossier(a_map(PLAN), {"head_office_prefecture": "08"}))

    assert office is not None
    assert office.id == "MIT"


def test_the_office_of_a_notification_is_the_one_of_the_day_of_lodging() -> None:
    by_area, by_name = a_map("otit.start"), a_map("otit.change.supervising_body")
    answers = {"head_office_prefecture": "08"}

    def called(ready: ProcedureMap, on: date) -> str:
        office = office_of(ready, a_dossier(ready, answers if ready is by_area else {}, as_of=on))
        return office.ja if office else ""

    assert [called(by_area, on) for on in (date(2027, 3, 31), date(2027, 4, 1))] == [
        "外国人技能実習機構水戸支所",
        "外国人育成就労機構水戸支所",
    ]
    assert [called(by_name, on) for on in (date(2027, 3, 31), date(2027, 4, 1))] == [
        "外国人技能実習機構本部",
        "外国人育成就労機構本部",
    ]


def test_workers_of_two_areas_have_two_bureaus_and_none_in_common() -> None:
    ready = a_map(EXTENSION)
    dossier = a_complete_dossier(EXTENSION)
    first, second = dossier.persons
    moved = second.model_copy(update={"values": {**second.values, "residence_prefecture": "14"}})
    apart = dossier.model_copy(update={"persons": (first, moved)})

    offices = [office_of(ready, apart, person_id) for person_id in ("p1", "p2")]

    assert [office.id for office in offices if office] == ["tokyo", "yokohama"]
    assert office_of(ready, apart) is None
    assert office_of(ready, dossier) == offices[0]


def test_an_unanswered_prefecture_has_no_office() -> None:
    assert office_of(a_map(PLAN), a_dossier(a_map(PLAN))) is None


def test_the_fee_of_plans_is_per_plan() -> None:
    fee = fee_of(a_map(PLAN), a_dossier(a_map(PLAN), persons=3))

    assert (fee.amount_yen, fee.units, fee.total_yen) == (3900, 3, 11700)


def test_the_fee_of_an_extension_depends_on_the_channel_and_the_day() -> None:
    ready = a_map(EXTENSION)

    online = fee_of(ready, a_dossier(ready, channel="online", as_of=date(2027, 3, 30)))
    unpublished = fee_of(ready, a_dossier(ready, channel="online", as_of=date(2027, 3, 31)))
    counter = fee_of(ready, a_dossier(ready, channel="counter", as_of=date(2027, 3, 30)))
    still_open = fee_of(ready, a_dossier(ready))
    foreign = fee_of(ready, a_dossier(ready, channel="post"))

    assert online.total_yen == 5500
    assert unpublished.total_yen is None
    assert "公表されていません" in unpublished.note.ja
    assert counter.total_yen == 6000
    for unknown in (still_open, foreign):
        assert unknown.total_yen is None
        assert "channel" in unknown.note.en


def a_window(**row: object) -> ProcedureMap:
    ready = a_map(PLAN)
    given = ready.procedure.window.model_dump() | {"cut_off": None, "earliest": None, "latest": None} | row
    window = WindowRow.model_validate(given)
    return replace(ready, procedure=ready.procedure.model_copy(update={"window": window}))


def test_a_notification_is_due_some_days_or_months_after_its_event() -> None:
    started = {"planned_start_on": "2026-03-31"}
    by_days, by_months = a_window(latest={"days": 14}), a_window(latest={"months": 2})

    assert window_of(by_days, a_dossier(by_days, started)).latest_on == date(2026, 4, 14)
    assert window_of(by_months, a_dossier(by_months, started)).latest_on == date(2026, 5, 31)
    assert "  その14日後まで" in window_of(by_days, a_dossier(by_days, started)).derivation.lines("ja")


def test_a_procedure_that_opens_later_is_not_lodged_before_that_day() -> None:
    ready = a_window(anchor=None, opens_on=date(2027, 4, 1))

    window = window_of(ready, a_dossier(ready))

    assert (window.earliest_on, window.earliest_kind) == (date(2027, 4, 1), "block")
    assert (window.latest_on, window.missing) == (None, ())
    assert "  Opens: 2027-04-01" in window.derivation.lines("en")


def test_a_fixed_office_receives_from_everywhere() -> None:
    ready = a_map(PLAN)
    row = ready.procedure.office.model_copy(update={"office": "HQ", "prefecture_field": None})
    fixed = replace(ready, procedure=ready.procedure.model_copy(update={"office": row}))

    office = office_of(fixed, a_dossier(fixed))

    assert office is not None and office.id == "HQ"
