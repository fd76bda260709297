"""Reads the desk's tariff from its TOML file, once per process and file."""

import tomllib
from functools import lru_cache
from pathlib import Path

from schemas.fees import Tariff

SHIPPED = Path(__file__).with_name("tariff.toml")


class TariffError(Exception):
    """The tariff can't be used; says which file and what is the matter."""


@lru_cache(maxsize=4)
def load_tariff(file: Path | None = None) -> Tariff:
    """The tariff in this file; the shipped, empty one when none is named. Raises TariffError."""
    chosen = file or SHIPPED
    try:
        return Tariff.model_validate(tomllib.loads(chosen.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise TariffError(f"The tariff {chosen} can't be used: {error}") from error
