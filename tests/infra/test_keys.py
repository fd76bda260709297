"""Keys: what is sealed for one application and one purpose can be read there and nowhere else."""

import base64
import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.keys import (
    DataKey,
    KeyDestroyed,
    KeyRefused,
    KeyRing,
    KeyUnknown,
    SealBroken,
    key_id_of,
    open_json,
    open_sealed,
    read_keks,
    rewrap,
    seal,
    seal_json,
)

NUMBER = "T26-4KX7M2QP"
OTHER = "T26-9ZZZ9999"


class KeyTable:
    """The rows a database would hold, and how often they were read."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.reads = 0
        self.before_answer: Callable[[], None] = lambda: None

    async def load(self, number: str) -> bytes | None:
        self.reads += 1
        row = self.rows.get(number)
        self.before_answer()
        return row


@pytest.fixture
def table() -> KeyTable:
    return KeyTable()


@pytest.fixture
def ring(table: KeyTable) -> KeyRing:
    ring = KeyRing(os.urandom(32), table.load)
    for number in (NUMBER, OTHER):
        table.rows[number] = ring.new_wrapped_key(number)
    return ring


@given(st.binary(max_size=2_000), st.text(max_size=40))
def test_what_was_sealed_comes_back_unchanged(plaintext: bytes, purpose: str) -> None:
    key = DataKey(NUMBER, b"k" * 32)

    assert open_sealed(key, purpose, seal(key, purpose, plaintext)) == plaintext


async def test_values_of_a_person_come_back_as_json(ring: KeyRing) -> None:
    key = await ring.key_for(NUMBER)
    values = {"name_latin": {"v": "SAMPLE TARO", "n": None}, "kana": "サンプル"}

    blob = seal_json(key, "draft", values)

    assert open_json(key, "draft", blob) == values
    assert "サンプル".encode() not in blob
    assert b"SAMPLE" not in blob


async def test_two_seals_of_the_same_text_differ(ring: KeyRing) -> None:
    key = await ring.key_for(NUMBER)

    assert seal(key, "draft", b"same") != seal(key, "draft", b"same")


async def test_a_blob_moved_to_another_purpose_is_refused(ring: KeyRing) -> None:
    key = await ring.key_for(NUMBER)
    blob = seal(key, "draft", b"text")

    with pytest.raises(SealBroken):
        open_sealed(key, "sealed", blob)


async def test_a_blob_moved_to_another_application_is_refused(ring: KeyRing) -> None:
    blob = seal(await ring.key_for(NUMBER), "draft", b"text")

    with pytest.raises(SealBroken):
        open_sealed(await ring.key_for(OTHER), "draft", blob)


def test_the_owner_is_bound_even_under_the_same_secret() -> None:
    blob = seal(DataKey(NUMBER, b"k" * 32), "draft", b"text")

    with pytest.raises(SealBroken):
        open_sealed(DataKey(OTHER, b"k" * 32), "draft", blob)


@given(st.integers(min_value=0, max_value=2 + 8 + 12 + 4 + 16 - 1), st.integers(min_value=1, max_value=255))
def test_every_changed_byte_is_noticed(position: int, change: int) -> None:
    key = DataKey(NUMBER, b"k" * 32)
    blob = bytearray(seal(key, "draft", b"text"))
    blob[position] ^= change

    with pytest.raises(SealBroken):
        open_sealed(key, "draft", bytes(blob))


@pytest.mark.parametrize("length", [0, 1, 2, 10, 22, 37, 41])
def test_a_blob_cut_short_is_refused(length: int) -> None:
    key = DataKey(NUMBER, b"k" * 32)
    blob = seal(key, "draft", b"text")

    with pytest.raises(SealBroken):
        open_sealed(key, "draft", blob[:length])


async def test_an_application_without_a_key_is_unknown(ring: KeyRing) -> None:
    with pytest.raises(KeyUnknown) as refused:
        await ring.key_for("T26-00000000")

    assert refused.value.code == "key_unknown"


async def test_a_destroyed_key_reads_nothing_any_more(ring: KeyRing, table: KeyTable) -> None:
    await ring.key_for(NUMBER)
    table.rows[NUMBER] = b""
    ring.forget(NUMBER)

    with pytest.raises(KeyDestroyed):
        await ring.key_for(NUMBER)


async def test_a_wrapped_key_moved_to_another_application_is_refused(ring: KeyRing, table: KeyTable) -> None:
    table.rows[OTHER] = table.rows[NUMBER]

    with pytest.raises(SealBroken):
        await ring.key_for(OTHER)


async def test_a_key_is_read_once_while_it_is_kept(ring: KeyRing, table: KeyTable) -> None:
    first = await ring.key_for(NUMBER)
    second = await ring.key_for(NUMBER)

    assert first == second
    assert table.reads == 1


async def test_a_kept_key_is_read_again_after_its_time(table: KeyTable) -> None:
    ring = KeyRing(os.urandom(32), table.load, kept_within=timedelta(seconds=-1))
    table.rows[NUMBER] = ring.new_wrapped_key(NUMBER)
    await ring.key_for(NUMBER)
    table.rows[NUMBER] = b""

    with pytest.raises(KeyDestroyed):
        await ring.key_for(NUMBER)


async def test_only_the_last_used_keys_are_kept(table: KeyTable) -> None:
    ring = KeyRing(os.urandom(32), table.load, kept=2)
    for number in ("a", "b", "c"):
        table.rows[number] = ring.new_wrapped_key(number)
    for number in ("a", "b", "a", "c"):
        await ring.key_for(number)
    reads = table.reads

    await ring.key_for("a")
    reads_for_the_kept = table.reads - reads
    await ring.key_for("b")

    assert reads_for_the_kept == 0
    assert table.reads == reads + 1


async def test_a_key_destroyed_while_it_is_being_read_is_not_kept(ring: KeyRing, table: KeyTable) -> None:
    table.before_answer = lambda: ring.forget(NUMBER)
    await ring.key_for(NUMBER)
    table.rows[NUMBER] = b""

    with pytest.raises(KeyDestroyed):
        await ring.key_for(NUMBER)


async def test_after_a_rotation_old_blobs_open_under_the_new_key_encryption_key(table: KeyTable) -> None:
    old, new = os.urandom(32), os.urandom(32)
    before = KeyRing(old, table.load)
    table.rows[NUMBER] = before.new_wrapped_key(NUMBER)
    blob = seal(await before.key_for(NUMBER), "draft", b"text")

    table.rows[NUMBER] = rewrap(NUMBER, table.rows[NUMBER], old, new)
    key = await KeyRing(new, table.load).key_for(NUMBER)

    assert open_sealed(key, "draft", blob) == b"text"
    assert key_id_of(blob) == key.id
    with pytest.raises(KeyUnknown):
        await KeyRing(old, table.load).key_for(NUMBER)


async def test_a_ring_holding_the_previous_key_encryption_key_reads_both(table: KeyTable) -> None:
    old, new = os.urandom(32), os.urandom(32)
    before = KeyRing(old, table.load)
    table.rows[NUMBER] = before.new_wrapped_key(NUMBER)
    during = KeyRing(new, table.load, previous=[old])

    key = await during.key_for(NUMBER)
    service = await during.key_named("service", before.service_key.id)

    assert key.owner == NUMBER
    assert service == before.service_key
    assert during.service_key != before.service_key


async def test_a_service_key_of_a_foreign_ring_is_unknown(ring: KeyRing, table: KeyTable) -> None:
    foreign = KeyRing(os.urandom(32), table.load)

    with pytest.raises(KeyUnknown):
        await ring.key_named("service", foreign.service_key.id)


async def test_a_key_never_shows_in_text(ring: KeyRing) -> None:
    key = await ring.key_for(NUMBER)

    assert repr(key) == f"DataKey(owner='{NUMBER}')"


def test_a_setting_may_name_the_previous_key_after_the_current_one() -> None:
    current, previous = os.urandom(32), os.urandom(32)
    text = ", ".join(base64.b64encode(kek).decode() for kek in (current, previous))

    assert read_keks(text) == (current, previous)


@pytest.mark.parametrize(
    "text",
    ["", "not base64!", base64.b64encode(b"k" * 31).decode(), base64.b64encode(b"k" * 33).decode()],
)
def test_a_setting_that_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        read_keks(text)

    assert "TORITSUGI_KEY_ENCRYPTION_KEY" in str(refused.value)
    assert not text or text not in str(refused.value)
