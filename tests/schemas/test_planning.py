"""From a map to the plan that travels along: policies are the map's, holidays those known on that day."""

from datetime import date

import pytest

from infra.catalogue import load_catalogue
from schemas.catalogue import LodgingPolicy
from schemas.planning import road_plan

CATALOGUE = load_catalogue()
PLANNED_ON = date(2026, 11, 24)


@pytest.mark.parametrize("procedure_id", [each.id for each in CATALOGUE.procedures()])
def test_the_plan_is_the_policy_of_the_map(procedure_id: str) -> None:
    procedure = CATALOGUE.procedure(procedure_id)

    plan = road_plan(procedure, CATALOGUE.tables, on=PLANNED_ON, correction_rounds=20, machine_channel=False)

    assert plan.review_levels == procedure.review.levels
    assert plan.channels == tuple(channel.id for channel in procedure.channels)
    assert plan.result_kinds == tuple(kind.id for kind in procedure.results)
    assert plan.correction_days == procedure.correction.within
    assert plan.expected_days > 0
    assert (plan.correction_rounds, plan.machine_channel) == (20, False)
    assert plan.confirmed_by_second is procedure.lodging.confirmed_by_second is False


def test_a_map_can_ask_for_two_to_confirm_and_online_numbers_are_known_by_office() -> None:
    extension = CATALOGUE.procedure("isa.extension.ssw1")
    careful = extension.model_copy(update={"lodging": LodgingPolicy(confirmed_by_second=True)})

    plan = road_plan(careful, CATALOGUE.tables, on=PLANNED_ON, correction_rounds=20, machine_channel=False)

    assert plan.confirmed_by_second
    assert plan.receipt_prefixes["osaka"] == ("阪オン", "神オン")


def test_only_holidays_from_that_day_on_travel_along() -> None:
    procedure = CATALOGUE.procedures()[0]

    plan = road_plan(procedure, CATALOGUE.tables, on=PLANNED_ON, correction_rounds=20, machine_channel=True)

    assert plan.holidays
    assert min(plan.holidays) >= PLANNED_ON
    assert date(2026, 11, 23) not in plan.holidays


def test_a_plan_made_on_a_leap_day_is_a_plan() -> None:
    procedure = CATALOGUE.procedures()[0]

    plan = road_plan(
        procedure, CATALOGUE.tables, on=date(2028, 2, 29), correction_rounds=1, machine_channel=True
    )

    assert plan.correction_rounds == 1
