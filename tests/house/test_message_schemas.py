"""Messages are read back for years: whoever changes one says so, and says it knowingly."""

import json

import pytest

from tests.house.messages_pinned import pinned, present

TEACHING = """'{name}' is written into histories and has changed.
May it? A new field needs a default; nothing is renamed, narrowed or removed while applications are under way,
and the meaning of an event never changes: add a new kind beside it.
When it may: python -m tests.house.messages_pinned, and commit the file together with the change."""


def plain(schema: object) -> str:
    return json.dumps(schema, sort_keys=True, ensure_ascii=False)


@pytest.mark.parametrize("name", sorted(present()))
def test_a_message_is_as_it_was_agreed_on(name: str) -> None:
    assert plain(present()[name]) == plain(pinned().get(name)), TEACHING.format(name=name)


def test_no_message_has_gone() -> None:
    assert set(pinned()) == set(present()), TEACHING.format(name="a message")


def test_a_changed_message_would_be_noticed() -> None:
    narrowed = present()["ClaimTask"] | {"required": []}

    assert plain(narrowed) != plain(pinned()["ClaimTask"])
