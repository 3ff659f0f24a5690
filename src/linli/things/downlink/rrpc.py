"""Synchronous calls on a device's own topics, outside its thing model (spec clients b.4, `/ext/rrpc/…`).

down  /ext/rrpc/{message id}/{pk}/{dn}/user/{tail}      the device subscribed to /ext/rrpc/+/{pk}/{dn}/user/…
up    the same topic, within the time given
"""

from typing import Final

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.rounds import first_of
from linli.kernel.scope import Scope
from linli.things.calls import CallLost, PendingCalls
from linli.things.errors import DeviceDisabled, DeviceOffline, DeviceSilent
from linli.things.fleet import Fleet
from linli.things.mqtt.ports import Publisher
from linli.things.queries.devices import get_device

_QOS: Final = 0


class Rrpc:
    """One per process."""

    def __init__(
        self,
        db: Database,
        fleet: Fleet,
        calls: PendingCalls,
        publisher: Publisher,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._db = db
        self._fleet = fleet
        self._calls = calls
        self._ids = ids
        self._clock = clock
        self._publisher = publisher

    async def ask(self, scope: Scope, iot_id: str, tail: str, payload: bytes, *, timeout_s: float) -> bytes:
        """The device's answer as it sent it. Raises NotFound, DeviceDisabled, DeviceOffline, DeviceSilent.

        A device that is connected but did not subscribe counts as offline: it cannot be reached this way.
        """
        row = await get_device(scope, self._db, iot_id=iot_id)
        device = await self._fleet.find_no(row.device_no)
        if device is None:
            raise NotFound(what="device", id=iot_id)
        if not row.enabled:
            raise DeviceDisabled(id=iot_id)
        message_id = str(self._ids.number())
        topic = f"/ext/rrpc/{message_id}/{device.product_key}/{device.device_name}/user/{tail}"
        waiting = self._calls.expect_response(device.device_no, message_id)
        try:
            if not self._publisher.publish(device.product_key, device.device_name, topic, payload, qos=_QOS):
                raise DeviceOffline(id=iot_id)
            await first_of(self._clock, timeout_s, waiting)
            if not waiting.done():
                raise DeviceSilent(id=iot_id, seconds=round(timeout_s))
            return waiting.result()
        except CallLost:
            raise DeviceOffline(id=iot_id) from None
        finally:
            self._calls.forget(device.device_no, message_id)
