"""The streams of a simulated camera: RTSP with a log-in, packets of H.264 or H.265 within the connection."""

import asyncio
import contextlib
import itertools
import re
import secrets
from dataclasses import dataclass
from typing import Final

from linli.protocols import rtp, sip

_FIELD: Final = re.compile(rb"(?im)^([\w-]+):\s*(.*?)\s*$")
_RATE_S: Final = 0.04


@dataclass
class StreamFaults:
    """What is wrong with it."""

    status: int = 200
    """Of the answer to DESCRIBE."""
    h265: bool = False
    no_packets: bool = False
    no_key: bool = False
    silent: bool = False
    """It takes the question and never answers."""
    nonsense: bool = False
    other_password: str = ""
    """For streams alone."""


class SimulatedStream:
    """`start`, then `port`; `stop` in any state."""

    def __init__(self, user: str, password: str, host: str = "127.0.0.1") -> None:
        self._user, self._password, self._host = user, password, host
        self.faults = StreamFaults()
        self._nonce = secrets.token_hex(8)
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, self._host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sending: asyncio.Task[None] | None = None
        if (task := asyncio.current_task()) is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, uri, *_ = head.split(b" ", 2)
                fields = {name.lower(): value for name, value in _FIELD.findall(head)}
                if self.faults.silent:
                    continue
                if self.faults.nonsense:
                    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    continue
                writer.write(self._answer(method.decode(), uri.decode(), fields))
                if method == b"PLAY" and not self.faults.no_packets:
                    sending = asyncio.create_task(self._send(writer))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            if sending is not None:
                sending.cancel()
            writer.close()

    def _answer(self, method: str, uri: str, fields: dict[bytes, bytes]) -> bytes:
        lines, body, status = [f"CSeq: {fields.get(b'cseq', b'0').decode()}"], "", "200 OK"
        if not self._fits(method, fields.get(b"authorization", b"").decode()):
            status = "401 Unauthorized"
            lines.append(f'WWW-Authenticate: Digest realm="camera", nonce="{self._nonce}"')
        elif method == "DESCRIBE" and self.faults.status != 200:
            status = f"{self.faults.status} Not Found"
        elif method == "DESCRIBE":
            codec = "H265" if self.faults.h265 else "H264"
            body = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=Media\r\nt=0 0\r\n"
                f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 {codec}/90000\r\na=control:track1\r\n"
            )
            lines += [f"Content-Base: {uri}/", "Content-Type: application/sdp"]
        elif method == "SETUP":
            lines += ["Session: 4711;timeout=60", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]
        lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join([f"RTSP/1.0 {status}", *lines]) + "\r\n\r\n" + body).encode()

    def _fits(self, method: str, text: str) -> bool:
        try:
            given = sip.read_credentials(text) if text else None
        except sip.Malformed:
            return False
        if given is None or given.username != self._user or given.nonce != self._nonce:
            return False
        password = self.faults.other_password or self._password
        return given.response == sip.digest_answer(
            sip.user_hash(self._user, "camera", password), method, given
        )

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        key = bytes([19 << 1, 1]) if self.faults.h265 else bytes([0x65])
        plain = bytes([1 << 1, 1]) if self.faults.h265 else bytes([0x41])
        with contextlib.suppress(ConnectionError):
            for number in itertools.count():
                first = key if number % 25 == 10 and not self.faults.no_key else plain
                head = rtp.Head(96, True, number & 0xFFFF, number * 3_600, 7)
                packet = rtp.build_packet(head, first + bytes(200))
                writer.write(b"$\x00" + len(packet).to_bytes(2) + packet)
                await writer.drain()
                await asyncio.sleep(_RATE_S)
