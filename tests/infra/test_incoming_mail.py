"""Incoming mail: what was sent is offered until it is taken; trouble has a name and tells nothing."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from infra.dev.doors import RESULTS_ADDRESS
from infra.dev.services import Stack
from infra.incoming_mail import MailboxObstacle, opened_mailbox
from infra.settings import Settings
from tests.infra.dev.running import running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("mail"), {"mail"}) as running_stack:
        yield running_stack


@pytest.fixture
def settings(stack: Stack) -> Settings:
    chosen = stack.place.settings()
    with opened_mailbox(chosen) as mailbox:
        for each in mailbox.waiting():
            mailbox.take(each.uid)
    return chosen


def send(stack: Stack, subject: str, *, to: str = RESULTS_ADDRESS, body: str = "受付完了") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "portal@authority.example", to, subject
    mail.set_content(body, cte="base64")
    with smtplib.SMTP("127.0.0.1", stack.place.ports.smtp) as post:
        post.send_message(mail)
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


def test_a_mail_is_given_out_byte_for_byte_until_it_is_taken(stack: Stack, settings: Settings) -> None:
    sent = send(stack, "first")

    with opened_mailbox(settings) as mailbox:
        offered = mailbox.waiting()
        raw = mailbox.fetch(offered[0].uid)
    with opened_mailbox(settings) as mailbox:
        again = mailbox.waiting()
        mailbox.take(again[0].uid)
        afterwards = mailbox.waiting()

    assert raw == sent
    assert offered[0].size_bytes == len(sent)
    assert offered == again
    assert afterwards == ()


def test_mail_for_others_is_not_ours(stack: Stack, settings: Settings) -> None:
    send(stack, "theirs", to="clerk@client.example")

    with opened_mailbox(settings) as mailbox:
        assert mailbox.waiting() == ()


def test_the_oldest_come_first(stack: Stack, settings: Settings) -> None:
    for subject in ("one", "two", "three"):
        send(stack, subject)

    with opened_mailbox(settings) as mailbox:
        heads = [mailbox.fetch_head(each.uid) for each in mailbox.waiting()]

    assert [word in head for word, head in zip((b"one", b"two", b"three"), heads, strict=True)] == [True] * 3
    assert all(head.endswith(b"\r\n\r\n") for head in heads)


def test_what_is_set_aside_stays_there_and_is_not_offered_again(stack: Stack, settings: Settings) -> None:
    send(stack, "aside")

    with opened_mailbox(settings) as mailbox:
        uid = mailbox.waiting()[0].uid
        mailbox.set_aside(uid)
        offered = mailbox.waiting()
        still_there = mailbox.fetch(uid)

    assert offered == ()
    assert b"aside" in still_there


def test_a_mail_of_twenty_megabytes_comes_through(stack: Stack, settings: Settings) -> None:
    sent = send(stack, "heavy", body="あ" * 5_000_000)

    with opened_mailbox(settings) as mailbox:
        offered = mailbox.waiting()
        raw = mailbox.fetch(offered[0].uid)

    assert len(sent) > 20_000_000
    assert raw == sent


def test_a_mail_that_went_meanwhile_is_an_obstacle_and_no_empty_mail(settings: Settings) -> None:
    with opened_mailbox(settings) as mailbox, pytest.raises(MailboxObstacle):
        mailbox.fetch("999999")


@pytest.mark.parametrize("port", [9, 0])
def test_a_closed_door_is_an_obstacle(settings: Settings, port: int) -> None:
    away = settings.model_copy(update={"imap_port": port})

    with pytest.raises(MailboxObstacle) as met, opened_mailbox(away):
        pass

    assert met.value.code == "mailbox_obstacle"


@pytest.mark.parametrize(
    "answers",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"* OK hello\r\n",
        b"* OK hello\r\nrubbish\r\n" * 3,
        b"* PREAUTH \xff\r\n",
    ],
)
def test_a_server_that_is_none_is_an_obstacle_that_quotes_nothing(settings: Settings, answers: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            visitor, _ = door.accept()
            with visitor:
                visitor.sendall(answers)

        talking = threading.Thread(target=answer)
        talking.start()
        secret = {"imap_port": door.getsockname()[1], "imap_password": SecretStr("hunter2")}
        with pytest.raises(MailboxObstacle) as met, opened_mailbox(settings.model_copy(update=secret)):
            pass
        talking.join()

    assert "hunter2" not in str(met.value)
    assert RESULTS_ADDRESS not in str(met.value)


def test_a_mailbox_that_wants_encryption_is_not_spoken_to_in_plain(settings: Settings) -> None:
    with pytest.raises(MailboxObstacle), opened_mailbox(settings.model_copy(update={"imap_tls": True})):
        pass
