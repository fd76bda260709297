"""The values of the registers as people read them: days in words; organisations, bureaus and procedures by their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.telling import BETWEEN, NOTHING, day, either
from api.pages.words import Wording
from api.queries_registers import ChangeView
from schemas.authority import EVERY_PROCEDURE

OF_THE_ENTRY = frozenset({"id", "account_id", "organisation_id"})
"""What an entry is, and never changes: not told in its history."""
DAYS = ("_on", "_by", "_from", "_until", "since")
"""How the names of days end."""


@dataclass(frozen=True)
class Names:
    """What the ids on the registers are called, in the language of the page."""

    words: Wording
    procedures: Mapping[str, Any]
    bureaus: Mapping[str, Any]
    clients: Mapping[str, str]

    def differences(self, change: ChangeView) -> list[tuple[str, str, str]]:
        """What one change changed: field, before, after. Nothing stands before the first entry."""
        return [
            (name, "" if change.before is None else self.told(name, before), self.told(name, after))
            for name, (before, after) in change.differences.items()
            if name not in OF_THE_ENTRY
        ]

    def told(self, name: str, value: Any) -> str:
        """One value of an entry."""
        if value is None or value in ("", []):
            return NOTHING
        if isinstance(value, bool):
            return self.words("form.yes" if value else "form.no")
        if name.endswith(DAYS):
            return day(self.words.locale, value)
        if isinstance(value, list):
            return either(self.words.locale, BETWEEN).join(self.procedure(each) for each in value)
        return self._named(name, str(value))

    def procedure(self, procedure_id: str) -> str:
        """A procedure of a mandate."""
        if procedure_id == EVERY_PROCEDURE:
            return self.words("register.every_procedure")
        name = self.procedures.get(procedure_id)
        return either(self.words.locale, name) if name else procedure_id

    def _named(self, name: str, value: str) -> str:
        if name == "bureau" and value in self.bureaus:
            return either(self.words.locale, self.bureaus[value])
        if name == "parent_id":
            return self.clients.get(value, value)
        return self.words.or_code(f"fee_class.{value}") if name == "fee_class" else value
