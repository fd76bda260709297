"""The catalogue's words: a procedure as data. One dated map says what one authority asks of one application.

Rows are frozen and refuse unknown keys. Every row says where it comes from and how far that was verified.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.findings import Severity
from schemas.wording import NoticeKind
from schemas.words import Word

Verification = Literal["primary", "secondary", "unverified"]
FieldScope = Literal["application", "organisation", "supervising", "sending", "person"]
DocumentScope = Literal["application", "organisation", "supervising", "sending", "person"]
FieldType = Literal[
    "text",
    "latin_name",
    "kana",
    "date",
    "integer",
    "decimal",
    "money_yen",
    "boolean",
    "choice",
    "country",
    "prefecture",
    "card_number",
    "passport_number",
    "corporate_number",
    "sending_number",
    "email",
    "phone",
]
Clock = Literal["calendar", "office"]
ChannelId = Literal["post", "counter", "online"]
Authority = Literal["otit", "isa"]
ResultId = Literal["accredited", "issued", "permitted", "accepted", "refused", "returned", "withdrawn"]
FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
Value = str | int | bool
"""A value as it is kept: text, a whole number, yes/no; a date is its ISO text, a decimal its plain text."""


class Bilingual(Word):
    """One text in both languages; Japanese is the official one."""

    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Sourced(Word):
    """A row that says where it comes from: a key of `tables/sources.toml`; `desk` is our own policy."""

    source: str
    verified_on: date
    verification: Verification

    @property
    def check_before_use(self) -> bool:
        """True when a reviewer must be told that this row was not verified."""
        return self.verification == "unverified"


class Choice(Word):
    """One answer of a choice field."""

    id: str
    ja: str
    en: str


class Section(Word):
    """A heading of the form page."""

    id: str
    ja: str
    en: str
    scope: FieldScope


class FieldRow(Sourced):
    """One question of the form. `required_when` is a condition; without it `required` decides.

    `choices_from` names a reference table whose rows are the answers (`Tables.answers`). `full_width`: whether the
    online system takes full-width signs only; None where that is not known.
    """

    id: FieldId
    section: str
    scope: FieldScope
    type: FieldType
    label: Bilingual
    hint: Bilingual | None = None
    required: bool = True
    required_when: str | None = None
    choices: tuple[Choice, ...] = ()
    choices_from: FieldId | None = None
    max_length: int | None = Field(default=None, ge=1, le=4_000)
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    full_width: bool | None = None

    @property
    def belongs_to_person(self) -> bool:
        """True when each person has an own value; otherwise the application has one."""
        return self.scope == "person"


class LookFor(Word):
    """What a reviewer looks for on a document, where no machine can: the rule it serves and the prompt."""

    rule: Annotated[str, StringConstraints(pattern=r"^(OTIT|ISA|ALL|DESK)-[A-Z]{2,4}-[0-9]{2}[a-z]?$")]
    ja: str
    en: str


class DocumentKind(Sourced):
    """One line of the authority's document list."""

    id: FieldId
    ja: str
    en: str
    scope: DocumentScope
    order: int
    form: str | None = None
    signed_by: Bilingual | None = None
    required_when: str = "true"
    may_omit_when: str | None = None
    omission: Bilingual | None = None
    omission_within_months: int | None = Field(default=None, ge=1, le=120)
    note: Bilingual | None = None
    media_types: tuple[str, ...] = ("application/pdf", "image/jpeg", "image/png")
    issued_within_months: int | None = Field(default=None, ge=1, le=60)
    look_for: tuple[LookFor, ...] = ()

    @property
    def belongs_to_person(self) -> bool:
        """True when each person needs an own copy."""
        return self.scope == "person"


class Bound(Word):
    """A day counted from another: months first, then days; negative is before. Asked only where `when` holds."""

    months: int = Field(default=0, ge=-60, le=60)
    days: int = Field(default=0, ge=-366, le=366)
    when: str = "true"
    kind: Literal["block", "warn"] = "block"


class WindowRow(Sourced):
    """When it may be lodged, counted from the date in `anchor`; an absent bound is none. `opens_on`: not before that day.

    `note` says in words what the law leaves without a number (without delay, at any time).
    """

    anchor: FieldId | None = None
    earliest: Bound | None = None
    latest: Bound | None = None
    opens_on: date | None = None
    cut_off: str | None = None
    note: Bilingual | None = None


class OfficeRouting(Sourced):
    """Which office receives it: the one named, or that of `table` whose area holds the prefecture in `prefecture_field`."""

    table: Authority
    prefecture_field: FieldId | None = None
    office: str | None = None


class Lines(Word):
    """What one line of an application is (a person, or the organisation that notifies), and how many there may be."""

    ja: str = "申請人"
    en: str = "Person"
    at_most: int = Field(default=100, ge=1, le=100)


class Channel(Sourced):
    """A way to the authority, with its limits (absent: none known)."""

    id: ChannelId
    ja: str
    en: str
    set_size_bytes: int | None = Field(default=None, ge=1)
    media_types: tuple[str, ...] = ()
    pdf_without_password: bool = False


class FeeRow(Sourced):
    """How the authority is paid; amounts are in `tables/fees.toml` under `table`, or `table.<answer of by>`."""

    table: str
    by: FieldId | None = None
    per: Literal["person", "application"]
    paid_by: Bilingual


class ExpectedDays(Sourced):
    """Days from lodging to result: the standard span, and what is usual when known."""

    least: int = Field(ge=0)
    most: int = Field(ge=1)
    typical: int | None = Field(default=None, ge=1)

    @property
    def usual(self) -> int:
        """What is usual, or the end of the standard span."""
        return self.typical or self.most


class ReviewPolicy(Sourced):
    """How the desk reviews: one level, or two by different people."""

    levels: Literal[1, 2]
    within_office_days: int = Field(ge=1, le=60)


class CorrectionPolicy(Sourced):
    """How long a client has to correct, on which clock, and when he is reminded (same unit, before it)."""

    within: int = Field(ge=1, le=90)
    clock: Clock
    reminders_before: tuple[int, ...]


class ResultKind(Sourced):
    """A way the authority can end it for a person."""

    id: ResultId
    ja: str
    en: str
    granted: bool


class FollowUp(Sourced):
    """What usually comes next: `id` is a procedure, or a word for what is not one of ours; `after` the result it follows,
    or `lodged` for what runs while the authority decides. It is offered unless `when` is known not to hold.

    `opens` and `closes` are counted from the date named in `counted_from`: a field of this map, or the result's
    own `decided_on` or `valid_to`. It opens on no day before `opens_not_before`.
    """

    id: str
    ja: str
    en: str
    after: ResultId | Literal["lodged"]
    when: str = "true"
    counted_from: str | None = None
    opens: Bound | None = None
    opens_not_before: date | None = None
    closes: Bound | None = None


ASKED_AFTER_OFFICE_DAYS: Mapping[ChannelId, int] = {"counter": 1, "online": 2, "post": 5}
"""The desk's own policy: the online system confirms a reception the day after, a letter travels."""


class LodgingPolicy(Word):
    """How the desk lodges by hand: whether a second person confirms what the first reports, and after how many office
    days without an outcome a colleague is asked to find out."""

    confirmed_by_second: bool = False
    asked_after_office_days: Mapping[ChannelId, Annotated[int, Field(ge=1, le=30)]] = Field(
        default_factory=lambda: ASKED_AFTER_OFFICE_DAYS
    )


class Procedure(Sourced):
    """One map, as shipped: what to ask, what to attach, when, where, how long, what next."""

    id: str
    regime: Literal["TITP", "SSW", "ESD"]
    authority: Authority
    name: Bilingual
    legal_basis: Bilingual
    form: str
    version: date
    valid_from: date
    valid_to: date | None = None
    lines: Lines = Lines()
    sections: tuple[Section, ...]
    fields: tuple[FieldRow, ...]
    documents: tuple[DocumentKind, ...]
    window: WindowRow
    office: OfficeRouting
    channels: tuple[Channel, ...]
    fee: FeeRow
    expected_days: ExpectedDays
    review: ReviewPolicy
    correction: CorrectionPolicy
    lodging: LodgingPolicy = LodgingPolicy()
    delivery: Literal["release", "hand_over"]
    results: tuple[ResultKind, ...]
    follow_ups: tuple[FollowUp, ...] = ()
    wording: tuple[NoticeKind, ...]
    rules: tuple[str, ...]

    @cached_property
    def _fields(self) -> dict[str, FieldRow]:
        return {row.id: row for row in self.fields}

    def field(self, field_id: str) -> FieldRow | None:
        """The field of that id, or None."""
        return self._fields.get(field_id)

    def document(self, kind: str) -> DocumentKind | None:
        """The document kind of that id, or None."""
        return next((row for row in self.documents if row.id == kind), None)

    def channel(self, channel_id: str) -> Channel | None:
        """The channel of that id, or None when this procedure has no such way."""
        return next((row for row in self.channels if row.id == channel_id), None)

    def fields_of(self, section_id: str) -> tuple[FieldRow, ...]:
        """The fields under one heading, in the order of the form."""
        return tuple(row for row in self.fields if row.section == section_id)

    def in_force(self, on: date) -> bool:
        """Whether this map is the law of that day (Japan date)."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Rule(Sourced):
    """One check. `expression` must hold; `check` names one written in code; `values` fill the message.

    Scope `inputs`: asked of each person when an input or the place belongs to persons in that map.
    `place` is a field id, a document kind, or `application` / `person`. The message says what is the matter, the hint
    what to do about it, where the message does not say so itself. Placeholders of both are filled from `values`, of
    a rule with a `check` from what that check tells: neither carries what belongs to a person's identity.
    """

    id: Annotated[str, StringConstraints(pattern=r"^(OTIT|ISA|ALL)-[A-Z]{2,4}-[0-9]{2}[a-z]?$")]
    scope: Literal["application", "person", "inputs"]
    inputs: tuple[str, ...] = ()
    applies_when: str = "true"
    expression: str | None = None
    check: str | None = None
    place: str
    severity: Severity
    title: Bilingual
    message: Bilingual
    hint: Bilingual | None = None
    values: Mapping[str, str] = Field(default_factory=dict)
    legal_source: str
    valid_from: date
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether this rule is asked on that day (Japan date)."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
