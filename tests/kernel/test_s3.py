"""The bucket: signatures as AWS publishes them, stores that answer badly or not at all, and moving there and back."""

import asyncio
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.objects import FolderShelf, ObjectStore, StoreUnavailable, s3_requests, sigv4
from linli.kernel.objects.moving import Moved, copy_all
from linli.kernel.objects.s3 import S3Shelf, secret_of
from linli.kernel.settings import Objects, Settings, SettingsError, load

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


def shelf(answer: Any, **changes: Any) -> S3Shelf:
    settings = msgspec.structs.replace(SETTINGS, **changes)
    return S3Shelf(settings, settings.secret_key, now=lambda: 1.7e9, transport=httpx.MockTransport(answer))


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits between tries, noted instead of waited."""
    waits: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await real(0)

    monkeypatch.setattr(s3_requests.asyncio, "sleep", sleep)
    return waits


async def test_a_store_that_stumbles_is_asked_again(no_waits: list[float]) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) == 1:
            raise httpx.ConnectError("no", request=request)
        return httpx.Response(503 if len(asked) < 4 else 200)

    await shelf(answer).put("t/门.txt", b"hello")
    assert [request.url.raw_path for request in asked] == [b"/b/t/%E9%97%A8.txt"] * 4
    assert len(no_waits) == 3
    assert no_waits[0] < no_waits[1] < no_waits[2] < 2


@pytest.mark.parametrize(
    "status, code, told",
    [
        (403, "InvalidAccessKeyId", "the access key is not known there"),
        (403, "SignatureDoesNotMatch", "the secret key does not fit"),
        (403, "AccessDenied", "may not do this in bucket b"),
        (404, "NoSuchBucket", "there is no bucket b"),
        (301, "", "another region than us-east-1"),
        (500, "", "HTTP 500"),
        (400, "<b>odd", "HTTP 400"),
    ],
)
async def test_refusals_in_words(
    status: int, code: str, told: str, no_waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = f"<Error><Code>{code}</Code></Error>" if code else ""
    with pytest.raises(StoreUnavailable) as refused:
        await shelf(lambda request: httpx.Response(status, text=body)).check()
    assert told in str(refused.value)
    assert "very secret" not in caplog.text + str(refused.value)
    assert len(no_waits) == (3 if status == 500 else 0)


async def test_time_outs_and_answers_that_are_no_xml(no_waits: list[float]) -> None:
    def late(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    with pytest.raises(StoreUnavailable, match="did not answer in time"):
        await shelf(late).check()
    for text in ("{}", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
        odd = shelf(lambda request, text=text: httpx.Response(200, text=text))
        with pytest.raises(StoreUnavailable, match="no XML"):
            [one async for one in odd.listed()]


async def test_long_lists_come_in_pages() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        token = request.url.params.get("continuation-token", "")
        asked.append(token)
        more = "<IsTruncated>true</IsTruncated><NextContinuationToken>a/+=</NextContinuationToken>"
        key = "t/门.txt" if token else "t/a &amp; b"
        name = "http://s3.amazonaws.com/doc/2006-03-01/"
        listed = f"<Contents><Key>p/{key}</Key><Size>{len(asked)}</Size></Contents>"
        return httpx.Response(
            200, text=f'<ListBucketResult xmlns="{name}">{listed}{"" if token else more}</ListBucketResult>'
        )

    assert [one async for one in shelf(answer, prefix="p").listed()] == [("t/a & b", 1), ("t/门.txt", 2)]
    assert asked == ["", "a/+="]


async def test_addresses() -> None:
    hosts: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        hosts.append((request.headers["host"], request.url.raw_path.partition(b"?")[0]))
        return httpx.Response(200, text="<ListBucketResult/>")

    await shelf(answer).check()
    await shelf(answer, virtual_host=True, endpoint="https://oss.test/base").check()
    await shelf(answer, endpoint="", region="cn-north-1", virtual_host=True).check()
    assert hosts == [
        ("store.test:9000", b"/b/"), ("b.oss.test", b"/base/"), ("b.s3.cn-north-1.amazonaws.com", b"/"),
    ]  # fmt: skip


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
