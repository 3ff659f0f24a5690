"""Unrequested notices to gateways and devices: topology changes, and that a device was disabled, enabled or deleted.

A service calls one of the functions below with its transaction. The notice is sent after the commit, at QoS 1. A notice
about a sub-device goes to its gateway, and on the sub-device's own connection if it has one. A persistent session keeps
notices for an absent client for a day. Source: spec clients b.4.

Readers: `topo/change` the Python SDK, `topo/add/notify` the C SDK, `thing/disable` and its kin clients that subscribe
to the sub-device's own topics. The C SDK takes the device from the topic and listens only on its own names. So a notice
about a sub-device on the gateway's names would stop the gateway itself; it is never sent.
"""

import weakref
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, Literal, NamedTuple

from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.subdevices import SubKey
from linli.protocols.linkkit.topics import sys_topic
from linli.things.mqtt.ports import Publisher

KEPT_MS: Final = 86_400_000

Act = Literal["disable", "enable", "delete"]


class TopoStatus(IntEnum):
    """`status` of `thing/topo/change`: the change of the sub-devices in its list."""

    ADDED = 0
    REMOVED = 1
    ENABLED = 2
    DISABLED = 8


_STATUS_OF: Final[dict[Act, TopoStatus]] = {
    "disable": TopoStatus.DISABLED,
    "enable": TopoStatus.ENABLED,
    "delete": TopoStatus.REMOVED,
}


class Notice(NamedTuple):
    """One message to send. `about` stands in the topic."""

    about: SubKey
    tail: str
    """The topic behind `/sys/{pk}/{dn}/`, as `thing/topo/change`; it also gives the method."""
    params: Any
    gateway: SubKey | None = None
    """Its second receiver: the gateway of a sub-device."""


type Sender = Callable[[Notice], bool]

_senders: "weakref.WeakKeyDictionary[Database, list[Sender]]" = weakref.WeakKeyDictionary()


def tell(tx: Tx, notice: Notice) -> None:
    """Send after the commit, by the first front that can."""

    def send() -> None:
        any(sender(notice) for sender in list(_senders.get(tx.db, ())))

    tx.after_commit(send)


def topology(tx: Tx, gateway: SubKey, status: TopoStatus, subs: list[SubKey]) -> None:
    """Tell a gateway that its sub-devices changed by another's hand."""
    names = [named(sub) for sub in subs]
    tell(tx, Notice(gateway, "thing/topo/change", {"status": int(status), "subList": names}))
    if status is TopoStatus.ADDED:
        tell(tx, Notice(gateway, "thing/topo/add/notify", names))


def lifecycle(tx: Tx, act: Act, device: SubKey, gateway: SubKey | None) -> None:
    """Notify a device and its gateway of an act on the device. Before `changes.tell` closes its connection."""
    tell(tx, Notice(device, f"thing/{act}", {}, gateway))
    if gateway is not None:
        topology(tx, gateway, _STATUS_OF[act], [device])


def named(key: SubKey) -> dict[str, str]:
    """As names stand in messages."""
    return {"productKey": key.product_key, "deviceName": key.device_name}


class Notices:
    """Sends them by this process's front."""

    def __init__(self, db: Database, publisher: Publisher, ids: Ids, clock: Clock) -> None:
        self._db = db
        self._ids = ids
        self._clock = clock
        self._publisher = publisher

    def start(self) -> None:
        _senders.setdefault(self._db, []).append(self.send)

    def stop(self) -> None:
        senders = _senders.get(self._db, [])
        if self.send in senders:
            senders.remove(self.send)

    def send(self, notice: Notice) -> bool:
        """Whether somebody took it, or it waits for them."""
        publisher = self._publisher
        payload = envelope.request(str(self._ids.number()), notice.tail.replace("/", "."), notice.params)
        topic = sys_topic(*notice.about, notice.tail)
        expires = self._clock.now_ms() + KEPT_MS
        own: dict[str, Any] = {"queue": True, "expires_ms": expires} if notice.gateway is None else {}
        publish = False
        if notice.gateway is not None:
            # By the gateway's name, not the sub-device's: it may be logged out before this gets there.
            publish = publisher.publish(
                *notice.gateway, topic, payload, qos=1, queue=True, expires_ms=expires
            )
            if not publisher.connects(*notice.about):
                return publish
        return publisher.publish(*notice.about, topic, payload, qos=1, **own) or publish
