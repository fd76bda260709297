"""Recording against a real PostgreSQL: once, in order, whole; numbers and sending claimed by one only."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError
from temporalio.exceptions import ApplicationError

from activities.ledger import Entry, Ledger
from activities.ledger.recording import ReceiptsClaimed
from schemas.chain import digest
from schemas.commands import CorrectReceipts
from schemas.events import Event
from schemas.filing import Receipt
from schemas.identifiers import application_number
from schemas.standing import Standing
from schemas.tasks import TaskKind
from tests.builders import (
    HANDLER,
    NUMBER,
    ORGANISATION,
    REVIEWER,
    PaperRoad,
    a_remark,
    at_review,
    handed_in,
    lodged,
)
from tests.ground import Ground
from workflows.receipt_correction import correct

OTHER = application_number(2026, 2)
TABLES = ("event", "standing", "person_standing", "task", "finding", "filing", "deadline", "ball", "notice")
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def an_entry(road: PaperRoad, *, first: int = 1, last: int | None = None) -> Entry:
    return entry_of(road.events[first - 1 : last])


def entry_of(events: list[Event]) -> Entry:
    return Entry(number=NUMBER, organisation_id=ORGANISATION, events=tuple(events))


async def everything(ground: Ground) -> dict[str, list[str]]:
    return {
        name: sorted(str(row) for row in await ground.rows(f"SELECT * FROM {name}"))  # noqa: S608
        for name in TABLES
    }


@pytest.fixture
def ledger(ground: Ground) -> Ledger:
    ground.take_in(handed_in())
    return Ledger(ground.database)


async def test_what_was_recorded_is_the_standing_of_the_road(ground: Ground, ledger: Ledger) -> None:
    road = lodged()

    answered = await ledger.record(an_entry(road))

    kept = (await ground.rows("SELECT folded, seq, stage FROM standing"))[0]
    assert Standing.model_validate(kept["folded"]) == road.standing
    assert (kept["seq"], kept["stage"]) == (len(road.events), "lodged")
    assert answered == digest(road.events)


async def test_the_same_entry_twice_changes_nothing(ground: Ground, ledger: Ledger) -> None:
    entry = an_entry(lodged())
    await ledger.record(entry)
    before = await everything(ground)

    await ledger.record(entry)

    assert await everything(ground) == before


async def test_an_entry_that_overlaps_what_is_known_adds_what_is_new(ground: Ground, ledger: Ledger) -> None:
    road = lodged()
    await ledger.record(an_entry(road, last=5))

    await ledger.record(an_entry(road, first=3))

    kept = await ground.rows("SELECT seq FROM event ORDER BY seq")
    assert [row["seq"] for row in kept] == list(range(1, len(road.events) + 1))


async def test_a_gap_is_a_fault_and_writes_nothing(ground: Ground, ledger: Ledger) -> None:
    road = lodged()
    await ledger.record(an_entry(road, last=2))
    before = await everything(ground)

    with pytest.raises(ApplicationError) as gap:
        await ledger.record(an_entry(road, first=4))

    assert gap.value.type == "ledger_gap"
    assert not gap.value.non_retryable
    assert await everything(ground) == before


async def test_a_road_that_begins_in_the_middle_is_a_gap(ledger: Ledger) -> None:
    with pytest.raises(ApplicationError, match="missing"):
        await ledger.record(an_entry(lodged(), first=2))


async def test_two_writers_of_the_same_beginning_write_it_once(ground: Ground, ledger: Ledger) -> None:
    entry = an_entry(at_review())

    outcomes = await asyncio.gather(*(ledger.record(entry) for _ in range(4)), return_exceptions=True)
    await ledger.record(entry)

    assert all(outcome == digest(entry.events) or isinstance(outcome, IntegrityError) for outcome in outcomes)
    assert digest(entry.events) in outcomes
    assert len(await ground.rows("SELECT seq FROM event")) == len(entry.events)


async def test_two_writers_of_the_same_continuation_write_it_once(ground: Ground, ledger: Ledger) -> None:
    road = lodged()
    await ledger.record(an_entry(road, last=3))
    entry = an_entry(road, first=4)

    with ground.behind_the_desk() as first_in_line, first_in_line.transaction():
        first_in_line.execute("SELECT 1 FROM standing FOR UPDATE")
        writers = [asyncio.create_task(ledger.record(entry)) for _ in range(3)]
        while len(await ground.rows(WAITING)) < len(writers):
            await asyncio.sleep(0)
    await asyncio.gather(*writers)

    assert len(await ground.rows("SELECT seq FROM event")) == len(road.events)


async def test_each_event_is_told_once_however_often_it_is_recorded(ground: Ground, ledger: Ledger) -> None:
    road = at_review()
    road.review(a_remark())

    await ledger.record(an_entry(road))
    await ledger.record(an_entry(road))

    told = await ground.rows("SELECT kind, audience, state FROM notice ORDER BY seq")
    assert [row["kind"] for row in told] == ["received", "correction_requested"]
    assert {row["state"] for row in told} == {"waiting"}


async def test_a_deadline_keeps_its_derivation_when_another_takes_its_place(
    ground: Ground, ledger: Ledger
) -> None:
    road = at_review()
    road.review(a_remark())
    await ledger.record(an_entry(road))
    recorded = len(road.events)

    road.correct()
    road.check()
    road.review()
    await ledger.record(an_entry(road, first=recorded + 1))

    kept = await ground.rows("SELECT state, derivation FROM deadline ORDER BY id")
    assert [(row["state"], row["derivation"]["rule"]) for row in kept] == [
        ("ended", "correction"),
        ("running", "correction"),
    ]


async def test_balls_are_the_same_whether_acts_were_recorded_apart_or_together(
    ground: Ground, ledger: Ledger
) -> None:
    road = at_review()
    road.wait(hours=2)
    road.claim(TaskKind.REVIEW, REVIEWER)
    road.wait(hours=3)
    road.review()

    await ledger.record(an_entry(road))

    balls = await ground.rows("SELECT holder, to_at - from_at AS held FROM ball ORDER BY from_seq")
    assert [(row["holder"], row["held"] and row["held"].total_seconds()) for row in balls] == [
        ("desk", 7_200.0),
        ("reviewer", 10_800.0),
        ("desk", None),
    ]


def a_claim(*receipts: tuple[str, str], number: str = NUMBER) -> ReceiptsClaimed:
    return ReceiptsClaimed(
        number=number,
        organisation_id=ORGANISATION,
        filing_id=f"{number}.filing.1",
        receipts=tuple(Receipt(person_id=person, number=receipt) for person, receipt in receipts),
    )


async def test_a_number_is_claimed_for_one_person(ground: Ground, ledger: Ledger) -> None:
    ground.take_in(handed_in("p7", number=OTHER))
    await ledger.claim_receipts(a_claim(("p1", "A-1")))

    with pytest.raises(ApplicationError) as taken:
        await ledger.claim_receipts(a_claim(("p7", "A-1"), number=OTHER))

    assert (taken.value.type, taken.value.non_retryable) == ("receipt_taken", True)


@pytest.mark.parametrize("kept", ["東オン24001", "東ｵﾝ２４００１", "東オン 24-001"])
async def test_a_number_that_was_kept_in_another_spelling_is_taken(
    ground: Ground, ledger: Ledger, kept: str
) -> None:
    ground.take_in(handed_in("p7", number=OTHER))
    await ledger.claim_receipts(a_claim(("p1", kept)))

    with pytest.raises(ApplicationError, match="taken"):
        await ledger.claim_receipts(a_claim(("p7", "東オン24001"), number=OTHER))


async def test_a_number_is_not_moved_to_another_person_of_the_same_case(ledger: Ledger) -> None:
    await ledger.claim_receipts(a_claim(("p1", "A-1")))

    with pytest.raises(ApplicationError, match="taken"):
        await ledger.claim_receipts(a_claim(("p2", "A-1")))


async def test_claiming_again_what_is_ones_own_is_no_conflict(ground: Ground, ledger: Ledger) -> None:
    await ledger.claim_receipts(a_claim(("p1", "A-1")))

    await ledger.claim_receipts(a_claim(("p1", "A-1"), ("p2", "A-2")))

    assert len(await ground.rows("SELECT receipt FROM receipt")) == 2


async def test_a_refused_claim_claims_nothing(ground: Ground, ledger: Ledger) -> None:
    ground.take_in(handed_in("p7", number=OTHER))
    await ledger.claim_receipts(a_claim(("p1", "A-1")))

    with pytest.raises(ApplicationError):
        await ledger.claim_receipts(a_claim(("p7", "A-2"), ("p8", "A-1"), number=OTHER))

    assert [row["receipt"] for row in await ground.rows("SELECT receipt FROM receipt")] == ["A-1"]


async def test_who_waits_for_another_claim_of_the_same_number_is_refused(
    ground: Ground, ledger: Ledger
) -> None:
    ground.take_in(handed_in("p7", number=OTHER))
    with ground.stack.connect(ground.name) as slow:
        slow.autocommit = False
        slow.execute(
            "INSERT INTO receipt (receipt, organisation_id, number, person_id, filing_id, claimed_at) "
            "VALUES ('a 1', %s, %s, 'p7', 'x', now())",
            (ORGANISATION, OTHER),
        )
        waiting = asyncio.create_task(ledger.claim_receipts(a_claim(("p1", "A-1"))))
        await asyncio.sleep(0.3)
        still_waiting = not waiting.done()
        slow.commit()

    assert still_waiting
    with pytest.raises(ApplicationError, match="taken"):
        await waiting


async def test_a_corrected_number_is_the_persons_and_the_wrong_one_anybodys_again(
    ground: Ground, ledger: Ledger
) -> None:
    ground.take_in(handed_in("p7", number=OTHER))
    road = lodged("p1", "p2", "p3")
    right = ("OTIT-26-p2", "OTIT-26-p1", "OTIT-26-right")
    numbers = [Receipt(person_id=line.person_id, number=line.receipt or "") for line in road.standing.persons]
    await ledger.claim_receipts(
        a_claim(*((each.person_id, each.number.lower()) for each in numbers), ("p3", right[2]))
    )
    receipts = tuple(
        each.model_copy(update={"number": number}) for each, number in zip(numbers, right, strict=True)
    )
    values = {"filing_id": road.filing().id, "receipts": receipts, "remark_id": "remark"}
    road.act(correct, road.ask(CorrectReceipts, HANDLER, **values))

    await ledger.record(an_entry(road))

    await ledger.claim_receipts(a_claim(("p7", "OTIT-26-p3"), number=OTHER))
    kept = await ground.rows("SELECT person_id, receipt FROM receipt ORDER BY person_id")
    told = await ground.rows("SELECT kind, facts FROM notice ORDER BY seq DESC LIMIT 1")
    assert [row["receipt"] for row in kept] == [*right, "OTIT-26-p3"]
    assert [(row["kind"], row["facts"]) for row in told] == [
        ("receipts_corrected", {"receipts": list(right)})
    ]


async def test_only_the_first_may_send_a_filing(ledger: Ledger) -> None:
    road = lodged()
    await ledger.record(an_entry(road))
    filing_id = road.filing().id

    allowed = await asyncio.gather(*(ledger.mark_sent(filing_id) for _ in range(5)))

    assert sorted(allowed) == [False, False, False, False, True]


async def test_what_is_recorded_later_does_not_unmark_what_was_sent(ledger: Ledger) -> None:
    road = lodged()
    await ledger.record(an_entry(road, last=len(road.events) - 3))
    filing_id = road.filing().id
    await ledger.mark_sent(filing_id)

    await ledger.record(an_entry(road))

    assert not await ledger.mark_sent(filing_id)


async def test_a_filing_nobody_recorded_is_not_sent(ledger: Ledger) -> None:
    assert not await ledger.mark_sent("T26-0000000.filing.1")
