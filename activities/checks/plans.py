"""What an immigration application says otherwise than the plan it rests on, and whether that plan was accredited.

Findings of these are notes for reviewers: an amendment that the desk does not know of may explain them.
"""

from collections.abc import Iterator, Mapping

from schemas.asking import Asking
from schemas.catalogue import Value
from schemas.links import plain
from schemas.named_checks import PLAN_BEHIND
from schemas.plans_behind import MAY_BE_AMENDED, OF_THE_PLAN, PlanBehind
from schemas.rules import Flaw


def plan_decided(asking: Asking) -> Iterator[Flaw]:
    """Plans that were not accredited, on another day than is said here, or are of another stage or type."""
    for plan in asking.dossier.plans:
        if plan.result is not None and plan.result != "accredited":
            yield _flaw(plan, "plan_number", plan.result)
        yield from _otherwise(asking, plan, plan.decision if plan.result == "accredited" else {})


def plan_agrees(asking: Asking) -> Iterator[Flaw]:
    """Persons, employers, workplaces and periods that the plan's application tells otherwise."""
    for plan in asking.dossier.plans:
        told = {here: plan.values[there] for here, there in OF_THE_PLAN.items() if there in plan.values}
        yield from _otherwise(asking, plan, told)


def _otherwise(asking: Asking, plan: PlanBehind, told: Mapping[str, Value]) -> Iterator[Flaw]:
    answers = asking.answers(asking.dossier.person(plan.person_id))
    changed = MAY_BE_AMENDED if answers.get("plan_amended") else frozenset()
    for field, there in told.items():
        if field in answers and field not in changed and plain(answers[field]) != plain(there):
            yield _flaw(plan, field, str(there))


def _flaw(plan: PlanBehind, field: str, there: str) -> Flaw:
    return Flaw(
        place_kind="field",
        place=field,
        person_id=plan.person_id,
        given={PLAN_BEHIND: f"{plan.number}: {there}"},
        message_values={"number": plan.number},
    )
