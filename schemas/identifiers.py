"""Numbers and ids: how an application's public number is made and checked. Pure; randomness is handed in."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_PATTERN = rf"^T[0-9]{{2}}-[{ALPHABET}]{{8}}$"
RANDOM_CHARACTERS = 7


def check_character(year: int, body: str) -> str:
    """The eighth character: a weighted sum over year and body, so that one mistyped character is found."""
    values = [year // 10, year % 10, *(ALPHABET.index(letter) for letter in body)]
    return ALPHABET[sum((place * 2 + 1) * value for place, value in enumerate(values)) % len(ALPHABET)]


def application_number(year: int, random: int) -> str:
    """`T26-4KX7M2QP` from a four-digit year and a random integer. The number says nothing about anybody."""
    letters = []
    for _ in range(RANDOM_CHARACTERS):
        random, index = divmod(random, len(ALPHABET))
        letters.append(ALPHABET[index])
    body = "".join(letters)
    return f"T{year % 100:02d}-{body}{check_character(year % 100, body)}"


def is_application_number(text: str) -> bool:
    """Whether the text has the form of a number and its check character fits."""
    if not re.match(NUMBER_PATTERN, text):
        return False
    return check_character(int(text[1:3]), text[4:-1]) == text[-1]


def _checked(text: str) -> str:
    if not is_application_number(text):
        raise ValueError("not an application number")
    return text


Number = Annotated[str, StringConstraints(pattern=NUMBER_PATTERN), AfterValidator(_checked)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,120}$")]


def task_id(number: str, ordinal: int) -> str:
    """The n-th task of an application."""
    return f"{number}.task.{ordinal}"


def filing_id(number: str, ordinal: int) -> str:
    """The n-th filing of an application; printed on the cover sheet and given to the authority as our reference."""
    return f"{number}.filing.{ordinal}"


def finding_id(number: str, ordinal: int) -> str:
    """The n-th finding of an application."""
    return f"{number}.finding.{ordinal}"


def number_of(any_id: str) -> str:
    """The application a task, filing or finding belongs to."""
    return any_id.split(".", 1)[0]
