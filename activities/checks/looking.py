"""What named checks look at: which parts of a dossier, and whether their findings rest on one place alone.

A check that is not named here is taken to look at everything: it is run again whenever anything changed.
"""

from collections.abc import Mapping

from schemas.rechecks import ANSWERS, CHANNEL, DOCUMENTS, ELSEWHERE, EVERYTHING

LOOKS_AT: Mapping[str, frozenset[str]] = {
    "comparators_elsewhere": frozenset({ANSWERS, ELSEWHERE}),
    "distinct_persons": frozenset({ANSWERS}),
    "head_count_elsewhere": EVERYTHING | {ELSEWHERE},
    "jis_characters": frozenset({ANSWERS, CHANNEL}),
    "my_number": frozenset({ANSWERS}),
    "passport_in_own_cases": frozenset({ANSWERS, ELSEWHERE}),
    "passport_in_cases_of_others": frozenset({ANSWERS, ELSEWHERE}),
    "set_size": frozenset({ANSWERS, DOCUMENTS, CHANNEL}),
    "staff_elsewhere": frozenset({ANSWERS, ELSEWHERE}),
    "wages_elsewhere": frozenset({ANSWERS, ELSEWHERE}),
}
RESTS_ON_ITS_PLACE = frozenset(
    {
        "comparators_elsewhere",
        "fresh_documents",
        "head_count_elsewhere",
        "jis_characters",
        "my_number",
        "omissions",
        "passport_in_cases_of_others",
        "passport_in_own_cases",
        "photo_shape",
        "required_documents",
        "required_fields",
        "signed_in_time",
        "staff_elsewhere",
        "wages_elsewhere",
    }
)
"""A finding of these is about the answer or document at its place; of others, about everything of its subject."""
