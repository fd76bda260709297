"""The package of a filing: what is bound, in the authority's order, and the manifest that proves it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, model_validator

from schemas.catalogue import Bilingual
from schemas.examination import JPEG, PDF, PNG, XLSX
from schemas.filing import FilingKind
from schemas.identifiers import Id, Number
from schemas.words import Word

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
EXTENSION_OF = {PDF: "pdf", JPEG: "jpg", PNG: "png", XLSX: "xlsx"}
MANIFEST_FORMAT = 2
BULK_TEMPLATE_UNKNOWN = Bilingual(
    ja="一括申請用CSVの様式（列・文字コード）は公表されたものを確認できていないため、作成していません。",
    en="No CSV for bulk filing is made: its columns and encoding are not known to us.",
)
"""Said in the manifest rather than guessed."""


class PersonInPackage(Word):
    """One person on the cover sheet; `line` is the line of the application, counted from 1.

    `receipt` is the authority's number of what was lodged for him before.
    """

    line: int = Field(ge=1)
    person_id: Id
    name: str
    receipt: str | None = None


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
    """All a package is made of. The same order and the same files give the same bytes.

    `parent_id` is the first filing that a supplement or a withdrawal belongs to.
    """

    number: Number
    filing_id: Id
    kind: FilingKind = FilingKind.FIRST
    parent_id: Id | None = None
    procedure: Id
    procedure_title_ja: str
    procedure_title_en: str
    map_version: date
    rules_version: str
    office_ja: str
    channel_ja: str
    set_limit_bytes: int | None = Field(default=None, ge=1)
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


class PersonSet(Word):
    """The files one person's application is sent with where files go one by one: his own and the common ones."""

    person_line: int
    files: tuple[str, ...]
    size_bytes: int
    is_within_limit: bool


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
    parent_id: str | None = None
    procedure: str
    map_version: date
    rules_version: str
    sealed_at: datetime
    persons: tuple[str, ...]
    pages: int
    made: tuple[BoundFile, ...]
    documents: tuple[BoundDocument, ...]
    set_limit_bytes: int | None = None
    sets: tuple[PersonSet, ...] = ()
    remarks: tuple[Bilingual, ...] = ()
    builder: str


def person_sets(order: PackageOrder, documents: Sequence[BoundDocument]) -> tuple[PersonSet, ...]:
    """What is sent for each person through a channel that limits a set's bytes; nothing for the others."""
    limit = order.set_limit_bytes
    if limit is None:
        return ()
    return tuple(_set_of(person.line, limit, documents) for person in order.persons)


def _set_of(line: int, limit: int, documents: Sequence[BoundDocument]) -> PersonSet:
    own = [row for row in documents if row.person_line in (None, line)]
    size = sum(row.size_bytes for row in own)
    files = tuple(row.file for row in own)
    return PersonSet(person_line=line, files=files, size_bytes=size, is_within_limit=size <= limit)


def file_in_package(number: int, document: DocumentInPackage, *, of: int = 0) -> str:
    """`files/03-contract-p02.pdf`: the place in the list `of` so many, the kind, the person's line; never a name."""
    place = f"{number:0{max(2, len(str(of)))}d}"
    kind = "".join(mark if mark.isalnum() and mark.isascii() else "-" for mark in document.kind).strip("-")
    person = f"-p{document.person_line:02d}" if document.person_line else ""
    return f"files/{place}-{kind}{person}.{EXTENSION_OF[document.media_type]}"
