"""The codec: every payload in the engine is sealed with its application's key (AES-256-GCM, `infra.keys`).

The workflow id chooses the key: an application number has its own, everything else has the service key. The
payload names its key in plain metadata, which the seal binds.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from infra.keys import SERVICE, DataKey, KeyDestroyed, KeyRing, SealBroken, open_sealed, seal
from schemas.identifiers import is_application_number

ENCODING = "encoding"
ENCRYPTED = b"binary/encrypted"
KEY_ID = "encryption-key-id"
PURPOSE = "engine payload"
ERASED = Payload(metadata={ENCODING: b"json/plain"}, data=b'"[erased]"')


class PayloadMisplaced(SealBroken):
    """A payload of one application was found in the history of another."""

    code = "payload_misplaced"


class PayloadsUnreadable(ValueError):
    """The body is not the JSON form of Temporal's `Payloads`."""

    code = "payloads_unreadable"


def owner_of(workflow_id: str | None) -> str:
    """Whose key seals the payloads of this workflow: the application number, else `service`."""
    return workflow_id if workflow_id and is_application_number(workflow_id) else SERVICE


def payload_owner(payload: Payload) -> str | None:
    """Whose key sealed this payload, read from its metadata; None for a plain payload."""
    if payload.metadata.get(ENCODING) != ENCRYPTED:
        return None
    return payload.metadata.get(KEY_ID, b"").decode("ascii", "replace").partition("/")[0]


def _key_name(key: DataKey) -> bytes:
    return f"{key.owner}/{key.id.hex()}".encode()


def _sealed(payload: Payload, key: DataKey) -> Payload:
    return Payload(
        metadata={ENCODING: ENCRYPTED, KEY_ID: _key_name(key)},
        data=seal(key, PURPOSE, payload.SerializeToString()),
    )


async def _opened(payload: Payload, keyring: KeyRing) -> Payload:
    owner, _, key_id = payload.metadata.get(KEY_ID, b"").decode("ascii", "replace").partition("/")
    try:
        key = await keyring.key_named(owner, bytes.fromhex(key_id))
        return Payload.FromString(open_sealed(key, PURPOSE, payload.data))
    except (ValueError, DecodeError):
        raise SealBroken("A sealed payload does not name its key or holds no payload.") from None


class ApplicationCodec(PayloadCodec, WithSerializationContext):
    """Seals and opens payloads. Errors of the keys go up: nothing is ever sent in plain instead."""

    def __init__(self, keyring: KeyRing, owner: str = SERVICE) -> None:
        self._keyring = keyring
        self._owner = owner

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for the workflow that a payload goes to or comes from."""
        if not isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return self
        return type(self)(self._keyring, owner_of(context.workflow_id))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal each payload with the owner's current key. Raises KeyUnknown, KeyDestroyed."""
        key = (
            self._keyring.service_key if self._owner == SERVICE else await self._keyring.key_for(self._owner)
        )
        return [_sealed(payload, key) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open each payload by the key it names; plain ones pass. Raises KeyRefused (see `infra.keys`)."""
        return [await self._decoded(payload) for payload in payloads]

    async def _decoded(self, payload: Payload) -> Payload:
        owner = payload_owner(payload)
        if owner is None:
            return payload
        if SERVICE not in (owner, self._owner) and owner != self._owner:
            raise PayloadMisplaced(f"A payload sealed for {owner} was found with {self._owner}.")
        return await _opened(payload, self._keyring)


async def decode_for_reading(keyring: KeyRing, payloads: Payloads) -> Payloads:
    """What the codec server shows: opened payloads, `"[erased]"` where the application's key was destroyed.

    The caller checks first, by `payload_owner`, that the reader may see each application. Raises KeyRefused.
    """
    return Payloads(payloads=[await _readable(payload, keyring) for payload in payloads.payloads])


async def _readable(payload: Payload, keyring: KeyRing) -> Payload:
    if payload_owner(payload) is None:
        return payload
    try:
        return await _opened(payload, keyring)
    except KeyDestroyed:
        return ERASED


def read_payloads(body: bytes) -> Payloads:
    """Payloads from the codec server's JSON. Raises PayloadsUnreadable, without showing the body."""
    with suppress(json_format.ParseError, ValueError):
        value = json.loads(body)
        if isinstance(value, dict):
            return json_format.ParseDict(value, Payloads())
    raise PayloadsUnreadable("The body is not the JSON form of Temporal payloads.")


def write_payloads(payloads: Payloads) -> bytes:
    """The codec server's JSON of these payloads."""
    return json_format.MessageToJson(payloads, indent=None).encode()
