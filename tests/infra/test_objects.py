"""The object store against a real S3 server: what it enforces, and what a repeated call does."""

import asyncio
import hashlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx2
import pytest
from botocore.exceptions import ClientError
from pydantic import SecretStr

from infra.dev.services import Stack
from infra.object_answers import (
    ObjectAbsentError,
    ObjectDiffersError,
    ObjectStoreError,
    ObjectTooLargeError,
    StoreUnavailableError,
)
from infra.objects import ObjectStore, part_headers, part_sizes, quarantine_key, s3_client, vault_key
from infra.settings import Settings

ORIGIN = "https://desk.example"
PART = 8 * 1024 * 1024


class Server(NamedTuple):
    store: ObjectStore
    settings: Settings

    @property
    def endpoint(self) -> str:
        return str(self.settings.s3_endpoint)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    stack = Stack(tmp_path_factory.mktemp("stack"), services={"objects"}, fast=True)
    asyncio.run(stack.__aenter__())
    try:
        store = ObjectStore.connect(stack.place.settings())
        store.ensure_buckets([ORIGIN])
        yield Server(store, stack.place.settings())
    finally:
        asyncio.run(stack.__aexit__(None, None, None))


@pytest.fixture
def store(server: Server) -> ObjectStore:
    return server.store


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def a_key() -> str:
    return quarantine_key(str(uuid4()))


def upload(store: ObjectStore, key: str, pieces: list[bytes]) -> tuple[str, list[tuple[int, str, str]]]:
    upload_id, parts = store.begin(key, "application/pdf"), []
    for number, piece in enumerate(pieces, 1):
        address = store.sign_part(key, upload_id, number, len(piece), digest(piece))
        answer = httpx2.put(address, content=piece, headers=part_headers(digest(piece)))
        assert answer.status_code == 200
        parts.append((number, answer.headers["etag"], digest(piece)))
    return upload_id, parts


def uploaded(store: ObjectStore, content: bytes) -> str:
    key = a_key()
    store.finish(key, *upload(store, key, [content]))
    return key


def test_a_file_uploaded_in_parts_arrives_whole(store: ObjectStore, tmp_path: Path) -> None:
    key, pieces = a_key(), [b"a" * PART, b"the end"]

    found = store.finish(key, *upload(store, key, pieces))

    assert (found.size_bytes, found.media_type) == (PART + 7, "application/pdf")
    assert store.fetch_to(tmp_path / "file", key, at_most_bytes=PART + 7) == PART + 7
    assert digest((tmp_path / "file").read_bytes()) == digest(b"".join(pieces))


def test_finishing_twice_gives_the_same_answer(store: ObjectStore) -> None:
    key = a_key()
    upload_id, parts = upload(store, key, [b"once"])

    first = store.finish(key, upload_id, parts)

    assert store.finish(key, upload_id, parts) == first


def test_finishing_with_another_hash_than_was_sent_is_refused(store: ObjectStore) -> None:
    key = a_key()
    upload_id, parts = upload(store, key, [b"once"])

    with pytest.raises(ObjectDiffersError):
        store.finish(key, upload_id, [(1, parts[0][1], digest(b"other"))])


def test_finishing_what_was_never_sent_is_absent(store: ObjectStore) -> None:
    with pytest.raises(ObjectAbsentError):
        store.finish(a_key(), "0" * 32, [(1, '"none"', digest(b""))])


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"good bytes", 200), (b"evil bytes", 400), (b"good bytes and more", 403), (b"good", 403), (b"", 403)],
)
def test_a_signed_part_takes_only_the_announced_bytes(store: ObjectStore, sent: bytes, status: int) -> None:
    key, announced = a_key(), b"good bytes"
    address = store.sign_part(key, store.begin(key, "application/pdf"), 1, len(announced), digest(announced))

    answer = httpx2.put(address, content=sent, headers=part_headers(digest(announced)))

    assert answer.status_code == status


def test_a_signed_part_is_good_for_no_other_hash_part_or_key(store: ObjectStore) -> None:
    key, content = a_key(), b"good bytes"
    address = store.sign_part(key, store.begin(key, "application/pdf"), 1, len(content), digest(content))
    attempts = [
        httpx2.put(address, content=b"evil bytes", headers=part_headers(digest(b"evil bytes"))),
        httpx2.put(address, content=content),
        httpx2.put(
            address.replace("partNumber=1", "partNumber=2"),
            content=content,
            headers=part_headers(digest(content)),
        ),
        httpx2.put(address.replace(key, a_key()), content=content, headers=part_headers(digest(content))),
    ]

    assert [answer.status_code for answer in attempts] == [403, 403, 403, 403]


def test_an_abandoned_upload_can_be_given_up_twice(store: ObjectStore) -> None:
    key = a_key()
    upload_id, parts = upload(store, key, [b"once"])

    store.abort(key, upload_id)
    store.abort(key, upload_id)

    with pytest.raises(ObjectAbsentError):
        store.finish(key, upload_id, parts)


@pytest.mark.parametrize(("most", "fits"), [(4, True), (3, False)])
def test_reading_stops_at_the_bound(store: ObjectStore, tmp_path: Path, most: int, fits: bool) -> None:
    key = uploaded(store, b"four")

    if fits:
        assert store.fetch_to(tmp_path / "file", key, at_most_bytes=most) == 4
    else:
        with pytest.raises(ObjectTooLargeError):
            store.fetch_to(tmp_path / "file", key, at_most_bytes=most)


def test_a_discarded_upload_is_gone_and_discarding_again_is_fine(store: ObjectStore) -> None:
    key = uploaded(store, b"four")

    store.discard(key)
    store.discard(key)

    with pytest.raises(ObjectAbsentError):
        store.stat(key)


def test_the_sweep_sees_only_what_waits_longer(store: ObjectStore) -> None:
    key, now = uploaded(store, b"four"), datetime.now(UTC)

    assert key in set(store.waiting_since_before(now + timedelta(minutes=1)))
    assert key not in set(store.waiting_since_before(now - timedelta(minutes=5)))


def test_releasing_twice_gives_the_same_version(store: ObjectStore, tmp_path: Path) -> None:
    (path := tmp_path / "file").write_bytes(b"released")
    key = vault_key("T26-4KX7M2QP", str(uuid4()))

    version = store.release(path, key, "application/pdf", digest(b"released"))

    assert store.release(path, key, "application/pdf", digest(b"released")) == version
    assert store.read(key, version) == b"released"
    assert store.stat_version(key, version).sha256 == digest(b"released")


def test_a_version_is_streamed_into_a_file_up_to_its_known_size(store: ObjectStore, tmp_path: Path) -> None:
    key = vault_key("T26-4KX7M2QP", str(uuid4()))
    version = store.write_sealed(key, b"released")

    written = store.read_to(tmp_path / "file", key, version, at_most_bytes=8)

    assert (written, (tmp_path / "file").read_bytes()) == (8, b"released")
    with pytest.raises(ObjectTooLargeError):
        store.read_to(tmp_path / "other", key, version, at_most_bytes=7)


def test_nothing_in_the_vault_is_ever_overwritten(store: ObjectStore) -> None:
    key = vault_key("T26-4KX7M2QP", str(uuid4()))
    version = store.write_sealed(key, b"first")

    with pytest.raises(ObjectDiffersError):
        store.write_sealed(key, b"second")

    assert store.read(key, version) == b"first"


def test_a_release_whose_bytes_changed_on_disk_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    (path := tmp_path / "file").write_bytes(b"changed after the examination")
    key = vault_key("T26-4KX7M2QP", str(uuid4()))

    with pytest.raises(ObjectDiffersError):
        store.release(path, key, "application/pdf", digest(b"as examined"))


def test_a_sealed_object_is_locked_until_its_day(server: Server, store: ObjectStore, tmp_path: Path) -> None:
    (path := tmp_path / "package").write_bytes(b"sealed")
    keys = [vault_key("T26-4KX7M2QP", str(uuid4())) for _ in range(2)]
    locked = store.write_sealed(keys[0], path, retain_until=datetime.now(UTC) + timedelta(days=1))
    free = store.write_sealed(keys[1], path)

    answers = [
        _delete_version(server.settings, key, version)
        for key, version in zip(keys, [locked, free], strict=True)
    ]

    assert answers == ["AccessDenied", "deleted"]


def _delete_version(settings: Settings, key: str, version: str) -> str:
    try:
        s3_client(settings).delete_object(Bucket=settings.s3_vault_bucket, Key=key, VersionId=version)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "deleted"


def test_a_download_gives_one_version_under_a_harmless_name(store: ObjectStore) -> None:
    key = vault_key("T26-4KX7M2QP", str(uuid4()))
    version = store.write_sealed(key, b"%PDF-", media_type="application/pdf")
    address = store.sign_download(key, version, '雇用契約書\r\nX: "1".pdf', "application/pdf", inline=True)

    answer = httpx2.get(address)

    assert (answer.status_code, answer.content) == (200, b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith(
        'inline; filename="_____X_ _1_.pdf"; filename*=UTF-8'
    )
    assert httpx2.get(address.replace(key, f"{key[:-1]}x")).status_code == 403


def test_nobody_reads_without_a_signature(server: Server, store: ObjectStore) -> None:
    key = vault_key("T26-4KX7M2QP", str(uuid4()))
    store.write_sealed(key, b"secret")

    assert httpx2.get(f"{server.endpoint}/toritsugi-vault/{key}").status_code == 403


def test_a_wrong_secret_is_refused_and_not_taken_for_absence(server: Server) -> None:
    stranger = ObjectStore.connect(server.settings.model_copy(update={"s3_secret_key": SecretStr("wrong")}))

    with pytest.raises(ObjectStoreError) as refused:
        stranger.write_sealed("x/y", b"content")

    assert type(refused.value) is ObjectStoreError


def test_a_store_out_of_reach_says_so(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"

    with pytest.raises(StoreUnavailableError):
        ObjectStore.connect(server.settings.model_copy(update={"s3_endpoint": endpoint})).stat("quarantine/x")


@pytest.mark.parametrize(("bucket", "method"), [("quarantine", "PUT"), ("vault", "GET")])
def test_browsers_may_come_only_from_our_pages(server: Server, bucket: str, method: str) -> None:
    def asked(origin: str) -> tuple[int, str | None]:
        headers = {"Origin": origin, "Access-Control-Request-Method": method}
        answer = httpx2.options(f"{server.endpoint}/toritsugi-{bucket}/x", headers=headers)
        return answer.status_code, answer.headers.get("access-control-allow-methods")

    assert asked(ORIGIN) == (200, method)
    assert asked("https://evil.example") == (403, None)


def test_preparing_the_buckets_again_changes_nothing(store: ObjectStore) -> None:
    key = uploaded(store, b"kept")

    store.ensure_buckets([ORIGIN])

    assert store.stat(key).size_bytes == 4


@pytest.mark.parametrize(
    ("size_bytes", "parts"),
    [(0, [0]), (1, [1]), (PART, [PART]), (PART + 1, [PART, 1]), (2 * PART, [PART, PART])],
)
def test_a_file_is_cut_into_parts_of_eight_mebibytes(size_bytes: int, parts: list[int]) -> None:
    assert part_sizes(size_bytes) == parts


def test_keys_carry_ids_only_and_are_found_again() -> None:
    document_id = "9f0f7c1e-6d0c-4b5e-8a43-1f6f6f3b8a11"

    assert quarantine_key(document_id) == f"quarantine/{document_id}"
    assert vault_key("T26-4KX7M2QP", document_id) == vault_key("T26-4KX7M2QP", document_id)
    assert vault_key("T26-4KX7M2QP", document_id).endswith(f"/T26-4KX7M2QP/{document_id}")
