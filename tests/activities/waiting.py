"""A road whose persons wait for a person of another application, or began from his result."""

from activities.rounds import Rounds
from schemas.identifiers import application_number
from schemas.links import Waiting
from schemas.standing import Stage
from tests.builders import ORGANISATION, handed_in
from tests.schemas.cases import PLAN
from tests.workflows.office import RANDOM, Office, Road, walk

A_LINK = """INSERT INTO link
    (number, person_id, other_number, organisation_id, other_person_id, kind, made_by, capacity, made_at)
    VALUES (%s, %s, %s, %s, %s, %s, 'acc-client', 'client', now())"""
LONG_HANDED_IN = "UPDATE application SET handed_in_at = now() - interval '1 minute' WHERE number = %s"


async def waiting_for(
    office: Office,
    rounds: Rounds,
    other_number: str,
    other_person_id: str,
    *,
    procedure: str = PLAN,
    persons: str = "w",
    kind: str = "waits_for",
) -> Road:
    """Handed in and begun: its persons wait, or (`follows`) began from a result."""
    number = application_number(2026, next(RANDOM))
    given = handed_in(*(f"{number}.{each}" for each in persons), number=number)
    waits = tuple(Waiting(person_id=each, other_number=other_number) for each in given.persons)
    given = given.model_copy(update={"waits": waits if kind == "waits_for" else (), "procedure": procedure})
    office.ground.take_in(given, office.keys.make(number))
    office.ground.hand_in(number, 1, *given.persons)
    with office.ground.behind_the_desk() as connection:
        for person in given.persons:
            connection.execute(A_LINK, (number, person, other_number, ORGANISATION, other_person_id, kind))
        connection.execute(LONG_HANDED_IN, (number,))
    await walk(rounds.start_what_was_not_started)
    waiter = office.road(number)
    await waiter.until_stage(Stage.REVIEW)
    return waiter
