"""Receipt numbers that were typed wrong (受付番号の訂正): what people say of them, and what the standing keeps. Pure."""

from typing import Literal

from schemas.filing import Receipt, Reported
from schemas.second_confirmation import Acted
from schemas.standing import Standing
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
    return _kept(standing, body.filing_id, Reported(by=event.actor.id, receipts=body.receipts))


def corrected(body: ReceiptsCorrected, standing: Standing, event: object) -> Standing:
    """From now on the numbers are the persons'."""
    numbers = {each.person_id: each.number for each in body.receipts}
    lines = tuple(
        line.model_copy(update={"receipt": numbers[line.person_id]}) if line.person_id in numbers else line
        for line in standing.persons
    )
    return _kept(standing.model_copy(update={"persons": lines}), body.filing_id, None)


def _kept(standing: Standing, filing_id: str, said: Reported | None) -> Standing:
    filings = tuple(
        each.model_copy(update={"correction": said}) if each.id == filing_id else each
        for each in standing.filings
    )
    return standing.model_copy(update={"filings": filings})
