"""Telling devices what an application changed in their shadow: at once, or when they come online."""

import asyncio
import functools

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import Unavailable
from linli.protocols.linkkit.topics import shadow_get
from linli.things.fleet import Fleet
from linli.things.inbox.messages import Message
from linli.things.mqtt.ports import Publisher
from linli.things.shadow.document import Shadow
from linli.things.shadow.service import note_sent, shadow_of
from linli.things.shadow.wire import document

log = telemetry.logger(__name__)


class ShadowPushes:
    """One per process."""

    def __init__(self, db: Database, fleet: Fleet, publisher: Publisher, clock: Clock) -> None:
        self._db = db
        self._fleet = fleet
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._publisher = publisher

    def after(self, tx: Tx, device_no: int, shadow: Shadow) -> None:
        """Push the document once `tx` is durable."""
        tx.after_commit(functools.partial(self._push, device_no, shadow))

    async def on_status(self, tx: Tx, message: Message) -> None:
        """A device that comes online hears what it missed (handler of status messages)."""
        if message.identifier != "online":
            return
        device_no = message.device.device_no
        shadow = await shadow_of(tx, device_no=device_no)
        if shadow.missed:
            self.after(tx, device_no, shadow)

    async def stop(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.sleep(0)  # finished tasks are discarded in the next turn of the loop

    def _push(self, device_no: int, shadow: Shadow) -> None:
        device = self._fleet.device(device_no)
        if device is None:
            return
        self._publisher.publish(
            device.product_key,
            device.device_name,
            shadow_get(device.product_key, device.device_name),
            document("control", shadow, self._clock.now_ms()),
            qos=1,
            on_ack=functools.partial(self._acknowledged, device_no, shadow.version),
        )

    def _acknowledged(self, device_no: int, version: int, arrived: bool) -> None:
        if not arrived:
            return
        task = asyncio.get_running_loop().create_task(self._note(device_no, version), name="shadow-told")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _note(self, device_no: int, version: int) -> None:
        try:
            await self._db.run(lambda tx: note_sent(tx, device_no=device_no, version=version))
        except Unavailable:
            log.warning("shadow: device %d may be told of version %d again", device_no, version)
