"""One film of a call: an end of its session on this machine, which hears all and plays a prompt.

What comes is written at once, so that a film is whole up to its last moment however the process ends.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from linli.protocols import matroska, rtp

MOST_BYTES: Final = 48 * 1024 * 1024
"""Of one film; 30 seconds of a door have a tenth of it."""
PACKET_S: Final = 0.02
PACKET_BYTES: Final = 160
"""Of G.711, a packet's."""
SILENCE: Final = {"pcma": 0xD5, "pcmu": 0xFF}
_PICTURE_HZ, _SOUND_HZ = 90_000, 8_000
_DRIFT_MS: Final = 1_000
"""Beyond it a stream's own clock is not believed."""
_WAIT_MS: Final = 2_000
"""So long sound waits for the first picture."""

type Address = tuple[str, int]


class _Port(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self.wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.wire = transport  # type: ignore[assignment]  # asyncio's own datagram transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._take(data)

    def error_received(self, exc: Exception) -> None:
        return  # what the network says of an earlier packet

    @property
    def number(self) -> int:
        return int(self.wire.get_extra_info("sockname")[1]) if self.wire is not None else 0

    def close(self) -> None:
        if self.wire is not None:
            self.wire.close()


class Recording:
    """`open`, then `begin`; `close` at the end. `sound` and `picture`: codec and payload type of each medium."""

    def __init__(self, path: Path, sound: tuple[str, int] | None, picture: tuple[str, int] | None) -> None:
        self.path = path
        self.sound = sound
        self._picture = picture
        self._pictures: rtp.H264Pictures | rtp.Vp8Pictures = (
            rtp.H264Pictures() if picture is None or picture[0] == "h264" else rtp.Vp8Pictures()
        )
        self._file: BinaryIO | None = None
        self._pieces: matroska.Pieces | None = None
        self._waiting: list[tuple[int, bytes]] = []
        """Sound from before the first picture."""
        self._clocks: dict[int, tuple[int, int]] = {}
        """Of each track: its timestamp and the film's time, which belong together."""
        self._began_ns = 0
        self._voices: asyncio.DatagramTransport | None = None
        self._ports: list[_Port] = []
        self._prompt: asyncio.Task[None] | None = None
        self.size = 0
        self.pictures = 0
        self.last_ms = 0

    # ------------------------------------------------------------ its ports

    async def open(self, host: str) -> tuple[int, int]:
        """The ports where sound and picture are taken; 0: not at all. Raises OSError."""
        self._file = self.path.open("wb", buffering=0)
        self._began_ns = time.monotonic_ns()
        loop = asyncio.get_running_loop()
        numbers = []
        for medium, take in ((self.sound, self._take_sound), (self._picture, self._take_picture)):
            if medium is None:
                numbers.append(0)
                continue
            port = _Port(take)
            await loop.create_datagram_endpoint(lambda port=port: port, local_addr=(host, 0))  # type: ignore[misc]
            self._ports.append(port)
            numbers.append(port.number)
        return numbers[0], numbers[1]

    def know(self, unit: bytes) -> None:
        """A parameter of H.264 that the description told."""
        if isinstance(self._pictures, rtp.H264Pictures):
            self._pictures.know(unit)

    def begin(self, target: Address, prompt: bytes) -> None:
        """Play a prompt to the other end, and silence behind it."""
        if self.sound is not None and self._prompt is None:
            self._prompt = asyncio.create_task(self._play(target, prompt), name="prompt of a recording")

    async def _play(self, target: Address, prompt: bytes) -> None:
        assert self.sound is not None
        codec, kind = self.sound
        wire, ssrc = self._ports[0].wire, secrets.randbits(32)
        silence = bytes((SILENCE[codec],)) * PACKET_BYTES
        began_s, count = time.monotonic(), 0
        while wire is not None and not wire.is_closing():
            part = prompt[count * PACKET_BYTES : (count + 1) * PACKET_BYTES]
            head = rtp.Head(kind, not count, count & 0xFFFF, count * PACKET_BYTES, ssrc)
            wire.sendto(rtp.build_packet(head, part + silence[len(part) :]), target)
            count += 1
            await asyncio.sleep(max(0.0, began_s + count * PACKET_S - time.monotonic()))

    # ------------------------------------------------------------ what comes

    @property
    def now_ms(self) -> int:
        return (time.monotonic_ns() - self._began_ns) // 1_000_000

    def _take_sound(self, data: bytes) -> None:
        head, body = self._read(data, self.sound)
        if head is None or not body:
            return
        at_ms = self._time(matroska.SOUND, head.timestamp, _SOUND_HZ)
        if self._pieces is not None:
            self._write(matroska.SOUND, at_ms, body, key=True)
            return
        self._waiting.append((at_ms, body))
        if self._picture is None or at_ms - self._waiting[0][0] > _WAIT_MS:
            self._begin_film(None)

    def _take_picture(self, data: bytes) -> None:
        head, body = self._read(data, self._picture)
        if head is None:
            return
        picture = self._pictures.take(head, body)
        if picture is None:
            return
        at_ms = self._time(matroska.PICTURE, picture.timestamp, _PICTURE_HZ)
        if self._pieces is None:
            self._begin_film(self._track())
        elif not self.pictures:
            return  # its film began without one
        self.pictures += 1
        self._write(matroska.PICTURE, at_ms, picture.data, key=picture.key)

    def _read(self, data: bytes, medium: tuple[str, int] | None) -> tuple[rtp.Head | None, bytes]:
        head = None if rtp.is_rtcp(data) else rtp.read_head(data)
        if head is None or medium is None or head.payload_type != medium[1]:
            return None, b""
        return head, rtp.payload(data) or b""

    def _time(self, track: int, timestamp: int, rate: int) -> int:
        """By the stream's own clock, unless that is far from ours."""
        now_ms = self.now_ms
        begin, begin_ms = self._clocks.setdefault(track, (timestamp, now_ms))
        since = (timestamp - begin + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
        at_ms = begin_ms + since * 1000 // rate
        if abs(at_ms - now_ms) > _DRIFT_MS:
            self._clocks[track] = (timestamp, now_ms)
            at_ms = now_ms
        return max(0, at_ms)

    def _track(self) -> matroska.PictureTrack:
        pictures = self._pictures
        if isinstance(pictures, rtp.Vp8Pictures):
            return matroska.PictureTrack("vp8", pictures.size)
        return matroska.PictureTrack("h264", parameters=pictures.parameters)

    def _begin_film(self, track: matroska.PictureTrack | None) -> None:
        self._pieces = matroska.Pieces()
        self._append(matroska.head(track, self.sound[0] if self.sound is not None else ""))
        waiting, self._waiting = self._waiting, []
        for at_ms, body in waiting:
            self._write(matroska.SOUND, at_ms, body, key=True)

    def _write(self, track: int, at_ms: int, data: bytes, *, key: bool) -> None:
        if self._pieces is not None and self.size < MOST_BYTES:
            self.last_ms = max(self.last_ms, at_ms)
            self._append(self._pieces.piece(track, at_ms, data, key=key))

    def _append(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
            self.size += len(data)

    def close(self) -> None:
        """In any state."""
        if self._prompt is not None:
            self._prompt.cancel()
        for port in self._ports:
            port.close()
        if self._pieces is None and self._waiting:
            self._begin_film(None)
        if self._file is not None:
            self._file.close()
            self._file = None
