"""Lodging through a machine channel: one attempt. What is not known afterwards is unknown and goes to a person."""

from temporalio.exceptions import ActivityError, ApplicationError

from activities.authorities import Authorities
from activities.ledger import Ledger
from activities.ledger.recording import ReceiptsClaimed
from schemas.checked import Lodged, MachineLodging
from schemas.filing import Filing, FilingState, NotTaken, Receipt, Way
from schemas.parties import SIMULATOR
from schemas.refusals import Refused
from workflows import filing as filings
from workflows.case import Case
from workflows.policies import at_once, only_once
from workflows.situation import Happenings


def waiting(case: Case) -> tuple[Filing, ...]:
    """The filings whose intent is recorded and that a machine is to lodge."""
    return tuple(
        each
        for each in case.standing.filings
        if each.state is FilingState.INTENDED and each.way is Way.MACHINE
    )


async def lodge(case: Case, each: Filing) -> None:
    """The act, once, and what is known of it afterwards. The intent is in the ledger before the act begins."""
    await case.record()
    lodged = await _attempt(case, each)
    if lodged.outcome == "confirmed":
        lodged = await _believed(case, each, lodged)
    case.note(_happened(case, each, lodged), SIMULATOR)
    case.take_steps()
    await case.record()


async def _attempt(case: Case, each: Filing) -> Lodged:
    asked = MachineLodging(
        number=case.handed_in.number,
        organisation_id=case.handed_in.organisation_id,
        procedure=case.handed_in.procedure,
        filing_id=each.id,
        filing_kind=each.kind,
        persons=each.persons,
        office=each.office,
        channel=each.channel or "",
        package_sha256=each.package_sha256 or "",
        parent_id=each.parent_id,
    )
    told = f"機械への提出 lodge by machine: {len(each.persons)} 人 persons"
    try:
        return await only_once(Authorities.lodge, asked, summary=told)
    except ActivityError:
        return Lodged(outcome="unknown", reason="no_answer")


def _confirmed(case: Case, each: Filing, lodged: Lodged) -> Happenings:
    not_taken = tuple(NotTaken(person_id=person) for person in lodged.not_taken)
    return filings.confirmed(case.situation, each, _receipts(lodged), not_taken)


def _receipts(lodged: Lodged) -> tuple[Receipt, ...]:
    return tuple(Receipt(person_id=person, number=number) for person, number in lodged.receipts.items())


async def _believed(case: Case, each: Filing, lodged: Lodged) -> Lodged:
    """A confirmation whose numbers don't fit the persons, or are another's, leaves the outcome to a human."""
    try:
        _confirmed(case, each, lodged)
    except Refused as refused:
        return Lodged(outcome="unknown", reason=refused.code)
    if not await claimed(case, each, _receipts(lodged)):
        return Lodged(outcome="unknown", reason="receipt_taken")
    return lodged


async def claimed(case: Case, each: Filing, receipts: tuple[Receipt, ...]) -> bool:
    """Whether these numbers are these persons' from now on. Numbers that belong to another filing are not."""
    if not receipts:
        return True
    try:
        await claim(case, each.id, receipts)
    except ApplicationError:
        return False
    return True


async def claim(case: Case, filing_id: str, receipts: tuple[Receipt, ...]) -> None:
    """Claim receipt numbers; the refusal `receipt_taken` is passed on."""
    claim = ReceiptsClaimed(
        number=case.handed_in.number,
        organisation_id=case.handed_in.organisation_id,
        filing_id=filing_id,
        receipts=receipts,
    )
    await at_once(Ledger.claim_receipts, claim, summary="受付番号の照合 claim receipt numbers")


def _happened(case: Case, each: Filing, lodged: Lodged) -> Happenings:
    if lodged.outcome == "confirmed":
        return _confirmed(case, each, lodged)
    if lodged.outcome in ("refused", "not_sent"):
        return filings.failed(case.situation, each, lodged.outcome)
    return filings.unknown(case.situation, each, lodged.reason or "no_answer")
