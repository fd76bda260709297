"""Asks the limited reader for passport zones in a picture, under bounds of its own: a recogniser is large and slow."""

from pathlib import Path

from activities.documents.limited import (
    Bounds,
    ReaderCrashedError,
    ReaderExhaustedError,
    ReaderFaultError,
    ReaderStalledError,
    run_reader,
)
from activities.documents.recognition import can_recognise
from schemas.readings import PassportSeen

_BOUNDS = Bounds(memory_bytes=4 * 1024**3, cpu_seconds=90, wall_seconds=180)
_MOST_PAGES = 3


def passports_in_picture(path: Path, media_type: str, pages: int) -> tuple[PassportSeen, ...]:
    """Zones on the first pages of a released file; none where no recogniser is installed, or where it gives up."""
    if not can_recognise():
        return ()
    request = {"path": str(path.resolve()), "media_type": media_type, "pages": min(pages, _MOST_PAGES)}
    try:
        told = run_reader("recognise", request, _BOUNDS)
    except (ReaderExhaustedError, ReaderCrashedError, ReaderStalledError, ReaderFaultError):
        # A help for reviewers, never a gate: without it they look at the picture themselves.
        return ()
    return tuple(PassportSeen.model_validate(each) for each in told["passports"])
