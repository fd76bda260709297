"""The whole house as `make up` starts it: migrated, staffed, open to people and machines, its worker listening."""

import subprocess

import httpx2
import pytest

from infra.dev.__main__ import EVERYTHING, RETURN_PATH
from infra.dev.place import CLIENT_ID
from infra.dev.service import module
from infra.dev.services import MAKERS, Stack
from infra.dev.sign_in import obtain_token


@pytest.fixture
def house(whole_desk: Stack) -> Stack:
    return whole_desk


def test_the_commands_know_every_service() -> None:
    assert set(EVERYTHING) == set(MAKERS)


@pytest.mark.parametrize(
    ("subject", "role"),
    [
        ("supervising-01-1", "client"),
        ("reviewer-1", "reviewer"),
        ("handler-1", "handler"),
        ("manager-1", "manager"),
    ],
)
def test_a_sample_person_is_known_to_the_desk_in_the_right_role(
    house: Stack, subject: str, role: str
) -> None:
    place = house.place
    token = obtain_token(
        place.issuer, CLIENT_ID, place.secrets.oidc_client_secret, place.public_url + RETURN_PATH, subject
    )

    answer = httpx2.get(f"{place.public_url}/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200
    assert role in answer.json()["roles"]


def test_a_stranger_is_not_let_in(house: Stack) -> None:
    assert httpx2.get(f"{house.place.public_url}/v1/me").status_code == 401


def test_a_person_signs_in_with_the_browser_and_is_brought_back(house: Stack) -> None:
    with httpx2.Client(follow_redirects=False) as browser:
        to_issuer = browser.get(f"{house.place.public_url}/sign-in").headers["location"]
        back_to_desk = browser.post(to_issuer, data={"sub": "reviewer-1"}).headers["location"]
        arrived = browser.get(back_to_desk)
        me = browser.get(f"{house.place.public_url}/v1/me")

    assert back_to_desk.startswith(house.place.public_url + RETURN_PATH)
    assert arrived.status_code == 303
    assert (me.status_code, me.json()["id"]) == (200, "reviewer-1")


def test_a_module_is_run_beside_the_stack_with_its_settings(house: Stack) -> None:
    asked = ("--directory", str(house.place.directory), "run", "activities.ledger.auditing", "T26-00000000")

    ran = subprocess.run(module("infra.dev", *asked), capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "1 applications audited, 1 broken" in ran.stdout


async def test_a_killed_worker_is_ready_again_only_when_it_listens(house: Stack) -> None:
    try:
        house.kill("worker")
        fallen = house.fallen()
    finally:
        await house.start("worker")

    assert fallen == ["worker"]
    assert house.fallen() == []


async def test_the_steps_before_opening_may_be_repeated(house: Stack) -> None:
    before = rows(house)

    await house.run_step("infra.database.migrate")
    await house.run_step("api.directory", "infra/dev/sample_office.toml")

    assert rows(house) == before


def rows(house: Stack) -> list[tuple[object, ...]]:
    with house.connect("toritsugi") as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM organisation)"
        ).fetchall()
