"""The sample's box, cloud side: a cluster, its box, a driver with twenty machines, deployed, and rights at them."""

from typing import Any, Final, NamedTuple

from linli.app.platform import Platform
from linli.demo import devices, rights
from linli.demo.devices import Kind
from linli.demo.place import Place
from linli.demo.town import Town
from linli.domains.access.service import doors, qr
from linli.domains.access.service.cards import CardWish
from linli.domains.boxes.passage import service as passage
from linli.domains.boxes.passage.service import RuleForm
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import clusters, deployments, gateways, nodes, protocols
from linli.domains.boxes.service import devices as edge_devices
from linli.kernel.db import Tx
from linli.protocols.door_http.messages.permissions import QR_BYTES

SERIAL: Final = "LINLI-DEMO-000001"
DRIVER: Final = "door_device"
LIFT_DRIVER: Final = "door_terminal"
DOORS: Final = 20
PEOPLE: Final = 30
"""The persons who may pass at the doors behind the box."""
LIFT: Final = "edge-lift-01"
"""DeviceName of the machine behind which there is a lift."""
LIFT_IP: Final = f"127.0.20.{DOORS + 1}"
PORT: Final = 8061
"""Of each machine: every one has an address of its own."""
_CLUSTER: Final = "杭州区域-桂花园"
_MODEL: Final = "LE-A-B002-SC001"
_NODE: Final = "guihuayuan-01"
_GATEWAY: Final = "桂花园网关"
READERS: Final = {
    "qrcode": Kind("边缘二维码门禁 GH-E1", "", "community/people/qrcode"),
    "card": Kind("边缘刷卡门禁 GH-E2", "", "community/people/card"),
}
"""The product of machines by what they read: each under the category that the box's check means."""
TERMINAL: Final = Kind("边缘门禁终端 GH-E3", "", "community/people/aio", ("card",))
_GARAGE_DOOR: Final = 3
"""The number of a door there."""
_LIFT: Final = "会所电梯"
_RULE: Final = "会所侧门 到家呼梯"
MODBUS_DRIVER: Final = "modbus_lift"
MODBUS_LIFT: Final = "edge-lift-02"
"""DeviceName of a lift controller whose registers were mapped."""
MODBUS_IP: Final = f"127.0.20.{DOORS + 2}"
MODBUS_FLOORS: Final = ("B1", *(str(floor) for floor in range(1, 19)))
MODBUS_MAP: Final[dict[str, Any]] = {
    "port": PORT, "pollMs": 500,
    "cars": [
        {"elevatorId": "1", "elevatorName": "3 号梯", "profile": "relays",
         "floors": [{"floor": floor} for floor in MODBUS_FLOORS]},
    ],
}  # fmt: skip
CONTROLLER: Final = Kind("电梯控制器 GH-E4", "", "community/people/elc")
_MODBUS_LIFT: Final = "地库电梯"
_MODBUS_RULE: Final = "地下车库 到家呼梯"
_PLACES: Final = (
    "会所侧门",
    "地下车库",
    "架空层",
    "非机动车库",
    "垃圾房",
    "配电房",
    "水泵房",
    "物业仓库",
    "屋面",
    "消控室",
)


class EdgeDoor(NamedTuple):
    """One machine: its place, its readers, its address, and its device in the cloud."""

    name: str
    device_name: str
    reads: str
    """`qrcode`: the box decides; `card`: the machine itself, from what the box gave it."""
    ip: str
    iot_id: str


def address_of(number: int) -> str:
    """Of the machine with a number from 1: on this computer, yet each its own."""
    return f"127.0.20.{number}"


async def ensure(platform: Platform, site: Place, town: Town) -> list[EdgeDoor]:
    """Make what is missing and send it to the box; its doors."""

    async def make(tx: Tx) -> Node | None:
        node = await cluster_queries.node_of_serial(tx, SERIAL)
        if node is None:
            await _make(platform, tx, site)
        await _ensure_lift(platform, tx, site)
        await _ensure_controller(platform, tx, site)
        return node

    node = await platform.db.run(make)
    doors = await find_doors(platform, site)
    if node is None:
        await _give_rights(platform, site, town, doors)
    return doors


async def find_doors(platform: Platform, site: Place) -> list[EdgeDoor]:
    """Those that are still behind the box."""
    node = await cluster_queries.node_of_serial(platform.db, SERIAL)
    if node is None:
        return []
    gateway = await gateway_queries.gateway_of_node(site.tenant, platform.db, node.node_id)
    if gateway is None:
        return []
    names = {_device_name(number): number for number in range(1, DOORS + 1)}
    return [
        EdgeDoor(row.alias, row.device_name, _reads(number), address_of(number), row.iot_id)
        for row in await gateway_queries.devices(site.tenant, platform.db, gateway.gateway_id)
        if (number := names.get(row.device_name)) is not None
    ]


async def _make(platform: Platform, tx: Tx, site: Place) -> None:
    now_ms = platform.clock.now_ms()
    common: dict[str, Any] = {"ids": platform.ids, "secrets": platform.secrets, "now_ms": now_ms}
    owner, community_id = site.tenant, site.community.community_id
    cluster = await clusters.create(
        owner,
        tx,
        form=clusters.ClusterForm(
            name=_CLUSTER, model=_MODEL, project_id=site.app.project_id, community_id=community_id
        ),
        ids=platform.ids,
        now_ms=now_ms,
    )
    node = await nodes.add(
        owner, tx, cluster_id=cluster.cluster_id, name=_NODE, serial_number=SERIAL, **common
    )
    gateway = await gateways.create(
        owner, tx, node_id=node.node_id, name=_GATEWAY, ids=platform.ids, now_ms=now_ms
    )
    protocol = await protocols.add(
        owner,
        tx,
        gateway_id=gateway.gateway_id,
        driver_id=DRIVER,
        config={"host": "127.0.0.1", "port": 0},
        **common,
    )
    product_keys = {
        reads: await devices.product_of(platform, tx, site, kind) for reads, kind in READERS.items()
    }
    for number in range(1, DOORS + 1):
        name = _door_name(number)
        device = await edge_devices.add(
            owner,
            tx,
            gateway=gateway,
            protocol=protocol,
            values=edge_devices.EdgeDeviceValues(
                product_key=product_keys[_reads(number)],
                device_name=_device_name(number),
                alias=name,
                custom={"accessType": _reads(number), "ip": address_of(number), "port": PORT},
            ),
            **common,
        )
        await doors.register_door(
            owner,
            tx,
            new=doors.NewDoor(
                community_id=community_id,
                name=name,
                iot_id=device.iot_id,
                space_id=site.community.root_space_id,
            ),
            keys=platform.door_keys,
            now_ms=now_ms,
        )
    await deployments.deploy(owner, tx, gateway_id=gateway.gateway_id, **common)


async def _ensure_lift(platform: Platform, tx: Tx, site: Place) -> None:
    """A lift that comes when somebody passes the first door; a sample of before has none."""
    now_ms, owner = platform.clock.now_ms(), site.tenant
    common: dict[str, Any] = {"ids": platform.ids, "secrets": platform.secrets, "now_ms": now_ms}
    node = await cluster_queries.node_of_serial(tx, SERIAL)
    gateway = await gateway_queries.gateway_of_node(owner, tx, node.node_id) if node is not None else None
    if gateway is None or await gateway_queries.device_named(owner, tx, gateway.gateway_id, LIFT) is not None:
        return
    door = await gateway_queries.device_named(owner, tx, gateway.gateway_id, _device_name(1))
    if door is None:
        return
    protocol = await protocols.add(
        owner,
        tx,
        gateway_id=gateway.gateway_id,
        driver_id=LIFT_DRIVER,
        config={"host": "127.0.0.1", "port": 0},
        **common,
    )
    lift = await edge_devices.add(
        owner,
        tx,
        gateway=gateway,
        protocol=protocol,
        values=edge_devices.EdgeDeviceValues(
            device_name=LIFT,
            alias=_LIFT,
            product_key=await devices.product_of(platform, tx, site, TERMINAL),
            custom={"ip": LIFT_IP, "port": PORT, "abilities": ["card", "elevator"], "elevatorConnected": 1},
        ),
        **common,
    )
    rule = RuleForm(_RULE, door.edge_device_id, lift.edge_device_id, "1", release=True)
    await passage.create(owner, tx, gateway_id=gateway.gateway_id, form=rule, ids=platform.ids, now_ms=now_ms)
    await deployments.deploy(owner, tx, gateway_id=gateway.gateway_id, **common)


async def _ensure_controller(platform: Platform, tx: Tx, site: Place) -> None:
    """A lift on Modbus that comes to the garage; a sample of before has none."""
    now_ms, owner = platform.clock.now_ms(), site.tenant
    common: dict[str, Any] = {"ids": platform.ids, "secrets": platform.secrets, "now_ms": now_ms}
    node = await cluster_queries.node_of_serial(tx, SERIAL)
    gateway = await gateway_queries.gateway_of_node(owner, tx, node.node_id) if node is not None else None
    if gateway is None:
        return
    if await gateway_queries.device_named(owner, tx, gateway.gateway_id, MODBUS_LIFT) is not None:
        return
    door = await gateway_queries.device_named(owner, tx, gateway.gateway_id, _device_name(_GARAGE_DOOR))
    if door is None:
        return
    protocol = await protocols.add(
        owner, tx, gateway_id=gateway.gateway_id, driver_id=MODBUS_DRIVER, **common
    )
    lift = await edge_devices.add(
        owner,
        tx,
        gateway=gateway,
        protocol=protocol,
        values=edge_devices.EdgeDeviceValues(
            device_name=MODBUS_LIFT,
            alias=_MODBUS_LIFT,
            product_key=await devices.product_of(platform, tx, site, CONTROLLER),
            custom={"ip": MODBUS_IP, **MODBUS_MAP},
        ),
        **common,
    )
    rule = RuleForm(_MODBUS_RULE, door.edge_device_id, lift.edge_device_id, "B1", release=True)
    await passage.create(owner, tx, gateway_id=gateway.gateway_id, form=rule, ids=platform.ids, now_ms=now_ms)
    await deployments.deploy(owner, tx, gateway_id=gateway.gateway_id, **common)


async def _give_rights(platform: Platform, site: Place, town: Town, doors: list[EdgeDoor]) -> None:
    """Some residents' cards open these doors too; those with a phone get a code as long as the machines want it."""
    ends_ms = platform.clock.now_ms() + rights.VALID_DAYS * 86_400_000
    holders = [person for person in town.people if person.cards or person.codes][:PEOPLE]
    wishes = [
        CardWish(door.iot_id, card, person.identity_id, ends_ms)
        for person in holders
        for card in person.cards
        for door in doors
        if door.reads == "card"
    ]
    await rights.give_cards(platform, site, wishes)
    now_ms = platform.clock.now_ms()
    reading = [door.iot_id for door in doors if door.reads == "qrcode"]

    async def give(tx: Tx) -> None:
        for person in holders:
            if not person.codes:
                continue
            code = await qr.generate_code(
                site.app, tx, identity_id=person.identity_id, length=QR_BYTES, ids=platform.ids, now_ms=now_ms
            )
            await qr.bind_code(
                site.app,
                tx,
                qr_code=code,
                identity_id=person.identity_id,
                iot_ids=reading,
                right=qr.QrRight(now_ms, ends_ms),
                keys=platform.door_keys,
                now_ms=now_ms,
            )

    await platform.db.run(give)


def _reads(number: int) -> str:
    return "qrcode" if number % 2 else "card"


def _door_name(number: int) -> str:
    place, half = divmod(number - 1, 2)
    return f"{_PLACES[place]}{'南' if half == 0 else '北'}门"


def _device_name(number: int) -> str:
    return f"edge-door-{number:02}"
