"""What a handler has open, who could take each, and giving it: tasks, filings begun or lodged, arrivals.

A task that is only the act of a filing under way goes along with its filing. Who lacks something is refused with the reason.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import Principal
from api.acts import ask_road
from api.arrivals import give_arrival
from api.bodies import Shown
from api.desk import Desk
from api.queries import Named
from api.queries_arrivals import ArrivalRow, arrivals_open_with, one_arrival_row
from api.queries_colleagues import colleagues_with
from api.queries_filings import FilingView, one_filing
from api.queries_tasks import TaskRow, one_task
from infra.database.tables import filing, person_standing, task
from infra.registers import known_of
from schemas import messages
from schemas.arrivals import ARRIVAL
from schemas.authority import LodgingWanted, OnRegister, entitlement_for
from schemas.calendar import japan_date
from schemas.commands import EntrustFiling, PassOnTask
from schemas.filing import UNDER_WAY, FilingState
from schemas.parties import Right
from schemas.refusals import Refused
from schemas.standing import DECIDED
from schemas.tasks import TaskKind

OF_A_FILING = ".filing."


class OpenItem(Shown):
    """One thing he has open: a task (with the filing it is about), a filing or an arrival; and who may take it."""

    id: str
    task: TaskRow | None = None
    filing: FilingView | None = None
    arrival: ArrivalRow | None = None
    colleagues: tuple[Named, ...] = ()


class Lacks:
    """What colleagues lack for taking something, by the registers as they stand; each entry is read once."""

    def __init__(self, connection: AsyncConnection, at: Desk) -> None:
        self._connection = connection
        self._on = japan_date(at.now())
        self._members_only = at.settings.members_only
        self._known: dict[tuple[str, str], OnRegister] = {}

    async def of(self, colleague: str, item: OpenItem) -> str | None:
        """Four eyes, or the first thing missing for lodging with this client, procedure and channel; None: he may."""
        if item.task is not None and colleague in item.task.excluded:
            return "same_person"
        about = item.filing
        if about is None or (item.task is not None and item.task.kind is not TaskKind.LODGE):
            return None
        parties = (colleague, about.organisation.id)
        if parties not in self._known:
            self._known[parties] = await known_of(self._connection, *parties)
        wanted = LodgingWanted(
            procedure=about.procedure,
            kind=about.kind,
            on=self._on,
            channel=about.channel,
            office=about.office,
            members_only=self._members_only,
        )
        lacks = entitlement_for(wanted, self._known[parties]).lacks
        return lacks[0] if lacks else None


class Giving(NamedTuple):
    """A manager gives one thing from one handler to another, under an act id of its own."""

    principal: Principal
    act_id: str
    giver: str
    to: str


async def open_items(connection: AsyncConnection, account_id: str) -> tuple[str, ...]:
    """The ids of everything he has open: filings under way, filings whose results are to come, tasks he took, arrivals."""
    filings = select(filing.c.id).where(_his_filings(account_id)).order_by(filing.c.changed_at, filing.c.id)
    tasks = select(task.c.id).where(_his_tasks(account_id)).order_by(task.c.opened_at, task.c.id)
    found = [*(await connection.execute(filings)).scalars(), *(await connection.execute(tasks)).scalars()]
    return (*found, *(row.id for row in await arrivals_open_with(connection, account_id)))


def _his_filings(account_id: str) -> ColumnElement[bool]:
    waiting = exists().where(
        person_standing.c.number == filing.c.number,
        person_standing.c.person_id == func.any(filing.c.persons),
        person_standing.c.stage.not_in([stage.value for stage in DECIDED]),
    )
    under_way = filing.c.state.in_([state.value for state in UNDER_WAY])
    lodged = and_(filing.c.state == FilingState.CONFIRMED.value, waiting)
    return and_(filing.c.handler == account_id, or_(under_way, lodged))


def _his_tasks(account_id: str) -> ColumnElement[bool]:
    intended = select(filing.c.id).where(
        filing.c.handler == account_id, filing.c.state == FilingState.INTENDED.value
    )
    its_act = and_(task.c.kind == TaskKind.LODGE.value, task.c.filing_id.in_(intended))
    return and_(task.c.closed_at.is_(None), task.c.assignee == account_id, ~its_act)


async def items_shown(connection: AsyncConnection, at: Desk, account_id: str) -> tuple[OpenItem, ...]:
    """Everything he has open, each with the colleagues who may take it today."""
    lacks = Lacks(connection, at)
    shown = []
    for item_id in await open_items(connection, account_id):
        item = await _item(connection, at, item_id)
        able = [each for each in await _candidates(connection, item) if each.id != account_id]
        entitled = tuple([each for each in able if await lacks.of(each.id, item) is None])
        shown.append(item.model_copy(update={"colleagues": entitled}))
    return tuple(shown)


async def _item(connection: AsyncConnection, at: Desk, item_id: str) -> OpenItem:
    if item_id.startswith(ARRIVAL):
        row = await one_arrival_row(connection, item_id)
        if row is None:
            raise Refused("no_such_arrival", "item_id")
        return OpenItem(id=item_id, arrival=row)
    if OF_A_FILING in item_id:
        view = await one_filing(connection, item_id)
        if view is None:
            raise Refused("no_such_filing", "item_id")
        return OpenItem(id=item_id, filing=view)
    found = await one_task(connection, item_id, at.now())
    if found is None or found.closed_at is not None:
        raise Refused("no_such_task", "item_id")
    about = await one_filing(connection, found.filing_id) if found.filing_id else None
    return OpenItem(id=item_id, task=found, filing=about)


async def _candidates(connection: AsyncConnection, item: OpenItem) -> tuple[Named, ...]:
    if item.arrival is not None:
        return await colleagues_with(connection, Right.RECORD_RESULT)
    return await colleagues_with(connection, item.task.right if item.task else Right.LODGE)


def _holder_id(item: OpenItem) -> str | None:
    if item.arrival is not None:
        holder = item.arrival.owner
    elif item.task is not None:
        holder = item.task.assignee
    else:
        holder = item.filing.handler if item.filing is not None else None
    return holder.id if holder is not None else None


async def give(at: Desk, item_id: str, giving: Giving) -> None:
    """Give it to the colleague. Given already, nothing changes. Raises Refused with the reason, NotReady."""
    async with at.database.as_desk() as connection:
        item = await _insist_on_right(connection, at, item_id, giving)
        if item.arrival is not None:
            if _holder_id(item) != giving.to:
                await give_arrival(connection, at, giving.principal, item_id, giving.to)
            return
    actor = giving.principal.acting_by(Right.PASS_ON).actor
    if item.task is not None:
        passed = PassOnTask(actor=actor, act_id=giving.act_id, task_id=item_id, to=giving.to)
        await ask_road(at, item.task.number, messages.PASS_ON_TASK, passed)
    elif item.filing is not None:
        entrusted = EntrustFiling(actor=actor, act_id=giving.act_id, filing_id=item_id, to=giving.to)
        await ask_road(at, item.filing.number, messages.ENTRUST_FILING, entrusted)


async def _insist_on_right(connection: AsyncConnection, at: Desk, item_id: str, giving: Giving) -> OpenItem:
    """The thing, if it is the giver's and the colleague may have it. Raises Refused with the reason."""
    item = await _item(connection, at, item_id)
    if _holder_id(item) not in (giving.giver, giving.to):
        raise Refused("task_of_another", "item_id")
    if giving.to not in {each.id for each in await _candidates(connection, item)} - {giving.giver}:
        raise Refused("no_such_colleague", "to")
    lack = await Lacks(connection, at).of(giving.to, item)
    if lack is not None:
        raise Refused(lack, "to")
    return item
