"""A phone on a real socket that says exactly what a test tells it to."""

import asyncio
import dataclasses
import itertools
import socket
import struct
from collections.abc import Callable
from typing import Any

from linli.protocols import sip
from linli.protocols.sip.digest import answer

_counter = itertools.count(1)
SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
WAIT_S = 60


class Phone(asyncio.DatagramProtocol):
    def __init__(self, server: int, number: str = "", password: str = "") -> None:
        self.server = server
        self.number = number
        self.password = password
        self.messages: asyncio.Queue[sip.Request | sip.Response] = asyncio.Queue()
        self.cseq = 0
        self.agent = ""

    @classmethod
    async def open(cls, server: int, number: str = "", password: str = "") -> "Phone":
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(
            lambda: cls(server, number, password), local_addr=("127.0.0.1", 0)
        )
        return phone

    def connection_made(self, transport: Any) -> None:
        self.wire: asyncio.DatagramTransport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, _addr: Any) -> None:
        self.messages.put_nowait(sip.read_datagram(data))

    def close(self) -> None:
        self.wire.close()

    def send(self, data: bytes | sip.Message) -> None:
        self.wire.sendto(bytes(data), ("127.0.0.1", self.server))

    async def next(self, wanted: Callable[[Any], bool]) -> Any:
        """The next message of this kind; others before it are dropped, and named if it never comes."""
        dropped: list[str] = []
        try:
            async with asyncio.timeout(WAIT_S):
                while True:
                    message = await self.messages.get()
                    if wanted(message):
                        return message
                    dropped.append(message.first_line())
        except TimeoutError:
            raise TimeoutError(f"{self.number} got {dropped or 'nothing'} instead") from None

    async def response(self, *statuses: int) -> sip.Response:
        message = await self.next(
            lambda m: isinstance(m, sip.Response) and (m.status in statuses if statuses else m.status >= 200)
        )
        assert isinstance(message, sip.Response)
        return message

    async def request(self, method: str) -> sip.Request:
        message = await self.next(lambda m: isinstance(m, sip.Request) and m.method == method)
        assert isinstance(message, sip.Request)
        return message

    async def silence(self) -> None:
        """Nothing came: what was sent after it was answered first."""
        probe = self.make("OPTIONS", "sip:127.0.0.1")
        self.send(probe)
        message = await self.messages.get()
        assert isinstance(message, sip.Response)
        assert message.call_id == probe.call_id, message.first_line()

    def make(self, method: str, target: str, *, call_id: str = "", body: bytes = b"") -> sip.Request:
        self.cseq += 1
        unique = next(_counter)
        request = sip.Request(method, target)
        request.set("via", f"SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{unique};rport")
        request.set("max-forwards", "70")
        request.set("from", f"<sip:{self.number or 'x'}@127.0.0.1>;tag=t{unique}")
        request.set("to", f"<{target}>")
        request.set("call-id", call_id or f"c{unique}")
        request.set("cseq", f"{self.cseq} {method}")
        request.set("contact", f"<sip:{self.number}@127.0.0.1:{self.port}>")
        if self.agent:
            request.set("user-agent", self.agent)
        if body:
            request.set("content-type", "application/sdp")
            request.body = body
        return request

    def prove(self, request: sip.Request, refusal: sip.Response, **changes: str) -> sip.Request:
        """The same request again with the password, as old door stations send it: without qop."""
        name = "www-authenticate" if refusal.status == 401 else "proxy-authenticate"
        challenge = sip.read_challenge(refusal.get(name) or "")
        assert challenge is not None
        credentials = sip.Credentials(
            username=self.number,
            realm=challenge.realm,
            nonce=challenge.nonce,
            uri=request.target,
            response="",
        )
        hashed = sip.user_hash(self.number, challenge.realm, changes.get("password", self.password))
        proved = dataclasses.replace(credentials, response=answer(hashed, request.method, credentials))
        again = sip.read_datagram(bytes(request))
        assert isinstance(again, sip.Request)
        self.cseq += 1
        again.set("cseq", f"{self.cseq} {request.method}")
        again.set("via", f"SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{next(_counter)};rport")
        again.set("authorization" if refusal.status == 401 else "proxy-authorization", str(proved))
        return again

    async def register(self, **changes: str) -> sip.Response:
        request = self.make("REGISTER", "sip:127.0.0.1")
        request.set("to", request.fields["from"][0].partition(";")[0])
        if "expires" in changes:
            request.set("expires", changes["expires"])
        if "contact" in changes:
            request.set("contact", changes["contact"])
        self.send(request)
        refusal = await self.response()
        self.send(self.prove(request, refusal, **changes))
        return await self.response()

    async def call(self, number: str, *, body: bytes = SDP) -> sip.Request:
        """Send an INVITE with its password; the INVITE that was let through."""
        invite = self.make("INVITE", f"sip:{number}@127.0.0.1", body=body)
        self.send(invite)
        refusal = await self.response(407)
        self.send(sip.acknowledge(invite, refusal))
        again = self.prove(invite, refusal)
        self.send(again)
        return again


class Stream:
    """A connection that a phone opens, from a port that the test chooses."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._cut = sip.StreamReader()
        self._waiting: list[sip.Request | sip.Response] = []

    @classmethod
    async def open(cls, server: int, port: int) -> "Stream":
        return cls(*await asyncio.open_connection("127.0.0.1", server, local_addr=("127.0.0.1", port)))

    def send(self, message: sip.Message) -> None:
        self._writer.write(bytes(message))

    async def next(self) -> sip.Request | sip.Response:
        async with asyncio.timeout(WAIT_S):
            while not self._waiting:
                data = await self._reader.read(65_536)
                assert data, "the connection ended"
                self._waiting += self._cut.read(data)
        return self._waiting.pop(0)

    async def register(self, phone: Phone) -> int:
        """The status of the answer to the log-in."""
        request = phone.make("REGISTER", "sip:127.0.0.1")
        request.set("to", f"<sip:{phone.number}@127.0.0.1>")
        request.set("via", "SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKfirst;rport")
        self.send(request)
        refusal = await self.next()
        assert isinstance(refusal, sip.Response)
        proved = phone.prove(request, refusal)
        proved.set("via", "SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKsecond;rport")
        self.send(proved)
        answered = await self.next()
        assert isinstance(answered, sip.Response)
        return answered.status

    def abort(self) -> None:
        """End it so that its port is free at once."""
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self._writer.transport.abort()
