"""What a parser gives back: the facts everybody may know, and the reading that is sealed."""

from typing import NamedTuple

from schemas.examination import Facts
from schemas.readings import Reading


class FileRead(NamedTuple):
    """Facts name nobody; the reading may."""

    facts: Facts
    reading: Reading = Reading()
