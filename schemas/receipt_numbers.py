"""Receipt numbers of authorities (受付番号): how one is written down, and when two spellings are one number. Pure."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

LONGEST = 40
IGNORED = r"[\s‐-―−ー第号-]"
"""What does not count when two numbers are compared; a pattern that Python and the database read alike."""
BLANKS = re.compile(r"\s+")
DASHES = re.compile(r"[‐-―−]|(?<=[0-9A-Za-z])ー")
UNCOUNTED = re.compile(IGNORED)


def receipt_number(text: str) -> str:
    """The number as it is written down: one width, no blanks (阪永C 24999 is 阪永C24999), one kind of dash."""
    return DASHES.sub("-", BLANKS.sub("", unicodedata.normalize("NFKC", text)))


def bare_number(text: str) -> str:
    """A number as it is compared: blanks, hyphens, width and the words around a number (第…号) do not matter."""
    return UNCOUNTED.sub("", unicodedata.normalize("NFKC", text)).upper()


def is_same_number(one: str, other: str) -> bool:
    """Whether two spellings, of whatever time, are one number."""
    return bare_number(one) == bare_number(other)


def _written(value: Any) -> Any:
    return receipt_number(value) if isinstance(value, str) else value


ReceiptNumber = Annotated[
    str,
    BeforeValidator(_written),
    StringConstraints(max_length=LONGEST, pattern=r"^[^\s<>@]{0,39}[0-9][^\s<>@]{0,39}$"),
]
"""A receipt number as people and machines may give it and as mails name it. No authority publishes its form: all that is
asked is a digit, so whatever else has one, a name too, is not told from a number."""
