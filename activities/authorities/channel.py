"""The activity `lodge`: one act towards an authority, marked before the first byte leaves, never tried twice."""

from typing import Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ledger import Ledger
from schemas.checked import Lodged, MachineLodging


class Desk(Protocol):
    """What a machine channel of an authority must offer."""

    async def lodge(self, filing: MachineLodging) -> Lodged:
        """Lodge once. `confirmed` with a number per person and who was not taken, `refused` or `not_sent` only when
        that is certain, otherwise `unknown`. Must not raise for anything that may have arrived."""


class Authorities:
    """Lodging through a machine channel."""

    def __init__(self, ledger: Ledger, desk: Desk | None) -> None:
        self._ledger = ledger
        self._desk = desk

    @activity.defn(name="lodge")
    async def lodge(self, filing: MachineLodging) -> Lodged:
        """Lodge a sealed package. Marked as sent first: whoever comes second finds the mark and does not send."""
        if self._desk is None:
            raise ApplicationError("no machine channel is configured", type="no_channel", non_retryable=True)
        if not await self._ledger.mark_sent(filing.filing_id):
            return Lodged(outcome="unknown", reason="sent_before")
        return await self._desk.lodge(filing)
