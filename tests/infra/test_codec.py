"""The codec: what the engine keeps can be read with the application's key only, never once that is gone."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.worker import Worker

from infra.codec import (
    PayloadMisplaced,
    PayloadsUnreadable,
    decode_for_reading,
    owner_of,
    payload_owner,
    read_payloads,
    write_payloads,
)
from infra.keys import KeyDestroyed, KeyRing, KeyUnknown, SealBroken
from infra.temporal import connect, data_converter, sandbox_runner
from schemas.identifiers import application_number
from tests.infra.canary_workflow import CanaryWorkflow, Carried, carry, fail
from tests.infra.engine import Engine, running_engine

NUMBER = application_number(2026, 1)
OTHER = application_number(2026, 2)


class Keys(dict[str, bytes]):
    """The stored wrapped keys."""

    async def load(self, number: str) -> bytes | None:
        return self.get(number)


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def ring(keys: Keys) -> KeyRing:
    ring = KeyRing(os.urandom(32), keys.load)
    for number in (NUMBER, OTHER):
        keys[number] = ring.new_wrapped_key(number)
    return ring


def converter_of(ring: KeyRing, workflow_id: str) -> DataConverter:
    return data_converter(ring).with_context(WorkflowSerializationContext("default", workflow_id))


async def test_a_payload_is_sealed_with_the_key_of_its_application(ring: KeyRing) -> None:
    converter = converter_of(ring, NUMBER)

    [payload] = await converter.encode([Carried(marker="kanariya")])

    assert payload_owner(payload) == NUMBER
    assert b"kanariya" not in payload.SerializeToString()
    assert await converter.decode([payload], [Carried]) == [Carried(marker="kanariya")]


@pytest.mark.parametrize(
    "workflow_id", ["document-1", "sweep", "", NUMBER[:-1], NUMBER + "x", NUMBER.lower()]
)
async def test_what_belongs_to_no_application_has_the_service_key(ring: KeyRing, workflow_id: str) -> None:
    [payload] = await converter_of(ring, workflow_id).encode(["text"])

    assert payload_owner(payload) == owner_of(workflow_id) == "service"


async def test_a_payload_without_context_can_be_read_by_its_own_metadata(ring: KeyRing) -> None:
    [payload] = await converter_of(ring, NUMBER).encode(["text"])

    assert await data_converter(ring).decode([payload], [str]) == ["text"]


async def test_a_payload_of_another_application_is_refused(ring: KeyRing) -> None:
    [payload] = await converter_of(ring, NUMBER).encode(["text"])

    with pytest.raises(PayloadMisplaced):
        await converter_of(ring, OTHER).decode([payload], [str])


async def test_a_payload_relabelled_for_another_application_is_refused(ring: KeyRing) -> None:
    [payload] = await converter_of(ring, NUMBER).encode(["text"])
    other = await ring.key_for(OTHER)
    payload.metadata["encryption-key-id"] = f"{OTHER}/{other.id.hex()}".encode()

    with pytest.raises(SealBroken):
        await converter_of(ring, OTHER).decode([payload], [str])


@pytest.mark.parametrize("name", [b"", b"service", b"service/zz", b"\xff/00"])
async def test_a_sealed_payload_that_names_no_key_is_refused(ring: KeyRing, name: bytes) -> None:
    [payload] = await converter_of(ring, "sweep").encode(["text"])
    payload.metadata["encryption-key-id"] = name

    with pytest.raises((SealBroken, KeyUnknown)):
        await converter_of(ring, "sweep").decode([payload], [str])


async def test_nothing_goes_out_in_plain_when_there_is_no_key(ring: KeyRing, keys: Keys) -> None:
    del keys[NUMBER]

    with pytest.raises(KeyUnknown):
        await converter_of(ring, NUMBER).encode(["text"])


async def test_a_plain_payload_from_an_operator_passes(ring: KeyRing) -> None:
    [payload] = await pydantic_data_converter.encode(["text"])

    assert await converter_of(ring, NUMBER).decode([payload], [str]) == ["text"]


async def test_the_codec_server_shows_what_is_kept_and_marks_what_is_erased(
    ring: KeyRing, keys: Keys
) -> None:
    [erased] = await converter_of(ring, NUMBER).encode(["gone"])
    [kept] = await converter_of(ring, OTHER).encode(["kept"])
    [plain] = await pydantic_data_converter.encode(["plain"])
    keys[NUMBER] = b""
    ring.forget(NUMBER)

    shown = await decode_for_reading(ring, Payloads(payloads=[erased, kept, plain]))

    assert [json.loads(payload.data) for payload in shown.payloads] == ["[erased]", "kept", "plain"]
    with pytest.raises(KeyDestroyed):
        await data_converter(ring).decode([erased], [str])


async def test_the_codec_server_speaks_json(ring: KeyRing) -> None:
    payloads = Payloads(payloads=await converter_of(ring, NUMBER).encode(["text"]))

    assert read_payloads(write_payloads(payloads)) == payloads


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"payloads": "kanariya"}', b"\xff\xfe", b'{"other": 1}', b'"x"']
)
def test_a_body_that_is_no_payloads_is_refused_without_showing_it(body: bytes) -> None:
    with pytest.raises(PayloadsUnreadable) as refused:
        read_payloads(body)

    assert "kanariya" not in str(refused.value)
    assert refused.value.__context__ is None


class MarkerInHeaders(Interceptor):
    """Puts the marker into a header of every workflow start."""

    def __init__(self, marker: str) -> None:
        self._marker = marker

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _MarkingOutbound(next, self._marker)


class _MarkingOutbound(OutboundInterceptor):
    def __init__(self, next_: OutboundInterceptor, marker: str) -> None:
        super().__init__(next_)
        self._marker = marker

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[object, object]:
        [payload] = await pydantic_data_converter.encode([self._marker])
        headers: Mapping[str, Payload] = {**input.headers, "x-marker": payload}
        return await super().start_workflow(replace(input, headers=headers))


async def carry_through(client: Client, number: str, marker: str) -> Carried:
    carried = Carried(marker=marker)
    async with Worker(
        client,
        task_queue=f"canary-{number}",
        workflows=[CanaryWorkflow],
        activities=[carry, fail],
        workflow_runner=sandbox_runner(),
    ):
        handle = await client.start_workflow(
            CanaryWorkflow.run,
            carried,
            id=number,
            task_queue=f"canary-{number}",
            memo={"note": carried},
            static_summary=marker,
            static_details=marker,
        )
        added = await handle.execute_update("add", carried, result_type=Carried)
        await handle.signal(CanaryWorkflow.end, carried)
        result = await handle.result()
        seen = await handle.query(CanaryWorkflow.seen)
    assert added == carried
    assert [each.marker for each in seen] == [marker, marker]
    return result


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with running_engine(tmp_path / "engine") as running:
        yield running


async def test_the_engine_keeps_no_readable_word(engine: Engine, ring: KeyRing, keys: Keys) -> None:
    sealed, plain = "kanariya-sealed-31f7", "kanariya-plain-31f7"
    client = await connect(ring, interceptors=[MarkerInHeaders(sealed)], environment=engine.environment)
    control = await Client.connect(
        engine.environment["TEMPORAL_ADDRESS"],
        namespace=engine.environment["TEMPORAL_NAMESPACE"],
        data_converter=pydantic_data_converter,
        interceptors=[MarkerInHeaders(plain)],
    )

    result = await carry_through(client, NUMBER, sealed)
    await carry_through(control, OTHER, plain)

    assert result == Carried(marker=sealed)
    assert engine.occurrences(sealed) == 0
    assert engine.occurrences(plain) >= 10
    assert engine.occurrences(NUMBER) >= 1


async def test_a_history_ends_to_be_readable_with_its_key(engine: Engine, ring: KeyRing, keys: Keys) -> None:
    client = await connect(ring, environment=engine.environment)
    await carry_through(client, NUMBER, "kanariya")
    await carry_through(client, OTHER, "kanariya")

    keys[NUMBER] = b""
    ring.forget(NUMBER)

    with pytest.raises(KeyDestroyed):
        await client.get_workflow_handle_for(CanaryWorkflow.run, NUMBER).result()
    assert await client.get_workflow_handle_for(CanaryWorkflow.run, OTHER).result() == Carried(
        marker="kanariya"
    )
