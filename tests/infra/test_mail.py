"""The post: what arrives at a real SMTP server, and how its answers are told apart."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from infra.mail import MailObstacle, MailRefused, OutgoingMail, Post
from tests.infra.loopback import free_port
from tests.offline import settings_with

MAIL = OutgoingMail(
    key="notice-1",
    recipient="desk@client.example",
    locale="ja",
    subject="【T26-0000000A】申請を受け付けました",
    text="本文です。\n\n次にすること",
    html="<p>本文です。</p>",
)


class Mailbox:
    """Takes every mail, or gives the answers it was told to give."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.recipient_answer = "250 OK"
        self.message_answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.message_answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.arrived.append(message)
        return self.message_answer


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


def post_at(port: int, **other: Any) -> Post:
    return Post(settings_with(smtp_port=port, **other))


async def test_a_mail_arrives_with_text_and_page_and_its_own_identity(mailbox: Mailbox, port: int) -> None:
    await post_at(port).send(MAIL)

    [message] = mailbox.arrived
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == MAIL.text.splitlines()
    assert html.get_content().strip() == MAIL.html
    assert message["Subject"] == MAIL.subject
    assert message["From"] == "Sample office / 見本事務所 <desk@toritsugi.example>"
    assert message["To"] == "desk@client.example"
    assert message["Message-ID"] == "<notice-1@toritsugi.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ja"
    assert message["Date"].datetime.utcoffset().total_seconds() == 0


async def test_a_repetition_is_recognised_by_its_identity(mailbox: Mailbox, port: int) -> None:
    await post_at(port).send(MAIL)
    await post_at(port).send(replace(MAIL, text="again"))

    assert len({message["Message-ID"] for message in mailbox.arrived}) == 1


async def test_a_server_that_is_away_is_an_obstacle() -> None:
    with pytest.raises(MailObstacle) as obstacle:
        await post_at(free_port()).send(MAIL)

    assert "client.example" not in str(obstacle.value)


@pytest.mark.parametrize("step", ["recipient_answer", "message_answer"])
@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        ("421 kanariya later", MailObstacle),
        ("499 kanariya later", MailObstacle),
        ("500 kanariya no", MailRefused),
        ("550 kanariya no", MailRefused),
    ],
)
async def test_a_later_is_told_from_a_never(
    mailbox: Mailbox, port: int, step: str, reply: str, trouble: type[Exception]
) -> None:
    setattr(mailbox, step, reply)

    with pytest.raises(trouble) as told:
        await post_at(port).send(MAIL)

    assert "kanariya" not in str(told.value)
    assert told.value.__cause__ is None
    assert mailbox.arrived == []


async def test_credentials_that_nobody_asked_for_are_an_obstacle_and_stay_secret(port: int) -> None:
    with pytest.raises(MailObstacle) as obstacle:
        await post_at(port, smtp_user="desk", smtp_password="kanariya").send(MAIL)

    assert "kanariya" not in str(obstacle.value)


async def test_a_required_encryption_that_the_server_lacks_is_an_obstacle(
    mailbox: Mailbox, port: int
) -> None:
    with pytest.raises(MailObstacle):
        await post_at(port, smtp_start_tls=True).send(MAIL)

    assert mailbox.arrived == []


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "line\r\nBcc: other@client.example"},
        {"subject": "line\nother"},
        {"subject": " "},
        {"recipient": "desk@client.example\r\nBcc: other@client.example"},
        {"recipient": "a@client.example, b@client.example"},
        {"recipient": "desk"},
        {"recipient": "デスク@client.example"},
        {"key": "1>\r\nBcc: other@client.example"},
        {"key": ""},
    ],
)
async def test_a_mail_that_would_forge_headers_is_refused(
    mailbox: Mailbox, port: int, changed: dict[str, Any]
) -> None:
    with pytest.raises(MailRefused):
        await post_at(port).send(replace(MAIL, **changed))

    assert mailbox.arrived == []
