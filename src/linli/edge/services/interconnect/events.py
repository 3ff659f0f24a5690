"""The box's messages to apps about its devices, in the format of devices' messages to the cloud.

    /sys/{pk}/{dn}/thing/event/property/post       {"id","version","method","params":{name:{"value","time"}}}
    /sys/{pk}/{dn}/thing/event/{identifier}/post   {"id","version","method","params":{"value":{…},"time"}}
    /as/mqtt/status/{pk}/{dn}                      {"productKey","deviceName","status","time"}, retained

Alarms are events. An app asks for the list of devices on the edge bus (`protocols.edge_bus`). The source names the
purpose (apps hear events and alarms) and no topics; these are the platform's own (spec C 6, J).
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from linli.edge.services.interconnect.broker import LocalBroker
from linli.kernel.clock import Clock
from linli.protocols import edge_bus

VERSION: Final = "1.0"

type Devices = Callable[[], edge_bus.ListedGateway]
"""The box's gateway with its devices as they are now."""


class LocalEvents:
    """The box's side of the local bus. While the interconnect is off, events are dropped."""

    def __init__(self, broker: LocalBroker, clock: Clock, devices: Devices) -> None:
        self._broker = broker
        self._clock = clock
        self._devices = devices
        self._numbers = itertools.count(1)
        broker.asked = self._asked

    def property(self, product_key: str, device: str, values: Mapping[str, Any], at_ms: int) -> None:
        """Values that a device reported at a time (UTC ms)."""
        params = {name: {"value": value, "time": at_ms} for name, value in values.items()}
        self._post(f"/sys/{product_key}/{device}/thing/event/property/post", params)

    def event(self, product_key: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
        self._post(f"/sys/{product_key}/{device}/thing/event/{name}/post", {"value": values, "time": at_ms})

    def status(self, product_key: str, device: str, *, online: bool, at_ms: int) -> None:
        body = {
            "productKey": product_key,
            "deviceName": device,
            "status": "online" if online else "offline",
            "time": at_ms,
        }
        self._broker.publish(
            f"/as/mqtt/status/{product_key}/{device}", msgspec.json.encode(body), retain=True
        )

    def gone(self, product_key: str, device: str) -> None:
        """A device was taken off the box."""
        self._broker.forget(f"/as/mqtt/status/{product_key}/{device}")

    def _post(self, topic: str, params: object) -> None:
        if not self._broker.clients:
            return
        method = topic.split("/", 4)[4].replace("/", ".")
        body = {"id": str(next(self._numbers)), "version": VERSION, "method": method, "params": params}
        self._broker.publish(topic, msgspec.json.encode(body))

    # the list of devices

    async def _asked(self, topic: str, payload: bytes) -> None:
        question = edge_bus.read_topic(topic)
        if question is None:
            return
        self._broker.publish(question.reply_topic, self._list(question, payload))

    def _list(self, question: edge_bus.Question, payload: bytes) -> bytes:
        now = self._clock.now_ms()
        try:
            request = edge_bus.read_request(payload)
        except edge_bus.BadRequest as bad:
            return edge_bus.failure(bad.request_id, edge_bus.BAD_REQUEST, str(bad), now_ms=now)
        gateway = self._devices()
        if question.gateway is None:
            return edge_bus.group_reply(request.request_id, [gateway], now_ms=now)
        if question.gateway != (gateway.product_key, gateway.device_name):
            return edge_bus.failure(
                request.request_id, edge_bus.NO_GATEWAY, "no such gateway here", now_ms=now
            )
        return edge_bus.gateway_reply(request.request_id, gateway.devices, now_ms=now)
