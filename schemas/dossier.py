"""What is checked and what comes out: an application's content as plain facts, and the report of the checks.

A dossier holds personal data (values); it stays where content is read. Keys, rule ids, places and message
values of a report name nobody; `RuleFinding.inputs` repeats values and is kept encrypted or not at all.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from schemas.catalogue import Bilingual, DocumentScope, Value, Verification
from schemas.elsewhere import CaseElsewhere
from schemas.findings import Severity
from schemas.plans_behind import PlanBehind
from schemas.readings import PassportSeen, ValueSeen
from schemas.words import Word

DocumentState = Literal["uploaded", "released", "refused"]
Need = Literal["needed", "omittable", "not_needed", "cannot_decide"]
PlaceKind = Literal["field", "document", "application", "person"]


class PersonDossier(Word):
    """One person's line: field values by field id."""

    model_config = ConfigDict(hide_input_in_errors=True)

    person_id: str
    values: Mapping[str, Value] = Field(default_factory=dict)


class Omission(Word):
    """A document left out because the authority already has it: why, since when, under which number."""

    reason: str
    reference: str | None = None
    handed_in_on: date | None = None
    unchanged: bool = False


class DocumentFact(Word):
    """What is known of one document, and what was read in it; an omitted one has no file. Pages count from 1."""

    model_config = ConfigDict(hide_input_in_errors=True)

    document_id: str
    kind: str
    scope: DocumentScope
    person_id: str | None = None
    state: DocumentState = "released"
    pages: int | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    issued_on: date | None = None
    signed_on: date | None = None
    omitted: Omission | None = None
    blank_pages: tuple[int, ...] = ()
    coarse_pages: tuple[int, ...] = ()
    masked_pages: tuple[int, ...] = ()
    scanned_pages: tuple[int, ...] = ()
    my_number_like: int = 0
    page_sizes_mm: tuple[tuple[int, int], ...] = ()
    scan_dpi: int | None = None
    blur_percent: int | None = None
    taken_on: date | None = None
    passports: tuple[PassportSeen, ...] = ()
    told: tuple[ValueSeen, ...] = ()


class Dossier(Word):
    """The content of one application on one day (`as_of`, a Japan date: the planned day of lodging)."""

    model_config = ConfigDict(hide_input_in_errors=True)

    number: str
    procedure_id: str
    map_version: date
    as_of: date
    channel: str | None = None
    application: Mapping[str, Value] = Field(default_factory=dict)
    persons: tuple[PersonDossier, ...] = ()
    documents: tuple[DocumentFact, ...] = ()
    elsewhere: tuple[CaseElsewhere, ...] = ()
    plans: tuple[PlanBehind, ...] = ()

    def person(self, person_id: str) -> PersonDossier | None:
        """The person of that id, or None."""
        return next((line for line in self.persons if line.person_id == person_id), None)

    def documents_of(self, kind: str, person_id: str | None = None) -> tuple[DocumentFact, ...]:
        """The documents of a kind, refused ones left out: a person's own, or (None) the application's."""
        return tuple(
            fact
            for fact in self.documents
            if fact.kind == kind and fact.person_id == person_id and fact.state != "refused"
        )


class RowUsed(Word):
    """A row of a table that a rule looked up: what it says, where it comes from, and how far that was verified."""

    table: str
    told: Bilingual
    source: str
    verification: Verification
    verified_on: date


class SeenOn(Word):
    """Where in a file something was seen; the page (from 1) where files of its kind have pages."""

    document_id: str
    page: int | None = None


class RuleFinding(Word):
    """One rule that does not hold, or could not be decided, at one place; `seen_on` where in files that shows."""

    rule_id: str
    severity: Severity
    outcome: Literal["fails", "cannot_decide"]
    person_id: str | None = None
    place_kind: PlaceKind
    place: str
    inputs: Mapping[str, Value] = Field(default_factory=dict)
    given: Mapping[str, str] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    message_values: Mapping[str, str] = Field(default_factory=dict)
    rows: tuple[RowUsed, ...] = ()
    seen_on: tuple[SeenOn, ...] = ()

    @property
    def key(self) -> str:
        """The same finding has the same key in every run: rule, person, place."""
        return f"{self.rule_id}|{self.person_id or '-'}|{self.place}"


class CheckReport(Word):
    """What the rules say. `pack_version` is the SHA-256 of the map, rules and tables that were asked.

    `outcomes` has one letter per rule and subject, in the order of the dossier: h holds, f fails, c cannot be
    decided, n not applicable; named checks are not among them. `check_versions` has the version of the named check of
    each rule that has one.
    """

    pack_version: str
    as_of: date
    findings: tuple[RuleFinding, ...]
    decided: int
    not_applicable: int
    outcomes: Mapping[str, str] = Field(default_factory=dict)
    check_versions: Mapping[str, int] = Field(default_factory=dict)

    def worst(self) -> Severity | None:
        """The gravest severity among rules that fail, or None."""
        failed = {finding.severity for finding in self.findings if finding.outcome == "fails"}
        return next((severity for severity in Severity if severity in failed), None)


class KeptCheck(CheckReport):
    """A report with the dossier it is about, as it is kept sealed: enough to ask the same again years later."""

    model_config = ConfigDict(hide_input_in_errors=True)

    dossier: Dossier | None = None

    @property
    def report(self) -> CheckReport:
        """The report alone."""
        return CheckReport.model_validate(self.model_dump(exclude={"dossier"}))


class RequiredDocument(Word):
    """One line of the exact list for this dossier."""

    kind: str
    scope: DocumentScope
    person_id: str | None = None
    need: Need
    reason: Bilingual
    missing: tuple[str, ...] = ()
    present: bool = False
