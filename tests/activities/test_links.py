"""Who waits for a draft does not wait for ever: a draft that ends, or that he is taken out of, is no longer waited for."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.drafts import Drafts
from activities.links import Links
from activities.rounds import Rounds
from infra.dev.services import Stack
from infra.objects import ObjectStore
from schemas.identifiers import application_number
from schemas.standing import Stage
from tests.activities.waiting import waiting_for
from tests.builders import handed_in
from tests.workflows import acting
from tests.workflows.office import RANDOM, Office, walk

COE = "isa.coe.tit"
KEPT_DAYS = 180
A_DRAFT = "UPDATE application SET handed_in_at = NULL, rounds = 0, changed_at = now() WHERE number = %s"
TAKEN_OUT = "DELETE FROM applicant WHERE number = %s"


@pytest.mark.parametrize("is_taken_out", [True, False])
async def test_who_waits_for_a_draft_is_told_when_it_ends_or_the_person_is_taken_out_of_it(
    office: Office, rounds: Rounds, activity_stack: Stack, *, is_taken_out: bool
) -> None:
    number = application_number(2026, next(RANDOM))
    office.ground.take_in(handed_in(number=number), office.keys.make(number))
    with office.ground.behind_the_desk() as connection:
        connection.execute(A_DRAFT, (number,))
    objects = ObjectStore.connect(activity_stack.place.settings())
    drafts = Drafts(office.ground.database, objects, office.keys.ring, kept_days=KEPT_DAYS)
    links = Links(office.ground.database, office.client)

    async with office.working():
        waiter = await waiting_for(office, rounds, number, f"{number}.p1")
        while_there = await walk(links.deliver)
        if is_taken_out:
            with office.ground.behind_the_desk() as connection:
                connection.execute(TAKEN_OUT, (number,))
        else:
            await drafts.look_at(datetime.now(UTC) + timedelta(days=KEPT_DAYS + 1))
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
