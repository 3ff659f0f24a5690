"""A passage rule from the console to the lift: written, pushed, kept on the box, carried out with the line cut, told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from linli.domains.access.service import doors, qr
from linli.domains.boxes.models import edge_nodes
from linli.domains.boxes.passage.service import GATHER_MS
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.room import Boxes
from linli.domains.boxes.service import (
    clusters,
    deployments,
    devices,
    gateways,
    nodes,
    protocols,
    refresh,
)
from linli.domains.people.service import residents
from linli.edge.doors.simulator import SimulatedMachine
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Command, Database, Query
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.outbox import outbox
from linli.protocols.door_http.messages.elevators import Elevators
from linli.protocols.edge_link import MqttAddress, floor_of
from linli.things.service import products
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.edge.runtime.town import HERE, Addresses, Town

pytestmark = pytest.mark.engines("sqlite")
_left = Query(select(outbox.c.kind))
LIFTS = {
    "elevatorMode": "ALL",
    "floorInfoList": [
        {"elevatorId": "01", "isDualCardDoor": True,
         "floorInfo": [{"floor": "3", "roomList": ["101"]}, {"floor": "1"}]},
    ],
}  # fmt: skip


class LiftTown(Town):
    """One machine of a real community: a door for codes and cards, behind which there is a lift."""

    driver = "door_terminal"
    estate: Estate

    async def build(self) -> "LiftTown":
        platform = self.platform
        self.scope = self.estate.tenant
        self.http = HttpServer(self._front)
        await self.http.start()
        self.url = f"http://{HERE}:{self.http.port}"
        self.rooms = Boxes(
            platform.db, platform.clock, platform.ids, platform.secrets, platform.store,
            invoker=platform.things.invoker,
            addresses=Addresses(self.url, lambda host: MqttAddress(host=HERE, port=platform.mqtt_port)),
        )  # fmt: skip
        self.rooms.register(platform.jobs, platform.things.handlers)
        machine = SimulatedMachine(
            sn="123450000", ip=HERE, host=HERE, box=(HERE, 0), clock=SystemClock(), ids=Ids()
        )
        await machine.start()
        machine.memory.lifts = msgspec.convert(LIFTS, Elevators)
        self.machines.append(machine)
        await self._set_up("")
        return self

    async def _set_up(self, product_key: str) -> None:
        platform, scope, community = self.platform, self.scope, self.estate.community
        now: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
        made = {**now, "secrets": platform.secrets}
        async with platform.db.begin() as tx:
            product = await products.create_product(
                scope,
                tx,
                values=products.ProductValues(name="门禁一体机", category_code="community/people/aio"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            cluster = await clusters.create(
                scope,
                tx,
                form=clusters.ClusterForm(
                    name="北京区域-桂花里", model="LE-A-B002-SC001", community_id=community
                ),
                **now,
            )
            node = await nodes.add(
                scope,
                tx,
                cluster_id=cluster.cluster_id,
                name="guihuali-01",
                serial_number="SN-20261128-01",
                **made,
            )
            gateway = await gateways.create(scope, tx, node_id=node.node_id, name="桂花里网关", **now)
            protocol = await protocols.add(
                scope, tx, gateway_id=gateway.gateway_id, driver_id=self.driver,
                config={"host": HERE, "port": 0}, **made,
            )  # fmt: skip
            custom = {
                "ip": HERE, "port": self.machine.port, "abilities": ["card", "qrcode", "elevator"],
                "elevatorConnected": 1,
            }  # fmt: skip
            device = await devices.add(
                scope,
                tx,
                gateway=gateway,
                protocol=protocol,
                values=devices.EdgeDeviceValues(
                    product_key=product.product_key, device_name="door.unit", alias="1单元门", custom=custom
                ),
                **made,
            )
            self.doors[device.device_name] = device.iot_id
            await doors.register_door(
                scope,
                tx,
                new=doors.NewDoor(community_id=community, name="1单元门", iot_id=device.iot_id),
                keys=platform.keys,
                now_ms=made["now_ms"],
            )
            await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **made)
        self.gateway_id = gateway.gateway_id
        self.node_id, self.serial = node.node_id, node.serial_number
        self.code = nodes.code_of(await self.node(), platform.secrets)

    async def code_of(self, identity_id: str) -> str:
        """A code of a resident on the door that reads codes; the box keeps it."""
        platform, now = self.platform, self.platform.clock.now_ms()
        async with platform.db.begin() as tx:
            code = await qr.generate_code(
                self.scope, tx, identity_id=identity_id, length=32, ids=platform.ids, now_ms=now
            )
            await qr.bind_code(
                self.scope, tx, qr_code=code, identity_id=identity_id, iot_ids=[self.doors["door.unit"]],
                right=qr.QrRight(starts_ms=now, ends_ms=now + 86_400_000), keys=platform.keys, now_ms=now,
            )  # fmt: skip

        async def there() -> bool:
            await platform.worker.run_once()
            await platform.reconciler.run_once()
            found = await self.box.wishes.kept("door.unit", ("qr",))
            return any(one.item.credential == code for one in found)

        await until(there)
        return code


@pytest.fixture
async def town(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[LiftTown]:
    async with open_estate(database, clock, ids, tmp_path) as estate:
        town = LiftTown(estate.platform, tmp_path)
        town.estate = estate
        await town.build()
        try:
            yield town
        finally:
            await town.close()


@pytest.mark.parametrize(
    ("house", "floor"),
    [("1202", "12"), ("301", "3"), ("0101", "1"), ("b201", "B2"), ("-101", "-1"), ("12010", "120"), ("12", ""),
     ("菜鸟", ""), ("0001", "")],
)  # fmt: skip
def test_house_numbers_name_floors(house: str, floor: str) -> None:
    assert floor_of(house) == floor


@pytest.mark.covers("C010")
async def test_a_rule_holds_at_once_and_with_the_line_cut(town: LiftTown) -> None:
    desk, box = town.estate.desk, await town.new_box()
    found = (await desk.get("/edge/passage-rules/choices", params={"gatewayId": town.gateway_id})).json()
    device = {one["deviceName"]: one["id"] for one in found["devices"]}
    assert all(one["opens"] and one["lifts"] for one in found["devices"])
    assert [one["name"] for one in found["units"]] == ["1幢", "2幢"]
    form = {
        "gatewayId": str(town.gateway_id), "name": "1幢 到家呼梯", "doorId": device["door.unit"],
        "liftId": device["door.unit"], "elevator": "01", "startFloor": "1", "release": True,
        "unitId": found["units"][0]["id"],
    }  # fmt: skip
    made = await desk.post("/edge/passage-rules", json=form)
    assert made.status_code == 201, made.text

    async def row() -> dict[str, Any]:
        rows = (await desk.get("/edge/passage-rules")).json()["data"]
        assert len(rows) == 1
        return dict(rows[0])

    assert ((await row())["state"], (await row())["last"]) == ("waiting", None)
    await town.platform.worker.run_once()  # the box is told

    async def held() -> bool:
        return (await row())["state"] == "held"

    await until(held)
    code = await town.code_of(town.estate.owner)

    box.line.cut()
    town.line_cut = True
    await town.machine.scan(code)
    memory = town.machine.memory
    await until(lambda: bool(memory.released))
    (call,), (freed,) = memory.calls, memory.released
    assert (call.elevator_id, call.start_floor) == ("01", "1")
    # The house is 101, but this lift says that room 101 is on its floor 3.
    assert [(one.floor, one.room or one.room_number) for one in freed.floor_room_list or ()] == [("3", "101")]
    await town.machine.scan("0" * 32)  # nobody's code: no lift comes
    await asyncio.sleep(0.05)
    assert len(memory.calls) == 1

    town.line_cut = False
    box.line.mend()
    await until(lambda: box.queue.backlog == 0)

    async def told() -> bool:
        return (await row())["last"] is not None

    await until(told)
    last = (await row())["last"]
    assert (last["done"], last["personName"], last["way"], last["floors"]) == (True, "王伟", "qrCode", ["3"])
    runs = (await desk.get(f"/edge/passage-rules/{made.json()['id']}/runs")).json()
    assert [one["personId"] for one in runs] == [town.estate.owner]

    # A lift that is out of order says so, and what a restarted box keeps is what it had.
    town.machine.faults.refuses = "lift out of order"
    home = box.home
    await box.stop()
    again = await town.wake(home)
    assert [one.door for one in again.passage.rules.rules] == ["door.unit"]
    await until(lambda: again.line.up)
    town.machine.faults.refuses = ""
    town.machine.memory.lifts = None
    await town.machine.scan(code)

    async def failed() -> bool:
        return len((await desk.get(f"/edge/passage-rules/{made.json()['id']}/runs")).json()) == 2

    await until(failed)


async def test_boxes_of_one_community_know_each_other_by_a_key(town: LiftTown) -> None:
    box, platform, scope = await town.new_box(), town.platform, town.estate.tenant
    desk = town.estate.desk
    found = (await desk.get("/edge/passage-rules/choices", params={"gatewayId": town.gateway_id})).json()
    door = {one["deviceName"]: one["id"] for one in found["devices"]}["door.unit"]
    form = {
        "gatewayId": str(town.gateway_id),
        "name": "到家",
        "doorId": door,
        "liftId": door,
        "startFloor": "1",
    }
    assert (await desk.post("/edge/passage-rules", json=form)).status_code == 201
    await platform.worker.run_once()
    await until(lambda: bool(box.passage.rules.rules))
    assert box.passage.rules.site_key == "", "it is alone"
    now: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
    async with platform.db.begin() as tx:
        form = clusters.ClusterForm(
            name="另一台", model="LE-A-B002-SC001", community_id=town.estate.community
        )
        cluster = await clusters.create(scope, tx, form=form, **now)
        other = await nodes.add(
            scope, tx, cluster_id=cluster.cluster_id, name="guihuali-02", serial_number="SN-20261128-02",
            secrets=platform.secrets, **now,
        )  # fmt: skip
    await box.passage.refresh()
    assert box.passage.rules.site_key == "", "the other one has no identity yet"
    activated = Command(
        update(edge_nodes).where(edge_nodes.c.node_id == other.node_id).values(hardware_id="h-2"),
        unscoped="a test stands in for the second box",
    )
    await platform.db.run(activated.run)
    assert await box.passage.refresh()
    assert len(bytes.fromhex(box.passage.rules.site_key)) == 32


async def test_what_does_not_fit_is_said(town: LiftTown) -> None:
    desk = town.estate.desk
    async with town.platform.db.begin() as tx:
        rows = await gateway_queries.devices(town.scope, tx, town.gateway_id)
    door = str(rows[0].edge_device_id)
    form = {
        "gatewayId": str(town.gateway_id), "name": "到家呼梯", "doorId": door, "liftId": door, "startFloor": "1"
    }  # fmt: skip
    for field, value in (
        ("startFloor", "一楼"), ("delaySeconds", 301), ("name", " "), ("unitId", "999"),
        ("floors", {"101": "顶层"}), ("liftId", "x"),
    ):  # fmt: skip
        answer = await desk.post("/edge/passage-rules", json=form | {field: value})
        assert (answer.status_code, answer.json()["field"]) in ((400, field), (404, None)), answer.text
    number = (await desk.post("/edge/passage-rules", json=form)).json()["id"]
    off = {name: value for name, value in form.items() if name != "gatewayId"} | {"enabled": False}
    assert (await desk.put(f"/edge/passage-rules/{number}", json=off)).status_code == 204
    assert [one["state"] for one in (await desk.get("/edge/passage-rules")).json()["data"]] == ["off"]
    assert (await desk.delete(f"/edge/passage-rules/{number}")).status_code == 204
    of_gateway = {"gatewayId": town.gateway_id}
    assert (await desk.get("/edge/passage-rules", params=of_gateway)).json()["data"] == []
    assert (await desk.delete(f"/edge/passage-rules/{number}")).status_code == 404


async def test_rules_are_found_by_page_and_by_name(town: LiftTown) -> None:
    desk = town.estate.desk
    async with town.platform.db.begin() as tx:
        (row,) = await gateway_queries.devices(town.scope, tx, town.gateway_id)
    form = {
        "gatewayId": str(town.gateway_id), "doorId": str(row.edge_device_id), "liftId": str(row.edge_device_id),
        "startFloor": "1",
    }  # fmt: skip
    for name in ("到家呼梯", "Lift home", "100% 备用"):
        assert (await desk.post("/edge/passage-rules", json=form | {"name": name})).status_code == 201

    async def found(**query: Any) -> tuple[int, list[str]]:
        answer = await desk.get("/edge/passage-rules", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        return page["total"], [one["name"] for one in page["data"]]

    assert await found(pageSize=2) == (3, ["到家呼梯", "Lift home"])
    assert await found(pageSize=2, pageNo=2, gatewayId=town.gateway_id) == (3, ["100% 备用"])
    assert await found(q="lift H") == (1, ["Lift home"])
    assert await found(q="%") == (1, ["100% 备用"])
    for name in ("桂花里网关", "1单元门"):  # of the gateway, of the door
        assert (await found(q=name))[0] == 3
    assert await found(q="没有") == (0, [])
    nobodys = await desk.get("/edge/passage-rules", params={"gatewayId": town.gateway_id + 1})
    assert nobodys.status_code == 404


async def test_who_moves_reaches_the_box_once_for_all_that_move_at_a_time(
    town: LiftTown, clock: ManualClock
) -> None:
    estate, platform, box = town.estate, town.platform, await town.new_box()
    async with platform.db.begin() as tx:
        (row,) = await gateway_queries.devices(town.scope, tx, town.gateway_id)
    form = {
        "gatewayId": str(town.gateway_id), "doorId": str(row.edge_device_id), "liftId": str(row.edge_device_id),
        "startFloor": "1", "name": "到家呼梯", "release": True,
    }  # fmt: skip
    assert (await estate.desk.post("/edge/passage-rules", json=form)).status_code == 201
    await platform.worker.run_once()

    def persons() -> set[str]:
        return {person for rule in box.passage.rules.rules for person in rule.persons}

    async def state() -> str:
        return str((await estate.desk.get("/edge/passage-rules")).json()["data"][0]["state"])

    async def held() -> bool:
        return await state() == "held"

    await until(held)
    assert persons() == {estate.owner, estate.neighbour}
    came = [
        await estate.move_in(estate.houses[0], f"家人{n}", f"1391234567{n}") for n in range(3)
    ]  # in 3 transactions
    async with platform.db.begin() as tx:
        await residents.move_out(
            town.scope, tx, house_id=estate.houses[1], identity_id=estate.neighbour,
            now_ms=clock.now_ms(),
        )  # fmt: skip

    async def one_call_is_left() -> bool:
        await platform.worker.run_once()
        return await _left.all(platform.db) == [(refresh.JOB,)]

    await until(one_call_is_left)
    # A box may ask by itself while calls wait; until it did, nobody may think that it knows.
    assert await state() == "waiting" or persons() == {estate.owner, *came}
    await clock.advance(GATHER_MS)
    await platform.worker.run_once()
    await until(held)
    assert persons() == {estate.owner, *came}
