"""A server that speaks clamd's protocol and knows one signature: EICAR's."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.corpus import EICAR

VERSION = b"ClamAV 1.4.6/27000/Sun Nov 22 2026"
SIGNATURE = "Win.Test.EICAR_HDB-1"


class Answering(socketserver.StreamRequestHandler):
    """Commands end with a line feed; a stream is pieces of (length, bytes) ended by a length of zero."""

    def handle(self) -> None:
        command = self.rfile.readline().strip()
        if command == b"nVERSION":
            self.wfile.write(VERSION + b"\n")
        elif command == b"nINSTREAM":
            self.wfile.write(self.verdict(self.streamed()))

    def streamed(self) -> bytes:
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
        return content

    def verdict(self, content: bytes) -> bytes:
        found = b"".join(EICAR) in content
        return f"stream: {SIGNATURE} FOUND\n".encode() if found else b"stream: OK\n"


@contextmanager
def listening(answering: type[Answering] = Answering) -> Iterator[tuple[str, int]]:
    """The host and port where it answers."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), answering) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        host, port = server.server_address[:2]
        yield str(host), int(port)
        server.shutdown()
