"""Lanes of each lot with a camera that answers, vehicles that may pass, a pass; how methods and routes name them."""

from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.communities.service import spaces
from linli.domains.parking.models import passes
from linli.domains.parking.rows import LanePass
from linli.domains.parking.service import lanes, rights
from linli.domains.parking.service.rights import Wish
from linli.kernel.db.partitions import day_of
from linli.sim.link import DeviceLink, Triple
from linli.things.service import devices as things
from linli.things.service import products
from tests.scope.vehicle_rows import plate

API = "/parking/paas"
TIMES = {"effectiveDate": "2026-01-01 00:00:00", "expiryDate": "2030-01-01 00:00:00"}
_LANES = ("lane", "spare_lane", "free_lane", "empty_lane", "exit_lane")


async def add_parking(platform: Platform, lot: Any, *, mqtt_port: int) -> None:
    project = lot.project
    owner, now_ms = project.owner, platform.clock.now_ms()
    plain: dict[str, Any] = {"ids": platform.ids, "now_ms": now_ms}
    async with platform.db.begin() as tx:
        product = await products.create_product(
            owner,
            tx,
            values=products.ProductValues(name=f"车道相机 {lot.name}", category_code="community/car/lprc"),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        lot.lane_product = product.product_key
        lot.parking_lot = await spaces.create(
            owner,
            tx,
            parent_id=lot.root,
            kind="parking_area",
            name=f"车场{lot.name}",
            direction=None,
            **plain,
        )
        for name in _LANES:
            lane = await spaces.create(
                owner,
                tx,
                parent_id=lot.parking_lot,
                kind="parking_space_channel",
                name=name,
                direction=int(name == "exit_lane"),
                **plain,
            )
            setattr(lot, name, lane)
        for name in ("lane_device", "spare_lane_device", "free_lane_device", "exit_lane_device"):
            thing = await things.create_device(
                owner,
                tx,
                values=things.DeviceValues(
                    product_key=product.product_key,
                    device_name=f"{name}-{lot.name}",
                    project_id=project.project_id,
                ),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            setattr(lot, name, thing.iot_id)
            await things.assign_community(owner, tx, iot_id=thing.iot_id, community_id=lot.community)
            if name == "lane_device":
                answering = thing
        for device, lane in (
            (lot.lane_device, lot.lane),
            (lot.spare_lane_device, lot.spare_lane),
            (lot.exit_lane_device, lot.exit_lane),
        ):
            await lanes.bind(owner, tx, iot_id=device, lane_id=lane, now_ms=now_ms)
        wishes = [
            Wish(
                space_id=lot.parking_lot, plate=plate(lot, "6"), kind="ordinary", starts_ms=0, ends_ms=now_ms
            ),
            Wish(space_id=lot.parking_lot, plate=plate(lot, "6"), kind="whitelist"),
        ]
        await rights.save(owner, tx, wishes=wishes, now_ms=now_ms)
        lot.vehicle_pass = platform.ids.number()
        row = LanePass(
            id=lot.vehicle_pass, day=day_of(now_ms), tenant_id=owner.tenant, community_id=lot.community,
            lane_id=lot.lane, area_id=lot.parking_lot, iot_id=lot.lane_device, lane_name="lane", direction=0,
            open_type=0, permission=1, plate=plate(lot, "6"), read_as=plate(lot, "6"), plate_color=2, car_color="A",
            brand="", reliability=0.9, picture="", passed_ms=now_ms, received_ms=now_ms,
        )  # fmt: skip
        await tx.insert(passes, row._asdict())
    link = DeviceLink(
        Triple(answering.product_key, answering.device_name, answering.device_secret), "127.0.0.1", mqtt_port
    )
    for service in (
        "OperatGate", "TriggerRecognition", "QrCodeDisplay", "NoticeDisplay", "NoticeBroadcast", "AddLedData",
        "AddVehicleIOfPermission", "GetPermissionDownloadProgress",
    ):  # fmt: skip
        link.on_service(service, _done)
    lot.doors.append(link)
    await link.start()
    await link.wait_online()


async def _done(_: Any) -> dict[str, Any]:
    return {}


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    page = {"pageNo": 1, "pageSize": 10}

    def named(x: Any, last: str) -> dict[str, Any]:
        return {"permList": [{"spaceId": str(x.parking_lot), "plateNumber": plate(x, last)}]}

    def listed(x: Any) -> dict[str, Any]:
        return {"spaceIds": [str(x.parking_lot)], **page}

    return {
        (f"{API}/vehicle/permission/add", "1.0.0"): [
            lambda x: {
                "permList": [{"spaceId": str(x.parking_lot), "plateNumber": plate(x, "5"), **TIMES}],
            }
        ],
        (f"{API}/vehicle/permission/query", "1.0.0"): [listed],
        (f"{API}/vehicle/permission/delete", "1.0.0"): [lambda x: named(x, "5")],
        (f"{API}/vehicle/special/concerns/add", "1.0.0"): [
            lambda x: {
                "permList": [
                    {"spaceId": str(x.parking_lot), "plateNumber": plate(x, "4"), "type": "WHITELIST"}
                ]
            }
        ],
        (f"{API}/vehicle/special/concerns/query", "1.0.0"): [lambda x: {**listed(x), "type": "WHITELIST"}],
        (f"{API}/vehicle/special/concerns/delete", "1.0.1"): [lambda x: named(x, "4")],
        (f"{API}/toll/bind", "1.0.0"): [
            lambda x: {"iotId": x.free_lane_device, "spaceId": str(x.free_lane)}
        ],
        (f"{API}/toll/query", "1.0.0"): [lambda x: {"spaceId": str(x.lane), "getDeviceStatus": True}],
        (f"{API}/toll/unbind", "1.0.0"): [lambda x: {"iotId": x.spare_lane_device}],
        (f"{API}/led/content/download", "1.0.0"): [
            lambda x: {
                "iotId": x.lane_device, "type": 0, "screenLineNum": 4, "contextList": [{"customContext": "#p"}],
            }
        ],
    }  # fmt: skip
