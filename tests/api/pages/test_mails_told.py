"""What the pages tell of a mail that did not leave the house."""

from datetime import timedelta

import pytest

from infra.database.tables import notice
from tests.api.pages.browsing import MANAGER, PageDay


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ({"state": "given_up", "trouble": "mail_refused"}, "送信をやめました"),
        ({"state": "waiting", "trouble": "mail_obstacle"}, "あらためて送信します"),
    ],
)
async def test_a_mail_given_up_and_one_that_is_tried_again_are_told_apart(
    day: PageDay, kept: dict[str, str], told: str
) -> None:
    case = await day.handed_in()
    later = day.desk.now() + timedelta(days=1)
    of_case = notice.update().where(notice.c.number == case.number)
    await day.behind_the_desk(of_case.values(**kept, due_at=later, sent_at=None))

    history = await day.page(MANAGER, f"/applications/{case.number}/timeline")
    board = await day.page(MANAGER, "/board?state=all&mail_trouble=1")

    assert told in history.text
    assert f"/applications/{case.number}" in board.text
