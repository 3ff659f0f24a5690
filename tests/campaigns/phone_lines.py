"""Phones, strangers and pages that send broken SIP, descriptions, STUN, DTLS and RTP; part of `linli soak fuzz`.

Strangers come from many addresses, since one alone would be slowed. Phones that logged in break what they say of their
calls, and packets of calls that are under way. What must hold after each: a stranger's OPTIONS is answered, and a voice
comes through a call.
"""

import asyncio
import contextlib
import itertools
import random
import socket
from collections import Counter
from collections.abc import Callable
from typing import Final

from linli.domains.intercom.service import numbers
from linli.kernel.clock import SystemClock
from linli.kernel.db import open_database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.protocols import sdp, sip
from tests.campaigns.mangle import Mangler
from tests.campaigns.phone_media import Browser, bound, broken_media, spoken
from tests.campaigns.site import Site
from tests.campaigns.streams import websocket_frames
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send
from tests.domains.intercom.sip.web_line import WebLine
from tests.protocols.sip.dumps import dumps
from tests.protocols.sip.torture import torture_messages

WAIT_S: Final = 20.0
MOST_DATAGRAMS: Final = 8
"""Of one stranger at a time."""
HEAD: Final = (
    b"GET /sip HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: a2tra2tra2tra2tra2tra2s=\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
)


class Account:
    def __init__(self, number: str, password: str) -> None:
        self.number, self.password = number, password


def voice_and_picture(ports: tuple[int, int], more: str = "") -> bytes:
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"{more}m=audio {ports[0]} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
        f"m=video {ports[1]} RTP/AVPF 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
    ).encode()


class PhoneLines:
    """`open`, then `signalling` and `media` as often as wanted, each with the number of broken things it sent."""

    def __init__(
        self, mangler: Mangler, answers: Counter[str], wrong: Callable[[str], None], *, sip: int, http: int
    ) -> None:
        self._mangler, self.chance = mangler, mangler.chance
        self._answers, self._wrong = answers, wrong
        self._sip, self._http = sip, http
        self._seeds = [*dumps().values(), *(message.wire for message in torture_messages())]
        self._hosts = itertools.cycle(f"127.{a}.{b}.9" for a in range(10, 200) for b in range(1, 250))
        self._phones: list[Phone] = []
        self._lines: list[WebLine] = []
        self._web: Phone | None = None

    async def open(self, accounts: list[Account]) -> None:
        """Two phones log in by datagrams, the third one over a WebSocket."""
        for account in accounts[:2]:
            phone = await Phone.open(self._sip, account.number, account.password)
            assert (await phone.register()).status == 200
            self._phones.append(phone)
        self._web = await Phone.open(self._sip, accounts[2].number, accounts[2].password)

    async def close(self) -> None:
        for phone in (*self._phones, *filter(None, (self._web,))):
            phone.close()

    # ------------------------------------------------------------ strangers

    async def signalling(self) -> int:
        kind = self.chance.choice((self._datagrams, self._datagrams, self._stream, self._page, self._call))
        return await kind()

    def _message(self) -> bytes:
        seed = self.chance.choice(self._seeds)
        return self._mangler.wound(seed) if self.chance.random() < 0.95 else self._mangler.raw(1500)

    async def _datagrams(self) -> int:
        """A stranger's; a probe after them shows that all were worked on."""
        host, count = next(self._hosts), self.chance.randint(1, MOST_DATAGRAMS)
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        wire.setblocking(False)
        wire.bind((host, 0))
        loop = asyncio.get_running_loop()
        probe = self._probe(host, wire.getsockname()[1])
        try:
            for _ in range(count):
                data = self._message()
                if self.chance.random() < 0.1:  # what begins as STUN on this port
                    data = b"\x00\x01" + self._mangler.raw(60)
                wire.sendto(data[:60_000], ("127.0.0.1", self._sip))
            for _ in range(3):  # a datagram may be lost where buffers are full
                wire.sendto(probe, ("127.0.0.1", self._sip))
                try:
                    async with asyncio.timeout(WAIT_S):
                        while True:
                            said = await loop.sock_recv(wire, 65_535)
                            self._answers[f"sip {said[8:11].decode('latin-1')}"] += 1
                            if b"probe-of-fuzz" in said:
                                return count
                except TimeoutError:
                    continue
            self._wrong(f"SIP: no answer to OPTIONS after datagrams of {host}")
        finally:
            wire.close()
        return count

    def _probe(self, host: str, port: int) -> bytes:
        branch = f"z9hG4bK{self.chance.randrange(1 << 60):x}"
        return (
            f"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch={branch};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:x@{host}>;tag=1\r\nTo: <sip:127.0.0.1>\r\n"
            "Call-ID: probe-of-fuzz\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ).encode()

    async def _stream(self) -> int:
        """A connection with some messages, broken in one or in their frames."""
        count = self.chance.randint(1, 4)
        wire = b"".join(self.chance.choice(self._seeds) for _ in range(count))
        return await self._converse(self._sip, b"", self._mangler.wound(wire), count)

    async def _page(self) -> int:
        count = self.chance.randint(1, 4)
        wire = b"".join(websocket_frames(self.chance, self._message()) for _ in range(count))
        return await self._converse(self._http, HEAD, wire, count)

    async def _converse(self, port: int, head: bytes, wire: bytes, count: int) -> int:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=None if head else (next(self._hosts), 0)
        )
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(1.0):
                if head:
                    writer.write(head)
                    await reader.readuntil(b"\r\n\r\n")
                writer.write(wire)
                writer.write_eof()
                while said := await reader.read(65_536):
                    name = "sip stream" if said[:4] == b"SIP/" else "sip frame"
                    self._answers[f"{name} {said[8:11].decode('latin-1') if name[4:6] == 'st' else ''}"] += 1
        writer.transport.abort()
        return count

    # ------------------------------------------------------------ phones that logged in

    async def _call(self) -> int:
        """A call between two phones whose descriptions are broken, and what is said within it."""
        caller, callee = self._phones
        _empty(caller), _empty(callee)
        offer = voice_and_picture((40_000, 40_002))
        broken = self._mangler.wound(offer) if self.chance.random() < 0.8 else offer
        invite = await caller.call(callee.number, body=broken)
        first = await asyncio.wait_for(self._first(caller, callee), WAIT_S)
        if isinstance(first, sip.Response):
            self._answers[f"call {first.status}"] += 1
            caller.send(sip.acknowledge(invite, first))
            return 1
        reply = voice_and_picture((41_000, 41_002))
        answer(callee, first, 200, body=self._mangler.wound(reply) if self.chance.random() < 0.8 else reply)
        final = await caller.response()
        self._answers[f"call {final.status}"] += 1
        if final.status != 200:
            caller.send(sip.acknowledge(invite, final))
            return 2
        dialog = acknowledge(caller, invite, final)
        await callee.request("ACK")
        for method in self.chance.sample(("INFO", "UPDATE", "INVITE", "MESSAGE", "OPTIONS"), k=2):
            within = dialog.request(method)
            within.set("content-type", self.chance.choice(("application/json", "application/sdp", "x")))
            within.body = self.chance.choice(
                (self._mangler.wound(offer), self._mangler.wound(b'{"req":"unlock","reqsn":1}'))
            )
            within.set("via", f"SIP/2.0/UDP 127.0.0.1:{caller.port};branch=z9hG4bK{random_name(self.chance)}")
            caller.send(self._mangler.wound(bytes(within)))
        # The other one hangs up: what was said within the call may have moved the caller's count.
        send(callee, sip.Dialog.of_request(first, "callee").request("BYE"))
        status = await _ended(callee)
        if status != 200:
            self._wrong(f"a call could not be hung up: {status}")
        caller.send(sip.respond(await caller.request("BYE"), 200))
        return 4

    async def _first(self, caller: Phone, callee: Phone) -> sip.Request | sip.Response:
        """The INVITE that came to the callee, or why none did."""
        refused = asyncio.create_task(caller.response())
        reached = asyncio.create_task(callee.request("INVITE"))
        done, waiting = await asyncio.wait((refused, reached), return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return done.pop().result()

    # ------------------------------------------------------------ sound and picture

    async def media(self) -> int:
        """A phone calls one in a page: broken checks, handshake and packets from both, and a voice comes through."""
        assert self._web is not None
        caller, wires = self._phones[0], (bound(), bound())
        _empty(caller)
        line = await WebLine.open(self._http)
        assert isinstance(line, WebLine)
        browser = Browser(self._mangler)
        try:
            if await line.register(self._web) != 200:
                self._wrong("a page's phone cannot log in")
                return 1
            places = (wires[0][1], wires[1][1])
            invite = await caller.call(self._web.number, body=voice_and_picture(places))
            received = await self._invited(line)
            browser.told(received.body)
            fields = [
                ("contact", f"<sip:{self._web.number}@x1.invalid;transport=ws>"),
                ("content-type", "application/sdp"),
            ]
            line.send(sip.respond(received, 200, to_tag="page", fields=fields, body=browser.answer()))
            accepted = await caller.response(200)
            dialog = acknowledge(caller, invite, accepted)
            ports = [medium.port for medium in sdp.read(accepted.body).media]
            sent = await asyncio.to_thread(browser.attack)
            sent += broken_media(self._mangler, [wire for wire, _ in wires], ports)
            heard = await asyncio.to_thread(spoken, wires[0][0], ports[0], browser)
            self._answers[f"media {heard}"] += 1
            if heard == "unheard":
                self._wrong("a page whose handshake was whole hears no phone")
            send(caller, dialog.request("BYE"))
            await _ended(caller)  # the call may have ended with the page's way
            return sent
        finally:
            line.close()
            browser.close()
            for wire, _ in wires:
                wire.close()

    async def _invited(self, line: WebLine) -> sip.Request:
        async with asyncio.timeout(WAIT_S):
            while True:
                message = await line.next()
                if isinstance(message, int):
                    raise AssertionError(f"the line of a page ended: {message}")
                if isinstance(message, sip.Request) and message.method == "INVITE":
                    return message


async def phone_numbers(site: Site) -> list[Account]:
    """Three accounts of the community's project."""
    secrets = Secrets.from_file(site.installation.folder / "master.key")
    db = await open_database(site.database_url, clock=SystemClock())
    scope = Scope(
        site.tenant_id,
        Caller("app", site.app_key),
        frozenset(),
        project_id=site.project_id,
        projects=frozenset([site.project_id]),
    )
    try:
        async with db.begin() as tx:
            rows = await numbers.add_accounts(
                scope, tx, count=3, kind=0, ids=Ids(), secrets=secrets, now_ms=0
            )
    finally:
        await db.close()
    return [Account(row.number, secrets.open(row.password, about=f"sip:{row.number}")) for row in rows]


def random_name(chance: random.Random) -> str:
    return f"{chance.randrange(1 << 60):x}"


def _empty(phone: Phone) -> None:
    phone.messages = asyncio.Queue()


async def _ended(phone: Phone) -> int:
    """The status of the answer to its BYE."""
    answered = await phone.next(
        lambda message: isinstance(message, sip.Response) and (message.get("cseq") or "").endswith("BYE")
    )
    return int(answered.status)
