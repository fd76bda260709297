"""The counter-proof: who sends again after a time-out lodges twice, at the same authority and under the same moods."""

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from activities.authorities.simulator import Simulator
from infra.dev.demo.authority import AuthorityDesk
from infra.dev.services import Stack
from schemas.checked import MachineLodging

IMPATIENT_SECONDS = 0.4
FILINGS = 4


@pytest.fixture
def authority(counter: Stack) -> Iterator[AuthorityDesk]:
    desk = AuthorityDesk(counter.address("authority"))
    desk.be("accept_then_timeout", share=0.5, seed=7)
    yield desk
    desk.be("normal")
    desk.close()


def a_filing() -> MachineLodging:
    own = uuid4().hex[:12]
    return MachineLodging.model_validate(
        {
            "number": f"N-{own}",
            "organisation_id": "naive",
            "procedure": "isa.extension.ssw1",
            "filing_id": f"N-{own}.filing.1",
            "filing_kind": "first",
            "persons": ("p1",),
            "office": "tokyo",
            "channel": "online",
            "package_sha256": "0" * 64,
        }
    )


def fated(counter: Stack) -> list[MachineLodging]:
    """Filings some of which the authority answers and some of which it takes in silence."""
    return [a_filing() for _ in range(FILINGS * 4)]


async def test_who_sends_again_after_a_time_out_lodges_twice(
    counter: Stack, authority: AuthorityDesk
) -> None:
    impatient = Simulator(counter.address("authority"), answer_within_seconds=IMPATIENT_SECONDS)
    filings = fated(counter)

    for filing in filings:
        if (await impatient.lodge(filing)).outcome != "confirmed":
            await impatient.lodge(filing)

    doubles = [filing for filing in filings if authority.acceptances(filing.filing_id) > 1]
    assert 0 < len(doubles) < len(filings)


async def test_who_asks_a_person_instead_lodges_once(counter: Stack, authority: AuthorityDesk) -> None:
    impatient = Simulator(counter.address("authority"), answer_within_seconds=IMPATIENT_SECONDS)
    filings = fated(counter)

    known = [(await impatient.lodge(filing)).outcome for filing in filings]

    assert {authority.acceptances(filing.filing_id) for filing in filings} == {1}
    assert set(known) == {"confirmed", "unknown"}


def test_the_ledger_counts_what_really_came(counter: Stack, authority: AuthorityDesk) -> None:
    before = len(httpx2.get(f"{counter.address('authority')}/ledger").json())

    assert before >= FILINGS
