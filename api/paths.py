"""What stands in addresses: numbers and ids. One that can't exist is answered like one that doesn't."""

import re
from typing import Annotated

from fastapi import Depends

from schemas.identifiers import is_application_number
from schemas.refusals import Refused

OURS = re.compile(r"[A-Za-z0-9._:-]{1,120}")


async def number_in_path(number: str) -> str:
    """An application number of the right form. Raises Refused `not_found`."""
    if not is_application_number(number):
        raise Refused("not_found")
    return number


async def document_in_path(document_id: str) -> str:
    """A document id of the right form. Raises Refused `not_found`."""
    return _ours(document_id)


async def person_in_path(person_id: str) -> str:
    """A person id of the right form. Raises Refused `not_found`."""
    return _ours(person_id)


def _ours(text: str) -> str:
    if not OURS.fullmatch(text):
        raise Refused("not_found")
    return text


NumberInPath = Annotated[str, Depends(number_in_path)]
DocumentInPath = Annotated[str, Depends(document_in_path)]
PersonInPath = Annotated[str, Depends(person_in_path)]


async def key_in_path(key_id: str) -> str:
    """An API key's id of the right form. Raises Refused `not_found`."""
    return _ours(key_id)


async def omission_in_path(omission_id: str) -> str:
    """An omission's id of the right form. Raises Refused `not_found`."""
    return _ours(omission_id)


KeyInPath = Annotated[str, Depends(key_in_path)]
OmissionInPath = Annotated[str, Depends(omission_in_path)]
