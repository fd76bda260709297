"""Receipt numbers that were typed wrong (受付番号の訂正): what people say of them, and what the standing keeps. Pure."""

from typing import Literal

from schemas.filing import Receipt, Reported
from schemas.second_confirmation import Acted
from schemas.standing import Standing
from schemas.standing_changes import with_filing, with_lines
from schemas.words import Word


class CorrectionReported(Word):
    """One person says which numbers of a lodged filing are wrong; a second person has to confirm it."""

    kind: Literal["receipt_correction_reported"] = "receipt_correction_reported"
    filing_id: str
    receipts: tuple[Receipt, ...]
    remark_id: str


class ReceiptsCorrected(Word):
    """These persons' numbers are `receipts`; `replaced` was written before and belongs to nobody here any more."""

    kind: Literal["receipts_corrected"] = "receipts_corrected"
    filing_id: str
    receipts: tuple[Receipt, ...]
    replaced: tuple[Receipt, ...]
    remark_id: str


def reported(body: CorrectionReported, standing: Standing, event: Acted) -> Standing:
    """The filing keeps what was reported until a second person says the same."""
    said = Reported(by=event.actor.id, receipts=body.receipts)
    return with_filing(standing, body.filing_id, correction=said)


def corrected(body: ReceiptsCorrected, standing: Standing, event: object) -> Standing:
    """From now on the numbers are the persons'."""
    numbers = {each.person_id: {"receipt": each.number} for each in body.receipts}
    return with_filing(with_lines(standing, numbers), body.filing_id, correction=None)
