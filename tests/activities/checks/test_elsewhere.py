"""What open applications contradict each other in, from facts: passports, head counts, staff and wages of one company."""

from collections.abc import Mapping

import pytest

from infra.catalogue import load_catalogue
from schemas.catalogue import Value
from schemas.dossier import Dossier, RuleFinding
from schemas.elsewhere import CARE_COUNT_FIELD, WAITING_FOR, CaseElsewhere, are_compared, seek_the_same
from schemas.findings import ASKS_CLIENT
from schemas.grounds import grounds_of
from tests.schemas.cases import EXTENSION, PLAN, a_complete_dossier, a_map, check

OTHER = "T26-4KX7M2QX"
A, D, E = (f"otit.plan.accreditation.{letter}" for letter in "ADE")
ESD, OTHER_ESD = "esd.plan.supervised", "esd.plan.individual"
COE, CHANGE = "isa.coe.ssw1", "isa.change.ssw1"
COUNTED = len(a_complete_dossier(PLAN).persons)
BETWEEN_APPLICATIONS = (
    "ALL-XA-01",
    "ALL-XA-02",
    "OTIT-CAP-08",
    "OTIT-ORG-14",
    "OTIT-PAY-13",
    "ISA-SW-09b",
    "ISA-SW-15",
)


def with_others(procedure_id: str, *others: CaseElsewhere, **answers: Value) -> Dossier:
    """A clean application beside others."""
    clean = a_complete_dossier(procedure_id)
    application = {**clean.application, **answers}
    return clean.model_copy(update={"application": application, "elsewhere": others})


def found_between(dossier: Dossier) -> list[RuleFinding]:
    """What the rules between applications find."""
    found = check(a_map(dossier.procedure_id), dossier).findings
    return [each for each in found if each.rule_id in BETWEEN_APPLICATIONS]


def grounds_between(dossier: Dossier, rule_id: str) -> str:
    """What the one finding of a rule rests on."""
    checks = {each.rule.id: each.rule.check for each in a_map(dossier.procedure_id).rules}
    (finding,) = (each for each in found_between(dossier) if each.rule_id == rule_id)
    return grounds_of(finding, dossier, check=checks[rule_id])


def a_case(procedure_id: str = PLAN, *, same_client: bool = True, **more: object) -> CaseElsewhere:
    """Another open application."""
    given = {"number": OTHER, "procedure_id": procedure_id, "same_client": same_client, **more}
    return CaseElsewhere.model_validate(given)


def the_person(procedure_id: str) -> str:
    return a_complete_dossier(procedure_id).persons[0].person_id


@pytest.mark.parametrize("procedure_id", [EXTENSION, PLAN])
def test_a_passport_in_the_clients_own_other_application_is_told_with_its_number(procedure_id: str) -> None:
    person = the_person(procedure_id)

    (finding,) = found_between(with_others(procedure_id, a_case(procedure_id, person_id=person)))

    assert (finding.rule_id, finding.person_id, finding.place) == ("ALL-XA-01", person, "passport_number")
    assert finding.message_values == {"numbers": OTHER}


def test_a_passport_in_another_clients_application_is_told_without_its_number() -> None:
    other = a_case(EXTENSION, same_client=False, person_id=the_person(EXTENSION))

    (finding,) = found_between(with_others(EXTENSION, other))

    assert (finding.rule_id, finding.message_values) == ("ALL-XA-02", {})
    assert finding.given == {"elsewhere": OTHER}


def test_an_application_alone_has_nothing_to_contradict_it() -> None:
    assert found_between(with_others(PLAN)) == found_between(with_others(EXTENSION)) == []


@pytest.mark.parametrize(("waiting", "found"), [(1, []), (2, ["OTIT-CAP-08"])])
def test_those_who_wait_elsewhere_count_towards_the_head_count(waiting: int, found: list[str]) -> None:
    persons = len(a_complete_dossier(PLAN).persons)
    staff = {"full_time_staff": 30, "stage1_trainees_now": 2 - persons, "excellent_employer": False}
    dossier = with_others(PLAN, a_case(undecided=waiting), **staff)

    findings = found_between(dossier)

    assert [each.rule_id for each in findings] == found
    assert all(each.message_values == {"waiting": str(waiting), "limit": "3"} for each in findings)


@pytest.mark.parametrize(
    ("rule_id", "here", "there", "now", "staff"),
    [
        (
            "OTIT-CAP-08",
            PLAN,
            PLAN,
            ("stage1_trainees_now", 3 - COUNTED),
            {"full_time_staff": 30, "excellent_employer": False},
        ),
        ("ISA-SW-09b", EXTENSION, COE, (CARE_COUNT_FIELD, 5), {"ssw_field": "nursing_care", "care_staff": 5}),
    ],
)
def test_a_head_count_rests_on_how_many_wait_there_and_are_here_and_on_no_other_answer(
    rule_id: str, here: str, there: str, now: tuple[str, int], staff: Mapping[str, Value]
) -> None:
    name, many = now
    one_waits, two_wait = (a_case(there, undecided=each, same_workplace=True) for each in (1, 2))

    one, two, fewer, renamed = (
        grounds_between(with_others(here, other, **{**staff, name: many, **told}), rule_id)
        for other, told in (
            (one_waits, {}),
            (two_wait, {}),
            (two_wait, {name: many - 1}),
            (two_wait, {"representative_name": "another"}),
        )
    )

    assert len({one, two, fewer}) == 3
    assert renamed == two


def test_a_head_count_rests_on_how_many_persons_the_application_has() -> None:
    staff = {"full_time_staff": 30, "stage1_trainees_now": 2 - COUNTED, "excellent_employer": False}
    fewer = with_others(PLAN, a_case(undecided=2), **staff)
    another = fewer.persons[0].model_copy(update={"person_id": "p-more"})
    more = fewer.model_copy(update={"persons": (*fewer.persons, another)})

    assert grounds_between(fewer, "OTIT-CAP-08") != grounds_between(more, "OTIT-CAP-08")


def test_a_head_count_exceeded_behind_another_is_a_ground_of_its_own() -> None:
    staff = {"full_time_staff": 30, "stage1_trainees_now": 3 - COUNTED, "excellent_employer": False}
    others = (a_case(D, undecided=1), a_case(A, undecided=1, number="T26-4KX7M2QA"))

    none, within, exceeded = (
        with_others(PLAN, *others, **staff, construction=True, construction_trainees_now=now)
        for now in (0, 28 - COUNTED, 30 - COUNTED)
    )

    one, same, another = (grounds_between(each, "OTIT-CAP-08") for each in (none, within, exceeded))
    assert one == same != another
    (found,) = (each for each in found_between(exceeded) if each.rule_id == "OTIT-CAP-08")
    assert found.message_values == {"waiting": "1", "limit": "3"}
    assert found.given["elsewhere"] == f"T26-4KX7M2QA: 1, {OTHER}: 1"
    assert [row.table for row in found.rows] == ["quota"]


def test_those_who_wait_in_another_stage_do_not_count() -> None:
    other = a_case("otit.plan.accreditation.E", undecided=90)

    assert found_between(with_others(PLAN, other)) == []


@pytest.mark.parametrize(
    ("here", "there", "waiting", "found"),
    [
        (E, D, 1, []),
        (E, D, 2, ["OTIT-CAP-08"]),
        (E, A, 2, ["OTIT-CAP-08"]),
        (E, E, 2, []),
        (D, E, 2, []),
        (D, A, 2, ["OTIT-CAP-08"]),
    ],
)
def test_in_construction_those_who_wait_for_a_first_stage_add_to_all_trainees_and_no_others(
    here: str, there: str, waiting: int, found: list[str]
) -> None:
    persons = len(a_complete_dossier(here).persons)
    all_but_one = {"full_time_staff": 31, "construction": True, "construction_trainees_now": 30 - persons}
    dossier = with_others(here, a_case(there, undecided=waiting), excellent_employer=False, **all_but_one)

    findings = found_between(dossier)

    assert [each.rule_id for each in findings] == found
    assert all(each.message_values == {"waiting": str(waiting), "limit": "31"} for each in findings)


def test_head_counts_over_several_procedures_name_answers_and_procedures_there_are() -> None:
    maps = load_catalogue().maps()

    assert set(WAITING_FOR) <= {name for ready in maps for each in ready.rules for name in each.rule.inputs}
    assert {each for row in WAITING_FOR.values() for each in row} <= {ready.procedure.id for ready in maps}


def test_those_who_wait_in_two_procedures_are_added_up() -> None:
    persons = len(a_complete_dossier(E).persons)
    all_but_one = {"full_time_staff": 31, "construction": True, "construction_trainees_now": 30 - persons}
    others = [a_case(each, undecided=1, number=f"T26-4KX7M2Q{each[-1]}") for each in (A, D, E)]

    (finding,) = found_between(with_others(E, *others, excellent_employer=False, **all_but_one))

    assert finding.message_values["waiting"] == "2"
    assert finding.given["elsewhere"] == "T26-4KX7M2QA: 1, T26-4KX7M2QD: 1"


@pytest.mark.parametrize(
    ("here", "more", "inputs", "rows"),
    [
        (
            PLAN,
            {"full_time_staff": 30, "stage1_trainees_now": 3 - COUNTED},
            {"full_time_staff", "stage1_trainees_now", "excellent_employer"},
            ["quota"],
        ),
        (
            E,
            {"full_time_staff": 31, "construction": True, "construction_trainees_now": 31 - COUNTED},
            {"full_time_staff", "construction_trainees_now", "construction", "excellent_employer"},
            [],
        ),
    ],
)
def test_a_head_count_keeps_every_answer_and_row_of_the_rule_that_was_exceeded_and_of_no_other(
    here: str, more: Mapping[str, Value], inputs: set[str], rows: list[str]
) -> None:
    dossier = with_others(here, a_case(D, undecided=1), excellent_employer=False, **more)

    (finding,) = found_between(dossier)

    assert finding.inputs == {name: dossier.application[name] for name in inputs}
    assert [row.table for row in finding.rows] == rows


@pytest.mark.parametrize(("waiting", "found"), [(1, []), (2, ["OTIT-CAP-08"])])
@pytest.mark.parametrize("there", [ESD, OTHER_ESD])
def test_all_workers_of_skill_development_are_one_head_count(
    there: str, waiting: int, found: list[str]
) -> None:
    persons = len(a_complete_dossier(ESD).persons)
    staff = {"full_time_staff": 30, "workers_now": 8 - persons, "excellent_employer": False}

    findings = found_between(with_others(ESD, a_case(there, undecided=waiting), **staff))

    assert [each.rule_id for each in findings] == found
    assert all([row.table for row in each.rows] == ["esd_quota"] for each in findings)
    assert all(row.verification == "unverified" for each in findings for row in each.rows)


@pytest.mark.parametrize(
    ("there", "waiting", "same_workplace", "found"),
    [
        (COE, 1, True, []),
        (COE, 2, True, ["ISA-SW-09b"]),
        (CHANGE, 2, True, ["ISA-SW-09b"]),
        (COE, 2, False, []),
        (EXTENSION, 2, True, []),
    ],
)
@pytest.mark.parametrize("here", [COE, CHANGE, EXTENSION])
def test_in_care_those_who_come_to_the_same_establishment_are_one_head_count(
    here: str, there: str, waiting: int, same_workplace: bool, found: list[str]
) -> None:
    care: dict[str, Value] = {"ssw_field": "nursing_care", "care_staff": 5, "care_ssw1": 4}
    other = a_case(there, undecided=waiting, same_workplace=same_workplace)

    findings = found_between(with_others(here, other, **care))

    assert [each.rule_id for each in findings] == found
    assert all(each.inputs == care for each in findings)
    assert all(each.message_values == {"waiting": "2", "limit": "5"} for each in findings)


def test_a_number_of_staff_told_in_two_ways_is_found_and_the_same_one_is_not() -> None:
    here = a_complete_dossier(PLAN).application["full_time_staff"]
    assert isinstance(here, int)
    dossiers = [with_others(PLAN, a_case(figures={"full_time_staff": told})) for told in (here, here + 1)]

    same, otherwise = map(found_between, dossiers)

    assert same == []
    assert [(each.rule_id, each.given) for each in otherwise] == [
        ("OTIT-ORG-14", {"elsewhere": f"{OTHER}: {here + 1}"})
    ]


def test_wages_are_compared_for_the_same_work_alone() -> None:
    own = a_complete_dossier(PLAN).application
    wages = {"occupation_code": own["occupation_code"], "monthly_base_yen": 1}
    other_work = {**wages, "occupation_code": "1-1-2"}

    found, nothing = (found_between(with_others(PLAN, a_case(figures=each))) for each in (wages, other_work))

    assert [(each.rule_id, each.place) for each in found] == [("OTIT-PAY-13", "monthly_base_yen")]
    assert nothing == []


def test_the_japanese_compared_with_earns_the_same_in_all_applications_of_a_company() -> None:
    own = a_complete_dossier(EXTENSION).persons[0].values
    work, here = str(own["work_category"]), own["comparator_monthly_yen"]
    assert isinstance(here, int)
    told = ({work: (here, here + 5_000)}, {"another work": (1,)}, {work: (here + 5_000,)})

    same, other_work, otherwise = (
        found_between(with_others(EXTENSION, a_case(EXTENSION, comparators=each))) for each in told
    )

    assert same == other_work == []
    assert [(each.rule_id, each.given) for each in otherwise] == [
        ("ISA-SW-15", {"elsewhere": f"{OTHER}: {here + 5_000}"})
    ] * len(otherwise)
    assert len(otherwise) == len(a_complete_dossier(EXTENSION).persons)


def test_no_rule_between_applications_asks_the_client() -> None:
    maps = [a_map(EXTENSION), a_map(PLAN)]

    rules = {each.rule.id: each.rule for ready in maps for each in ready.rules}

    assert set(BETWEEN_APPLICATIONS) <= set(rules)
    assert all(rules[each].severity not in ASKS_CLIENT for each in BETWEEN_APPLICATIONS)


@pytest.mark.parametrize(
    ("one", "other", "exclude", "agree"),
    [
        ("isa.reentry", "isa.reentry", True, False),
        ("isa.reentry", EXTENSION, False, False),
        ("isa.coe.tit", "isa.change.ssw1", True, False),
        (PLAN, "isa.coe.tit", False, False),
        (PLAN, "esd.plan.supervised", True, True),
        (PLAN, "otit.change.minor", False, False),
        (EXTENSION, "isa.change.ssw1", True, True),
        (EXTENSION, "isa.extension.ssw2", True, False),
    ],
)
def test_the_usual_course_is_no_contradiction(one: str, other: str, exclude: bool, agree: bool) -> None:
    assert (seek_the_same(one, other), are_compared(one, other)) == (exclude, agree)
