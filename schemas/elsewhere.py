"""What other open applications say about the same persons and companies: facts beside a dossier. Pure.

Of another client's application no more is told than that it is there: its number, its procedure, whether at
the same workplace, how many persons wait.
"""

from collections.abc import Mapping

from pydantic import ConfigDict, Field

from schemas.catalogue import Value
from schemas.words import Word

COMPANY_FIELD, PASSPORT_FIELD = "corporate_number", "passport_number"
JOB_FIELD, STAFF_FIELD = "occupation_code", "full_time_staff"
WAGE_FIELDS = ("monthly_base_yen", "comparator_monthly_yen")
CARE_COUNT_FIELD, CARE_STAFF_FIELD = "care_ssw1", "care_staff"
WORKPLACE_FIELDS, SSW_FIELD = ("workplace_name", "workplace_address"), "ssw_field"
WORK_FIELD, COMPARATOR_FIELD = "work_category", "comparator_monthly_yen"
WAITING_FOR: Mapping[str, tuple[str, ...]] = {
    "construction_trainees_now": ("otit.plan.accreditation.A", "otit.plan.accreditation.D"),
    "workers_now": ("esd.plan.individual", "esd.plan.supervised"),
    CARE_COUNT_FIELD: ("isa.coe.ssw1", "isa.change.ssw1"),
}
"""Head counts over several procedures, by the answer that says how many are there now: those in which persons wait who
are not among these yet. A trainee of a later stage is there already, so only first-stage plans add to all trainees; so is
who extends his stay as a specified skilled worker."""
FIGURES = (JOB_FIELD, STAFF_FIELD, *WAGE_FIELDS)
"""What is compared between the applications of one company, where each application says it once."""
_PLANS: tuple[str, ...] = ("otit.plan.", "esd.plan.")
_SPECIFIED = frozenset({"ssw1", "ssw2"})
_STAYS: tuple[str, ...] = ("isa.coe.", "isa.change.", "isa.extension.")


class CaseElsewhere(Word):
    """Another open application that names a passport (of `person_id` here), or (None) the company, of this one.

    `undecided` persons of it wait for a result. `same_workplace`: it names the workplace of this one, by name or address,
    for the same field. Only within the same client's applications are told: `figures`, and in
    `comparators` what the Japanese compared with earn a month, by kind of work.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    number: str
    procedure_id: str
    same_client: bool
    person_id: str | None = None
    undecided: int = 0
    same_workplace: bool = False
    figures: Mapping[str, Value] = Field(default_factory=dict)
    comparators: Mapping[str, tuple[int, ...]] = Field(default_factory=dict)


def seek_the_same(one: str, other: str) -> bool:
    """Whether two procedures exclude each other for one person: the same, two plans, or two ways to a stay.

    A certificate beside its plan, or a re-entry permit beside an extension, is the usual course.
    """
    return one == other or any(
        one.startswith(family) and other.startswith(family) for family in (_PLANS, _STAYS)
    )


def are_compared(one: str, other: str) -> bool:
    """Whether what a company says in two procedures must agree: two plans, or two of specified skilled workers."""
    levels = {each.rpartition(".")[2] for each in (one, other)}
    of_a_level = len(levels) == 1 and levels <= _SPECIFIED
    return of_a_level or (one.startswith(_PLANS) and other.startswith(_PLANS))
