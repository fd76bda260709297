"""Many applications at once: the rows of one real draft, copied under new numbers and keys, for any number of persons.

The copies share the files of the draft they were copied from; everything else is their own, so the desk can't tell them
from drafts that were typed.
"""

import os
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, insert, select

from infra.database.tables import (
    applicant,
    application,
    content,
    data_key,
    document_version,
    examination,
)
from infra.dev.demo.contents import passport_number
from infra.dossiers import CONTENT_PURPOSE, FILE_NAME_PURPOSE, WHOLE
from infra.keys import DataKey, open_json, open_sealed, read_keks, seal, seal_json, unwrap, wrap
from schemas.elsewhere import COMPANY_FIELD
from schemas.identifiers import RANDOM_CHARACTERS, application_number
from schemas.offices import corporate_number_valid
from tests.bench.ground import Ground

Row = dict[str, Any]
BATCH = 50


@dataclass(frozen=True)
class Sown:
    """A copied application."""

    number: str
    persons: tuple[str, ...]
    organisation_id: str
    procedure: str
    map_version: Any


@dataclass(frozen=True)
class Pattern:
    """What is copied: the rows of one draft, opened; of its persons only the first."""

    application: Row
    key_row: Row
    contents: Mapping[str, tuple[Row, Any]]
    documents: Sequence[tuple[Row, bytes, Row | None]]
    person_id: str


class Field:
    """Sows copies of one complete draft. Several persons need a draft of several, whose list of documents is longer."""

    def __init__(self, ground: Ground, number: str) -> None:
        place = ground.place
        self._kek = read_keks(place.secrets.key_encryption_key)[0]
        self._engine: Engine = create_engine(place.database_url("superuser"))
        with self._engine.begin() as connection:
            self._pattern = self._read(connection, number)

    def sow(self, count: int, persons: int, *, sealed: bool = False, further: int = 0) -> list[Sown]:
        """So many drafts for so many persons, each with `further` documents nobody asked for.

        `sealed`: as if round 1 were handed in and its road were to be started.
        """
        sown = []
        for first in range(0, count, BATCH):
            with self._engine.begin() as connection:
                batch = range(min(BATCH, count - first))
                copies = [self._copy(persons, further, sealed=sealed) for _ in batch]
                sown += self._write(connection, copies)
        return sown

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _read(self, connection: Connection, number: str) -> Pattern:
        key_row = _row(connection, data_key, number)
        key = unwrap(self._kek, number, bytes(key_row["wrapped"]))
        contents = {
            row["scope"]: (row, open_json(key, CONTENT_PURPOSE, bytes(row["values"])))
            for row in _rows(connection, content, number)
        }
        examined = {row["document_id"]: row for row in _rows(connection, examination, number)}
        first = min(_rows(connection, applicant, number), key=lambda row: row["position"])["person_id"]
        documents = [
            (row, open_sealed(key, FILE_NAME_PURPOSE, bytes(row["file_name"])), examined.get(row["id"]))
            for row in _rows(connection, document_version, number)
            if row["person_id"] in (None, first)
        ]
        return Pattern(_row(connection, application, number), key_row, contents, documents, first)

    def _copy(self, persons: int, further: int, *, sealed: bool) -> "_Copy":
        copy = _Copy(self._pattern, self._kek, persons, 1 if sealed else None)
        copy.add_further_documents(further)
        return copy

    @staticmethod
    def _write(connection: Connection, copies: Sequence["_Copy"]) -> list[Sown]:
        for table in (data_key, application, applicant, content, document_version, examination):
            rows = [row for copy in copies for row in copy.rows[table.name]]
            if rows:
                connection.execute(insert(table), rows)
        return [copy.sown for copy in copies]


class _Copy:
    """The rows of one copy."""

    def __init__(self, pattern: Pattern, kek: bytes, persons: int, round_: int | None) -> None:
        year = pattern.application["created_at"].year
        self._number = application_number(year, secrets.randbits(5 * RANDOM_CHARACTERS))
        self._key = DataKey(self._number, os.urandom(32))
        self._pattern, self._round = pattern, round_
        self._persons = tuple(f"p-{secrets.token_hex(8)}" for _ in range(persons))
        row = pattern.application
        self.sown = Sown(
            self._number, self._persons, row["organisation_id"], row["procedure"], row["map_version"]
        )
        self.rows: dict[str, list[Row]] = {
            "data_key": [pattern.key_row | self._own() | {"wrapped": wrap(kek, self._key)}],
            "application": [row | self._own() | self._handed_in()],
            "applicant": self._applicants(),
            "content": self._contents(),
            "document_version": [],
            "examination": [],
        }
        self._add_documents()

    def add_further_documents(self, count: int) -> None:
        """Documents of kinds no list asks for, beside the others."""
        row, file_name, examined = self._pattern.documents[0]
        for place in range(count):
            kind = {"kind": f"further_{place}", "scope": "application"}
            self._add_document(row | kind, file_name, examined, None)

    def _own(self) -> Row:
        return {"number": self._number}

    def _handed_in(self) -> Row:
        return {"rounds": 1, "handed_in_at": self._pattern.application["changed_at"]} if self._round else {}

    def _applicants(self) -> list[Row]:
        organisation = self._pattern.application["organisation_id"]
        return [
            self._own() | {"person_id": person, "organisation_id": organisation, "position": place}
            for place, person in enumerate(self._persons, 1)
        ]

    def _contents(self) -> list[Row]:
        whole, values = self._pattern.contents[WHOLE]
        company = {COMPANY_FIELD: values[COMPANY_FIELD] | {"v": company_number()}}
        rows = [whole | self._own() | self._sealed_values(values | company)]
        own, values = self._pattern.contents[self._pattern.person_id]
        for place, person in enumerate(self._persons, 1):
            passport = {"v": passport_number(self._number, place)}
            named = values | {"passport_number": values["passport_number"] | passport}
            rows.append(own | self._own() | {"scope": person} | self._sealed_values(named))
        return rows

    def _sealed_values(self, values: Any) -> Row:
        return {
            "values": seal_json(self._key, CONTENT_PURPOSE, values),
            "sealed_in_round": self._round,
        }

    def _add_documents(self) -> None:
        for row, file_name, examined in self._pattern.documents:
            for person in self._persons if row["person_id"] else (None,):
                self._add_document(row, file_name, examined, person)

    def _add_document(self, row: Row, file_name: bytes, examined: Row | None, person: str | None) -> None:
        document_id = str(uuid.uuid4())
        own = self._own() | {"id": document_id, "person_id": person, "sealed_in_round": self._round}
        name = seal(self._key, FILE_NAME_PURPOSE, file_name)
        self.rows["document_version"].append(row | own | {"file_name": name})
        if examined:
            self.rows["examination"].append(examined | self._own() | {"document_id": document_id})


def company_number() -> str:
    """Some company's number: what is measured is no other open application's neighbour."""
    body = f"{secrets.randbelow(10**12):012}"
    return next(number for first in range(1, 10) if corporate_number_valid(number := f"{first}{body}"))


def _rows(connection: Connection, table: Any, number: str) -> list[Row]:
    found = connection.execute(select(table).where(table.c.number == number)).mappings()
    return [dict(row) for row in found]


def _row(connection: Connection, table: Any, number: str) -> Row:
    return _rows(connection, table, number)[0]
