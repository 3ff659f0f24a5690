"""A device's message for consumers: its topic and its JSON.

    R = /sys/appkey/{appKey}/thing/{productKey}/{deviceName}
    R/property             {"items": {"Temperature": {"value": 21.5, "time": 1795492800000}}}
    R/event/{identifier}   {"identifier": "passEvent", "time": 1795492800000, "value": {"code": 0}}
    R/service/{identifier}/reply   {"identifier": "open", "time": 1795492800000, "callId": "…", "code": 200, "data": {}}
    R/status               {"status": "online", "time": 1795492800000}

Each also carries iotId, productKey, deviceName, gmtCreate (arrival, ms) and batchId. The topic names the device, so
that a consumer chooses products and devices by its filter.
"""

from typing import Any, Final

import msgspec

from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message

KINDS: Final = frozenset({"property", "event", "service_reply", "status"})


class _Item(msgspec.Struct, gc=False):
    value: Any
    time: int


class _Event(msgspec.Struct, rename="camel", gc=False):
    iot_id: str
    product_key: str
    device_name: str
    gmt_create: int
    batch_id: str
    identifier: str
    time: int
    value: Any


class _Status(msgspec.Struct, rename="camel", gc=False):
    iot_id: str
    product_key: str
    device_name: str
    gmt_create: int
    batch_id: str
    status: str
    time: int


class _Reply(msgspec.Struct, rename="camel", gc=False):
    """Of an asynchronous call; `call_id` is what the call was answered with."""

    iot_id: str
    product_key: str
    device_name: str
    gmt_create: int
    batch_id: str
    identifier: str
    time: int
    call_id: str
    code: int
    data: Any


_encode = msgspec.json.Encoder().encode


def topic_tail(message: Message) -> str:
    """The topic after `/sys/appkey/{appKey}/thing/`."""
    device = message.device
    tail: str = message.kind
    if tail == "event":
        tail = f"event/{message.identifier}"
    elif tail == "service_reply":
        tail = f"service/{message.identifier}/reply"
    return f"{device.product.product_key}/{device.device_name}/{tail}"


class Payloads:
    """The JSON of a commit's messages: each made when it is first asked for, and once for all queues."""

    __slots__ = ("_device", "_encoded", "_head", "_messages", "_received_ms")

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages
        self._encoded: list[bytes | None] = [None] * len(messages)
        self._device: DeviceEntry | None = None
        self._received_ms = 0
        self._head = b""

    def run(self, start: int, end: int) -> list[bytes]:
        """The payloads of the messages from `start` up to but not including `end`."""
        encoded = self._encoded
        payloads: list[bytes] = []
        for place in range(start, end):
            payload = encoded[place]
            if payload is None:
                payload = encoded[place] = self._make(self._messages[place])
            payloads.append(payload)
        return payloads

    def _make(self, message: Message) -> bytes:
        if message.kind != "property":
            return _other(message)
        # A commit's messages come in runs of one device and time: their common part is made once a run.
        if message.device is not self._device or message.received_ms != self._received_ms:
            self._device, self._received_ms = message.device, message.received_ms
            self._head = _head(message.device, message.received_ms)
        at = message.time_ms
        items = _encode({name: _Item(value, at) for name, value in message.values.items()})
        return b'%b%016x","items":%b}' % (self._head, message.seq, items)


def payload_of(message: Message) -> bytes:
    """The JSON of one message for consumers."""
    return Payloads([message]).run(0, 1)[0]


def _head(device: DeviceEntry, received_ms: int) -> bytes:
    """A property message up to the middle of its batch id. The other half of the id is the message's number."""
    return b'{"iotId":%b,"productKey":%b,"deviceName":%b,"gmtCreate":%d,"batchId":"%016x' % (
        _encode(device.iot_id),
        _encode(device.product.product_key),
        _encode(device.device_name),
        received_ms,
        device.device_no,
    )


def _other(message: Message) -> bytes:
    device, at = message.device, message.time_ms
    head = (
        device.iot_id,
        device.product.product_key,
        device.device_name,
        message.received_ms,
        message.batch_id,
    )
    if message.kind == "event":
        return _encode(_Event(*head, message.identifier, at, message.values))
    if message.kind == "service_reply":
        reply = message.values
        answer = (str(reply["id"]), int(reply["code"]), reply.get("data"))
        return _encode(_Reply(*head, message.identifier, at, *answer))
    return _encode(_Status(*head, message.identifier, at))
