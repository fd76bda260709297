"""The desk's own wishes name lodgings by procedure and channel."""

import pytest

from schemas.desk_wishes import is_named


@pytest.mark.parametrize(
    ("wished", "channel", "named"),
    [
        ((), "online", False),
        (("isa.extension.ssw1:online",), "online", True),
        (("isa.*:online",), "online", True),
        (("*:online", "*:post"), "online", True),
        (("isa.extension.ssw1:counter",), "online", False),
        (("otit.*:*",), "online", False),
        (("isa.*:online",), None, False),
        (("isa.*:*",), None, True),
    ],
)
def test_a_wish_names_procedures_and_channels(
    wished: tuple[str, ...], channel: str | None, *, named: bool
) -> None:
    assert is_named(wished, "isa.extension.ssw1", channel) is named
