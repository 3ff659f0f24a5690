"""The sample's car park that a box decides, cloud side: the lot, its tariff, and a box with two cameras, deployed.

It is a box of its own: the parts for people and for cars exclude each other on one box.
"""

import json
from typing import Any, Final

from linli.app.platform import Platform
from linli.demo import devices
from linli.demo.devices import Kind
from linli.demo.place import Place
from linli.domains.boxes import components as kinds
from linli.domains.boxes.parking import queries as lot_queries
from linli.domains.boxes.parking.queries import CarFilter, OrderFilter
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.service import clusters, components, deployments, gateways, nodes, protocols
from linli.domains.boxes.service import devices as edge_devices
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.service import spaces
from linli.domains.communities.space_rules import PARKING_AREA
from linli.domains.parking.fees import lots, service
from linli.domains.parking.fees.forms import CaseForm, ClassForm, PlanForm, PriceForm, SegmentForm, TariffForm
from linli.kernel.db import Tx
from linli.kernel.pages import PageRequest

SERIAL: Final = "LINLI-DEMO-000002"
DRIVER: Final = "plate_camera_push"
LOT: Final = "会所停车场"
LOT_ID: Final = "clubhouse"
IN, OUT = "box-lane-in", "box-lane-out"
"""DeviceNames of the cameras."""
CAMERAS: Final = {IN: "a1c5e0d2-00000001", OUT: "a1c5e0d2-00000002"}
"""The serial number of each, as on its label."""
_NAMES: Final = {IN: "会所入口", OUT: "会所出口"}
CAMERA: Final = Kind("车牌识别相机 GH-P2", "", "community/car/lprc")
_CLUSTER: Final = "杭州区域-桂花园车场"
_MODEL: Final = "LE-A-B002-SC001"
_NODE: Final = "guihuayuan-02"
_GATEWAY: Final = "桂花园车场网关"
_SPACES: Final = 40
_AREA: Final = "clubhouse-ground"
_TARIFF_NAME: Final = "会所停车场收费"
_TARIFF: Final = TariffForm(
    classes=[
        ClassForm(
            "",
            [
                PlanForm(
                    ["workday", "weekend", "holiday"],
                    [SegmentForm("00:00", "24:00", PriceForm(30, 200), first=PriceForm(60, 500))],
                )
            ],
        )
    ],
    free_minutes=0,
    day_cap_fen=3_000,
)
"""From the first minute: whoever comes to its exit owes something."""
_CASES: Final = [
    CaseForm(name="首小时", enters="2026-12-01T09:00", leaves="2026-12-01T10:00", fen=500),
    CaseForm(name="三小时", enters="2026-12-01T09:00", leaves="2026-12-01T12:00", fen=1_300),
    CaseForm(name="全天封顶", enters="2026-12-01T00:00", leaves="2026-12-01T23:00", fen=3_000),
]
_MOST: Final = 200
_UNPAID: Final = 4


async def ensure(platform: Platform, site: Place) -> bool:
    """Make what is missing and send it to the box; whether there is a box. Somebody may have taken its cluster away."""
    root = site.community.root_space_id
    if root is None:
        return False

    async def make(tx: Tx) -> bool:
        lot = await space_queries.sibling(site.tenant, tx, root, LOT)
        node = await cluster_queries.node_of_serial(tx, SERIAL)
        if lot is None and node is None:
            await _make(platform, tx, site, await _make_lot(platform, tx, site, root))
            return True
        return node is not None

    return await platform.db.run(make)


async def cars_inside(platform: Platform, site: Place) -> list[str]:
    """Plates by the newest records of the lot's lanes; who came first stands first."""
    where = CarFilter(community_id=site.community.community_id, lot=LOT_ID, opened=True)
    rows = (await lot_queries.cars(site.tenant, platform.db, where=where, page=PageRequest(1, _MOST))).data
    newest = {row.plate: row for row in reversed(rows)}
    return [row.shown for row in sorted(newest.values(), key=lambda row: row.at_ms) if not row.way]


async def unpaid_orders(platform: Platform, site: Place) -> list[str]:
    """Their numbers, the newest first."""
    where = OrderFilter(community_id=site.community.community_id, lot=LOT_ID, status=_UNPAID)
    page = await lot_queries.orders(site.tenant, platform.db, where=where, page=PageRequest(1, _MOST))
    return [row.number for row in page.data]


async def _make_lot(platform: Platform, tx: Tx, site: Place, root: int) -> int:
    """With its price."""
    common: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
    owner, now_ms = site.tenant, platform.clock.now_ms()
    lot = await spaces.create(
        owner, tx, parent_id=root, kind=PARKING_AREA, name=LOT, direction=None, **common
    )
    tariff = await service.create(
        owner, tx, community_id=site.community.community_id, name=_TARIFF_NAME, form=_TARIFF, **common
    )
    await service.change(
        owner, tx, tariff_id=tariff, name=_TARIFF_NAME, form=_TARIFF, cases=_CASES, now_ms=now_ms
    )
    await service.publish(owner, tx, tariff_id=tariff, now_ms=now_ms)
    await lots.set_lots(owner, tx, tariff_id=tariff, lot_ids=[lot], now_ms=now_ms)
    return lot


async def _make(platform: Platform, tx: Tx, site: Place, lot: int) -> None:
    owner = site.tenant
    now: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
    common: dict[str, Any] = {**now, "secrets": platform.secrets}
    form = clusters.ClusterForm(
        name=_CLUSTER,
        model=_MODEL,
        project_id=site.app.project_id,
        community_id=site.community.community_id,
    )
    cluster = await clusters.create(owner, tx, form=form, **now)
    node = await nodes.add(
        owner, tx, cluster_id=cluster.cluster_id, name=_NODE, serial_number=SERIAL, **common
    )
    gateway = await gateways.create(owner, tx, node_id=node.node_id, name=_GATEWAY, **now)
    document = json.dumps(_site_of(lot), ensure_ascii=False)
    for code, params in (
        (kinds.CLUSTER, {}),
        (kinds.DEVICE_ACCESS, {}),
        (kinds.COLLABORATION_VEHICLE, {}),
        (kinds.PASSAGE_VEHICLE, {kinds.SITE: document}),
    ):
        wish = components.InstallForm(params=params)
        await components.install(owner, tx, cluster_id=cluster.cluster_id, code=code, form=wish, **common)
    protocol = await protocols.add(
        owner,
        tx,
        gateway_id=gateway.gateway_id,
        driver_id=DRIVER,
        config={"host": "127.0.0.1", "port": 0},
        **common,
    )
    product_key = await devices.product_of(platform, tx, site, CAMERA)
    for name, serial in CAMERAS.items():
        values = edge_devices.EdgeDeviceValues(
            product_key=product_key,
            device_name=name,
            alias=_NAMES[name],
            custom={"serialNumber": serial, "display": "gbk_qr"},
        )
        await edge_devices.add(owner, tx, gateway=gateway, protocol=protocol, values=values, **common)
    await deployments.deploy(owner, tx, gateway_id=gateway.gateway_id, **common)


def _site_of(lot: int) -> dict[str, Any]:
    """The lot as the box gets it."""
    barriers = [
        {
            "barrierId": f"{LOT_ID}-{way.lower()}",
            "barrierName": _NAMES[name],
            "areaId": _AREA,
            "direction": way,
            "device": name,
        }
        for name, way in ((IN, "IN"), (OUT, "OUT"))
    ]
    area = {"areaId": _AREA, "name": "会所地面", "totalCount": _SPACES}
    return {
        "lots": [
            {
                "parkingLotId": LOT_ID,
                "name": LOT,
                "totalCount": _SPACES,
                "spaceId": str(lot),
                "areas": [area],
                "barriers": barriers,
            }
        ]
    }
