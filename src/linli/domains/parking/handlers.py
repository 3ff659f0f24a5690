"""Reactions of parking: devices that move or are deleted, spaces that go."""

from typing import Any, Final

import msgspec

from linli.domains.communities.events import SpaceDeleting
from linli.domains.communities.service.spaces import SpaceInUse
from linli.domains.parking.queries.lanes import find_at, find_device
from linli.domains.parking.service.lanes import forget
from linli.domains.parking.service.rights import end_at
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.events import DeviceDeleted, DeviceMoved
from linli.things.fleet import DeviceEntry
from linli.tsl import ValueRefused

RECOGNISED: Final = "IntelligentAlarm"
OPENED: Final = "AbnormalOpenGate"
MOST_BYTES: Final = 2048
"""Of `addition_string` (spec A 4.6)."""


def check_size(device: DeviceEntry, params: Any) -> None:
    """The fields of a lane camera's recognition together. Raises ValueRefused, which the camera gets as its answer."""
    if device.product.compiled.service("AddVehicleIOfPermission") is None:
        return  # an event of this name of another kind of device
    value = params.get("value", params) if isinstance(params, dict) else params
    if (size := len(msgspec.json.encode(value))) > MOST_BYTES:
        raise ValueRefused("params", "too_many_bytes", bytes=size, max=MOST_BYTES)


async def device_moved(tx: Tx, event: DeviceMoved) -> None:
    """Inline: a device that left its community stands at no lane of it."""
    scope = Scope.system(event.tenant_id, "parking")
    row = await find_device(scope, tx, iot_id=event.iot_id)
    if row is not None and row.community_id != event.community_id:
        await forget(scope, tx, row=row)


async def device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    """Inline."""
    scope = Scope.system(event.tenant_id, "parking")
    row = await find_device(scope, tx, iot_id=event.iot_id)
    if row is not None:
        await forget(scope, tx, row=row)


async def space_deleting(tx: Tx, event: SpaceDeleting) -> None:
    """Inline: a lane with a device stays; rights on a space that goes end. Raises SpaceInUse."""
    scope = Scope.system(event.tenant_id, "parking")
    if await find_at(scope, tx, lane_id=event.space_id) is not None:
        raise SpaceInUse(children=0, residents=0, assets=0, others=1)
    await end_at(scope, tx, space_id=event.space_id, now_ms=tx.db.clock.now_ms())
