"""What is outside the road and cannot be asked back: the authority's book, the register of mandates, claimed numbers."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.authority import CertificateHeld, LodgingWanted, MandateGiven, OnRegister, entitlement_for
from schemas.calendar import japan_date
from schemas.filing import Filing, FilingKind, NotTaken, Receipt
from schemas.refusals import Refused
from tests.builders import MONDAY, ORGANISATION, receipt_of

PROCEDURE = "otit.plan.accreditation.D"
NEVER = japan_date(MONDAY) + timedelta(days=36_500)


@dataclass
class Book:
    """The authority's own: each acceptance, with a number per person it took of a first filing, and whom it sent away."""

    taken: list[Filing] = field(default_factory=list)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, tuple[Receipt, ...]] = field(default_factory=dict)
    sent_away: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, filing: Filing, *, but: int = 0) -> None:
        """A filing arrives; so many of its last persons are sent away, never all of them."""
        many = max(1, len(filing.persons) - but)
        self.taken.append(filing)
        self.sent_away[filing.id] = filing.persons[many:]
        if filing.kind is FilingKind.FIRST:
            self.given[filing.id] = tuple(self._number(person) for person in filing.persons[:many])

    def _number(self, person: str) -> Receipt:
        own = self.numbers.setdefault(person, [])
        own.append(receipt_of(person) if not own else f"{receipt_of(person)}-{len(own) + 1}")
        return Receipt(person_id=person, number=own[-1])

    def has(self, filing_id: str) -> bool:
        """Whether this filing arrived."""
        return any(each.id == filing_id for each in self.taken)

    def answer(self, filing_id: str) -> tuple[tuple[Receipt, ...], tuple[NotTaken, ...]]:
        """The numbers of a filing (none for supplements and withdrawals), and whom it sent away."""
        away = self.sent_away.get(filing_id, ())
        return self.given.get(filing_id, ()), tuple(NotTaken(person_id=p, remark_id="why") for p in away)

    def twice(self) -> list[str]:
        """What it has more than once: a filing, or a person's first one."""
        ids = Counter(each.id for each in self.taken)
        firsts = [person for person, numbers in self.numbers.items() if len(numbers) > 1]
        return firsts + [each for each, times in ids.items() if times > 1]


@dataclass
class Register:
    """Who has a mandate, as rows with days; and beside it, as the oracle, plainly who has one now."""

    mandates: dict[str, list[MandateGiven]] = field(default_factory=dict)
    entrusted: set[str] = field(default_factory=set)

    def begins(self, handler: str, at: datetime) -> None:
        """From today on."""
        if handler in self.entrusted:
            return
        rows = self.mandates.setdefault(handler, [])
        rows.append(
            MandateGiven(
                id=f"{handler}-{len(rows)}",
                account_id=handler,
                organisation_id=ORGANISATION,
                procedures=(PROCEDURE,),
                valid_from=japan_date(at),
            )
        )
        self.entrusted.add(handler)

    def ends(self, handler: str, at: datetime) -> None:
        """Yesterday was its last day."""
        yesterday = japan_date(at) - timedelta(days=1)
        self.mandates[handler] = [
            each if each.valid_until else each.model_copy(update={"valid_until": yesterday})
            for each in self.mandates.get(handler, [])
        ]
        self.entrusted.discard(handler)

    def insist(self, handler: str, at: datetime) -> None:
        """As `prepare_lodging` does. Raises Refused with what lacks."""
        held = CertificateHeld(certificate_number="1", valid_until=NEVER)
        wanted = LodgingWanted(procedure=PROCEDURE, on=japan_date(at))
        known = OnRegister(held=held, mandates=tuple(self.mandates.get(handler, ())))
        found = entitlement_for(wanted, known)
        if found.lacks:
            raise Refused(found.lacks[0], "handler")


@dataclass
class Numbers:
    """The ledger's claimed numbers: each is one person's for ever."""

    owners: dict[str, str] = field(default_factory=dict)

    def claim(self, receipts: tuple[Receipt, ...]) -> None:
        """All of them, or Refused."""
        if any(self.owners.get(each.number, each.person_id) != each.person_id for each in receipts):
            raise Refused("receipt_taken", "receipts")
        self.owners |= {each.number: each.person_id for each in receipts}
