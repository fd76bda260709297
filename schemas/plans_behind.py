"""The accredited plan on which an immigration application rests: what its application says, to compare with. Pure.

Only a plan of the same client is told: one that the person waited for here, or from whose result this application began.
"""

from collections.abc import Mapping
from datetime import date

from pydantic import ConfigDict, Field

from schemas.catalogue import Value
from schemas.words import Word

PLANS = "otit.plan.accreditation."
NAMED_BY = "plan_number"
"""The answer by which an immigration application names its plan."""
KINDS: Mapping[str, tuple[str, str]] = {
    "A": ("1", "individual"),
    "B": ("2", "individual"),
    "C": ("3", "individual"),
    "D": ("1", "supervised"),
    "E": ("2", "supervised"),
    "F": ("3", "supervised"),
}
"""Stage and type of a plan, by the last letter of its procedure."""
OF_THE_PLAN: Mapping[str, str] = {
    "name_latin": "name_latin",
    "birth_on": "birth_on",
    "nationality": "nationality",
    "sex": "sex",
    "corporate_number": "corporate_number",
    "workplace_name": "workplace_name",
    "workplace_prefecture": "workplace_prefecture",
    "plan_from_on": "planned_start_on",
    "plan_to_on": "planned_end_on",
}
"""Fields of an immigration application, and what they are called in that of the plan."""
MAY_BE_AMENDED = frozenset(
    {"plan_accredited_on", "plan_from_on", "plan_to_on", "workplace_name", "workplace_prefecture"}
)
"""What an accredited amendment may have changed since."""


class PlanBehind(Word):
    """The application of a person's plan: what was decided, when, and of its answers those that are compared."""

    model_config = ConfigDict(hide_input_in_errors=True)

    number: str
    procedure_id: str
    person_id: str
    result: str | None = None
    decided_on: date | None = None
    values: Mapping[str, Value] = Field(default_factory=dict)

    @property
    def decision(self) -> Mapping[str, str]:
        """Its stage, its type and the day it was accredited, as an immigration application names them."""
        stage, kind = KINDS[self.procedure_id.removeprefix(PLANS)]
        day = {"plan_accredited_on": self.decided_on.isoformat()} if self.decided_on else {}
        return {"plan_stage": stage, "plan_type": kind, **day}


def is_plan(procedure_id: str) -> bool:
    """Whether a procedure is one of the plans that are compared."""
    return procedure_id.removeprefix(PLANS) in KINDS
