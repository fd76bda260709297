"""The post: one mail to one person over SMTP, with an identity that shows a repetition.

Errors say what kind of trouble it was and never the address, the subject or the server's text.
"""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

import aiosmtplib

from infra.settings import Settings

SEND_SECONDS = 30.0
IMPLICIT_TLS_PORT = 465
PERMANENT = 500
ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[A-Za-z0-9.-]{1,255}")
KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")


class MailObstacle(Exception):
    """The mail could not be handed over now: no connection, a busy server, refused credentials. Try later."""

    code = "mail_obstacle"


class MailRefused(Exception):
    """The mail will never be taken: a bad address, a line break in a header, a final no of the server."""

    code = "mail_refused"


@dataclass(frozen=True)
class OutgoingMail:
    """One mail. `key` is the same for every attempt to send it; from it the Message-ID is made."""

    key: str
    recipient: str
    locale: Literal["ja", "en"]
    subject: str
    text: str
    html: str


def _checked(mail: OutgoingMail) -> None:
    if not KEY.fullmatch(mail.key):
        raise MailRefused("The key of a mail must be 1 to 100 letters, digits, dots, dashes or underscores.")
    if not ADDRESS.fullmatch(mail.recipient) or not mail.recipient.isascii():
        raise MailRefused("The recipient of a mail must be exactly one plain address.")
    if not mail.subject.strip() or not mail.subject.isprintable():
        raise MailRefused("The subject of a mail must be one line of readable text.")


def message_id(key: str, mail_from: str) -> str:
    """The Message-ID of every attempt to send the mail with this key."""
    return f"<{key}@{mail_from.rpartition('@')[2]}>"


def written_message(mail: OutgoingMail, *, mail_from: str, office_name: str) -> EmailMessage:
    """The message as it goes out: text and HTML. Raises MailRefused when the mail can't be one."""
    _checked(mail)
    message = EmailMessage()
    message["From"] = Address(display_name=office_name, addr_spec=mail_from)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = message_id(mail.key, mail_from)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, charset="utf-8", cte="base64")
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = (
        mail.locale
    )  # last: the email package moves earlier Content-* into the text part
    return message


class Post:
    """The way out for mails, as the settings describe it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, mail: OutgoingMail) -> None:
        """Hand the mail to the server; returns when it answered 250.

        Raises MailObstacle (send again later with the same key; it may have arrived) and MailRefused (never).
        """
        message = written_message(
            mail, mail_from=self._settings.mail_from, office_name=self._settings.office_name
        )
        try:
            await self._hand_over(message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as refused:
            raise _judged(refused) from None
        except (aiosmtplib.SMTPException, OSError) as trouble:
            raise MailObstacle(f"The mail server did not take the mail ({type(trouble).__name__}).") from None

    async def _hand_over(self, message: EmailMessage) -> None:
        chosen = self._settings
        password = chosen.smtp_password
        await aiosmtplib.send(
            message,
            hostname=chosen.smtp_host,
            port=chosen.smtp_port,
            username=chosen.smtp_user,
            password=password.get_secret_value() if password else None,
            start_tls=chosen.smtp_start_tls,
            use_tls=chosen.smtp_port == IMPLICIT_TLS_PORT,
            local_hostname=chosen.mail_from.rpartition("@")[2],
            timeout=SEND_SECONDS,
        )


def _judged(
    refused: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError,
) -> MailObstacle | MailRefused:
    if isinstance(refused, aiosmtplib.SMTPRecipientsRefused):
        reply = max(recipient.code for recipient in refused.recipients)
    else:
        reply = refused.code
    if reply < PERMANENT:
        return MailObstacle(f"The mail server asks to come back later (reply {reply}).")
    return MailRefused(f"The mail server refused the mail for good (reply {reply}).")
