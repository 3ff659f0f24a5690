"""Open API: vehicles of users. Spec B §3.10, A045-A048."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.queries import persons
from linli.domains.people.queries import vehicles as queries
from linli.domains.people.queries.vehicles import Vehicle
from linli.domains.people.service import vehicles as service
from linli.domains.people.service.vehicles import VehicleForm
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method
from linli.rules.plates import clean_plate

VEHICLE = "/solution/community/household/user/vehicle"
_COLORS = (
    "0 其他 1 白 2 灰 3 黄 4 粉 5 红 6 紫 7 绿 8 蓝 9 棕 10 黑 11 青 / 0 other, 1 white, 2 grey, 3 yellow, 4 pink, "
    "5 red, 6 purple, 7 green, 8 blue, 9 brown, 10 black, 11 cyan"
)
type VehicleId = Annotated[int, Meta(description="车辆 id / vehicle id")]
type Plate = Annotated[str, Meta(description="车牌号 / plate")]
type Brand = Annotated[str | None, Meta(description="品牌，最多 32 字 / brand, at most 32 characters")]
type Color = Annotated[int | None, Meta(description=_COLORS)]


class NewVehicle(msgspec.Struct, rename="camel"):
    plate_number: Plate
    brand: Brand = None
    color: Color = None


class VehicleAdd(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="用户 id / user")]
    vehicle_list: Annotated[
        list[NewVehicle], Meta(description="每人每小区最多 10 辆 / at most 10 a person and community")
    ]


class ChangedVehicle(msgspec.Struct, rename="camel"):
    id: VehicleId
    plate_number: Annotated[str | None, Meta(description="车牌号，不填不改 / plate; stays if absent")] = None
    brand: Brand = None
    color: Color = None


class VehicleUpdate(msgspec.Struct, rename="camel"):
    vehicle_list: Annotated[list[ChangedVehicle], Meta(description="最多 10 辆 / at most 10")]


class VehicleQuery(msgspec.Struct, rename="camel"):
    identity_id: Annotated[
        str | None, Meta(description="用户 id，与车牌至少填一项 / user; this or the plate must be given")
    ] = None
    plate_number: Annotated[str | None, Meta(description="车牌号 / plate")] = None


class VehicleInfo(msgspec.Struct, rename="camel"):
    id: VehicleId
    identity_id: Annotated[str, Meta(description="用户 id / user")]
    plate_number: Plate
    brand: Annotated[str, Meta(description="品牌 / brand")]
    color: Color


class VehicleName(msgspec.Struct, rename="camel"):
    id: VehicleId


class VehicleDelete(msgspec.Struct, rename="camel"):
    vehicle_list: Annotated[list[VehicleName], Meta(description="最多 10 辆 / at most 10")]


def _community(call: Call) -> int:
    assert call.community_id is not None  # token="required"
    return call.community_id


def _form(number: int, plate: str | None, brand: str | None, color: int | None) -> VehicleForm:
    form = VehicleForm(plate=plate, brand=brand, color=color)
    return service.checked(form, field=f"vehicleList[{number}].")


@method(
    f"{VEHICLE}/add",
    "1.0.1",
    service="household",
    raises=(NotFound, BadInput, service.PlateTaken, service.TooManyVehicles),
    title="添加车辆",
    title_en="Add vehicles of a user",
    contract=Contract(source="spec B 3.10 A045"),
)
async def add_vehicles(
    data: VehicleAdd, call: Call, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> list[int]:
    """All of them or none. A plate is registered once in a community; it is kept in capitals without separators."""
    service.check_list([*data.vehicle_list])
    forms = [
        _form(number, vehicle.plate_number, vehicle.brand, vehicle.color)
        for number, vehicle in enumerate(data.vehicle_list)
    ]
    return await service.add(
        scope,
        tx,
        community_id=_community(call),
        identity_id=data.identity_id,
        forms=forms,
        ids=ids,
        now_ms=clock.now_ms(),
    )


@method(
    f"{VEHICLE}/update",
    "1.0.1",
    service="household",
    raises=(NotFound, BadInput, service.PlateTaken),
    title="修改车辆",
    title_en="Update vehicles",
    contract=Contract(source="spec B 3.10 A046"),
)
async def update_vehicles(data: VehicleUpdate, call: Call, scope: Scope, tx: Tx, clock: Clock) -> list[int]:
    """All of them or none. What is absent stays."""
    service.check_list([*data.vehicle_list])
    changes = [
        (
            changed_vehicle.id,
            _form(number, changed_vehicle.plate_number, changed_vehicle.brand, changed_vehicle.color),
        )
        for number, changed_vehicle in enumerate(data.vehicle_list)
    ]
    return await service.change(
        scope, tx, community_id=_community(call), changes=changes, now_ms=clock.now_ms()
    )


@method(
    f"{VEHICLE}/query",
    "1.0.1",
    service="household",
    raises=(NotFound, BadInput),
    title="查询车辆",
    title_en="Query vehicles by user or plate",
    contract=Contract(source="spec B 3.10 A047"),
)
async def query_vehicles(data: VehicleQuery, call: Call, scope: Scope, db: Database) -> list[VehicleInfo]:
    """Vehicles of the token's community. With both given, those of the user that have the plate."""
    community_id = _community(call)
    plate = clean_plate(data.plate_number or "")
    if data.identity_id:
        person = await persons.person(scope, db, data.identity_id)
        vehicles = await queries.of_person(scope, db, community_id, person.id)
        return [_row(vehicle, person.identity_id) for vehicle in vehicles if plate in ("", vehicle.plate)]
    if not plate:
        raise BadInput(field="identityId", rule="required")
    matches = list((await queries.by_plates(scope, db, community_id, [plate])).values())
    owners = await persons.persons_by_id(scope, db, [vehicle.person_id for vehicle in matches])
    return [
        _row(vehicle, owners[vehicle.person_id].identity_id)
        for vehicle in matches
        if vehicle.person_id in owners
    ]


def _row(row: Vehicle, identity_id: str) -> VehicleInfo:
    return VehicleInfo(row.vehicle_id, identity_id, row.plate, row.brand, row.color)


@method(
    f"{VEHICLE}/delete",
    "1.0.1",
    service="household",
    raises=(NotFound, BadInput),
    title="删除车辆",
    title_en="Delete vehicles",
    contract=Contract(source="spec B 3.10 A048"),
)
async def delete_vehicles(data: VehicleDelete, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """All of them or none. The property can bring a vehicle back in the console."""
    service.check_list([*data.vehicle_list])
    await service.remove(
        scope,
        tx,
        community_id=_community(call),
        vehicle_ids=[vehicle_name.id for vehicle_name in data.vehicle_list],
        now_ms=clock.now_ms(),
    )
