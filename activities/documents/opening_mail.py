"""Opens a mail: what stands outside, the words inside, attachments as files. Runs only inside the limited process.

Nothing is rendered, fetched or believed: HTML becomes text, addresses stay text, archives stay closed.
"""

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import Any

from schemas.examination import JPEG, PDF, PNG

LETTER = "mail.json"
LEAVES_AT_MOST = 300
TEXT_CHARACTERS = 200_000
HEADER_CHARACTERS = 1_000
_MARKS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_UNSHOWN = frozenset({"script", "style", "head", "template", "title"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4"})
_CHARSETS = {"iso-2022-jp": "iso2022_jp_ext", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932"}


def open_mail(request: dict[str, Any]) -> int:
    """Write `mail.json` and one file `part.N` per attachment into `request["into"]`; answers how many parts."""
    into = Path(request["into"])
    message = message_from_bytes(Path(request["path"]).read_bytes())
    texts: list[str] = []
    parts: list[dict[str, Any]] = []
    left_out = 0
    for leaf in islice(_leaves(message), LEAVES_AT_MOST):
        if _is_words(leaf):
            texts.append(_words(leaf))
        elif len(parts) < int(request["parts"]):
            parts.append(_kept(leaf, into / f"part.{len(parts) + 1}"))
        else:
            left_out += 1
    told = {"envelope": _envelope(message), "text": "\n\n".join(texts)[:TEXT_CHARACTERS]}
    whole = json.dumps({**told, "parts": parts, "left_out": left_out}, ensure_ascii=True)
    (into / LETTER).write_text(whole, encoding="utf-8")
    return len(parts)


def _leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _envelope(message: Message) -> dict[str, str]:
    return {
        "sender": _header(message, "From"),
        "recipient": _header(message, "To"),
        "subject": _header(message, "Subject"),
        "sent": _header(message, "Date"),
    }


def _header(message: Message, name: str) -> str:
    raw = str(message.get(name, ""))[: HEADER_CHARACTERS * 8]
    try:
        text = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError):
        text = raw
    return _keepable(" ".join(text.split()))[:HEADER_CHARACTERS]


def _keepable(text: str) -> str:
    """Text that can be stored: no halves of characters, no null."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _is_words(leaf: Message) -> bool:
    is_text = leaf.get_content_type() in ("text/plain", "text/html")
    return is_text and leaf.get_content_disposition() != "attachment"


def _words(leaf: Message) -> str:
    text = _decoded(_payload(leaf), _charset(leaf))
    if leaf.get_content_type() == "text/html":
        text = _told(text)
    return _keepable(text.replace("\r\n", "\n")).strip()[:TEXT_CHARACTERS]


def _payload(leaf: Message) -> bytes:
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _charset(leaf: Message) -> str:
    named = str(leaf.get_content_charset() or "utf-8").lower()
    return _CHARSETS.get(named, named)


def _decoded(content: bytes, charset: str) -> str:
    """As declared, else as Japanese mail is usually written, else with the unreadable marked as such."""
    for tried in (charset, "utf-8", "cp932"):
        try:
            return content.decode(tried)
        except (LookupError, UnicodeError):
            continue
    return content.decode("utf-8", "replace")


def _kept(leaf: Message, path: Path) -> dict[str, Any]:
    content = _payload(leaf)
    path.write_bytes(content)
    media_type = next((kind for mark, kind in _MARKS if content.startswith(mark)), None)
    return {
        "name": _name(leaf),
        "declared": leaf.get_content_type()[:120],
        "media_type": media_type,
        "size_bytes": len(content),
    }


def _name(leaf: Message) -> str:
    try:
        given = str(make_header(decode_header(leaf.get_filename() or "")))
    except (MessageError, LookupError, ValueError, TypeError):
        given = ""
    visible = "".join(each for each in given if each.isprintable()).replace("/", "_").replace("\\", "_")
    return _keepable(visible)[:200]


class _Telling(HTMLParser):
    """Collects the words of a page that a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._hidden += 1
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _told(page: str) -> str:
    telling = _Telling()
    telling.feed(page)
    telling.close()
    lines = (" ".join(line.split()) for line in "".join(telling.words).splitlines())
    return "\n".join(line for line in lines if line)
