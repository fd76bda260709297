"""Incoming mail over IMAP: every mail stays in the mailbox until the desk has kept it and says so.

Plain synchronous `imaplib`; callers use threads. Errors name the kind of trouble, never an address or a server's text.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from infra.settings import Settings

ANSWER_SECONDS = 30.0
WAITING_AT_MOST = 50
SIZE = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)", re.DOTALL)


class MailboxObstacle(Exception):
    """The mailbox can't be read now: no connection, refused credentials, an answer nobody understands. Try later."""

    code = "mailbox_obstacle"


@dataclass(frozen=True)
class WaitingMail:
    """A mail in the mailbox: its id there and how long it is."""

    uid: str
    size_bytes: int


class Mailbox:
    """An open mailbox. A mail is gone from it only after `take`; one that is set aside is not offered again."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection

    def waiting(self) -> tuple[WaitingMail, ...]:
        """The oldest mails nobody has taken or set aside; some at a time. Raises MailboxObstacle."""
        found = self._asked("SEARCH", "UNFLAGGED", "UNDELETED")
        uids = sorted(int(uid) for line in found if isinstance(line, bytes) for uid in line.split())
        if not uids:
            return ()
        chosen = [str(uid) for uid in uids[:WAITING_AT_MOST]]
        sizes = _sizes(self._asked("FETCH", ",".join(chosen), "(UID RFC822.SIZE)"))
        return tuple(WaitingMail(uid, sizes[uid]) for uid in chosen if uid in sizes)

    def fetch(self, uid: str) -> bytes:
        """The whole mail as it came; it stays unread in the mailbox. Raises MailboxObstacle."""
        return self._content(uid, "(BODY.PEEK[])")

    def fetch_head(self, uid: str) -> bytes:
        """What stands above the words of a mail. Raises MailboxObstacle."""
        return self._content(uid, "(BODY.PEEK[HEADER])")

    def take(self, uid: str) -> None:
        """Remove a mail that is safely kept elsewhere. Raises MailboxObstacle."""
        self._asked("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._connection.capabilities:
            self._asked("EXPUNGE", uid)
        else:
            _insist(self._guarded(self._connection.expunge)[0])

    def set_aside(self, uid: str) -> None:
        """Leave a mail where it is, marked for a person. Raises MailboxObstacle."""
        self._asked("STORE", uid, "+FLAGS.SILENT", r"(\Flagged)")

    def _content(self, uid: str, what: str) -> bytes:
        for line in self._asked("FETCH", uid, what):
            if isinstance(line, tuple):
                return bytes(line[1])
        raise MailboxObstacle("The mailbox no longer has a mail that it offered.")

    def _asked(self, command: str, *arguments: str) -> list[Any]:
        outcome, lines = self._guarded(self._connection.uid, command, *arguments)
        _insist(outcome)
        return [line for line in lines if line is not None]

    def _guarded(self, act: Any, *arguments: str) -> tuple[str, list[Any]]:
        try:
            answer: tuple[str, list[Any]] = act(*arguments)
        except (imaplib.IMAP4.error, OSError) as trouble:
            raise _obstacle(trouble) from None
        return answer


def _insist(outcome: str) -> None:
    if outcome != "OK":
        raise MailboxObstacle("The mail server refused a command.")


def _sizes(lines: list[Any]) -> dict[str, int]:
    sizes = {}
    for line in lines:
        found = SIZE.search(line[0] if isinstance(line, tuple) else line)
        if found is not None:
            uid, size_bytes = (found[1], found[2]) if found[1] else (found[4], found[3])
            sizes[uid.decode()] = int(size_bytes)
    return sizes


def _obstacle(trouble: Exception) -> MailboxObstacle:
    return MailboxObstacle(f"The mailbox could not be read ({type(trouble).__name__}).")


@contextmanager
def opened_mailbox(settings: Settings) -> Iterator[Mailbox]:
    """Sign in and open the folder of the settings; sign out afterwards. Raises MailboxObstacle."""
    mailbox, leave = open_mailbox(settings)
    try:
        yield mailbox
    finally:
        leave()


def open_mailbox(settings: Settings) -> tuple[Mailbox, Any]:
    """The same for callers that hold it across threads: the mailbox, and how to leave it."""
    password = settings.imap_password
    try:
        connection = _connection(settings)
        connection.login(settings.imap_user, password.get_secret_value() if password else "")
        outcome, _ = connection.select(_quoted(settings.imap_folder))
    except (imaplib.IMAP4.error, OSError) as trouble:
        raise _obstacle(trouble) from None
    if outcome != "OK":
        raise MailboxObstacle("The mail server has no folder of that name.")
    return Mailbox(connection), lambda: _leave(connection)


def _connection(settings: Settings) -> imaplib.IMAP4:
    host, port = settings.imap_host or "", settings.imap_port
    if settings.imap_tls:
        trusted = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, port, ssl_context=trusted, timeout=ANSWER_SECONDS)
    return imaplib.IMAP4(host, port, timeout=ANSWER_SECONDS)


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _leave(connection: imaplib.IMAP4) -> None:
    with suppress(imaplib.IMAP4.error, OSError):
        connection.logout()
