"""Notices: each mail leaves once, waits while the server is away, and says nothing about anybody."""

from datetime import timedelta

import httpx2
import pytest

from activities.ledger import Entry, Ledger
from activities.notices import Notices
from infra.catalogue import load_catalogue
from infra.dev.services import Stack
from infra.outgoing import sending
from infra.packs import packs_of_the_worker
from infra.settings import Settings
from schemas.identifiers import application_number
from schemas.tasks import TaskKind
from tests.builders import ORGANISATION, PaperRoad, a_remark, at_review, handed_in
from tests.ground import Ground, settings_of
from tests.workflows.office import RANDOM


@pytest.fixture
def settings(servers: Stack) -> Settings:
    return settings_of(servers)


def post_office(ground: Ground, settings: Settings) -> Notices:
    return Notices(ground.database, packs_of_the_worker(load_catalogue(), ground.database), settings)


async def told(ground: Ground, road: PaperRoad) -> str:
    """Record a road in the ledger under a number of its own; answers the number."""
    number = application_number(2026, next(RANDOM))
    ground.take_in(handed_in(number=number))
    first = road.events[0]
    body = first.body.model_copy(update={"number": number})
    events = (first.model_copy(update={"body": body}), *road.events[1:])
    await Ledger(ground.database).record(Entry(number=number, organisation_id=ORGANISATION, events=events))
    return number


async def mails_about(mailbox: httpx2.AsyncClient, number: str) -> list[dict[str, object]]:
    """The mails in the mailbox that name this application."""
    listed = (await mailbox.get("/messages")).json()
    letters = listed["messages"] if isinstance(listed, dict) else listed
    return [each for each in letters if number in str(each)]


@pytest.fixture
def overdue() -> PaperRoad:
    road = at_review()
    road.review(a_remark())
    road.wait(days=16)
    assert road.task(TaskKind.OVERDUE_CORRECTION)
    return road


async def states(ground: Ground) -> list[tuple[str, str, str]]:
    rows = await ground.rows("SELECT kind, audience, state FROM notice ORDER BY seq, audience")
    return [(row["kind"], row["audience"], row["state"]) for row in rows]


async def make_due(ground: Ground) -> None:
    with ground.behind_the_desk() as connection:
        connection.execute("UPDATE notice SET due_at = now() - interval '1 second' WHERE state = 'waiting'")


async def test_what_is_due_is_sent_once_to_whom_it_concerns(
    desk_ground: Ground, settings: Settings, servers: Stack
) -> None:
    road = at_review()
    road.review(a_remark())
    number = await told(desk_ground, road)
    await make_due(desk_ground)
    notices = post_office(desk_ground, settings)

    sent = [await notices.send_due() for _ in range(2)]

    async with sending(20, base_url=servers.address("mail")) as mailbox:
        mails = await mails_about(mailbox, number)
    assert sent == [2, 0]
    assert len(mails) == 2
    assert await states(desk_ground) == [
        ("received", "client", "sent"),
        ("correction_requested", "client", "sent"),
    ]


async def test_nothing_is_lost_while_the_mail_server_is_away(desk_ground: Ground, settings: Settings) -> None:
    await told(desk_ground, at_review())
    await make_due(desk_ground)
    away = settings.model_copy(update={"smtp_port": 9})

    sent = await post_office(desk_ground, away).send_due()

    kept = (await desk_ground.rows("SELECT state, attempts, trouble, due_at > now() AS later FROM notice"))[0]
    assert sent == 0
    assert (kept["state"], kept["attempts"], kept["later"]) == ("waiting", 1, True)
    assert kept["trouble"]
    await make_due(desk_ground)
    assert await post_office(desk_ground, settings).send_due() == 1


async def test_however_often_the_mail_server_was_away_the_mail_is_kept(
    desk_ground: Ground, settings: Settings
) -> None:
    await told(desk_ground, at_review())
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE notice SET attempts = 500")
    await make_due(desk_ground)

    await post_office(desk_ground, settings.model_copy(update={"smtp_port": 9})).send_due()

    assert {state for _, _, state in await states(desk_ground)} == {"waiting"}
    await make_due(desk_ground)
    assert await post_office(desk_ground, settings).send_due() == 1


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ('{"receipts": ["<受付>"]}', "not_composed"),
        ("{}", "wording_incomplete"),
        ('{"due_on": "soon"}', "not_composed"),
    ],
)
async def test_a_mail_that_nobody_can_write_holds_up_no_other_and_is_kept(
    desk_ground: Ground, settings: Settings, caplog: pytest.LogCaptureFixture, facts: str, code: str
) -> None:
    broken, sound = [await told(desk_ground, at_review()) for _ in range(2)]
    with desk_ground.behind_the_desk() as connection:
        spoilt = "UPDATE notice SET facts = %s, due_at = now() - interval '1 hour' WHERE number = %s"
        connection.execute(spoilt, (facts, broken))
    await make_due(desk_ground)

    sent = await post_office(desk_ground, settings).send_due()

    kept = {row["number"]: row for row in await desk_ground.rows("SELECT * FROM notice")}
    assert sent == 1
    assert (kept[sound]["state"], kept[sound]["trouble"]) == ("sent", None)
    assert (kept[broken]["state"], kept[broken]["trouble"]) == ("waiting", code)
    [line] = [vars(each) for each in caplog.records if "mail_not_composed" in each.msg]
    assert [line[key] for key in ("number", "kind", "code")] == [broken, kept[broken]["kind"], code]
    assert "受付" not in caplog.text


async def test_a_mail_names_a_number_that_was_kept_in_full_width(
    desk_ground: Ground, settings: Settings, servers: Stack
) -> None:
    number = await told(desk_ground, at_review())
    with desk_ground.behind_the_desk() as connection:
        facts = '{"receipts": ["東ｵﾝ２４９９９"]}'
        connection.execute("UPDATE notice SET kind = 'lodged', facts = %s", (facts,))
    await make_due(desk_ground)

    sent = await post_office(desk_ground, settings).send_due()

    async with sending(20, base_url=servers.address("mail")) as mailbox:
        [mail] = await mails_about(mailbox, number)
        letter = (await mailbox.get(f"/messages/{mail['id']}")).json()
    assert sent == 1
    assert "東オン24999" in letter["text"]


async def test_what_is_not_due_yet_waits(desk_ground: Ground, settings: Settings) -> None:
    await told(desk_ground, at_review())
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE notice SET due_at = now() + %s", (timedelta(hours=1),))

    assert await post_office(desk_ground, settings).send_due() == 0


async def test_an_address_that_is_none_is_given_up_and_holds_up_no_other(
    desk_ground: Ground, settings: Settings
) -> None:
    await told(desk_ground, at_review())
    with desk_ground.behind_the_desk() as connection:
        connection.execute("UPDATE organisation SET notice_email = 'not an address'")
    await make_due(desk_ground)

    await post_office(desk_ground, settings).send_due()

    assert {state for _, _, state in await states(desk_ground)} == {"given_up"}


@pytest.mark.parametrize(
    ("locale", "told_in"), [("ja", "期限を過ぎた作業があります"), ("en", "A task is overdue")]
)
async def test_the_desk_hears_of_what_a_person_must_decide_in_its_language(
    desk_ground: Ground,
    settings: Settings,
    servers: Stack,
    overdue: PaperRoad,
    *,
    locale: str,
    told_in: str,
) -> None:
    number = await told(desk_ground, overdue)
    await make_due(desk_ground)

    await post_office(desk_ground, settings.model_copy(update={"staff_mail_locale": locale})).send_due()

    async with sending(20, base_url=servers.address("mail")) as mailbox:
        mails = [each for each in await mails_about(mailbox, number) if "staff@" in str(each)]
    kinds = {(kind, audience) for kind, audience, _ in await states(desk_ground)}

    assert ("correction_overdue", "client") in kinds
    assert ("task_overdue", "staff") in kinds
    assert told_in in str(mails)
