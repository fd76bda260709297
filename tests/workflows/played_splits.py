"""Groups split at random, and every part played on: whoever is split off is in exactly one application at every moment."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from schemas.commands import SplitOff
from schemas.findings import UNSETTLED, FindingSource
from schemas.identifiers import application_number
from schemas.parties import ROAD
from schemas.refusals import Refused
from schemas.splitting import SPLITTABLE, Origin, SplitRefused
from schemas.standing import PersonLine, Stage
from schemas.tasks import ABOUT_THE_CASE
from tests.builders import CLIENT, PaperRoad
from tests.workflows.orderly import insist_on_one_history, insist_on_order
from tests.workflows.played import PERSONS, PlayedRoad, persons, which
from workflows import splitting


class PlayedSplits(PlayedRoad):
    """One application becomes several; anybody tries anything with any of them."""

    roads: list[PaperRoad]
    rounds_of: dict[str, int]

    def _known(self) -> list[PaperRoad]:
        if not hasattr(self, "roads"):
            self.roads, self.rounds_of = [self.road], {}
        return self.roads

    @rule(index=which)
    def look_at_another(self, index: int) -> None:
        """People turn to another of the applications; time passes for all alike."""
        roads = self._known()
        self.rounds_of[self.road.handed_in.number] = self.rounds
        self.road = roads[index % len(roads)]
        self.road.now = max(each.now for each in roads)
        self.road.take_steps()
        self.rounds = self.rounds_of.get(self.road.handed_in.number, 1)

    @rule(chosen=persons, late=st.booleans())
    def split_off(self, chosen: tuple[str, ...], late: bool) -> None:
        """The front desk has written the other application; the road says whether it comes to be."""
        roads, before = self._known(), self.road.standing
        number = application_number(2026, 1_000 + len(roads))
        command = self.road.ask(
            SplitOff, ROAD if late else CLIENT, persons=chosen, to_number=number, is_late=late
        )
        try:
            decided = self.road.act(splitting.split_off, command)
        except Refused:
            assert self.road.standing == before
            return
        if isinstance(decided[0], SplitRefused):
            assert self.road.standing.persons == before.persons
            return
        assert {line.stage for line in before.persons if line.person_id in chosen} <= SPLITTABLE
        roads.append(self._begun(before, chosen, number))

    def _begun(self, before: Any, chosen: tuple[str, ...], number: str) -> PaperRoad:
        carried = tuple(
            each.model_copy(update={"id": f"{number}.finding.{place}", "round": 1})
            for place, each in enumerate(_carried(before, chosen), 1)
        )
        return PaperRoad(
            *chosen,
            number=number,
            plan=self.road.handed_in.plan,
            at=self.road.now,
            origin=Origin(number=before.number, findings=carried),
        )

    @invariant()
    def everybody_is_in_exactly_one_place(self) -> None:
        if not hasattr(self, "road"):
            return
        for person_id in PERSONS:
            lines = [line for road in self._known() if (line := _line(road, person_id)) is not None]
            here = [line for line in lines if line.moved_to is None]
            assert len(here) == 1, f"{person_id} is in {len(here)} places"
            moved = [line for line in lines if line.moved_to is not None]
            assert all(line.stage is Stage.CLOSED and line.result is None for line in moved)
            assert all(line.receipt is None and line.filing_id is None for line in moved)

    @invariant()
    def nothing_is_left_behind_of_who_has_moved(self) -> None:
        for road in self._known() if hasattr(self, "road") else ():
            gone = {line.person_id for line in road.standing.persons if line.moved_to is not None}
            tasks = [task for task in road.standing.open_tasks() if gone & set(task.persons)]
            assert all(task.kind in ABOUT_THE_CASE for task in tasks)
            assert any(line.moved_to is None for line in road.standing.persons), "everybody has left"
            insist_on_order(road)

    def teardown(self) -> None:
        for road in self._known() if hasattr(self, "road") else ():
            insist_on_one_history(road)


def _line(road: PaperRoad, person_id: str) -> PersonLine | None:
    return road.standing.person(person_id)


def _carried(before: Any, chosen: tuple[str, ...]) -> list[Any]:
    concerned = {None, *chosen}
    return [
        each
        for each in before.findings
        if each.source is FindingSource.REVIEWER and each.state in UNSETTLED and each.person_id in concerned
    ]
