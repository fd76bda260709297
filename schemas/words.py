"""The common shape of every message and fact: frozen, strict about unknown fields."""

from pydantic import BaseModel, ConfigDict


class Word(BaseModel):
    """A value that never changes once made. Unknown fields are refused, so that a typo is an error and not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
