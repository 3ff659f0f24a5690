"""This front among the others. Implements `mqtt.others.OtherFronts`."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from sqlalchemy import bindparam, select

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Query
from linli.kernel.errors import Unavailable
from linli.kernel.processes import Lease, Mail, Processes
from linli.things.calls import PendingCalls
from linli.things.fleet import Fleet
from linli.things.inbox.dispatcher import Dispatcher
from linli.things.inbox.ingest import Ingest
from linli.things.models import devices
from linli.things.mqtt.front import Front
from linli.things.mqtt.store import Key
from linli.things.routing.forwarding import Forwarding
from linli.things.routing.presence import AWAY, CONNECTED, KEPT, Held, Presence
from linli.things.routing.sharing import Sharing

log = telemetry.logger(__name__)

LET_GO_SECONDS: Final = 2.0
"""How long a new front waits for the one that held the device; then it counts as dead."""
LOOK_SECONDS: Final = 15.0
MAIL_SECONDS: Final = 1.0
APPS: Final = "apps"
_WRITTEN_SECONDS: Final = 10.0

_online_at = Query(
    select(devices.c.device_no).where(devices.c.online == 1, devices.c.front == bindparam("gone")),
    unscoped="connections that ended with the process that held them",
)
_online_fronts = Query(
    select(devices.c.front).where(devices.c.online == 1).distinct(),
    unscoped="connections that ended with the process that held them",
)


class Routing:
    """Made by `Things` where processes share a database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        processes: Processes,
        *,
        fleet: Fleet,
        front: Front,
        ingest: Ingest,
        dispatcher: Dispatcher,
        calls: PendingCalls,
    ) -> None:
        self._db = db
        self._clock = clock
        self._processes = processes
        self._me = processes.name
        self._fleet = fleet
        self._front = front
        self._ingest = ingest
        self._dispatcher = dispatcher
        self.mail = Mail(db, clock, processes.name)
        self.presence = Presence(db, processes.name, self._news)
        self._calls = calls
        self._forwarding = Forwarding(processes, self.mail, front, calls, clock)
        self._sharing = Sharing(db.signals, processes, self.mail, front)
        self._released: dict[int, asyncio.Event] = {}
        """By device: set when the front that held it let go."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._stops: list[Callable[[], None]] = []
        front.others = self
        dispatcher.mine = self.mine
        processes.on_gone(self.take_over)

    async def start(self) -> None:
        """Follow the other fronts. After the fleet is loaded, before the dispatcher starts and the front opens."""
        signals = self._db.signals
        self._stops = [
            signals.listen(self._channel(self._me), self._let_go_by_other, others_only=True),
            signals.listen(APPS, self._app_elsewhere, others_only=True),
        ]
        await self.presence.start()
        await self.mail.start()
        self._forwarding.start()
        self._sharing.start()
        self._spawn(self._look_after_forgotten())

    async def stop(self) -> None:
        """After the front closed."""
        for stop in self._stops:
            stop()
        self._sharing.stop()
        await self._forwarding.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.presence.stop()
        await self.mail.stop()

    def mine(self, device_no: int) -> bool:
        """Whether the unfinished messages of a device are this process's to handle."""
        held = self.presence.get(device_no)
        return held is None or held.front == self._me or not self._processes.alive(held.front)

    # for the front: mqtt.others.OtherFronts

    async def take(self, key: Key, device_no: int, *, style: str) -> bool:
        released = self._released[device_no] = asyncio.Event()
        try:
            claim, front, state = await self.presence.claim(device_no, style)
            elsewhere = front not in ("", self._me)
            if elsewhere and state != AWAY and self._processes.alive(front):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LET_GO_SECONDS):
                        await released.wait()
        finally:
            if self._released.get(device_no) is released:
                del self._released[device_no]
        held = self.presence.get(device_no)
        if held is None or held.front != self._me:
            raise Unavailable()
        if elsewhere:
            try:
                await self._dispatcher.adopt(device_no)
            except Unavailable:
                self.presence.leave(device_no, claim, KEPT)
                raise
        return elsewhere and state != AWAY

    def claim_of(self, key: Key) -> int:
        held = self._held(key)
        return 0 if held is None else held.claim

    def left(self, key: Key, claim: int, *, kept: bool) -> None:
        if (device := self._fleet.named(*key)) is not None:
            self.presence.leave(device.device_no, claim, KEPT if kept else AWAY)

    def attached(self, key: Key, device_no: int) -> None:
        self._spawn(self._attach(device_no))

    def detached(self, key: Key) -> None:
        device, held = self._fleet.named(*key), self._held(key)
        if device is not None and held is not None:
            self.presence.leave(device.device_no, held.claim, AWAY)

    def reaches(self, key: Key) -> bool:
        held = self._held(key)
        return (
            held is not None
            and held.state == CONNECTED
            and held.front != self._me
            and self._processes.alive(held.front)
        )

    def forward(
        self,
        key: Key,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        on_ack: Callable[[bool], None] | None,
        queue: bool,
        expires_ms: int | None,
    ) -> bool:
        held = self._held(key)
        if held is None or held.front == self._me or not self._processes.alive(held.front):
            return False
        if held.state != CONNECTED and not (held.state == KEPT and queue and qos):
            return False
        return self._forwarding.send(
            held.front, key, topic, payload, qos=qos, on_ack=on_ack, queue=queue, expires_ms=expires_ms
        )

    def app_joined(self, app_key: str, client_id: str) -> None:
        self._db.signals.publish(APPS, f"{app_key} {client_id}"[:1000])

    # what others do

    def _news(self, device_no: int, before: Held | None, held: Held) -> None:
        """Another front has the device now, or lost it."""
        device = self._fleet.device(device_no)
        if device is None:
            if held.state != AWAY:
                self._spawn(self._meet(device_no))
            return
        device.rrpc_style = held.style
        if held.state != CONNECTED:
            self._spawn(self._lose_calls(device_no))
        if before is not None and before.front == self._me:
            key = (device.product_key, device.device_name)
            self._spawn(self._let_go(key, device_no, held.front))

    async def _lose_calls(self, device_no: int) -> None:
        """Calls from here to a device that another front lost; its last answers may still be in the mail."""
        await self._clock.sleep(MAIL_SECONDS)
        held = self.presence.get(device_no)
        if held is not None and held.front != self._me and held.state != CONNECTED:
            self._calls.lost(device_no)

    async def _let_go(self, key: Key, device_no: int, front: str) -> None:
        await self._front.let_go(key)
        self._db.signals.publish(self._channel(front), str(device_no))

    async def _meet(self, device_no: int) -> None:
        """A device that was made elsewhere."""
        with contextlib.suppress(Unavailable):
            device, held = await self._fleet.find_no(device_no), self.presence.get(device_no)
            if device is not None and held is not None:
                device.rrpc_style = held.style

    def _let_go_by_other(self, payload: str) -> None:
        released = self._released.get(int(payload))
        if released is not None:
            released.set()

    def _app_elsewhere(self, payload: str) -> None:
        app_key, _, client_id = payload.partition(" ")
        self._front.app_elsewhere(app_key, client_id)

    async def _attach(self, device_no: int) -> None:
        """Sub-devices need no leave: where they were before learns of it, and their session is their gateway's."""
        try:
            _, front, _ = await self.presence.claim(device_no, "sys")
            if front not in ("", self._me):
                await self._dispatcher.adopt(device_no)
        except Unavailable:
            log.warning("device %d is behind a gateway here, and the others do not know", device_no)

    # the dead

    async def take_over(self, gone: str) -> None:
        """A front is no more: its devices are offline unless they came back, its sessions and messages go on here."""
        taken = await self.presence.inherit(gone)
        await self._mark_offline(gone)
        self._dispatcher.look_again()
        for device_no, held in taken.items():
            if held.state == KEPT:
                device = await self._fleet.find_no(device_no)
                key = None if device is None else (device.product_key, device.device_name)
                if key is None or not (self._front.holds(key) or await self._front.adopt(key)):
                    self.presence.leave(device_no, held.claim, AWAY)
        await self._front.take_over_wills(gone)
        log.info("front %s: %d devices taken over", gone, len(taken))

    async def _mark_offline(self, gone: str) -> None:
        lost = []
        for (device_no,) in await _online_at.all(self._db, gone=gone):
            held = self.presence.get(device_no)
            device = await self._fleet.find_no(device_no)
            if device is not None and (held is None or held.state != CONNECTED):
                lost.append(device)
        if lost:
            written = self._ingest.lost(lost, front=gone)
            async with asyncio.timeout(_WRITTEN_SECONDS):
                await written

    async def _look_after_forgotten(self) -> None:
        """The safety net below all this: messages that wait though nobody has them in hand."""
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            self._sharing.forget_dead()
            if self._dispatcher.idle:
                self._dispatcher.look_again()

    async def take_over_strangers(self) -> None:
        """Fronts that stand in the tables but among no processes: of before there were several."""
        lease = Lease(self._db, self._clock, "strange fronts", holder=self._me)
        if not await lease.hold():
            return
        names = await self.presence.fronts() | {name for (name,) in await _online_fronts.all(self._db)}
        for name in names - {""} - self._processes.known():
            await self.take_over(name)

    def _held(self, key: Key) -> Held | None:
        device = self._fleet.named(*key)
        return None if device is None else self.presence.get(device.device_no)

    @staticmethod
    def _channel(front: str) -> str:
        return f"front_{front[-40:]}"  # PostgreSQL cuts at 63 bytes; what tells names apart is at their end

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
