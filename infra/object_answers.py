"""What an object store answers: stored objects, checksums, refusals as errors with stable codes."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NoSuchBucket"})
_OUT_OF_REACH = frozenset({"RequestTimeout", "SlowDown", "Throttling"})
_SERVER_ERROR = 500
_DIFFERENT = frozenset({"BadDigest", "InvalidPart", "InvalidPartOrder", "EntityTooSmall"})

Part = tuple[int, str, str]
"""Number counted from 1, ETag as the store answered it, SHA-256 in hex."""


class ObjectStoreError(Exception):
    """What the object store would not do. `code` is stable; the text names no person and no file."""

    code = "object_store_error"


class ObjectAbsentError(ObjectStoreError):
    """There is no such object, version or unfinished upload."""

    code = "object_absent"


class ObjectTooLargeError(ObjectStoreError):
    """The object is larger than the caller is willing to read."""

    code = "object_too_large"


class ObjectDiffersError(ObjectStoreError):
    """The bytes are not those announced: a checksum, a part or an object already there differs."""

    code = "object_differs"


class StoreUnavailableError(ObjectStoreError):
    """The store can't be reached or can't answer now. Trying again later is right."""

    code = "object_store_unavailable"


@dataclass(frozen=True)
class StoredObject:
    """What the store says of one object. `sha256` is None when it was uploaded in parts."""

    key: str
    size_bytes: int
    media_type: str
    version_id: str | None
    sha256: str | None


def sha256_of(content: bytes | Path) -> str:
    """SHA-256 in hex of bytes or of a file, read in pieces."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def answers() -> Iterator[None]:
    """Turn the library's errors into ours, so that callers tell absent, different and unreachable apart."""
    try:
        yield
    except ClientError as error:
        raise _translated(error) from error
    except BotoCoreError as error:
        raise StoreUnavailableError(
            f"The object store could not be reached ({type(error).__name__})."
        ) from error


def _translated(error: ClientError) -> ObjectStoreError:
    code, status = code_of(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _ABSENT:
        return ObjectAbsentError("There is no such object in the store.")
    if code in _DIFFERENT:
        return ObjectDiffersError(f"The store refused the bytes ({code}).")
    if code in _OUT_OF_REACH or status >= _SERVER_ERROR:
        return StoreUnavailableError(f"The object store can't answer now ({code}).")
    return ObjectStoreError(f"The object store refused the request ({code}).")


def code_of(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def base64_of(sha256_hex: str) -> str:
    return b64encode(bytes.fromhex(sha256_hex)).decode()


def completed(part: Part) -> "CompletedPartTypeDef":
    number, etag, sha256_hex = part
    return {"PartNumber": number, "ETag": etag, "ChecksumSHA256": base64_of(sha256_hex)}


def composite_of(parts: Sequence[Part]) -> str:
    """The checksum S3 gives an object joined from parts: SHA-256 of the parts' SHA-256, and their number."""
    digests = b"".join(bytes.fromhex(sha256_hex) for _, _, sha256_hex in sorted(parts))
    return f"{b64encode(hashlib.sha256(digests).digest()).decode()}-{len(parts)}"


def stored(key: str, head: Any) -> StoredObject:
    checksum = head.get("ChecksumSHA256")
    return StoredObject(
        key=key,
        size_bytes=head["ContentLength"],
        media_type=head.get("ContentType", "application/octet-stream"),
        version_id=head.get("VersionId"),
        sha256=_hex(checksum),
    )


def _hex(checksum: str | None) -> str | None:
    return b64decode(checksum).hex() if checksum and "-" not in checksum else None
