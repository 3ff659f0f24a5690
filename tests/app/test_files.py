"""Files by signed URL over real HTTP: ranges, limits, uploads that break off, paths that try to leave."""

import asyncio
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from linli.app.platform import Platform
from tests.plugins.stores import both_stores

pytestmark = [pytest.mark.engines("sqlite"), both_stores]

CONTENT = bytes(range(256)) * 4000
KEY = "tenant/picture/门 1.jpg".replace(" ", "_")


@pytest.fixture
async def url(platform: Platform) -> str:
    await platform.objects.put(KEY, CONTENT)
    return platform.objects.url(KEY)


async def leftovers(platform: Platform) -> list[str]:
    """Names of what lies on the shelf, and in a folder of what lies beside it."""
    if platform.objects.shelf.kind != "folder":
        return sorted([key.rpartition("/")[2] async for key, _ in platform.objects.shelf.listed()])
    folder = Path(platform.settings.data_dir) / "objects"
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


async def test_the_whole_file(web: httpx.AsyncClient, url: str) -> None:
    got = await web.get(url)
    assert got.content == CONTENT
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert got.headers["accept-ranges"] == "bytes"
    assert "private" in got.headers["cache-control"]
    head = await web.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    "asked, status, part",
    [
        ("bytes=0-0", 206, CONTENT[:1]),
        ("bytes=10-19", 206, CONTENT[10:20]),
        ("bytes=1023990-", 206, CONTENT[-10:]),
        ("bytes=-10", 206, CONTENT[-10:]),
        ("bytes=-99999999", 206, CONTENT),
        ("bytes=0-99999999", 206, CONTENT),
        ("bytes=1024000-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=9-5", 200, CONTENT),
        ("bytes=0-1,5-6", 200, CONTENT),
        ("bytes=-", 200, CONTENT),
        ("lines=1-2", 200, CONTENT),
        ("bytes=" + "9" * 5000 + "-", 200, CONTENT),
    ],
)
async def test_ranges(
    web: httpx.AsyncClient, url: str, store_kind: str, asked: str, status: int, part: bytes
) -> None:
    if store_kind == "s3" and asked == "bytes=0-0":
        pytest.skip(
            "s3rver answers this with the whole object; tests/kernel/test_s3.py asks a server that does not"
        )
    got = await web.get(url, headers={"range": asked})
    assert (got.status_code, got.content) == (status, part)
    if status == 206:
        first = CONTENT.index(part) if len(part) < len(CONTENT) else 0
        first = len(CONTENT) - 10 if asked in ("bytes=1023990-", "bytes=-10") else first
        assert got.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{len(CONTENT)}"
    if status == 416:
        assert got.headers["content-range"] == f"bytes */{len(CONTENT)}"


async def test_who_may_not(web: httpx.AsyncClient, platform: Platform, url: str) -> None:
    for wrong, status in (
        (url.replace("signature=", "signature=0"), 403),
        (url.split("?")[0], 403),
        (url.replace("picture", "pictures"), 403),
        (platform.objects.url("tenant/none.jpg"), 404),
        (platform.objects.url("tenant"), 404),
        (platform.objects.url(KEY, expires_s=-1), 403),
        (platform.objects.url(KEY, method="PUT"), 403),
        (url + "%E9%97%A8", 403),
    ):
        assert (await web.get(wrong)).status_code == status, wrong
    assert (await web.put(url, content=b"x")).status_code == 403
    assert (await web.post(url, content=b"x")).status_code == 405
    assert (await web.delete(url)).headers["allow"] == "GET, HEAD, PUT"
    assert await platform.objects.get(KEY) == CONTENT


@pytest.mark.parametrize(
    "path",
    [
        b"/files/../master.key",
        b"/files/%2e%2e/master.key",
        b"/files/tenant/%2e%2e/%2e%2e/master.key",
        b"/files/..%2fmaster.key",
        b"/files/%252e%252e/master.key",
        b"/files//etc/passwd",
        b"/files/a%00b",
        b"/files/a%5c..%5cb",
        b"/files/",
        b"/%66iles/../master.key",
    ],
)
async def test_paths_that_try_to_leave(platform: Platform, url: str, path: bytes) -> None:
    query = urlsplit(url).query.encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", platform.http.port)
    writer.write(b"GET " + path + b"?" + query + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(-1), 30)
    writer.close()
    assert answer.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 ")), answer[:50]


async def test_put_stores_within_its_limit(web: httpx.AsyncClient, platform: Platform) -> None:
    where = platform.objects.url("t/a.bin", method="PUT", limit=100_000)
    put = await web.put(where, content=b"x" * 100_000)
    assert put.status_code == 200
    assert put.headers["etag"] == f'"{hashlib.md5(b"x" * 100_000).hexdigest()}"'
    assert await platform.objects.get("t/a.bin") == b"x" * 100_000
    assert (await web.put(where, content=b"y" * 100_001)).status_code == 413

    async def pieces():
        for _ in range(11):
            yield b"z" * 10_000

    assert (await web.put(where, content=pieces())).status_code == 413
    assert await platform.objects.get("t/a.bin") == b"x" * 100_000
    assert await leftovers(platform) == ["a.bin"]
    assert (await web.put(platform.objects.url("t/empty", method="PUT"), content=b"")).status_code == 200
    assert await platform.objects.get("t/empty") == b""
    onto_a_file = platform.objects.url("t/a.bin/below", method="PUT")
    a_file_is_a_folder = platform.objects.shelf.kind == "folder"
    assert (await web.put(onto_a_file, content=b"x")).status_code == (400 if a_file_is_a_folder else 200)


async def test_an_upload_that_breaks_off_leaves_nothing(platform: Platform) -> None:
    split = urlsplit(platform.objects.url("t/slow.bin", method="PUT", limit=10_000_000))
    reader, writer = await asyncio.open_connection("127.0.0.1", platform.http.port)
    writer.write(
        f"PUT {split.path}?{split.query} HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n".encode()
    )
    for _ in range(10):
        writer.write(b"x" * 100_000)
        await writer.drain()
    async with asyncio.timeout(30):
        while platform.objects.shelf.kind == "folder" and not await leftovers(platform):
            await asyncio.sleep(0.02)
    writer.transport.abort()
    async with asyncio.timeout(30):
        while await leftovers(platform):
            await asyncio.sleep(0.02)
    del reader


async def test_a_full_disk_is_said(web: httpx.AsyncClient, platform: Platform) -> None:
    def full() -> None:
        from linli.kernel.disk import DiskFull

        raise DiskFull()

    platform.objects.guard = full
    answer = await web.put(platform.objects.url("t/a.bin", method="PUT"), content=b"x")
    assert answer.status_code == 503
    assert "磁盘" in answer.text
    assert await leftovers(platform) == []
