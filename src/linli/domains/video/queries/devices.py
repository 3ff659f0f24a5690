"""Devices of a community that are cameras."""

from linli.domains.video.camera_rules import is_camera
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.things.device_lists import DeviceFilter, walk_devices
from linli.things.queries.devices import DeviceRow

MOST = 20_000
"""Most devices of a community that are looked through."""
_STEP = 1000


async def cameras_of(scope: Scope, db: Reader, community_id: int) -> list[DeviceRow]:
    """Every camera of a community, oldest first, with or without information."""
    devices: list[DeviceRow] = []
    after, seen = 0, 0
    while seen < MOST:
        rows = await walk_devices(
            scope, db, where=DeviceFilter(community_id=community_id), after_no=after, limit=_STEP
        )
        devices += [row for row in rows if is_camera(row.category_code, row.category_name)]
        seen += len(rows)
        if len(rows) < _STEP:
            break
        after = rows[-1].device_no
    return devices
