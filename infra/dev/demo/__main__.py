"""`make demo`: the sample day on the running stack or one of its own. Exit 0 only if every one arrived."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import httpx2

from infra.dev.background import SupervisorEndedError, place_of, wait_for
from infra.dev.demo.authority import AuthorityDesk
from infra.dev.demo.day import STORIES, People, Story
from infra.dev.demo.visitor import RefusedAtTheDesk, Visitor, eventually
from infra.dev.own_servers import DESK, SERVERS
from infra.dev.place import CLIENT_ID, Place
from infra.dev.services import Stack
from infra.dev.sign_in import SignInRefusedError, obtain_token
from infra.dev.state import is_claimed
from schemas.calendar import JAPAN

HOME = Path(".toritsugi")
RETURN_PATH = "/sign-in/back"
WHO = {
    "client": "supervising-01-1",
    "reviewer": "reviewer-1",
    "second_reviewer": "second-reviewer-1",
    "handler": "handler-1",
    "other_handler": "handler-2",
    "manager": "manager-1",
}
GONE_WRONG = (RefusedAtTheDesk, SignInRefusedError, httpx2.HTTPError, TimeoutError, AssertionError)


def main() -> int:
    """Run the day."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--directory", type=Path, default=HOME)
    chosen = arguments.parse_args()
    if not is_claimed(chosen.directory):
        return asyncio.run(_on_an_own_stack())
    try:
        wait_for(chosen.directory)
    except SupervisorEndedError as ended:
        print(ended)
        return 1
    return play(place_of(chosen.directory))


async def _on_an_own_stack() -> int:
    with tempfile.TemporaryDirectory(prefix="toritsugi-demo-") as folder:
        async with Stack(Path(folder), (*SERVERS, *DESK), sample_office=True) as stack:
            return await asyncio.to_thread(play, stack.place)


def people_of(place: Place) -> People:
    """The sample people, signed in, and the authority."""
    secret = place.secrets.oidc_client_secret
    visitors = {
        role: Visitor(
            place.public_url,
            obtain_token(place.issuer, CLIENT_ID, secret, place.public_url + RETURN_PATH, subject),
            subject,
        )
        for role, subject in WHO.items()
    }
    return People(
        **visitors,
        authority=AuthorityDesk(f"http://127.0.0.1:{place.ports.authority}"),
        today=datetime.now(JAPAN).date(),
    )


def play(place: Place, stories: Sequence[Story] = STORIES) -> int:
    """The stories one after another, whatever became of the one before; prints the progress; answers the exit code."""
    try:
        people = people_of(place)
    except GONE_WRONG as trouble:
        print(f"サインインできません。 / Nobody could sign in: {trouble!r}")
        print("すべて動いていますか。 / Does everything run? python -m infra.dev status")
        return 1
    arrived = sum([_arrives(story, people) for story in stories])
    people.leave()
    print(f"\n{arrived} of {len(stories)} applications arrived where they should / 件が到着")
    print(f"見る / look: {place.public_url}  (manager-1)")
    return 0 if arrived == len(stories) else 1


def _arrives(story: Story, people: People) -> bool:
    began = time.monotonic()
    print(f"\n■ {story.title_ja} / {story.title_en}")
    try:
        number = story.run(people, lambda line: print(f"  {line}"))
        results = eventually(lambda: results_of(people, number), f"{number} closed")
    except GONE_WRONG as trouble:
        print(f"  × 途中で止まりました / stopped on the way: {trouble!r}")
        return False
    if results != dict(story.results):
        print(f"  × {number}: {results} ではなく / instead of {dict(story.results)}")
        return False
    print(f"  ○ {number}: {results}  ({time.monotonic() - began:.1f} s)")
    return True


def results_of(people: People, number: str) -> dict[str, int] | None:
    """The results of a closed application, by kind; None while it is open."""
    shown = people.client.get(f"/v1/applications/{number}")
    if shown["stage"] != "closed":
        return None
    counted: dict[str, int] = {}
    for person in shown["persons"]:
        counted[person["result"]] = counted.get(person["result"], 0) + 1
    return counted


if __name__ == "__main__":
    sys.exit(main())
