"""The collecting end: one address's letters over IMAP, as much of it as the desk speaks (RFC 3501 with UIDPLUS).

A stand-in for a real mail server on this machine: one folder, two flags, any number of visitors.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

LINE_BYTES = 64_000
CAPABILITIES = "IMAP4rev1 UIDPLUS"
FLAGS = {"\\Flagged": "flagged", "\\Deleted": "deleted"}
GONE = "taken"
STAMPS = 3


class Collection:
    """The letters of one address, with what was done to them. Marks are files beside the letters."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._address = address.encode()

    def numbers(self) -> list[int]:
        """Letters to this address that nobody has taken, oldest first."""
        files = sorted(self._folder.glob("*.eml"))
        return [
            int(file.stem)
            for file in files
            if not self.is_marked(int(file.stem), GONE) and self._is_ours(file)
        ]

    def content(self, number: int) -> bytes:
        """The letter as it was sent, without the sink's stamps."""
        return self._file(number).read_bytes().split(b"\r\n", STAMPS)[STAMPS]

    def mark(self, number: int, mark: str) -> None:
        """Note something of a letter, for good."""
        self._file(number).with_suffix(f".{mark}").touch()

    def is_marked(self, number: int, mark: str) -> bool:
        return self._file(number).with_suffix(f".{mark}").exists()

    def _is_ours(self, file: Path) -> bool:
        with file.open("rb") as letter:
            stamps = b"".join(letter.readline() for _ in range(STAMPS))
        return self._address in stamps

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06d}.eml"


class Visit:
    """One connection of somebody who collects."""

    def __init__(
        self, letters: Collection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._letters = letters
        self._reader = reader
        self._writer = writer

    async def serve(self) -> None:
        """Answer commands until the visitor leaves."""
        self._say("* OK mailbox.example ready")
        try:
            while line := (await self._reader.readline()).decode("utf-8", "replace").strip():
                tag, _, rest = line.partition(" ")
                name, _, arguments = rest.partition(" ")
                if name.upper() == "UID":
                    name, _, arguments = arguments.partition(" ")
                self._answer(tag, name.upper(), arguments)
                await self._writer.drain()
                if name.upper() == "LOGOUT":
                    break
        except (ConnectionError, ValueError):
            return
        finally:
            self._writer.close()

    def _say(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")

    def _answer(self, tag: str, name: str, arguments: str) -> None:
        acts: dict[str, Callable[[str], None]] = {
            "CAPABILITY": self._tell_capabilities,
            "SELECT": self._tell_folder,
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "STORE": self._store,
            "EXPUNGE": self._expunge,
            "LOGIN": lambda _: None,
            "NOOP": lambda _: None,
            "LOGOUT": lambda _: self._say("* BYE"),
        }
        act = acts.get(name)
        if act is None:
            self._say(f"{tag} BAD {name} is not spoken here")
            return
        act(arguments)
        self._say(f"{tag} OK {name} done")

    def _tell_capabilities(self, _: str) -> None:
        self._say(f"* CAPABILITY {CAPABILITIES}")

    def _tell_folder(self, _: str) -> None:
        self._say(f"* {len(self._letters.numbers())} EXISTS")
        self._say("* OK [UIDVALIDITY 1] one for ever")

    def _search(self, arguments: str) -> None:
        unwanted = [mark for flag, mark in FLAGS.items() if f"UN{flag[1:].upper()}" in arguments.upper()]
        found = [
            str(number)
            for number in self._letters.numbers()
            if not any(self._letters.is_marked(number, mark) for mark in unwanted)
        ]
        self._say(" ".join(("* SEARCH", *found)))

    def _fetch(self, arguments: str) -> None:
        chosen, _, items = arguments.partition(" ")
        for place, number in self._numbered(chosen):
            content = self._letters.content(number)
            begins = f"* {place} FETCH (UID {number} RFC822.SIZE {len(content)}"
            if "BODY" not in items.upper():
                self._say(f"{begins})")
                continue
            is_head = "HEADER" in items.upper()
            part = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if is_head else content
            self._say(f"{begins} BODY[{'HEADER' if is_head else ''}] {{{len(part)}}}")
            self._writer.write(part)
            self._say(")")

    def _store(self, arguments: str) -> None:
        chosen, _, flags = arguments.partition(" ")
        for _, number in self._numbered(chosen):
            for flag, mark in FLAGS.items():
                if flag in flags:
                    self._letters.mark(number, mark)

    def _expunge(self, _: str) -> None:
        for place, number in reversed(list(enumerate(self._letters.numbers(), 1))):
            if self._letters.is_marked(number, FLAGS["\\Deleted"]):
                self._letters.mark(number, GONE)
                self._say(f"* {place} EXPUNGE")

    def _numbered(self, chosen: str) -> Iterator[tuple[int, int]]:
        wanted = {int(number) for number in re.findall(r"\d+", chosen)}
        return ((place, n) for place, n in enumerate(self._letters.numbers(), 1) if n in wanted)


async def collecting(letters: Collection, host: str, port: int) -> asyncio.Server:
    """Listen for visitors."""

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Visit(letters, reader, writer).serve()

    return await asyncio.start_server(visited, host, port, limit=LINE_BYTES)
