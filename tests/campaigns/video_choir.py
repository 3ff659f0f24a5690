"""Pictures for many simulated cameras: each is made once and sent by all that are at it, with their own RTP heads.

Cameras of one choir are spread over voices, so that neither their pictures nor their key pictures come all at once.
"""

import asyncio
import contextlib
import secrets
import socket
import struct
from collections.abc import Callable
from typing import Final

from linli.protocols import h26x, mpeg_ps

RATE: Final = 25
CLOCK: Final = 90_000
VOICES: Final = 8
_PAYLOAD: Final = 1_400
_HEAD: Final = struct.Struct("!BBHII")
_LATE_S: Final = 1.0


class Singer:
    """One call's pictures, begun with a key picture. `cut`: the line takes nothing of them for a while."""

    def __init__(
        self,
        choir: "Choir",
        to: tuple[str, int],
        *,
        host: str,
        ssrc: int,
        loses: int,
        cut: Callable[[], bool],
    ) -> None:
        self._choir, self._to, self._host, self._ssrc, self._loses = choir, to, host, ssrc, loses
        self._cut = cut
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sequence = secrets.randbelow(0x10000)
        self._began = False
        self.voice = choir.least()
        self.port = 0
        self.key_wanted = False

    async def open(self) -> None:
        self._wire.bind((self._host, 0))
        self._wire.connect(self._to)
        self._wire.setblocking(False)
        self.port = self._wire.getsockname()[1]

    def start(self) -> None:
        self._choir.voices[self.voice].add(self)

    async def stop(self) -> None:
        self._choir.voices[self.voice].discard(self)
        self._wire.close()

    def sing(self, pieces: list[bytes], time: int, *, key: bool) -> int:
        """Send a picture; how many packets went."""
        if not (self._began or key):
            return 0
        self._began = True
        sent = 0
        cut = self._cut()
        for number, piece in enumerate(pieces, 1):
            self._sequence = (self._sequence + 1) & 0xFFFF
            if cut or (self._loses and self._sequence % self._loses == 0):
                continue
            marked = 0xE0 if number == len(pieces) else 0x60
            with contextlib.suppress(OSError):  # nobody listens there any more: cameras go on
                self._wire.send(_HEAD.pack(0x80, marked, self._sequence, time, self._ssrc) + piece)
                sent += 1
        return sent


class Choir:
    """`run` as a task: the pictures of a byte stream again and again, at their pace."""

    def __init__(self, stream: bytes) -> None:
        cutter = h26x.Pictures()
        self._pictures = cutter.feed(stream, None) + cutter.flush()
        self.voices: list[set[Singer]] = [set() for _ in range(VOICES)]
        self.packets = 0
        self.late_s = 0.0
        """The most that this process was behind."""

    def least(self) -> int:
        """The voice with the fewest singers."""
        return min(range(VOICES), key=lambda voice: len(self.voices[voice]))

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        apart = len(self._pictures) // VOICES
        while True:
            turn, voice = divmod(count, VOICES)
            late = loop.time() - began - count / VOICES / RATE
            if late < 0:
                await asyncio.sleep(-late)
            elif count % 100 == 0:
                await asyncio.sleep(0)
            self.late_s = max(self.late_s, late)
            if late > _LATE_S:  # as a camera that is too slow: pictures are left out
                count += int(late * RATE) * VOICES
                continue
            count += 1
            if self.voices[voice]:
                self._sing(voice, turn, turn + apart * voice)

    def _sing(self, voice: int, turn: int, at: int) -> None:
        time = turn * CLOCK // RATE
        picture = self._pictures[at % len(self._pictures)]._replace(pts=time, dts=time)
        data = mpeg_ps.write(picture)
        pieces = [data[first : first + _PAYLOAD] for first in range(0, len(data), _PAYLOAD)]
        for singer in list(self.voices[voice]):
            self.packets += singer.sing(pieces, time & 0xFFFFFFFF, key=picture.key)
