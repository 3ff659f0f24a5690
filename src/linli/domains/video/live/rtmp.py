"""Players by RTMP, on a port of their own: `rtmp://host/live?token=…&session=…&cacheDuration=1/NAME`."""

import asyncio
from typing import Final, cast
from urllib.parse import parse_qs

from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.looks import Look
from linli.domains.video.live.tickets import Ticket, TicketRefused
from linli.domains.video.live.web import watch
from linli.kernel.clock import Clock
from linli.media.cameras.hub import Full, Stream
from linli.media.cameras.outputs import Packed
from linli.protocols import flv, rtmp

MOST: Final = 512
"""Connections."""
ASK_S: Final = 15.0
"""How long a connection may take to ask for a stream."""
_MOST_UNSENT: Final = 4 * 1024 * 1024


class RtmpPort:
    """`start`, then `port`; `stop` in any state."""

    def __init__(self, desk: VideoDesk, clock: Clock) -> None:
        self.desk = desk
        self.clock = clock
        self.players: set[RtmpPlayer] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: RtmpPlayer(self), host, port)
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for player in list(self.players):
            player.close()


class RtmpPlayer(asyncio.Protocol):
    """One connection. Who reads too slowly gets nothing more before the next key picture."""

    def __init__(self, owner: RtmpPort) -> None:
        self._owner = owner
        self._session = rtmp.Session()
        self._wire: asyncio.Transport | None = None
        self._ticket: Ticket | None = None
        self._look: Look | None = None
        self._waits = True
        self._full = False
        self._end: asyncio.TimerHandle | None = None
        self._watch: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.Transport", transport)
        if len(self._owner.players) >= MOST:
            self._wire.abort()
            return
        self._owner.players.add(self)
        self._wire.set_write_buffer_limits(high=_MOST_UNSENT)
        self._end = asyncio.get_running_loop().call_later(ASK_S, self.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.players.discard(self)
        self._wire = None
        if self._end is not None:
            self._end.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._ticket is not None:
            self._ticket.running.stream.leave(self)
        self._owner.desk.looks.end(self._look)
        self._look = None

    def data_received(self, data: bytes) -> None:
        try:
            answer, asked = self._session.feed(data)
        except rtmp.Broken:
            self.close()
            return
        self._send(answer)
        for play in asked:
            self._play(play)

    def _play(self, play: rtmp.Play) -> None:
        if self._ticket is not None:
            self.close()
            return
        query = parse_qs(play.app.partition("?")[2], max_num_fields=10)
        token, session = (query.get(name, [""])[0][:64] for name in ("token", "session"))
        try:
            ticket = self._owner.desk.tickets.use(token, session, ("rtmp",), self._owner.clock.now_ms())
            self._ticket = ticket
            ticket.running.touched()
            self._send(rtmp.begun())
            self._look = self._owner.desk.join(ticket, self)
        except (TicketRefused, Full, ValueError) as error:
            code = error.code if isinstance(error, TicketRefused) else "no_room"
            self._send(rtmp.refused(f"video.token_{code}"))
            self.close()
            return
        if self._end is not None:
            self._end.cancel()
        self._watch = asyncio.get_running_loop().create_task(watch(ticket, self.over, self._owner.clock))

    def _send(self, data: bytes) -> None:
        if data and self._wire is not None and not self._wire.is_closing():
            self._wire.write(data)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    # ------------------------------------------------------------ as a player

    def begin(self, stream: Stream) -> None:
        self._send(rtmp.message(rtmp.VIDEO, 0, flv.configuration(*stream.parameters)))
        self._waits = True

    def picture(self, packed: Packed) -> None:
        if self._full:
            self._waits = True
        elif packed.key:
            self._waits = False
        if not self._waits and self._ticket is not None:
            self._send(rtmp.message(rtmp.VIDEO, packed.time_ms, packed.flv_body(self._ticket.keys)))

    def over(self) -> None:
        self._send(rtmp.ended())
        self.close()
