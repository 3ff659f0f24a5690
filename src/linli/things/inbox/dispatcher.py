"""Runs domain handlers over the inbox: in order for each device, one transaction each, devices beside one another.

A handler's transaction also removes the message's row from the work list, so its effects happen once, whatever crashes.
A message that cannot be handled is parked with its reason and the next one of its device goes on: at once where a rule
refuses it, after TRIES where something broke. A database that cannot be reached is waited for instead.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.kernel import telemetry
from linli.kernel.causes import CAUSE
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.db.errors import Duplicate
from linli.kernel.errors import LinliError, Unavailable
from linli.things.changes import Change, listen
from linli.things.fleet import Fleet
from linli.things.inbox.handlers import Handler, InboxHandlers
from linli.things.inbox.messages import Message
from linli.things.inbox.stored_messages import NoLongerReadable, revive
from linli.things.models import MessageKind, inbox, inbox_work

log = telemetry.logger(__name__)

TRIES: Final = 5
WAITS: Final = (0.1, 0.5, 2.0, 5.0)
"""Seconds before the second, third … try. Messages of the same device wait with it."""
WORKERS: Final = 8
KEPT: Final = 20_000
"""Messages held in memory; beyond, the work list is read again once these are done."""
PAGE: Final = 1_000
_REASON: Final = 1_000

_handled = telemetry.counter("inbox_handled", "Messages given to domain handlers", ("outcome",))
_waiting = telemetry.gauge("inbox_waiting", "Messages that wait for domain handlers")


class _WorkRow(NamedTuple):
    device_no: int
    seq: int
    tries: int
    kind: MessageKind
    identifier: str
    received_ms: int
    note: str
    payload: bytes


_work = inbox_work.join(
    inbox,
    (inbox.c.device_no == inbox_work.c.device_no)
    & (inbox.c.seq == inbox_work.c.seq)
    & (inbox.c.day == inbox_work.c.day),
)
_ready = (
    select(
        inbox_work.c.device_no,
        inbox_work.c.seq,
        inbox_work.c.tries,
        inbox.c.kind,
        inbox.c.identifier,
        inbox.c.received_ms,
        inbox.c.note,
        inbox.c.payload,
    )
    .select_from(_work)
    .where(inbox_work.c.state == "ready", inbox_work.c.seq > bindparam("after", type_=INT))
    .order_by(inbox_work.c.seq)
    .limit(PAGE)
)
_unfinished = Query(_ready, _WorkRow)
_unfinished_of = Query(_ready.where(inbox_work.c.device_no == bindparam("no", type_=INT)), _WorkRow)
_take = Command(
    delete(inbox_work).where(
        inbox_work.c.device_no == bindparam("no", type_=INT),
        inbox_work.c.seq == bindparam("at", type_=INT),
        inbox_work.c.state == "ready",
    )
)
_park = Command(
    update(inbox_work)
    .where(
        inbox_work.c.device_no == bindparam("no", type_=INT),
        inbox_work.c.seq == bindparam("at", type_=INT),
        inbox_work.c.state == "ready",
    )
    .values(
        state="parked",
        tries=bindparam("count", type_=INT),
        reason=bindparam("why"),
        parked_ms=bindparam("now", type_=INT),
    )
)


class _Broken(NamedTuple):
    """A row of the work list that cannot be made a message any more."""

    seq: int
    reason: str


type Mine = Callable[[int], bool]
"""Whether the unfinished messages of a device are this process's."""
type Handled = Callable[[int, int, str, int], None]
"""(device number, message number, names of the handlers, microseconds), after their commit."""


def all_are(device_no: int) -> bool:
    """Stands in where there is one process."""
    return True


class Dispatcher:
    """One per process; its `offer` belongs into `Ingest.on_committed`.

    If several processes share the database, the process that holds a device handles its messages (`mine`). A process
    that takes a device over `adopt`s its unfinished messages. If two processes have the same message, the later one
    waits at its row of the work list until the first has finished, and then finds no row. Both handle a device's
    messages in the same order, so each message is handled once.
    """

    def __init__(
        self,
        db: Database,
        fleet: Fleet,
        handlers: InboxHandlers,
        clock: Clock,
        *,
        mine: Mine = all_are,
        on_handled: Handled,
    ) -> None:
        self._db = db
        self._fleet = fleet
        self._mine = mine
        self._on_handled = on_handled
        self._handlers = handlers
        self._clock = clock
        self._queues: dict[int, deque[Message | _Broken]] = {}
        """Waiting messages by device. A device in here is ready, in a worker's hand, or pausing."""
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._tries: dict[tuple[int, int], int] = {}
        self._kept = 0
        self._behind = True
        """The work list holds rows that memory does not; read them once memory is empty."""
        self._missed = False
        """A message was offered while the work list was being read."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._stop_listening: Callable[[], None] = _nothing

    async def start(self) -> None:
        """Take up what was left unfinished. Start it before messages arrive."""
        self._stop_listening = listen(self._db, self._heard)
        await self._load()
        for _ in range(WORKERS):
            self._spawn(self._work())

    async def stop(self) -> None:
        """End between two messages; the others stay in the work list."""
        self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def offer(self, messages: list[Message]) -> None:
        """Queue those committed messages that a handler wants."""
        for message in messages:
            if message.wanted:
                if self._behind:
                    self._missed = True
                elif self._kept >= KEPT:
                    self._behind = True
                else:
                    self._queue(message.device.device_no, message)

    async def adopt(self, device_no: int) -> None:
        """Take up what another process left unfinished of a device, before newer messages come. Raises Unavailable."""
        after = 0
        while rows := await _unfinished_of.all(self._db, no=device_no, after=after):
            if self._behind:  # everything is read again anyway
                self._missed = True
                return
            queued = {message.seq for message in self._queues.get(device_no, ())}
            for row in rows:
                if row.seq not in queued:
                    await self._queue_row(row)
            after = rows[-1].seq

    def look_again(self) -> None:
        """The work list may hold messages that are this process's now: read it, at once or when memory is empty."""
        if not self._behind:
            self._behind = True
            if not self._kept:
                self._idle.clear()
                self._spawn(self._load())

    @property
    def idle(self) -> bool:
        return not self._kept and not self._behind

    async def settled(self) -> None:
        """Return once nothing waits. For tests and for an orderly stop."""
        await self._idle.wait()

    # queues

    def _queue(self, device_no: int, message: "Message | _Broken") -> None:
        queue = self._queues.get(device_no)
        if queue is None:
            self._queues[device_no] = deque((message,))
            self._ready.put_nowait(device_no)
        else:
            queue.append(message)
        self._kept += 1
        self._idle.clear()
        _waiting.set(self._kept)

    def _unqueue(self, device_no: int) -> None:
        """The first message of a device is done with."""
        queue = self._queues[device_no]
        message = queue.popleft()
        self._tries.pop((device_no, message.seq), None)
        self._kept -= 1
        _waiting.set(self._kept)
        if queue:
            self._ready.put_nowait(device_no)
        else:
            del self._queues[device_no]
        if not self._kept:
            if self._behind:
                self._spawn(self._load())
            else:
                self._idle.set()

    async def _load(self) -> None:
        """Fill the empty memory from the work list, until both hold the same or memory is full."""
        self._behind = True
        after = 0
        while self._kept < KEPT:
            self._missed = False
            try:
                rows = await _unfinished.all(self._db, after=after)
            except Unavailable:
                await self._clock.sleep(WAITS[-1])
                continue
            for row in rows:
                if self._mine(row.device_no):
                    await self._queue_row(row)
                after = row.seq
            if not rows and not self._missed:
                self._behind = False
                break
        if not self._kept:
            self._idle.set()

    async def _queue_row(self, row: _WorkRow) -> None:
        device = await self._fleet.find_no(row.device_no)
        if device is None:
            return
        self._tries[row.device_no, row.seq] = row.tries
        try:
            message: Message | _Broken = revive(
                device,
                seq=row.seq,
                kind=row.kind,
                identifier=row.identifier,
                received_ms=row.received_ms,
                note=row.note,
                payload=bytes(row.payload),
            )
        except NoLongerReadable as error:
            message = _Broken(row.seq, str(error))
        self._queue(row.device_no, message)

    def _heard(self, change: Change) -> None:
        """A parked message was put back."""
        if change.kind == "inbox":
            self.look_again()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="inbox-handlers")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # handling

    async def _work(self) -> None:
        while True:
            device_no = await self._ready.get()
            pause = await self._handle(device_no, self._queues[device_no][0])
            if pause is None:
                self._unqueue(device_no)
            else:
                self._spawn(self._again(device_no, pause))

    async def _again(self, device_no: int, seconds: float) -> None:
        """Pause without holding a worker."""
        await self._clock.sleep(seconds)
        self._ready.put_nowait(device_no)

    async def _handle(self, device_no: int, message: "Message | _Broken") -> float | None:
        """Run the handlers of one message. None: done with; else the seconds to wait before the next try."""
        if isinstance(message, _Broken):
            return await self._park(device_no, message.seq, message.reason)
        began = time.perf_counter_ns()
        handlers = self._handlers.of(message)

        async def work(tx: Tx) -> int:
            taken = await _take.run(tx, no=device_no, at=message.seq)
            for handler in handlers if taken else ():
                await handler(tx, message)
            return taken

        cause = CAUSE.set(message.batch_id)
        try:
            taken = await self._db.run(work)
        except Duplicate as error:  # no rule of a room's: something broke, which may pass
            return await self._failed(device_no, message.seq, error)
        except Unavailable as error:
            log.warning("inbox: handling waits: %s", error)
            return WAITS[-1]
        except LinliError as error:
            return await self._park(device_no, message.seq, f"{error.code}: {error}")
        except Exception as error:
            log.exception(
                "inbox: %s %r of %s failed", message.kind, message.identifier, message.device.iot_id
            )
            return await self._failed(device_no, message.seq, error)
        finally:
            CAUSE.reset(cause)
        if taken:
            took_us = (time.perf_counter_ns() - began) // 1000
            self._on_handled(device_no, message.seq, ",".join(map(name_of, handlers)), took_us)
        _handled.labels("done").inc()
        return None

    async def _failed(self, device_no: int, seq: int, error: Exception) -> float | None:
        tries = self._tries.get((device_no, seq), 0) + 1
        if tries >= TRIES or isinstance(error, msgspec.ValidationError):
            return await self._park(device_no, seq, f"{type(error).__name__}: {error}", tries)
        self._tries[device_no, seq] = tries
        return WAITS[tries - 1]

    async def _park(self, device_no: int, seq: int, reason: str, tries: int = 1) -> float | None:
        why, now_ms = reason[:_REASON].replace("\0", ""), self._clock.now_ms()
        try:
            await self._db.run(partial(_park.run, no=device_no, at=seq, why=why, count=tries, now=now_ms))
        except Unavailable:
            return WAITS[-1]
        _handled.labels("parked").inc()
        log.warning("inbox: message %d of device %d is parked: %s", seq, device_no, why)
        return None


@lru_cache(maxsize=512)
def name_of(handler: Handler) -> str:
    """Room and function of a handler, for people who debug: `access.record_pass`."""
    function = getattr(handler, "func", handler)
    room = str(getattr(function, "__module__", "")).removeprefix("linli.").removeprefix("domains.")
    name = str(getattr(function, "__qualname__", type(function).__name__))
    return f"{room.partition('.')[0]}.{name.rpartition('.')[2]}"


def _nothing() -> None:
    """Stands in until `start`."""
