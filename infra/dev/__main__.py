"""The local stack on the command line: `python -m infra.dev up [--detach] | down | status | credentials | run`."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2

from infra.dev import background
from infra.dev.place import CLIENT_ID, Place
from infra.dev.sample_office import ROLES, load_sample_office
from infra.dev.screen import addresses, table, welcome
from infra.dev.service import ROOT, module
from infra.dev.sign_in import SignInRefusedError, obtain_token
from infra.dev.state import StackState, is_claimed

EVERYTHING = ("postgres", "temporal", "objects", "mail", "identity", "authority", "worker", "api")
RETURN_PATH = "/sign-in/back"
IT_STARTS = "起動しているところです。 / It is being started."
NOTHING_RUNS = "動いていません。起動する: make up / Nothing runs. Start it with make up."


def main() -> int:
    """Run one command; answers the exit code: 0 done, 1 refused or not running, 130 interrupted."""
    chosen = _arguments().parse_args()
    directory: Path = chosen.directory.absolute()
    try:
        if chosen.command == "up":
            return _up(directory, chosen.services, detach=chosen.detach, tells_logs=chosen.logs)
        if chosen.command == "credentials":
            return _credentials(directory, chosen.subject)
        if chosen.command == "run":
            return _run(directory, chosen.module, chosen.arguments)
        return _down(directory) if chosen.command == "down" else _status(directory)
    except (SignInRefusedError, background.SupervisorEndedError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.dev", description=__doc__)
    parser.add_argument(
        "--directory", type=Path, default=ROOT / ".toritsugi", help="where the stack keeps its files"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything")
    up.add_argument("--detach", action="store_true", help="come back when everything runs")
    up.add_argument(
        "--logs", action="store_true", help="in the foreground: also print what every server logs"
    )
    up.add_argument(
        "--services", type=_services, default=",".join(EVERYTHING), help="only these, comma between"
    )
    commands.add_parser("down", help="stop everything")
    commands.add_parser("status", help="what runs; exit code 1 when not everything does")
    credentials = commands.add_parser("credentials", help="addresses and a bearer token per role, as JSON")
    credentials.add_argument("--subject", action="append", default=[], help="one more person to sign in")
    run = commands.add_parser("run", help="run one of our modules beside the stack, with its settings")
    run.add_argument("module", help="as in `run activities.ledger.auditing`")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="what the module is given")
    return parser


def _services(text: str) -> str:
    unknown = set(text.split(",")) - set(EVERYTHING)
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not among {', '.join(EVERYTHING)}")
    return text


def _up(directory: Path, services: str, *, detach: bool, tells_logs: bool) -> int:
    if is_claimed(directory):
        print("すでに動いています。 / It is running already.")
        background.wait_for(directory)
    elif detach:
        background.detach(directory, services)
    else:
        command = (*background.keeper(directory, services), *(("--logs",) if tells_logs else ()))
        os.chdir(ROOT)
        os.execv(command[0], command)  # noqa: S606 - this very interpreter, without a shell
    print(welcome(background.place_of(directory)))
    return 0


def _down(directory: Path) -> int:
    ended = background.stop(directory)
    print(f"止めました。 / Stopped: {', '.join(ended)}" if ended else NOTHING_RUNS)
    return 0


def _status(directory: Path) -> int:
    state = StackState.read(directory)
    if state is not None:
        print(table(state))
    if not is_claimed(directory):
        print(NOTHING_RUNS)
    elif state is None or not state.has_started:
        print(IT_STARTS)
    elif fallen := [name for name, child in state.children.items() if not child.alive]:
        print(f"{', '.join(fallen)} は再起動しているところです。 / is being started again.")
    else:
        print(welcome(background.place_of(directory)))
        return 0
    return 1


def _run(directory: Path, name: str, arguments: list[str]) -> int:
    if not is_claimed(directory):
        print(NOTHING_RUNS, file=sys.stderr)
        return 1
    background.wait_for(directory)
    environment = os.environ | background.place_of(directory).settings_env()
    return subprocess.run(module(name, *arguments), env=environment, check=False).returncode


def _credentials(directory: Path, subjects: list[str]) -> int:
    if not is_claimed(directory):
        print(NOTHING_RUNS, file=sys.stderr)
        return 1
    place = background.place_of(directory)
    people: dict[str, str] = {role: load_sample_office().with_role(role)[0].subject for role in ROLES}
    people |= {subject: subject for subject in subjects}
    tokens = {role: _token(place, subject) for role, subject in people.items()}
    print(json.dumps({"urls": addresses(place), "people": people, "tokens": tokens}, indent=2))
    return 0


def _token(place: Place, subject: str) -> str:
    secret = place.secrets.oidc_client_secret
    try:
        return obtain_token(place.issuer, CLIENT_ID, secret, place.public_url + RETURN_PATH, subject)
    except httpx2.TransportError as silent:
        raise SignInRefusedError("connection", type(silent).__name__) from silent


if __name__ == "__main__":
    sys.exit(main())
