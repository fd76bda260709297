"""What activities answer to the road: codes, ids and hashes only; whatever is personal stays where it was read."""

from pydantic import Field

from schemas.filing import FeeAtLodging
from schemas.findings import Severity
from schemas.words import Word


class FoundByRule(Word):
    """One thing a rule found. `key` is the same in every round for the same rule, person and place.

    `basis` is a keyed digest of what it rests on; `changed` names what of it changed since the round before.
    """

    key: str
    rule_id: str
    severity: Severity
    person_id: str | None = None
    place_kind: str
    place: str
    cannot_decide: bool = False
    basis: str | None = None
    changed: tuple[str, ...] = ()


class CheckAsked(Word):
    """Check this round of this application, as of this day, by its pack or by the one adopted meanwhile (`pack`).

    `channel` is the one the persons were lodged through before; None while it is open.
    """

    number: str
    organisation_id: str
    round: int
    persons: tuple[str, ...]
    as_of: str
    pack: str | None = None
    channel: str | None = None


class Checked(Word):
    """The automatic checks of one round. `chosen_offices_stay`: checks of an older release say nothing of it."""

    pack_version: str
    found: tuple[FoundByRule, ...] = ()
    offices: dict[str, str] = Field(default_factory=dict)
    chosen_offices_stay: bool = False
    unexamined: tuple[str, ...] = ()


class LodgingAsked(Word):
    """Make a filing ready for this handler: is he entitled, and what exactly will be lodged?"""

    number: str
    organisation_id: str
    procedure: str
    filing_id: str
    filing_kind: str
    persons: tuple[str, ...]
    office: str
    channel: str
    handler: str
    parent_id: str | None = None
    round: int
    as_of: str


class PackageSealed(Word):
    """The sealed package of a filing, what lodging it costs, and whether two people are to say that it arrived."""

    sha256: str
    second_asked: bool = False
    fee: FeeAtLodging | None = None


class MachineLodging(Word):
    """Lodge this sealed package through the authority's machine channel."""

    number: str
    organisation_id: str
    procedure: str
    filing_id: str
    filing_kind: str
    persons: tuple[str, ...]
    office: str
    channel: str
    package_sha256: str
    parent_id: str | None = None


class Lodged(Word):
    """How a machine lodging ended: confirmed with numbers (and whom not), refused, certainly not sent, or unknown."""

    outcome: str
    receipts: dict[str, str] = Field(default_factory=dict)
    reason: str = ""
    not_taken: tuple[str, ...] = ()


class DocumentUploaded(Word):
    """One uploaded document waits to be examined."""

    document_id: str
    number: str
    organisation_id: str
