"""Put devices on the community's map, move and remove them; use a picture of one's own instead of map tiles."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, delete

from linli.domains.communities.queries import communities
from linli.domains.communities.rows import Upload
from linli.domains.overview.handlers import HOUR_MS
from linli.domains.overview.models import map_devices, map_plans, traffic_hours
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device

METRES: Final = (5.0, 20_000.0)
"""Width of a picture's ground in metres: from a courtyard to a town."""

_drop = Command(
    delete(map_devices).where(
        in_scope(map_devices),
        map_devices.c.iot_id == bindparam("of_device"),
        map_devices.c.community_id == bindparam("community", type_=INT),
    )
)
_drop_plan = Command(
    delete(map_plans).where(
        in_scope(map_plans), map_plans.c.community_id == bindparam("community", type_=INT)
    )
)


async def place(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, lng: float, lat: float, now_ms: int
) -> None:
    """Put a device of the community on its map, or move it there. Degrees. Raises NotFound, BadInput."""
    await communities.community(scope, tx, community_id)
    if not -180 <= lng <= 180:
        raise BadInput(field="lng", rule="range", low=-180, high=180)
    if not -85 <= lat <= 85:
        raise BadInput(field="lat", rule="range", low=-85, high=85)
    device = await get_device(scope.narrowed(community_id), tx, iot_id=iot_id)
    row = {
        "iot_id": device.iot_id,
        "tenant_id": device.tenant_id,
        "community_id": community_id,
        "lng": lng,
        "lat": lat,
        "placed_by": f"{scope.caller.kind}:{scope.caller.id}",
        "changed_ms": now_ms,
    }
    await tx.upsert(
        map_devices, [row], keys=("iot_id",), update=tuple(name for name in row if name != "iot_id")
    )


async def take_off(scope: Scope, tx: Tx, *, community_id: int, iot_id: str) -> None:
    """Remove a device from the map. One that is not on it is no error. Raises NotFound."""
    await communities.community(scope, tx, community_id)
    await _drop.run(tx, scope, of_device=iot_id, community=community_id)


def check_width(metres: float) -> None:
    """Raises BadInput."""
    if not METRES[0] <= metres <= METRES[1]:
        raise BadInput(field="metres", rule="range", low=METRES[0], high=METRES[1])


async def set_plan(
    scope: Scope, tx: Tx, *, community_id: int, upload: Upload, metres: float, now_ms: int
) -> None:
    """Show the community on its own picture, `metres` wide on the ground. Raises NotFound, BadInput."""
    await communities.community(scope, tx, community_id)
    check_width(metres)
    row = {
        "community_id": community_id,
        "tenant_id": scope.tenant,
        "upload_id": upload.upload_id,
        "width": upload.width,
        "height": upload.height,
        "metres": metres,
        "changed_ms": now_ms,
    }
    await tx.upsert(
        map_plans, [row], keys=("community_id",), update=tuple(n for n in row if n != "community_id")
    )


async def drop_plan(scope: Scope, tx: Tx, *, community_id: int) -> None:
    """Show the map instead of a picture; the devices keep their places. Raises NotFound."""
    await communities.community(scope, tx, community_id)
    await _drop_plan.run(tx, scope, community=community_id)


async def carry_over(
    scope: Scope, tx: Tx, *, community_id: int, counts: Iterable[tuple[int, str, str, int]]
) -> None:
    """Import hourly counts of the system that the community used before: (UTC ms, kind, direction, passes).

    The curves compare with them in the first weeks. Hours that have counts keep theirs. Raises NotFound.
    """
    await communities.community(scope, tx, community_id)
    hours: Counter[tuple[int, str, str]] = Counter()
    for at_ms, kind, direction, passed in counts:
        hours[at_ms // HOUR_MS, kind, direction] += passed
    rows = [
        {
            "community_id": community_id,
            "hour": hour,
            "kind": kind,
            "direction": direction,
            "tenant_id": scope.tenant,
            "passed": passed,
            "refused": 0,
        }
        for (hour, kind, direction), passed in hours.items()
    ]
    await tx.upsert(traffic_hours, rows, keys=("community_id", "hour", "kind", "direction"))
