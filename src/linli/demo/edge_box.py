"""The sample's box, at the site: the box itself, twenty machines on addresses of their own, and people at them.

It runs in the demo's process, yet speaks to the platform as any box does: over HTTP and MQTT, through a line that can be
cut.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import msgspec

from linli.app.platform import Platform
from linli.demo import sample
from linli.demo.box_start import identity_of, listening
from linli.demo.edge_sample import (
    DRIVER,
    LIFT,
    LIFT_DRIVER,
    LIFT_IP,
    MODBUS_IP,
    MODBUS_MAP,
    PORT,
    SERIAL,
    EdgeDoor,
)
from linli.demo.town import Town
from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.doors.simulator.cars import Cars
from linli.edge.drivers.modbus_lift.simulator import SimulatedController
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.edge.services.console.door import new_code
from linli.kernel import telemetry
from linli.kernel.clock import SystemClock
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.protocols.door_http.messages.elevators import Elevators
from linli.protocols.door_http.messages.permissions import QR_BYTES

log = telemetry.logger(__name__)

HARDWARE: Final = "linli-demo-box-0000000000000001"
START_SECONDS: Final = 60.0
BEAT_SECONDS: Final = 20.0
PAUSE_SECONDS: Final = (2.0, 6.0)
STRANGERS: Final = 0.08
KEPT: Final = 30
FLOORS: Final = 18
"""Of the house with the lift."""
FLOOR_SECONDS: Final = 1.0
"""From one to the next."""


class Passing(NamedTuple):
    """An event at a door, for the page."""

    at_ms: int
    door: str
    who: str
    opened: bool
    line_up: bool


class EdgeBox:
    """`start`, then `stop`. `host`: where its own page is."""

    def __init__(
        self, platform: Platform, doors: list[EdgeDoor], town: Town, home: Path, *, host: str
    ) -> None:
        self._platform = platform
        self._doors = {door.device_name: door for door in doors}
        self._town = town
        self._home = home
        self._host = host
        self._random = random.Random(sample.SEED + 7)
        self._line = _Line()
        self._machines: dict[str, SimulatedMachine] = {}
        self._controller = SimulatedController(MODBUS_MAP, host=MODBUS_IP, port=PORT)
        self._controller.presses = True
        self._box: Box | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.passings: deque[Passing] = deque(maxlen=KEPT)

    async def start(self) -> None:
        """Raises OSError where machines cannot have addresses of their own, LinliError, TimeoutError."""
        identity = await identity_of(self._platform, self._home, serial=SERIAL, hardware=HARDWARE)
        scripts = self._home / "network-scripts"
        scripts.mkdir(exist_ok=True)
        ports = Ports(host=self._host, files=(0,), console=0, mqtt=0, route=0, scripts=str(scripts))
        box = self._box = Box(self._home, identity, transport=self._line, ports=ports)
        await box.start()
        places = {door.device_name: door.ip for door in self._doors.values()} | {LIFT: LIFT_IP}
        for name, ip in places.items():
            machine = self._machines[name] = SimulatedMachine(
                sn=name, ip=ip, host=ip, port=PORT, box=("127.0.0.1", 0), clock=SystemClock(), ids=Ids()
            )
            await machine.start()
        self._machines[LIFT].memory.lifts = _lifts()
        await self._controller.start()
        async with asyncio.timeout(START_SECONDS):
            heard = {name: await listening(box, name) for name in (DRIVER, LIFT_DRIVER)}
        for name, machine in self._machines.items():
            machine.aim("127.0.0.1", heard[LIFT_DRIVER if name == LIFT else DRIVER])
            self._tasks.append(asyncio.create_task(_keep_connected(machine), name=f"demo {machine.sn}"))
        cars = Cars(self._machines[LIFT], floor_s=FLOOR_SECONDS)
        self._tasks.append(asyncio.create_task(cars.run(), name="demo cars"))
        moving = self._controller.run(SystemClock(), FLOOR_SECONDS)
        self._tasks.append(asyncio.create_task(moving, name="demo controller"))

    def live(self) -> None:
        """People come to the doors from now on."""
        self._tasks.append(asyncio.create_task(self._people(), name="demo box people"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._box is not None:
            await self._box.stop()
        await asyncio.gather(*(machine.close() for machine in self._machines.values()))
        await self._controller.stop()

    def page(self) -> tuple[str, str]:
        """(address of the box's own page, a one-time code to log in there)."""
        assert self._box is not None
        assert self._box.lan is not None
        return f"http://{self._host}:{self._box.lan.console_port}/", new_code(self._home / "console")

    # the line

    def cut(self) -> None:
        """As if the site's line to the platform were cut."""
        assert self._box is not None
        self._line.down = True
        self._box.line.cut()

    def mend(self) -> None:
        assert self._box is not None
        self._line.down = False
        self._box.line.mend()

    # the doors

    async def come(self, device_name: str, *, stranger: bool) -> bool:
        """Somebody comes to a door; whether it opened. Raises KeyError for a door that is not there."""
        door, machine = self._doors[device_name], self._machines[device_name]
        credentials = [
            (credential, person.name)
            for person in self._town.people
            for credential, at in (person.cards if door.reads == "card" else person.codes).items()
            if door.iot_id in at
        ]
        if stranger or not credentials:
            what, who = f"{self._random.randrange(10**9):0{10 if door.reads == 'card' else QR_BYTES}}", ""
        else:
            what, who = self._random.choice(credentials)
        opened = False
        with contextlib.suppress(CallFailed, Refusal):
            opened = await (machine.swipe(what) if door.reads == "card" else _scan(machine, what))
        now_ms = self._platform.clock.now_ms()
        self.passings.appendleft(Passing(now_ms, door.name, who, opened, not self._line.down))
        return opened

    def state(self) -> dict[str, Any]:
        """For the page."""
        assert self._box is not None
        status = self._box.status()
        return {
            "node": status["node"]["name"],
            "line": status["cloud"]["line"],
            "cut": self._line.down,
            "backlog": status["uplink"]["backlog"],
            "sent": status["uplink"]["sent"],
            "doors": [
                {
                    "id": door.device_name,
                    "name": door.name,
                    "reads": door.reads,
                    "connected": bool(self._machines[door.device_name].token),
                    "opened": self._machines[door.device_name].memory.opened,
                }
                for door in self._doors.values()
            ],
            "liftCalls": len(self._machines[LIFT].memory.calls),
            "passings": [passing._asdict() for passing in self.passings],
        }

    async def _people(self) -> None:
        names = list(self._doors)
        while names:
            await asyncio.sleep(self._random.uniform(*PAUSE_SECONDS))
            try:
                await self.come(self._random.choice(names), stranger=self._random.random() < STRANGERS)
            except LinliError as error:
                log.info("demo: %s", error)


class _Line(httpx.AsyncBaseTransport):
    """HTTP to the platform, as long as the line is there."""

    def __init__(self) -> None:
        self.down = False
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("the line is cut", request=request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _lifts() -> Elevators:
    """The controller's report of its two cars."""
    floors = [{"floor": str(floor)} for floor in range(1, FLOORS + 1)]
    cars = [
        {
            "elevatorId": f"0{number}",
            "elevatorName": f"{number} 号梯",
            "isDualCardDoor": False,
            "floorInfo": floors,
        }
        for number in (1, 2)
    ]
    return msgspec.convert({"elevatorMode": "ALL", "floorInfoList": cars}, Elevators)


async def _scan(machine: SimulatedMachine, code: str) -> bool:
    return await machine.scan(code) is not None


async def _keep_connected(machine: SimulatedMachine) -> None:
    """The regular work of a machine's firmware."""
    while True:
        work: Awaitable[None] = machine.beat() if machine.token else machine.connect()
        with contextlib.suppress(CallFailed, Refusal):
            await work
        await asyncio.sleep(BEAT_SECONDS if machine.token else 1.0)
