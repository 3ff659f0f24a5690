"""Devices bound to spaces (设备绑定空间), one or many at once. Spec C 8.3.3 (C108), 8.8.

A device with the thing model of a door becomes the door of the space, so that its residents may open it. For other
devices the place is stored.
"""

from collections.abc import Sequence

from linli.domains.access.queries import doors as door_queries
from linli.domains.access.service import doors
from linli.domains.access.service.keys import DoorKeys
from linli.domains.boxes.devices.errors import NoCommunity
from linli.domains.boxes.devices.queries import devices as queries
from linli.domains.boxes.rows import EdgeDevice, Gateway, Protocol
from linli.domains.boxes.service import devices as core
from linli.domains.communities.queries import spaces
from linli.kernel.db import Tx
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.queries.products import get_product

_DOOR_SERVICE = '"syncPermissions"'
"""The service that every door's thing model has."""


async def bind(
    scope: Scope,
    tx: Tx,
    gateway: Gateway,
    protocol: Protocol,
    *,
    ids: Sequence[int],
    space_id: int | None,
    keys: DoorKeys,
    now_ms: int,
) -> list[EdgeDevice]:
    """Bind devices to a space of the gateway's community; None takes them from theirs.

    Raises NotFound (device, space), NoCommunity, and what registering a door raises.
    """
    if gateway.community_id is None:
        raise NoCommunity(gateway=gateway.name)
    if space_id is not None:
        space = await spaces.space(scope, tx, space_id)
        if space.community_id != gateway.community_id:
            raise NotFound(what="space", id=space_id)
    edge_devices = []
    serves: dict[str, bool] = {}
    for row in await queries.some(scope, tx, protocol.protocol_id, ids):
        if row.product_key not in serves:
            product = await get_product(scope, tx, product_key=row.product_key)
            serves[row.product_key] = _DOOR_SERVICE in product.tsl
        if serves[row.product_key]:
            await _door(scope, tx, gateway.community_id, row, space_id, keys, now_ms)
        edge_devices.append(await core.set_space(scope, tx, device=row, space_id=space_id, now_ms=now_ms))
    return edge_devices


async def _door(
    scope: Scope,
    tx: Tx,
    community_id: int,
    row: EdgeDevice,
    space_id: int | None,
    keys: DoorKeys,
    now_ms: int,
) -> None:
    door = await door_queries.find_door(scope, tx, iot_id=row.iot_id)
    if door is not None:
        await doors.describe_door(
            scope,
            tx,
            iot_id=row.iot_id,
            name=door.name,
            direction=door.direction,
            space_id=space_id,
            ext_info=door.ext_info,
            now_ms=now_ms,
        )
    elif space_id is not None:
        await doors.register_door(
            scope,
            tx,
            new=doors.NewDoor(
                community_id=community_id,
                name=row.alias or row.device_name,
                iot_id=row.iot_id,
                space_id=space_id,
            ),
            keys=keys,
            now_ms=now_ms,
        )
