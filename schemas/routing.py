"""A filing goes elsewhere: to another office before it is lodged (提出先の変更), to another handler once begun (引継ぎ)."""

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


class FilingEntrusted(Word):
    """A colleague looks after a filing: what is still to be said of it, and what comes back. Who lodged it stays."""

    kind: Literal["filing_entrusted"] = "filing_entrusted"
    filing_id: str
    to_handler: str
    from_handler: str


FilingAct = LodgingReported | FilingRouted | FilingEntrusted
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


def entrusted(body: FilingEntrusted, standing: Standing, event: object) -> Standing:
    """The filing is his to look after; who lodged it is remembered for four eyes."""
    filings = tuple(
        each.model_copy(update={"kept_by": body.to_handler}) if each.id == body.filing_id else each
        for each in standing.filings
    )
    return standing.model_copy(update={"filings": filings})
