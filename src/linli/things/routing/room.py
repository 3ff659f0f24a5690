"""This front among the others: its actions when they start, end, or release a device."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from sqlalchemy import bindparam, select

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Query
from linli.kernel.processes import Lease, Processes
from linli.things.fleet import Fleet
from linli.things.inbox.dispatcher import Dispatcher
from linli.things.inbox.ingest import Ingest
from linli.things.models import devices
from linli.things.mqtt.front import Front
from linli.things.mqtt.store import Key
from linli.things.routing.links import Links
from linli.things.routing.neighbours import APPS, channel_of
from linli.things.routing.presence import AWAY, CONNECTED, KEPT, Holder

log = telemetry.logger(__name__)

LOOK_SECONDS: Final = 15.0
_WRITTEN_SECONDS: Final = 10.0
_LET_GO_SECONDS: Final = 0.9
"""With what `let_go` takes, less than the other front waits."""

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
        links: Links,
        *,
        fleet: Fleet,
        front: Front,
        ingest: Ingest,
        dispatcher: Dispatcher,
    ) -> None:
        self._db = db
        self._clock = clock
        self._processes = processes
        self._me = processes.name
        self._links = links
        self._fleet = fleet
        self._front = front
        self._handover = front.switchboard.handover
        self._ingest = ingest
        self._dispatcher = dispatcher
        self.mail = links.mail
        self.presence = links.presence
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_listening: Callable[[], None] = lambda: None
        self.presence.news.append(self._news)
        processes.on_gone(self.take_over)

    async def start(self) -> None:
        """Follow the other fronts. After the fleet is loaded, before the dispatcher starts and the front opens."""
        self._stop_listening = self._db.signals.listen(APPS, self._app_elsewhere, others_only=True)
        await self._links.start()
        self._spawn(self._look_after_forgotten())

    async def stop(self) -> None:
        """After the front closed."""
        self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._links.stop()

    # what others do

    def _news(self, device_no: int, before: Holder | None, holder: Holder) -> None:
        """Another front has the device that this one had."""
        device = self._fleet.device(device_no)
        if device is not None and before is not None and before.front == self._me:
            key = (device.product_key, device.device_name)
            self._spawn(self._let_go(key, device_no, holder.front))

    async def _let_go(self, key: Key, device_no: int, front: str) -> None:
        written = self._ingest.written()
        await self._handover.let_go(key)
        # That it came online here, before the other says so: written later, it would stand as being here.
        await asyncio.wait({written}, timeout=_LET_GO_SECONDS)
        self._db.signals.publish(channel_of(front), str(device_no))

    def _app_elsewhere(self, payload: str) -> None:
        app_key, _, client_id = payload.partition(" ")
        self._handover.app_elsewhere(app_key, client_id)

    # the dead

    async def take_over(self, gone: str) -> None:
        """A front has ended: its devices are offline unless they came back, its sessions and messages go on here."""
        taken = await self.presence.inherit(gone)
        await self._mark_offline(gone)
        self._dispatcher.look_again()
        for device_no, holder in taken.items():
            if holder.state == KEPT:
                device = await self._fleet.find_no(device_no)
                key = None if device is None else (device.product_key, device.device_name)
                if key is None or not (self._front.switchboard.holds(key) or await self._handover.adopt(key)):
                    self.presence.leave(device_no, holder.claim, AWAY)
        await self._front.take_over_wills(gone)
        log.info("front %s: %d devices taken over", gone, len(taken))

    async def _mark_offline(self, gone: str) -> None:
        lost = []
        for (device_no,) in await _online_at.all(self._db, gone=gone):
            holder = self.presence.get(device_no)
            device = await self._fleet.find_no(device_no)
            if device is not None and (holder is None or holder.state != CONNECTED):
                lost.append(device)
        if lost:
            written = self._ingest.lost(lost, front=gone)
            async with asyncio.timeout(_WRITTEN_SECONDS):
                await written

    async def _look_after_forgotten(self) -> None:
        """The safety net below all this: messages that wait though nobody has them in hand."""
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            self._links.sharing.forget_dead()
            if self._dispatcher.idle:
                self._dispatcher.look_again()

    async def take_over_strangers(self) -> None:
        """Fronts that stand in the tables but among no processes: of before there were several."""
        lease = Lease(self._db, self._clock, "strange fronts", holder=self._me)
        if not await lease.hold():
            return
        names = await self.presence.fronts() | {name for (name,) in await _online_fronts.all(self._db)}
        for name in names - {""} - self._processes.names():
            await self.take_over(name)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
