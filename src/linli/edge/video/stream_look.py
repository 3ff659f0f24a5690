"""A look at a camera's stream by RTSP: described, begun within the connection, and its first key picture awaited.

What it came to stands in the fields, also when the time is over in the middle.
"""

import asyncio
import contextlib
import time
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from linli.edge.video.errors import CameraFailed
from linli.protocols import rtp, rtsp, sdp, sip

_KEY_UNITS: Final = frozenset({5})
_KEY_UNITS_H265: Final = frozenset(range(16, 22))
_STAP_A, _FU_A = 24, 28
_AP_H265, _FU_H265 = 48, 49
_MOST_UNREAD: Final = 256 * 1024
_TCP: Final = "RTP/AVP/TCP;unicast;interleaved=0-1"


class StreamLook:
    """`run` once. Times in seconds since it began to play."""

    def __init__(self, uri: str, user: str, password: str) -> None:
        self._uri = uri
        self._user, self._password = user, password
        self._number = 0
        self._unread = b""
        self._challenge: sip.Challenge | None = None
        self.described = False
        self.codec = ""
        self.packets = 0
        self.key_s = -1.0

    async def run(self) -> None:
        """Ends with the first key picture. Raises CameraFailed."""
        parts = urlsplit(self._uri)
        try:
            reader, writer = await asyncio.open_connection(parts.hostname or "", parts.port or 554)
        except OSError as error:
            raise CameraFailed(
                "stream_unreachable", f"{parts.hostname}:{parts.port} {error.strerror or ''}".strip()
            ) from None
        try:
            await self._look(reader, writer)
        except rtsp.Broken as error:
            raise CameraFailed("stream_broken", str(error)) from None
        except (ConnectionError, asyncio.IncompleteReadError):
            raise CameraFailed("stream_broken", "closed") from None
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _look(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = await self._ask(reader, writer, "DESCRIBE", self._uri, {"Accept": "application/sdp"})
        base = answer.get("content-base") or answer.get("content-location") or self._uri
        control = self._read_description(answer.body)
        self.described = True
        track = (
            control
            if control.startswith("rtsp://")
            else urljoin(base if base.endswith("/") else f"{base}/", control)
        )
        setup = await self._ask(reader, writer, "SETUP", track or self._uri, {"Transport": _TCP})
        session = setup.get("session").partition(";")[0]
        await self._ask(reader, writer, "PLAY", self._uri, {"Session": session, "Range": "npt=0.000-"})
        began = time.monotonic()
        while self.key_s < 0:
            message = await self._next(reader)
            if isinstance(message, rtsp.Packet) and message.channel == 0:
                self._take(message.data, began)
        writer.write(self._request("TEARDOWN", self._uri, {"Session": session}))

    def _read_description(self, body: bytes) -> str:
        """The track of the picture. Raises CameraFailed."""
        try:
            description = sdp.read(body)
        except sdp.Unreadable as error:
            raise CameraFailed("stream_broken", str(error)) from None
        for medium in description.media:
            if medium.kind == "video":
                maps = [
                    value.partition(" ")[2].partition("/")[0].upper() for value in medium.attributes("rtpmap")
                ]
                self.codec = maps[0][:16] if maps else ""
                return next(iter(medium.attributes("control")), "")
        raise CameraFailed("stream_broken", "no video")

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        method: str,
        uri: str,
        fields: dict[str, str],
    ) -> rtsp.Answer:
        """A good answer; asked once more with a log-in. Raises CameraFailed, Broken."""
        for again in (False, True):
            writer.write(self._request(method, uri, fields))
            await writer.drain()
            message = await self._next(reader)
            while not isinstance(message, rtsp.Answer):
                message = await self._next(reader)
            if message.status == 401 and not again and self._learn(message):
                continue
            if message.status in (401, 403):
                raise CameraFailed("stream_log_in", str(message.status))
            if message.status != 200:
                raise CameraFailed("stream_refused", f"{message.status} {message.reason}".strip())
            return message
        raise CameraFailed("stream_log_in", "401")

    def _learn(self, answer: rtsp.Answer) -> bool:
        """Whether it can be asked again with a log-in."""
        if not self._user:
            return False
        for value in answer.fields.get("www-authenticate", ()):
            with contextlib.suppress(sip.Malformed):
                asked = sip.read_challenge(value)
                if asked is not None and asked.algorithm in ("MD5", "SHA-256"):
                    self._challenge = asked
        return self._challenge is not None

    def _request(self, method: str, uri: str, fields: dict[str, str]) -> bytes:
        self._number += 1
        asked = self._challenge
        if asked is not None:
            hashed = sip.user_hash(self._user, asked.realm, self._password, asked.algorithm)
            bare = sip.Credentials(
                self._user, asked.realm, asked.nonce, uri, "", asked.algorithm, opaque=asked.opaque
            )
            response = sip.digest_answer(hashed, method, bare)
            fields = {**fields, "Authorization": str(replace(bare, response=response))}
        return rtsp.request(method, uri, self._number, fields)

    async def _next(self, reader: asyncio.StreamReader) -> rtsp.Answer | rtsp.Packet:
        while True:
            message, self._unread = rtsp.take(self._unread)
            if message is not None:
                return message
            if len(self._unread) > _MOST_UNREAD:
                raise rtsp.Broken("too much at once")
            data = await reader.read(64 * 1024)
            if not data:
                raise ConnectionResetError
            self._unread += data

    def _take(self, data: bytes, began: float) -> None:
        body = rtp.payload(data) if rtp.read_head(data) is not None else None
        if body is None:
            return
        self.packets += 1
        if is_key(body, h265=self.codec in ("H265", "HEVC")):
            self.key_s = time.monotonic() - began


def is_key(body: bytes, *, h265: bool) -> bool:
    """Whether a packet has, or begins, a key picture. Source: RFC 6184, 5.2; RFC 7798, 4.4."""
    if len(body) < 4:
        return False
    if h265:
        kind = body[0] >> 1 & 63
        inner = (
            body[2] & 63
            if kind == _FU_H265
            else body[4] >> 1 & 63
            if kind == _AP_H265 and len(body) > 4
            else kind
        )
        return inner in _KEY_UNITS_H265
    kind = body[0] & 31
    if kind == _FU_A:
        return body[1] & 31 in _KEY_UNITS
    if kind != _STAP_A:
        return kind in _KEY_UNITS
    at = 1
    while at + 2 < len(body):
        if body[at + 2] & 31 in _KEY_UNITS:
            return True
        at += 2 + int.from_bytes(body[at : at + 2])
    return False
