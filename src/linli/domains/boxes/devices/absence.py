"""Why a device behind a box is not online, read from the bottom up: deployed, box, driver, device. Spec C 8.10.4.

The state itself (未激活, 在线, 离线) is the thing's; this only says what stands in its way.
"""

from typing import NamedTuple

from linli.domains.boxes.condition import Situation, situation
from linli.domains.boxes.devices.queries.devices import DeviceDetail
from linli.domains.boxes.queries import deployments as deployment_queries
from linli.domains.boxes.rows import Gateway, Protocol
from linli.domains.boxes.service.deployments import snapshot_of
from linli.domains.boxes.service.products import whole
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import DeviceAway

EXPLAINED = ("silent", "unreachable", "driver_stopped")
"""Reasons of a box that have a text of their own; another one is shown as it is."""


class Why(NamedTuple):
    reason: str
    """Empty: it is online, or somebody disabled it."""
    detail: str = ""


class Absence(NamedTuple):
    """The reasons why devices of one protocol on one box are offline."""

    driver_id: str
    situation: Situation
    deployed: frozenset[str]
    """iotIds of the devices in the box's newest deployment."""

    def of(self, device: DeviceDetail) -> Why:
        """The lowest layer that is wrong."""
        state = device.state
        if state in ("online", "disabled"):
            return Why("")
        if device.device.iot_id not in self.deployed:
            return Why("not_deployed")
        if not self.situation.node.activated_ms:
            return Why("box_inactive")
        if not self.situation.condition.gateway:
            return Why("box_away")
        beat = self.situation.beat
        driver = (
            next(
                (driver_health for driver_health in beat.drivers if driver_health.id == self.driver_id), None
            )
            if beat
            else None
        )
        if driver is not None and driver.state != "running":
            return Why("driver_down", driver.why or driver.state)
        if state == "unactive":
            return Why("never_came" if driver is not None else "not_taken")
        return _why_lost(self._away(device.device.device_name))

    def _away(self, device_name: str) -> DeviceAway | None:
        aways = self.situation.beat.away if self.situation.beat else []
        return next((away for away in aways if away.device_name == device_name), None)


def _why_lost(away: DeviceAway | None) -> Why:
    if away is None or not away.why:
        return Why("lost")
    return Why(away.why) if away.why in EXPLAINED else Why("told", away.why)


def since_ms(device: DeviceDetail) -> int | None:
    """Since when it is online or offline, UTC ms."""
    thing = device.thing
    if thing is None or device.state not in ("online", "offline"):
        return None
    return thing.last_online_ms if device.state == "online" else thing.last_offline_ms


async def absence_of(
    scope: Scope, db: Reader, gateway: Gateway, protocol: Protocol, secrets: Secrets, *, now_ms: int
) -> Absence:
    """For the devices of one protocol."""
    latest = await deployment_queries.latest(whole(scope), db, gateway.node_id)
    sent = snapshot_of(latest, secrets)
    behind = frozenset(device.iot_id for driver in sent.drivers for device in driver.devices)
    box_situation = await situation(whole(scope), db, gateway.node_id, now_ms=now_ms)
    return Absence(protocol.driver_id, box_situation, behind)
