"""Doors that are offline because their gateway or box is: one entry each."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.queries import doors
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices
from linli.things.topology.outages import Boxes, OfflineCause, outages_of


class DoorOutage(msgspec.Struct, rename="camel", frozen=True):
    """A gateway or box that is away, and the doors that are offline with it."""

    cause: OfflineCause
    doors: Annotated[int, Meta(description="Doors in sight that are offline because of it.")]
    names: Annotated[list[str], Meta(description="The first of them, by name.")]


NAMED = 5


async def door_outages(
    scope: Scope, db: Reader, boxes: Boxes, *, community_id: int | None, named: bool = True
) -> list[DoorOutage]:
    """Those with the most doors first. `named`: as for `outages_of`."""
    rows = await doors.all_doors(scope, db, community_id=community_id)
    things = await find_devices(scope, db, iot_ids=[door.iot_id for door in rows])
    outages = await outages_of(scope, db, boxes, things, named=named)
    names: dict[int, list[str]] = {}
    causes: dict[int, OfflineCause] = {}
    for door in rows:
        if (outage := outages.get(door.iot_id)) is not None:
            causes[outage.gateway_no] = outage.cause
            names.setdefault(outage.gateway_no, []).append(door.name)
    ordered = sorted(names, key=lambda number: (-len(names[number]), number))
    return [DoorOutage(causes[number], len(names[number]), names[number][:NAMED]) for number in ordered]


outage_routes = Routes("/door-outages", tags=("doors",))


class OutageFilter(Filter, frozen=True):
    """Where the doors are."""

    community_id: int | None = None


@outage_routes.get(right="devices.use")
async def list_outages(scope: Scope, db: Database, boxes: Boxes, where: OutageFilter) -> list[DoorOutage]:
    """Gateways and boxes whose line is cut, with how many doors are offline because of each."""
    return await door_outages(scope, db, boxes, community_id=where.community_id)
