"""Changes of a standing: one filing, or some persons' lines, each with what an event says of it. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.standing import Standing


def with_filing(standing: Standing, filing_id: str, **changes: Any) -> Standing:
    """The standing with this filing changed."""
    filings = tuple(
        each.model_copy(update=changes) if each.id == filing_id else each for each in standing.filings
    )
    return standing.model_copy(update={"filings": filings})


def with_persons(standing: Standing, persons: Iterable[str], **changes: Any) -> Standing:
    """The standing with the lines of these persons changed alike."""
    return with_lines(standing, dict.fromkeys(persons, changes))


def with_lines(standing: Standing, changes: Mapping[str, Mapping[str, Any]]) -> Standing:
    """The standing with each of these persons' lines changed in its own way."""
    lines = tuple(
        line.model_copy(update=changes[line.person_id]) if line.person_id in changes else line
        for line in standing.persons
    )
    return standing.model_copy(update={"persons": lines})
