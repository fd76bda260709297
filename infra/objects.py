"""The object store: a quarantine that browsers upload into, and a vault that nobody overwrites.

Plain synchronous boto3 for any S3; callers use threads. Keys are built of ids only, never of names.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from pydantic import SecretStr

from infra.file_names import content_disposition
from infra.object_answers import (
    ObjectDiffersError,
    ObjectTooLargeError,
    Part,
    StoredObject,
    answers,
    base64_of,
    code_of,
    completed,
    composite_of,
    sha256_of,
    stored,
)
from infra.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef

PART_SIZE_BYTES = 8 * 1024 * 1024
ABANDONED_UPLOAD_DAYS = 7
_CHUNK_BYTES = 1024 * 1024


def quarantine_key(document_id: str) -> str:
    """Where the upload of this document waits for its examination."""
    return f"quarantine/{document_id}"


def vault_key(application_number: str, document_id: str) -> str:
    """Where a released document lies. The prefix follows from the document's id, so a retry finds it."""
    prefix = hashlib.sha256(document_id.encode()).hexdigest()[:4]
    return f"{prefix}/{application_number}/{document_id}"


def part_sizes(size_bytes: int) -> list[int]:
    """How a file of this size is cut for uploading: parts of 8 MiB, a small file in one part."""
    whole, rest = divmod(size_bytes, PART_SIZE_BYTES)
    return [PART_SIZE_BYTES] * whole + ([rest] if rest or not whole else [])


def part_headers(sha256_hex: str) -> dict[str, str]:
    """The headers a browser must send with one signed part; the address is signed for exactly these."""
    return {"x-amz-checksum-sha256": base64_of(sha256_hex)}


class ObjectStore:
    """One quarantine and one vault, spoken to with the rights of this process."""

    def __init__(self, client: "S3Client", *, quarantine: str, vault: str, signed_for_seconds: int) -> None:
        """Use `ObjectStore.connect` unless the client is made elsewhere."""
        self._client = client
        self._quarantine = quarantine
        self._vault = vault
        self._signed_for_seconds = signed_for_seconds

    @classmethod
    def connect(cls, settings: Settings) -> "ObjectStore":
        """Build the client of the configured store. Opens no connection yet."""
        return cls(
            _shared(settings.s3_endpoint, settings.s3_region, settings.s3_access_key, settings.s3_secret_key),
            quarantine=settings.s3_quarantine_bucket,
            vault=settings.s3_vault_bucket,
            signed_for_seconds=settings.limits.presigned_url_seconds,
        )

    def ensure_buckets(self, browser_origins: list[str], *, retention_days: int | None = None) -> None:
        """Create what is missing and set the rules again: safe to repeat.

        The vault is versioned and lockable; `retention_days` adds a default governance retention. Finished
        uploads in the quarantine never expire: only the desk knows whether one still waits to be examined.
        """
        with answers():
            self._ensure_bucket(self._quarantine, lockable=False)
            self._ensure_bucket(self._vault, lockable=True)
            self._set_origins(self._quarantine, browser_origins, ["PUT"])
            self._set_origins(self._vault, browser_origins, ["GET"])
            self._client.put_bucket_lifecycle_configuration(
                Bucket=self._quarantine, LifecycleConfiguration={"Rules": [_ABANDONED_UPLOADS]}
            )
            self._set_retention(retention_days)

    def begin(self, key: str, media_type: str) -> str:
        """Open an upload in parts into the quarantine and return its upload id."""
        with answers():
            answer = self._client.create_multipart_upload(
                Bucket=self._quarantine, Key=key, ContentType=media_type, ChecksumAlgorithm="SHA256"
            )
        return answer["UploadId"]

    def sign_part(self, key: str, upload_id: str, part_number: int, size_bytes: int, sha256_hex: str) -> str:
        """The address to PUT one part to; parts count from 1. The sender adds `part_headers(sha256_hex)`.

        Length and SHA-256 are signed: the store refuses other bytes.
        """
        return self._client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self._quarantine,
                "Key": key,
                "UploadId": upload_id,
                "PartNumber": part_number,
                "ContentLength": size_bytes,
                "ChecksumSHA256": base64_of(sha256_hex),
            },
            ExpiresIn=self._signed_for_seconds,
        )

    def finish(self, key: str, upload_id: str, parts: Sequence[Part]) -> StoredObject:
        """Join the parts (number, ETag, SHA-256 in hex). A repeated call gives the same answer.

        Raises ObjectDiffersError when a part isn't what was announced, ObjectAbsentError when none was sent.
        """
        joined = [completed(part) for part in sorted(parts)]
        with answers():
            try:
                self._client.complete_multipart_upload(
                    Bucket=self._quarantine, Key=key, UploadId=upload_id, MultipartUpload={"Parts": joined}
                )
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise
            head = self._client.head_object(Bucket=self._quarantine, Key=key, ChecksumMode="ENABLED")
        if head.get("ChecksumSHA256") != composite_of(parts):
            raise ObjectDiffersError("The joined object has another checksum than its announced parts.")
        return stored(key, head)

    def abort(self, key: str, upload_id: str) -> None:
        """Give up an upload and free its parts; one that is already gone is fine."""
        with answers():
            try:
                self._client.abort_multipart_upload(Bucket=self._quarantine, Key=key, UploadId=upload_id)
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise

    def stat(self, key: str) -> StoredObject:
        """What lies in the quarantine under this key. Raises ObjectAbsentError."""
        with answers():
            head = self._client.head_object(Bucket=self._quarantine, Key=key, ChecksumMode="ENABLED")
        return stored(key, head)

    def fetch_to(self, path: Path, key: str, *, at_most_bytes: int) -> int:
        """Stream a quarantined object into a file; returns its size. Raises ObjectTooLargeError."""
        with answers():
            answer = self._client.get_object(Bucket=self._quarantine, Key=key)
            with path.open("wb") as target:
                return _copy(answer["Body"], target, at_most_bytes)

    def discard(self, key: str) -> None:
        """Remove an object from the quarantine; one that is already gone is fine."""
        with answers():
            self._client.delete_object(Bucket=self._quarantine, Key=key)

    def erase(self, key: str, version_id: str) -> None:
        """Remove one version from the vault for ever; one that is already gone is fine. Raises ObjectStoreError while the
        store keeps it locked."""
        with answers():
            self._client.delete_object(Bucket=self._vault, Key=key, VersionId=version_id)

    def waiting_since_before(self, moment: datetime) -> Iterator[str]:
        """Keys of finished uploads older than `moment`, for the sweep that asks who still needs them."""
        with answers():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._quarantine):
                for entry in page.get("Contents", []):
                    if entry["LastModified"] < moment:
                        yield entry["Key"]

    def release(self, local_path: Path, key: str, media_type: str, sha256: str) -> str:
        """Put an examined file into the vault, never over another, and return its version id.

        A repeated call with the same bytes returns that version; other bytes raise ObjectDiffersError.
        """
        with local_path.open("rb") as content:
            return self._write_once(key, content, media_type=media_type, sha256=sha256)

    def write_sealed(
        self,
        key: str,
        content: bytes | Path,
        *,
        media_type: str = "application/zip",
        retain_until: datetime | None = None,
    ) -> str:
        """Put a package or evidence into the vault once, locked until an instant if given."""
        digest = sha256_of(content)
        if isinstance(content, bytes):
            return self._write_once(
                key, content, media_type=media_type, sha256=digest, retain_until=retain_until
            )
        with content.open("rb") as stream:
            return self._write_once(
                key, stream, media_type=media_type, sha256=digest, retain_until=retain_until
            )

    def stat_version(self, key: str, version_id: str) -> StoredObject:
        """What the vault says of one version, with its SHA-256. Raises ObjectAbsentError."""
        with answers():
            head = self._client.head_object(
                Bucket=self._vault, Key=key, VersionId=version_id, ChecksumMode="ENABLED"
            )
        return stored(key, head)

    def read(self, key: str, version_id: str) -> bytes:
        """The whole content of one version in the vault. Raises ObjectAbsentError."""
        with answers():
            answer = self._client.get_object(
                Bucket=self._vault, Key=key, VersionId=version_id, ChecksumMode="ENABLED"
            )
            return answer["Body"].read()

    def read_to(self, path: Path, key: str, version_id: str, *, at_most_bytes: int) -> int:
        """Stream one version of the vault into a file; returns its size. Raises ObjectAbsentError, ObjectTooLargeError."""
        with answers():
            answer = self._client.get_object(
                Bucket=self._vault, Key=key, VersionId=version_id, ChecksumMode="ENABLED"
            )
            with path.open("wb") as target:
                return _copy(answer["Body"], target, at_most_bytes)

    def sign_download(
        self, key: str, version_id: str, file_name: str, media_type: str, *, inline: bool
    ) -> str:
        """An address that gives exactly one released version for some minutes, under a harmless file name."""
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._vault,
                "Key": key,
                "VersionId": version_id,
                "ResponseContentType": media_type,
                "ResponseContentDisposition": content_disposition(file_name, media_type, inline=inline),
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=self._signed_for_seconds,
        )

    def _write_once(
        self,
        key: str,
        content: bytes | BinaryIO,
        *,
        media_type: str,
        sha256: str,
        retain_until: datetime | None = None,
    ) -> str:
        lock: dict[str, Any] = (
            {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": retain_until}
            if retain_until
            else {}
        )
        with answers():
            try:
                answer = self._client.put_object(
                    Bucket=self._vault,
                    Key=key,
                    Body=content,
                    ContentType=media_type,
                    ChecksumSHA256=base64_of(sha256),
                    IfNoneMatch="*",
                    **lock,
                )
            except ClientError as error:
                if code_of(error) != "PreconditionFailed":
                    raise
                return self._already_there(key, sha256)
        return answer["VersionId"]

    def _already_there(self, key: str, sha256: str) -> str:
        head = self._client.head_object(Bucket=self._vault, Key=key, ChecksumMode="ENABLED")
        if head.get("ChecksumSHA256") != base64_of(sha256):
            raise ObjectDiffersError("Another object is already kept under this key; nothing was written.")
        return head["VersionId"]

    def _ensure_bucket(self, bucket: str, *, lockable: bool) -> None:
        region = self._client.meta.region_name
        place: dict[str, Any] = (
            {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        try:
            self._client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=lockable, **place)
        except ClientError as error:
            if code_of(error) != "BucketAlreadyOwnedByYou":
                raise

    def _set_origins(self, bucket: str, origins: list[str], methods: list[str]) -> None:
        rule: CORSRuleTypeDef = {
            "AllowedOrigins": origins,
            "AllowedMethods": methods,
            "AllowedHeaders": ["content-type", "x-amz-checksum-sha256"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 600,
        }
        self._client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})

    def _set_retention(self, days: int | None) -> None:
        if days is None:
            return
        self._client.put_object_lock_configuration(
            Bucket=self._vault,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}},
            },
        )


_ABANDONED_UPLOADS: Any = {
    "ID": "unfinished-uploads",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABANDONED_UPLOAD_DAYS},
}


def s3_client(settings: Settings) -> "S3Client":
    """A plain client behind the store, for what the store does not do itself (operators, tests)."""
    return _built(settings.s3_endpoint, settings.s3_region, settings.s3_access_key, settings.s3_secret_key)


def _built(
    endpoint: str | None, region: str, access: SecretStr | None, secret: SecretStr | None
) -> "S3Client":
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=access.get_secret_value() if access else None,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
        config=Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=60,
            max_pool_connections=32,
            retries={"mode": "standard", "max_attempts": 3},
            s3={"addressing_style": "path" if endpoint else "auto"},
        ),
    )


_shared = lru_cache(maxsize=8)(_built)
"""One for each store and its keys: building one takes half a second of a core, and threads may share it."""


def _copy(source: Any, target: BinaryIO, at_most_bytes: int) -> int:
    written = 0
    for chunk in source.iter_chunks(_CHUNK_BYTES):
        written += len(chunk)
        if written > at_most_bytes:
            raise ObjectTooLargeError("The object is larger than allowed; reading it was stopped.")
        target.write(chunk)
    return written
