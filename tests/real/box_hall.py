"""More of the box's site: a hall with every kind of device, a gate that compares faces itself, and a lift."""

from typing import Any, Final

import msgspec

from linli.edge.doors.simulator import SimulatedMachine
from linli.protocols.door_http.messages.elevators import Elevators, RunState
from tests.engines import free_port
from tests.real.box_site import HERE, BoxSite, until

HALL_KINDS: Final = ("face", "card", "bluetooth", "video")
LIMITS: Final = {"isCheck": 1, "maxThreshold": "37.3", "minThreshold": "36.0"}
LIFTS: Final = {
    "elevatorMode": "ALL",
    "floorInfoList": [
        {"elevatorId": "01", "elevatorName": "dongti", "isDualCardDoor": True,
         "floorInfo": [{"floor": "5", "roomList": ["501", "502"]}, {"floor": "B1"}]},
        {"elevatorId": "02", "isDualCardDoor": False, "floorInfo": [{"floor": "B1"}]},
    ],
}  # fmt: skip


class Hall:
    """`machine` of the hall has `hall-face` to `hall-video`; `gate` is `gate-face`; `lift` is a terminal with a lift."""

    machine: SimulatedMachine
    gate: SimulatedMachine
    lift: SimulatedMachine

    def __init__(self, site: BoxSite) -> None:
        self.site = site
        self.algorithm_port = free_port()

    async def build(self) -> "Hall":
        site = self.site
        self.machine, self.gate, self.lift = [await site.machine(number) for number in (3, 4, 5)]
        for kind in HALL_KINDS:
            more = {"faceCompareMode": "edge", **LIMITS} if kind == "face" else {}
            await site.add(f"hall-{kind}", kind, self.machine, **more)
        vectors = {"algorithmIp": HERE, "algorithmPort": self.algorithm_port}
        await site.add("gate-face", "face", self.gate, faceCompareMode="device", **vectors)
        await self._add_lift()
        await site.deploy()
        for machine in (self.machine, self.gate, self.lift):
            site.runs(machine)
        await self.until_online()
        return self

    async def until_online(self) -> None:
        names = (*(f"hall-{kind}" for kind in HALL_KINDS), "gate-face", "east", "west")
        await self.site.until_states(60, **dict.fromkeys(names, "online"))
        await until(self._lift_online, 60)

    async def _add_lift(self) -> None:
        site, port = self.site, free_port()
        protocol = await site.new(
            f"/edge/gateways/{site.gateway}/protocols",
            {"driverId": "door_terminal", "config": {"host": HERE, "port": port}},
        )
        custom = {
            "brand": "旺龙", "model": "ITL-YDT", "ip": "127.0.0.5", "port": self.lift.port, "elevatorConnected": 1,
        }  # fmt: skip
        body = {"devices": [{"deviceName": "lift", "alias": "lift", "custom": custom}]}
        told = await site.send("POST", f"/edge/protocols/{protocol}/devices", body)
        assert told["done"], told
        (row,) = (await site.get(f"/edge/protocols/{protocol}/devices"))["data"]
        self.lift.aim(HERE, port)
        self.lift.memory.lifts = msgspec.convert(LIFTS, Elevators)
        self.lift.memory.run_states = [
            RunState(elevator_id="01", current_floor="9", car_state=1, car_direction=2),
            RunState(elevator_id="02", current_floor="1", car_state=0, car_direction=0),
        ]
        site.iot_ids["lift"] = row["iotId"]

    async def _lift_online(self) -> bool:
        return (await self.site.thing("lift"))["state"] == "online"

    async def invoke(self, name: str, service: str, **args: Any) -> Any:
        """A service of a device, called by an application."""
        params = {"iotId": self.site.iot_ids[name], "identifier": service, "args": args}
        return await self.site.ok("/cloud/thing/service/invoke", "1.0.2", **params)

    async def events(self, name: str, identifier: str) -> list[dict[str, Any]]:
        """What the device's page shows of its events, newest first."""
        rows = (await self.site.get(f"/devices/{self.site.iot_ids[name]}/events"))["data"]
        return [row["params"] for row in rows if row["identifier"] == identifier]

    async def passes(self, name: str) -> list[dict[str, Any]]:
        """Of one door, newest first."""
        page = await self.site.get("/passes", communityId=self.site.community, iotId=self.site.iot_ids[name])
        rows: list[dict[str, Any]] = page["data"]
        return rows

    async def alarms(self, **query: Any) -> list[dict[str, Any]]:
        page = await self.site.get("/door-alarms", communityId=self.site.community, **query)
        rows: list[dict[str, Any]] = page["data"]
        return rows
