"""Where the bytes of arrivals lie: in the vault, sealed with the arrival's own key, under a new name each time."""

import asyncio
import uuid
from typing import Any, NamedTuple

from infra.keys import DataKey, open_sealed, seal
from infra.objects import ObjectStore, vault_key

RAW_PURPOSE = "arrival/raw"
PART_PURPOSE = "arrival/part"
FILE_NAME_PURPOSE = "arrival/file-name"
SEALED = "application/octet-stream"


class Place(NamedTuple):
    """One sealed object in the vault."""

    key: str
    version: str


class PartPlace(NamedTuple):
    """One attachment: what it is, whether it was released, and where it lies if so. The first has place 1."""

    place: int
    media_type: str
    size_bytes: int
    state: str
    refusal: str | None
    pages: int | None
    file_name: str
    kept: Place | None

    def row(self, arrival_id: str, key: DataKey) -> dict[str, Any]:
        """The row of `arrival_part`."""
        return {
            "arrival_id": arrival_id,
            "place": self.place,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "state": self.state,
            "refusal": self.refusal,
            "pages": self.pages,
            "file_name": seal(key, FILE_NAME_PURPOSE, self.file_name.encode()),
            "vault_key": self.kept.key if self.kept else None,
            "vault_version": self.kept.version if self.kept else None,
        }


class Vault:
    """Writes and reads sealed objects. A crash between object and row leaves an object that nobody can open or find."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def put(self, key: DataKey, purpose: str, content: bytes) -> Place:
        """Seal and keep these bytes."""
        name = vault_key(key.owner, str(uuid.uuid4()))
        sealed = await asyncio.to_thread(seal, key, purpose, content)
        version = await asyncio.to_thread(self._objects.write_sealed, name, sealed, media_type=SEALED)
        return Place(name, version)

    async def get(self, key: DataKey, purpose: str, place: Place) -> bytes:
        """The bytes again. Raises SealBroken, ObjectAbsentError."""
        sealed = await asyncio.to_thread(self._objects.read, place.key, place.version)
        return await asyncio.to_thread(open_sealed, key, purpose, sealed)
