"""The media of one call: sends the door's picture and sound, counts and keeps a little of what it hears.

Source: RFC 3550, 3551 and 6184; RFC 2833 for the key that opens.
"""

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from linli.protocols import rtp, sdp
from linli.sim.voip import picture, sound
from linli.sim.voip.picture import Clip

VOICE, KEYS, VIDEO = 8, 101, 96
_FIRST_FREE: Final = 96
_KEY_BYTES: Final = 4
_VIDEO_CLOCK: Final = 90_000
_KEPT: Final = 100
"""Packets of the voice that is heard."""


class Talk:
    """`open`, then `offer` or `answer`, `send_to`, `close`."""

    def __init__(self, host: str, clip: Clip, voice: Callable[[int], bytes]) -> None:
        """`voice`: the 160 bytes of A-law of a packet, by its number."""
        self._host = host
        self._clip = clip
        self._voice = voice
        self.on_key: Callable[[str], None] = _ignore
        self.heard: Counter[int] = Counter()
        """Packets that came, by payload type."""
        self.voices: deque[bytes] = deque(maxlen=_KEPT)
        self.sent: Counter[int] = Counter()
        self._digits = rtp.Digits()
        self._wires: dict[str, asyncio.DatagramTransport] = {}
        self._places: dict[str, tuple[str, int]] = {}
        self._types: dict[str, int] = {}
        self._keys: set[int] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Raises OSError."""
        loop = asyncio.get_running_loop()
        for kind in ("audio", "video"):
            wire, _ = await loop.create_datagram_endpoint(
                lambda kind=kind: _Ear(self, kind),  # type: ignore[misc]
                local_addr=(self._host, 0),
            )
            self._wires[kind] = wire

    def offer(self) -> bytes:
        family = "IP6" if ":" in self._host else "IP4"
        lines = [
            "v=0",
            f"o=- {secrets.randbelow(1 << 31)} 1 IN {family} {self._host}",
            "s=door",
            f"c=IN {family} {self._host}",
            "t=0 0",
            f"m=audio {self._port('audio')} RTP/AVP {VOICE} {KEYS}",
            f"a=rtpmap:{VOICE} PCMA/8000",
            f"a=rtpmap:{KEYS} telephone-event/8000",
            f"a=fmtp:{KEYS} 0-15",
            f"m=video {self._port('video')} RTP/AVP {VIDEO}",
            f"a=rtpmap:{VIDEO} H264/90000",
            f"a=fmtp:{VIDEO} profile-level-id={picture.PROFILE};packetization-mode=1",
            "a=sendonly",
        ]
        return "".join(f"{line}\r\n" for line in lines).encode()

    def take(self, description: bytes) -> None:
        """Send where the other end's answer, or offer, says. Raises sdp.Unreadable."""
        read = sdp.read(description)
        for medium in read.media:
            place = read.address(medium)
            if medium.kind == "audio":
                self._keys = {
                    int(kind) for kind, codec in medium.codecs.items() if codec.startswith("telephone-event/")
                }
            types = [
                int(kind) for kind, codec in medium.codecs.items() if codec.startswith(("pcma/", "h264/"))
            ]
            if place is None or not types or medium.kind not in self._wires:
                self._places.pop(medium.kind, None)
                continue
            self._places[medium.kind] = place.host, place.port
            self._types[medium.kind] = types[0]
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._say(), name="voice"),
                asyncio.create_task(self._show(), name="picture"),
            ]

    def answer(self, offer: bytes) -> bytes:
        """The answer to an offer; media that we have not are refused. Raises sdp.Unreadable."""
        read = sdp.read(offer)
        self.take(offer)
        family = "IP6" if ":" in self._host else "IP4"
        lines = ["v=0", f"o=- 1 1 IN {family} {self._host}", "s=door", f"c=IN {family} {self._host}", "t=0 0"]
        for medium in read.media:
            kind, taken = medium.kind, medium.kind in self._places
            if not taken:
                lines.append(f"m={kind} 0 {medium.profile} {' '.join(medium.formats)}")
                continue
            number = self._types[kind]
            keys = sorted(self._keys) if kind == "audio" else []
            lines.append(f"m={kind} {self._port(kind)} RTP/AVP {' '.join(map(str, [number, *keys]))}")
            if kind == "audio":
                lines.append(f"a=rtpmap:{number} PCMA/8000")
                lines += [f"a=rtpmap:{key} telephone-event/8000" for key in keys]
            else:
                lines += [
                    f"a=rtpmap:{number} H264/90000",
                    f"a=fmtp:{number} profile-level-id={picture.PROFILE};packetization-mode=1",
                    "a=sendonly",
                ]
        return "".join(f"{line}\r\n" for line in lines).encode()

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for wire in self._wires.values():
            wire.close()

    # ------------------------------------------------------------

    def _port(self, kind: str) -> int:
        port: int = self._wires[kind].get_extra_info("sockname")[1]
        return port

    async def _say(self) -> None:
        ssrc, number = secrets.randbelow(1 << 32), 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            stamp = number * sound.SAMPLES
            head = rtp.Head(0, number == 0, number & 0xFFFF, stamp & 0xFFFF_FFFF, ssrc)
            self._packet("audio", head, self._voice(number))
            number += 1
            await asyncio.sleep(max(0, began + number * sound.SAMPLES / sound.RATE - loop.time()))

    async def _show(self) -> None:
        ssrc, number, pictures = secrets.randbelow(1 << 32), 0, 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            stamp = pictures * _VIDEO_CLOCK // picture.RATE
            if "video" in self._places:
                parts = picture.payloads(self._clip.next())
                for part in parts:
                    head = rtp.Head(0, part is parts[-1], number & 0xFFFF, stamp & 0xFFFF_FFFF, ssrc)
                    self._packet("video", head, part)
                    number += 1
            pictures += 1
            await asyncio.sleep(max(0, began + pictures / picture.RATE - loop.time()))

    def _packet(self, kind: str, head: rtp.Head, body: bytes) -> None:
        place = self._places.get(kind)
        if place is not None:
            number = self._types[kind]
            self._wires[kind].sendto(rtp.build_packet(head._replace(payload_type=number), body), place)
            self.sent[number] += 1

    def hear(self, kind: str, data: bytes) -> None:
        head = rtp.read_head(data)
        body = None if head is None else rtp.payload(data)
        if head is None or body is None:
            return
        self.heard[head.payload_type] += 1
        if kind != "audio":
            return
        if head.payload_type == self._types.get("audio"):
            self.voices.append(body)
        elif (
            # Under whatever number: gateways send keys under one of their own.
            head.payload_type >= _FIRST_FREE
            and len(body) == _KEY_BYTES
            and (key := self._digits.take(head, body)) is not None
        ):
            self.on_key(key)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, talk: Talk, kind: str) -> None:
        self._talk = talk
        self._kind = kind

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self._talk.hear(self._kind, data)

    def error_received(self, _error: Exception) -> None:
        return


def _ignore(_key: str) -> None:
    return
