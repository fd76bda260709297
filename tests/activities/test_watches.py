"""What comes after a result is noted from the ledger, replaced when the result changes, and told once per step."""

from datetime import UTC, date, datetime, timedelta

from activities.ledger import Entry, Ledger
from activities.watches import Watches
from infra.catalogue import load_catalogue
from infra.packs import packs_of_the_worker
from schemas.calendar import japan_date
from schemas.commands import ContradictionSettled
from schemas.filing import ResultKind
from schemas.identifiers import application_number
from schemas.tasks import TaskKind
from tests.builders import MANAGER, ORGANISATION, PaperRoad, a_plan, handed_in, lodged
from tests.ground import Ground
from tests.workflows.office import RANDOM, Keys

EXTENSION = "isa.extension.ssw1"
PLAN = "otit.plan.accreditation.D"
NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def permitted(*persons: str, valid_to: date | None) -> PaperRoad:
    road = lodged(*persons, plan=a_plan(result_kinds=("permitted", "refused")))
    for person in persons:
        road.result(person, ResultKind.PERMITTED, valid_to)
    return road


class Desk:
    """The desk's round over one database; `keys` may lack an application's."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.keys = Keys()
        self.watches = Watches(
            ground.database, self.keys.ring, packs_of_the_worker(load_catalogue(), ground.database)
        )

    async def take(self, road: PaperRoad, *, procedure: str = EXTENSION, erased: bool = False) -> str:
        """An application of its own number is handed in and walks this road; answers the number."""
        number = application_number(2026, next(RANDOM))
        taken = handed_in(*road.handed_in.persons, number=number)
        wrapped = None if erased else self.keys.make(number)
        self.ground.take_in(taken.model_copy(update={"procedure": procedure}), wrapped)
        await self.record(road, number)
        return number

    async def record(self, road: PaperRoad, number: str) -> None:
        body = road.events[0].body.model_copy(update={"number": number})
        events = (road.events[0].model_copy(update={"body": body}), *road.events[1:])
        entry = Entry(number=number, organisation_id=ORGANISATION, events=events)
        await Ledger(self.ground.database).record(entry)

    async def look(self, at: datetime = NOW) -> int:
        noted = await self.watches.note(at)
        await self.watches.tell(at)
        return noted

    async def watched(self) -> list[tuple[str, str, date | None, date | None]]:
        rows = await self.ground.rows(
            "SELECT person_id, follow_up, opens_on, closes_on FROM watch ORDER BY person_id, follow_up"
        )
        return [(row["person_id"], row["follow_up"], row["opens_on"], row["closes_on"]) for row in rows]

    async def told(self) -> list[tuple[str, int]]:
        rows = await self.ground.rows(
            "SELECT kind, facts FROM notice WHERE kind LIKE 'next_%' ORDER BY due_at, kind"
        )
        return [(row["kind"], row["facts"]["persons"]) for row in rows]


async def test_the_next_window_is_watched_after_the_application_has_ended(desk_ground: Ground) -> None:
    desk, road = Desk(desk_ground), permitted("p1", valid_to=date(2027, 11, 30))
    await desk.take(road)

    noted, again = await desk.look(), await desk.look()

    assert road.standing.closed_at is not None
    assert (noted, again) == (1, 0)
    assert await desk.watched() == [("p1", EXTENSION, date(2027, 8, 30), date(2027, 11, 30))]


async def test_a_client_is_told_once_per_step_for_all_persons_together(desk_ground: Ground) -> None:
    desk = Desk(desk_ground)
    await desk.take(permitted("p1", "p2", valid_to=japan_date(NOW) + timedelta(days=20)))

    for at in (NOW, NOW, NOW + timedelta(days=1), NOW + timedelta(days=7)):
        await desk.look(at)

    assert await desk.told() == [("next_closes", 2), ("next_closes", 2)]


async def test_the_opening_of_a_window_is_told_once(desk_ground: Ground) -> None:
    desk = Desk(desk_ground)
    await desk.take(permitted("p1", valid_to=date(2027, 3, 5)))

    before = NOW
    await desk.look(before)
    untold = await desk.told()
    await desk.look(datetime(2026, 12, 5, 1, 0, tzinfo=UTC))
    await desk.look(datetime(2026, 12, 6, 1, 0, tzinfo=UTC))

    assert (untold, await desk.told()) == ([], [("next_opens", 1)])


async def test_whoever_is_decided_later_is_told_too_on_the_same_day_or_another(desk_ground: Ground) -> None:
    desk, road = Desk(desk_ground), lodged("p1", "p2", "p3", "p4")
    road.result("p1")
    number = await desk.take(road, procedure=PLAN)
    for later in (("p2", "p3"), (), ("p4",)):
        await desk.look(road.now)
        road.wait(days=0 if later[1:] else 1)
        for person in later:
            road.result(person)
        await desk.record(road, number)
    for _ in range(2):
        await desk.look(road.now)

    assert await desk.told() == [("next_opens", 1), ("next_opens", 2), ("next_opens", 1)]


async def test_a_result_that_was_wrong_takes_its_watches_with_it(desk_ground: Ground) -> None:
    desk = Desk(desk_ground)
    road = lodged("p1", "p2", plan=a_plan(result_kinds=("permitted", "refused")))
    road.result("p1", ResultKind.PERMITTED, date(2027, 11, 30))
    number = await desk.take(road)
    await desk.look()
    before = [person for person, follow_up, *_ in await desk.watched() if follow_up == EXTENSION]

    road.result("p1", ResultKind.REFUSED)
    road.decide(TaskKind.CONTRADICTION, ContradictionSettled(holds="later", remark_id="why"), MANAGER)
    await desk.record(road, number)
    await desk.look()

    assert before == ["p1"]
    assert [row for row in await desk.watched() if row[0] == "p1"] == []


async def test_a_day_that_is_told_later_replaces_what_was_not_known(desk_ground: Ground) -> None:
    desk = Desk(desk_ground)
    road = lodged("p1", "p2", plan=a_plan(result_kinds=("permitted",)))
    road.result("p1", ResultKind.PERMITTED)
    number = await desk.take(road)
    await desk.look()
    unknown = [row for row in await desk.watched() if row[1] == EXTENSION]

    road.result("p1", ResultKind.PERMITTED, date(2027, 11, 30))
    await desk.record(road, number)
    await desk.look()

    assert unknown == [("p1", EXTENSION, None, None)]
    assert ("p1", EXTENSION, date(2027, 8, 30), date(2027, 11, 30)) in await desk.watched()


async def test_nothing_is_watched_of_an_application_that_was_erased(desk_ground: Ground) -> None:
    desk = Desk(desk_ground)
    await desk.take(permitted("p1", valid_to=date(2027, 11, 30)), erased=True)

    noted, again = await desk.look(), await desk.look()

    assert (noted, again, await desk.watched()) == (1, 0, [])
