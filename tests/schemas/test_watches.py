"""What comes after a result, and by when: days, derivations, and when the client is told."""

from datetime import date, timedelta

import pytest

from infra.catalogue import load_catalogue
from schemas.catalogue import Bilingual
from schemas.deadlines import Derivation
from schemas.watches import Basis, Watch, basis_of, watches_of
from tests.schemas.cases import EXTENSION, PLAN, a_dossier, a_map


def after(procedure_id: str, basis: Basis, answers: dict[str, object] | None = None) -> dict[str, Watch]:
    ready = a_map(procedure_id)
    return {each.follow_up: each for each in watches_of(ready, a_dossier(ready, answers), basis)}


def permitted(valid_to: date | None) -> Basis:
    return basis_of("p1", "permitted", date(2026, 11, 20), valid_to)


def a_watch(opens_on: date | None, closes_on: date | None) -> Watch:
    return Watch(
        person_id="p1",
        follow_up="x",
        after="permitted",
        name=Bilingual(ja="次", en="Next"),
        opens_on=opens_on,
        closes_on=closes_on,
        missing=None,
        derivation=Derivation(ja="次", en="Next"),
    )


def test_the_next_extension_is_counted_from_the_new_end_of_stay() -> None:
    following = after(EXTENSION, permitted(date(2027, 11, 30)))[EXTENSION]

    assert (following.opens_on, following.closes_on) == (date(2027, 8, 30), date(2027, 11, 30))
    assert following.missing is None
    assert following.derivation.lines("en") == (
        "The next extension, from three months before the new end of stay",
        "  Follows from: Permitted",
        "  Result good until: 2027-11-30",
        "  First day: 2027-08-30",
        "    from 3 months before",
        "  Last day: 2027-11-30",
        "    until that day",
    )


def test_a_day_that_is_not_known_is_said_to_be_missing() -> None:
    following = after(EXTENSION, permitted(None))[EXTENSION]

    assert (following.opens_on, following.closes_on, following.missing) == (None, None, "valid_to")
    assert "  結果の有効期限: まだ分からない" in following.derivation.lines("ja")


def test_a_certificate_of_eligibility_is_good_for_three_months_from_its_issue() -> None:
    entry = after("isa.coe.ssw1", basis_of("p1", "issued", date(2026, 11, 30), None))["entry"]

    assert entry.closes_on == date(2027, 2, 28)


def test_the_special_period_is_watched_while_the_authority_decides() -> None:
    answers: dict[str, object] = {"stay_expires_on": date(2026, 12, 31)}

    lodged = after(EXTENSION, basis_of("p1", None, None, None), answers)
    decided = after(EXTENSION, permitted(None), answers)

    assert lodged["special_period"].closes_on == date(2027, 2, 28)
    assert "special_period" not in decided


def test_what_can_be_begun_with_the_result_opens_with_it_and_is_told_at_once() -> None:
    decided_on = date(2026, 11, 20)

    certificate = after(PLAN, basis_of("p1", "accredited", decided_on, None))["isa.coe.tit"]

    assert (certificate.opens_on, certificate.closes_on) == (decided_on, None)
    assert certificate.step(decided_on) == "opens"
    assert certificate.step(decided_on - timedelta(days=1)) is None
    assert certificate.derivation.lines("en")[1:] == (
        "  Follows from: Accredited",
        "  Decided on: 2026-11-20",
        "  First day: 2026-11-20",
        "    from that day",
    )


@pytest.mark.parametrize(
    ("decided_on", "opens_on"),
    [(date(2026, 11, 20), date(2027, 4, 1)), (date(2027, 4, 2), date(2027, 4, 2))],
)
def test_a_certificate_after_an_esd_plan_is_told_of_from_the_day_it_can_be_asked_for(
    decided_on: date, opens_on: date
) -> None:
    accredited = basis_of("p1", "accredited", decided_on, None)

    certificate = after("esd.plan.supervised", accredited)["isa.coe.esd"]

    assert certificate.opens_on == opens_on
    assert [certificate.step(opens_on + timedelta(days=each)) for each in (-1, 0)] == [None, "opens"]
    assert "    not before 2027-04-01" in certificate.derivation.lines("en")


def test_what_has_no_days_is_named_all_the_same() -> None:
    start = after(PLAN, basis_of("p1", "accredited", date(2026, 11, 20), None))["otit.start"]

    assert (start.opens_on, start.closes_on, start.missing) == (None, None, None)


STAGE_3_PLAN = "otit.plan.accreditation.F"


@pytest.mark.parametrize(
    ("procedure_id", "result", "answers", "offered"),
    [
        (STAGE_3_PLAN, "accredited", {}, {"isa.change.tit", "isa.coe.tit"}),
        ("isa.coe.tit", "issued", {"plan_stage": "1"}, {"entry", "isa.change.tit"}),
        ("isa.coe.tit", "issued", {"plan_stage": "3"}, {"entry"}),
        ("isa.extension.tit", "permitted", {"plan_stage": "2"}, {"isa.extension.tit", "isa.change.tit"}),
        ("isa.extension.tit", "permitted", {"plan_stage": "3"}, {"isa.extension.tit"}),
    ],
)
def test_what_the_answers_rule_out_does_not_follow_and_what_they_leave_open_does(
    procedure_id: str, result: str, answers: dict[str, object], offered: set[str]
) -> None:
    assert set(after(procedure_id, basis_of("p1", result, date(2026, 11, 20), None), answers)) == offered


@pytest.mark.parametrize("kind", ["B", "C", "E", "F"])
@pytest.mark.parametrize(("in_japan", "offered"), [(True, "isa.change.tit"), (False, "isa.coe.tit")])
def test_people_abroad_are_sent_to_a_certificate_and_those_here_to_a_change(
    kind: str, in_japan: bool, offered: str
) -> None:
    accredited = basis_of("p1", "accredited", date(2026, 11, 20), None)

    following = after(f"otit.plan.accreditation.{kind}", accredited, {"in_japan": in_japan})

    assert {each for each in following if each.startswith("isa.")} == {offered}


@pytest.mark.parametrize(("kind", "next_kind"), [("B", "C"), ("E", "F")])
@pytest.mark.parametrize(("starts_on", "offered"), [(date(2026, 4, 1), True), (date(2026, 4, 2), False)])
def test_stage_three_is_offered_to_those_with_a_year_of_stage_two_when_the_act_takes_effect(
    kind: str, next_kind: str, starts_on: date, offered: bool
) -> None:
    accredited = basis_of("p1", "accredited", date(2026, 11, 20), None)

    following = after(f"otit.plan.accreditation.{kind}", accredited, {"planned_start_on": starts_on})

    assert (f"otit.plan.accreditation.{next_kind}" in following) is offered


def test_why_it_follows_is_told_with_its_condition() -> None:
    accredited = basis_of("p1", "accredited", date(2026, 11, 20), None)

    certificate = after(STAGE_3_PLAN, accredited, {"in_japan": False})["isa.coe.tit"]

    assert certificate.derivation.lines("en")[1:3] == (
        "  Follows from: Accredited",
        "  If: not Now staying in Japan",
    )


def test_nothing_follows_from_a_refusal() -> None:
    assert after(EXTENSION, basis_of("p1", "refused", date(2026, 11, 20), None)) == {}


@pytest.mark.parametrize(
    ("days_left", "step"),
    [(31, None), (30, "30"), (15, "30"), (14, "14"), (8, "14"), (7, "7"), (1, "1"), (0, "1"), (-1, None)],
)
def test_the_last_day_is_told_in_steps(days_left: int, step: str | None) -> None:
    watch = a_watch(None, date(2027, 3, 31))

    assert watch.step(date(2027, 3, 31) - timedelta(days=days_left)) == step


@pytest.mark.parametrize(
    ("today", "step"),
    [
        (date(2026, 12, 31), None),
        (date(2027, 1, 1), "opens"),
        (date(2027, 1, 31), "opens"),
        (date(2027, 2, 1), None),
        (date(2027, 3, 2), "30"),
    ],
)
def test_the_first_day_is_told_while_it_is_news(today: date, step: str | None) -> None:
    assert a_watch(date(2027, 1, 1), date(2027, 4, 1)).step(today) == step


def test_every_follow_up_of_every_map_can_be_worked_out() -> None:
    for procedure in load_catalogue().procedures():
        ready = load_catalogue().map_for(procedure.id)
        for row in procedure.follow_ups:
            basis = Basis(
                person_id="p1", after=row.after, decided_on=date(2026, 11, 20), valid_to=date(2027, 11, 20)
            )
            assert row.id in {each.follow_up for each in watches_of(ready, a_dossier(ready), basis)}
