"""What consumers get of a device's message: its topic and its JSON.

    R = /sys/appkey/{appKey}/thing/{productKey}/{deviceName}
    R/property             {"items": {"Temperature": {"value": 21.5, "time": 1795492800000}}}
    R/event/{identifier}   {"identifier": "passEvent", "time": 1795492800000, "value": {"code": 0}}
    R/status               {"status": "online", "time": 1795492800000}

Each also carries iotId, productKey, deviceName, gmtCreate (arrival, ms) and batchId. The topic names the device, so
that a consumer chooses products and devices by its filter.
"""

from typing import Any, Final

import msgspec
from msgspec import Raw

from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message

KINDS: Final = frozenset({"property", "event", "status"})


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


_encode = msgspec.json.Encoder().encode


def topic_tail(message: Message) -> str:
    """The topic after `/sys/appkey/{appKey}/thing/`."""
    device = message.device
    tail = f"event/{message.identifier}" if message.kind == "event" else message.kind
    return f"{device.product.product_key}/{device.device_name}/{tail}"


class Payloads:
    """The JSON of a commit's messages: each made when it is first asked for, and once for all queues."""

    __slots__ = ("_batch", "_device", "_head", "_made", "_messages")

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages
        self._made: list[bytes | None] = [None] * len(messages)
        self._device: DeviceEntry | None = None
        self._head = self._batch = b""

    def at(self, place: int) -> bytes:
        """That of the message at `place`."""
        payload = self._made[place]
        if payload is None:
            message = self._messages[place]
            if message.kind != "property":
                payload = _other(message)
            else:
                # A commit's messages come in runs of one device: what they share is made once a run.
                if message.device is not self._device:
                    self._device = message.device
                    self._head, self._batch = _head(message.device)
                payload = _property(self._head, self._batch, message)
            self._made[place] = payload
        return payload


def payload_of(message: Message) -> bytes:
    """The JSON of one message for consumers."""
    return Payloads([message]).at(0)


def _head(device: DeviceEntry) -> tuple[bytes, bytes]:
    """(the device's members up to the value of gmtCreate, the first half of its batch ids with what is before it)."""
    names = _encode((device.iot_id, device.product.product_key, device.device_name))
    iot_id, product_key, device_name = msgspec.json.decode(names, type=tuple[Raw, Raw, Raw])
    head = b'{"iotId":%b,"productKey":%b,"deviceName":%b,"gmtCreate":' % (iot_id, product_key, device_name)
    return head, b',"batchId":"%016x' % device.device_no


def _property(head: bytes, batch: bytes, message: Message) -> bytes:
    at = message.time_ms
    items = _encode({name: _Item(value, at) for name, value in message.values.items()})
    return b'%b%d%b%016x","items":%b}' % (head, message.received_ms, batch, message.seq, items)


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
    return _encode(_Status(*head, message.identifier, at))
