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

from linli.things.inbox.messages import Message

KINDS: Final = frozenset({"property", "event", "status"})


class _Item(msgspec.Struct, gc=False):
    value: Any
    time: int


class _Properties(msgspec.Struct, rename="camel", gc=False):
    iot_id: str
    product_key: str
    device_name: str
    gmt_create: int
    batch_id: str
    items: dict[str, _Item]


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


def payload_of(message: Message) -> bytes:
    """The JSON for consumers; one for all of them."""
    device, at = message.device, message.time_ms
    head = (
        device.iot_id,
        device.product.product_key,
        device.device_name,
        message.received_ms,
        message.batch_id,
    )
    if message.kind == "property":
        return _encode(_Properties(*head, {name: _Item(value, at) for name, value in message.values.items()}))
    if message.kind == "event":
        return _encode(_Event(*head, message.identifier, at, message.values))
    return _encode(_Status(*head, message.identifier, at))
