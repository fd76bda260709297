"""A request under a foreign name is refused before anything is made of it; probes, which know no name, are answered."""

import httpx2
import pytest

from api.host_names import host_name, own_names
from tests.offline import settings_with

FOREIGN = "desk.attacker.example"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("desk.example", "desk.example"),
        ("Desk.Example.:443", "desk.example"),
        ("127.0.0.1:8700", "127.0.0.1"),
        ("[::1]:8700", "[::1]"),
        ("", None),
        ("[", None),
        ("a@127.0.0.1", None),
        ("127.0.0.1/codec", None),
        ("127.0.0.1:123456", None),
    ],
)
def test_a_host_is_a_name_and_perhaps_a_port(host: str, name: str | None) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(
    ("public_url", "further", "names"),
    [
        ("https://desk.example", (), {"desk.example"}),
        ("https://Desk.example:8443", ("desk.internal",), {"desk.example", "desk.internal"}),
        ("http://127.0.0.1:8700", (), {"127.0.0.1", "localhost", "[::1]"}),
    ],
)
def test_the_desk_answers_to_its_public_name_and_in_development_to_the_loopback(
    public_url: str, further: tuple[str, ...], names: set[str]
) -> None:
    assert own_names(settings_with(public_url=public_url, further_hosts=further)) == names


@pytest.mark.parametrize("host", [FOREIGN, f"{FOREIGN}:8700", "[", "a@127.0.0.1", "x/codec/decode?", ""])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_a_request_under_a_foreign_name_is_refused(
    http: httpx2.AsyncClient, host: str, accept: str
) -> None:
    answers = [
        await http.get(path, headers={"Host": host, "Accept": accept}) for path in ("/", "/sign-in", "/v1/me")
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(421, "foreign_host")}
    assert all(host not in each.text for each in answers if host == FOREIGN)


async def test_the_desk_is_open_under_its_own_name_and_on_the_loopback(http: httpx2.AsyncClient) -> None:
    answers = [await http.get("/"), await http.get("/", headers={"Host": "localhost:8700"})]

    assert [each.status_code for each in answers] == [200, 200]


@pytest.mark.parametrize(("host", "status"), [("10.0.0.7:8700", 200), ("[", 421)])
async def test_a_probe_that_asks_by_number_is_answered(
    http: httpx2.AsyncClient, host: str, status: int
) -> None:
    assert (await http.get("/health/live", headers={"Host": host})).status_code == status
