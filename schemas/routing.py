"""A filing goes elsewhere: to another office before it is lodged (提出先の変更), to another handler once begun (引継ぎ)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

from schemas.receipt_correction import CorrectionReported, ReceiptsCorrected
from schemas.second_confirmation import LodgingReported, SecondAsked
from schemas.standing import PersonLine, Standing
from schemas.standing_changes import with_filing, with_lines
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


FilingAct = (
    LodgingReported | SecondAsked | FilingRouted | FilingEntrusted | CorrectionReported | ReceiptsCorrected
)
"""What people say of a filing besides beginning and ending its lodging."""


def routed(body: FilingRouted, standing: Standing, event: object) -> Standing:
    """The filing and its persons belong to that office: who comes back from it unlodged goes there again."""
    filing = standing.filing(body.filing_id)
    persons = frozenset(filing.persons if filing else ())
    lines = {line.person_id: _chosen(line, body) for line in standing.persons if line.person_id in persons}
    return with_lines(with_filing(standing, body.filing_id, office=body.office), lines)


def _chosen(line: PersonLine, body: FilingRouted) -> dict[str, str]:
    return {"office": body.office, "office_instead_of": line.office_instead_of or body.was}


def entrusted(body: FilingEntrusted, standing: Standing, event: object) -> Standing:
    """The filing is his to look after; who lodged it is remembered for four eyes."""
    return with_filing(standing, body.filing_id, kept_by=body.to_handler)


class OfficeBeside(Word):
    """Where persons would go by their answers of today, whom a handler sends elsewhere.

    `is_new`: when he chose, another office was worked out for them, so his reason may not hold any more.
    """

    office: str
    persons: tuple[str, ...]
    is_new: bool


def offices_beside(lines: Iterable[PersonLine], worked_out: Mapping[str, str]) -> tuple[OfficeBeside, ...]:
    """Where those of these persons would go for whom a handler chose another office than is worked out for them."""
    found: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for line in lines:
        office = worked_out.get(line.person_id)
        if line.office_instead_of is not None and office not in (None, line.office):
            found[str(office), office != line.office_instead_of].append(line.person_id)
    return tuple(
        OfficeBeside(office=office, persons=tuple(persons), is_new=is_new)
        for (office, is_new), persons in sorted(found.items())
    )
