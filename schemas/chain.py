"""The hash chain of one application's events: each hash covers the one before it and the event in canonical form."""

import hashlib
import json
from collections.abc import Iterable

from schemas.events import Event

GENESIS = b"\x00" * 32


def canonical(event: Event) -> bytes:
    """The event as bytes that do not depend on key order or spacing."""
    plain = event.model_dump(mode="json")
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, event: Event) -> bytes:
    """The hash of one event, given the hash before it."""
    return hashlib.sha256(previous + canonical(event)).digest()


def digest(events: Iterable[Event]) -> str:
    """Sixteen hex characters over some events. The road compares what it recorded with what it works out on replay,
    so that changed code under a running application is noticed and never diverges in silence."""
    running = hashlib.sha256()
    for event in events:
        running.update(canonical(event))
    return running.hexdigest()[:16]
