"""Messages as files: one `.eml` each, numbered as they came; read back as headers, text and HTML."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

REMEMBERED = 5_000


@dataclass(frozen=True)
class Letter:
    """One message as the mailbox shows it. `recipients` are those of the envelope."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    subject: str
    received_at: str
    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    size_bytes: int


class LetterBox:
    """A folder of messages. Numbers start at 1 and are never used twice."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._last = max(self.numbers(), default=0)
        # A message never changes, and taking one apart costs milliseconds: a full box would answer too late.
        self._known = lru_cache(maxsize=REMEMBERED)(self._opened)

    def put(self, content: bytes) -> int:
        """Keep one message; answers its number once the file is complete."""
        self._last += 1
        growing = self._folder / f"{self._last}.growing"
        growing.write_bytes(content)
        growing.replace(self._file(self._last))
        return self._last

    def numbers(self) -> list[int]:
        """Numbers of all messages, oldest first."""
        return sorted(int(file.stem) for file in self._folder.glob("*.eml"))

    def letter(self, number: int) -> Letter | None:
        """One message; None when there is none under this number."""
        return self._known(number) if self._file(number).exists() else None

    def letters(self) -> list[Letter]:
        """All messages, newest first."""
        return [self._known(number) for number in reversed(self.numbers())]

    def _opened(self, number: int) -> Letter:
        return _read(number, self._file(number).read_bytes())

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06d}.eml"


def _read(number: int, content: bytes) -> Letter:
    message = message_from_bytes(content, policy=policy.default)
    return Letter(
        id=number,
        sender=str(message.get("X-Mail-From", "")),
        recipients=tuple(str(message.get("X-Rcpt-To", "")).split(", ")),
        subject=str(message.get("Subject", "")),
        received_at=str(message.get("X-Received-At", "")),
        headers=tuple((name, str(value)) for name, value in message.items()),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        size_bytes=len(content),
    )


def _part(message: EmailMessage, kind: str) -> str | None:
    body = message.get_body(preferencelist=(kind,))
    if body is None:
        return None
    content: str = body.get_content()
    return content
