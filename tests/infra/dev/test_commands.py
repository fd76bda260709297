"""The stack from the command line: up, found again, killed, cleaned, down."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import httpx2
import pytest

from api.desk import SIGN_IN_RETURN_PATH
from infra.dev import __main__ as command_line
from infra.dev.background import SupervisorEndedError, wait_for
from infra.dev.demo.__main__ import play
from infra.dev.doors import answers
from infra.dev.footprints import Footprint
from infra.dev.place import Place
from infra.dev.ports import PREFIX, Ports
from infra.dev.state import Claim, StackState, is_claimed

Run = Callable[..., subprocess.CompletedProcess[str]]
STARTED = ("mailbox", "smtp", "imap", "identity", "authority")
"""The doors of the servers that are started here; a door nobody opened here may be somebody else's."""


@pytest.fixture
def ports() -> Ports:
    return Ports.free()


@pytest.fixture
def environment(ports: Ports) -> dict[str, str]:
    chosen = {f"{PREFIX}{name.upper()}": str(port) for name, port in ports.model_dump().items()}
    return {**os.environ, **chosen}


@pytest.fixture
def dev(tmp_path: Path, environment: dict[str, str]) -> Run:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.dev", "--directory", str(tmp_path), *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def state_of(directory: Path) -> StackState:
    state = StackState.read(directory)
    assert state is not None
    return state


def test_a_stack_is_started_found_described_and_stopped(dev: Run, tmp_path: Path, ports: Ports) -> None:
    before = dev("status").returncode
    up = dev("up", "--detach", "--services", "mail,identity,authority")
    again = dev("up")
    status = dev("status")
    credentials = dev("credentials", "--subject", "company-01-1")
    down = dev("down")
    after = dev("status").returncode

    assert (before, up.returncode, again.returncode, status.returncode, down.returncode, after) == (
        1,
        0,
        0,
        0,
        0,
        1,
    )
    assert f"http://127.0.0.1:{ports.authority}" in up.stdout
    assert "running already" in again.stdout
    told = json.loads(credentials.stdout)
    assert told["urls"]["mailbox"] == f"http://127.0.0.1:{ports.mailbox}"
    assert set(told["tokens"]) == {*told["people"]} >= {"client", "handler", "company-01-1"}
    assert not any(answers(getattr(ports, door)) for door in STARTED)
    assert not is_claimed(tmp_path)


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[StackState]:
    """A stack that this process has begun to start: claimed, nothing of it answers yet."""
    claim = Claim(tmp_path)
    state = StackState(supervisor=Footprint.of(os.getpid()), ports=Ports.free().model_dump())
    state.write(tmp_path)
    yield state
    claim.release()


@pytest.mark.parametrize("arguments", [("up",), ("run", "this")])
def test_who_comes_while_it_starts_waits_until_it_answers(
    begun: StackState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "argv", ["infra.dev", "--directory", str(tmp_path), *arguments])
    with ThreadPoolExecutor(1) as another:
        coming = another.submit(command_line.main)
        came_early, _ = wait([coming], timeout=0.3)
        begun.model_copy(update={"ready": True}).write(tmp_path)

        code = coming.result(timeout=30)

    assert (came_early, code) == (set(), 0)


@pytest.mark.usefixtures("begun")
def test_who_is_interrupted_while_it_starts_ends_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["infra.dev", "--directory", str(tmp_path), "run", "this"])
    monkeypatch.setattr(time, "sleep", interrupted)

    assert command_line.main() == 130


def test_what_a_dead_supervisor_left_has_not_started(begun: StackState) -> None:
    dead = Footprint(pid=os.getpid(), started="before")

    assert begun.model_copy(update={"ready": True}).has_started
    assert not begun.model_copy(update={"ready": True, "supervisor": dead}).has_started


def test_a_stack_that_ends_while_it_starts_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(SupervisorEndedError, match="make up"):
        wait_for(tmp_path)


@pytest.mark.parametrize(
    ("ready", "children", "told"),
    [
        (False, {}, "It is being started"),
        (True, {"api": Footprint(pid=1, started="never")}, "api は再起動しているところです"),
    ],
)
def test_a_stack_that_does_not_wholly_run_yet_is_not_told_to_be_down(
    begun: StackState,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    ready: bool,
    children: dict[str, Footprint],
    told: str,
) -> None:
    begun.model_copy(update={"ready": ready, "children": children}).write(tmp_path)
    monkeypatch.setattr(sys, "argv", ["infra.dev", "--directory", str(tmp_path), "status"])

    code = command_line.main()

    printed = capsys.readouterr().out
    assert (code, told in printed, "Nothing runs" in printed) == (1, True, False)


def test_a_sample_day_where_nobody_can_sign_in_ends_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = play(Place.at(tmp_path, Ports.free()))

    assert code == 1
    assert "python -m infra.dev status" in capsys.readouterr().out


def test_the_browser_returns_where_the_desk_expects_it() -> None:
    assert command_line.RETURN_PATH == SIGN_IN_RETURN_PATH


def test_an_unknown_service_is_refused_before_anything_starts(dev: Run, tmp_path: Path) -> None:
    refused = dev("up", "--services", "postgres,mainframe")

    assert refused.returncode == 2
    assert "mainframe" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_supervisor_left_is_cleaned_by_the_next_start_and_by_down(
    dev: Run, tmp_path: Path
) -> None:
    dev("up", "--detach", "--services", "postgres,mail")
    first = state_of(tmp_path)

    os.kill(first.supervisor.pid, signal.SIGKILL)
    orphans_lived = all(child.alive for child in first.children.values())
    up = dev("up", "--detach", "--services", "postgres,mail")
    first_is_gone = not any(child.alive for child in first.children.values())
    second = state_of(tmp_path)
    os.kill(second.supervisor.pid, signal.SIGKILL)
    down = dev("down")

    assert orphans_lived
    assert up.returncode == 0
    assert first_is_gone
    assert "mail, postgres" in down.stdout
    assert not any(child.alive for child in second.children.values())


def test_control_c_stops_everything_and_a_fallen_server_comes_back_before(
    environment: dict[str, str], tmp_path: Path, ports: Ports
) -> None:
    command = [
        sys.executable,
        "-m",
        "infra.dev",
        "--directory",
        str(tmp_path),
        "up",
        "--logs",
        "--services",
        "postgres,authority",
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as foreground:
        wait_until(lambda: (StackState.read(tmp_path) or NOT_YET).ready)
        fallen = state_of(tmp_path).children["authority"]
        os.kill(fallen.pid, signal.SIGKILL)
        wait_until(lambda: state_of(tmp_path).children["authority"] != fallen and answers(ports.authority))
        mended = httpx2.get(f"http://127.0.0.1:{ports.authority}/ledger").status_code

        foreground.send_signal(signal.SIGINT)
        said, _ = foreground.communicate(timeout=60)

    assert mended == 200
    assert foreground.returncode == 0
    assert "authority ended and is started again" in said
    assert "postgres  | " in said
    assert not any(child.alive for child in state_of(tmp_path).children.values())


def test_a_refusal_is_one_message_and_exit_code_one(dev: Run) -> None:
    silent = dev("credentials")

    assert silent.returncode == 1
    assert "make up" in silent.stderr
    assert "Traceback" not in silent.stderr


NOT_YET = StackState.model_validate({"supervisor": {"pid": 1, "started": "never"}})


def wait_until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.1)
