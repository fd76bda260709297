"""The scanner's client against a server that speaks clamd's protocol: clean, infected, silent, absent."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.scanner import ClamdScanner, NoScanner, ScannerUnavailableError
from schemas.examination import ScanVerdict
from tests.clamd import SIGNATURE, VERSION, Answering, listening
from tests.corpus import EICAR


class TooLong(Answering):
    def verdict(self, content: bytes) -> bytes:
        return b"INSTREAM size limit exceeded. ERROR\n"


class Broken(Answering):
    def verdict(self, content: bytes) -> bytes:
        return b"stream: Can't allocate memory ERROR\n"


class Silent(Answering):
    def verdict(self, content: bytes) -> bytes:
        return b""


class Mute(Answering):
    def handle(self) -> None:
        self.rfile.read()


@contextmanager
def clamd(answering: type[Answering]) -> Iterator[ClamdScanner]:
    with listening(answering) as (host, port):
        yield ClamdScanner(host, port, answer_within_seconds=2)


def a_file(directory: Path, content: bytes) -> Path:
    (path := directory / "file").write_bytes(content)
    return path


def test_a_clean_file_is_clean_by_a_named_scanner(tmp_path: Path) -> None:
    with clamd(Answering) as scanner:
        scan = scanner.scan(a_file(tmp_path, b"x" * 300_000))

    assert (scan.verdict, scan.scanner) == (ScanVerdict.CLEAN, VERSION.decode())


def test_a_signature_anywhere_in_the_stream_is_infected(tmp_path: Path) -> None:
    with clamd(Answering) as scanner:
        scan = scanner.scan(a_file(tmp_path, b"x" * 65_530 + b"".join(EICAR) + b"x" * 70_000))

    assert (scan.verdict, scan.signature) == (ScanVerdict.INFECTED, SIGNATURE)


@pytest.mark.parametrize("answering", [TooLong, Broken, Silent, Mute])
def test_a_scanner_without_a_verdict_never_means_clean(tmp_path: Path, answering: type[Answering]) -> None:
    with clamd(answering) as scanner, pytest.raises(ScannerUnavailableError):
        scanner.scan(a_file(tmp_path, b"content"))


def test_a_scanner_out_of_reach_never_means_clean(tmp_path: Path) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Answering) as server:
        port = server.server_address[1]

    with pytest.raises(ScannerUnavailableError):
        ClamdScanner("127.0.0.1", port).scan(a_file(tmp_path, b"content"))


def test_without_a_scanner_the_verdict_says_so(tmp_path: Path) -> None:
    assert NoScanner().scan(a_file(tmp_path, b"content")).verdict is ScanVerdict.NOT_SCANNED
