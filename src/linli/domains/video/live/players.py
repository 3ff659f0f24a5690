"""Players by HTTP: a queue of FLV for one, and the presence of one by HLS."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from linli.domains.video.live.looks import Look
from linli.domains.video.live.tickets import Ticket
from linli.media.cameras.hub import Stream
from linli.media.cameras.outputs import Packed
from linli.protocols import flv

MOST_WAITING: Final = 4 * 1024 * 1024
FIRST_SEGMENT_S: Final = 12.0


class FlvPlayer:
    """Iterate over what is to be sent. Who reads too slowly gets nothing more before the next key picture."""

    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._waiting: deque[bytes] = deque([flv.HEAD])
        self._size = 0
        self._news = asyncio.Event()
        self._news.set()
        self._waits = True
        self._over = False

    def _put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._size += len(data)
        self._news.set()

    def begin(self, stream: Stream) -> None:
        self._put(flv.tag(flv.VIDEO, 0, flv.configuration(*stream.parameters)))
        self._waits = True

    def picture(self, packed: Packed) -> None:
        if self._size > MOST_WAITING:
            self._waits = True
        elif packed.key:
            self._waits = False
        if not self._waits:
            self._put(packed.flv(self._ticket.keys))

    def over(self) -> None:
        self._over = True
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                data = self._waiting.popleft()
                self._size = max(0, self._size - len(data))
                yield data
            if self._over:
                return


class HlsPlayer:
    """Somebody fetches segments."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.look: Look | None = None
        self.asked_ms = 0
        self.ended = False
        self.task: asyncio.Task[None] | None = None
        self._there = asyncio.Event()

    def begin(self, stream: Stream) -> None:
        """Nothing is sent by itself."""

    def picture(self, packed: Packed) -> None:
        if self.ticket.running.stream.segments:
            self._there.set()

    def over(self) -> None:
        self.ended = True
        self._there.set()

    async def first_segment(self) -> None:
        """Wait for a segment to play; one is whole when the next key picture comes."""
        if not self.ticket.running.stream.segments:
            try:
                async with asyncio.timeout(FIRST_SEGMENT_S):
                    await self._there.wait()
            except TimeoutError:
                return
