"""Keys: one data key per application, wrapped by the key encryption key (KEK) of the settings.

Destroying an application's wrapped key is its erasure. What belongs to no application is sealed with a
service key derived from the KEK. Every blob names the key it was sealed with.
"""

import base64
import binascii
import hmac
import json
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
WRAPPED = b"W1"
SEALED = b"S1"
SERVICE = "service"

WrappedKeyLoad = Callable[[str], Awaitable[bytes | None]]
"""Reads the wrapped key of an application number: None = never made, b"" = destroyed."""


class KeyRefused(Exception):
    """A key can't be used. `code` is stable; the text names the owner of the key, never what it protects."""

    code = "key_refused"


class KeyUnknown(KeyRefused):
    """No such key was ever made, or it was wrapped by a KEK that this process does not hold."""

    code = "key_unknown"


class KeyDestroyed(KeyRefused):
    """The application was erased: its key was destroyed and what it sealed can't be read again."""

    code = "key_destroyed"


class SealBroken(KeyRefused):
    """The blob was changed, cut, moved to another purpose or owner, or sealed with another key."""

    code = "seal_broken"


def _derived(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"toritsugi/" + purpose).derive(secret)


@dataclass(frozen=True)
class DataKey:
    """A 256-bit key and the one it belongs to (an application number or `service`)."""

    owner: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise KeyRefused(f"The key of {self.owner} must have {KEY_BYTES} bytes.")

    @cached_property
    def id(self) -> bytes:
        """Eight bytes derived from the key; they name it and say nothing about it."""
        return _derived(self.secret, b"key-id/v1", KEY_ID_BYTES)

    @cached_property
    def cipher(self) -> AESGCM:
        """AES-256-GCM under this key."""
        return AESGCM(self.secret)


def _bound(kind: bytes, key: DataKey, purpose: str) -> bytes:
    owner = key.owner.encode()
    return kind + key.id + len(owner).to_bytes(2, "big") + owner + purpose.encode()


def _enclose(kind: bytes, key: DataKey, purpose: str, plaintext: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return kind + key.id + nonce + key.cipher.encrypt(nonce, plaintext, _bound(kind, key, purpose))


def _disclose(kind: bytes, key: DataKey, purpose: str, blob: bytes) -> bytes:
    nonce_at = len(kind) + KEY_ID_BYTES
    sealed_at = nonce_at + NONCE_BYTES
    if len(blob) < sealed_at + TAG_BYTES or blob[: len(kind)] != kind or key_id_of(blob) != key.id:
        raise SealBroken(f"This is not a blob sealed with the key of {key.owner} for {purpose}.")
    try:
        return key.cipher.decrypt(blob[nonce_at:sealed_at], blob[sealed_at:], _bound(kind, key, purpose))
    except InvalidTag:
        raise SealBroken(f"A blob of {key.owner} was changed or moved to {purpose}.") from None


def key_id_of(blob: bytes) -> bytes:
    """The id of the key that sealed or wrapped `blob` (plain in front of it, bound by the seal)."""
    return blob[len(SEALED) : len(SEALED) + KEY_ID_BYTES]


def seal(key: DataKey, purpose: str, plaintext: bytes) -> bytes:
    """AES-256-GCM with a random 96-bit nonce; `purpose` and the key's owner are bound to the blob."""
    return _enclose(SEALED, key, purpose, plaintext)


def open_sealed(key: DataKey, purpose: str, blob: bytes) -> bytes:
    """The plaintext of `seal` for the same key and purpose. Raises SealBroken for everything else."""
    return _disclose(SEALED, key, purpose, blob)


def keyed_digest(key: DataKey, purpose: str, text: str) -> str:
    """Sixteen hex characters that are equal for equal texts under this key, and tell nothing to who has no key."""
    own = _derived(key.secret, f"digest/v1/{purpose}".encode(), KEY_BYTES)
    return hmac.new(own, text.encode(), "sha256").hexdigest()[:16]


def seal_json(key: DataKey, purpose: str, value: Any) -> bytes:
    """Seal a JSON value (UTF-8, no spaces, keys in the order given)."""
    return seal(key, purpose, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def open_json(key: DataKey, purpose: str, blob: bytes) -> Any:
    """The JSON value of `seal_json`. Raises SealBroken."""
    return json.loads(open_sealed(key, purpose, blob))


def wrap(kek: bytes, key: DataKey) -> bytes:
    """The data key, encrypted under the KEK and bound to its owner."""
    return _enclose(WRAPPED, DataKey(key.owner, kek), "data key", key.secret)


def unwrap(kek: bytes, owner: str, wrapped: bytes) -> DataKey:
    """The data key of `owner` from its wrapped form. Raises SealBroken for another's and another KEK's."""
    return DataKey(owner, _disclose(WRAPPED, DataKey(owner, kek), "data key", wrapped))


def rewrap(owner: str, wrapped: bytes, old_kek: bytes, new_kek: bytes) -> bytes:
    """The same data key under a new KEK; what it sealed stays as it is. Raises SealBroken."""
    return wrap(new_kek, unwrap(old_kek, owner, wrapped))


def read_keks(text: str) -> tuple[bytes, ...]:
    """The KEKs in a setting: 32 bytes in base64 each, separated by commas, the current one first."""
    try:
        keks = tuple(base64.b64decode(part.strip(), validate=True) for part in text.split(","))
    except binascii.Error:
        raise KeyRefused(
            "TORITSUGI_KEY_ENCRYPTION_KEY is not base64; make 32 random bytes in base64."
        ) from None
    if any(len(kek) != KEY_BYTES for kek in keks):
        raise KeyRefused(f"TORITSUGI_KEY_ENCRYPTION_KEY must be {KEY_BYTES} bytes in base64.")
    return keks


class KeyRing:
    """The keys of this process: unwrapped on first use, kept for a short while, few at a time.

    `load` reads an application's wrapped key. `previous` are older KEKs, needed until all is re-wrapped and
    the histories sealed with their service keys are gone. A destroyed key is out of use everywhere after
    `kept_within` at the latest, at once where `forget` is called.
    """

    def __init__(
        self,
        kek: bytes,
        load: WrappedKeyLoad,
        *,
        previous: Sequence[bytes] = (),
        kept: int = 1_000,
        kept_within: timedelta = timedelta(minutes=5),
    ) -> None:
        self._keks = (kek, *previous)
        self._load = load
        self._kept = kept
        self._kept_within = kept_within.total_seconds()
        self._keys: OrderedDict[str, tuple[float, DataKey]] = OrderedDict()
        self._forgotten = 0
        self._service_keys = tuple(
            DataKey(SERVICE, _derived(each, b"service/v1", KEY_BYTES)) for each in self._keks
        )

    @classmethod
    def from_setting(cls, text: str, load: WrappedKeyLoad) -> "KeyRing":
        """A ring from the setting `key_encryption_key` (see `read_keks`). Raises KeyRefused."""
        current, *previous = read_keks(text)
        return cls(current, load, previous=previous)

    @property
    def service_key(self) -> DataKey:
        """The key for what belongs to no application."""
        return self._service_keys[0]

    def new_wrapped_key(self, number: str) -> bytes:
        """A new random data key for this application, wrapped: the row to store."""
        return wrap(self._keks[0], DataKey(number, os.urandom(KEY_BYTES)))

    async def key_for(self, number: str) -> DataKey:
        """The key of this application. Raises KeyUnknown, KeyDestroyed, SealBroken and what `load` raises."""
        kept = self._kept_key(number)
        if kept is not None:
            return kept
        forgotten = self._forgotten
        key = self.unwrapped(number, await self._load(number))
        if forgotten == self._forgotten:
            self._keep(key)
        return key

    async def key_named(self, owner: str, key_id: bytes) -> DataKey:
        """The key that sealed something, also from before a KEK rotation. Raises as `key_for`."""
        candidates = self._service_keys if owner == SERVICE else (await self.key_for(owner),)
        for key in candidates:
            if key.id == key_id:
                return key
        raise KeyUnknown(f"No key {key_id.hex()} of {owner} is known here.")

    def forget(self, number: str) -> None:
        """Drop a key from memory, also one that is being loaded right now."""
        self._forgotten += 1
        self._keys.pop(number, None)

    def _kept_key(self, number: str) -> DataKey | None:
        kept_at, key = self._keys.get(number, (0.0, None))
        if key is None:
            return None
        if time.monotonic() - kept_at > self._kept_within:
            del self._keys[number]
            return None
        self._keys.move_to_end(number)
        return key

    def _keep(self, key: DataKey) -> None:
        self._keys[key.owner] = (time.monotonic(), key)
        while len(self._keys) > self._kept:
            self._keys.popitem(last=False)

    def unwrapped(self, number: str, wrapped: bytes | None) -> DataKey:
        """The key in a wrapped form that was read or has just been made. Raises KeyUnknown, KeyDestroyed, SealBroken."""
        if wrapped is None:
            raise KeyUnknown(f"There is no data key for {number}.")
        if not wrapped:
            raise KeyDestroyed(f"The data key of {number} was destroyed: the application is erased.")
        for kek in self._keks:
            if DataKey(number, kek).id == key_id_of(wrapped):
                return unwrap(kek, number, wrapped)
        raise KeyUnknown(
            f"The data key of {number} was wrapped by a key encryption key that is not held here."
        )
