"""The terms of one procedure in one language: its fields, documents, offices, channels, results, and values."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from api.pages.telling import NOTHING, day, either, yen
from api.pages.words import Locale, Wording
from api.procedures import choices_of
from schemas.catalogue import Choice, DocumentKind, FieldRow, Procedure, Section, Value
from schemas.maps import ProcedureMap
from schemas.tables import of_the_day


class Terms:
    """What the codes of an application are called on the pages."""

    def __init__(self, ready: ProcedureMap, locale: Locale, on: date) -> None:
        """`on`: the day (Japan date) whose names are told where rows have days."""
        self.ready = ready
        self.locale = locale
        self.on = on
        self._words = Wording(locale)

    @property
    def procedure(self) -> Procedure:
        """The map's rows."""
        return self.ready.procedure

    @property
    def name(self) -> str:
        """The procedure's name."""
        return either(self.locale, self.procedure.name)

    @cached_property
    def choices(self) -> Mapping[str, list[Choice]]:
        """The answers offered, by field."""
        return choices_of(self.ready, self.on)

    def sections(self, *, of_persons: bool) -> tuple[tuple[Section, tuple[FieldRow, ...]], ...]:
        """Headings with their fields: those of persons, or those of the application."""
        return tuple(
            (section, self.procedure.fields_of(section.id))
            for section in self.procedure.sections
            if (section.scope == "person") is of_persons
        )

    @property
    def asks_valid_to(self) -> bool:
        """Whether something that comes next is counted from the last day a result is good for."""
        return any(row.counted_from == "valid_to" for row in self.procedure.follow_ups)

    @property
    def has_unverified(self) -> bool:
        """Whether any question or document of the map was not verified."""
        return any(row.check_before_use for row in (*self.procedure.fields, *self.procedure.documents))

    @property
    def asks_lines(self) -> bool:
        """Whether anything is asked of each line; a notification of the organisation itself asks nothing."""
        fields, documents = self.procedure.fields, self.procedure.documents
        return any(row.belongs_to_person for row in fields) or any(row.belongs_to_person for row in documents)

    def field(self, field_id: str) -> str:
        """A field's label."""
        row = self.procedure.field(field_id)
        return either(self.locale, row.label) if row else field_id

    def kind(self, kind_id: str) -> str:
        """A document's official name, or its English one."""
        row = self.procedure.document(kind_id)
        return either(self.locale, row) if row else kind_id

    def document(self, kind_id: str) -> DocumentKind | None:
        """A document's row."""
        return self.procedure.document(kind_id)

    def office(self, office_id: str | None, on: date | None = None) -> str:
        """An authority's office, as it is called on the day of these terms, or on another."""
        row = of_the_day(self.ready.tables.offices, on or self.on).get(office_id or "")
        return either(self.locale, row) if row else office_id or NOTHING

    def channel(self, channel_id: str | None) -> str:
        """A way to the authority."""
        row = self.procedure.channel(channel_id or "")
        return either(self.locale, row) if row else channel_id or NOTHING

    def result(self, result_id: str | None) -> str:
        """What the authority decided."""
        row = next((each for each in self.procedure.results if each.id == result_id), None)
        return either(self.locale, row) if row else result_id or NOTHING

    def value(self, field_id: str, value: Value | None) -> str:
        """A value as people read it."""
        row = self.procedure.field(field_id)
        if value is None or value == "" or row is None:
            return str(value) if value not in (None, "") else NOTHING
        if isinstance(value, bool):
            return self._words("form.yes" if value else "form.no")
        if field_id in self.choices:
            chosen = next((each for each in self.choices[field_id] if each.id == value), None)
            return either(self.locale, chosen) if chosen else str(value)
        if row.type == "date":
            return day(self.locale, str(value))
        return yen(self.locale, int(value)) if row.type == "money_yen" else str(value)

    def place(self, place_kind: str, place: str) -> str:
        """Where a finding is."""
        if place_kind == "field":
            return self.field(place)
        if place_kind == "document":
            return self.kind(place)
        return self._words(f"place.{place_kind}")

    def person(self, position: int | None, values: Mapping[str, Value] | None = None) -> str:
        """A person's line: its number and, where values may be read, the name."""
        line = self.procedure.lines
        label = either(self.locale, line)
        if line.at_most > 1:
            label = self._words("person.numbered", line=label, position=position or "?")
        names = [
            str(values[row.id])
            for row in self.procedure.fields
            if values and row.belongs_to_person and row.id in NAMES and values.get(row.id)
        ]
        return f"{label} {names[0]}" if names else label


NAMES = ("name_latin", "name_kanji", "name_kana")
"""Fields that name a person, whichever a map has."""
