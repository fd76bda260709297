"""Who may do what: rights are acts, several roles add up, nobody of the desk authors content."""

import pytest

from schemas.parties import RIGHTS_OF, ROAD, SIMULATOR, Actor, Right, Role, rights_of
from schemas.tasks import RIGHT_FOR, TaskKind

STAFF = frozenset(Role) - {Role.CLIENT}


@pytest.mark.parametrize("role", sorted(STAFF))
def test_nobody_of_the_desk_may_change_content_or_hand_in(role: Role) -> None:
    assert not rights_of(frozenset({role})) & {Right.EDIT_CONTENT, Right.HAND_IN, Right.WITHDRAW}


def test_all_roles_of_the_desk_together_do_not_make_a_client() -> None:
    assert Right.EDIT_CONTENT not in rights_of(STAFF)


def test_a_client_sees_no_other_cases_and_does_no_work_of_the_desk() -> None:
    own = {Right.EDIT_CONTENT, Right.HAND_IN, Right.READ_OWN, Right.WITHDRAW}

    assert rights_of(frozenset({Role.CLIENT})) == own


def test_rights_of_several_roles_add_up() -> None:
    both = rights_of(frozenset({Role.REVIEWER, Role.HANDLER}))

    assert both == RIGHTS_OF[Role.REVIEWER] | RIGHTS_OF[Role.HANDLER]


def test_without_a_role_there_is_no_right() -> None:
    assert rights_of(frozenset()) == frozenset()


def test_every_kind_of_task_is_somebodys_right() -> None:
    assert set(RIGHT_FOR) == set(TaskKind)
    assert set(RIGHT_FOR.values()) <= rights_of(STAFF)


@pytest.mark.parametrize(
    ("actor", "human"),
    [
        (Actor(id="acc-1", capacity="reviewer"), True),
        (Actor(id="key:1", capacity="client"), False),
        (ROAD, False),
        (SIMULATOR, False),
    ],
)
def test_machines_are_not_people(actor: Actor, human: bool) -> None:
    assert actor.is_human is human
