"""A proxy between consumers and RabbitMQ. It passes bytes on, and closes connections that do not acknowledge.

RabbitMQ before 4.3 waits for ever for an AMQP 1.0 consumer that took a message and does not answer. The guard counts
the unsettled messages of each connection. If the oldest one stays unsettled for 30 s, the connection is closed, and
RabbitMQ gives its messages to another consumer at once. The guard has no data that must survive it.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from typing import Final

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.connections import Connections, Standing
from linli.kernel.lobby import Lobby
from linli.protocols.amqp import FrameError, Stream, Unsettled

log = telemetry.logger(__name__)

ACK_MS: Final = 30_000
CHECK_SECONDS: Final = 1.0
PIECE: Final = 65_536
CONNECT_SECONDS: Final = 10.0
MOST: Final = 1000
MOST_EACH: Final = 200
"""Consumers' connections of one address."""

_ended = telemetry.counter("amqp_consumers_ended", "AMQP consumers disconnected by the platform", ("reason",))


class _Consumer:
    """A connection, for others that need room: RabbitMQ knows what it does, we take it for busy."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task
        self._since = asyncio.get_running_loop().time()

    def standing(self) -> tuple[Standing, float]:
        return Standing.BUSY, self._since

    def displace(self) -> None:
        self._task.cancel()


class Guard:
    """Listens on host:port and passes on to RabbitMQ at `behind` (host, port), which need not be reachable otherwise."""

    def __init__(self, clock: Clock, behind: tuple[str, int], *, proxies: Iterable[str] = ()) -> None:
        """`proxies`: addresses without a share of `MOST_EACH`."""
        self._clock = clock
        self._behind = behind
        self._proxies = frozenset(proxies)
        self._lobby: Lobby | None = None
        self._share: Connections[_Consumer] = Connections(MOST, MOST_EACH, proxies=self._proxies, name="amqp")
        self._open: dict[asyncio.Task[None], Unsettled] = {}
        self._watching: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Raises OSError when the port is taken."""

        def consumer() -> asyncio.Protocol:
            return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=PIECE), self._came)

        # Consumers speak first, so a silent one stays in the lobby and costs the broker nothing.
        plain, secured = (consumer, None) if tls is None else (None, consumer)
        self._lobby = Lobby(plain=plain, secured=secured, tls=tls, proxies=self._proxies)
        await self._lobby.start(host, port)
        self._watching = asyncio.create_task(self._watch(), name="amqp-guard")

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        if self._lobby is not None:
            await self._lobby.stop()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._lobby is not None
        return self._lobby.port

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        consumer, peer = _Consumer(task), writer.get_extra_info("peername")
        if not self._share.enter(consumer, str(peer[0]) if peer else ""):
            _ended.labels("full").inc()
            writer.transport.abort()
            return
        try:
            await self._serve(task, reader, writer)
        finally:
            self._share.leave(consumer)

    async def _serve(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        unsettled = self._open[task] = Unsettled()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                broker_reader, broker_writer = await asyncio.open_connection(*self._behind, limit=PIECE)
        except (OSError, TimeoutError):
            _ended.labels("broker").inc()
            writer.transport.abort()
            del self._open[task]
            return
        ways = [
            asyncio.create_task(self._pass_on(reader, broker_writer, Stream(), unsettled, from_broker=False)),
            asyncio.create_task(self._pass_on(broker_reader, writer, Stream(), unsettled, from_broker=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # the guard ends it; there is nobody above to tell
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, broker_writer):
                with contextlib.suppress(Exception):
                    end.close()
            del self._open[task]

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        stream: Stream,
        unsettled: Unsettled,
        *,
        from_broker: bool,
    ) -> None:
        """One direction until it ends. A slow reader only delays the other end of its own connection."""
        note = unsettled.given if from_broker else unsettled.answered
        try:
            while data := await reader.read(PIECE):
                now = self._clock.now_ms()
                for performative in stream.feed(data):
                    note(performative, now)
                writer.write(data)
                await writer.drain()
        except (OSError, FrameError) as error:
            log.info("AMQP connection ends: %s", error)

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(CHECK_SECONDS)
            now = self._clock.now_ms()
            for task, unsettled in list(self._open.items()):
                since = unsettled.oldest_ms()
                if since is not None and now - since >= ACK_MS:
                    _ended.labels("unacknowledged").inc()
                    log.info(
                        "an AMQP consumer is disconnected: it holds %d messages unacknowledged",
                        len(unsettled),
                    )
                    task.cancel()
