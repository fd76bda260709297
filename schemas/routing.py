"""Routing (提出先の変更): a prepared filing goes to another office, because a handler says so, and why. Pure."""

from typing import Literal

from schemas.second_confirmation import LodgingReported
from schemas.standing import Standing
from schemas.words import Word


class FilingRouted(Word):
    """A handler chose another office for a filing that is not lodged yet; `remark_id` is the written reason."""

    kind: Literal["filing_routed"] = "filing_routed"
    filing_id: str
    office: str
    was: str
    remark_id: str


FilingAct = LodgingReported | FilingRouted
"""What people say of a filing besides beginning and ending its lodging."""


def routed(body: FilingRouted, standing: Standing, event: object) -> Standing:
    """The filing and its persons belong to that office: who comes back from it unlodged goes there again."""
    filings = tuple(
        each.model_copy(update={"office": body.office}) if each.id == body.filing_id else each
        for each in standing.filings
    )
    filing = standing.filing(body.filing_id)
    persons = filing.persons if filing else ()
    lines = tuple(
        line.model_copy(update={"office": body.office}) if line.person_id in persons else line
        for line in standing.persons
    )
    return standing.model_copy(update={"filings": filings, "persons": lines})
