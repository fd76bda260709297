"""One application as its own people see it: what is there, what is missing, and where each gap is mended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from api.access import scope
from api.applications import map_of
from api.completeness import gaps
from api.drafts import ApplicationShown, shown
from api.pages.terms import Terms
from api.pages.visit import Visit
from api.problems import ItemAtFault
from api.queries_case import RoundView, rounds_of
from api.queries_deadlines import DeadlineView, beside, deadlines_of, stops_of
from api.queries_links import waits_of
from api.queries_splits import origin_of
from api.queries_watches import WatchView, watches_of_application
from api.reading import WHOLE, Collected, case_of, collected, dossier, key_of
from infra.dossiers import values_in
from schemas.asking import Asking
from schemas.backward_plan import BackwardPlan, plan_of
from schemas.calendar import japan_date
from schemas.refusals import REFUSALS, Telling
from schemas.standing import Stage
from schemas.stops import Stop

WITH_THE_AUTHORITY = frozenset({Stage.LODGED, Stage.DECIDED, Stage.CLOSED})


@dataclass(frozen=True)
class OwnCase:
    """Everything of one application, opened, with the terms of its procedure."""

    shown: ApplicationShown
    everything: Collected
    rounds: tuple[RoundView, ...]
    asking: Asking
    terms: Terms
    deadlines: tuple[DeadlineView, ...]
    watches: tuple[WatchView, ...]
    waits: Mapping[str, str]
    stops: tuple[Stop, ...] = ()
    came_from: str | None = None

    @property
    def number(self) -> str:
        """The application's number."""
        return self.shown.number

    @property
    def is_draft(self) -> bool:
        """Whether nothing was handed in yet."""
        return self.everything.case.is_draft

    @property
    def refused_today(self) -> Telling | None:
        """Why a draft can't be handed in today, whatever it holds: its procedure is over."""
        is_taken = self.terms.procedure.in_force(self.asking.dossier.as_of)
        return None if is_taken else REFUSALS["procedure_not_in_force"]

    @cached_property
    def plan(self) -> BackwardPlan | None:
        """By when it must be handed in for the earliest day its answers name."""
        return plan_of(self.terms.ready, self.asking.dossier)

    @property
    def is_to_be_lodged(self) -> bool:
        """Whether anybody's first or further papers are still to go to the authority."""
        return any(line.stage not in WITH_THE_AUTHORITY for line in self.shown.persons)

    @property
    def is_carried_over(self) -> bool:
        """Whether it was begun from an accepted application."""
        scopes = self.everything.entries.values()
        return any("from" in entry for entries in scopes for entry in entries.values())

    @property
    def coming(self) -> Mapping[str, list[WatchView]]:
        """What comes next by follow-up, each with its persons."""
        found: dict[str, list[WatchView]] = {}
        for each in self.watches:
            found.setdefault(each.follow_up, []).append(each)
        return found

    @property
    def is_late(self) -> bool:
        """Whether the day to hand in has passed."""
        return self.plan is not None and self.plan.hand_in_by < self.asking.dossier.as_of

    @cached_property
    def gaps(self) -> list[ItemAtFault]:
        """What is missing before it can be handed in."""
        return gaps(self.terms.ready, self.asking.dossier)

    def gaps_of(self, person_id: str | None, *, documents: bool) -> int:
        """How many answers or documents are missing for a person, or for the application itself."""
        return sum(
            1 for gap in self.gaps if gap.person_id == person_id and (gap.kind is not None) is documents
        )

    @cached_property
    def people(self) -> Mapping[str, str]:
        """Every person's line with the name as far as it was filled in."""
        return {
            line.person_id: self.terms.person(line.position, values_in(self.everything.of(line.person_id)))
            for line in self.shown.persons
        }

    def mended_at(self, item: ItemAtFault) -> str:
        """The address where a gap is mended."""
        if item.kind is not None:
            whose = f"?person={item.person_id}" if item.person_id else ""
            return f"/applications/{self.number}/documents{whose}#k-{item.kind}"
        return f"{form_path(self.number, item.person_id)}#f-{item.field}"

    def whose(self, item: ItemAtFault) -> str:
        """The person a gap belongs to, as the beginning of a sentence."""
        name = self.people.get(item.person_id or "")
        return f"{name}: " if name else ""


def form_path(number: str, person_id: str | None) -> str:
    """The form of a person, or of the application itself."""
    whose = f"/persons/{person_id}" if person_id and person_id != WHOLE else ""
    return f"/applications/{number}{whose}/edit"


async def own_case(visit: Visit, number: str) -> OwnCase:
    """Read one of the visitor's own applications. Raises Refused `not_found`."""
    at = visit.at
    key = await key_of(at.keys, number)
    async with scope(at, visit.principal) as connection:
        case = await case_of(connection, number, visit.principal.client_organisation)
        everything = await collected(connection, case, key)
        ready = await map_of(at, case)
        seen = await shown(connection, case, everything, ready=ready)
        rounds = await rounds_of(connection, number)
        deadlines = await deadlines_of(connection, number, ready)
        watches = await watches_of_application(connection, number)
        came_from = await origin_of(connection, number)
        waits = {each.person_id: each.other_number for each in await waits_of(connection, number)}
    asking = Asking(ready, dossier(everything, ready, japan_date(at.now())))
    return OwnCase(
        shown=seen,
        everything=everything,
        rounds=rounds,
        asking=asking,
        terms=visit.terms_of(ready),
        deadlines=deadlines,
        watches=watches,
        waits=waits,
        came_from=came_from,
    )


async def beside_stops(visit: Visit, own: OwnCase) -> OwnCase:
    """The same case with the stops that keep it. They are the desk's own: of them a client is told only these."""
    async with visit.at.database.as_desk() as connection:
        stops = await stops_of(connection, own.number, own.terms.ready)
    return replace(own, stops=stops, deadlines=beside(stops, own.deadlines))
