"""Whom an arrival may concern: candidates compared with what was recognised, scored, each with its reasons.

A number that fits is a reason to look, never to act: anybody can write a number into a mail.
"""

from collections.abc import Iterable, Sequence

from schemas.arrival_reading import plain
from schemas.arrivals import (
    ArrivalKind,
    Candidate,
    Certainty,
    Match,
    Passage,
    Reason,
    ReasonCode,
    Recognised,
    Source,
)
from schemas.filing import FilingState
from schemas.receipt_numbers import bare_number

SHOWN_AT_MOST = 5
STRONG_FROM, LIKELY_FROM = 80, 50
LETTERS_OF_A_NAME = 2
WORTH: dict[ReasonCode, int] = {
    "receipt_equal": 80,
    "filing_named": 60,
    "application_named": 40,
    "name_found": 30,
    "office_fits": 10,
    "awaited": 10,
    "office_differs": -40,
    "other_name": -40,
    "ambiguous": 0,
}
IDENTIFYING = frozenset({"receipt_equal", "filing_named", "application_named", "name_found"})
WAITING_FOR_RECEIPT = frozenset({FilingState.INTENDED, FilingState.UNKNOWN})


def matches(
    found: Recognised, sources: Iterable[Source], candidates: Iterable[Candidate]
) -> tuple[Match, ...]:
    """The best proposals, the most certain first; two that are equally good are both doubted."""
    texts = [Source(place=each.place, text=plain(each.text)) for each in sources]
    people = list(candidates)
    someone_named = any(_name_reasons(texts, each) for each in people)
    scored = [_match(found, texts, each, someone_named=someone_named) for each in people]
    kept = sorted((each for each in scored if each is not None), key=_order)[:SHOWN_AT_MOST]
    return _doubting_ties(kept)


def _order(match: Match) -> tuple[int, str, str]:
    return (-match.score, match.number, match.person_id)


def _match(
    found: Recognised, texts: Sequence[Source], candidate: Candidate, *, someone_named: bool
) -> Match | None:
    named = _name_reasons(texts, candidate)
    reasons = [*_number_reasons(found, candidate), *named, *_circumstances(found, candidate)]
    if not any(reason.code in IDENTIFYING for reason in reasons):
        return None
    if someone_named and not named and candidate.names:
        reasons.append(Reason(code="other_name"))
    score = sum(WORTH[reason.code] for reason in reasons)
    return Match(
        number=candidate.number,
        person_id=candidate.person_id,
        filing_id=candidate.filing_id,
        receipt=candidate.receipt,
        handler=candidate.handler,
        score=score,
        certainty=_certainty(score),
        reasons=tuple(reasons),
    )


def _certainty(score: int) -> Certainty:
    if score >= STRONG_FROM:
        return Certainty.STRONG
    return Certainty.LIKELY if score >= LIKELY_FROM else Certainty.WEAK


def _number_reasons(found: Recognised, candidate: Candidate) -> list[Reason]:
    reasons = []
    receipt = bare_number(candidate.receipt) if candidate.receipt else None
    for each in found.numbers:
        if receipt is not None and bare_number(each.value) == receipt:
            reasons.append(Reason(code="receipt_equal", passage=each.passage))
        elif each.kind == "filing" and each.value == candidate.filing_id:
            reasons.append(Reason(code="filing_named", passage=each.passage))
        elif each.kind == "application" and each.value == candidate.number:
            reasons.append(Reason(code="application_named", passage=each.passage))
    return reasons


def _name_reasons(texts: Sequence[Source], candidate: Candidate) -> list[Reason]:
    for name in candidate.names:
        wanted = _letters(name)
        if len(wanted) < LETTERS_OF_A_NAME:
            continue
        for each in texts:
            if wanted in _letters(each.text):
                return [Reason(code="name_found", passage=Passage(place=each.place, words=name))]
    return []


def _letters(text: str) -> str:
    return "".join(each for each in plain(text).casefold() if each.isalnum())


def _circumstances(found: Recognised, candidate: Candidate) -> list[Reason]:
    reasons: list[Reason] = []
    for each in found.numbers:
        if each.kind == "online" and each.office is not None:
            fits = each.office == candidate.office
            reasons.append(Reason(code="office_fits" if fits else "office_differs", passage=each.passage))
            break
    if _is_awaited(found.kind, candidate):
        reasons.append(Reason(code="awaited"))
    return reasons


def _is_awaited(kind: ArrivalKind, candidate: Candidate) -> bool:
    if kind is ArrivalKind.RECEPTION_COMPLETED:
        return candidate.state in WAITING_FOR_RECEIPT
    if kind in (ArrivalKind.MORE_REQUESTED, ArrivalKind.EXAMINATION_FINISHED, ArrivalKind.RESULT_NOTICE):
        return candidate.awaits_result
    return False


def _doubting_ties(ranked: list[Match]) -> tuple[Match, ...]:
    if not ranked:
        return ()
    best = ranked[0].score
    tied = [each for each in ranked if each.score == best]
    if len(tied) == 1:
        return tuple(ranked)
    doubt = Reason(code="ambiguous")
    return tuple(
        each.model_copy(update={"reasons": (*each.reasons, doubt), "certainty": Certainty.WEAK})
        if each.score == best
        else each
        for each in ranked
    )
