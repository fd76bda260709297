"""Files as a set: what one online application may weigh, and the shape of the photo."""

from collections import Counter
from collections.abc import Iterator

from schemas.asking import Asking
from schemas.dossier import DocumentFact
from schemas.rules import Flaw

_LEAST_HEIGHT_PX, _LEAST_WIDTH_PX = 472, 354
_RATIO_TOLERANCE_PERCENT = 2


def set_size(asking: Asking) -> Iterator[Flaw]:
    """Persons whose own files and the common ones together weigh more than the channel takes.

    While the channel is open: more than every channel takes fails, more than one of them takes can't be decided.
    """
    ways = [each for each in asking.ready.procedure.channels if asking.channel in (None, each.id)]
    limits = [each.set_size_bytes for each in ways if each.set_size_bytes is not None]
    if not limits:
        return
    sizes: Counter[str | None] = Counter()
    for fact in asking.dossier.documents:
        sizes[fact.person_id] += _size(fact)
    is_open = len(limits) < len(ways)
    for person in asking.dossier.persons:
        size = sizes[None] + sizes[person.person_id]
        if size > min(limits):
            undecided = is_open or size <= max(limits)
            yield Flaw(
                place_kind="person",
                place="person",
                person_id=person.person_id,
                outcome="cannot_decide" if undecided else "fails",
                missing=("channel",) if undecided else (),
                given={"set_size_bytes": f"{size:,}"},
                message_values={"limit": f"{min(limits):,}"},
            )


def photo_shape(asking: Asking) -> Iterator[Flaw]:
    """Photos not 4:3 (height to width, within 2 %) or too small; without pixels: cannot be decided."""
    for fact in asking.dossier.documents:
        if fact.kind != "photo" or fact.omitted or fact.state == "refused":
            continue
        unknown = fact.width_px is None or fact.height_px is None
        if unknown or not _fits(fact.width_px or 0, fact.height_px or 0):
            yield Flaw(
                place_kind="document",
                place="photo",
                person_id=fact.person_id,
                outcome="cannot_decide" if unknown else "fails",
                missing=("width_px", "height_px") if unknown else (),
                message_values={"least_px": f"{_LEAST_HEIGHT_PX}×{_LEAST_WIDTH_PX}"},
            )


def _fits(width: int, height: int) -> bool:
    off_by = abs(height * 3 - width * 4) * 100
    return (
        width >= _LEAST_WIDTH_PX
        and height >= _LEAST_HEIGHT_PX
        and off_by <= width * 4 * _RATIO_TOLERANCE_PERCENT
    )


def _size(fact: DocumentFact) -> int:
    return (fact.size_bytes or 0) if fact.state != "refused" else 0
