"""Uplinks with a request to the platform: topology, shadow, configuration, firmware, desired values.

Each request runs in its own transaction, after all earlier messages of the connection are committed. It is acknowledged
after its commit, so an answer to a device is durable. Requests of one connection keep their order. Requests of
different connections run in parallel, so a slow one delays neither the others nor the posts.

A client that missed the PUBACK sends again, and the request runs again: handlers are idempotent.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from linli.kernel import telemetry
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, Conflict, Forbidden, LinliError, NotFound, TooMany, Unavailable
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.inbox.envelopes import BAD_PARAMS, NOT_STORED, method_of
from linli.things.inbox.request import Request, RequestRefused
from linli.things.mqtt.ports import Publisher

log = telemetry.logger(__name__)

MAX_RUNNING = 64
"""Requests in their transactions at one time, over all connections."""
OUTSIDE_EACH = 2_000
OUTSIDE_EACH_BYTES = 8 * 1024 * 1024
"""Requests of one tenant that wait for something outside. Above this number its devices must ask again, because waiting
requests count against the limit of all connections."""

_CODES: dict[type[LinliError], int] = {Forbidden: 403, NotFound: 404, Conflict: 460, TooMany: 429}


type Handler = Callable[[Tx, Request], Awaitable[Any]]
"""Returns the reply's `data` (None: `{}`); with `envelope=False` the reply's bytes, or None for no reply.

`tx.after_commit` comes before the reply: the place for `Publisher.attach`. LinliErrors become replies too: BadInput 460,
Forbidden 403, NotFound 404, TooMany 429.
"""


type Outside = Callable[[Request], Awaitable[bytes | None]]
"""As a Handler with `envelope=False`, but in no transaction: for requests that wait for something else, such as a
script."""


class Requests:
    """Handlers by kind of uplink, filled by the composing function, and the requests on their way."""

    def __init__(self, db: Database, publisher: Publisher) -> None:
        self._db = db
        self._publisher = publisher
        self._handlers: dict[UplinkKind, tuple[Handler, bool]] = {}
        self._outside: dict[UplinkKind, Outside] = {}
        self._waiting: dict[int, deque[Request]] = {}
        """By connection (its id()): its open requests. A connection with an entry has a task."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MAX_RUNNING)
        self._outside_of: dict[str, list[int]] = {}
        """By tenant: requests that wait for something outside, and their bytes."""

    def on(self, kind: UplinkKind, handler: Handler, *, envelope: bool = True) -> None:
        """Declare who answers a kind. Raises ValueError when somebody does already."""
        self._check_free(kind)
        self._handlers[kind] = handler, envelope

    def outside(self, kind: UplinkKind, handler: Outside) -> None:
        """As `on`, for a handler that opens its own transactions. It takes none of the MAX_RUNNING places."""
        self._check_free(kind)
        self._outside[kind] = handler

    def _check_free(self, kind: UplinkKind) -> None:
        if kind in self._handlers or kind in self._outside:
            raise ValueError(f"{kind} is answered already")

    def reads_envelope(self, kind: UplinkKind) -> bool | None:
        """Whether payloads of this kind are envelopes; None if nobody answers it."""
        if kind in self._outside:
            return False
        handler = self._handlers.get(kind)
        return None if handler is None else handler[1]

    def take(self, requests: list[Request]) -> None:
        """Run these requests. Earlier messages of their connections are committed."""
        for request in requests:
            if request.uplink.topic.kind in self._outside and not self._admit(request):
                self._publisher.refuse([request.uplink])
                continue
            key = id(request.uplink.connection)
            queue = self._waiting.get(key)
            if queue is not None:
                queue.append(request)
                continue
            self._waiting[key] = deque((request,))
            task = asyncio.create_task(self._run(key), name="device-requests")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _admit(self, request: Request) -> bool:
        """Whether the tenant may have one more on its way; `_leave` ends that."""
        load = self._outside_of.setdefault(request.device.tenant_id, [0, 0])
        if load[0] and (load[0] >= OUTSIDE_EACH or load[1] + len(request.payload) > OUTSIDE_EACH_BYTES):
            return False
        load[0] += 1
        load[1] += len(request.payload)
        return True

    def _leave(self, request: Request) -> None:
        load = self._outside_of[request.device.tenant_id]
        load[0] -= 1
        load[1] -= len(request.payload)
        if not load[0]:
            del self._outside_of[request.device.tenant_id]

    async def stop(self) -> None:
        """Finish what was taken."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.sleep(0)  # finished tasks are discarded in the next turn of the loop

    async def _run(self, key: int) -> None:
        queue = self._waiting[key]
        while queue:
            request = queue.popleft()
            if request.uplink.topic.kind in self._outside:
                try:
                    await self._settle(request)
                finally:
                    self._leave(request)
            else:
                async with self._slots:
                    await self._settle(request)
        del self._waiting[key]

    async def _settle(self, request: Request) -> None:
        uplink = request.uplink
        try:
            payload = await self.answer(request)
        except Unavailable:
            self._publisher.refuse([uplink])
            return
        self._publisher.done([uplink])
        if payload is not None and uplink.topic.reply:
            self._publisher.answer([(uplink, payload)])

    async def answer(self, request: Request) -> bytes | None:
        """The reply. Raises Unavailable alone: then the device is to ask again."""
        topic, post = request.uplink.topic, request.post
        outside = self._outside.get(topic.kind)
        if outside is not None:
            return await self._ask_outside(outside, request)
        handler, wraps = self._handlers[topic.kind]
        method = method_of(topic.text)
        try:
            data = await self._db.run(lambda tx: handler(tx, request))
        except Unavailable:
            raise
        except RequestRefused as refused:
            return envelope.reply(
                post, code=refused.code, message=refused.message, data=refused.data, method=method
            )
        except LinliError as error:
            return envelope.reply(post, code=_code(error), message=str(error), method=method)
        except Exception:
            log.exception("request %s of %s failed", topic.text, request.device.iot_id)
            return envelope.reply(
                post, code=NOT_STORED, message="the request could not be handled", method=method
            )
        if not wraps:
            return data if isinstance(data, bytes) else None
        return envelope.reply(post, data=data, method=method)

    async def _ask_outside(self, handler: Outside, request: Request) -> bytes | None:
        try:
            return await handler(request)
        except Unavailable:
            raise
        except Exception:
            log.exception("request %s of %s failed", request.uplink.topic.text, request.device.iot_id)
            return None


def _code(error: LinliError) -> int:
    if isinstance(error, BadInput):
        return BAD_PARAMS
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), NOT_STORED)
