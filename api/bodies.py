"""Request bodies: strict models, JSON read strictly, and versions (ETag, If-Match)."""

import json
import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from api.body_examples import example_of
from api.problems import place_in_words
from schemas.refusals import Refused


def _with_example(schema: dict[str, Any], body: type[Any]) -> None:
    example = example_of(body)
    if example is not None:
        schema["examples"] = [example]


class Body(BaseModel):
    """The shape of every request body: unknown fields, wrong types and infinities are refused."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra=_with_example,
    )


def _iso_date(raw: object) -> date:
    if not isinstance(raw, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        raise ValueError("write it as YYYY-MM-DD")
    return date.fromisoformat(raw)


DEEPEST = 32
"""How far parts of a body may lie within each other; none of ours needs a third of it."""
IsoDate = Annotated[date, BeforeValidator(_iso_date)]
"""A date in Japan, written YYYY-MM-DD."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]
"""An id or code of ours in a body."""
Words = Annotated[str, Field(min_length=1, max_length=4_000)]
"""Something people write to each other."""


class Shown(BaseModel):
    """The shape of every answer."""

    model_config = ConfigDict(frozen=True)


def read_strictly(raw: bytes) -> Any:
    """JSON as a value. Raises Refused `malformed_body`, or `malformed_request` with the place of what can't be kept."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError):
        raise Refused("malformed_body") from None
    lost = _unkeepable(value)
    if lost is not None:
        raise Refused("malformed_request", place_in_words(lost) or None)
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Refused("malformed_body")
    return made


def _unkeepable(value: Any, depth: int = 0) -> tuple[str | int, ...] | None:
    """Where the first part stands that can't be kept; None: nowhere. The way there is told on the way back: told on the
    way in, a wide and deep body would cost a thousand times its size."""
    if depth >= DEEPEST:
        raise Refused("malformed_body")
    for name, part in _parts(value):
        if not _is_keepable(name) or not _is_keepable(part):
            return (name,)
        if isinstance(part, dict | list):
            found = _unkeepable(part, depth + 1)
            if found is not None:
                return (name, *found)
    return None if _is_keepable(value) else ()


def _parts(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _is_keepable(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return not any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in value)
    return True


def etag(version: int) -> str:
    """The ETag of one version."""
    return f'"{version}"'


def expected_version(if_match: Annotated[str | None, Header()] = None) -> int:
    """The version in If-Match. Raises Refused `version_missing` (428), `version_stale` (412)."""
    if if_match is None:
        raise Refused("version_missing")
    return _version_in(if_match)


def optional_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version in If-Match where sending one is a choice."""
    return None if if_match is None else _version_in(if_match)


def _version_in(if_match: str) -> int:
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("version_stale")
    return int(text)


def insist_on_version(expected: int | None, present: int) -> None:
    """Raises Refused `version_stale` (412) when somebody changed it first."""
    if expected is not None and expected != present:
        raise Refused("version_stale")
