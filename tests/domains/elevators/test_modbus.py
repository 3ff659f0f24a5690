"""A lift controller on Modbus behind a box: a pass lights the own floor alone, failures have reasons, states go up."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.access.service import qr
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.service import deployments, devices, protocols
from linli.edge.drivers.modbus_lift.simulator import SimulatedController
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.things.service import products
from tests.domains.access.estate import open_estate
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import USER, LiftSite
from tests.domains.elevators.test_emergencies import cars
from tests.domains.elevators.test_passes import held, records, under_way
from tests.edge.drivers.test_modbus_lift import follow

pytestmark = pytest.mark.engines("sqlite")
FLOORS = ["B1", "1", "3A", "10", "11"]
MAP = {
    "cars": [
        {"elevatorId": number, "profile": "relays", "base": base, "floors": [{"floor": name} for name in FLOORS]}
        for number, base in (("X", 0), ("Y", 100))
    ],
    "pollMs": 50, "pulseMs": 50, "timeoutMs": 500, "releaseSeconds": 1, "arriveSeconds": 60,
}  # fmt: skip
TEN = [{"targetFloor": "10"}]


class ModbusSite(LiftSite):
    """Beside the doors of `LiftSite`, a controller with two cars whose registers were mapped."""

    controller: SimulatedController

    async def _set_up(self, product_key: str) -> None:
        await super()._set_up(product_key)
        platform, scope = self.platform, self.scope
        made: dict[str, Any] = {
            "ids": platform.ids, "secrets": platform.secrets, "now_ms": platform.clock.now_ms()
        }  # fmt: skip
        self.controller = SimulatedController(MAP)
        await self.controller.start()
        async with platform.db.begin() as tx:
            gateway = await gateway_queries.gateway(scope, tx, self.gateway_id)
            product = await products.create_product(
                scope,
                tx,
                values=products.ProductValues(name="电梯控制器", category_code="community/people/elc"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            protocol = await protocols.add(
                scope, tx, gateway_id=gateway.gateway_id, driver_id="modbus_lift", **made
            )
            values = devices.EdgeDeviceValues(
                product_key=product.product_key, device_name="lift.modbus", alias="2号楼电梯",
                custom=self.controller.custom,
            )  # fmt: skip
            device = await devices.add(scope, tx, gateway=gateway, protocol=protocol, values=values, **made)
            self.doors["lift.modbus"] = device.iot_id
            await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **made)

    @property
    def lift(self) -> str:
        return self.doors["lift.modbus"]

    async def with_box(self) -> None:
        await super().with_box()
        self.moving = asyncio.create_task(follow(self.controller, questions=4))
        await until(lambda: self.box.presence.is_online("lift.modbus"))
        await self.reported("normal")

    async def reported(self, state: str) -> None:
        """The console shows the state of car X."""

        async def same() -> bool:
            await self.platform.worker.run_once()
            lift = (await self.estate.desk.get(f"/lifts/{self.lift}")).json()["lift"]
            return any(car["number"] == "X" and car["service"] == state for car in lift["cars"])

        await until(same)

    def patience(self, seconds: int) -> None:
        """How long the box gives a car to come from now on."""
        driver: Any = self.box.supervisor.driver("modbus_lift")
        driver.controller("lift.modbus")._rides._arrive_s = seconds

    async def new_code(self) -> str:
        platform, now = self.platform, self.platform.clock.now_ms()
        async with platform.db.begin() as tx:
            code = await qr.generate_code(
                self.scope, tx, identity_id=self.person, length=32, ids=platform.ids, now_ms=now
            )
            await qr.bind_code(
                self.scope, tx, qr_code=code, identity_id=self.person, iot_ids=[self.door],
                right=qr.QrRight(starts_ms=now, ends_ms=now + 86_400_000), keys=platform.keys, now_ms=now,
            )  # fmt: skip

        async def there() -> bool:
            await platform.worker.run_once()
            await platform.reconciler.run_once()
            rows = await self.box.wishes.kept("door.unit", ("qr",))
            return any(row.item.credential == code for row in rows)

        await until(there)
        return code

    async def told(self, count: int) -> list[dict[str, Any]]:
        """All records, once there are so many."""

        async def same() -> bool:
            await self.platform.worker.run_once()
            runs = (await self.estate.desk.get(f"/lifts/{self.lift}/runs")).json()
            return self.box.queue.backlog == 0 and len(runs) == count

        await until(same)
        rows = await records(self)
        async with asyncio.timeout(60):
            while len(rows) < count:  # few calls: an application may not ask often
                await asyncio.sleep(0.3)
                rows = await records(self)
        assert len(rows) == count
        return rows

    async def close(self) -> None:
        if hasattr(self, "moving"):
            self.moving.cancel()
            await asyncio.gather(self.moving, return_exceptions=True)
        await super().close()
        await self.controller.stop()


@pytest.fixture
async def site(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[ModbusSite]:
    async with open_estate(database, clock, ids, tmp_path) as estate:
        site = ModbusSite(estate.platform, tmp_path)
        site.estate = estate
        await site.build()
        try:
            yield site
        finally:
            await site.close()


async def test_a_pass_lights_only_the_own_floor_with_the_line_and_without(site: ModbusSite) -> None:
    await site.with_box()
    door, car = site.machines[0], site.controller.shaft.cars["X"]
    code = await site.new_code()
    data_id = await site.linkage(triggerElevatorId="X")
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=TEN)
    await held(site)
    for cut in (False, True):
        if cut:
            site.box.line.cut()
            site.line_cut = True
        car.place, before = 0, len(site.controller.written)
        await door.scan(code)
        await until(lambda: car.floors[car.place] == "10" and not car.stops and not under_way())
        places = {point for unit, point, value in site.controller.written[before:] if value}
        # floor 1 is called; floor 10 is freed and lit, and no other floor
        assert places == {"coil:1", "coil:8", "coil:13"}
        assert not car.press("11")
        await until(lambda: not car.free)  # the freed button is taken back
    site.line_cut = False
    site.box.line.mend()
    rows = await site.told(2)
    assert [(row["callResultCode"], row["callResultMsg"]) for row in rows] == [(200, "success")] * 2
    assert rows[0]["elevatorDeviceName"] == "lift.modbus"
    assert (rows[0]["startFloor"], rows[0]["targetList"]) == ("1", '[{"targetFloor": "10"}]')


async def test_every_failure_is_one_record_with_its_reason(site: ModbusSite) -> None:
    await site.with_box()
    door, controller = site.machines[0], site.controller
    code, car = await site.new_code(), site.controller.shaft.cars["X"]
    data_id = await site.linkage(triggerElevatorId="X")
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=TEN)
    await held(site)
    said = []

    async def passes(count: int) -> None:
        await door.scan(code)
        row = (await site.told(count))[-1]
        said.append((row["callResultCode"], row["callResultMsg"]))

    controller.faults.refuses = 6
    await passes(1)
    controller.faults.refuses = 0
    site.patience(1)
    car.faults.stuck = True
    await passes(2)
    car.faults.stuck, car.faults.lies = True, "1"
    await passes(3)
    car.faults.stuck, car.faults.lies = False, "99"
    await passes(4)
    car.faults.lies = ""
    site.patience(60)
    controller.faults.silent = True
    await passes(5)
    assert [result for result, _ in said] == [1006, -5, -6, -6, 4]
    reasons = [
        "exception 6 (device busy) at coil:1", "did not come to 1", "call there is not served", "number 999",
        "device fail: 127.0.0.1",
    ]  # fmt: skip
    runs = (await site.estate.desk.get(f"/lifts/{site.lift}/runs")).json()
    assert [run["cause"] for run in runs] == ["no_answer", "lies", "lies", "not_come", "refused"]
    assert all(reason in words for (_, words), reason in zip(said, reasons, strict=True)), said
    await until(lambda: not site.box.presence.is_online("lift.modbus"))
    controller.faults.silent = False
    await until(lambda: site.box.presence.is_online("lift.modbus"))
    await passes(6)
    assert said[-1] == (200, "success")


async def test_states_go_up_and_a_fire_input_sends_cars_home(site: ModbusSite) -> None:
    await site.with_box()
    door, controller = site.machines[0], site.controller
    code, car = await site.new_code(), site.controller.shaft.cars["X"]
    data_id = await site.linkage(triggerElevatorId="X")
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=TEN)
    await held(site)
    for mode in ("inspection", "fault", "out_of_service", "trapped"):
        car.mode = mode
        await site.reported(mode)
    car.mode, car.load_kg = "normal", 1200
    await site.reported("overload")
    car.load_kg, car.mode = 0, "inspection"
    await site.reported("inspection")
    before = len(controller.written)
    await door.scan(code)
    (row,) = await site.told(1)
    assert row["callResultCode"] == 101  # inspection: nothing was sent
    assert controller.written[before:] == []

    car.mode = "normal"
    await site.reported("normal")
    car.place = 3
    controller.shaft.fire(burns=True)
    await site.reported("emergency")
    await until(lambda: car.floors[car.place] == "B1")  # by the controller's own fire service

    async def declared() -> bool:
        return set(await cars(site)) == {"X", "Y"}

    await until(declared)
    (emergency,) = (await site.estate.desk.get("/lift-emergencies")).json()["data"]
    assert emergency["byDevice"]
