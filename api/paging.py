"""Pages as asked and as answered: rows per page, one page of rows, the cursor of the next."""

from typing import Annotated, Generic, TypeVar

from pydantic import ConfigDict, Field, StringConstraints

from api.bodies import Shown
from api.cursors import ROWS_TOLD, insist_on_rows, opened_cursor, sealed_cursor
from api.queries import Key
from infra.settings import Settings

Row = TypeVar("Row")
Name = Annotated[str | None, StringConstraints(min_length=1, max_length=120)]


class Paged(Shown):
    """The query of a list: rows per page and where to go on. Unknown parameters are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    limit: int = Field(default=50, ge=1, description=ROWS_TOLD)
    cursor: str | None = Field(default=None, max_length=1_000, description="`next` of the page before")

    def rows(self, settings: Settings) -> int:
        """Rows of the page. Raises Refused `malformed_request` for more than the desk gives at once."""
        return insist_on_rows(settings, self.limit)


class Listed(Shown, Generic[Row]):
    """One page of a list. `next` is the cursor of the following page, None on the last."""

    items: tuple[Row, ...]
    next: str | None


def following(settings: Settings, of: str, last: Key | None) -> str | None:
    """The cursor behind the last row of a page."""
    return sealed_cursor(settings, of, *last) if last is not None else None


def position(settings: Settings, of: str, cursor: str | None) -> Key | None:
    """Where a page begins. Raises Refused `malformed_request` for a cursor of another list."""
    opened = opened_cursor(settings, of, cursor)
    return tuple(opened) if opened is not None else None
