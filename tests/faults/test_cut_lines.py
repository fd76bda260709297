"""The line to the authority breaks at every step of a lodging: what is certain is said, the rest is asked of a person."""

from collections.abc import Iterator

import pytest

from infra.dev.demo.authority import AuthorityDesk
from infra.dev.services import Stack
from tests.faults.cutting import Cut, a_filing, lodged_through


@pytest.fixture
def authority(counter: Stack) -> Iterator[AuthorityDesk]:
    desk = AuthorityDesk(counter.address("authority"))
    yield desk
    desk.close()


@pytest.mark.parametrize(
    ("cut", "outcome"),
    [
        (Cut.AT_THE_DOOR, "not_sent"),
        (Cut.BEFORE_THE_REQUEST, "unknown"),
        (Cut.IN_THE_REQUEST, "unknown"),
        (Cut.BEFORE_THE_ANSWER, "unknown"),
        (Cut.IN_THE_ANSWER, "unknown"),
    ],
)
async def test_wherever_the_line_breaks_the_authority_has_it_once(
    counter: Stack, authority: AuthorityDesk, cut: Cut, outcome: str
) -> None:
    told = await lodged_through(counter.address("authority"), authority, a_filing(), cut)

    assert told.first.outcome == outcome
    assert told.asked_a_person is (outcome == "unknown")
    assert told.acceptances == 1


@pytest.mark.parametrize(
    ("cut", "acceptances"),
    [(Cut.IN_THE_REQUEST, 0), (Cut.BEFORE_THE_ANSWER, 1), (Cut.IN_THE_ANSWER, 1)],
)
async def test_the_same_silence_hides_what_arrived_and_what_did_not(
    counter: Stack, authority: AuthorityDesk, cut: Cut, acceptances: int
) -> None:
    filing = a_filing()
    looked: list[int] = []

    class Looking(AuthorityDesk):
        def acceptances(self, reference: str) -> int:
            looked.append(super().acceptances(reference))
            return looked[-1]

    eyes = Looking(counter.address("authority"))

    await lodged_through(counter.address("authority"), eyes, filing, cut)
    eyes.close()

    assert looked == [acceptances, 1]
