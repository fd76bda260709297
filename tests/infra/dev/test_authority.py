"""The simulator of the authorities, over HTTP: what it takes, how it decides, and each of its moods."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx2
import pytest

from tests.infra.dev.running import running

NUMBERS = count(1)
SHA256 = "0f" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("authority"), {"authority"}) as stack:
        yield stack.address("authority")


@pytest.fixture
def desk(server: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server, timeout=10) as client:
        yield client
        client.post("/mood", json={"mode": "normal"}).raise_for_status()
        client.post("/policy", json={"auto": False}).raise_for_status()


def a_filing(**changes: Any) -> dict[str, Any]:
    filing = {
        "reference": f"filing-{next(NUMBERS)}",
        "application": "T26-4KX7M2QP",
        "office": "tokyo",
        "channel": "online",
        "procedure": "isa.extension.ssw1",
        "persons": ["person-1"],
        "package_sha256": SHA256,
    }
    return filing | changes


def lodge(desk: httpx2.Client, **changes: Any) -> dict[str, Any]:
    filing = a_filing(**changes)
    answer = desk.post("/filings", json=filing)
    assert answer.status_code == 201
    return filing | {"receipts": answer.json()["receipts"]}


def taken(desk: httpx2.Client, reference: str) -> int:
    return sum(line["filing"]["reference"] == reference for line in desk.get("/ledger").json())


def news_of(desk: httpx2.Client, reference: str) -> list[dict[str, Any]]:
    items, after = [], 0
    while True:
        page = desk.get("/news", params={"after": after, "limit": 500}).json()
        items += page["news"]
        if page["next"] == after:
            return [item for item in items if item["reference"] == reference]
        after = page["next"]


@pytest.mark.parametrize(
    ("office", "prefix"), [("tokyo", "東オン-"), ("naha", "那オン-"), ("TYO", "OTIT-TYO-")]
)
def test_every_person_gets_a_receipt_with_the_prefix_of_the_office(
    desk: httpx2.Client, office: str, prefix: str
) -> None:
    filing = lodge(desk, office=office, persons=["person-1", "person-2"])

    receipts = filing["receipts"]

    assert set(receipts) == {"person-1", "person-2"}
    assert len(set(receipts.values())) == 2
    assert all(number.startswith(prefix) for number in receipts.values())


def test_a_filing_sent_twice_is_taken_twice_and_the_ledger_shows_it(desk: httpx2.Client) -> None:
    filing = a_filing()

    first = desk.post("/filings", json=filing).json()
    second = desk.post("/filings", json=filing).json()

    assert first["receipts"] != second["receipts"]
    assert taken(desk, filing["reference"]) == 2


def test_a_filing_sent_once_is_taken_once(desk: httpx2.Client) -> None:
    filing = lodge(desk)

    assert taken(desk, filing["reference"]) == 1


def test_the_portal_shows_what_arrived_under_a_reference_and_nothing_else(desk: httpx2.Client) -> None:
    filing = lodge(desk)

    found = desk.get("/filings", params={"reference": filing["reference"]}).json()
    unknown = desk.get("/filings", params={"reference": "never-sent"}).json()

    assert [line["receipts"] for line in found["acceptances"]] == [filing["receipts"]]
    assert unknown["acceptances"] == []


@pytest.mark.parametrize("field", ["reference", "package_sha256", "persons"])
def test_an_incomplete_filing_is_refused(desk: httpx2.Client, field: str) -> None:
    filing = a_filing()
    del filing[field]

    answer = desk.post("/filings", json=filing)

    assert answer.status_code == 422


def test_the_receipt_is_the_first_news_and_a_decision_follows(desk: httpx2.Client) -> None:
    filing = lodge(desk)

    desk.post(
        "/outcomes", json={"kind": "result", "reference": filing["reference"], "result": "permitted"}
    ).raise_for_status()

    told = news_of(desk, filing["reference"])
    assert [(item["kind"], item["result"]) for item in told] == [("receipt", None), ("result", "permitted")]
    assert told[0]["seq"] < told[1]["seq"]


def test_the_authority_asks_for_more_and_takes_the_supplement_under_the_same_receipt(
    desk: httpx2.Client,
) -> None:
    filing = lodge(desk)
    receipt = filing["receipts"]["person-1"]
    asked = desk.post("/outcomes", json={"kind": "more_requested", "receipt": receipt}).json()[0]

    supplement = lodge(desk, kind="supplement", parent_reference=filing["reference"])

    assert asked["items"]
    assert asked["due_on"] is not None
    assert supplement["receipts"] == {"person-1": receipt}


@pytest.mark.parametrize("kind", ["supplement", "withdrawal"])
def test_what_follows_an_unknown_filing_is_refused(desk: httpx2.Client, kind: str) -> None:
    answer = desk.post("/filings", json=a_filing(kind=kind, parent_reference="never-sent"))

    assert answer.status_code == 404


def test_a_withdrawal_ends_the_case(desk: httpx2.Client) -> None:
    filing = lodge(desk)

    lodge(desk, kind="withdrawal", parent_reference=filing["reference"])

    assert news_of(desk, filing["reference"])[-1]["result"] == "withdrawn"


@pytest.mark.parametrize(
    ("procedure", "result"),
    [
        ("otit.plan.accreditation.D", "accredited"),
        ("isa.extension.ssw1", "permitted"),
        ("isa.coe.ssw1", "issued"),
    ],
)
def test_left_alone_it_decides_in_the_words_of_the_procedure(
    desk: httpx2.Client, procedure: str, result: str
) -> None:
    desk.post("/policy", json={"auto": True, "delay_seconds": 0}).raise_for_status()

    filing = lodge(desk, procedure=procedure)

    assert news_of(desk, filing["reference"])[-1]["result"] == result


def test_without_a_policy_nothing_is_decided(desk: httpx2.Client) -> None:
    filing = lodge(desk)

    assert [item["kind"] for item in news_of(desk, filing["reference"])] == ["receipt"]


def test_the_policy_waits_for_its_delay(desk: httpx2.Client) -> None:
    desk.post("/policy", json={"auto": True, "delay_seconds": 3600}).raise_for_status()

    filing = lodge(desk)

    assert [item["kind"] for item in news_of(desk, filing["reference"])] == ["receipt"]


def test_a_fate_follows_from_the_seed_and_not_from_the_order(desk: httpx2.Client) -> None:
    policy = {"auto": True, "delay_seconds": 0, "share_refused": 0.5, "seed": 7}
    persons = [f"person-{number}" for number in range(20)]
    desk.post("/policy", json=policy).raise_for_status()
    filing = lodge(desk, persons=persons)
    again = lodge(desk, reference=filing["reference"], persons=persons[::-1])

    told = [item for item in news_of(desk, filing["reference"]) if item["kind"] == "result"]

    first = {
        item["person"]: item["result"] for item in told if item["receipt"] in filing["receipts"].values()
    }
    second = {
        item["person"]: item["result"] for item in told if item["receipt"] in again["receipts"].values()
    }
    assert first == second
    assert set(first.values()) == {"permitted", "refused"}


def test_it_asks_for_more_once_and_decides_after_the_supplement(desk: httpx2.Client) -> None:
    desk.post(
        "/policy", json={"auto": True, "delay_seconds": 0, "share_more_requested": 1}
    ).raise_for_status()
    filing = lodge(desk)
    before = [item["kind"] for item in news_of(desk, filing["reference"])]

    lodge(desk, kind="supplement", parent_reference=filing["reference"])

    after = [item["kind"] for item in news_of(desk, filing["reference"])]
    assert before == ["receipt", "more_requested"]
    assert after == ["receipt", "more_requested", "result"]


def test_slow_takes_its_time_and_takes_the_filing(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "slow", "slow_seconds": 0.4}).raise_for_status()

    answer = desk.post("/filings", json=a_filing())

    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() >= 0.4


def test_down_answers_nothing_and_takes_nothing(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "down"}).raise_for_status()
    filing = a_filing()

    lodged = desk.post("/filings", json=filing)
    looked_up = desk.get("/filings", params={"reference": filing["reference"]})
    news = desk.get("/news")

    assert {lodged.status_code, looked_up.status_code, news.status_code} == {503}
    assert taken(desk, filing["reference"]) == 0


def test_refuse_says_no_and_takes_nothing(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "refuse"}).raise_for_status()
    filing = a_filing()

    answer = desk.post("/filings", json=filing)

    assert (answer.status_code, answer.json()["detail"]) == (422, "refused_at_counter")
    assert taken(desk, filing["reference"]) == 0


def test_a_picky_counter_takes_all_but_the_last_person_and_says_so(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "take_some"}).raise_for_status()
    filing = a_filing() | {"persons": ["p1", "p2"]}

    told = desk.post("/filings", json=filing).json()
    alone = desk.post("/filings", json=a_filing() | {"persons": ["p2"]}).json()

    assert (list(told["receipts"]), told["not_taken"]) == (["p1"], ["p2"])
    assert (list(alone["receipts"]), alone["not_taken"]) == (["p2"], [])
    assert [item["person"] for item in news_of(desk, filing["reference"])] == ["p1"]


def test_an_answer_lost_on_the_way_hides_a_filing_that_was_taken(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "accept_then_timeout"}).raise_for_status()
    filing = a_filing()

    with pytest.raises(httpx2.ReadTimeout):
        desk.post("/filings", json=filing, timeout=0.5)

    assert taken(desk, filing["reference"]) == 1
    assert [item["kind"] for item in news_of(desk, filing["reference"])] == ["receipt"]


def test_an_error_after_acceptance_hides_a_filing_that_was_taken(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "accept_then_500"}).raise_for_status()
    filing = a_filing()

    answer = desk.post("/filings", json=filing)

    assert answer.status_code == 500
    assert taken(desk, filing["reference"]) == 1


@pytest.mark.parametrize(("mode", "times"), [("answer_twice", 2), ("normal", 1)])
def test_an_outcome_is_told_under_one_id_however_often(desk: httpx2.Client, mode: str, times: int) -> None:
    filing = lodge(desk)
    desk.post("/mood", json={"mode": mode}).raise_for_status()

    desk.post(
        "/outcomes", json={"kind": "result", "reference": filing["reference"], "result": "refused"}
    ).raise_for_status()

    told = [item for item in news_of(desk, filing["reference"]) if item["kind"] == "result"]
    assert len({item["seq"] for item in told}) == times
    assert len({item["id"] for item in told}) == 1


def test_a_rationed_mood_meets_so_many_filings_and_no_more(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "refuse", "count": 2}).raise_for_status()

    answers = [desk.post("/filings", json=a_filing()).status_code for _ in range(3)]

    assert answers == [422, 422, 201]


def test_a_mood_ends_with_its_seconds(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "down", "seconds": 0.05}).raise_for_status()

    while desk.get("/mood").json()["mode"] != "normal":
        pass

    assert desk.post("/filings", json=a_filing()).status_code == 201


def test_a_share_of_zero_meets_nobody(desk: httpx2.Client) -> None:
    desk.post("/mood", json={"mode": "refuse", "share": 0}).raise_for_status()

    assert desk.post("/filings", json=a_filing()).status_code == 201


def test_an_outcome_for_nothing_known_is_refused(desk: httpx2.Client) -> None:
    outcome = {"kind": "result", "reference": "never-sent", "result": "permitted"}

    assert desk.post("/outcomes", json=outcome).status_code == 404
    assert desk.post("/outcomes", json={"kind": "result", "result": "permitted"}).status_code == 422
    assert desk.post("/outcomes", json=outcome | {"result": None}).status_code == 422


@pytest.mark.parametrize(("act", "result"), [("yes", "permitted"), ("no", "refused"), ("return", "returned")])
def test_a_person_decides_with_a_button_and_without_scripts(
    desk: httpx2.Client, act: str, result: str
) -> None:
    filing = lodge(desk)
    receipt = filing["receipts"]["person-1"]
    shown = desk.get("/")

    pressed = desk.post("/play", data={"receipt": receipt, "act": act})

    assert receipt in shown.text
    assert "<script" not in shown.text
    assert pressed.status_code == 303
    assert news_of(desk, filing["reference"])[-1]["result"] == result


def test_what_was_taken_survives_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("kept")
    with running(folder, {"authority"}) as stack, httpx2.Client(base_url=stack.address("authority")) as desk:
        filing = lodge(desk)

    with running(folder, {"authority"}) as stack, httpx2.Client(base_url=stack.address("authority")) as desk:
        assert taken(desk, filing["reference"]) == 1
        assert lodge(desk)["receipts"]["person-1"].endswith("-000002")
