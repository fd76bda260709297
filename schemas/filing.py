"""Filings (提出・取次): one act of lodging a set of persons with one office, and what is known of its outcome."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from schemas.receipt_numbers import bare_number
from schemas.words import Word


class FilingKind(StrEnum):
    """What is lodged."""

    FIRST = "first"
    SUPPLEMENT = "supplement"  # 追加資料
    WITHDRAWAL = "withdrawal"  # 取下げ


class FilingState(StrEnum):
    """intent, act, confirmation. Unknown is a state of its own and never leads to a second attempt by itself."""

    PREPARED = "prepared"
    INTENDED = "intended"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    REFUSED = "refused"  # refused at the counter or by the portal: certainly not accepted
    NOT_SENT = "not_sent"  # certainly never left the desk
    ABSENT = "absent"  # found out: it did not arrive
    CANCELLED = "cancelled"


LIVE = frozenset({FilingState.PREPARED, FilingState.INTENDED, FilingState.UNKNOWN})
UNDER_WAY = frozenset({FilingState.INTENDED, FilingState.UNKNOWN})


class Way(StrEnum):
    """How the act is carried out: by a person, or by a machine the authority offers (today only the simulator)."""

    BY_HAND = "by_hand"
    MACHINE = "machine"


class Receipt(Word):
    """The authority's number for one person (受付番号)."""

    person_id: str
    number: str


class NotTaken(Word):
    """A person whom the authority sent away while it took others of the filing, and the words that say why."""

    person_id: str
    remark_id: str | None = None


class FeeAtLodging(Word):
    """The amounts of a first filing, worked out when its package was sealed on `lodged_on` (Japan date)."""

    fee_class: str | None
    persons: int
    desk_yen_per_person: int | None
    authority_yen: int | None
    authority_units: int
    lodged_on: date


class Reported(Word):
    """What one person reported that a second one has to confirm: which numbers, and of a lodging who was not taken."""

    by: str
    receipts: tuple[Receipt, ...]
    not_taken: tuple[NotTaken, ...] = ()

    def says(self, receipts: tuple[Receipt, ...], not_taken: tuple[NotTaken, ...] = ()) -> bool:
        """Whether this was reported; everybody gives his own words for it."""
        away, reported_away = ({each.person_id for each in some} for some in (not_taken, self.not_taken))
        return _compared(receipts) == _compared(self.receipts) and away == reported_away


def _compared(receipts: tuple[Receipt, ...]) -> set[tuple[str, str]]:
    return {(each.person_id, bare_number(each.number)) for each in receipts}


class Filing(Word):
    """One filing as the road knows it. `handler` lodged it; `kept_by` looks after it since, where that is another.

    Once the authority has it, `persons` are those it took; `not_taken` were lodged with them and sent away.
    """

    id: str
    kind: FilingKind
    state: FilingState = FilingState.PREPARED
    persons: tuple[str, ...]
    office: str
    channel: str | None = None
    way: Way | None = None
    handler: str | None = None
    parent_id: str | None = None
    package_sha256: str | None = None
    reported: Reported | None = None
    second_asked: bool = False
    kept_by: str | None = None
    correction: Reported | None = None
    not_taken: tuple[NotTaken, ...] = ()

    @property
    def everybody(self) -> tuple[str, ...]:
        """Whoever was lodged with it."""
        return everybody_of(self.persons, self.not_taken)

    @property
    def keeper(self) -> str | None:
        """Who looks after it: whoever lodged it, until it is entrusted to another."""
        return self.kept_by or self.handler


def everybody_of(persons: Iterable[str], not_taken: Iterable[NotTaken]) -> tuple[str, ...]:
    """Whoever was lodged with a filing, those who were not taken last."""
    return (*persons, *(each.person_id for each in not_taken))


class ResultKind(StrEnum):
    """Per person, what the authority decided."""

    ACCREDITED = "accredited"  # 認定
    ISSUED = "issued"  # 交付
    PERMITTED = "permitted"  # 許可
    ACCEPTED = "accepted"  # 受理
    REFUSED = "refused"  # 不認定・不交付・不許可
    RETURNED = "returned"  # 返戻
    WITHDRAWN = "withdrawn"  # 取下げ
