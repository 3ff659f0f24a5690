"""The first page: a community's figures, today's events, and open tasks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from linli.delivery import queries as deliveries
from linli.delivery.schemas import DesiredFilter
from linli.domains.access.console.outages import DoorOutage, door_outages
from linli.domains.access.queries import doors, passes
from linli.domains.accounts.service.sessions import Session
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.space_rules import HOUSE
from linli.domains.people.queries import residents
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.things import device_lists
from linli.things.inbox import parked_messages
from linli.things.queries import devices
from linli.things.topology.outages import Boxes

NEEDS_PERSON = frozenset(("needManual",))
UNDER_WAY = frozenset(
    (
        "toBeTransferred",
        "transferring",
        "deviceOffline",
        "transferTimeout",
        "unknownError",
        "deleteFailed",
        "deleteTimeout",
    )
)
_ONE = PageRequest(1, 1)


class Overview(msgspec.Struct, rename="camel", frozen=True):
    """Figures of one community. Today is the community's own day."""

    houses: int
    residents: int
    doors: int
    doors_online: int
    devices: int
    devices_online: int
    passes_today: int
    refused_today: int
    hours: list[int]
    """Passes of each hour of today, 24 numbers."""
    deliveries_waiting: int
    deliveries_failed: int
    outages: list[DoorOutage]
    """Gateways and boxes that are away, with how many of the doors that are offline are so because of each."""
    parked: int
    """Messages that no handler could take, of all devices in sight."""


def day_begun_ms(now_ms: int, zone: str) -> int:
    """When the present day began in a time zone, UTC ms."""
    local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return round(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


async def count_devices(
    scope: Scope, db: Reader, community_id: int, state: devices.DeviceState | None
) -> int:
    where = device_lists.DeviceFilter(community_id=community_id, state=state)
    return (await device_lists.list_devices(scope, db, page=_ONE, where=where)).total


overview_routes = Routes("/overview", tags=("overview",))


@overview_routes.get(right="communities.use", raises=(NotFound,))
async def figures(
    scope: Scope,
    rights: Rights,
    session: Session,
    db: Database,
    boxes: Boxes,
    clock: Clock,
    community_id: int,
) -> Overview:
    """The figures of a community and of its day."""
    here = scope.narrowed(community_id)
    community = await communities.community(here, db, community_id)
    begun = day_begun_ms(clock.now_ms(), community.time_zone)
    hours, refused = await passes.count_by_hour(here, db, community_id=community_id, since_ms=begun)
    counts = await deliveries.count_by_status(here, db, wanted=DesiredFilter(community_id=community_id))
    its_doors = [door.iot_id for door in await doors.all_doors(here, db, community_id=community_id)]
    at_doors = await devices.find_devices(here, db, iot_ids=its_doors)
    sees_inbox = rights.may(Right.DEVICES_SEE, tenant_id=session.tenant_id)
    names_gateways = rights.may(Right.DEVICES_SEE, tenant_id=session.tenant_id, community_id=community_id)
    over = here
    if names_gateways:  # a box of the whole company may serve this community, too
        over = rights.scope_with(Right.DEVICES_SEE, session.tenant_id, language=scope.language)
    return Overview(
        houses=await spaces.count_kind(here, db, community_id, HOUSE),
        residents=await residents.count_in_community(here, db, community_id),
        doors=len(its_doors),
        doors_online=sum(1 for device in at_doors if device.state == "online"),
        devices=await count_devices(here, db, community_id, None),
        devices_online=await count_devices(here, db, community_id, "online"),
        passes_today=sum(hours),
        refused_today=refused,
        hours=hours,
        deliveries_waiting=sum(n for status, n in counts.items() if status in UNDER_WAY),
        deliveries_failed=sum(n for status, n in counts.items() if status in NEEDS_PERSON),
        outages=await door_outages(over, db, boxes, community_id=community_id, named=names_gateways),
        parked=(await parked_messages.count_inbox(here, db)).parked if sees_inbox else 0,
    )
