"""From the MQTT front to the disk: collect, commit, acknowledge, reply, notify.

Uplinks are read into the open batch as they arrive. While one batch is committed the next one fills. So batches grow
with the load, and a single message does not wait. An acknowledged message is committed.

Repeated messages: a client that missed our PUBACK sends the message again with DUP. If the same bytes from the same
device were stored shortly before, the second message is acknowledged and answered like the first, but not stored.
Without DUP two equal messages are two messages. So handlers see a message once, unless a device repeats it in other
bytes.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Database, Query, Tx
from linli.kernel.db.partitions import day_of
from linli.kernel.errors import Unavailable
from linli.kernel.ids import Ids
from linli.protocols.edge_link import is_message_id
from linli.things.fleet import DeviceEntry, Fleet
from linli.things.inbox.batch import Batch
from linli.things.inbox.commits import Commits
from linli.things.inbox.messages import Message
from linli.things.inbox.receiver import Receiver
from linli.things.inbox.refusals import SHOWN_BYTES, SHOWN_TOPIC, Refusal, Refusals
from linli.things.inbox.requests import Requests
from linli.things.models import inbox
from linli.things.mqtt.ports import Publisher, Uplink

log = telemetry.logger(__name__)

RESEND_MS: Final = 15 * 60_000
RESEND_MESSAGES: Final = 500
"""How far back a message marked DUP is looked for; no client keeps more unacknowledged."""
RESEND_BOX_MS: Final = 35 * 86_400_000
"""The same for a report of an edge box, which may be away for weeks; its id is used once in the box's life."""
BACK_OFF_SECONDS: Final = 0.5
GATHER_SECONDS: Final = 0.01
"""Long enough to read MAX_MESSAGES: a client that is cut off waits for one more commit than the others."""
QUIET_TURNS: Final = 3
"""Turns of the event loop without a new message after which nobody is waited for; a turn takes some microseconds."""
SEEN_SECONDS: Final = 60
"""How often `last_seen_ms` of connected devices is written; at once when one goes offline."""

type InCommit = Callable[[Tx, list[Message]], Awaitable[None]]
"""Writes what must hold together with the messages, in their own transaction."""
type Committed = Callable[[list[Message]], None]
"""Called with messages that are on disk, in the order of their commit. Must not block; may start tasks."""

_messages = telemetry.counter("inbox_messages", "Uplinks stored, by what became of them", ("outcome",))
_stored = _messages.labels("stored")
_refused = _messages.labels("refused")
_resent = _messages.labels("resent")

_recent = (
    select(inbox.c.seq, inbox.c.payload)
    .where(
        inbox.c.device_no == bindparam("device_no", type_=INT),
        inbox.c.seq > bindparam("after", type_=INT),
        inbox.c.day >= bindparam("day", type_=INT),
    )
    .order_by(inbox.c.seq.desc())
    .limit(RESEND_MESSAGES)
    .subquery()
)
_same_before = Query(select(_recent.c.seq).where(_recent.c.payload == bindparam("payload")).limit(1))


class Ingest:
    """One per process. `front` is the name of this one's; when each batch was committed is noted in `commits`."""

    def __init__(
        self,
        db: Database,
        fleet: Fleet,
        receiver: Receiver,
        requests: Requests,
        publisher: Publisher,
        clock: Clock,
        *,
        commits: Commits,
        front: str = "main",
    ) -> None:
        self._db = db
        self._fleet = fleet
        self._receiver = receiver
        self._requests = requests
        self._publisher = publisher
        self._clock = clock
        self._front = front
        self._gathers = db.engine == "sqlite"
        """SQLite writes with our own processor time; a server does while we read what comes next."""
        self.refusals = Refusals()
        self.commits = commits
        self.in_commit: list[InCommit] = []
        self.on_committed: list[Committed] = []
        self._open = Batch()
        self._full: deque[Batch] = deque()
        self._late: list[Uplink] = []
        """From the first message marked DUP on: looked up before they are read."""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._seen_task: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="inbox")
        self._seen_task = asyncio.create_task(self._note_seen(), name="inbox-seen")

    async def stop(self) -> None:
        """Write what has arrived, then end."""
        self._stopping = True
        self._wake.set()
        if self._seen_task is not None:
            self._seen_task.cancel()
        if self._task is not None:
            await self._task
        await self._requests.stop()

    # what arrives

    def accept(self, uplinks: list[Uplink]) -> None:
        """Take uplinks of one connection, in order (ports.Backend)."""
        if self._late:
            self._late += uplinks
            return
        now_ms = self._clock.now_ms()
        receive, batch = self._receiver.receive, self._open
        device: DeviceEntry | None = None
        device_no = -1
        for index, uplink in enumerate(uplinks):
            if uplink.dup:
                # What follows waits with it, so that the order stays.
                self._late += uplinks[index:]
                break
            if uplink.device_no != device_no:
                device_no = uplink.device_no
                device = self._fleet.device(device_no)
            if device is None:
                batch.uplinks.append(uplink)
            else:
                receive(batch, uplink, device, now_ms)
        if batch.full:
            self._full.append(batch)
            self._open = Batch()
        self._wake.set()

    def refuse_topic(self, device_no: int, topic: str, payload: bytes, reason: str) -> None:
        """Note what the front did not let in."""
        now_ms = self._clock.now_ms()
        self.refusals.note(Refusal(device_no, now_ms, topic[:SHOWN_TOPIC], payload[:SHOWN_BYTES], reason))

    def status(self, device: DeviceEntry, *, online: bool) -> None:
        """A device's connection came or went: kept in order with its messages."""
        now_ms = self._clock.now_ms()
        self._receiver.status(self._open, device, online=online, front=self._front, now_ms=now_ms)
        self._wake.set()

    def lost(self, devices: Iterable[DeviceEntry], *, front: str) -> "asyncio.Future[None]":
        """Connections ended with the process `front` that held them; done once that is written."""
        for device in devices:
            self._receiver.status(self._open, device, online=False, front=front, now_ms=self._clock.now_ms())
        return self.written()

    def written(self) -> "asyncio.Future[None]":
        """Done once all that came until now is written; never, where the database does not take it."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open.after.append(lambda: None if written.done() else written.set_result(None))
        self._wake.set()
        return written

    # what is written

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (batch := await self._next()) is not None:
                await self._settle(batch)
                if self._gathers:
                    await self._gather()
            if self._stopping:
                return

    async def _gather(self) -> None:
        """Between two commits: collect the messages of clients that were just acknowledged, while more keep coming.

        Without this the clients split into two halves that take turns, and every commit has half of its possible size.
        Most of a commit's cost does not depend on its size. An idle system never comes here.
        """
        await asyncio.sleep(0)  # the acknowledgements go out
        until = time.monotonic() + GATHER_SECONDS
        seen, quiet = 0, 0
        while quiet < QUIET_TURNS and not self._full and time.monotonic() < until:
            await asyncio.sleep(0)
            count = len(self._open.uplinks)
            quiet = 0 if count > seen else quiet + 1
            seen = count

    async def _next(self) -> Batch | None:
        """The batch to write now, or None."""
        if self._late:
            await self._take_late()
        if self._full:
            return self._full.popleft()
        if not self._open.ready:
            return None
        batch, self._open = self._open, Batch()
        return batch

    async def _settle(self, batch: Batch) -> None:
        try:
            if batch.writes:
                await self._db.run(partial(self._write, batch))
        except Unavailable:
            log.warning("inbox: the database does not take %d messages", len(batch.uplinks))
            self._give_back(batch)
            await self._clock.sleep(BACK_OFF_SECONDS)
            return
        except Exception:
            log.exception("inbox: a batch of %d messages failed; trying them one by one", len(batch.uplinks))
            await self._one_by_one(batch)
            return
        await self._finish(batch)

    async def _write(self, batch: Batch, tx: Tx) -> None:
        await batch.write(tx)
        if batch.messages:
            for writer in self.in_commit:
                await writer(tx, batch.messages)

    async def _finish(self, batch: Batch) -> None:
        """Everything that must not happen before the commit."""
        if messages := batch.messages:
            self.commits.note(messages[0].seq, messages[-1].seq, self._clock.now_ms(), len(messages))
        if batch.uplinks:
            self._publisher.done(batch.uplinks)
        for callback in batch.after:
            callback()
        if batch.replies:
            self._publisher.answer(batch.replies)
        if batch.requests:
            self._requests.take(batch.requests)
        self._tell(batch)

    def _tell(self, batch: Batch) -> None:
        """Notify the subscribers of stored and of refused messages."""
        for uplink, reason in batch.refused:
            now_ms, topic = self._clock.now_ms(), uplink.topic.text[:SHOWN_TOPIC]
            self.refusals.note(Refusal(uplink.device_no, now_ms, topic, uplink.payload[:SHOWN_BYTES], reason))
        if batch.messages:
            _stored.inc(len(batch.messages))
            for listener in self.on_committed:
                try:
                    listener(batch.messages)
                except Exception:
                    # Stored and acknowledged messages stay so, also when a listener fails.
                    log.exception("inbox: a listener failed on %d messages", len(batch.messages))

    def _give_back(self, batch: Batch) -> None:
        """Not stored: the front closes these connections, and the devices send again. Statuses wait for better times."""
        uplinks = [*batch.uplinks, *(request.uplink for request in batch.requests)]
        if uplinks:
            self._publisher.refuse(uplinks)
        _refused.inc(len(uplinks))
        if self._stopping:
            return  # the next start, or another process, knows that these connections are gone
        for device_no, online, _, front, _ in batch.statuses:
            if (device := self._fleet.device(device_no)) is not None:
                now_ms = self._clock.now_ms()
                self._receiver.status(self._open, device, online=online, front=front, now_ms=now_ms)
                self._wake.set()

    async def _one_by_one(self, batch: Batch) -> None:
        """One message cannot be written: find it, tell its device, keep the others."""
        for device_no, online, at, front, _ in batch.statuses:
            if (device := self._fleet.device(device_no)) is not None:
                single = Batch()
                self._receiver.status(single, device, online=online, front=front, now_ms=at)
                await self._settle_single(single)
        for uplink in (*batch.uplinks, *(request.uplink for request in batch.requests)):
            single = Batch()
            device = self._fleet.device(uplink.device_no)
            if device is None:
                single.uplinks.append(uplink)
            else:
                self._receiver.receive(single, uplink, device, self._clock.now_ms())
            await self._settle_single(single)

    async def _settle_single(self, single: Batch) -> None:
        try:
            await self._db.run(partial(self._write, single))
        except Unavailable:
            self._give_back(single)
            return
        except Exception:
            log.exception("inbox: a message cannot be stored")
            lost = Batch()
            for uplink in (*single.uplinks, *(request.uplink for request in single.requests)):
                if (device := self._fleet.device(uplink.device_no)) is not None:
                    self._receiver.not_stored(lost, uplink, device, self._clock.now_ms())
            _refused.inc(len(single.uplinks))
            await self._finish(lost)
            return
        await self._finish(single)

    async def settle_made(self, uplink: Uplink, device: DeviceEntry) -> bytes | None:
        """Store a message that was made from another one, in its own transaction. Returns the answer to it, if any.

        The caller acknowledges the original message afterwards. If the original is marked `dup`, this one must be too:
        then it is not stored twice. Raises Unavailable.
        """
        batch, now_ms = Batch(), self._clock.now_ms()
        self._receiver.receive(batch, uplink, device, now_ms)
        if uplink.dup and await self._stored_before(device, uplink.payload, now_ms):
            _resent.inc()
        else:
            if batch.writes:
                await self._db.run(batch.write)
            for callback in batch.after:
                callback()
            self._tell(batch)
        if batch.requests:
            return await self._requests.answer(batch.requests[0])
        return batch.replies[0][1] if batch.replies else None

    async def _take_late(self) -> None:
        """Read what waits behind messages marked DUP; those stored before are settled without being stored again."""
        done = 0
        while done < len(self._late):  # it may grow while we look
            uplink = self._late[done]
            done += 1
            now_ms = self._clock.now_ms()
            device = self._fleet.device(uplink.device_no)
            if device is None:
                self._open.uplinks.append(uplink)
            elif uplink.dup and await self._stored_before(device, uplink.payload, now_ms):
                _resent.inc()
                batch = Batch()
                self._receiver.receive(batch, uplink, device, now_ms)
                self._open.uplinks += batch.uplinks
                self._open.replies += batch.replies
                self._open.requests += batch.requests
            else:
                self._receiver.receive(self._open, uplink, device, now_ms)
        self._late.clear()

    async def _stored_before(self, device: DeviceEntry, payload: bytes, now_ms: int) -> bool:
        since = now_ms - (RESEND_BOX_MS if _of_a_box(payload) else RESEND_MS)
        waiting = (m for batch in (*self._full, self._open) for m in batch.messages)
        if any(m.device is device and m.payload == payload for m in waiting):
            return True
        try:
            seq = await _same_before.scalar(
                self._db,
                device_no=device.device_no,
                after=Ids.number_at(since),
                day=day_of(since),
                payload=payload,
            )
        except Unavailable:
            return False
        return seq is not None

    async def _note_seen(self) -> None:
        """Write `last_seen_ms` now and then instead of with every message."""
        written: dict[int, int] = {}
        while True:
            await self._clock.sleep(SEEN_SECONDS)
            fresh = {
                device.device_no: device.last_seen_ms
                for device in self._fleet
                if device.last_seen_ms > written.get(device.device_no, 0)
            }
            written |= fresh
            self._open.seen |= fresh
            self._wake.set()


class _Id(msgspec.Struct, gc=False):
    id: str | int = ""


def _of_a_box(payload: bytes) -> bool:
    try:
        return is_message_id(str(msgspec.json.decode(payload, type=_Id).id))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
