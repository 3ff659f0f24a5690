"""The resident's own vehicles in a community."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.queries import vehicles as queries
from linli.domains.people.queries.residence import Resident
from linli.domains.people.service import vehicles
from linli.domains.people.service.vehicles import PlateTaken, TooManyVehicles, VehicleForm
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids


class MyVehicle(msgspec.Struct, rename="camel", frozen=True):
    id: str
    plate: str
    brand: str
    color: Annotated[int | None, Meta(description="CAR_COLOR, 0 to 11")]


class MyVehicleForm(msgspec.Struct, rename="camel", frozen=True):
    plate: str
    brand: str = ""
    color: int | None = None


_NAMES = ("plate", "brand", "color")


async def _own(resident: Resident, db: Reader, community_id: int, vehicle_id: int) -> None:
    """Raises NotFound, also for another resident's."""
    home = resident.living(community_id)
    vehicle = await queries.vehicle(resident.scope(community_id), db, vehicle_id, community_id=community_id)
    if vehicle.person_id != home.person_id:
        raise NotFound(what="vehicle", id=vehicle_id)


vehicle_routes = Routes("/communities/{community_id:int}/vehicles", tags=("vehicles",))


@vehicle_routes.get()
async def my_vehicles(community_id: int, resident: Resident, db: Database) -> list[MyVehicle]:
    """One's own; at most ten."""
    home = resident.living(community_id)
    rows = await queries.of_person(resident.at(home), db, community_id, home.person_id)
    return [MyVehicle(str(row.vehicle_id), row.plate, row.brand, row.color) for row in rows]


@vehicle_routes.post(raises=(NotFound, PlateTaken, TooManyVehicles))
async def add_vehicle(
    community_id: int, data: MyVehicleForm, resident: Resident, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Register a vehicle; a plate is one vehicle of one person."""
    home = resident.living(community_id)
    form = vehicles.checked(VehicleForm(plate=data.plate, brand=data.brand, color=data.color), names=_NAMES)
    await vehicles.add(
        resident.at(home),
        tx,
        community_id=community_id,
        identity_id=home.identity_id,
        forms=[form],
        ids=ids,
        now_ms=clock.now_ms(),
    )


@vehicle_routes.put("/{vehicle_id:int}", raises=(NotFound, PlateTaken))
async def change_vehicle(
    community_id: int, vehicle_id: int, data: MyVehicleForm, resident: Resident, tx: Tx, clock: Clock
) -> None:
    """Correct one's own vehicle."""
    form = vehicles.checked(VehicleForm(plate=data.plate, brand=data.brand, color=data.color), names=_NAMES)
    await _own(resident, tx, community_id, vehicle_id)
    await vehicles.change(
        resident.scope(community_id),
        tx,
        community_id=community_id,
        changes=[(vehicle_id, form)],
        now_ms=clock.now_ms(),
    )


@vehicle_routes.delete("/{vehicle_id:int}", raises=(NotFound,))
async def remove_vehicle(
    community_id: int, vehicle_id: int, resident: Resident, tx: Tx, clock: Clock
) -> None:
    """Take one's own vehicle away."""
    await _own(resident, tx, community_id, vehicle_id)
    await vehicles.remove(
        resident.scope(community_id),
        tx,
        community_id=community_id,
        vehicle_ids=[vehicle_id],
        now_ms=clock.now_ms(),
    )
