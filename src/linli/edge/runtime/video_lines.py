"""A video gateway's own connection: the box's line and log-ins once more, with another device's triple."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from linli.edge.runtime.line import Line, own_topic
from linli.edge.runtime.presence import Presence
from linli.edge.video.ports import Answers
from linli.edge.video.services import ServiceFailed
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import DeviceKey, MqttAddress
from linli.protocols.linkkit import session
from linli.protocols.linkkit.topics import topic_owner

log = logger(__name__)

NO_SERVICE: Final = 404
BROKEN: Final = 460
FAILED: Final = 500
MOST_CALLS: Final = 256
"""At once; one more is answered that it is too much."""


class GatewayLine:
    """`video.ports.Uplink`."""

    def __init__(self, gateway: DeviceKey, address: MqttAddress) -> None:
        self._line = Line(gateway, address)
        self._presence = Presence(gateway, self._line)
        self._presence.admitted.append(self._tag)
        self._keys: dict[str, DeviceKey] = {}
        self._categories: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._answers: Answers | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def answer_by(self, answers: Answers) -> None:
        self._answers = answers

    @property
    def up(self) -> bool:
        return self._line.up

    @property
    def why(self) -> str:
        return self._line.why

    async def start(self) -> None:
        await self._line.start(self._take, self._presence.connected)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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
        """Calls of services are answered by a task each: cameras are slow."""
        asked = topic.startswith("/ext/rrpc/") or "/rrpc/request/" in topic
        if not asked and "/thing/service/" not in topic:
            return
        try:
            call = session.read_downlink(payload)
            inputs = msgspec.json.decode(call.params) if bytes(call.params) else None
        except msgspec.MsgspecError:
            self._say(topic, "", BROKEN, {}, "cannot be read")
            return
        owner, number = topic_owner(topic), str(call.id)
        if owner is None or self._answers is None or owner[1] not in self._keys:
            self._say(topic, number, NO_SERVICE, {}, "no such service")
        elif len(self._tasks) >= MOST_CALLS:
            self._say(topic, number, FAILED, {}, "too many calls at once")
        else:
            job = self._answer(self._answers, topic, number, owner[1], call.service, inputs)
            task = asyncio.create_task(job, name="video-call")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(
        self, answers: Answers, topic: str, number: str, device_name: str, service: str, inputs: Any
    ) -> None:
        try:
            self._say(topic, number, session.SUCCESS, await answers(device_name, service, inputs), "success")
        except ServiceFailed as failed:
            self._say(topic, number, failed.code, {}, str(failed))
        except Exception:
            log.exception("a call of the platform failed")
            self._say(topic, number, FAILED, {}, "the box failed at it; its log says why")

    def _say(self, topic: str, number: str, code: int, data: Mapping[str, Any], message: str) -> None:
        reply = {"id": number, "code": code, "data": data, "message": message}
        self._line.say(session.reply_topic(topic), msgspec.json.encode(reply))
