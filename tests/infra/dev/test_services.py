"""The stack as a value: what runs answers, what is killed comes back whole, no foreign process is touched."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from infra.dev.footprints import Footprint
from infra.dev.own_servers import SERVERS
from infra.dev.place import Place, StackSecrets
from infra.dev.ports import Ports, PortTakenError
from infra.dev.services import NotReadyError, Stack
from infra.dev.state import AlreadyRunningError, StackState
from infra.settings import Settings
from tests.infra.dev.running import running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack"), SERVERS) as everything:
        yield everything


def test_every_server_answers_at_its_address(stack: Stack) -> None:
    pages = {name: httpx2.get(stack.address(name)).status_code for name in ("mail", "identity", "authority")}

    with stack.connect("toritsugi") as connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int >= 180000").fetchone()

    assert pages == {"mail": 200, "identity": 200, "authority": 200}
    assert httpx2.get(stack.address("temporal_ui"), follow_redirects=True).status_code == 200
    assert httpx2.get(stack.address("objects")).status_code == 403
    assert row == (True,)


def test_the_environment_is_enough_for_the_settings_of_the_desk(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.settings_env().items():
        monkeypatch.setenv(name, value)

    read = Settings.model_validate({})

    assert read.public_url == stack.place.public_url
    assert read == stack.place.settings()


@pytest.mark.parametrize(
    ("login", "database"), [("owner", "toritsugi"), ("api", "toritsugi"), ("worker", "toritsugi")]
)
def test_each_login_has_its_own_password(stack: Stack, login: str, database: str) -> None:
    secrets = stack.place.secrets.model_dump()
    address = f"host=127.0.0.1 port={stack.place.ports.postgres} user=toritsugi_{login} dbname={database}"

    with psycopg.connect(f"{address} password={secrets[login]}") as connection:
        row = connection.execute("SELECT current_user").fetchone()

    assert row == (f"toritsugi_{login}",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"{address} password={secrets['superuser']}")


def test_postgres_never_runs_as_root(stack: Stack) -> None:
    state = StackState.read(stack.place.directory)

    assert state is not None
    assert Path(f"/proc/{state.children['postgres'].pid}").stat().st_uid != 0


async def test_rows_survive_a_kill_of_the_database(stack: Stack) -> None:
    with stack.connect("toritsugi") as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (1)")

    stack.kill("postgres")
    was_alive = stack.is_alive("postgres")
    await stack.start("postgres")

    with stack.connect("toritsugi") as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    assert not was_alive


async def test_temporal_keeps_its_namespace_through_a_kill(stack: Stack) -> None:
    stack.kill("temporal")
    assert stack.fallen() == ["temporal"]

    await stack.start("temporal")

    assert stack.fallen() == []
    namespace = httpx2.get(f"{stack.address('temporal_http')}/api/v1/namespaces/toritsugi").json()
    assert namespace["config"]["workflowExecutionRetentionTtl"] == f"{90 * 24 * 3600}s"


def test_a_paused_server_is_silent_and_a_resumed_one_answers(stack: Stack) -> None:
    stack.pause("authority")
    try:
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.get(stack.address("authority"), timeout=0.3)
    finally:
        stack.resume("authority")

    assert httpx2.get(stack.address("authority"), timeout=10).status_code == 200


def test_the_secrets_are_for_their_owner_only(stack: Stack) -> None:
    sheet = stack.place.directory / "secrets.json"

    assert sheet.stat().st_mode & 0o777 == 0o600
    assert stack.place.secrets == StackSecrets.kept_in(sheet)
    assert stack.place.secrets.owner not in repr(stack.place)


async def test_a_directory_in_use_is_refused_to_a_second_stack(stack: Stack) -> None:
    with pytest.raises(AlreadyRunningError, match="already running"):
        await Stack(stack.place.directory, {"mail"}).__aenter__()


async def test_a_taken_port_is_named_together_with_its_setting(tmp_path: Path) -> None:
    ports = Ports.free()
    named = rf"{ports.mailbox}.*TORITSUGI_PORT_MAILBOX"

    with socket.create_server(("127.0.0.1", ports.mailbox)), pytest.raises(PortTakenError, match=named):
        await Stack(tmp_path, {"mail"}, ports=ports).__aenter__()

    async with Stack(tmp_path, {"mail"}, ports=ports) as stack:
        assert stack.is_alive("mail")


async def test_a_server_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where a folder belongs")

    with pytest.raises(NotReadyError, match="FileExistsError"):
        await Stack(tmp_path, {"mail"}).__aenter__()


async def test_data_survive_a_clean_stop(tmp_path: Path) -> None:
    async with Stack(tmp_path, {"postgres"}, fast=True) as first:
        with first.connect("toritsugi") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")

    async with Stack(tmp_path, {"postgres"}, fast=True) as second:
        with second.connect("toritsugi") as connection:
            row = connection.execute("SELECT number FROM kept").fetchone()

    assert row == (1,)


async def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.growing" / "base").mkdir(parents=True)

    async with Stack(tmp_path, {"postgres"}, fast=True) as stack:
        assert stack.is_alive("postgres")

    assert not (tmp_path / "postgres.growing").exists()


def test_a_pid_used_by_another_process_is_left_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        mistaken = Footprint(pid=bystander.pid, started="another life")
        exact = Footprint.of(bystander.pid)

        mistaken.end()
        spared = bystander.poll() is None
        exact.end()

        assert spared
        assert bystander.wait(timeout=5) != 0
    assert not exact.alive


def test_a_process_knows_its_own_footprint() -> None:
    mine = Footprint.of(os.getpid())

    assert mine.alive
    assert not Footprint(pid=mine.pid, started=mine.started + "0").alive


def test_free_ports_differ_and_leave_room_for_the_second_door() -> None:
    chosen = list(Ports.free().model_dump().values())

    assert len(set(chosen)) == len(chosen)
    assert max(chosen) < 55_535


def test_who_chooses_at_the_same_moment_gets_other_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.sample", lambda among, many: among[:many])

    first, second = (set(Ports.free().model_dump().values()) for _ in range(2))

    assert first.isdisjoint(second)


def test_a_place_has_one_set_of_secrets_for_life(tmp_path: Path) -> None:
    first, second = (Place.at(tmp_path, Ports()) for _ in range(2))
    elsewhere = Place.at(tmp_path / "elsewhere", Ports())

    assert first.secrets == second.secrets
    assert first.secrets != elsewhere.secrets
