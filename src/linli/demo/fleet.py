"""The simulated devices of the sample, each on its own connection to the platform's MQTT port."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from linli.app.platform import Platform
from linli.demo import devices, lanes, sample
from linli.demo.place import Place
from linli.sim.door import SimulatedDoor
from linli.sim.face_door import SimulatedFaceDoor
from linli.sim.lane_camera import SimulatedLaneCamera
from linli.sim.lift import SimulatedLift
from linli.sim.link import DeviceLink, Triple
from linli.sim.plant import SimulatedCamera, SimulatedMeter
from linli.things.queries.devices import DeviceRow
from linli.things.service.devices import read_secret

DOOR_REPORTS_S: Final = 60.0
LIFT_REPORTS_S: Final = 4.0
METER_REPORTS_S: Final = 10.0
CAMERA_REPORTS_S: Final = 300.0
ONLINE_SECONDS: Final = 20.0


class Fleet:
    """Doors by iotId, lifts by building, cameras at lanes by their names, meters and cameras."""

    def __init__(self) -> None:
        self.doors: dict[str, SimulatedFaceDoor] = {}
        self.lifts: dict[str, SimulatedLift] = {}
        self.lanes: dict[str, SimulatedLaneCamera] = {}
        self.meters: list[SimulatedMeter] = []
        self.cameras: list[SimulatedCamera] = []

    @staticmethod
    async def of(
        platform: Platform, site: Place, *, flash: Path, port: int, load: Callable[[], float]
    ) -> "Fleet":
        """The devices that the database holds, switched off. `load` is the level of consumption, 0 to 1."""
        fleet, host = Fleet(), platform.settings.mqtt.host

        async def triple(row: DeviceRow) -> Triple:
            secret = await read_secret(site.tenant, platform.db, iot_id=row.iot_id, secrets=platform.secrets)
            return Triple(row.product_key, row.device_name, secret)

        async def rows(kind: devices.Kind, names: list[str]) -> list[DeviceRow]:
            return await devices.rows_of(platform.db, site, kind, names)

        for row in await rows(devices.DOOR, [door.device_name for door in sample.doors()]):
            fleet.doors[row.iot_id] = SimulatedFaceDoor(
                await triple(row),
                host,
                port,
                state=flash / f"{row.device_name}.json",
                now_ms=platform.clock.now_ms,
                report_every_s=DOOR_REPORTS_S,
            )
        for row in await rows(devices.LIFT, [lift.device_name for lift in sample.lifts()]):
            fleet.lifts[sample.building_of(row.device_name)] = SimulatedLift(
                await triple(row),
                host,
                port,
                floors=sample.FLOORS,
                state=flash / f"{row.device_name}.json",
                now_ms=platform.clock.now_ms,
                report_every_s=LIFT_REPORTS_S,
            )
        of_name = {lane.device_name: lane for lane in lanes.LANES}
        for row in await rows(lanes.CAMERA, list(of_name)):
            lane = of_name[row.device_name]
            camera = fleet.lanes[lane.device_name] = SimulatedLaneCamera(
                await triple(row),
                host,
                port,
                direction="out" if lane.direction else "in",
                now_ms=platform.clock.now_ms,
            )
            camera.holds_guests = lane.lot == lanes.GUEST_LOT and lane.direction == 1
        for row in await rows(devices.METER, [meter.device_name for meter in sample.meters()]):
            fleet.meters.append(
                SimulatedMeter(await triple(row), host, port, every_s=METER_REPORTS_S, level=load)
            )
        for row in await rows(devices.CAMERA, [camera.device_name for camera in devices.camera_names()]):
            fleet.cameras.append(SimulatedCamera(await triple(row), host, port, every_s=CAMERA_REPORTS_S))
        return fleet

    async def start(self) -> None:
        """Switch everything on and wait until all doors are online. Raises TimeoutError."""
        await asyncio.gather(*(device.start() for device in self._all()))
        await asyncio.gather(*(link.wait_online(ONLINE_SECONDS) for link in self.links()))

    async def wait_supplied(self, seconds: float) -> None:
        """Return once every door holds a right and its key, or when the time is over."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and not all(  # noqa: ASYNC110 - doors do not tell, as real ones would not
            door.public_key and (door.permissions.qr or door.permissions.cards)
            for door in self.doors.values()
        ):
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        await asyncio.gather(*(device.stop() for device in self._all()))

    def links(self) -> list[DeviceLink]:
        return [device.link for device in self._all()]

    def _all(self) -> list[SimulatedDoor | SimulatedLaneCamera | SimulatedMeter | SimulatedCamera]:
        return [
            *self.doors.values(),
            *self.lifts.values(),
            *self.lanes.values(),
            *self.meters,
            *self.cameras,
        ]
