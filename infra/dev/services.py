"""The local stack as one value: start it, break it, ask it for addresses. `make up` and all tests use this.

async with Stack(directory, services=("postgres", "temporal"), fast=True) as stack:
    os.environ.update(stack.settings_env())
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from infra.dev import postgres as postgres_server
from infra.dev.doors import LOOPBACK
from infra.dev.footprints import Footprint
from infra.dev.object_store import objects
from infra.dev.own_servers import (
    DESK,
    MIGRATION,
    SAMPLE_OFFICE,
    SERVERS,
    api,
    authority,
    identity,
    mail,
    worker,
)
from infra.dev.place import DATABASE, Login, Place
from infra.dev.ports import Ports, insist_on_free
from infra.dev.postgres import postgres
from infra.dev.processes import POLL_SECONDS, Child, Command
from infra.dev.service import ROOT, Service, module
from infra.dev.state import Claim, StackState
from infra.dev.temporal_server import temporal

MAKERS: dict[str, Callable[[Place], Service]] = {
    "postgres": postgres,
    "temporal": temporal,
    "objects": objects,
    "mail": mail,
    "identity": identity,
    "authority": authority,
    "worker": worker,
    "api": api,
}
DOORS = {"objects": "s3", "mail": "mailbox"}
WITHOUT_HTTP = frozenset({"postgres", "temporal", "smtp", "imap"})
RESPAWN_AFTER_SECONDS = 0.3
PAUSE_GROWTH, LONGEST_PAUSE_SECONDS = 1.1, 1.0


class NotReadyError(Exception):
    """A server of the stack ended or stayed silent; the message carries the end of its log."""

    def __init__(self, name: str, log: Path, last_words: str) -> None:
        self.name = name
        super().__init__(
            f"{name} が起動しませんでした。記録: {log} / "
            f"{name} did not start. Its log is {log} and ends:\n{last_words}"
        )


class Stack:
    """The chosen servers in one directory. An async context manager; not bound to one event loop.

    `services` are names of MAKERS. Without `ports` free ones are chosen (tests); `fast` gives up
    durability on power loss and lets Temporal skip time. `sample_office` fills the desk once it runs.
    `authority_line` is an address the worker uses instead of the authority's own.
    Raises PortTakenError, AlreadyRunningError, NotReadyError.
    """

    def __init__(
        self,
        directory: Path,
        services: Collection[str] = SERVERS,
        *,
        ports: Ports | None = None,
        fast: bool = False,
        sample_office: bool = False,
        authority_line: str | None = None,
    ) -> None:
        chosen = ports or Ports.free()
        self.place = Place.at(directory, chosen, fast=fast, authority_line=authority_line)
        self._services = {name: MAKERS[name](self.place) for name in MAKERS if name in services}
        self._children: dict[str, Child] = {}
        self._claim: Claim | None = None
        self._with_sample_office = sample_office
        self._is_ready = False

    async def __aenter__(self) -> Self:
        self._claim = Claim(self.place.directory)
        try:
            await self._raise_all()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._together(self.stop, DESK)
            await self._together(self.stop, SERVERS)
        finally:
            if self._claim is not None:
                self._claim.release()
                self._claim = None

    def address(self, name: str) -> str:
        """`http://…` of one door (a field of Ports), or `host:port` where HTTP is not spoken."""
        port: int = getattr(self.place.ports, DOORS.get(name, name))
        return f"{LOOPBACK}:{port}" if name in WITHOUT_HTTP else f"http://{LOOPBACK}:{port}"

    def settings_env(self) -> dict[str, str]:
        """The environment (TORITSUGI_*, TEMPORAL_*) that joins a worker or an API to this stack."""
        return self.place.settings_env()

    def database_url(self, login: Login, database: str = DATABASE) -> str:
        """SQLAlchemy URL of a login: superuser, owner, api or worker."""
        return self.place.database_url(login, database)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A superuser's autocommit connection, to make and drop test databases."""
        return postgres_server.connect(self.place, database=database)

    def failure(self, name: str) -> NotReadyError:
        """The error that tells how a server ended."""
        return NotReadyError(name, self._log(name), self._children[name].last_words())

    def fallen(self) -> list[str]:
        """Names of the servers that ended by themselves."""
        return [name for name, child in self._children.items() if not child.alive]

    def running(self) -> list[str]:
        """Names of the servers that have not ended."""
        return [name for name in self._children if self.is_alive(name)]

    def is_alive(self, name: str) -> bool:
        """Whether the server's process runs (it may still be paused)."""
        return name in self._children and self._children[name].alive

    async def start(self, name: str) -> None:
        """Start one server (again) and wait until it answers; nothing when it runs. Raises NotReadyError."""
        service = self._services[name]
        if self.is_alive(name):
            return
        await asyncio.to_thread(service.prepare)
        for attempt in range(1, service.spawn_attempts + 1):
            self._children[name] = Child(service.command(), self._log(name))
            self._remember()
            if await self._answers(service):
                break
            if attempt == service.spawn_attempts or self.is_alive(name):
                raise self.failure(name)
            await asyncio.sleep(RESPAWN_AFTER_SECONDS)
        await asyncio.to_thread(service.furnish)

    async def stop(self, name: str) -> None:
        """Stop one server cleanly; its files stay."""
        if name in self._children:
            await self._children[name].stop()

    def kill(self, name: str) -> None:
        """SIGKILL the server and everything below it."""
        self._children[name].kill()

    def pause(self, name: str) -> None:
        """SIGSTOP: the server keeps its connections and answers nothing."""
        self._children[name].pause()

    def resume(self, name: str) -> None:
        self._children[name].resume()

    async def run_step(self, *arguments: str) -> None:
        """Run one of our modules to its end in this stack's environment. Raises NotReadyError."""
        name = arguments[0].rpartition(".")[2]
        step = Child(Command(module(*arguments), self.settings_env(), ROOT), self._log(name))
        try:
            while step.alive:
                await asyncio.sleep(POLL_SECONDS)
        finally:
            step.kill()
        if step.exit_code != 0:
            raise NotReadyError(name, self._log(name), step.last_words())

    async def _raise_all(self) -> None:
        left = StackState.read(self.place.directory)
        if left is not None:
            await asyncio.to_thread(left.clean)
        for service in self._services.values():
            insist_on_free(self.place.ports, service.doors)
        await self._together(self._raise, SERVERS)
        await self._together(self.start, DESK)
        if self._with_sample_office:
            await self.run_step(*SAMPLE_OFFICE)
        self._is_ready = True
        self._remember()

    async def _raise(self, name: str) -> None:
        await self.start(name)
        if name == "postgres" and self._chosen(DESK):
            await self.run_step(MIGRATION)

    async def _answers(self, service: Service) -> bool:
        deadline, pause = time.monotonic() + service.ready_within_seconds, POLL_SECONDS
        while self.is_alive(service.name) and time.monotonic() < deadline:
            started_at = self._children[service.name].started_at
            if await asyncio.to_thread(service.answers, self.place.ports, started_at):
                return True
            # Some probes cost as much as a start; asking less often leaves the processor to who is starting.
            await asyncio.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
        return False

    async def _together(self, act: Callable[[str], Awaitable[None]], names: Iterable[str]) -> None:
        ended = await asyncio.gather(*(act(name) for name in self._chosen(names)), return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, BaseException):
                raise outcome

    def _chosen(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name in self._services]

    def _log(self, name: str) -> Path:
        return self.place.directory / "logs" / f"{name}.log"

    def _remember(self) -> None:
        StackState(
            supervisor=Footprint.of(os.getpid()),
            ready=self._is_ready,
            ports=self.place.ports.model_dump(),
            children={name: child.footprint for name, child in self._children.items()},
        ).write(self.place.directory)
