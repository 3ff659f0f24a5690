"""The community's map as its page shows it: devices with state and alarm, plan and tiles."""

from typing import Final

from linli.domains.communities.queries import communities
from linli.domains.communities.service import uploads
from linli.domains.overview import queries
from linli.domains.overview.schemas import Candidate, CommunityMap, MapDevice, PlaceKind, Plan
from linli.kernel.db import Reader
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.things.device_lists import DeviceFilter, walk_devices
from linli.things.queries import alerts
from linli.things.queries.devices import DeviceRow, find_devices
from linli.things.topology.outages import Boxes, outages_of

ALARM_MS: Final = 30 * 60_000
"""How long the map shows an alarm after the device raised it."""
CANDIDATES: Final = 50
"""Most devices to choose from. Name narrows a longer list."""
_KINDS: Final[tuple[tuple[str, PlaceKind], ...]] = (
    ("community/people", "door"),
    ("community/car", "gate"),
    ("community/video", "camera"),
)


def kind_of(device: DeviceRow) -> PlaceKind:
    """Symbol of a device by its category (spec D 2.1)."""
    code = device.category_code.casefold()
    for beginning, kind in _KINDS:
        if code.startswith(beginning):
            return kind
    return "camera" if "camera" in code else "other"


async def community_map(
    scope: Scope,
    db: Reader,
    objects: ObjectStore,
    boxes: Boxes,
    *,
    community_id: int,
    tiles: str,
    now_ms: int,
) -> CommunityMap:
    """Everything on the map of one community. Raises NotFound."""
    community = await communities.community(scope, db, community_id)
    places = await queries.placed_devices(scope, db, community_id)
    devices = [
        d for d in await find_devices(scope, db, iot_ids=sorted(places)) if d.community_id == community_id
    ]
    raised = await alerts.latest_alerts(scope, db, devices=devices, since_ms=now_ms - ALARM_MS)
    cut = await outages_of(scope, db, boxes, devices, named=False)
    shown = []
    for device in devices:
        alert = raised.get(device.device_no)
        lng, lat = places[device.iot_id]
        shown.append(
            MapDevice(
                iot_id=device.iot_id,
                name=device.nickname or device.device_name,
                kind=kind_of(device),
                state=device.state,
                lng=lng,
                lat=lat,
                alarm=alert.name if alert else "",
                alarm_ms=alert.at_ms if alert else 0,
                cut=device.iot_id in cut,
            )
        )
    return CommunityMap(
        community.lng, community.lat, tiles, await _plan(scope, db, objects, community_id), shown
    )


async def candidates(
    scope: Scope, db: Reader, *, community_id: int, kind: PlaceKind, keyword: str
) -> list[Candidate]:
    """Devices of a kind in the community that are not on the map, oldest first, at most CANDIDATES."""
    placed = await queries.placed_devices(scope, db, community_id)
    where = DeviceFilter(keyword=keyword, community_id=community_id)
    matches: list[Candidate] = []
    after = 0
    while len(matches) < CANDIDATES:
        rows = await walk_devices(scope, db, where=where, after_no=after, limit=500)
        matches += [
            Candidate(row.iot_id, row.nickname or row.device_name, row.state)
            for row in rows
            if row.iot_id not in placed and kind_of(row) == kind
        ]
        if len(rows) < 500:
            break
        after = rows[-1].device_no
    return matches[:CANDIDATES]


async def _plan(scope: Scope, db: Reader, objects: ObjectStore, community_id: int) -> Plan | None:
    kept = await queries.plan_of(scope, db, community_id)
    upload = await uploads.find(scope, db, kept[0]) if kept else None
    if kept is None or upload is None:
        return None
    url = objects.url(upload.object_key, expires_s=uploads.URL_SECONDS)
    return Plan(url, kept[1], kept[2], kept[3])
