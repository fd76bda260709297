"""Who waits for a draft does not wait for ever: a draft that ends, or that he is taken out of, is no longer waited for."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.drafts import Drafts
from activities.links import Links
from activities.rounds import Rounds
from infra.dev.services import Stack
from infra.objects import ObjectStore
from schemas.commands import ContradictionSettled
from schemas.identifiers import application_number
from schemas.standing import Stage
from schemas.tasks import TaskKind
from tests.activities.drafting import tell_in_time
from tests.activities.waiting import waiting_for
from tests.builders import MANAGER, handed_in
from tests.ground import settings_of
from tests.workflows import acting
from tests.workflows.office import RANDOM, Office, walk

COE = "isa.coe.tit"
KEPT_DAYS = 180
A_DRAFT = "UPDATE application SET handed_in_at = NULL, rounds = 0, changed_at = now() WHERE number = %s"
TAKEN_OUT = "DELETE FROM applicant WHERE number = %s"


@pytest.mark.parametrize("is_taken_out", [True, False])
async def test_who_waits_for_a_draft_is_told_when_it_ends_or_the_person_is_taken_out_of_it(
    office: Office, rounds: Rounds, servers: Stack, *, is_taken_out: bool
) -> None:
    number = application_number(2026, next(RANDOM))
    office.ground.take_in(handed_in(number=number), office.keys.make(number))
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_DRAFT, (number,))
    objects = ObjectStore.connect(settings_of(servers))
    drafts = Drafts(office.ground.database, objects, office.keys.ring, kept_days=KEPT_DAYS)
    links = Links(office.ground.database, office.client)

    async with office.working():
        waiter = await waiting_for(office, rounds, number, f"{number}.p1")
        while_there = await walk(links.deliver)
        if is_taken_out:
            with office.ground.behind_the_desk() as connection:
                connection.execute(TAKEN_OUT, (number,))
        else:
            over = datetime.now(UTC) + timedelta(days=KEPT_DAYS + 1)
            await tell_in_time(office.ground, drafts, over - timedelta(days=1))
            await drafts.look_at(over)
        when_gone = [await walk(links.deliver) for _ in range(2)]
        standing = await waiter.recorded()

    assert (while_there, when_gone) == (0, [1, 0])
    assert [(line.waits_for, line.link_outcome) for line in standing.persons] == [(None, "withdrawn")]


async def test_a_certificate_of_eligibility_is_lodged_only_after_the_plan_of_its_person_is_accredited(
    office: Office, rounds: Rounds
) -> None:
    links = Links(office.ground.database, office.client)

    async with office.working():
        plan = await office.begin()
        certificate = await waiting_for(office, rounds, plan.number, "p1", procedure=COE)
        await acting.settle_all(certificate)
        await certificate.until_stage(Stage.READY)
        await acting.lodge(plan)
        while_lodged = await walk(links.deliver)
        waiting = await certificate.standing()
        await acting.result(plan)
        when_accredited = [await walk(links.deliver) for _ in range(2)]
        filing = await certificate.filing()
        line = (await certificate.standing()).persons[0]

    assert (while_lodged, waiting.filings) == (0, ())
    assert when_accredited == [1, 0]
    assert filing.persons == (line.person_id,)
    assert (line.waits_for, line.link_outcome) == (None, "granted")


async def test_who_went_on_is_told_once_each_time_another_result_of_the_plan_comes_to_hold(
    office: Office, rounds: Rounds
) -> None:
    links = Links(office.ground.database, office.client)

    async with office.working():
        plan = await office.begin("p1", "p2")
        lodged, closed = [
            await waiting_for(office, rounds, plan.number, "p1", procedure=COE, persons=persons)
            for persons in ("w", "wv")
        ]
        await acting.lodge(plan)
        await acting.result(plan)
        await walk(links.deliver)
        begun = await waiting_for(office, rounds, plan.number, "p1", procedure=COE, kind="follows")
        for each in (lodged, closed):
            await acting.settle_all(each)
            await acting.begin(each, channel="counter")
            await acting.end(each)
        for person in "wv":
            await acting.result(closed, f"{closed.number}.{person}", "issued")
        await closed.until(lambda standing: standing.closed_at)
        before = await walk(links.deliver)
        await acting.result(plan, result="refused")
        undecided = await walk(links.deliver)
        settled = ContradictionSettled(holds="later", remark_id="why")
        await acting.decide(plan, TaskKind.CONTRADICTION, settled, MANAGER)
        after = [await walk(links.deliver) for _ in range(2)]
        task = await lodged.task(TaskKind.LINK_TURNED)
        turned = [(await each.recorded()).persons[0].link_outcome for each in (lodged, begun)]
        turns = []
        for result in ("accredited", "refused"):
            await acting.result(plan, result=result)
            await acting.decide(plan, TaskKind.CONTRADICTION, settled, MANAGER)
            turns.append([await walk(links.deliver) for _ in range(2)])
        mails = {each.number: await mails_of(office, each.number) for each in (lodged, closed)}

    assert (before, undecided, after, turns) == (0, 0, [4, 0], [[2, 0], [2, 0]])
    assert task.persons == (f"{lodged.number}.w",)
    assert turned == ["refused"] * 2
    assert mails == {
        lodged.number: [*[("link_turned", "client")] * 3, ("task_waiting", "staff")],
        closed.number: [("link_turned", "client"), ("outcome_turned", "staff")],
    }


async def mails_of(office: Office, number: str) -> list[tuple[str, str]]:
    """What was written about it because of the other application: kind and audience."""
    query = """SELECT kind, audience FROM notice
               WHERE number = :number AND kind IN ('link_turned', 'outcome_turned', 'task_waiting')
               ORDER BY kind, audience"""
    return [(row["kind"], row["audience"]) for row in await office.ground.rows(query, number=number)]
