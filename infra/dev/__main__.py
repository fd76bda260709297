"""The local stack on the command line: `python -m infra.dev up [--detach] | down | status | credentials`."""

import argparse
import json
import sys
from pathlib import Path

import httpx2

from infra.dev import supervisor
from infra.dev.own_servers import DESK, SERVERS
from infra.dev.place import CLIENT_ID, Place
from infra.dev.ports import PortTakenError
from infra.dev.postgres import RightsCannotBeDroppedError
from infra.dev.sample_office import ROLES, load_sample_office
from infra.dev.screen import addresses, table, welcome
from infra.dev.service import ROOT
from infra.dev.services import NotReadyError, Stack
from infra.dev.sign_in import SignInRefusedError, obtain_token
from infra.dev.state import AlreadyRunningError, StackState, is_claimed
from infra.dev.temporal_server import TemporalMissingError
from infra.identity import RETURN_PATH

REFUSALS = (
    PortTakenError,
    AlreadyRunningError,
    NotReadyError,
    RightsCannotBeDroppedError,
    TemporalMissingError,
    SignInRefusedError,
    supervisor.SupervisorEndedError,
)


def main() -> int:
    """Run one command; answers the exit code: 0 done, 1 refused or not running."""
    chosen = _arguments().parse_args()
    directory: Path = chosen.directory.absolute()
    try:
        if chosen.command == "up":
            return _up(directory, detach=chosen.detach, servers_only=chosen.servers_only)
        if chosen.command == "credentials":
            return _credentials(directory, chosen.subject)
        return _down(directory) if chosen.command == "down" else _status(directory)
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.dev", description=__doc__)
    parser.add_argument(
        "--directory", type=Path, default=ROOT / ".toritsugi", help="where the stack keeps its files"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything")
    up.add_argument("--detach", action="store_true", help="come back when everything runs")
    up.add_argument("--servers-only", action="store_true", help="without worker, API and sample office")
    commands.add_parser("down", help="stop everything")
    commands.add_parser("status", help="what runs")
    credentials = commands.add_parser("credentials", help="addresses and a bearer token per role, as JSON")
    credentials.add_argument("--subject", action="append", default=[], help="one more person to sign in")
    return parser


def _up(directory: Path, *, detach: bool, servers_only: bool) -> int:
    if is_claimed(directory):
        print("すでに動いています。 / It is running already.")
    elif detach:
        supervisor.detach(directory, *(["--servers-only"] if servers_only else []))
    else:
        services = SERVERS if servers_only else (*SERVERS, *DESK)
        supervisor.run(
            lambda: Stack(
                directory, services, ports=supervisor.remembered_ports(None), sample_office=not servers_only
            ),
            lambda: print(welcome(_running(directory)), flush=True),
        )
        return 0
    print(welcome(_running(directory)))
    return 0


def _down(directory: Path) -> int:
    ended = supervisor.stop(directory)
    print("止めました / Stopped: " + ", ".join(ended) if ended else "動いていません。 / Nothing runs.")
    return 0


def _status(directory: Path) -> int:
    state = StackState.read(directory)
    print(table(state))
    is_up = state is not None and state.ready and is_claimed(directory)
    if is_up:
        print(welcome(_running(directory)))
    return 0 if is_up else 1


def _credentials(directory: Path, subjects: list[str]) -> int:
    if not is_claimed(directory):
        print(
            "動いていません。make up で起動してください。 / Nothing runs; start it with make up.",
            file=sys.stderr,
        )
        return 1
    place = _running(directory)
    people: dict[str, str] = {role: load_sample_office().with_role(role)[0].subject for role in ROLES}
    people |= {subject: subject for subject in subjects}
    tokens = {role: _token(place, subject) for role, subject in people.items()}
    print(json.dumps({"urls": addresses(place), "people": people, "tokens": tokens}, indent=2))
    return 0


def _token(place: Place, subject: str) -> str:
    try:
        return obtain_token(
            place.issuer, CLIENT_ID, place.secrets.oidc_client_secret, place.public_url + RETURN_PATH, subject
        )
    except httpx2.TransportError as silent:
        raise SignInRefusedError("connection", type(silent).__name__) from silent


def _running(directory: Path) -> Place:
    return Place.at(directory, supervisor.remembered_ports(StackState.read(directory)))


if __name__ == "__main__":
    sys.exit(main())
