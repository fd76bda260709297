"""The process that opens untrusted files holds its bounds, and its end is told apart."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.documents import limited, warm
from activities.documents.limited import (
    Bounds,
    ReaderCrashedError,
    ReaderExhaustedError,
    ReaderFaultError,
    ReaderStalledError,
    run_reader,
)
from activities.documents.warm import Ending, ReaderLostError, WarmReader, end_idle_readers
from schemas.examination import PDF, ExaminationLimits
from tests import corpus

AMPLE = Bounds(memory_bytes=640 << 20, cpu_seconds=60, wall_seconds=120)
LIMITED = """
import socket, subprocess, sys
from activities.documents.reader import limit_this_process
assert limit_this_process({"memory_bytes": 400 << 20, "cpu_seconds": 5, "written_bytes": 1000})
"""


def order(path: Path) -> dict[str, object]:
    return {"path": str(path), "media_type": PDF, "limits": ExaminationLimits().model_dump()}


def inside(act: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED + act]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_clean_file_fits_into_the_bounds(tmp_path: Path) -> None:
    told = run_reader("examine", order(corpus.written(tmp_path, corpus.pdf_with_text())), AMPLE)

    assert told["refusal"] is None
    assert told["limits_enforced"]


def test_too_little_memory_is_exhaustion(tmp_path: Path) -> None:
    path = corpus.written(tmp_path, corpus.picture("PNG", size=(8000, 5000)))
    request = order(path) | {"media_type": "image/png"}

    assert run_reader("examine", request, AMPLE)["refusal"] is None
    with pytest.raises(ReaderExhaustedError):
        run_reader("examine", request, AMPLE._replace(memory_bytes=150 << 20))


def test_too_much_computing_is_exhaustion(tmp_path: Path) -> None:
    path = corpus.written(tmp_path, corpus.picture("PNG", size=(8000, 5000)))
    request = order(path) | {"media_type": "image/png", "into": str(tmp_path / "a"), "page": 1, "dpi": 220}
    request |= {"most_pixels": 40_000_000}

    with pytest.raises(ReaderExhaustedError):
        run_reader("render", request, AMPLE._replace(cpu_seconds=1, written_bytes=50_000_000))


def test_a_machine_too_slow_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ReaderStalledError):
        run_reader(
            "examine", order(corpus.written(tmp_path, corpus.pdf_with_text())), AMPLE._replace(wall_seconds=0)
        )


def test_a_mistake_of_ours_is_told_by_its_class_only(tmp_path: Path) -> None:
    with pytest.raises(ReaderFaultError) as fault:
        run_reader("examine", order(tmp_path / "a person's name.pdf") | {"limits": {"pages": "many"}}, AMPLE)

    assert str(fault.value) == "The reader failed: ValidationError."


def test_the_reader_cannot_reach_the_network() -> None:
    ended = inside("socket.create_connection(('127.0.0.1', 9))")

    assert "ForbiddenActError" in ended.stderr


def test_the_reader_cannot_start_a_program() -> None:
    ended = inside("subprocess.run(['true'])")

    assert "ForbiddenActError" in ended.stderr


def test_the_reader_cannot_take_more_memory() -> None:
    assert inside("bytearray(300 << 20)").returncode == 0
    assert "MemoryError" in inside("bytearray(500 << 20)").stderr


@pytest.mark.parametrize(("written", "code"), [(1000, 0), (1001, 1)])
def test_the_reader_cannot_write_more_than_its_bound(tmp_path: Path, written: int, code: int) -> None:
    target = tmp_path / "out"

    ended = inside(f"from pathlib import Path; Path({str(target)!r}).write_bytes(b'x' * {written})")

    assert ended.returncode == code
    assert target.stat().st_size <= 1000


def test_the_reader_sees_none_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    end_idle_readers()
    monkeypatch.setenv("TORITSUGI_LIMIT_PAGES", "not a number")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "none.py"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "pikepdf.py").write_text("raise SystemExit(9)")

    told = run_reader("examine", order(corpus.written(tmp_path, corpus.pdf_with_text())), AMPLE)

    assert told["refusal"] is None


def test_many_files_are_read_side_by_side(tmp_path: Path) -> None:
    paths = []
    for pages in range(1, 7):
        (folder := tmp_path / str(pages)).mkdir()
        paths.append(corpus.written(folder, corpus.pdf_with_text(pages=pages)))

    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda path: run_reader("examine", order(path), AMPLE), paths))

    assert [report["facts"]["pages"] for report in told] == [1, 2, 3, 4, 5, 6]


def test_a_reader_that_died_while_idle_is_replaced(tmp_path: Path) -> None:
    request = order(corpus.written(tmp_path, corpus.pdf_with_text()))
    run_reader("examine", request, AMPLE)
    reader = warm._idle.get_nowait()
    os.kill(reader._process.pid, signal.SIGKILL)
    reader._process.wait()
    warm._idle.put_nowait(reader)

    assert run_reader("examine", request, AMPLE)["refusal"] is None


def test_a_reader_that_was_killed_is_told_as_lost(tmp_path: Path) -> None:
    reader = WarmReader()
    os.kill(reader._process.pid, signal.SIGKILL)

    with pytest.raises(ReaderLostError):
        reader.run({"task": "examine", "bounds": AMPLE._asdict(), "request": order(tmp_path)}, 30)
    reader.end()


def test_a_fork_killed_from_outside_is_no_fault_of_the_file() -> None:
    with pytest.raises(ReaderStalledError):
        limited._answer(Ending(code=-signal.SIGKILL, answer=None))
    with pytest.raises(ReaderCrashedError):
        limited._answer(Ending(code=-signal.SIGSEGV, answer=None))


def test_a_stalled_reader_is_ended_and_not_used_again(tmp_path: Path) -> None:
    end_idle_readers()

    with pytest.raises(ReaderStalledError):
        run_reader("examine", order(tmp_path), AMPLE._replace(wall_seconds=0))

    assert warm._idle.empty()
