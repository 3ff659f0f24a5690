"""A simulated machine on the certification bench."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from linli.edge.doors.caller import CallFailed
from linli.edge.doors.driver import DoorDriver
from linli.edge.doors.simulator.machine import SimulatedMachine
from linli.edge.framework.certification import Kit
from linli.edge.framework.contract import Driver
from linli.protocols.door_http.messages.elevators import Elevators

HERE = "127.0.0.1"
_LIFTS = {
    "elevatorMode": "ALL",
    "floorInfoList": [
        {
            "elevatorId": "01",
            "isDualCardDoor": True,
            "floorInfo": [{"floor": "5", "roomList": ["501"]}, {"floor": "B1"}],
        },
    ],
}


class MachineSubject:
    """`custom_of` makes the device's configuration from the machine's port."""

    def __init__(
        self, kit: Kit, custom_of: Callable[[int], Mapping[str, Any]], *, abilities: frozenset[str], sn: str
    ) -> None:
        self.machine = SimulatedMachine(
            sn=sn, ip=HERE, box=(HERE, 0), clock=kit.clock, ids=kit.ids, keepalive=10
        )
        self.machine.memory.lifts = msgspec.convert(_LIFTS, Elevators)
        self.abilities = abilities
        self._custom_of = custom_of

    @property
    def config(self) -> Mapping[str, Any]:
        return {"host": HERE, "port": 0}

    @property
    def custom(self) -> Mapping[str, Any]:
        return self._custom_of(self.machine.port)

    async def start(self) -> None:
        await self.machine.start()

    async def meet(self, driver: Driver) -> None:
        assert isinstance(driver, DoorDriver)
        self.machine.aim(HERE, driver.port)
        await self.machine.connect()

    async def stop(self) -> None:
        await self.machine.stop()

    async def close(self) -> None:
        await self.machine.close()

    async def act(self, action: str, **values: Any) -> Any:
        """Actions of `doors.cases`."""
        machine = self.machine
        match action:
            case "swipe the card":
                return await machine.swipe(values["card"])
            case "hold the Bluetooth card near":
                return await machine.tap(values["card"])
            case "show the QR code":
                return await machine.scan(values["code"])
            case "show a known face":
                return await machine.own_face_pass(values["face"], values["photo"], "0.9")
            case "connect again":
                await machine.connect()
            case "report the lifts":
                await machine.report_lifts()
            case _:
                raise CallFailed(f"a simulated machine cannot: {action}")
        return None
