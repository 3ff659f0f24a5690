"""`GET /subscriptions/{id}/events`: the door to event streams, and all streams of this process.

A client signs the request as any call of the open API (without a body), or shows a ticket that it got by a signed call:
`?ticket=…`. `Last-Event-ID` (or `?lastEventId=`, for a first connection that cannot set headers) says what it has;
`?ack=manual` keeps the subscription's place until it is confirmed. Refusals: 400/403 as the gateway gives them, 401 a
bad ticket, 404 no such subscription of this key, 409 it is stopped, 429 too many streams.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

import msgspec

from linli.databus import changes
from linli.databus.queues.horizon import Horizon
from linli.databus.sse.stream import EventStream
from linli.databus.sse.tickets import Tickets
from linli.databus.subscription_rows import EVENTS, Subscription, find_by_id
from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import Receive, Send
from linli.openapi.gateway import refuse
from linli.openapi.signature import Refused

log = telemetry.logger(__name__)

PREFIX: Final = "/subscriptions/"
MOST_STREAMS: Final = 20
"""Of one subscription, in one process."""
_MOST_ID: Final = 2**53

_streams = telemetry.gauge("event_streams", "Event streams that are open")


class Gateway(Protocol):
    """The part of the open API's gateway that is used here."""

    async def authenticate(self, scope: Any) -> Any: ...


class _No(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class EventStreams:
    """The ASGI application under PREFIX."""

    def __init__(
        self, db: Database, clock: Clock, horizon: Horizon, gateway: Gateway, tickets: Tickets
    ) -> None:
        self._db = db
        self._clock = clock
        self._horizon = horizon
        self._gateway = gateway
        self._tickets = tickets
        self._open: dict[EventStream, asyncio.Task[Any] | None] = {}
        self._stop_listening: Callable[[], None] = lambda: None
        self._stop_following_keys: Callable[[], None] = lambda: None

    def start(self) -> None:
        self._stop_listening = changes.on_growth(self._db, self._grew, missed=self._wake_all)
        # A revoked key's streams look at once whether they may go on.
        self._stop_following_keys = tenancy.on_change(self._db, self._wake_all)

    async def stop(self) -> None:
        """End every stream; clients come back by themselves, with the number of what they have."""
        self._stop_listening()
        self._stop_following_keys()
        for stream in list(self._open):
            stream.closed = stream.closed or "restart"
            stream.wake()

    def counts(self) -> dict[int, tuple[str, int]]:
        """(tenant, streams open) by subscription."""
        counter = Counter(stream.subscription.id for stream in self._open)
        tenants = {stream.subscription.id: stream.subscription.tenant_id for stream in self._open}
        return {number: (tenants[number], count) for number, count in counter.items()}

    def _grew(self, tenant_id: str) -> None:
        for stream in self._open:
            if stream.subscription.tenant_id == tenant_id:
                stream.wake()

    def _wake_all(self) -> None:
        for stream in self._open:
            stream.wake()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        try:
            query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20)
            row = await self._admitted(scope, query)
            stream = EventStream(
                self._db,
                self._clock,
                self._horizon,
                row,
                after=_last_id(scope, query),
                manual=_first(query, "ack") == "manual",
            )
        except Refused as refused:
            await refuse(send, refused, "")
            return
        except (_No, ValueError) as no:
            if not isinstance(no, _No):
                no = _No(400, "query", "the query cannot be read")
            await _say_no(send, no)
            return
        await self._run(stream, receive, send)

    async def _admitted(self, scope: Any, query: dict[str, list[str]]) -> Subscription:
        number, _, rest = scope["path"].removeprefix(PREFIX).partition("/")
        if rest != "events" or not number.isdecimal() or len(number) > 15:
            raise _No(404, "not_found", "there is nothing here")
        if scope["method"] != "GET":
            raise _No(405, "method", "an event stream is fetched by GET")
        row = await find_by_id(self._db, subscription_id=int(number))
        ticket = _first(query, "ticket")
        if ticket:
            now = self._clock.now_ms()
            if row is None or not self._tickets.opens(ticket, row.id, row.app_key, now_ms=now):
                raise _No(401, "ticket", "the ticket is wrong or has expired: get a new one")
            key = await tenancy.find_app_key(self._db, row.app_key)
            if key is None or not key.enabled:
                raise _No(403, "app_key", "the AppKey is disabled")
        else:
            signer = await self._gateway.authenticate(scope)
            if row is not None and row.app_key != signer.app_key:
                row = None
        if row is None or row.kind != EVENTS:
            raise _No(404, "not_found", "this AppKey has no such event subscription")
        if not row.enabled:
            raise _No(409, "stopped", "the subscription is stopped")
        if sum(stream.subscription.id == row.id for stream in self._open) >= MOST_STREAMS:
            raise _No(429, "streams", f"{MOST_STREAMS} streams of this subscription are open")
        return row

    async def _run(self, stream: EventStream, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"access-control-allow-origin", b"*"),
        ]
        self._open[stream] = asyncio.current_task()
        _streams.set(len(self._open))
        gone = asyncio.create_task(self._until_gone(receive))
        sending = asyncio.create_task(self._send(stream, send, headers))
        try:
            await asyncio.wait((gone, sending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, sending):
                task.cancel()
            outcome = (await asyncio.gather(gone, sending, return_exceptions=True))[1]
            del self._open[stream]
            _streams.set(len(self._open))
            with contextlib.suppress(Exception):
                await stream.end()
            if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
                log.error("the stream of subscription %d broke", stream.subscription.id, exc_info=outcome)

    async def _send(self, stream: EventStream, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for piece in stream.pieces():
            # Returns once the connection takes more: who reads slowly is waited for.
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


def _first(query: dict[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]


def _last_id(scope: Any, query: dict[str, list[str]]) -> int | None:
    """The last message that the client has, as it says; None when it says nothing. Raises _No."""
    headers = dict(scope["headers"])
    text = headers.get(b"last-event-id", b"").decode("latin-1").strip() or _first(query, "lastEventId")
    if not text:
        return None
    if not text.isdecimal() or int(text[:17]) > _MOST_ID:
        raise _No(400, "last_event_id", "Last-Event-ID must be the number of a message")
    return int(text)


async def _say_no(send: Send, no: _No) -> None:
    body = msgspec.json.encode({"code": no.code, "message": no.message})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": no.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
