"""What went wrong with an act, as the page shows it on top: one sentence, what to do, and a link to each place."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.pages.words import all_words
from api.problems import AWAY, ItemAtFault, RefusedTogether
from schemas.refusals import Refused

PROBLEMS_TOLD = 200

Made = TypeVar("Made", bound=BaseModel)


@dataclass(frozen=True)
class Line:
    """One thing wrong, told in both languages, with the address of its place on a page."""

    ja: str
    en: str
    href: str | None
    field: str | None = None

    def leading_in(self, html: str) -> "Line":
        """The same, without a link that leads nowhere on this page."""
        is_there = not self.href or not self.href.startswith("#") or f'id="{self.href[1:]}"' in html
        return self if is_there else replace(self, href=None)


@dataclass(frozen=True)
class Trouble:
    """A refused act. `hint` is the key of the words that say what to do, where there are any."""

    code: str
    status: int
    ja: str
    en: str
    lines: tuple[Line, ...] = ()
    hint: str | None = None

    @property
    def is_unsure(self) -> bool:
        """Whether nobody knows if the act happened: the form keeps its key."""
        return self.code == "not_ready"

    def leading_in(self, html: str) -> "Trouble":
        """The same, with links only to places that this page has."""
        return replace(self, lines=tuple(line.leading_in(html) for line in self.lines))

    def at(self, field: str) -> Line | None:
        """What is wrong with one field."""
        return next((line for line in self.lines if line.field == field), None)


def _own_place(item: ItemAtFault) -> str | None:
    return f"#f-{item.field}" if item.field else None


def told(
    refused: Refused,
    place: Callable[[ItemAtFault], str | None] = _own_place,
    whose: Callable[[ItemAtFault], str] = lambda _: "",
) -> Trouble:
    """A refusal for the page; `place` says where each fault is to be mended, `whose` it is."""
    words, hint = all_words(), f"hint.{refused.code}"
    telling = words.get(f"refused.{refused.code}")
    return Trouble(
        code=refused.code,
        status=refused.telling.status,
        ja=telling["ja"] if telling else refused.telling.ja,
        en=telling["en"] if telling else refused.telling.en,
        lines=tuple(_lines(refused, place, whose)),
        hint=hint if hint in words else None,
    )


def _lines(
    refused: Refused, place: Callable[[ItemAtFault], str | None], whose: Callable[[ItemAtFault], str]
) -> list[Line]:
    if isinstance(refused, RefusedTogether):
        shown = refused.items[:PROBLEMS_TOLD]
        return [
            Line(f"{whose(item)}{item.ja}", f"{whose(item)}{item.en}", place(item), item.field)
            for item in shown
        ]
    if "reason_ja" in refused.facts:
        return [Line(str(refused.facts["reason_ja"]), str(refused.facts["reason_en"]), None)]
    if refused.field:
        telling = refused.telling
        return [Line(telling.ja, telling.en, f"#f-{refused.field.replace('.', '-')}", refused.field)]
    return []


async def attempted(
    act: Awaitable[Any], place: Callable[[ItemAtFault], str | None] = _own_place
) -> Trouble | None:
    """Do the act; the trouble it met, or None. What can't be shown on this page (not found) is raised on."""
    try:
        await act
    except Refused as refused:
        if refused.code in ("not_signed_in", "not_found"):
            raise
        return told(refused, place)
    except AWAY:
        return told(Refused("not_ready"))
    return None


def made(model: type[Made], **values: Any) -> Made:
    """A request body out of a form's fields. Raises Refused `malformed_request` naming the field."""
    try:
        return model(**values)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Refused("malformed_request", place) from None
