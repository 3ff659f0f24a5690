"""Devices at lanes, and what is under a space."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, select

from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.communities.space_rules import LANE, PARKING_AREA, holds
from linli.domains.parking.errors import LaneDeviceUnknown, LaneEmpty
from linli.domains.parking.models import gate_orders, lane_devices
from linli.domains.parking.rows import GateOrder, LaneDevice
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

MOST: Final = 2000
_d = lane_devices.c
_by_device = Query(
    select(lane_devices).where(in_scope(lane_devices), _d.iot_id == bindparam("iot_id")), LaneDevice
)
_by_lane = Query(
    select(lane_devices).where(in_scope(lane_devices), _d.lane_id == bindparam("lane_id", type_=INT)),
    LaneDevice,
)
_in_communities = Query(
    select(lane_devices)
    .where(in_scope(lane_devices), any_of(_d.community_id, "community_ids"))
    .order_by(_d.name, _d.lane_id),
    LaneDevice,
)
_orders = Query(
    select(gate_orders)
    .where(in_scope(gate_orders), gate_orders.c.lane_id == bindparam("lane_id", type_=INT))
    .order_by(gate_orders.c.id.desc())
    .limit(bindparam("limit", type_=INT)),
    GateOrder,
)
_newest_orders = Query(
    select(gate_orders)
    .where(
        in_scope(gate_orders),
        any_of(gate_orders.c.lane_id, "lane_ids"),
        gate_orders.c.asked_ms >= bindparam("since", type_=INT),
    )
    .order_by(gate_orders.c.id.desc())
    .limit(MOST),
    GateOrder,
)


async def find_device(scope: Scope, db: Reader, *, iot_id: str) -> LaneDevice | None:
    """The lane's row of a device."""
    return await _by_device.one(db, scope, iot_id=iot_id)


async def lane_device(scope: Scope, db: Reader, *, iot_id: str) -> LaneDevice:
    """Raises LaneDeviceUnknown."""
    if (row := await find_device(scope, db, iot_id=iot_id)) is None:
        raise LaneDeviceUnknown(iot_id)
    return row


async def find_at(scope: Scope, db: Reader, *, lane_id: int) -> LaneDevice | None:
    """The device of a lane."""
    return await _by_lane.one(db, scope, lane_id=lane_id)


async def device_at(scope: Scope, db: Reader, *, lane_id: int) -> LaneDevice:
    """Raises LaneEmpty."""
    if (row := await find_at(scope, db, lane_id=lane_id)) is None:
        raise LaneEmpty(lane_id)
    return row


async def devices_of(scope: Scope, db: Reader, *, community_ids: Collection[int]) -> list[LaneDevice]:
    """Every device at a lane of these communities, by name."""
    return await _in_communities.all(db, scope, community_ids=sorted(community_ids))


async def lane(scope: Scope, db: Reader, lane_id: int) -> Space:
    """Raises NotFound; BadInput for a space that is no lane."""
    row = await spaces.space(scope, db, lane_id)
    if row.kind != LANE:
        raise BadInput(field="spaceId", rule="lane")
    return row


async def lanes_of(scope: Scope, db: Reader, community_id: int) -> tuple[list[Space], list[Space]]:
    """Parking areas and lanes of a community, at most `MOST` of each."""
    page = PageRequest(1, MOST)
    areas = await spaces.of_kind(scope, db, community_id, PARKING_AREA, page)
    lanes = await spaces.of_kind(scope, db, community_id, LANE, page)
    return areas.data, lanes.data


async def require_spaces(
    scope: Scope, db: Reader, space_ids: Collection[int], *, community_id: int | None = None
) -> dict[int, Space]:
    """The spaces, of one community where it is given. Raises NotFound for the first that is not there."""
    rows = await spaces.spaces_by_id(scope, db, sorted(set(space_ids)))
    for space_id in space_ids:
        row = rows.get(space_id)
        if row is None or community_id not in (None, row.community_id):
            raise NotFound(what="space", id=space_id, field="spaceId")
    return rows


async def lanes_under(scope: Scope, db: Reader, space_ids: Collection[int]) -> dict[int, list[LaneDevice]]:
    """Devices at the lanes at or below each space; a space that is gone has none."""
    at = await spaces.spaces_by_id(scope, db, sorted(set(space_ids)))
    devices = (
        await devices_of(scope, db, community_ids={row.community_id for row in at.values()}) if at else []
    )
    lanes = await spaces.spaces_by_id(scope, db, [device.lane_id for device in devices]) if devices else {}
    return {
        space_id: [
            device
            for device in devices
            if space_id in at
            and device.lane_id in lanes
            and holds(at[space_id].path, lanes[device.lane_id].path)
        ]
        for space_id in space_ids
    }


async def orders_since(
    scope: Scope, db: Reader, *, lane_ids: Collection[int], since_ms: int
) -> dict[int, list[GateOrder]]:
    """The orders to barriers since a time (UTC), of each lane the newest first."""
    at: dict[int, list[GateOrder]] = {}
    for row in await _newest_orders.all(db, scope, lane_ids=sorted(lane_ids), since=since_ms):
        at.setdefault(row.lane_id, []).append(row)
    return at


async def orders_at(scope: Scope, db: Reader, *, lane_id: int, limit: int = 20) -> list[GateOrder]:
    """The last orders to a lane's barrier from afar, newest first."""
    return await _orders.all(db, scope, lane_id=lane_id, limit=limit)
