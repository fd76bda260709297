"""What goes into the simulator and what comes out of it. Ids and codes only: no person is known here."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FilingKind = Literal["first", "supplement", "withdrawal"]
NewsKind = Literal["receipt", "more_requested", "result"]
Result = Literal["accredited", "issued", "permitted", "accepted", "refused", "returned", "withdrawn"]
MoodName = Literal[
    "normal",
    "slow",
    "down",
    "accept_then_timeout",
    "answer_twice",
    "refuse",
    "take_some",
    "accept_then_500",
]


class Word(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Filing(Word):
    """One act of lodging. `reference` is the desk's filing id; later kinds name the first as parent."""

    reference: str = Field(min_length=1, max_length=100)
    application: str = Field(min_length=1, max_length=100)
    office: str = Field(min_length=1, max_length=100)
    channel: Literal["counter", "post", "online"]
    procedure: str = Field(min_length=1, max_length=100)
    persons: tuple[str, ...] = Field(min_length=1, max_length=100)
    package_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    kind: FilingKind = "first"
    parent_reference: str | None = None


class Acceptance(Word):
    """One line of the ledger: a filing as it was taken. The same reference twice is a double filing."""

    number: int
    accepted_at: str
    filing: Filing
    receipts: dict[str, str]


class Outcome(Word):
    """What somebody at the authority decides now: for a receipt, a filing's persons, or one of them."""

    kind: Literal["more_requested", "result"]
    reference: str | None = None
    receipt: str | None = None
    person: str | None = None
    due_on: date | None = None
    items: tuple[str, ...] = ()
    result: Result | None = None


class News(Word):
    """One item of the feed, ordered by `seq`. The same `id` under two `seq` is one outcome told twice.

    `reference` is the filing the receipt came from; for a supplement's receipt the supplement itself.
    """

    seq: int
    id: str
    kind: NewsKind
    receipt: str
    person: str
    reference: str
    due_on: date | None = None
    items: tuple[str, ...] = ()
    result: Result | None = None
    at: str


class Mood(Word):
    """How the authority behaves, until `seconds` are over or `count` acts were met; meets `share`."""

    mode: MoodName
    seconds: float | None = Field(default=None, gt=0)
    count: int | None = Field(default=None, gt=0)
    seed: int = 0
    share: float = Field(default=1.0, ge=0, le=1)
    slow_seconds: float = Field(default=2.0, ge=0, le=60)


class Policy(Word):
    """How it decides by itself. A fate follows from (seed, reference, person), never from order."""

    auto: bool = False
    delay_seconds: float = Field(default=1.0, ge=0)
    share_more_requested: float = Field(default=0.0, ge=0, le=1)
    share_refused: float = Field(default=0.0, ge=0, le=1)
    seed: int = 0
