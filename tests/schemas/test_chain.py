"""The chain: each hash covers the event and everything before it; the digest covers order and content."""

from datetime import timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from schemas.chain import GENESIS, canonical, digest, link
from schemas.events import Event
from schemas.parties import ROAD
from tests.builders import at_review, lodged

EVENTS = lodged().events


@given(st.sampled_from(EVENTS))
def test_an_event_is_the_same_bytes_after_a_journey_through_json(event: Event) -> None:
    assert canonical(Event.model_validate_json(event.model_dump_json())) == canonical(event)


def test_the_zone_an_instant_is_written_in_does_not_matter_once_it_is_kept_in_utc() -> None:
    event = EVENTS[0]
    elsewhere = event.at.astimezone(timezone(timedelta(hours=9)))

    again = Event.model_validate(event.model_dump() | {"at": elsewhere.astimezone(event.at.tzinfo)})

    assert canonical(again) == canonical(event)


@given(st.sampled_from(EVENTS[1:]), st.binary(min_size=32, max_size=32))
def test_a_hash_depends_on_what_came_before(event: Event, previous: bytes) -> None:
    assert (link(previous, event) == link(GENESIS, event)) == (previous == GENESIS)


def test_a_hash_depends_on_every_part_of_the_event() -> None:
    event = EVENTS[1]
    others = [
        event.model_copy(update={"seq": 99}),
        event.model_copy(update={"at": event.at + timedelta(microseconds=1)}),
        event.model_copy(update={"actor": ROAD.model_copy(update={"id": "other"})}),
        event.model_copy(update={"body": EVENTS[2].body}),
    ]

    hashes = {link(GENESIS, each) for each in (event, *others)}

    assert len(hashes) == len(others) + 1


def test_a_digest_depends_on_order_and_number() -> None:
    digests = {digest(EVENTS), digest(EVENTS[:-1]), digest(reversed(EVENTS)), digest([])}

    assert len(digests) == 4
    assert digest(at_review().events) == digest(at_review().events)
