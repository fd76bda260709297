"""Forms as browsers send them without JavaScript: fields, and the hidden key that makes a repeated act one act."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from api.access import Principal
from api.idempotency import VISIBLE_ASCII, Act
from schemas.refusals import Refused

KEY = "key"
FIELDS_AT_MOST = 8_000
"""A verdict of a hundred persons: two fields for each finding that may be settled at once, one for each mark."""


@dataclass(frozen=True)
class Filled:
    """What somebody filled in. An empty field counts as absent."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked_sha256: str = ""

    def text(self, name: str) -> str | None:
        """One field, without blanks around it; None when it is empty."""
        given = self.values.get(name, ())
        return given[-1].strip() or None if given else None

    def several(self, name: str) -> list[str]:
        """Every value of a field that may be chosen several times."""
        return [each.strip() for each in self.values.get(name, ()) if each.strip()]

    def number(self, name: str, otherwise: int = 0) -> int:
        """A whole number. Raises Refused `malformed_request` for anything else."""
        text = self.text(name)
        if text is None:
            return otherwise
        if not text.isdecimal() or len(text) > 9:
            raise Refused("malformed_request", name)
        return int(text)

    def by_prefix(self, prefix: str) -> dict[str, str]:
        """The filled fields `prefix.…`, by what follows the dot."""
        names = (name for name in self.values if name.startswith(f"{prefix}."))
        found = {name.partition(".")[2]: self.text(name) for name in names}
        return {name: text for name, text in found.items() if text is not None}

    def act(self, principal: Principal) -> Act:
        """The act this form asks for. Raises Refused `idempotency_key_missing`."""
        key = self.text(KEY)
        if key is None or not VISIBLE_ASCII.fullmatch(key):
            raise Refused("idempotency_key_missing")
        return Act(principal.id, key, self.asked_sha256)


async def filled(request: Request) -> Filled:
    """The form of this request. Raises Refused `malformed_body` for what is none, or holds unkeepable signs."""
    body = await request.body()
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=FIELDS_AT_MOST, errors="strict"
        )
    except ValueError:
        raise Refused("malformed_body") from None
    values: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        if "\0" in name or "\0" in text:
            raise Refused("malformed_request")
        values[name] = (*values.get(name, ()), text.replace("\r\n", "\n"))
    asked = f"{request.method} {request.url.path}\n".encode() + body
    return Filled(values, hashlib.sha256(asked).hexdigest())


FilledIn = Annotated[Filled, Depends(filled)]
