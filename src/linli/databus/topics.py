"""Names of the push topics (spec B, 4.5 and 11.2-3) and the payload each carries."""

from enum import StrEnum
from typing import Final

import msgspec


class Kind(StrEnum):
    """The kind of a change; the value is stored in the log and in subscriptions' filters."""

    SPACE = "space"
    """A space of a community was added, changed or removed (区域)."""
    MESSAGE = "message"
    """A notice was published (公告)."""
    USER = "user"
    """A person known to a community was added, changed or removed (用户)."""
    DATA = "data"
    """Rows of a data model were inserted, updated or deleted."""
    CALL = "call"
    """A video intercom call rings (spec B, 9 V16)."""
    PROPERTY = "property"
    """A device reported properties (属性上报)."""
    EVENT = "event"
    """A device reported an event (事件上报)."""
    SERVICE_REPLY = "service_reply"
    """A device answered an asynchronous service call."""
    STATUS = "status"
    """A device connected or is gone (上下线)."""
    LIFECYCLE = "lifecycle"
    """A device was created, activated, enabled, disabled or deleted."""
    TOPOLOGY = "topology"
    """Sub-devices were added to a gateway or taken from it."""
    OTA = "ota"
    """A device reported how far an upgrade is."""
    TEST = "test"
    """A message that the owner of a subscription asked for."""


COMMUNITY_KINDS: Final = (Kind.SPACE, Kind.MESSAGE, Kind.USER)
STREAMED_KINDS: Final = (Kind.PROPERTY, Kind.EVENT, Kind.SERVICE_REPLY, Kind.STATUS)
"""Messages of devices: many, and in the log only if a subscription takes them (`thing_log`)."""
DEVICE_KINDS: Final = (*STREAMED_KINDS, Kind.LIFECYCLE, Kind.TOPOLOGY, Kind.OTA)
"""Kinds about one device. A subscription gets them only if it names them."""


class CommunityChange(msgspec.Struct, frozen=True, rename="camel"):
    """Payload of the community topics (spec B, 9 V9)."""

    community_id: int
    ids: list[str]
    type: str
    """insert, update, delete or publish."""


class DataChange(msgspec.Struct, frozen=True, rename="camel"):
    """Payload of the data-model topics (spec B, 4.5)."""

    model_id: str
    data_ids: list[int]
    operate_type: str
    """insert, update or delete."""
    app_id: str = ""
    """The app subscribed for; empty when an appKey was authorised."""


class Business(msgspec.Struct, frozen=True, rename="camel"):
    """Payload of `/broadcast/{uid}/homelink/{subject}` (spec E 4.1)."""

    id: str
    message_type: str
    gmt_create: int
    """UTC ms."""
    data: msgspec.Raw


BUSINESS_KINDS: Final = (*COMMUNITY_KINDS, Kind.DATA, Kind.CALL)
"""Subjects of the business topic. The specification names none: they are the kinds."""


def topics_of(kind: str, app_key: str, tenant_id: str) -> tuple[str, ...]:
    """Every topic that carries a change of `kind` to `app_key`, the main one first. The uid of the specification is the
    tenant's id.

    Old clients listen on one of them: the manual spells the data topic in two ways and the community topics in
    its table and its prose differently.
    """
    business = (business_topic(kind, tenant_id),) if kind in BUSINESS_KINDS else ()
    if kind == Kind.DATA:
        own = f"/sys/appkey/{app_key}/dop/model/data/change", f"/sys/{app_key}/dop/model/data/change"
        return (*own, *business)
    if kind in COMMUNITY_KINDS:
        own = f"/sys/appkey/{app_key}/community/{kind}/change", f"/sys/community/{app_key}/{kind}/change"
        return (*own, *business)
    if kind == Kind.CALL:
        return (f"/broadcast/{tenant_id}/vinotify", f"/broadcast/{app_key}/vinotify", *business)
    if kind in DEVICE_KINDS:
        return (f"/sys/appkey/{app_key}/thing/+/+/{_TAILS.get(Kind(kind), str(kind))}",)
    return (f"/sys/appkey/{app_key}/{kind}",)


def business_topic(kind: str, tenant_id: str) -> str:
    return f"/broadcast/{tenant_id}/homelink/{kind}"


_TAILS: Final = {Kind.EVENT: "event/+", Kind.SERVICE_REPLY: "service/+/reply"}


def device_topic(kind: str, app_key: str, product_key: str, device_name: str, identifier: str = "") -> str:
    """The topic of one message about a device."""
    tail = _TAILS.get(Kind(kind), str(kind)).replace("+", identifier)
    return f"/sys/appkey/{app_key}/thing/{product_key}/{device_name}/{tail}"


def kind_of_topic(topic: str, app_key: str, tenant_id: str) -> str | None:
    """The kind of change that a topic carries; None when it is no change topic of this key."""
    return next((kind for kind in Kind if topic in topics_of(kind, app_key, tenant_id)), None)


def all_topics(app_key: str, tenant_id: str) -> tuple[str, ...]:
    """Every change topic of one key: each is a durable queue of its own once somebody subscribed to it.

    Messages of devices are not among them: over MQTT they come live (`feed`).
    """
    return tuple(
        topic for kind in Kind if kind not in STREAMED_KINDS for topic in topics_of(kind, app_key, tenant_id)
    )


def may_subscribe(app_key: str, tenant_id: str) -> tuple[str, ...]:
    """The topic filters that a consumer logged in with `app_key` may ask the MQTT front for."""
    return (
        f"/sys/appkey/{app_key}/#",
        f"/sys/{app_key}/dop/#",
        f"/sys/community/{app_key}/#",
        f"/broadcast/{app_key}/#",
        f"/broadcast/{tenant_id}/#",
    )
