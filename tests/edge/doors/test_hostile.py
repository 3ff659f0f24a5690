"""A hostile LAN: each attack gets the protocol's code, is logged, and touches nothing else. Spec G 8; issue 6."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest

from linli.edge.doors import station
from linli.edge.doors.peers import Peers
from linli.edge.framework.device_logs import DeviceLogs
from linli.kernel.clock import ManualClock
from linli.kernel.ids import Ids
from tests.edge.doors.site_box import HERE, SiteBox, five_devices, post, raw
from tests.edge.doors.test_connection import connect_body


async def told(port: int, request: bytes) -> dict[str, object]:
    answer: dict[str, object] = json.loads((await raw(port, request)).partition(b"\r\n\r\n")[2])
    return answer


@pytest.fixture
async def port(box: SiteBox) -> int:
    """The port of a box with one good door, which every test finds unharmed at its end."""
    machine = await box.door()
    box.good = machine  # type: ignore[attr-defined]
    return box.driver().port


@pytest.fixture(autouse=True)
async def unharmed(box: SiteBox, port: int):
    yield
    await box.good.beat()  # type: ignore[attr-defined]
    await box.supervisor.call("door.1", "remoteOpen", {})
    assert box.good.memory.opened == 1  # type: ignore[attr-defined]


async def test_an_unknown_address(box: SiteBox, port: int) -> None:
    for n in range(20):
        got = await told(port, post("/connect", connect_body(ip="192.168.1.66", time=1589472000 + n)))
        assert got == {"code": 7, "message": "device is illegal"}
    (line,) = [one for one in box.logs.of("door_device").lines() if one.level == "warning"]
    assert (line.facts["peer"], line.facts["code"]) == (HERE, 7)


async def test_a_wrong_token(box: SiteBox, port: int) -> None:
    for path, body in (
        ("/keepalive", b'{"token":"guessed"}'),
        ("/alarmEvent", b'{"token":"guessed","alarmType":4}'),
        ("/qrcode", b'{"token":"guessed","qrCode":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'),
        ("/cardAC/passEvent", b'{"token":"guessed","cardId":"1"}'),
    ):
        assert await told(port, post(path, body)) == {"code": 4, "message": "device is offline"}
    assert box.things.events == []
    assert "a call was refused" in box.texts()


async def test_the_doors_own_connect_sent_again_by_somebody_else(box: SiteBox, port: int) -> None:
    link, token = box.driver().link("door.1"), box.good.token  # type: ignore[attr-defined]
    for method in ("md5", "sha256"):
        replayed = connect_body(sn="123456789", time=box.clock.now_ms() // 1000, signMethod=method)
        assert (await told(port, post("/connect", replayed)))["code"] == 6
    assert link.given == token
    assert "a /connect was sent again" in box.texts("door.1")


async def test_a_peer_that_is_not_the_address_it_claims(box: SiteBox, port: int) -> None:
    await box.supervisor.stop("door_device")
    checked = await box.deploy(
        "door_device", ("door.9", {"ip": "127.0.0.9", "port": 0, "accessType": "card"})
    )
    assert (await told(checked, post("/connect", connect_body(ip="127.0.0.9"))))["code"] == 7
    await box.supervisor.remove("door_device")
    box.good.aim(HERE, await box.deploy("door_device", *five_devices(box.good.port)))  # type: ignore[attr-defined]
    await box.clock.advance(1000)
    await box.connect(box.good)  # type: ignore[attr-defined]


async def test_oversize_bodies(box: SiteBox, port: int) -> None:
    declared = post("/keepalive", b"").replace(b"Content-Length: 0", b"Content-Length: 3000000")
    assert (await told(port, declared))["code"] == 5
    assert (await told(port, post("/qrcode", b"x" * 2_200_000)))["code"] == 5
    assert (await told(port, post("/recognize", b"x" * 1_200_000, "multipart/form-data; boundary=x")))[
        "code"
    ] == 5
    whole = post("/keepalive", b"").replace(b"Content-Length: 0", b"Content-Length: 900000000000")
    assert (await raw(port, whole)).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"token":1}',
        b'{"token":""}',
        b"\x00\xff",
        b"[" * 50_000,
        b'{"token":"a","token":',
    ],
)
async def test_malformed_json(port: int, body: bytes) -> None:
    assert (await told(port, post("/keepalive", body)))["code"] == 5


async def test_things_that_are_no_calls(port: int) -> None:
    assert (await raw(port, b"\x16\x03\x01\x02\x00garbage\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    assert (await raw(port, b"GET /keepalive HTTP/1.1\r\nHost: b\r\n\r\n")).startswith(b"HTTP/1.1 405 ")
    assert (await raw(port, post("/remoteOpen", b'{"token":"a"}'))).startswith(b"HTTP/1.1 404 ")
    assert (await told(port, post("/../etc/passwd", b"{}")))["code"] == 99


async def test_headers_that_never_end_and_bodies_that_drip(
    box: SiteBox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The good door is served while hundreds of slow ones hang on; they are ended in the end."""
    monkeypatch.setattr(station, "BODY_SECONDS", 0.3)
    slow = [await asyncio.open_connection(HERE, port) for _ in range(100)]
    for _, writer in slow:
        writer.write(b"POST /keepalive HTTP/1.1\r\nHost: b\r\nX: ")
    await box.good.beat()  # type: ignore[attr-defined]
    reader, writer = await asyncio.open_connection(HERE, port)
    writer.write(post("/recognize", b"").replace(b"Content-Length: 0", b"Content-Length: 500000"))
    for _ in range(8):
        writer.write(b"x")
        await asyncio.sleep(0.1)
    answer = await asyncio.wait_for(reader.read(), 30)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == 5
    writer.close()
    first = await asyncio.wait_for(slow[0][0].read(), 15)
    assert first.startswith(b"HTTP/1.1 408 ")
    for _, one in slow:
        one.close()


async def test_one_address_cannot_take_all_connections(tmp_path: Path) -> None:
    """A listener of its own, with a small bound."""
    clock = ManualClock()
    limits = station.LIMITS.__class__(connections_each=5)
    bounded = station.Station(
        host=HERE,
        port=0,
        clock=clock,
        ids=Ids(),
        log=DeviceLogs(clock).of("d"),
        peers=Peers(clock),
        limits=limits,
    )
    await bounded.start()
    held = [await asyncio.open_connection(HERE, bounded.port) for _ in range(5)]
    assert b'"code":4' in await raw(bounded.port, post("/keepalive", b'{"token":"a"}'))
    assert await held[0][0].read() == b"", "the one that was idle longest made room"
    other = asyncio.open_connection(HERE, bounded.port, local_addr=("127.0.0.2", 0))
    reader, writer = await other
    writer.write(post("/keepalive", b'{"token":"a"}'))
    assert b'"code":4' in await reader.read()
    for _, one in [*held, (reader, writer)]:
        one.close()
    await asyncio.sleep(0.05)
    assert b'"code":4' in await raw(bounded.port, post("/keepalive", b'{"token":"a"}'))
    await bounded.stop()


async def test_a_door_that_answers_nonsense_or_without_end_harms_itself_only(box: SiteBox, port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(300):
                writer.write(b"[" * 65536)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, HERE, 0)
    bad_port = server.sockets[0].getsockname()[1]
    custom = {"ip": "127.0.0.3", "port": bad_port, "abilities": ["card"]}
    shared = await box.deploy("door_terminal", ("bad", custom))
    machine = await box.machine(shared, sn="bad-1", ip="127.0.0.3")
    server.close()
    server = await asyncio.start_server(serve, "127.0.0.3", bad_port)
    machine.call_from("127.0.0.3")
    await machine.connect()
    async with asyncio.timeout(30):
        while "the door does not take our /connect" not in box.texts("bad", "door_terminal"):
            await asyncio.sleep(0.01)
    server.close()
