"""A video gateway's own connection: the box's line and log-ins once more, with another device's triple."""

import asyncio
from collections.abc import Mapping

import msgspec

from linli.edge.runtime.line import Line, own_topic
from linli.edge.runtime.presence import Presence
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import DeviceKey, MqttAddress
from linli.protocols.linkkit import session

log = logger(__name__)

NO_SERVICE = 404


class GatewayLine:
    """`video.ports.Uplink`."""

    def __init__(self, gateway: DeviceKey, address: MqttAddress) -> None:
        self._line = Line(gateway, address)
        self._presence = Presence(gateway, self._line)
        self._presence.admitted.append(self._tag)
        self._keys: dict[str, DeviceKey] = {}
        self._categories: dict[str, str] = {}
        self._turn = asyncio.Lock()

    @property
    def up(self) -> bool:
        return self._line.up

    @property
    def why(self) -> str:
        return self._line.why

    async def start(self) -> None:
        await self._line.start(self._take, self._presence.connected)

    async def stop(self) -> None:
        await self._line.stop()

    async def serve(self, keys: Mapping[str, DeviceKey], categories: Mapping[str, str]) -> None:
        async with self._turn:
            self._categories = dict(categories)
            gone = [name for name, key in self._keys.items() if keys.get(name) != key]
            for name in gone:
                self._presence.online.discard(name)
            if any(name in self._presence.inside for name in gone):
                try:
                    await self._presence.settle()
                except (LinliError, TimeoutError) as error:  # they are out with the connection
                    log.info("log-outs are not settled: %s", error)
            self._keys = dict(keys)
            self._presence.know(self._keys)

    def tell(self, device_name: str, *, online: bool) -> None:
        if online and not self._presence.is_online(device_name):
            self._presence.came_online(device_name)
        elif not online and self._presence.is_online(device_name):
            self._presence.went_offline(device_name)

    def is_online(self, device_name: str) -> bool:
        return self._line.up and device_name in self._presence.inside

    def refusal(self, device_name: str) -> str:
        return self._presence.refused.get(device_name, "") if self._line.up else ""

    def _tag(self, name: str) -> None:
        """The tag CategoryCode of a device that came online, as its form says (spec D 4.2, 5.3)."""
        key, category = self._keys.get(name), self._categories.get(name)
        if key is None or not category:
            return
        body = {
            "id": "1",
            "version": "1.0",
            "params": [{"attrKey": "CategoryCode", "attrValue": category}],
            "method": "thing.deviceinfo.update",
        }
        self._line.say(own_topic(key, "thing/deviceinfo/update"), msgspec.json.encode(body))

    def _take(self, topic: str, payload: bytes) -> None:
        """Calls are answered: cameras of this release have no service of their own."""
        if "/rrpc/request/" not in topic and "/thing/service/" not in topic:
            return
        try:
            number = str(session.read_downlink(payload).id)
        except msgspec.MsgspecError:
            number = ""
        reply = {"id": number, "code": NO_SERVICE, "data": {}, "message": "no such service"}
        self._line.say(session.reply_topic(topic), msgspec.json.encode(reply))
