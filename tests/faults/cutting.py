"""The line between the worker and the authority: it carries everything, and breaks where and for whom it was told to."""

import json
import re
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.dev.own_servers import DESK, SERVERS
from infra.dev.ports import Ports
from infra.dev.services import Stack

HEAD_ENDS = b"\r\n\r\n"
LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
LOOPBACK = "127.0.0.1"
NEWS = "news"
AT_MOST_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.02
SOME_BYTES = 10


class Cut(StrEnum):
    """Where the line breaks. Most of these look alike from the desk: nobody answered."""

    AT_THE_DOOR = "at_the_door"
    BEFORE_THE_REQUEST = "before_the_request"
    IN_THE_REQUEST = "in_the_request"
    REQUEST_COMES_LATE = "request_comes_late"
    BEFORE_THE_ANSWER = "before_the_answer"
    IN_THE_ANSWER = "in_the_answer"
    ANSWER_NEVER_COMES = "answer_never_comes"
    AFTER_THE_ANSWER = "after_the_answer"


class Line:
    """A line to the server on this port of this machine. `broken` tells for whom it broke, and where."""

    def __init__(self, target_port: int) -> None:
        self.target = (LOOPBACK, target_port)
        self.broken: list[tuple[str, Cut]] = []
        self._told: dict[str, list[Cut]] = {}
        self._lock = threading.Lock()
        self._door = self._opened(0)
        self._port = int(self._door.server_address[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def url(self) -> str:
        """Where the desk finds the authority."""
        return f"http://{LOOPBACK}:{self._port}"

    def break_for(self, about: str, *cuts: Cut) -> None:
        """The next requests about this application, or for the NEWS, meet these cuts, one each."""
        with self._lock:
            self._told.setdefault(about, []).extend(cuts)

    def has_broken_for(self, about: str) -> bool:
        """Whether everything that was to break for it has begun to."""
        with self._lock:
            return not self._told.get(about) and any(whom == about for whom, _ in self.broken)

    @contextmanager
    def down(self) -> Iterator[None]:
        """While this lasts nobody opens at the door: connections are refused."""
        self._close()
        try:
            yield
        finally:
            self._door = self._opened(self._port)

    def next_cut(self, about: str) -> Cut | None:
        """What this request meets; it is noted."""
        with self._lock:
            waiting = self._told.get(about)
            if not waiting:
                return None
            self.broken.append((about, waiting[0]))
            return waiting.pop(0)

    def _opened(self, port: int) -> "_Door":
        door = _Door(self, port)
        threading.Thread(target=door.serve_forever, args=(LOOK_AGAIN_SECONDS,), daemon=True).start()
        return door

    def _close(self) -> None:
        self._door.shutdown()
        self._door.server_close()


class _Door(socketserver.ThreadingTCPServer):
    """The desk's end of the line."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, line: Line, port: int) -> None:
        self.line = line
        super().__init__((LOOPBACK, port), _Carrier)


class _Carrier(socketserver.BaseRequestHandler):
    """One connection of the desk, one request."""

    server: _Door
    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(AT_MOST_SECONDS)
        # Either end may fall at any moment: that is what the line is for.
        with suppress(ConnectionError):
            request = _message(self.request)
            self._carry(request, self.server.line.next_cut(_about(request)))

    def _carry(self, request: bytes, cut: Cut | None) -> None:
        if cut is Cut.BEFORE_THE_REQUEST:
            return
        if cut is Cut.REQUEST_COMES_LATE:
            _until_gone(self.request)
        with socket.create_connection(self.server.line.target, AT_MOST_SECONDS) as authority:
            if cut is Cut.IN_THE_REQUEST:
                authority.sendall(request[: len(request) // 2])
                return
            authority.sendall(request)
            if cut is None:
                _relay(authority, self.request)
            else:
                self._answer(_message(authority), cut)

    def _answer(self, answer: bytes, cut: Cut) -> None:
        if cut is Cut.AFTER_THE_ANSWER:
            self.request.sendall(answer)
        if cut is Cut.IN_THE_ANSWER:
            self.request.sendall(answer[: answer.index(HEAD_ENDS) + SOME_BYTES])
        if cut is Cut.ANSWER_NEVER_COMES:
            _until_gone(self.request)


def killable(directory: Path, ports: Ports, line: Line) -> Stack:
    """A whole desk whose worker finds the authority over this line."""
    return Stack(
        directory,
        (*SERVERS, *DESK),
        ports=ports,
        fast=True,
        sample_office=True,
        authority_line=line.url,
    )


def _message(end: socket.socket) -> bytes:
    """One whole message. Raises ConnectionError when the other end goes before it is whole."""
    read = b""
    while HEAD_ENDS not in read:
        read += _some(end)
    length = LENGTH.search(read)
    whole = read.index(HEAD_ENDS) + len(HEAD_ENDS) + (int(length[1]) if length else 0)
    while len(read) < whole:
        read += _some(end)
    return read


def _some(end: socket.socket) -> bytes:
    some = end.recv(65_536)
    if not some:
        raise ConnectionAbortedError
    return some


def _until_gone(end: socket.socket) -> None:
    """Come back when the other end has given up, or its process has died."""
    with suppress(ConnectionError):
        end.recv(1)


def _relay(authority: socket.socket, desk: socket.socket) -> None:
    """What the authority says goes to the desk, until either has gone."""
    while True:
        ready, _, _ = select.select([authority, desk], [], [], AT_MOST_SECONDS)
        if authority not in ready:
            return
        desk.sendall(_some(authority))


def _about(request: bytes) -> str:
    """The application of a filing; everything else is the news."""
    head, _, body = request.partition(HEAD_ENDS)
    return str(json.loads(body)["application"]) if head.startswith(b"POST /filings") else NEWS
