"""The package of a filing: what is bound, in the authority's order, and the manifest that proves it."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, model_validator

from schemas.examination import JPEG, PDF, PNG, XLSX
from schemas.filing import FilingKind
from schemas.identifiers import Id, Number
from schemas.words import Word

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
EXTENSION_OF = {PDF: "pdf", JPEG: "jpg", PNG: "png", XLSX: "xlsx"}
MANIFEST_FORMAT = 1


class PersonInPackage(Word):
    """One person on the cover sheet; `line` is the line of the application, counted from 1."""

    line: int = Field(ge=1)
    person_id: Id
    name: str


class DocumentInPackage(Word):
    """One released document: which version lies where, and how it is called to the authority."""

    document_id: Id
    kind: Id
    title_ja: str
    title_en: str
    person_line: int | None = Field(default=None, ge=1)
    media_type: str
    size_bytes: int = Field(gt=0)
    sha256: Sha256
    vault_key: str
    version_id: str


class OmittedDocument(Word):
    """A document of the list that is rightly left out, with the reason the authority is told."""

    title_ja: str
    title_en: str
    person_line: int | None = None
    reason_ja: str


class PackageOrder(Word):
    """All a package is made of. The same order and the same files give the same bytes."""

    number: Number
    filing_id: Id
    kind: FilingKind = FilingKind.FIRST
    procedure: Id
    procedure_title_ja: str
    procedure_title_en: str
    map_version: date
    rules_version: str
    office_ja: str
    channel_ja: str
    client_name: str
    desk_name: str
    sealed_at: datetime
    persons: tuple[PersonInPackage, ...] = Field(min_length=1)
    documents: tuple[DocumentInPackage, ...]
    omitted: tuple[OmittedDocument, ...] = ()

    @model_validator(mode="after")
    def _lines_are_known(self) -> "PackageOrder":
        lines = [person.line for person in self.persons]
        if len(set(lines)) != len(lines):
            raise ValueError("two persons share a line")
        named = {row.person_line for row in self.documents} | {row.person_line for row in self.omitted}
        if not named <= {None, *lines}:
            raise ValueError("a document belongs to a person who is not in the package")
        if any(document.media_type not in EXTENSION_OF for document in self.documents):
            raise ValueError("a document has a type that can't be bound")
        return self


class BoundDocument(Word):
    """One line of the manifest: the original file, and where its pages stand in the joined set."""

    number: int
    document_id: str
    kind: str
    title_ja: str
    person_line: int | None
    file: str
    media_type: str
    size_bytes: int
    sha256: str
    first_page: int
    pages: int


class BoundFile(Word):
    """A file that was made for the package."""

    file: str
    size_bytes: int
    sha256: str


class PackageManifest(Word):
    """What is in a package: ids, lines and hashes. Names of persons stand on the cover sheet only."""

    format: int = MANIFEST_FORMAT
    number: str
    filing_id: str
    kind: FilingKind
    procedure: str
    map_version: date
    rules_version: str
    sealed_at: datetime
    persons: tuple[str, ...]
    pages: int
    made: tuple[BoundFile, ...]
    documents: tuple[BoundDocument, ...]
    builder: str


def file_in_package(number: int, document: DocumentInPackage, *, of: int = 0) -> str:
    """`files/03-contract-p02.pdf`: the place in the list `of` so many, the kind, the person's line; never a name."""
    place = f"{number:0{max(2, len(str(of)))}d}"
    kind = "".join(mark if mark.isalnum() and mark.isascii() else "-" for mark in document.kind).strip("-")
    person = f"-p{document.person_line:02d}" if document.person_line else ""
    return f"files/{place}-{kind}{person}.{EXTENSION_OF[document.media_type]}"
