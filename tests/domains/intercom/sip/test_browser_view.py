"""Chromium sees the picture of a baresip door before anybody answers; both are programs that we did not write."""

import asyncio
import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from linli.calls.relay_media import Relayed
from linli.calls.relayed_call import RelayedCall
from linli.media.relay import Relay
from linli.protocols import sdp
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.test_baresip import MODULES, Baresip
from tests.domains.intercom.sip.test_calls import answer
from tests.media.page import JOIN, launch
from tests.media.peer import Peer

pytest.importorskip("pylibsrtp")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("baresip") is None or not (MODULES / "vp8.so").exists(),
        reason="baresip is not installed",
    ),
]
CAMERA = """module vp8.so
module fakevideo.so
video_source fakevideo,nil
video_display fakevideo,nil
video_size 320x240
video_fps 10
video_bitrate 200000
"""
DECODED = """async () => {
  for (const report of (await window.peer.getStats()).values())
    if (report.type === 'inbound-rtp' && report.kind === 'video') return report.framesDecoded ?? 0
  return 0
}"""


async def test_a_page_sees_the_door_while_it_rings(exchange: Exchange, tmp_path: Path) -> None:
    relay = Relay("127.0.0.1", 27_000, 27_999, browser_port=0)
    await relay.start()
    exchange.front.calls.media = Relayed(relay, "127.0.0.1", "")
    here = f"127.0.0.1:{exchange.front.port}"
    number, password = await exchange.account(kind=1)
    phone = await exchange.phone()
    sound, screen = await Peer.open(2), await Peer.open(3)
    account = f"<sip:{number}@{here};transport=udp>;auth_pass={password};regint=60"
    door = await Baresip.start(tmp_path / "door", account, f"/dial sip:{phone.number}@{here}", more=CAMERA)
    try:
        invite = await phone.request("INVITE")
        offer = sdp.read(invite.body)
        assert {medium.kind for medium in offer.media} == {"audio", "video"}
        early = sdp.read(invite.body)
        ports = {"audio": sound.port, "video": screen.port}
        answer(
            phone, invite, 183, body=early.placed("127.0.0.1", [ports[medium.kind] for medium in early.media])
        )
        async with asyncio.timeout(60):
            await screen.hear()  # the phone itself sees it
        (call,) = exchange.front.calls._calls
        media = call._media
        assert isinstance(media, RelayedCall)
        async with async_playwright() as playwright:
            chromium = await launch(playwright)
            page = await chromium.new_page()
            await page.route(
                "http://localhost/", lambda route: route.fulfill(body="<p>", content_type="text/html")
            )
            await page.goto("http://localhost/")
            loop = asyncio.get_running_loop()
            began = loop.time()
            reply = await page.evaluate(JOIN, media.session.offer("page", offer, "127.0.0.1").decode())
            assert media.session.answer("page", sdp.read(reply.encode()))
            async with asyncio.timeout(60):
                while await page.evaluate(DECODED) < 1:
                    await asyncio.sleep(0.02)
            print(f"the first picture came after {loop.time() - began:.2f} s")
            async with asyncio.timeout(60):
                while await page.evaluate(DECODED) < 10:
                    await asyncio.sleep(0.05)
            await chromium.close()
    finally:
        await door.quit()
        sound.close()
        screen.close()
        await exchange.front.stop()
        await relay.stop()
