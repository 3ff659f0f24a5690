"""Phones in browsers over WebSocket: a door's plain media reach them by DTLS, and several look through one door."""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from linli.calls.relay_media import Relayed
from linli.domains.intercom.sip import web
from linli.domains.intercom.sip.watch import PageViews
from linli.domains.intercom.sip.web_views import WebViews
from linli.kernel.http import HttpServer
from linli.media.relay import Relay
from linli.protocols import sdp, sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.pages import PRINT, browser_answer
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send, until_quiet
from tests.domains.intercom.sip.web_line import WebLine

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")
_counter = itertools.count(1)
DOOR = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
    b"m=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=sendonly\r\n"
)
BROWSER = "\r\n".join([
    "v=0", "o=- 2 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1", PRINT,
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 8", "a=mid:0", "a=setup:actpass", "a=rtpmap:111 opus/48000/2",
    "a=rtpmap:8 PCMA/8000", "{voice}",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 109 110", "a=mid:1", "a=setup:actpass", "a=rtpmap:96 VP8/90000",
    "a=rtpmap:109 H264/90000", "a=fmtp:109 packetization-mode=0;profile-level-id=42e01f",
    "a=rtpmap:110 H264/90000", "a=fmtp:110 packetization-mode=1;profile-level-id=42e01f", "{picture}", "",
])  # fmt: skip


def offer(voice: str = "a=sendrecv", picture: str = "a=recvonly") -> bytes:
    return BROWSER.format(voice=voice, picture=picture).encode()


async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def serving(exchange: Exchange, first_port: int, app: Any = nothing) -> AsyncIterator[int]:
    """The web port of a front whose calls go through a relay."""
    relay = Relay("127.0.0.1", first_port, first_port + 200, browser_port=0)
    await relay.start()
    front = exchange.front
    front.calls.media = Relayed(relay, "127.0.0.1", "")
    front.dialling.views = WebViews(front.calls, PageViews(front), front.log.openings)
    server = HttpServer(app, upgrades={web.PATH: web.upgrade(front.web)})
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop(grace_seconds=1)
        await front.stop()
        await relay.stop()


@pytest.fixture
async def site(exchange: Exchange) -> AsyncIterator[int]:
    async with serving(exchange, 28_000) as port:
        yield port


class Browser:
    """A browser's phone, as far as its words go."""

    def __init__(self, line: WebLine, phone: Phone) -> None:
        self.line, self.phone = line, phone
        self._told: list[Any] = []
        self.dialog: sip.Dialog

    @classmethod
    async def open(cls, exchange: Exchange, site: int) -> "Browser":
        line, phone = await WebLine.open(site), await exchange.phone(registered=False)
        assert isinstance(line, WebLine)
        assert await line.register(phone) == 200
        return cls(line, phone)

    @property
    def contact(self) -> str:
        return f"<sip:{self.phone.number}@x1.invalid;transport=ws>"

    async def next(self, wanted: str | int) -> Any:
        """A request of this method, or a response of this status."""
        while True:
            message = await self.line.next()
            assert not isinstance(message, int), message
            if wanted == (message.method if isinstance(message, sip.Request) else message.status):
                return message

    def say(self, request: sip.Request, body: bytes = b"", kind: str = "application/sdp") -> None:
        request.set("via", f"SIP/2.0/WS x1.invalid;branch=z9hG4bKb{next(_counter)}")
        request.set("contact", self.contact)
        if body:
            request.set("content-type", kind)
            request.body = body
        self.line.send(request)

    async def view(self, door: str) -> sdp.Description:
        invite = self.phone.make("INVITE", f"sip:{door}@127.0.0.1", body=offer())
        self.say(invite)
        refused = await self.next(407)
        self.line.send(sip.acknowledge(invite, refused))
        invite = self.phone.prove(invite, refused)
        forks = sip.Forks(invite)
        self.say(invite)
        accepted = await self.next(200)
        dialog = forks.receive(accepted)
        assert dialog is not None
        self.dialog = dialog
        self.say(dialog.ack())
        return sdp.read(accepted.body)

    async def ask(self, words: str) -> int:
        self.say(
            self.dialog.request("INFO"), json.dumps({"req": words, "reqsn": 1}).encode(), "application/json"
        )
        while True:
            message = await self.line.next()
            if isinstance(message, sip.Response) and message.cseq.method == "INFO":
                return message.status
            assert isinstance(message, sip.Request)
            self._hear(message)

    def _hear(self, message: sip.Request) -> None:
        self.line.send(sip.respond(message, 200))
        self._told.append(json.loads(message.body))

    async def may_talk(self) -> bool:
        """As it was told next."""
        if not self._told:
            self._hear(await self.next("INFO"))
        return bool(self._told.pop(0)["may"])


async def test_a_door_rings_a_browser_which_holds_and_hangs_up(exchange: Exchange, site: int) -> None:
    door, browser = await exchange.phone(kind=1), await Browser.open(exchange, site)
    invite = await door.call(browser.phone.number, body=DOOR)
    received = await browser.next("INVITE")
    offered = sdp.read(received.body)
    assert offered.of_browser
    assert ("a", "ice-lite") in offered.lines
    fields = [("contact", browser.contact), ("content-type", "application/sdp")]
    taken = browser_answer(received.body.decode()).encode()
    browser.line.send(sip.respond(received, 200, to_tag="w", fields=fields, body=taken))
    accepted = await door.response(200)
    plain = sdp.read(accepted.body)
    assert [(medium.kind, medium.profile) for medium in plain.media] == [
        ("audio", "RTP/AVP"),
        ("video", "RTP/AVP"),
    ]
    door_side = acknowledge(door, invite, accepted)
    await browser.next("ACK")
    dialog = browser.dialog = sip.Dialog.of_request(received, "w")
    for voice, picture, answers in (
        ("a=sendonly", "a=inactive", ["recvonly", "inactive"]),
        ("a=sendrecv", "a=recvonly", ["sendrecv", "sendonly"]),
    ):
        browser.say(dialog.request("INVITE"), offer(voice, picture))
        held = await browser.next(200)
        media = sdp.read(held.body).media
        directions = [[value for kind, value in medium.lines if value in answers] for medium in media]
        assert directions == [[answers[0]], [answers[1]]]
        assert media[1].formats == ["110"]
        browser.say(dialog.ack())
    foreign = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 9\r\n"
    for place, (body, status) in enumerate(
        ((DOOR, 200), (foreign, 488))
    ):  # what a browser sees stays as it is
        again = door_side.request("INVITE")
        again.set("via", f"SIP/2.0/UDP 127.0.0.1:{door.port};branch=z9hG4bKagain{place};rport")
        again.set("content-type", "application/sdp")
        again.body = body
        door.send(again)
        renewed = await door.response(status)
        assert renewed.status == status
        if status == 200:
            send(door, door_side.ack())
    browser.say(dialog.request("INVITE"), b"v=0\r\n")
    await browser.next(488)
    browser.say(dialog.request("BYE"))
    door.send(sip.respond(await door.request("BYE"), 200))
    await until_quiet(exchange)
    browser.line.close()


async def test_browsers_look_together_and_take_the_voice(exchange: Exchange, site: int) -> None:
    door = await exchange.phone(kind=1)
    first, second = await Browser.open(exchange, site), await Browser.open(exchange, site)
    invite = first.phone.make("INVITE", f"sip:{door.number}@127.0.0.1", body=offer())
    first.say(invite)
    refused = await first.next(407)
    first.line.send(sip.acknowledge(invite, refused))
    invite = first.phone.prove(invite, refused)
    forks = sip.Forks(invite)
    first.say(invite)
    rung = await door.request("INVITE")
    assert rung.get("answer-mode") == "Auto"
    answer(door, rung, 200, body=DOOR)
    await door.request("ACK")
    accepted = await first.next(200)
    dialog = forks.receive(accepted)
    assert dialog is not None
    first.dialog = dialog
    first.say(dialog.ack())
    media = sdp.read(accepted.body).media
    assert [medium.formats for medium in media] == [["8"], ["110"]]
    assert await first.may_talk()
    await second.view(door.number)
    assert exchange.front.calls.count == 1
    assert not await second.may_talk()
    assert await second.ask("talk") == 200  # the first one never asked
    assert await second.may_talk()
    assert not await first.may_talk()
    assert await first.ask("talk") == 486
    assert await second.ask("release") == 200
    assert not await second.may_talk()
    assert await first.ask("talk") == 200
    first.say(first.dialog.request("BYE"))
    assert await second.ask("talk") == 200
    assert await second.ask("nonsense") == 415
    second.say(second.dialog.request("BYE"))
    door.send(sip.respond(await door.request("BYE"), 200))
    await until_quiet(exchange)
    for each in (first, second):
        each.line.close()


async def test_a_door_in_a_talk_is_busy(exchange: Exchange, site: int) -> None:
    door = await exchange.phone(kind=1)
    busy = await exchange.phone()
    browser = await Browser.open(exchange, site)
    invite = await door.call(busy.number)
    received = await busy.request("INVITE")
    answer(busy, received, 200, body=DOOR)
    talk = acknowledge(door, invite, await door.response(200))
    asked = browser.phone.make("INVITE", f"sip:{door.number}@127.0.0.1", body=offer())
    browser.say(asked)
    refused = await browser.next(407)
    browser.line.send(sip.acknowledge(asked, refused))
    browser.say(browser.phone.prove(asked, refused))
    await browser.next(486)
    bye = talk.request("BYE")
    bye.set("via", f"SIP/2.0/UDP 127.0.0.1:{door.port};branch=z9hG4bKbye;rport")
    door.send(bye)
    await until_quiet(exchange)
    browser.line.close()
