"""What named checks look at: which parts of a dossier, and whether their findings rest on one place alone.

A check that is not named here is taken to look at everything: it is run again whenever anything changed.
"""

from collections.abc import Mapping

from schemas.rechecks import ANSWERS, CHANNEL, DOCUMENTS

LOOKS_AT: Mapping[str, frozenset[str]] = {
    "distinct_persons": frozenset({ANSWERS}),
    "jis_characters": frozenset({ANSWERS}),
    "my_number": frozenset({ANSWERS}),
    "set_size": frozenset({ANSWERS, DOCUMENTS, CHANNEL}),
}
RESTS_ON_ITS_PLACE = frozenset(
    {
        "fresh_documents",
        "jis_characters",
        "my_number",
        "omissions",
        "photo_shape",
        "required_documents",
        "required_fields",
        "signed_in_time",
    }
)
"""A finding of these is about the answer or document at its place; of others, about everything of its subject."""
