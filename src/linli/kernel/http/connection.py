"""One client connection: runs the application for each request in turn, and ends what makes no progress."""

import asyncio
import time
from collections import deque
from typing import Any, cast

from linli.kernel import telemetry
from linli.kernel.callers import forwarded_address
from linli.kernel.connections import Standing
from linli.kernel.http.exchange import Exchange
from linli.kernel.http.heads import bare_head
from linli.kernel.http.listener import Listener
from linli.kernel.http.reader import Refused, RequestReader
from linli.kernel.http.types import KNOWN_CALLER, Switch

log = telemetry.logger(__name__)


LINGER_SECONDS = 2.0
NEW_SECONDS = 1.0

_SLICE = 16_384
"""Bytes parsed at a time, so that one packet of pipelined requests cannot become thousands of them in memory."""


class Connection(asyncio.Protocol):
    def __init__(self, server: Listener["Connection"]) -> None:
        self.server = server
        self.limits = server.limits
        self.base: dict[str, Any] = {}
        """The common part of the ASGI scopes of all its requests."""
        self.address = ""
        """The address of the client; behind a trusted proxy, that of the client whose request it carries."""
        self.proxied = False
        self.write_paused = False
        self.active_since = time.monotonic()
        """Last progress, for the sweep that ends slow and idle connections."""
        self._loop = server.loop
        self._reader = RequestReader(self)
        self._transport: asyncio.Transport
        self._backlog = b""
        """Received but not parsed yet: enough requests are waiting."""
        self._waiting: deque[Exchange] = deque()
        self._running: Exchange | None = None
        self._refusal: int | None = None
        """The answer to a bad request, after the answers to the requests before it."""
        self._paused = False
        self._closing = False
        self._lingering = False
        self._drain_waiters: list[asyncio.Future[None]] = []
        self._out = b""
        """Answered in this turn of the loop and not handed to the transport yet."""
        self._unsent = 0
        self._sent_at = self.active_since

    # transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass of it
        client, local = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        secure = transport.get_extra_info("sslcontext") is not None
        self.address = str(client[0]) if client else ""
        self.proxied = self.address in self.server.proxies
        self.base = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "https" if secure else "http",
            "root_path": "",
            "client": tuple(client[:2]) if client else None,
            "server": tuple(local[:2]) if local else None,
            KNOWN_CALLER: self.known_caller,
        }
        if not self.server.opened(self):
            self.write(bare_head(503))
            self._close()

    def connection_lost(self, error: Exception | None) -> None:
        self._closing = True
        self.server.closed(self)
        for exchange in (self._running, self._reader.reading, *self._waiting):
            if exchange is not None:
                exchange.disconnect()
        self._waiting.clear()
        self._running, self._backlog = None, b""
        self._reader.end()
        self.base.pop(KNOWN_CALLER, None)
        self.resume_writing()

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self.write_paused = True

    def resume_writing(self) -> None:
        self.write_paused = False
        waiters, self._drain_waiters = self._drain_waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        if not self._closing:
            self._loop.call_soon(self._next)

    async def drained(self) -> None:
        self.flush()
        if self.write_paused and not self._closing:
            waiter = self._loop.create_future()
            self._drain_waiters.append(waiter)
            await waiter

    def write(self, data: bytes) -> None:
        """Send with the other answers of this turn of the loop: a sleeping peer is woken once for all, not for each."""
        if self._closing:
            return
        if self._out:
            self._out += data
            if len(self._out) > _SLICE:
                self.flush()
        else:
            self._out = data
            self.server.flush_soon(self)

    def flush(self) -> None:
        """Hand what was written to the transport now."""
        data, self._out = self._out, b""
        if data and not self._transport.is_closing():
            self._transport.write(data)

    # reading

    def data_received(self, data: bytes) -> None:
        if self._lingering or self._closing or self._refusal is not None:
            return
        self.active_since = self.server.now
        if self._backlog:
            self._backlog += data
        else:
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        try:
            if len(data) <= _SLICE:
                self._reader.feed(data)
                return
            for start in range(0, len(data), _SLICE):
                if self._paused:
                    self._backlog = data[start:]
                    return
                self._reader.feed(data[start : start + _SLICE])
                if self._lingering or self._closing:
                    return
        except Refused as refused:
            self._refuse_in_turn(refused.status)

    def pause_reading(self) -> None:
        if not self._paused and not self._closing:
            self._paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if not self._paused or self._closing or self._refusal is not None:
            return
        if len(self._waiting) < self.limits.pipelined:
            self._paused = False
            self.active_since = self.server.now
            if self._reader.began is not None:
                self._reader.began = self.server.now
            # What was received comes first, or it would grow to the whole body.
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if not (self._paused or self._lingering or self._closing):
            data, self._backlog = self._backlog, b""
            self._transport.resume_reading()
            if data:
                self._parse(data)

    # another protocol

    @property
    def stopping(self) -> bool:
        return self.server.stopping

    @property
    def is_idle(self) -> bool:
        """Whether nothing that was asked is still to be answered."""
        return self._running is None and not self._waiting and self._refusal is None

    def switch(self, switch: Switch, rest: bytes) -> None:
        """Hand the connection over, `rest` being what came behind the request; the server knows it no more."""
        self.write(switch.head)
        self.flush()
        self._closing = True
        self.server.switched(self, counted_there=switch.counted_there)
        self._transport.set_protocol(switch.protocol)
        switch.protocol.connection_made(self._transport)
        if rest:
            switch.protocol.data_received(rest)

    # whose it is

    def speak_for(self, headers: list[tuple[bytes, bytes]]) -> bool:
        """Through a trusted proxy comes a request of somebody; False: they have their share of connections already."""
        sent = b",".join([value for name, value in headers if name == b"x-forwarded-for"])
        address = forwarded_address(sent.decode("latin-1"), self.server.proxies)
        return not address or self._move(address)

    def _move(self, address: str) -> bool:
        if address == self.address:
            return True
        self.address = address
        return self.server.share.move(self, address)

    def known_caller(self) -> None:
        """The application knows the caller of the running request: the bytes of this request are no longer counted."""
        reading = self._reader.reading
        if reading is not None and reading is self._running:
            self._reader.counted = False
            self.server.unfinished.drop(self)

    def standing(self) -> tuple[Standing, float]:
        """For others that need room (`Connections`)."""
        if self._closing:
            return Standing.BUSY, self.active_since
        if self._reader.began is not None or self._reader.reading is not None:
            return Standing.UNFINISHED, self._reader.since
        if self._running is None and not self._waiting:
            # A new client sends its request at once: it counts as idle when it has not.
            new = self._lingering or self.server.now - self.active_since < NEW_SECONDS
            return (Standing.UNFINISHED if new else Standing.IDLE), self.active_since
        if self._unsent and self.unsent:
            return Standing.UNFINISHED, self._sent_at  # it does not take its answer
        return Standing.BUSY, self.active_since

    def displace(self) -> None:
        (self._close if self.standing()[0] is Standing.IDLE else self.abort)()

    # running

    def offer(self, exchange: Exchange) -> None:
        """Run a request when its turn has come. Called when its head is read, its body, or both."""
        running = self._running
        if exchange is running or exchange.finished or self._closing or self._lingering:
            return
        if running is None and not self._waiting and not self.write_paused:
            self._run(exchange)
        elif exchange not in self._waiting:
            self._waiting.append(exchange)
            if len(self._waiting) >= self.limits.pipelined:
                self.pause_reading()

    def _run(self, exchange: Exchange) -> None:
        self._running = exchange
        # Started at once, without a turn of the loop: most calls finish in this very step.
        task = asyncio.Task(self._call(exchange), loop=self._loop, eager_start=True)
        if not task.done():
            self.server.tasks.add(task)
            task.add_done_callback(self.server.tasks.discard)

    async def _call(self, exchange: Exchange) -> None:
        try:
            await self.server.app(exchange.scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:
            self.abort()
            return
        except Exception:
            if exchange.disconnected:
                return  # what the application meets when its client is gone is no fault
            log.exception("the application failed on %s", exchange.scope["path"])
        if not exchange.finished:
            if exchange.started:
                self.abort()
            else:
                self._refuse(500)

    def exchange_finished(self, exchange: Exchange, keep_alive: bool) -> None:
        self._running = None
        if self.proxied:
            self._move(str(self.base["client"][0]))
        self.active_since = self.server.now
        if not exchange.body_complete:
            self._linger()
        elif not keep_alive or self.server.stopping:
            self._close()
        elif self._waiting or self._refusal is not None:
            self._loop.call_soon(self._next)
        elif self._paused:
            self.resume_reading()

    def _next(self) -> None:
        if self._running is not None or self._closing or self._lingering or self.write_paused:
            return
        if self._waiting:
            self._run(self._waiting.popleft())
        elif self._refusal is not None:
            self._refuse(self._refusal)
        self.resume_reading()

    # ends

    @property
    def gone(self) -> bool:
        """Whether its socket is closed or being closed."""
        return self._transport.is_closing()

    @property
    def unsent(self) -> int:
        """Bytes of answers that the client has not taken yet."""
        return len(self._out) + self._transport.get_write_buffer_size()

    def check(self, now: float) -> None:
        """End the connection when it makes no progress. Called about once a second."""
        unsent, waited = self.unsent, now - self.active_since
        if unsent != self._unsent or not unsent:
            self._unsent, self._sent_at = unsent, now
        elif now - self._sent_at > self.limits.write_seconds:
            self.abort()
            return
        if self._closing or self._paused:
            return
        if self._lingering:
            if waited > LINGER_SECONDS and not unsent:
                self.abort()
        elif self._reader.began is not None:
            if now - self._reader.began > self.limits.header_seconds:
                self._refuse_in_turn(408)
        elif self._reader.reading is not None:
            if waited > self.limits.body_seconds:
                self._refuse_in_turn(408)
        elif self._running is None and not self._waiting and waited > self.limits.idle_seconds:
            self._close()

    def shutdown(self) -> None:
        """Close now if nothing is running; else after the answer."""
        if self._running is None:
            self._close()

    def _refuse_in_turn(self, status: int) -> None:
        """Refuse what is being read: now, or after the answers to the requests before it."""
        bad = self._reader.reading
        if bad is self._running if self._running is not None else not self._waiting:
            self._refuse(status)
        else:
            if bad is not None and bad in self._waiting:
                self._waiting.remove(bad)
            self._refusal = status
            self.pause_reading()

    def _refuse(self, status: int) -> None:
        if self._closing or self._lingering:
            return
        if self._running is not None and self._running.started:
            self.abort()  # an answer that stops half-way must not look whole
            return
        self.write(bare_head(status))
        self._linger()
        if self._running is not None:
            self._running.disconnect()

    def _linger(self) -> None:
        """Close, but read on for a moment: closing with unread data would reset the answer away (RFC 9112, 9.6)."""
        if self._closing or self._lingering:
            return
        self._lingering = True
        self.active_since = self.server.now
        self._backlog = b""
        self.flush()
        if self._transport.can_write_eof():
            self._transport.write_eof()
            self._paused = False
            self._transport.resume_reading()
        else:
            self._close()

    def _close(self) -> None:
        self.flush()
        self._closing = True
        self._transport.close()

    def abort(self) -> None:
        self._out = b""
        self._closing = True
        self._transport.abort()
