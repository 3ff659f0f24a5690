"""The sample's devices and their products: twelve doors by serial number, three lifts, six meters, nine cameras."""

from typing import Final, NamedTuple

from linli.app.platform import Platform
from linli.demo import sample
from linli.demo.place import Place
from linli.domains.access.service import doors
from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.kernel.db import Reader, Tx
from linli.kernel.pages import PageRequest
from linli.sim import models
from linli.things.queries import devices as device_queries
from linli.things.queries import products as product_queries
from linli.things.queries.devices import DeviceRow
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers
from linli.things.service import devices, products


class Kind(NamedTuple):
    """One product: its name, thing model (empty: the category's) and category path."""

    name: str
    model: str
    category: str
    capabilities: tuple[str, ...] = ()


DOOR: Final = Kind(
    "智能门禁一体机 GH-D1", "face_door", "community/people/aio", ("intercom", "face", "qrcode")
)
LIFT: Final = Kind("电梯读卡终端 GH-L2", "lift", "community/people/elevator")
METER: Final = Kind("三相电能表 GH-M1", "meter", "community/eba/powermeter")
CAMERA: Final = Kind("网络摄像机 GH-V1", "", "community/security/ipcamera")


async def ensure(platform: Platform, site: Place) -> None:
    """Make what is missing, one transaction for each product."""
    await _plants(platform, site, CAMERA, camera_names())
    units = await units_of(platform.db, site)

    async def work(tx: Tx) -> None:
        key = await product_of(platform, tx, site, DOOR)
        there = await _names(tx, site, key, [door.device_name for door in sample.doors()])
        for door in sample.doors():
            if door.device_name in there:
                continue
            triple = await _device(platform, tx, site, key, door.device_name, door.name)
            entry = SerialNumberEntry(door.sn, key, triple.device_name)
            now_ms = platform.clock.now_ms()
            await list_serial_numbers(site.tenant, tx, entries=[entry], now_ms=now_ms)
            await doors.register_door(
                site.tenant,
                tx,
                new=doors.NewDoor(
                    community_id=site.community.community_id,
                    name=door.name,
                    sn=door.sn,
                    direction=door.direction,
                    space_id=units.get(door.unit) if door.unit else site.community.root_space_id,
                ),
                keys=platform.door_keys,
                now_ms=now_ms,
            )

    await platform.db.run(work)
    await _lifts(platform, site)
    await _plants(platform, site, METER, sample.meters())


async def _lifts(platform: Platform, site: Place) -> None:
    """Lifts are doors too: they have a reader in the car, and stand in their building."""
    buildings = await buildings_of(platform.db, site)

    async def work(tx: Tx) -> None:
        key = await product_of(platform, tx, site, LIFT)
        there = await _names(tx, site, key, [lift.device_name for lift in sample.lifts()])
        for lift in sample.lifts():
            if lift.device_name in there:
                continue
            triple = await _device(platform, tx, site, key, lift.device_name, lift.name)
            await doors.register_door(
                site.tenant,
                tx,
                new=doors.NewDoor(
                    community_id=site.community.community_id,
                    name=lift.name,
                    iot_id=triple.iot_id,
                    space_id=buildings.get(sample.building_of(lift.device_name)),
                ),
                keys=platform.door_keys,
                now_ms=platform.clock.now_ms(),
            )

    await platform.db.run(work)


async def _plants(platform: Platform, site: Place, kind: Kind, plants: list[sample.Plant]) -> None:
    """Devices of a kind in the community, as far as they are missing."""

    async def work(tx: Tx) -> None:
        key = await product_of(platform, tx, site, kind)
        there = await _names(tx, site, key, [plant.device_name for plant in plants])
        for plant in plants:
            if plant.device_name not in there:
                triple = await _device(platform, tx, site, key, plant.device_name, plant.name)
                await devices.assign_community(
                    site.tenant, tx, iot_id=triple.iot_id, community_id=site.community.community_id
                )

    await platform.db.run(work)


def camera_names() -> list[sample.Plant]:
    spots = [sample.Plant(spot.device_name, spot.name) for spot in sample.cameras()]
    return [*spots, sample.NEW_CAMERA]


async def rows_of(db: Reader, site: Place, kind: Kind, names: list[str]) -> list[DeviceRow]:
    """The sample's devices of a kind that are still there, in the order of `names`."""
    key = await product_key(db, site, kind)
    if key is None:
        return []
    return await device_queries.find_named_devices(site.tenant, db, product_key=key, device_names=names)


async def product_key(db: Reader, site: Place, kind: Kind) -> str | None:
    page = await product_queries.list_products(site.tenant, db, page=PageRequest(1, 100), keyword=kind.name)
    return next((row.product_key for row in page.data if row.name == kind.name), None)


async def buildings_of(db: Reader, site: Place) -> dict[str, int]:
    """Building → its space id."""
    return {space.name: space.space_id for space in await _whole(db, site) if space.kind == "building"}


async def units_of(db: Reader, site: Place) -> dict[tuple[str, str], int]:
    """(building, unit) → its space id."""
    whole = await _whole(db, site)
    names = {space.space_id: space for space in whole}
    return {
        (names[space.parent_id].name, space.name): space.space_id
        for space in whole
        if space.kind == "unit" and space.parent_id in names
    }


async def _whole(db: Reader, site: Place) -> list[Space]:
    root = site.community.root_space_id
    if root is None:
        return []
    return await spaces.subtree(site.tenant, db, await spaces.space(site.tenant, db, root))


async def _names(tx: Tx, site: Place, key: str, wanted: list[str]) -> set[str]:
    rows = await device_queries.find_named_devices(site.tenant, tx, product_key=key, device_names=wanted)
    return {row.device_name for row in rows}


async def product_of(platform: Platform, tx: Tx, site: Place, kind: Kind) -> str:
    existing_key = await product_key(tx, site, kind)
    if existing_key is not None:
        return existing_key
    product = await products.create_product(
        site.tenant,
        tx,
        values=products.ProductValues(
            name=kind.name,
            tsl=models.tsl(kind.model) if kind.model else None,
            category_code=kind.category,
            capabilities=kind.capabilities,
        ),
        ids=platform.ids,
        secrets=platform.secrets,
    )
    return product.product_key


async def _device(
    platform: Platform, tx: Tx, site: Place, key: str, device_name: str, nickname: str
) -> devices.Triple:
    return await devices.create_device(
        site.tenant,
        tx,
        values=devices.DeviceValues(
            product_key=key, device_name=device_name, nickname=nickname, project_id=site.app.project_id
        ),
        ids=platform.ids,
        secrets=platform.secrets,
    )
