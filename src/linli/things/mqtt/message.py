"""A message from one client to others, over a user topic; and what an uplink carries beside its bytes."""

import msgspec

from linli.protocols.mqtt import Properties, Publish
from linli.things.mqtt.store import Key

KEPT = ("payload_format", "content_type", "response_topic", "correlation_data", "user_properties")
"""Properties of a PUBLISH that belong to the message. They reach its receivers unchanged."""


class Message(msgspec.Struct, frozen=True):
    topic: str
    payload: bytes
    qos: int
    retain: bool
    tenant_id: str
    """Of the sender."""
    owner: Key
    """(product key, device name) in the topic; (`app`, appKey) for an app's own."""
    properties: Properties | None = None
    """Those of KEPT."""
    expires_ms: int | None = None


class Extra(msgspec.Struct):
    """Fields that few uplinks have: a message for other clients, a refusal to report, a QoS 2 exchange."""

    message: Message | None = None
    reason: int = 0
    """Reason code of its acknowledgement."""
    refused: bool = False
    """It was not stored: it will come again."""
    concluded: bool = False
    """Passed on, and the rest is the store's."""


def message_of(publish: Publish, owner: Key, tenant_id: str, *, now_ms: int) -> Message:
    """The parts of a PUBLISH that are passed on."""
    properties, expires_ms = publish.properties, None
    if properties is not None:
        if properties.message_expiry is not None:
            expires_ms = now_ms + properties.message_expiry * 1000
        properties = kept(properties)
    return Message(
        topic=publish.topic,
        payload=publish.payload,
        qos=publish.qos,
        retain=publish.retain,
        tenant_id=tenant_id,
        owner=owner,
        properties=properties,
        expires_ms=expires_ms,
    )


def kept(properties: Properties) -> Properties | None:
    """The part that travels with the message; None if there is none."""
    part = Properties(**{name: getattr(properties, name) for name in KEPT})
    return None if part == Properties() else part
