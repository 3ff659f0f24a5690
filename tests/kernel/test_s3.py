"""The bucket: signatures as AWS publishes them, stores that answer badly or not at all, and moving there and back."""

import asyncio
import hashlib
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.errors import NotFound, TooLarge
from linli.kernel.objects import FolderShelf, ObjectStore, Shelf, StoreUnavailable
from linli.kernel.objects.choice import secret_of
from linli.kernel.objects.moving import Moved, copy_all
from linli.kernel.objects.s3 import PART_BYTES, S3Shelf
from linli.kernel.settings import Objects, Settings, SettingsError, load
from linli.ops.tls import Authority, ServerTls
from tests.engines import free_port
from tests.kernel import sigv4
from tests.kernel.bucket import Answer, Asked, BucketServer, bucket_server

VECTORS = json.loads((Path(__file__).parent / "vectors" / "sigv4.json").read_text("utf-8"))["cases"]
KEYS = {
    "s3": (
        sigv4.Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"),
        "examplebucket.s3.amazonaws.com",
        "20130524T000000Z",
    ),
    "suite": (
        sigv4.Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service"),
        "example.amazonaws.com",
        "20150830T123600Z",
    ),
}
SETTINGS = Objects(
    store="s3", endpoint="http://store.test:9000", bucket="b", access_key="AK", secret_key="very secret"
)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_signatures_are_those_that_aws_publishes(case: dict[str, Any]) -> None:
    key, host, at = KEYS[case["key"]]
    assert key.secret_key not in repr(key)
    if seconds := case.get("presigned"):
        query = sigv4.presigned(
            key,
            method=case["method"],
            path=case["path"],
            query=case["query"],
            host=host,
            expires_s=seconds,
            at=at,
        )
        assert query.endswith(f"X-Amz-Signature={case['signature']}")
        return
    payload = hashlib.sha256(case.get("payload", "").encode()).hexdigest()
    headers = {"host": host, "x-amz-date": at, **case["headers"]}
    if case["key"] == "s3":
        headers["x-amz-content-sha256"] = payload
    said = sigv4.authorization(
        key, method=case["method"], path=case["path"], query=case["query"], headers=headers, payload_sha256=payload,
        at=at,
    )  # fmt: skip
    assert said.endswith(f"Signature={case['signature']}")


@pytest.fixture
async def server() -> AsyncIterator[BucketServer]:
    async with bucket_server() as running:
        yield running


def shelf(server: BucketServer, **changes: Any) -> S3Shelf:
    settings = server.settings(**changes)
    return S3Shelf(settings, settings.secret_key, first_wait_s=0.01)


async def read(shelf: Shelf, key: str, start: int = 0, end: int | None = None) -> bytes:
    async with shelf.open(key, start, end) as opened:
        return b"".join([chunk async for chunk in opened.chunks])


async def stream(
    size: int, *, piece: int = 256 * 1024, then: Exception | None = None
) -> AsyncIterator[bytes]:
    """`size` bytes, and then perhaps a failure of whoever sends them."""
    for start in range(0, size, piece):
        yield bytes(min(piece, size - start))
    if then is not None:
        raise then


@pytest.mark.parametrize("prefix", ["", "a@b/c=d+e"])
@pytest.mark.parametrize("key", ["t/门 1.jpg".replace(" ", "_"), "t/_b/c@d+e=f.txt", "t/a-b.c~".rstrip("~")])
async def test_every_request_is_signed_as_aws_reads_it(server: BucketServer, prefix: str, key: str) -> None:
    """The server refuses any other."""
    bucket = shelf(server, prefix=prefix)
    await bucket.check()
    await bucket.put(key, b"0123456789")
    assert await bucket.size(key) == 10
    assert await read(bucket, key) == b"0123456789"
    assert await read(bucket, key, 0, 0) == b"0"
    assert await read(bucket, key, 3, 5) == b"345"
    assert await read(bucket, key, 8, 50) == b"89"
    assert await read(bucket, key, 7) == b"789"
    async with httpx.AsyncClient(trust_env=False) as reader:
        assert (await reader.get(bucket.presigned(key, 60))).content == b"0123456789"
    await bucket.receive(key, stream(PART_BYTES + 1))
    assert [one async for one in bucket.listed()] == [(key, PART_BYTES + 1)]
    await bucket.delete_all("t")
    assert server.objects == {}
    with pytest.raises(NotFound):
        await read(bucket, key)
    assert await bucket.remove_broken() == 0
    stranger = S3Shelf(server.settings(secret_key="x"), "x", first_wait_s=0.01)
    with pytest.raises(StoreUnavailable, match="the secret key does not fit"):
        await stranger.put(key, b"")


async def test_a_link_is_good_for_a_week_at_most(server: BucketServer) -> None:
    url = shelf(server).presigned("t/a", 30 * 86_400)
    assert "X-Amz-Expires=604800&" in url
    assert "very secret" not in url


async def test_a_store_that_stumbles_is_asked_again(server: BucketServer) -> None:
    statuses = [503, 429, 500]

    def stumble(asked: Asked) -> Answer | None:
        return Answer(statuses.pop()) if statuses else None

    server.fault = stumble
    await shelf(server).put("t/门.txt", b"hello")
    assert [asked.path for asked in server.asked] == ["/b/t/%E9%97%A8.txt"] * 4
    assert server.objects == {"t/门.txt": b"hello"}


@pytest.mark.parametrize(
    "status, code, told",
    [
        (403, "InvalidAccessKeyId", "the access key is not known there"),
        (403, "SignatureDoesNotMatch", "the secret key does not fit"),
        (403, "AccessDenied", "may not do this in bucket b"),
        (403, "RequestTimeTooSkewed", "this machine's clock is wrong"),
        (404, "NoSuchBucket", "there is no bucket b"),
        (301, "", "another region than us-east-1"),
        (400, "AuthorizationHeaderMalformed", "another region than us-east-1"),
        (409, "OperationAborted", "OperationAborted"),
        (500, "", "HTTP 500"),
        (400, "<b>odd", "HTTP 400"),
    ],
)
async def test_refusals_in_words(
    server: BucketServer, status: int, code: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = f"<Error><Code>{code}</Code></Error>" if code else ""
    server.fault = lambda asked: Answer(status, body.encode())
    bucket = shelf(server)
    uses: list[Callable[[], Awaitable[object]]] = [
        bucket.check, lambda: bucket.put("t/a", b"1"), lambda: read(bucket, "t/a"), lambda: bucket.delete("t/a"),
        lambda: bucket.receive("t/a", stream(1)), lambda: bucket.receive("t/a", stream(PART_BYTES + 1)),
    ]  # fmt: skip
    for use in uses:
        server.asked.clear()
        with pytest.raises(StoreUnavailable) as refused:
            await use()
        assert told in str(refused.value)
        assert "very secret" not in caplog.text + str(refused.value)
        assert len(server.asked) == (4 if status == 500 else 1)


async def test_time_outs_and_answers_that_are_no_xml(server: BucketServer) -> None:
    async def never(asked: Asked) -> Answer:
        await asyncio.sleep(60)
        return Answer()

    server.fault = never
    with pytest.raises(StoreUnavailable, match="did not answer in time"):
        await shelf(server, timeout_seconds=0.1).check()
    assert len(server.asked) == 4
    with pytest.raises(StoreUnavailable, match="did not answer in time"):
        async with shelf(server, timeout_seconds=0.1).open("t/a"):
            pass
    for text in ("{}", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
        server.fault = lambda asked, text=text: Answer(200, text.encode())
        with pytest.raises(StoreUnavailable, match="no XML"):
            [one async for one in shelf(server).listed()]
    server.fault = lambda asked: Answer(200, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    with pytest.raises(StoreUnavailable, match="no XML"):
        await shelf(server).remove_broken()


async def test_a_store_that_is_not_there() -> None:
    settings = msgspec.structs.replace(SETTINGS, endpoint=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(StoreUnavailable, match="it cannot be reached"):
        await S3Shelf(settings, "x", first_wait_s=0.01).check()
    with pytest.raises(StoreUnavailable, match="it cannot be reached"):
        await S3Shelf(settings, "x", first_wait_s=0.01).receive("t/a", stream(PART_BYTES + 1))


async def test_an_answer_may_take_long_while_bytes_come(server: BucketServer) -> None:
    """Only silence counts against a store."""
    server.objects["t/a"] = bytes(2_000_000)
    bucket = shelf(server, timeout_seconds=0.2)
    async with bucket.open("t/a") as opened:
        size = 0
        async for chunk in opened.chunks:
            size += len(chunk)
            await asyncio.sleep(0.05)
    assert size == 2_000_000


async def test_long_lists_come_in_pages(server: BucketServer) -> None:
    server.page = 2
    keys = ["t/a-b", "t/c", "t/d/e", "t/门.txt", "t/门2.txt"]
    server.objects = {f"p/{key}": key.encode() for key in keys} | {"other": b"", "p": b"", "pq/a": b""}
    assert [one async for one in shelf(server, prefix="p").listed()] == [
        (key, len(key.encode())) for key in keys
    ]
    tokens = [asked.query.get("continuation-token", "") for asked in server.asked]
    assert tokens == ["", "token/+=2", "token/+=4"]


async def test_keys_that_others_put_there(server: BucketServer) -> None:
    server.objects = {"t/a": b"", "t//b": b""}
    with pytest.raises(StoreUnavailable, match="a prefix of its own"):
        [one async for one in shelf(server).listed()]


async def test_addresses(server: BucketServer) -> None:
    await shelf(server).check()
    await shelf(server, endpoint=f"http://127.0.0.1:{server.port}/base/").check()
    assert [asked.path for asked in server.asked] == ["/b", "/base/b"]
    urls = [
        shelf(server, **changes).presigned("a", 60).partition("?")[0]
        for changes in (
            {"virtual_host": True, "endpoint": "https://oss.test/base"},
            {"virtual_host": True, "endpoint": "", "region": "cn-north-1"},
            {"endpoint": "", "region": "eu-west-1"},
        )
    ]
    assert urls == [
        "https://b.oss.test/base/a", "https://b.s3.cn-north-1.amazonaws.com/a", "https://s3.eu-west-1.amazonaws.com/b/a",
    ]  # fmt: skip


async def test_the_environment_has_no_say(server: BucketServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """obstore would take other addresses, keys and proxies from there."""
    async with bucket_server() as other:
        foreign = f"http://127.0.0.1:{other.port}"
        for name, value in {
            "HTTP_PROXY": foreign, "http_proxy": foreign, "ALL_PROXY": foreign, "AWS_ENDPOINT_URL_S3": foreign,
            "AWS_SESSION_TOKEN": "x", "AWS_SKIP_SIGNATURE": "true", "AWS_UNSIGNED_PAYLOAD": "true",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        bucket = shelf(server)
        await bucket.put("t/a", b"1")
        assert await bucket.remove_broken() == 0
        assert os.environ["AWS_SESSION_TOKEN"] == "x"
        assert other.asked == []
    assert [asked.headers.get("x-amz-security-token") for asked in server.asked] == [None, None]
    assert server.asked[0].headers["x-amz-content-sha256"] != "UNSIGNED-PAYLOAD"


async def test_a_store_of_a_private_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    authority.create("Linli CA", now_ms=int(time.time() * 1000))
    authority.issue(["127.0.0.1"], now_ms=int(time.time() * 1000))
    async with bucket_server(ServerTls(authority.server_certificate, authority.server_key).context) as server:
        address = f"https://127.0.0.1:{server.port}"
        with pytest.raises(StoreUnavailable, match="it cannot be reached"):
            await shelf(server, endpoint=address).check()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        bucket = shelf(server, endpoint=address)
        await bucket.put("t/a", b"1")
        assert await bucket.remove_broken() == 0
    assert server.objects == {"t/a": b"1"}


async def test_of_an_upload_that_breaks_off_nothing_stays(server: BucketServer) -> None:
    bucket = shelf(server)
    size = 3 * PART_BYTES + 17
    for then in (ConnectionError("the sender went away"), TooLarge(limit=1)):
        with pytest.raises(type(then)):
            await bucket.receive("t/a", stream(size, then=then))
        assert (server.objects, server.uploads) == ({}, {})
    work = asyncio.create_task(bucket.receive("t/a", endless()))
    while not server.uploads:
        await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert server.uploads == {}
    await bucket.receive("t/a", stream(size))
    assert len(server.objects["t/a"]) == size
    assert server.uploads == {}


async def endless() -> AsyncIterator[bytes]:
    """Two parts, and then nothing more."""
    async for piece in stream(2 * PART_BYTES):
        yield piece
    await asyncio.sleep(60)


@pytest.mark.parametrize("refused", ["begin", "part 2", "part 4", "complete", "complete, told late"])
async def test_an_upload_that_the_store_refuses(server: BucketServer, refused: str) -> None:
    def fault(asked: Asked) -> Answer | None:
        step = (
            {"POST": "complete", "PUT": "part"}.get(asked.method, "")
            if "uploadId" in asked.query
            else "begin"
        )
        if asked.method == "DELETE" or not refused.startswith(step):
            return None
        if step == "part" and not refused.endswith(asked.query["partNumber"]):
            return None
        return Answer(200 if "late" in refused else 403, b"<Error><Code>AccessDenied</Code></Error>")

    server.fault = fault
    told = "did not put the parts together" if "late" in refused else "may not do this"
    with pytest.raises(StoreUnavailable, match=told):
        await shelf(server).receive("t/a", stream(3 * PART_BYTES + 1))
    assert (server.objects, server.uploads) == ({}, {})


async def test_memory_holds_few_parts_of_an_upload(server: BucketServer) -> None:
    """A store that takes nothing holds the sender back."""
    taken = 0
    free = asyncio.Event()

    async def wait(asked: Asked) -> Answer | None:
        await free.wait()
        return None

    async def counted() -> AsyncIterator[bytes]:
        nonlocal taken
        async for piece in stream(10 * PART_BYTES):
            taken += len(piece)
            yield piece

    server.fault = lambda asked: wait(asked) if "partNumber" in asked.query else None  # type: ignore[return-value]
    work = asyncio.create_task(shelf(server).receive("t/a", counted()))
    async with asyncio.timeout(30):
        while not any("partNumber" in asked.query for asked in server.asked):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert taken <= 3 * PART_BYTES
        free.set()
        await work
    assert len(server.objects["t/a"]) == 10 * PART_BYTES


async def test_uploads_that_a_killed_process_left_are_ended_a_day_later(server: BucketServer) -> None:
    server.uploads = {"1/+=": ("p/t/门 a.bin", {1: b"x"}), "2": ("other/t/a.bin", {})}
    server.begun = "2026-01-01T00:00:00.000Z"
    begun_s = 1767225600
    settings = server.settings(prefix="p")

    def at(now_s: float) -> S3Shelf:
        return S3Shelf(settings, settings.secret_key, now=lambda: now_s)

    assert await at(begun_s + 86_399).remove_broken() == 0
    assert len(server.uploads) == 2
    assert await at(begun_s + 86_401).remove_broken() == 1
    assert list(server.uploads) == ["2"]
    server.fault = lambda asked: Answer(501)
    assert await at(begun_s + 86_401).remove_broken() == 0


def test_a_bucket_is_loaded_where_one_is_used() -> None:
    program = (
        "import sys, linli.app.platform, linli.ops.backup, linli.admin.installation\n"
        "print([name for name in sys.modules if name.startswith('obstore')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_direct_urls_lead_to_the_store(s3_settings: Objects, clock: ManualClock) -> None:
    bucket = S3Shelf(s3_settings, s3_settings.secret_key)
    store = ObjectStore(bucket, b"k" * 32, "http://linli.test", clock)
    store.direct = bucket.presigned
    await store.put("t/门 1.jpg".replace(" ", "_"), b"picture")
    url = store.url("t/门_1.jpg", expires_s=60)
    assert url.startswith(s3_settings.endpoint)
    async with httpx.AsyncClient(trust_env=False) as reader:
        assert (await reader.get(url)).content == b"picture"
    assert store.url("t/new.jpg", method="PUT", limit=5).startswith("http://linli.test/files/t/new.jpg?")
    await bucket.close()


async def test_moving_there_and_back(s3_settings: Objects, tmp_path: Path) -> None:
    folder, back = FolderShelf(tmp_path / "a"), FolderShelf(tmp_path / "b")
    bucket = S3Shelf(s3_settings, s3_settings.secret_key)
    content = {f"t{number % 3}/{number}.bin": bytes([number]) * number for number in range(20)}
    for key, value in content.items():
        await folder.put(key, value)

    class Cut(Exception):
        pass

    def cut(moved: Moved) -> None:
        if moved.copied == 7:
            raise Cut

    with pytest.raises(Cut):
        await copy_all(folder, bucket, tell=cut)
    rest = await copy_all(folder, bucket)
    assert (rest.seen, rest.copied, rest.there) == (20, 13, 7)
    await copy_all(bucket, back)
    store = ObjectStore(back, b"", "", ManualClock(1))
    assert {key: await store.get(key) for key in content} == content
    await bucket.close()


def test_settings(tmp_path: Path) -> None:
    whole = {
        "LINLI_OBJECTS_STORE": "s3", "LINLI_OBJECTS_BUCKET": "b", "LINLI_OBJECTS_ACCESS_KEY": "AK",
        "LINLI_OBJECTS_SECRET_FILE": str(tmp_path / "secret"),
    }  # fmt: skip
    (tmp_path / "secret").write_text("very secret\n")
    assert secret_of(load(None, whole).objects) == "very secret"
    assert Settings().objects.store == "folder"
    for change, told in (
        ({"LINLI_OBJECTS_BUCKET": ""}, "needs bucket"),
        ({"LINLI_OBJECTS_SECRET_FILE": ""}, "secret_key or secret_file"),
        ({"LINLI_OBJECTS_SECRET_KEY": "x"}, "either secret_key or secret_file"),
        ({"LINLI_OBJECTS_ENDPOINT": "minio:9000"}, "endpoint must look like"),
    ):
        with pytest.raises(SettingsError, match=told):
            load(None, whole | change)
    (tmp_path / "secret").unlink()
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        secret_of(load(None, whole).objects)
