"""What the pages tell of a mail that did not leave the house."""

from datetime import timedelta

from infra.database.tables import notice
from tests.api.pages.browsing import MANAGER, PageDay

TOLD = {
    "送信をやめました": {"state": "given_up", "trouble": "mail_refused"},
    "あらためて送信します": {"state": "waiting", "trouble": "mail_obstacle"},
}


async def test_a_mail_given_up_and_one_that_is_tried_again_are_told_apart(day: PageDay) -> None:
    case, other = await day.handed_in(), await day.handed_in()
    later = day.desk.now() + timedelta(days=1)
    of_case = notice.update().where(notice.c.number == case.number)
    seen: dict[str, set[str]] = {}

    for told, kept in TOLD.items():
        await day.behind_the_desk(of_case.values(**kept, due_at=later, sent_at=None))
        history = await day.page(MANAGER, f"/applications/{case.number}/timeline")
        seen[told] = {words for words in TOLD if words in history.text}

    board = await day.page(MANAGER, "/board?state=all&mail_trouble=1")
    assert seen == {told: {told} for told in TOLD}
    assert f"/applications/{case.number}" in board.text
    assert f"/applications/{other.number}" not in board.text
