"""The words of the pages, in pairs: `words/*.toml` holds every text in Japanese and English under one key."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Locale = Literal["ja", "en"]

LOCALES: tuple[Locale, ...] = ("ja", "en")
SHIPPED = Path(__file__).parent / "words"


class UnknownWords(KeyError):
    """A page asks for a text that no file has."""


def flattened(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every pair of a file with its key: the path through the tables, joined by dots."""
    for name, value in table.items():
        key = f"{prefix}{name}"
        if set(value) == set(LOCALES) and all(isinstance(text, str) for text in value.values()):
            yield key, value
        else:
            yield from flattened(value, f"{key}.")


@lru_cache(maxsize=1)
def all_words() -> Mapping[str, Mapping[str, str]]:
    """Every text by key."""
    found: dict[str, Mapping[str, str]] = {}
    for file in sorted(SHIPPED.glob("*.toml")):
        for key, pair in flattened(tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(f"{file.name}: {key} is given twice")
            found[key] = pair
    return found


class Wording:
    """The texts in one language. Call it with a key and the values of its placeholders."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def __call__(self, key: str, **values: object) -> str:
        """The text. Raises UnknownWords."""
        pair = all_words().get(key)
        if pair is None:
            raise UnknownWords(key)
        return pair[self.locale].format(**values) if values else pair[self.locale]

    def or_code(self, key: str) -> str:
        """The text, or the code at the end of the key where an office uses codes of its own."""
        pair = all_words().get(key)
        return pair[self.locale] if pair else key.rpartition(".")[2]


def locale_of(text: str | None) -> Locale:
    """The language of a setting or header; Japanese unless it plainly says English."""
    return "en" if (text or "").strip().lower().startswith("en") else "ja"
