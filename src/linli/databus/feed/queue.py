"""One appKey's durable place in the stream of device messages.

Live messages come from memory, right after their commit, so that nothing is written or read for them. The place is
saved from time to time. A consumer that comes back or is too slow is served from the inbox table until nothing is
missing. At least once: after a crash the messages since the last save come again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Final, NamedTuple, Protocol

from linli.databus.feed.messages import KINDS, Payloads, payload_of, topic_tail
from linli.databus.queues.mqtt import AppPublisher
from linli.databus.queues.reader import Access
from linli.databus.subscription_rows import Subscription
from linli.kernel.db import Database
from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message
from linli.things.inbox.stored_messages import NoLongerReadable, revive
from linli.things.queries.inbox import StoredMessage, messages_after

MOST_KEPT: Final = 20_000
"""Messages held for a slow consumer; beyond, it is served from the table again."""

PAGE: Final = 500
ROUTES_KEPT: Final = 20_000


class Filter(Protocol):
    @property
    def inner(self) -> str:
        """The topic filter, without `$share/{group}/`."""
        ...


class Granted(Protocol):
    """The subscriptions of a session (`things.mqtt.subscriptions.Subscriptions`)."""

    def granted(self, topic: str) -> int | None: ...
    def __iter__(self) -> Iterator[Filter]: ...


class Consumer(Protocol):
    """A consumer's session at the MQTT front (`things.mqtt.session.Session`)."""

    @property
    def subscriptions(self) -> Granted: ...
    @property
    def connection(self) -> object | None: ...
    @property
    def tenant_id(self) -> str: ...
    def send_all(self, topic: str, payloads: list[bytes]) -> bool:
        """At QoS 0. False: it takes nothing now."""
        ...


class _Sent(NamedTuple):
    device_no: int
    seq: int
    topic: str
    qos: int
    payload: bytes


type _Route = tuple[str, int | None, Consumer | None]
"""A topic; the best QoS at which a consumer wants it (None: nobody does); the only consumer, if it wants QoS 0."""


class _Fate(Enum):
    """The result of an offer to the consumers."""

    DONE = 1
    """Sent, or wanted by none of those who are there."""
    NO_ROOM = 2
    NOBODY = 3


class FeedQueue:
    """The messages of the devices that one appKey may see. Each goes to a consumer that wants it."""

    def __init__(
        self,
        db: Database,
        publisher: AppPublisher,
        subscription: Subscription,
        *,
        devices: Callable[[], Iterator[DeviceEntry]],
    ) -> None:
        self.subscription = subscription
        self.cursor = subscription.cursor_id
        """Every message up to this number was delivered or not wanted, as far as is known for sure."""
        self.access = Access(False, frozenset())
        """The key's access, kept up to date from outside."""
        self._db = db
        self._publish = publisher.publish_app
        self._app_key = subscription.app_key
        self._root = f"/sys/appkey/{subscription.app_key}/thing/"
        self._devices = devices
        self._consumers: dict[int, Consumer] = {}
        self._routes: dict[tuple[int, str, str], _Route] = {}
        """Recent results about topics, by device, kind and identifier."""
        self._live = False
        self._reached = self.cursor
        self._number = 0
        self._in_flight: dict[int, _Sent] = {}
        self._again: deque[_Sent] = deque()
        """Lost on the way: to be sent once more."""
        self._kept: deque[_Sent] = deque()
        self._overflowed = False
        self._room = asyncio.Event()
        self._catching: asyncio.Task[None] | None = None
        self._began = 0
        """Commits of others up to here were sent when the feed became live."""
        self._elsewhere: dict[int, int] = {}
        """How far each device of other fronts was read since, by number."""
        self._asked: set[int] = set()
        """Devices of other fronts that have something new."""
        self._fetching: asyncio.Task[None] | None = None

    @property
    def consumers(self) -> int:
        """Sessions of this process's front that listen to devices."""
        self._consumers = {
            key: consumer for key, consumer in self._consumers.items() if consumer.connection is not None
        }
        return len(self._consumers)

    def consumer_ready(self, session: Consumer) -> None:
        """A consumer subscribed, or has room again."""
        self._consumers[id(session)] = session
        self._routes.clear()
        self._room.set()
        if self._live:
            self._drain()
        elif self._catching is None:
            self._catching = asyncio.create_task(self._catch_up(), name=f"feed-{self._app_key}")

    async def close(self) -> None:
        """Forget what is in memory; `place()` is kept."""
        self._fall_behind()
        for task in (self._catching, self._fetching):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def resume(self) -> None:
        """Look through the table for what was missed: signals of other fronts may have been lost."""
        if self._live and self.consumers:
            self._fall_behind()
            self.consumer_ready(next(iter(self._consumers.values())))

    def place(self) -> int:
        """How far everything was delivered."""
        if not self._live:
            return self.cursor
        open_ = [
            message.seq
            for messages in (self._in_flight.values(), self._again, self._kept)
            for message in messages
        ]
        return max(self.cursor, min(open_) - 1 if open_ else self._reached)

    def sees(self, device: DeviceEntry) -> bool:
        """Whether the key may see a device: it is of its project, or of a community that was granted."""
        subscription, access = self.subscription, self.access
        if device.tenant_id != subscription.tenant_id or not access.enabled:
            return False
        return device.project_id == subscription.project_id or device.community_id in access.communities

    # what other fronts committed

    def committed_elsewhere(self, devices: Iterable[int]) -> None:
        """Devices at other fronts with new messages in the table."""
        if not self._live:
            if self._catching is not None:
                self._overflowed = True  # it may have passed them already: once more through the table
            return
        self._asked.update(devices)
        if self._fetching is None and self._asked:
            self._fetching = asyncio.create_task(self._fetch(), name=f"feed-elsewhere-{self._app_key}")

    async def _fetch(self) -> None:
        """Read what is new of those devices, and send it like live messages."""
        try:
            while self._asked and self._live:
                wanted, self._asked = self._asked, set()
                for device in self._devices():
                    if device.device_no in wanted and self.sees(device):
                        await self._fetch_device(device)
        finally:
            self._fetching = None

    async def _fetch_device(self, device: DeviceEntry) -> None:
        while self._live:
            at = self._elsewhere.get(device.device_no, self._began)
            rows = await messages_after(self._db, device_no=device.device_no, seq=at, most=PAGE)
            for row in rows:
                if (message := self._sent_of(device, row)) is not None:
                    self._take(message)
                self._elsewhere[device.device_no] = row.seq
            if len(rows) < PAGE:
                return

    # live

    def committed(self, messages: list[Message], payloads: Payloads) -> None:
        """Messages of one commit, in order. All queues share `payloads`: each payload is encoded once."""
        if not self._live and self._catching is None:
            return
        routes = self._routes
        start, count = 0, len(messages)
        while start < count:
            # They come in runs of one topic; a run needs one look-up and one write.
            first = messages[start]
            device, kind, identifier = first.device, first.kind, first.identifier
            end = start + 1
            while end < count:
                message = messages[end]
                if message.device is not device or message.kind != kind or message.identifier != identifier:
                    break
                end += 1
            route = routes.get((device.device_no, kind, identifier)) or self._route(first)
            if route[1] is not None and self.sees(device):
                self._committed_run(messages, payloads, start, end, route)
            start = end
        if messages and messages[-1].seq > self._reached:
            self._reached = messages[-1].seq

    def _committed_run(
        self, messages: list[Message], payloads: Payloads, start: int, end: int, route: _Route
    ) -> None:
        topic, qos, only = route
        assert qos is not None
        run = payloads.run(start, end)
        # The fast way: one consumer, nothing before it in the queue, and no acknowledgement to wait for.
        if only is not None and self._live and not self._kept and only.send_all(topic, run):
            return
        for message, payload in zip(messages[start:end], run, strict=True):
            self._take(_Sent(message.device.device_no, message.seq, topic, qos, payload))

    def _route(self, message: Message) -> _Route:
        """Where a message goes. Asked of the consumers once, until one of them subscribes to something."""
        topic = self._root + topic_tail(message)
        wanted = [consumer.subscriptions.granted(topic) for consumer in self._consumers.values()]
        qos = max((level for level in wanted if level is not None), default=None)
        only = next(iter(self._consumers.values())) if qos == 0 and len(wanted) == 1 else None
        route = (topic, qos if message.kind in KINDS else None, only)
        if self._consumers:
            if len(self._routes) >= ROUTES_KEPT:
                self._routes.clear()
            self._routes[message.device.device_no, message.kind, message.identifier] = route
        return route

    def _take(self, message: _Sent) -> None:
        if self._live and not self._kept and not self._again:
            fate = self._send(message)
            if fate is not _Fate.NO_ROOM:
                if fate is _Fate.NOBODY:
                    self._fall_behind()
                return
        if len(self._kept) < MOST_KEPT:
            self._kept.append(message)
        elif self._live:
            self._fall_behind()
        else:
            self._overflowed = True

    def _send(self, message: _Sent) -> _Fate:
        if not message.qos:  # nobody will answer for it
            sent = self._publish(self._app_key, message.topic, message.payload, qos=0)
        else:
            self._number = number = self._number + 1
            self._in_flight[number] = message
            sent = self._publish(
                self._app_key,
                message.topic,
                message.payload,
                on_ack=lambda done: self._answered(number, done),
            )
            if not sent:
                del self._in_flight[number]
        return _Fate.DONE if sent else self._why(message.topic)

    def _why(self, topic: str) -> _Fate:
        """Why the front did not take a message."""
        self._consumers = {
            key: consumer for key, consumer in self._consumers.items() if consumer.connection is not None
        }
        if not self._consumers:
            return _Fate.NOBODY
        if any(consumer.subscriptions.granted(topic) is not None for consumer in self._consumers.values()):
            return _Fate.NO_ROOM
        self._routes.clear()  # its consumer unsubscribed
        return _Fate.DONE

    def _answered(self, number: int, done: bool) -> None:
        message = self._in_flight.pop(number, None)
        if message is not None and not done:
            self._again.append(message)
            self._drain()

    def _drain(self) -> None:
        """Send what waits, as far as there is room."""
        for waiting in (self._again, self._kept) if self._live else (self._again,):
            while waiting:
                fate = self._send(waiting[0])
                if fate is _Fate.NO_ROOM:
                    return
                if fate is _Fate.NOBODY:
                    self._fall_behind()
                    return
                waiting.popleft()

    def _fall_behind(self) -> None:
        """Nobody takes messages now: forget what memory holds, the table has it all."""
        self.cursor = self.place()
        self._live = False
        for messages in (self._kept, self._again, self._in_flight):
            messages.clear()
        self._room.clear()

    # what was missed

    async def _catch_up(self) -> None:
        """Send the messages of the table after the cursor, device by device. Messages committed meanwhile wait in
        memory."""
        reached: dict[int, int] = {}
        try:
            while True:
                self._kept.clear()
                self._overflowed = False
                await self._send_stored(reached)
                if not self._overflowed:
                    break
            missed = [sent for sent in self._kept if sent.seq > reached.get(sent.device_no, self.cursor)]
            self._kept = deque(missed)
            self._reached = max(self._reached, *reached.values(), self.cursor)
            self._began = self.cursor
            self._elsewhere = reached
            self._live = True
        except _NobodyThere:
            self._fall_behind()
        finally:
            self._catching = None
        if self._live:
            self._drain()

    async def _send_stored(self, reached: dict[int, int]) -> None:
        """Send every device's stored messages, and note how far each was read. Raises _NobodyThere."""
        for device in self._devices():
            if not self.sees(device):
                continue
            at = reached.get(device.device_no, self.cursor)
            while True:
                rows = await messages_after(self._db, device_no=device.device_no, seq=at, most=PAGE)
                for row in rows:
                    await self._send_row(device, row)
                at = rows[-1].seq if rows else at
                if len(rows) < PAGE:
                    break
            reached[device.device_no] = at
            await asyncio.sleep(0)

    async def _send_row(self, device: DeviceEntry, row: StoredMessage) -> None:
        sent = self._sent_of(device, row)
        if sent is None:
            return
        while (fate := self._send(sent)) is _Fate.NO_ROOM:
            self._room.clear()
            await self._room.wait()
        if fate is _Fate.NOBODY:
            raise _NobodyThere

    def _sent_of(self, device: DeviceEntry, row: StoredMessage) -> _Sent | None:
        """A stored message as it is sent; None when nobody wants it."""
        if row.kind not in KINDS:
            return None
        try:
            message = revive(
                device,
                seq=row.seq,
                kind=row.kind,
                identifier=row.identifier,
                received_ms=row.received_ms,
                note=row.note,
                payload=row.payload,
            )
        except NoLongerReadable:
            return None
        topic, qos, _ = self._route(message)
        if qos is None:
            return None
        return _Sent(device.device_no, row.seq, topic, qos, payload_of(message))


class _NobodyThere(Exception):
    """The last consumer left."""
