"""The file service on real sockets. Source: spec H 2.1, 3.1, 9 (G3)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.services.files import FileService, FileStore
from linli.edge.services.web import limits_for
from linli.kernel.clock import ManualClock

JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 40
QUOTA = 300_000


class Box:
    """A file service with a clock, and a client on its LAN."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.free = 10**9
        self.folder = folder
        self.logs = DeviceLogs(self.clock)
        self.service: FileService
        self.http: httpx.AsyncClient

    async def start(self) -> None:
        store = FileStore(
            self.folder, self.clock, quota_bytes=QUOTA, reserve_bytes=1000, free_bytes=lambda _: self.free
        )
        limits = limits_for(body_bytes=200_000)
        self.service = FileService(
            store,
            host="127.0.0.1",
            ports=(0, 0),
            log=self.logs.of("files"),
            file_bytes=100_000,
            limits=limits,
        )
        await self.service.start()
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.service.ports[0]}", trust_env=False)

    async def stop(self) -> None:
        await self.http.aclose()
        await self.service.stop()

    async def add(self, path: str, content: bytes = JPEG, **fields: str) -> httpx.Response:
        return await self.http.post(
            "/home/paas/file/add", data={"filePath": path, **fields}, files={"file": ("x.jpg", content)}
        )

    async def delete(self, body: object) -> httpx.Response:
        return await self.http.post("/home/paas/file/delete", json=body)

    def on_disk(self) -> int:
        return len(list((self.folder / "content").iterdir()))


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    box = Box(tmp_path / "files")
    await box.start()
    yield box
    await box.stop()


@pytest.mark.covers("H-10", "H-12")
async def test_a_picture_is_stored_and_fetched_by_its_url_from_inside_and_outside(box: Box) -> None:
    answer = await box.add("aaa/bbb/ccc.jpg", expire="600")
    inside, outside = box.service.ports
    url = f"http://127.0.0.1:{inside}/oss/aaa/bbb/ccc.jpg"
    assert (answer.status_code, answer.json()) == (200, {"code": 200, "message": "success", "data": url})
    got = await box.http.get(url)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, JPEG, "image/jpeg")
    for other in (
        f"http://127.0.0.1:{outside}/oss/aaa/bbb/ccc.jpg",
        "/aaa/bbb/ccc.jpg",
    ):  # the older address too
        assert (await box.http.get(other)).content == JPEG
    assert (await box.http.head(url)).headers["content-length"] == str(len(JPEG))


async def test_the_url_names_the_box_as_its_caller_did(box: Box) -> None:
    form = {"data": {"filePath": "车辆/浙 A1.jpg"}, "files": {"file": ("x", JPEG)}}
    named = await box.http.post("/home/paas/file/add", headers={"Host": "homelinkedge:9102"}, **form)  # type: ignore[arg-type]
    assert named.json()["data"] == "http://homelinkedge:9102/oss/%E8%BD%A6%E8%BE%86/%E6%B5%99%20A1.jpg"
    assert (await box.http.get("/oss/车辆/浙 A1.jpg")).content == JPEG


@pytest.mark.covers("H-11")
async def test_a_file_is_deleted_once(box: Box) -> None:
    await box.add("a/b.jpg")
    assert (await box.delete({"filePath": "a/b.jpg"})).json() == {"code": 200, "message": "success"}
    assert (await box.http.get("/oss/a/b.jpg")).status_code == 404
    again = await box.delete({"filePath": "a/b.jpg"})
    assert (again.status_code, again.json()["code"]) == (404, 404)
    assert box.on_disk() == 0


@pytest.mark.covers("F-040")
async def test_files_are_put_got_deleted_and_vanish_by_themselves(box: Box) -> None:
    """As the older text of the source has it: at least an hour, without a keep time in the form."""
    for path in ("aaa/bbb/ccc.json", "aaa/bbb/old.json"):
        put = await box.add(path, b"{}")
        assert (put.json()["code"], put.json()["message"]) == (200, "success")
        assert (await box.http.get(put.json()["data"])).content == b"{}"
        assert (await box.http.get(f"/{path}")).content == b"{}"
    assert (await box.delete({"filePath": "aaa/bbb/ccc.json"})).json() == {"code": 200, "message": "success"}
    assert (await box.http.get("/aaa/bbb/ccc.json")).status_code == 404
    await box.clock.advance(3_600_000)
    assert (await box.http.get("/aaa/bbb/old.json")).status_code == 200
    await box.clock.advance(3_700_000)
    await box.service.store.purge()
    assert (await box.http.get("/aaa/bbb/old.json")).status_code == 404
    assert box.on_disk() == 0


@pytest.mark.covers("H-13")
async def test_files_go_after_their_keep_time_and_not_before(box: Box) -> None:
    await box.add("short.jpg", expire="60")
    await box.add("usual.jpg")
    await box.add("at-once.jpg", expire="0")
    await box.add("week.jpg", expire="604800")
    await box.clock.advance(59_000)
    assert (await box.http.get("/oss/short.jpg")).status_code == 200
    left: list[int] = []
    for ms in (2_000 + 60_000, 7200_000 - 60_000, 604_800_000):
        await box.clock.advance(ms)
        await box.service.store.purge()
        left.append(box.on_disk())
    assert left == [2, 1, 0]
    assert box.service.store.room[:2] == (0, 0)


async def test_a_second_upload_replaces_content_and_keep_time(box: Box) -> None:
    await box.add("a.jpg", expire="10")
    await box.add("a.jpg", b"new", expire="1000")
    await box.clock.advance(100_000)
    await box.service.store.purge()
    assert (await box.http.get("/oss/a.jpg")).content == b"new"
    assert box.service.store.room[:2] == (1, 3)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("../../etc/passwd", "no .."), ("a/../../b", "no .."), ("/etc/passwd", "relative"), ("a//b", "empty"),
        ("", "required"), ("a\\..\\b", "back-slashes"), ("a/\u0007", "control"), ("x" * 513, "512"),
        ("a/" + "y" * 256, "255"), (".", "no ."),
    ],
)  # fmt: skip
async def test_names_that_are_refused(box: Box, path: str, rule: str) -> None:
    answer = await box.add(path)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert answer.json()["message"].startswith("filePath: ")
    assert rule in answer.json()["message"]
    assert answer.json()["localizedMsg"]
    assert (await box.delete({"filePath": path})).status_code == 400
    assert box.on_disk() == 0


@pytest.mark.parametrize("expire", ["-1", "604801", "1.5", "soon", "9" * 30, "１"])
async def test_keep_times_out_of_range(box: Box, expire: str) -> None:
    answer = await box.add("a.jpg", expire=expire)
    assert answer.json()["message"] == "expire: whole seconds from 0 to 604800"
    assert box.on_disk() == 0


async def test_addresses_that_climb_are_not_found(box: Box) -> None:
    await box.add("a.jpg")
    for raw in (
        "/oss/..%2f..%2fetc/passwd",
        "/oss/%2e%2e/index.sqlite3",
        "/oss/a.jpg%00.png",
        "/oss/%ff",
        "/",
    ):
        request = f"GET {raw} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        assert (await sent(box, request)).split()[1] in (b"400", b"404")


async def test_forms_that_are_none(box: Box) -> None:
    url = "/home/paas/file/add"
    boundary, part = "multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="
    for content, kind in (
        (b"", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"nothing", boundary),
        (part + b'"filePath"\r\n\r\na\r\n--x--\r\n', boundary),
        (part + b'"file"\r\n\r\nabc', boundary),
        (part + b'"filePath"\r\n\r\n\xff\r\n--x--\r\n', boundary),
    ):
        answer = await box.http.post(url, content=content, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (400, 400)
    for body in (b"", b"[]", b"{", b'{"filePath":3}', b"\xff", b"[" * 5000):
        answer = await box.http.post("/home/paas/file/delete", content=body)
        assert answer.json()["code"] == 400
    assert (await box.http.get(url)).status_code == 405
    assert (await box.http.put("/oss/a.jpg")).status_code == 404
    assert box.on_disk() == 0
    assert box.service.store.room.bytes == 0


async def test_too_large_a_file_leaves_nothing(box: Box) -> None:
    answer = await box.add("big.jpg", b"x" * 120_000)
    assert (answer.status_code, answer.json()["message"]) == (413, "file: at most 100000 bytes")
    assert (box.on_disk(), box.service.store.room.bytes) == (0, 0)


async def test_a_full_quota_refuses_and_expired_files_make_room(box: Box) -> None:
    for n in range(3):
        assert (await box.add(f"{n}.jpg", b"x" * 90_000, expire="60")).status_code == 200
    full = await box.add("more.jpg", b"x" * 90_000)
    assert (full.status_code, full.json()["code"], full.json()["message"]) == (
        507,
        507,
        "no room left for files",
    )
    assert (await box.http.get("/oss/0.jpg")).status_code == 200  # what was promised is kept
    await box.clock.advance(61_000)
    assert (await box.add("more.jpg", b"x" * 90_000)).status_code == 200


async def test_a_full_disk_refuses_and_fetching_goes_on(box: Box) -> None:
    await box.add("a.jpg")
    box.free = 0
    await box.clock.advance(2000)
    assert (await box.add("b.jpg")).status_code == 507
    assert (await box.http.get("/oss/a.jpg")).content == JPEG
    assert (await box.delete({"filePath": "a.jpg"})).status_code == 200
    box.free = 10**9
    await box.clock.advance(2000)
    assert (await box.add("b.jpg")).status_code == 200


async def test_an_upload_that_stops_half_way_leaves_nothing_and_stops_nobody(box: Box) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", box.service.ports[0])
    head = (
        b"POST /home/paas/file/add HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    )
    body = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc'
    writer.write(head + b"Content-Length: 5000\r\n\r\n" + body)
    await writer.drain()
    assert (await box.add("a.jpg")).status_code == 200
    writer.close()
    async with asyncio.timeout(30):
        while box.on_disk() != 1:
            await asyncio.sleep(0.01)


async def test_what_a_power_cut_left_half_written_is_swept_at_start(box: Box) -> None:
    await box.add("a.jpg")
    (box.folder / "content" / "half").write_bytes(b"half")
    await box.stop()
    await box.start()
    assert (await box.http.get("/oss/a.jpg")).content == JPEG
    assert box.on_disk() == 1
    assert box.service.store.room[:2] == (1, len(JPEG))


async def test_pages_of_strangers_are_downloads(box: Box) -> None:
    await box.add("evil.html", b"<script>1</script>")
    got = await box.http.get("/oss/evil.html")
    assert (got.headers["content-disposition"], got.headers["x-content-type-options"]) == (
        "attachment",
        "nosniff",
    )


async def sent(box: Box, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", box.service.ports[0])
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def test_the_log_tells_of_refusals_once(box: Box) -> None:
    for _ in range(5):
        await box.add("../x")
    (line,) = box.logs.of("files").lines()
    assert json.loads(json.dumps(line.facts))["code"] == 400
