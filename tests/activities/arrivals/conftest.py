"""A post room over a database of one's own, and an empty mailbox."""

from collections.abc import AsyncIterator

import pytest

from infra.dev.services import Stack
from tests.activities.arrivals.post import PostRoom
from tests.ground import Ground


@pytest.fixture
async def room(servers: Stack, desk_ground: Ground) -> AsyncIterator[PostRoom]:
    opened = PostRoom.opened(servers, desk_ground)
    opened.empty()
    yield opened
    opened.empty()
