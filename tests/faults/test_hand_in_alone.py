"""Handed in while the engine, the worker and the mail are down: the receipt comes at once, all else is made up for."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import pytest

from infra.dev.demo.contents import EXTENSION
from infra.dev.demo.visitor import Json
from tests.journeys.office import Office, message_ids, refusal

AWAY = ("worker", "temporal", "mail")
AT_ONCE = 4


@dataclass
class Alone:
    """What was answered while nobody else was there."""

    number: str
    key: str
    receipt: Json
    within_seconds: float
    at_once: list[Json]
    after_restart: Json
    other_key: tuple[int, str]


@pytest.fixture(scope="module")
def alone(office: Office) -> Iterator[Alone]:
    client, desk, key = office.people.client, office.desk, str(uuid4())
    number = client.complete_application(EXTENSION, 1, office.people.today)["number"]
    for name in AWAY:
        desk.kill(name)
    began = time.monotonic()
    receipt = client.hand_in(number, key=key)
    within = time.monotonic() - began
    with ThreadPoolExecutor(AT_ONCE) as hands:
        at_once = list(hands.map(lambda _: client.hand_in(number, key=key), range(AT_ONCE)))
    desk.kill("api")
    asyncio.run(desk.start("api"))
    after_restart = client.hand_in(number, key=key)
    other = refusal(client.hand_in, number)
    for name in reversed(AWAY):
        asyncio.run(desk.start(name))
    yield Alone(number, key, receipt, within, at_once, after_restart, other)


def test_the_receipt_comes_at_once(alone: Alone) -> None:
    assert alone.receipt["number"] == alone.number
    assert alone.within_seconds < 1.0, alone.within_seconds


def test_the_same_key_gets_the_same_answer_at_once_and_after_a_restart(alone: Alone) -> None:
    assert alone.at_once == [alone.receipt] * AT_ONCE
    assert alone.after_restart == alone.receipt


def test_another_key_does_not_hand_in_again(office: Office, alone: Alone) -> None:
    rounds = office.rows("SELECT count(*) FROM hand_in WHERE number = %s", alone.number)

    assert alone.other_key == (409, "already_handed_in")
    assert rounds == [(1,)]


def test_the_road_is_started_when_the_engine_is_back(office: Office, alone: Alone) -> None:
    task = office.open_task(alone.number, "review")

    assert task["state"] == "open"
    assert office.events(alone.number).count("received") == 1


def test_the_mail_is_sent_when_the_mail_server_is_back(office: Office, alone: Alone) -> None:
    office.open_task(alone.number, "review")

    letters = office.all_told(alone.number)

    assert len(set(message_ids(letters))) == 1


def test_the_same_key_still_gets_the_same_answer_when_the_road_is_under_way(
    office: Office, alone: Alone
) -> None:
    office.open_task(alone.number, "review")

    assert office.people.client.hand_in(alone.number, key=alone.key) == alone.receipt
