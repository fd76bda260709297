"""What this desk wishes of some lodgings, compared with the catalogue: a wish for none would be kept by nobody, unseen."""

from infra.settings import Settings
from schemas.desk_wishes import is_named
from schemas.maps import Catalogue

WISHES = ("second_confirms", "members_only")


class WishError(Exception):
    """A wish names no lodging there is; says which setting and which pattern."""


def refuse_wishes_for_nothing(chosen: Settings, catalogue: Catalogue) -> None:
    """Called when a process starts. Raises WishError."""
    lodgings = [
        (ready.procedure.id, way.id) for ready in catalogue.maps() for way in ready.procedure.channels
    ]
    for setting in WISHES:
        for wish in getattr(chosen, setting):
            if not any(is_named((wish,), *lodging) for lodging in lodgings):
                variable = f"TORITSUGI_{setting.upper()}"
                raise WishError(f"{variable} has {wish!r}: no procedure of the catalogue is lodged so")
