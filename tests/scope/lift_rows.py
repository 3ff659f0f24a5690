"""A lift that answers, and linkages behind a box, of each lot; how the methods of lifts name them."""

from collections.abc import Callable
from typing import Any

import msgspec

from linli.app.platform import Platform
from linli.domains.boxes.queries import gateways as edge_queries
from linli.domains.boxes.service import clusters, devices, gateways, nodes, protocols
from linli.domains.communities.queries import communities
from linli.domains.elevators.models import emergencies
from linli.domains.elevators.queries.emergencies import Emergency
from linli.domains.elevators.robots import service as robots
from linli.domains.elevators.robots.rows import Zone
from linli.domains.elevators.robots.service import RobotForm
from linli.domains.elevators.service import linkages, shafts
from linli.domains.elevators.service.linkages import Whom, Wish
from linli.sim.link import DeviceLink, Triple
from linli.things.service import devices as things
from linli.things.service import products

DEVICE, USER = "/elevator/entrance/device", "/elevator/entrance/user"
_NAMES = ("linked_lift", "linked_door", "spare_linked_door", "free_door")
TOLD = {"FloorRoomInfo": [{"Floor": "1"}, {"Floor": "10"}]}
FLOORS = [{"targetFloor": "10", "targetRoomNo": "01"}]


async def add_lifts(platform: Platform, lot: Any, *, mqtt_port: int) -> None:
    project = lot.project
    owner, now_ms = project.owner, platform.clock.now_ms()
    plain: dict[str, Any] = {"ids": platform.ids, "now_ms": now_ms}
    made = {**plain, "secrets": platform.secrets}
    form = clusters.ClusterForm(
        name=f"lifts {lot.name}",
        model="LE-A-B002-SC001",
        project_id=project.project_id,
        community_id=lot.community,
    )
    async with platform.db.begin() as tx:
        product = await products.create_product(
            owner,
            tx,
            values=products.ProductValues(name=f"梯控 {lot.name}", category_code="community/people/aio"),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        cluster = await clusters.create(owner, tx, form=form, **plain)
        node = await nodes.add(
            owner, tx, cluster_id=cluster.cluster_id, name="lifts-01",
            serial_number=f"LIFTS-{lot.name}-{lot.community}", **made,
        )  # fmt: skip
        gateway = await gateways.create(owner, tx, node_id=node.node_id, name="lifts", **plain)
        protocol = await protocols.add(
            owner, tx, gateway_id=gateway.gateway_id, driver_id="door_device", **made
        )
        for name in _NAMES:
            values = devices.EdgeDeviceValues(
                product_key=product.product_key, device_name=f"{name}-{lot.name}", alias=name, custom={}
            )
            row = await devices.add(owner, tx, gateway=gateway, protocol=protocol, values=values, **made)
            setattr(lot, name, row.iot_id)
        linked = await edge_queries.device_of(owner, tx, lot.linked_lift)
        assert linked is not None
        await devices.set_space(owner, tx, device=linked, space_id=lot.building, now_ms=now_ms)
        lot.community_name = (await communities.community(owner, tx, lot.community)).name
        lot.lift_emergency = platform.ids.number()
        emergency = Emergency(
            lot.lift_emergency, owner.tenant, lot.community, None, "演练", "person", "system:test", now_ms
        )
        await tx.insert(emergencies, emergency._asdict())
        for name, door in (("linkage", lot.linked_door), ("spare_linkage", lot.spare_linked_door)):
            wish = Wish("CALL_WITH_TARGET", lot.linked_lift, door, floor="1")
            setattr(lot, name, await linkages.create(owner, tx, wish=wish, **plain))
        for whom in (Whom("PERSON", lot.person), Whom("CARD", "F47B0BA2")):
            await linkages.save_target(
                owner,
                tx,
                data_id=lot.linkage,
                whom=whom,
                floors=[("10", "01")],
                expires_ms=None,
                now_ms=now_ms,
            )
        thing = await things.create_device(
            owner,
            tx,
            values=things.DeviceValues(
                product_key=product.product_key,
                device_name=f"called-{lot.name}",
                project_id=project.project_id,
            ),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        await things.assign_community(owner, tx, iot_id=thing.iot_id, community_id=lot.community)
        told = msgspec.convert(TOLD, shafts.LiftInfo)
        await shafts.keep(owner, tx, iot_id=thing.iot_id, info=told, now_ms=now_ms)
        for name in ("robot", "spare_robot"):
            form = RobotForm(name, "robot", [Zone(thing.iot_id, "", ("1", "10"))])
            robot_id, _ = await robots.create(owner, tx, community_id=lot.community, form=form, **plain)
            setattr(lot, name, robot_id)
    lot.called_lift = thing.iot_id
    link = DeviceLink(
        Triple(thing.product_key, thing.device_name, thing.device_secret), "127.0.0.1", mqtt_port
    )
    link.on_service("CloudCallElevator", _called)
    link.on_service("QueryElevatorInfo", _told)
    lot.doors.append(link)
    await link.start()
    await link.wait_online()


async def _told(_: Any) -> dict[str, Any]:
    return {**TOLD, "code": 0, "message": "success"}


async def _called(_: Any) -> dict[str, Any]:
    return {"code": 0, "message": "success"}


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    def card(x: Any) -> dict[str, Any]:
        return {"dataId": x.linkage, "paramType": "CARD", "paramValue": "F47B0BA2"}

    def face(x: Any) -> dict[str, Any]:
        return {"dataId": x.linkage, "paramType": "IDENTITY", "paramValue": x.person}

    return {
        (f"{DEVICE}/add", "1.0.2"): [
            lambda x: {
                "controlMode": "CALL_ONLY",
                "elevatorIotId": x.linked_lift,
                "triggerIotId": x.free_door,
                "triggerFloor": "1",
            }
        ],
        (f"{DEVICE}/update", "1.0.2"): [lambda x: {"dataId": x.linkage, "delaySeconds": 3}],
        (f"{DEVICE}/delete", "1.0.2"): [lambda x: {"dataId": x.spare_linkage}],
        (f"{DEVICE}/query", "1.0.2"): [lambda x: {"dataId": x.linkage}],
        (f"{USER}/save", "1.0.2"): [
            lambda x: {"dataId": x.linkage, "identityId": x.person, "userTargetList": FLOORS}
        ],
        (f"{USER}/delete", "1.0.2"): [lambda x: {"dataId": x.linkage, "identityId": x.person}],
        (f"{USER}/query", "1.0.2"): [lambda x: {"dataId": x.linkage, "identityId": x.person}],
        (f"{USER}/save", "1.0.1"): [
            lambda x: {**card(x), "userTargetList": FLOORS},
            lambda x: {**face(x), "userTargetList": FLOORS},
        ],
        (f"{USER}/delete", "1.0.1"): [card],
        (f"{USER}/query", "1.0.1"): [card],
        ("/elevator/control/elevator/call", "1.0.1"): [
            lambda x: {"iotId": x.called_lift, "startFloor": "10", "targetFloor": "1"}
        ],
    }
