"""The common shape of every message and fact: frozen, strict about unknown fields."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Word(BaseModel):
    """A value that never changes once made. Unknown fields are refused, so that a typo is an error and not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Grown(Word):
    """A value that was recorded before it had its `GAINED` fields.

    While one of them is empty it is left out: what was recorded before keeps its canonical form, and with it its hash.
    """

    GAINED: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, usual: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = usual(self)
        return {name: value for name, value in plain.items() if value or name not in self.GAINED}
