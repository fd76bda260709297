"""Reminders before something of the authority to act lapses: once per thing, step and reader, whatever happens between."""

from datetime import UTC, date, datetime, timedelta

import pytest

from activities.lapses import Lapses
from activities.wording.lapses import compose_lapse, lapse_words
from infra.dev.services import Stack
from infra.mail import Post
from infra.outgoing import sending
from infra.settings import Settings
from schemas.authority import LapsingThing
from schemas.calendar import japan_date
from tests.builders import ORGANISATION
from tests.ground import AN_ORGANISATION, Ground, settings_of

NOW = datetime.now(UTC)
TODAY = japan_date(NOW)
STEPS = (90, 60, 30, 7)
PEOPLE = """INSERT INTO account (id, subject, display_name, email, roles, locale, active) VALUES
    ('h-1', 'h-1', '見本 取次', 'h-1@office.example', '{handler}', 'ja', true),
    ('h-2', 'h-2', '見本 退職', 'h-2@office.example', '{handler}', 'ja', false),
    ('m-1', 'm-1', '見本 管理', 'm-1@office.example', '{manager}', 'en', true)"""
A_CERTIFICATE = """INSERT INTO certificate (account_id, certificate_number, valid_until)
    VALUES (%s, 'SECRET-NUMBER', %s)"""
A_MANDATE = """INSERT INTO mandate (id, organisation_id, account_id, procedures, valid_from, valid_until)
    VALUES ('x-1', %s, 'h-1', '{*}', '2026-04-01', %s)"""


@pytest.fixture
def settings(servers: Stack) -> Settings:
    return settings_of(servers)


@pytest.fixture
def lapses(desk_ground: Ground, settings: Settings) -> Lapses:
    with desk_ground.behind_the_desk() as connection:
        connection.execute(PEOPLE)
        connection.execute(AN_ORGANISATION, (ORGANISATION,))
    return at_work(desk_ground, settings)


def at_work(ground: Ground, settings: Settings) -> Lapses:
    return Lapses(ground.database, Post(settings), steps=STEPS, public_url="http://desk.example")


def certify(ground: Ground, days: int, account: str = "h-1") -> None:
    with ground.behind_the_desk() as connection:
        connection.execute(A_CERTIFICATE, (account, TODAY + timedelta(days=days)))


async def noted(ground: Ground) -> list[tuple[str, int, str, str]]:
    asked = (
        "SELECT thing, step_days, recipient_id, state FROM lapse_notice ORDER BY step_days DESC, recipient_id"
    )
    rows = await ground.rows(asked)
    return [(row["thing"], row["step_days"], row["recipient_id"], row["state"]) for row in rows]


@pytest.mark.parametrize(("days", "step"), [(91, None), (90, 90), (31, 60), (30, 30), (0, 7), (-1, None)])
async def test_handler_and_managers_are_told_on_the_day_of_the_step(
    desk_ground: Ground, lapses: Lapses, days: int, step: int | None
) -> None:
    certify(desk_ground, days)

    sent = [await lapses.remind() for _ in range(2)]

    expected = [("certificate", step, who, "sent") for who in ("h-1", "m-1")] if step is not None else []
    assert await noted(desk_ground) == expected
    assert sent == [len(expected), 0]


async def test_each_step_tells_again_and_a_restart_tells_nobody_twice(
    desk_ground: Ground, lapses: Lapses, settings: Settings
) -> None:
    certify(desk_ground, 40)

    for passed in (0, 1, 10, 11, 33):
        await at_work(desk_ground, settings).note(NOW + timedelta(days=passed))

    assert [step for _, step, who, _ in await noted(desk_ground) if who == "h-1"] == [60, 30, 7]


async def test_a_new_last_day_is_a_new_thing_to_tell(desk_ground: Ground, lapses: Lapses) -> None:
    certify(desk_ground, 7)
    await lapses.note(NOW)
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE certificate SET valid_until = valid_until + 1")

    await lapses.note(NOW + timedelta(days=1))

    assert len(await noted(desk_ground)) == 4


async def test_who_has_left_and_what_is_returned_is_not_told_of(desk_ground: Ground, lapses: Lapses) -> None:
    certify(desk_ground, 7, "h-2")
    certify(desk_ground, 7)
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE certificate SET returned_on = '2026-11-01' WHERE account_id = 'h-1'")

    assert await lapses.remind() == 0
    assert await noted(desk_ground) == []


async def test_a_mandate_is_told_of_until_another_carries_it_on(desk_ground: Ground, lapses: Lapses) -> None:
    ends = TODAY + timedelta(days=30)
    with desk_ground.behind_the_desk() as connection:
        connection.execute(A_MANDATE, (ORGANISATION, ends))
        successor = A_MANDATE.replace("x-1", "x-2").replace("2026-04-01", str(ends + timedelta(days=1)))
        await lapses.note(NOW)
        before = await noted(desk_ground)
        connection.execute(successor, (ORGANISATION, None))
        await lapses.note(NOW + timedelta(days=23))

    assert [each[:2] for each in before] == [("mandate", 30)] * 2
    assert await noted(desk_ground) == before


AN_ARRIVAL = """INSERT INTO arrival (id, way, content_sha256, size_bytes, received_at, read_at, kind, handler)
    VALUES (%s, 'mail', %s, 1, %s, now(), 'unknown', 'h-1')"""


async def test_who_has_something_from_an_authority_is_reminded_of_it_after_days(
    desk_ground: Ground, lapses: Lapses
) -> None:
    with desk_ground.behind_the_desk() as connection:
        for name in ("arrival-a", "arrival-b"):
            connection.execute(AN_ARRIVAL, (name, name, NOW))
        connection.execute(
            "INSERT INTO arrival_standing (arrival_id, state, changed_at) VALUES ('arrival-b', 'dismissed', now())"
        )

    for passed in (0, 1, 2, 2, 3, 7):
        await lapses.note(NOW + timedelta(days=passed))

    asked = "SELECT entry, recipient_id, lapses_on FROM lapse_notice ORDER BY lapses_on, recipient_id"
    told = [(row["entry"], row["recipient_id"], row["lapses_on"]) for row in await desk_ground.rows(asked)]
    days = [TODAY + timedelta(days=passed) for passed in (2, 7)]
    assert told == [("arrival-a", who, on) for on in days for who in ("h-1", "m-1")]


A_STOP = """INSERT INTO lodging_stop (id, channel, reason, words, placed_by, placed_at, until_on, lifted_at) VALUES
    ('stop-a', 'post', 'channel_down', 'x', 'm-1', now(), %s, NULL),
    ('stop-b', 'post', 'channel_down', 'x', 'm-1', now(), %s, now())"""


async def test_a_stop_that_runs_past_its_day_is_told_of_every_week_until_it_is_lifted(
    desk_ground: Ground, lapses: Lapses
) -> None:
    with desk_ground.behind_the_desk() as connection:
        connection.execute(A_STOP, (TODAY + timedelta(days=1), TODAY))

    for passed in (0, 1, 2, 7, 8):
        await lapses.note(NOW + timedelta(days=passed))

    rows = await desk_ground.rows("SELECT thing, entry, recipient_id, lapses_on FROM lapse_notice ORDER BY 4")
    days = [TODAY + timedelta(days=passed) for passed in (1, 8)]
    assert [tuple(row.values()) for row in rows] == [("stop", "stop-a", "m-1", on) for on in days]


async def test_what_waits_is_told_of_days_late_unless_it_was_settled_meanwhile(
    desk_ground: Ground, lapses: Lapses
) -> None:
    came = NOW - timedelta(days=3)
    with desk_ground.behind_the_desk() as connection:
        connection.execute(A_STOP, (TODAY - timedelta(days=1), TODAY))
        for name in ("arrival-a", "arrival-b"):
            connection.execute(AN_ARRIVAL, (name, name, came))
        await lapses.note(NOW - timedelta(days=1))
        connection.execute(
            "INSERT INTO arrival_standing (arrival_id, state, changed_at) VALUES ('arrival-b', 'dismissed', now())"
        )

    await lapses.remind()

    rows = await desk_ground.rows(
        "SELECT entry, state FROM lapse_notice WHERE recipient_id = 'm-1' ORDER BY 1"
    )
    told = [("arrival-a", "sent"), ("arrival-b", "dropped"), ("stop-a", "sent")]
    assert [tuple(row.values()) for row in rows] == told


async def test_nothing_is_lost_while_the_mail_server_is_away(
    desk_ground: Ground, lapses: Lapses, settings: Settings
) -> None:
    certify(desk_ground, 7)

    away = await at_work(desk_ground, settings.model_copy(update={"smtp_port": 9})).remind()
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE lapse_notice SET due_at = now() - interval '1 second'")
    back = await lapses.remind()

    assert (away, back) == (0, 2)


async def test_what_has_lapsed_or_whose_reader_has_left_is_dropped(
    desk_ground: Ground, lapses: Lapses
) -> None:
    certify(desk_ground, 7)
    await lapses.note(NOW)
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE lapse_notice SET lapses_on = %s", (TODAY - timedelta(days=1),))
        connection.execute("UPDATE account SET active = false WHERE id = 'm-1'")

    left = await lapses.remind()

    assert left == 0
    assert {state for *_, state in await noted(desk_ground)} == {"dropped"}


async def test_a_mail_that_nobody_can_write_or_take_holds_up_no_other_and_has_not_left(
    desk_ground: Ground, lapses: Lapses
) -> None:
    certify(desk_ground, 7)
    with desk_ground.behind_the_desk() as connection:
        connection.execute(A_MANDATE, (ORGANISATION, TODAY + timedelta(days=7)))
    await lapses.note(NOW)
    with desk_ground.behind_the_desk() as connection:
        connection.execute(
            "UPDATE lapse_notice SET thing = 'unheard_of' WHERE thing = 'certificate' AND recipient_id = 'h-1'"
        )
        connection.execute(
            "UPDATE lapse_notice SET due_at = due_at - interval '1 hour' WHERE thing <> 'mandate'"
        )
        connection.execute("UPDATE account SET email = 'nobody' WHERE id = 'm-1'")

    left = await lapses.remind()

    assert left == 1
    assert sorted(await noted(desk_ground)) == [
        ("certificate", 7, "m-1", "given_up"),
        ("mandate", 7, "h-1", "sent"),
        ("mandate", 7, "m-1", "given_up"),
        ("unheard_of", 7, "h-1", "waiting"),
    ]


async def test_the_mail_says_what_and_when_and_names_nobody(
    desk_ground: Ground, lapses: Lapses, servers: Stack
) -> None:
    certify(desk_ground, 7)
    await lapses.remind()

    async with sending(20, base_url=servers.address("mail")) as mailbox:
        listed = (await mailbox.get("/messages")).json()
    letters = [str(each) for each in (listed["messages"] if isinstance(listed, dict) else listed)]
    ours = [each for each in letters if "h-1@office.example" in each or "m-1@office.example" in each]
    assert any("申請等取次者証明書" in each for each in ours)
    assert any("handler's certificate" in each for each in ours)
    assert not [each for each in ours if "SECRET-NUMBER" in each or "見本 取次" in each]


@pytest.mark.parametrize("thing", LapsingThing)
@pytest.mark.parametrize("is_own", [True, False])
def test_every_thing_has_words_in_both_languages(thing: LapsingThing, *, is_own: bool) -> None:
    on, link = date(2026, 12, 31), "http://desk.example/registers/lapses"

    ja = compose_lapse(thing, "ja", on=on, days_left=30, is_own=is_own, link=link)
    en = compose_lapse(thing, "en", on=on, days_left=30, is_own=is_own, link=link)

    assert "2026年12月31日" in ja.subject
    assert "31 December 2026" in en.subject
    assert ("あなたの" in ja.text) is is_own
    assert ("Your" in en.text) is is_own
    assert all(link in words for words in (ja.text, ja.html, en.text, en.html))
    assert (en.subject + en.text).isascii()


def test_no_words_are_left_over() -> None:
    words = lapse_words()

    assert set(words["things"]) == set(words["to_do"]) == set(LapsingThing)
