"""Chromium joins a call: it hears a phone, and the phone hears it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from linli.media.frames import Browser, Order, Route
from linli.media.relay import Relay
from linli.media.session import NoBrowsers
from linli.protocols import rtp, sdp, stun
from tests.media.conftest import Hall, description
from tests.media.page import JOIN, launch
from tests.media.peer import Peer

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")
pytestmark = pytest.mark.slow
RECEIVED = """async () => {
  let packets = 0
  for (const report of (await window.peer.getStats()).values())
    if (report.type === 'inbound-rtp') packets += report.packetsReceived
  return packets
}"""


@pytest.fixture
async def booth() -> AsyncIterator[tuple[Hall, Page]]:
    relay = Relay("127.0.0.1", 26_000, 26_999, browser_port=0)
    await relay.start()
    hall = Hall(relay)
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        page = await chromium.new_page()
        await page.goto("about:blank")
        await page.route(
            "http://localhost/", lambda route: route.fulfill(body="<p>", content_type="text/html")
        )
        await page.goto("http://localhost/")
        try:
            yield hall, page
        finally:
            await chromium.close()
            for peer in hall.peers:
                peer.close()
            await relay.stop()


async def talk(port: int, door: Peer) -> None:
    """A voice, twenty milliseconds each."""
    while True:
        door.say(port)
        await asyncio.sleep(0.02)


async def join(hall: Hall, page: Page, session, offer: sdp.Description) -> None:
    answer = await page.evaluate(JOIN, session.offer("browser", offer, "127.0.0.1").decode())
    described = sdp.read(answer.encode())
    assert session.answer("browser", described)
    session.talk("browser")


async def received(page: Page, least: int) -> None:
    async with asyncio.timeout(60):
        while await page.evaluate(RECEIVED) < least:
            await asyncio.sleep(0.05)


async def test_a_browser_hears_a_door_and_is_heard(booth: tuple[Hall, Page]) -> None:
    hall, page = booth
    door = await hall.peer(1)
    offer = description(door.port)
    session = hall.relay.session(hall.ears, "door")
    session.take("door", "127.0.0.1", offer)
    await join(hall, page, session, offer)
    (port,) = hall.ports(session.place("door", "127.0.0.1", offer, "127.0.0.1"))
    speaking = asyncio.create_task(talk(port, door))
    try:
        await received(page, 50)
        for _ in range(50):
            packet = await door.hear()
            head = rtp.read_head(packet)
            assert head is not None
            assert head.payload_type == 8
        # The child dies: its keys are gone, and the page joins again.
        pid = hall.relay.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(30):
            while not hall.ears.losses:
                await asyncio.sleep(0.01)
        assert hall.ears.losses == ["browser"]
        async with asyncio.timeout(30):
            while True:
                try:
                    await join(hall, page, session, offer)
                    break
                except NoBrowsers:
                    await asyncio.sleep(0.01)
        await received(page, 50)
        while not door.nothing():
            await door.hear()
        await door.hear()
    finally:
        speaking.cancel()
    session.close()
    async with asyncio.timeout(30):
        while hall.ears.quality is None:
            await asyncio.sleep(0.01)
    assert not hall.ears.quality.one_way


async def test_a_browser_that_answers_late_still_asks_the_camera_for_pictures(
    booth: tuple[Hall, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another end came between offer and answer: the child then knew nothing of this one, and was told too early."""
    hall, _ = booth
    orders: list[Order] = []
    send = hall.relay.send
    monkeypatch.setattr(hall.relay, "send", lambda order: (orders.append(order), send(order))[1])
    door, picture, second = [await hall.peer(ssrc) for ssrc in (1, 2, 3)]
    offer = description(door.port, picture.port)
    session = hall.relay.session(hall.ears, "door")
    session.take("door", "127.0.0.1", offer)
    session.offer("browser", offer, "127.0.0.1")
    session.place("second", "127.0.0.1", offer, "127.0.0.1")
    session.take("second", "127.0.0.1", description(second.port))
    fingerprint = "a=fingerprint:sha-256 " + ":".join(["AA"] * 32)
    media = [f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}" for kind, number in (("audio", 8), ("video", 96))]
    answer = ["v=0", "t=0 0", fingerprint, media[0], "a=mid:0", media[1], "a=mid:1", "a=rtpmap:96 H264/90000"]
    assert session.answer("browser", sdp.read("\n".join(answer).encode()))
    (joined,) = [number for number, order in enumerate(orders) if isinstance(order, Browser)]
    for stream in (each for each in session.streams if each.end == "browser"):
        routes = [each for each in orders[joined:] if isinstance(each, Route) and each.port == stream.port]
        assert routes, "what was sent before its answer went to nobody"
        assert routes[-1].source is not None


async def test_hostile_datagrams_reach_nobody(booth: tuple[Hall, Page]) -> None:
    hall, _ = booth
    door = await hall.peer(1)
    offer = description(door.port)
    session = hall.relay.session(hall.ears, "door")
    session.take("door", "127.0.0.1", offer)
    lines = session.offer("browser", offer, "127.0.0.1").decode().splitlines()
    fragment, password = (
        next(line.partition(":")[2] for line in lines if line.startswith(f"a=ice-{name}:"))
        for name in ("ufrag", "pwd")
    )
    fingerprint = "a=fingerprint:sha-256 " + ":".join(["AA"] * 32)
    answer = sdp.read(f"v=0\nt=0 0\n{fingerprint}\nm=audio 9 UDP/TLS/RTP/SAVPF 8\na=mid:0\n".encode())
    assert session.answer("browser", answer)
    port, _ = hall.relay.browser_place
    stranger = await hall.peer(9)

    async def check(secret: str) -> bytes:
        ask = stun.build(stun.REQUEST, os.urandom(12), [(6, f"{fragment}:x".encode())], secret.encode())
        async with asyncio.timeout(30):
            while stranger.nothing():
                stranger.wire.sendto(ask, ("127.0.0.1", port))
                await asyncio.sleep(0.05)
        return await stranger.hear()

    refused = stun.read(await check("wrong"))
    assert refused is not None
    assert refused.kind == stun.REFUSAL
    while not stranger.nothing():
        await stranger.hear()
    proved = stun.read(await check(password))
    assert proved is not None
    assert proved.kind == stun.SUCCESS
    pid = hall.relay.pid
    for begin in (
        b"",
        b"\x00",
        b"\x16\xfe\xff",
        b"\x16\xfe\xfd" + bytes(8),
        b"\x80\x08",
        b"\x80\xc8",
        b"\xff",
    ):
        for length in (0, 1, 40, 1400, 3000):
            stranger.wire.sendto(begin + os.urandom(length), ("127.0.0.1", port))
    while (await check(password))[:2] != b"\x01\x01":
        pass  # an alert, since that was no handshake
    assert hall.relay.pid == pid
    assert door.nothing()
    session.close()
