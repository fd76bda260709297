"""The servers that are programs of ours: mailbox, sign-in, authorities, and the desk's two processes."""

from collections.abc import Callable

from infra.dev.place import CLIENT_ID, Place
from infra.dev.processes import Command
from infra.dev.sample_office import SHEET
from infra.dev.service import ROOT, Service, module
from infra.dev.temporal_server import asks_for_work

STARTS_WITHIN_SECONDS, STOPS_AFTER_SECONDS = 90.0, 15.0


def mail(place: Place) -> Service:
    """The SMTP sink, its mailbox page, and the mailbox that authorities write to."""
    doors = ("mailbox", "smtp", "imap")
    return Service("mail", doors, _of("infra.dev.mailbox", place, *doors, directory="mail"))


def identity(place: Place) -> Service:
    """The OpenID Connect provider with the sample people."""
    flags = (*_flags(place, "identity"), "--client-id", CLIENT_ID)
    files = ("--key-file", str(place.directory / "identity.pem"), "--secrets", str(place.secrets_file))
    argv = module("infra.dev.identity_provider", *flags, *files)
    return Service("identity", ("identity",), lambda: Command(argv, directory=ROOT))


def authority(place: Place) -> Service:
    """The simulator of the authorities."""
    return Service(
        "authority",
        ("authority",),
        _of("infra.dev.authority", place, "authority", directory="authority.sqlite"),
    )


def worker(place: Place) -> Service:
    """The desk's worker; it has no door, but the workflow server knows who asks it for work."""
    return Service(
        "worker",
        (),
        lambda: _desk("worker", place),
        ready=lambda started_at: asks_for_work(place, started_at),
        ready_within_seconds=STARTS_WITHIN_SECONDS,
    )


def api(place: Place) -> Service:
    """The desk's front desk."""
    return Service("api", ("api",), lambda: _desk("api", place), ready_within_seconds=STARTS_WITHIN_SECONDS)


SERVERS: tuple[str, ...] = ("postgres", "temporal", "objects", "mail", "identity", "authority")
DESK: tuple[str, ...] = ("worker", "api")
MIGRATION = "infra.database.migrate"
SAMPLE_OFFICE = ("api.directory", str(SHEET))


def _desk(name: str, place: Place) -> Command:
    return Command(module(name), place.settings_env(), ROOT, stop_within_seconds=STOPS_AFTER_SECONDS)


def _of(name: str, place: Place, *doors: str, directory: str) -> Callable[[], Command]:
    argv = module(name, *_flags(place, *doors), "--store", str(place.directory / directory))
    return lambda: Command(argv, directory=ROOT)


def _flags(place: Place, *doors: str) -> tuple[str, ...]:
    return tuple(part for name in doors for part in (f"--{name}-port", str(getattr(place.ports, name))))
