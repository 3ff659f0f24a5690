"""Players on the platform's own web port: fMP4 over WebSocket, HTTP-FLV, HLS. Each needs a token for one session.

`/live` (WebSocket), `/live/1.flv`, `/live/{session}/index.m3u8` with its parts; `/vod…` alike for recordings. Refusals:
403 with a code (unknown, used, late), 404 what is not there, 503 too many players.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from wsproto.events import BytesMessage, TextMessage
from wsproto.frame_protocol import CloseReason

from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.looks import Look
from linli.domains.video.live.pictures import Thumbnails, thumbnail
from linli.domains.video.live.players import FlvPlayer, HlsPlayer
from linli.domains.video.live.tickets import Ticket, TicketRefused
from linli.kernel.callers import Callers
from linli.kernel.clock import Clock
from linli.kernel.errors import Unavailable
from linli.kernel.http import Receive, Refused, Send, Switch, Upgrade
from linli.kernel.http.websocket import WebSocketLine, is_own_page
from linli.kernel.telemetry import logger
from linli.media.cameras.hub import Full, Stream
from linli.media.cameras.outputs import Packed
from linli.protocols.websocket import HandshakeRefused, Whole, accept

log = logger(__name__)
LIVE: Final = "/live"
PAST: Final = "/vod"
PREFIXES: Final = (LIVE, PAST)
ALIVE_S: Final = 15.0
"""Between two looks at whether who watches still may."""
_MOST_UNSENT: Final = 4 * 1024 * 1024
_MOST_HEARD: Final = 1024
_HLS_GONE_S: Final = 20.0
type FilmServer = Callable[[MutableMapping[str, Any], Send], Awaitable[None]]
_ANYBODY: Final = (b"access-control-allow-origin", b"*")


class VideoPlayers:
    """The ASGI application under PREFIXES, and the upgrade there."""

    def __init__(
        self, desk: VideoDesk, thumbnails: Thumbnails, clock: Clock, callers: Callers, *, films: FilmServer
    ) -> None:
        """`films` answers for the platform's own recordings."""
        self._desk = desk
        self._films = films
        self._thumbnails = thumbnails
        self._clock = clock
        self._callers = callers
        self._hls: dict[str, HlsPlayer] = {}

    def upgrades(self) -> dict[str, Upgrade]:
        return dict.fromkeys(PREFIXES, self._upgrade)

    def _upgrade(self, scope: MutableMapping[str, Any]) -> Switch:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if not is_own_page(headers, silent=True):
            raise Refused(403)
        try:
            head = accept(headers, ())
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        return Switch(head, SocketPlayer(self._desk, _query(scope), self._clock))

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        name = str(scope["path"]).rpartition("/")[2]
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, b"")
            return
        try:
            if _is_film(str(scope["path"])):
                await self._films(scope, send)
            elif name.endswith(".flv"):
                await self._flv(scope, receive, send)
            elif name.endswith((".m3u8", ".m4s", ".mp4")):
                await self._segmented(scope, name, send)
            elif name.endswith(".jpg"):
                await self._thumbnail(scope, send)
            else:
                await _answer(send, 404, b"")
        except TicketRefused as refused:
            await _answer(send, 403, msgspec.json.encode({"code": f"video.token_{refused.code}"}))
        except Full:
            await _answer(send, 503, msgspec.json.encode({"code": "video.no_room"}))

    async def _flv(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        query = _query(scope)
        ticket = self._desk.tickets.use(*query, ("flv",), self._clock.now_ms())
        player = FlvPlayer(ticket)
        stream = ticket.running.stream
        look = self._desk.join(ticket, player)
        ticket.running.touched()
        looks = asyncio.create_task(watch(ticket, player.over, self._clock))
        gone = asyncio.create_task(_disconnected(receive, player.over))
        try:
            headers = [(b"content-type", b"video/x-flv"), (b"cache-control", b"no-store"), _ANYBODY]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async for data in player:
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            looks.cancel()
            gone.cancel()
            stream.leave(player)
            self._desk.looks.end(look)

    async def _thumbnail(self, scope: MutableMapping[str, Any], send: Send) -> None:
        wanted = self._thumbnails.find(_query(scope)[0], self._clock.now_ms())
        if wanted is None or not await wanted.alive():
            raise TicketRefused("unknown")
        try:
            image = await thumbnail(self._desk, wanted)
        except Unavailable as trouble:
            await _answer(send, 503, msgspec.json.encode({"code": trouble.code}))
            return
        await _answer(send, 200, image, b"image/jpeg")

    async def _segmented(self, scope: MutableMapping[str, Any], name: str, send: Send) -> None:
        token, session = _query(scope)
        address = self._callers.of(scope)
        ticket = self._desk.tickets.find(token, session, ("hls",))
        player = self._hls.get(token)
        if player is None:
            ticket = self._desk.tickets.use(token, session, ("hls",), self._clock.now_ms())
            ticket.address = address
            player = self._hls[token] = HlsPlayer(ticket)
            ticket.running.stream.segmented = True
            player.look = self._desk.join(ticket, player)
            ticket.running.touched()
            player.task = asyncio.create_task(self._keep(token, player))
        elif address != ticket.address:
            raise TicketRefused("used")
        player.asked_ms = self._clock.steady_ms()
        stream = ticket.running.stream
        if name.endswith(".m3u8"):
            await player.first_segment()
            body, kind = (
                stream.playlist(f"?token={token}&session={session}"),
                b"application/vnd.apple.mpegurl",
            )
        elif name == "head.mp4":
            body, kind = stream.head, b"video/mp4"
        else:
            body, kind = stream.segment(name.removesuffix(".m4s"), ticket.keys), b"video/iso.segment"
        await _answer(send, 200 if body else 404, body, kind)

    async def _keep(self, token: str, player: HlsPlayer) -> None:
        """A session by HLS is over when nothing is asked for a while."""
        ticket = player.ticket
        next_look = ALIVE_S
        try:
            while not ticket.running.over and not player.ended:
                await self._clock.sleep(1.0)
                if self._clock.steady_ms() - player.asked_ms > _HLS_GONE_S * 1000:
                    return
                next_look -= 1.0
                if next_look <= 0:
                    next_look = ALIVE_S
                    if not await ticket.alive():
                        return
        finally:
            ticket.closed = True
            self._hls.pop(token, None)
            ticket.running.stream.leave(player)
            self._desk.looks.end(player.look)

    async def stop(self) -> None:
        tasks = [player.task for player in self._hls.values() if player.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class SocketPlayer(WebSocketLine):
    """fMP4 over WebSocket: first a text with the codec, then the head and a fragment a picture.

    Who reads too slowly gets nothing more before the next key picture.
    """

    def __init__(self, desk: VideoDesk, query: tuple[str, str], clock: Clock) -> None:
        super().__init__(max_message=_MOST_HEARD, max_unsent=_MOST_UNSENT)
        self._desk = desk
        self._query = query
        self._clock = clock
        self._ticket: Ticket | None = None
        self._look: Look | None = None
        self._waits = True
        self._watch: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        try:
            ticket = self._desk.tickets.use(*self._query, ("ws",), self._clock.now_ms())
            self._ticket = ticket
            ticket.running.touched()
            self._look = self._desk.join(ticket, self)
        except TicketRefused as refused:
            self._say({"code": f"video.token_{refused.code}"})
            self.close(CloseReason.POLICY_VIOLATION)
            return
        except Full:
            self._say({"code": "video.no_room"})
            self.close(CloseReason.TRY_AGAIN_LATER)
            return
        self._watch = asyncio.get_running_loop().create_task(watch(ticket, self.over, self._clock))

    def _say(self, facts: dict[str, Any]) -> None:
        self.write(TextMessage(msgspec.json.encode(facts).decode()))

    def heard(self, message: Whole) -> None:
        """A page has nothing to say."""
        self.close(CloseReason.POLICY_VIOLATION)

    def ended(self, *, too_much: bool) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self._ticket is not None:
            self._ticket.running.stream.leave(self)
        self._desk.looks.end(self._look)
        self._look = None

    # ------------------------------------------------------------ as a player

    def begin(self, stream: Stream) -> None:
        shape = stream.shape
        if shape is not None:
            self._say({"codec": shape.codec, "width": shape.width, "height": shape.height})
        self.write(BytesMessage(stream.head))
        self._waits = True

    def picture(self, packed: Packed) -> None:
        if self.full:
            self._waits = True
        elif packed.key:
            self._waits = False
        if not self._waits and self._ticket is not None:
            self.write_frame(packed.frame(self._ticket.keys))

    def over(self) -> None:
        self.close(CloseReason.NORMAL_CLOSURE)


async def watch(ticket: Ticket, end: Callable[[], None], clock: Clock) -> None:
    """End the session when who asked for it may not look any more."""
    while True:
        await clock.sleep(ALIVE_S)
        try:
            alive = await ticket.alive()
        except Exception:  # the database is away: the next look sees it
            log.exception("who watches a camera could not be looked at")
            continue
        if not alive:
            end()
            return


async def _disconnected(receive: Receive, end: Callable[[], None]) -> None:
    with contextlib.suppress(Exception):
        while (await receive())["type"] != "http.disconnect":
            pass
    end()


def _is_film(path: str) -> bool:
    """A file of the platform's own recordings; HLS has names of its own below a session."""
    name = path.removeprefix(f"{PAST}/")
    return path.startswith(f"{PAST}/") and "/" not in name and name.endswith(".mp4")


def _query(scope: MutableMapping[str, Any]) -> tuple[str, str]:
    try:
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=10)
    except ValueError:
        return "", ""
    return query.get("token", [""])[0][:64], query.get("session", [""])[0][:64]


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), _ANYBODY]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
