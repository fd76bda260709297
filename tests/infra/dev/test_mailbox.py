"""The local mailbox: what comes in by SMTP can be read back, HTML stays harmless, an outage can be played."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from infra.dev.services import Stack
from tests.infra.dev.running import running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("mail"), {"mail"}) as running_stack:
        yield running_stack


@pytest.fixture
def mailbox(stack: Stack) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=stack.address("mail")) as client:
        yield client


def a_letter(subject: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = (
        "desk@toritsugi.example",
        "clerk@client.example",
        subject,
    )
    letter["X-Toritsugi-Notice"] = "n-1"
    letter.set_content("受け付けました。")
    letter.add_alternative("<p onclick='x()'>受け付けました。</p><script>x()</script>", subtype="html")
    return letter


def send(stack: Stack, letter: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", stack.place.ports.smtp) as post:
        post.send_message(letter)


def test_a_sent_mail_is_read_back_with_headers_text_and_html(stack: Stack, mailbox: httpx2.Client) -> None:
    send(stack, a_letter("受付のお知らせ"))

    newest = mailbox.get("/messages").json()[0]
    letter = mailbox.get(f"/messages/{newest['id']}").json()

    assert newest["subject"] == "受付のお知らせ"
    assert letter["recipients"] == ["clerk@client.example"]
    assert "受け付けました。" in letter["text"]
    assert "<script>" in letter["html"]
    assert ["X-Toritsugi-Notice", "n-1"] in letter["headers"]


def test_the_page_shows_foreign_html_only_inside_a_sandbox(stack: Stack, mailbox: httpx2.Client) -> None:
    send(stack, a_letter("<b>太字</b>"))
    number = mailbox.get("/messages").json()[0]["id"]

    page = mailbox.get(f"/read/{number}")
    inner = mailbox.get(f"/read/{number}/html")

    assert "<script" not in page.text
    assert "<b>太字" not in page.text
    assert '<iframe sandbox=""' in page.text
    assert inner.headers["content-security-policy"].startswith("sandbox;")


def test_a_number_nobody_has_is_not_found(mailbox: httpx2.Client) -> None:
    answers = {
        mailbox.get(path).status_code for path in ("/messages/99999", "/read/99999", "/read/99999/html")
    }

    assert answers == {404}


def test_during_an_outage_mail_is_refused_for_now_and_afterwards_taken(
    stack: Stack, mailbox: httpx2.Client
) -> None:
    mailbox.post("/outage", json={"seconds": 60}).raise_for_status()

    with pytest.raises(smtplib.SMTPResponseException) as refusal:
        send(stack, a_letter("まだ届かない"))
    mailbox.post("/outage", json={"seconds": 0}).raise_for_status()
    send(stack, a_letter("やっと届いた"))

    assert refusal.value.smtp_code == 421
    subjects = [letter["subject"] for letter in mailbox.get("/messages").json()]
    assert "やっと届いた" in subjects
    assert "まだ届かない" not in subjects


def test_mail_survives_a_restart_and_numbers_go_on(tmp_path: Path) -> None:
    with running(tmp_path, {"mail"}) as first:
        send(first, a_letter("昨日"))

    with running(tmp_path, {"mail"}) as second:
        send(second, a_letter("今日"))
        kept = httpx2.get(f"{second.address('mail')}/messages").json()

    assert [(letter["id"], letter["subject"]) for letter in kept] == [(2, "今日"), (1, "昨日")]
