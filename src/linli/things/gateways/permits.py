"""Letting devices of a product join a gateway for a while (`thing/gateway/permit`, as Zigbee coordinators know it)."""

from typing import Final

import msgspec

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.rounds import first_of
from linli.kernel.scope import Scope
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.subdevices import Permit
from linli.protocols.linkkit.topics import sys_topic
from linli.things.calls import PendingCalls
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.gateways.errors import NotAGateway
from linli.things.mqtt.ports import Publisher
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product

REPLY_S: Final = 5.0
MAX_SECONDS: Final = 3600


class Permits:
    """One per process."""

    def __init__(
        self, db: Database, calls: PendingCalls, publisher: Publisher, ids: Ids, clock: Clock
    ) -> None:
        self._db = db
        self._calls = calls
        self._ids = ids
        self._clock = clock
        self._publisher = publisher

    async def open(self, scope: Scope, *, iot_id: str, product_key: str, seconds: int) -> None:
        """Let devices of the product join for `seconds`; 0 ends it. Returns once the gateway agreed.

        Raises NotFound, NotAGateway, BadInput, DeviceOffline, DeviceSilent, DeviceRefused.
        """
        gateway = await get_device(scope, self._db, iot_id=iot_id)
        if gateway.node_type != 1:
            raise NotAGateway(field="iotId", rule="gateway")
        await get_product(Scope(scope.tenant, scope.caller), self._db, product_key=product_key)
        if not 0 <= seconds <= MAX_SECONDS:
            raise BadInput(field="seconds", rule="range", low=0, high=MAX_SECONDS)
        message_id = str(self._ids.number())
        waiting = self._calls.expect_reply(gateway.device_no, message_id)
        try:
            self._send(
                gateway.product_key, gateway.device_name, message_id, Permit(product_key, seconds), iot_id
            )
            await first_of(self._clock, REPLY_S, waiting)
            if not waiting.done():
                raise DeviceSilent(id=iot_id, seconds=round(REPLY_S))
            reply = waiting.result()
        finally:
            self._calls.forget(gateway.device_no, message_id)
        if reply.code != envelope.SUCCESS:
            raise DeviceRefused(answer=reply.code, message=reply.message)

    def _send(self, product_key: str, device_name: str, message_id: str, permit: Permit, iot_id: str) -> None:
        topic = sys_topic(product_key, device_name, "thing/gateway/permit")
        params = msgspec.to_builtins(permit)
        payload = envelope.request(message_id, "thing.gateway.permit", params)
        if not self._publisher.publish(product_key, device_name, topic, payload, qos=1):
            raise DeviceOffline(id=iot_id)
