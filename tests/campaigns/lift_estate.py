"""The estate of the lifts campaign: a platform, a box and its line as processes, shafts with doors and gateways, people.

Each person goes to a room of their own behind their lift, so that a call names whom it is for.
"""

import asyncio
import contextlib
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.harness import memory_of
from linli.app.platform import Platform
from linli.domains.access.service import cards, doors, persons
from linli.domains.access.service.cards import CardWish
from linli.domains.boxes.passage import queries as rules
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.service import clusters, deployments, devices, gateways, nodes, protocols
from linli.domains.elevators.service import linkages
from linli.edge.cloud import activate, load_identity, save_identity
from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.simulator import SimulatedMachine
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from linli.protocols.door_http.messages.elevators import Elevator, Elevators, FloorInfo
from linli.protocols.edge_link import CloudAddress, MqttAddress
from linli.things.service import products
from tests.campaigns.cuts import Cut
from tests.campaigns.site import make_site, settings_of
from tests.engines import free_port
from tests.real.platform import ROOT, Installation

HERE: Final = "127.0.0.1"
START: Final = "G"
FLOORS: Final = ("B2", "B1", START, "2", "3", "3A", *(str(number) for number in range(5, 38)), "roof")
ROOMS: Final = tuple(f"{number:02}" for number in range(1, 10))
FREE: Final = ROOMS[-1]
"""Nobody lives there at first: who moves, moves there."""
HOMES: Final = FLOORS[3:-1]
PLAIN: Final = "roof"
"""A floor without rooms, for people who may go to two."""
DELAYS: Final = (0, 2, 5, 0)
"""Seconds, of the shafts in turn."""
KEEPALIVE_S: Final = 10
FAR_MS: Final = 10 * 365 * 86_400_000

type Place = tuple[str, str]


@dataclass(slots=True)
class Person:
    identity: str
    card: str
    shaft: int
    own: bool
    """Passes the lift's own reader, not the door of the unit."""
    places: list[Place]
    """Where the linkage takes them; none: they may pass, and no lift comes."""
    sure: int = 0
    """Passes that the box confirmed since `places` are what they are…"""
    maybe: int = 0
    """…and those of which the door does not know whether the box kept them."""
    last_s: float = 0.0
    moving: bool = False
    former: list["Person"] = field(default_factory=list)
    """As they were before they moved."""


class Noted(list[Any]):
    """Tells of what is appended."""

    def __init__(self, heard: Callable[[Any], None]) -> None:
        super().__init__()
        self._heard = heard

    def append(self, item: Any) -> None:
        super().append(item)
        self._heard(item)


class BoxProcess:
    """`linli edge run` on its folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        line = [sys.executable, "-m", "linli.cli", "edge", "run", "--lan", "", "--home", str(self.home)]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(line, cwd=ROOT, stdout=log, stderr=log)

    @property
    def memory_kb(self) -> int:
        assert self._process is not None
        return memory_of(self._process.pid)

    def end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(60)

    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")[-3000:]


class Shaft:
    """One lift: the door of its unit, and its gateway with a reader of its own."""

    def __init__(self, number: int, heard: Callable[[int, str, Any], None]) -> None:
        self.number = number
        self.delay_s = DELAYS[number % len(DELAYS)]
        self.door, self.gateway = (self._machine(2 * number + place) for place in (0, 1))
        self.floors = Elevators(
            elevator_mode="ALL",
            floor_info_list=[
                Elevator(
                    elevator_id="1",
                    is_dual_card_door=False,
                    floor_info=[
                        FloorInfo(floor=floor, room_list=list(ROOMS) if floor in HOMES else None)
                        for floor in FLOORS
                    ],
                )
            ],
        )
        memory = self.gateway.memory
        memory.lifts = self.floors
        memory.calls, memory.own_calls = (Noted(lambda one: heard(number, "call", one)) for _ in range(2))
        memory.released, memory.own_released = (
            Noted(lambda one: heard(number, "release", one)) for _ in range(2)
        )
        memory.lit, memory.own_lit = (Noted(lambda one: heard(number, "light", one)) for _ in range(2))
        self.linkage = {False: "", True: ""}
        """dataId, of the door's and of the own reader's."""

    @staticmethod
    def _machine(number: int) -> SimulatedMachine:
        ip = f"127.2.{number // 200}.{number % 200 + 1}"
        return SimulatedMachine(
            sn=f"lift-{number:05}", ip=ip, host=ip, box=(HERE, 0), clock=SystemClock(), ids=Ids(),
            keepalive=KEEPALIVE_S,
        )  # fmt: skip

    @property
    def machines(self) -> tuple[SimulatedMachine, SimulatedMachine]:
        return self.door, self.gateway


class Estate:
    def __init__(
        self, folder: Path, *, shafts: int, people: int, seed: int, heard: Callable[[int, str, Any], None]
    ) -> None:
        self.folder = folder
        self.installation = Installation(folder / "data")
        self.random = random.Random(seed)
        self.shafts = [Shaft(number, heard) for number in range(shafts)]
        self.people = [self._person(number, shafts) for number in range(people)]
        self.iot_ids: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @staticmethod
    def _person(number: int, shafts: int) -> Person:
        shaft, within = number % shafts, number // shafts
        home = HOMES[within % len(HOMES)], ROOMS[within // len(HOMES)]
        assert home[1] != FREE, "too many people for their shafts"
        places = [] if number % 19 == 7 else [home, (PLAIN, "")] if number % 10 == 3 else [home]
        return Person(f"person-{number:06}", f"{number:08x}", shaft, within % 5 > 2, places)

    async def start(self) -> None:
        self.site = await make_site(self.installation)
        self.scope = self.site.owner
        await asyncio.to_thread(self.installation.start)
        self.aside = await Platform.open(settings_of(self.installation))
        self.web, self.mqtt = Cut(self.installation.http_port), Cut(self.installation.mqtt_port)
        for line in (self.web, self.mqtt):
            await line.start()
        self.port = free_port()
        for shaft in self.shafts:
            for machine in shaft.machines:
                await machine.start()
                machine.aim(HERE, self.port)
        await self._deploy()
        await self._activate()
        self.box.start()
        for shaft in self.shafts:
            self._tasks += [asyncio.create_task(firmware(machine)) for machine in shaft.machines]
        await self._rights()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if hasattr(self, "box"):
            await asyncio.to_thread(self.box.end, signal.SIGTERM)
        for shaft in self.shafts:
            await asyncio.gather(*(machine.close() for machine in shaft.machines))
        if hasattr(self, "web"):
            await self.web.stop()
            await self.mqtt.stop()
        if hasattr(self, "aside"):
            await self.aside.db.close()
        await asyncio.to_thread(self.installation.stop)

    # what an installer does

    async def _deploy(self) -> None:
        aside, scope = self.aside, self.scope
        now: dict[str, Any] = {"ids": aside.ids, "now_ms": aside.clock.now_ms()}
        made = {**now, "secrets": aside.secrets}
        community = self.site.community_id
        async with aside.db.begin() as tx:
            product = await products.create_product(
                scope,
                tx,
                values=products.ProductValues(name="门禁一体机", category_code="community/people/aio"),
                ids=aside.ids,
                secrets=aside.secrets,
            )
            form = clusters.ClusterForm(
                name="人梯联动",
                model="LE-A-B002-SC001",
                project_id=self.site.project_id,
                community_id=community,
            )
            cluster = await clusters.create(scope, tx, form=form, **now)
            node = await nodes.add(
                scope, tx, cluster_id=cluster.cluster_id, name="lifts-01", serial_number="SN-LIFTS-1", **made
            )
            gateway = await gateways.create(scope, tx, node_id=node.node_id, name="网关", **now)
            config = {"host": HERE, "port": self.port}
            protocol = await protocols.add(
                scope, tx, gateway_id=gateway.gateway_id, driver_id="door_terminal", config=config, **made
            )
            for shaft in self.shafts:
                for kind, machine in zip(("door", "lift"), shaft.machines, strict=True):
                    lift = kind == "lift"
                    custom = {
                        "ip": machine._ip, "port": machine.port, "elevatorConnected": int(lift),
                        "abilities": ["card", "elevator"] if lift else ["card"],
                    }  # fmt: skip
                    name = f"{kind}-{shaft.number}"
                    values = devices.EdgeDeviceValues(
                        product_key=product.product_key, device_name=name, alias=name, custom=custom
                    )
                    device = await devices.add(
                        scope, tx, gateway=gateway, protocol=protocol, values=values, **made
                    )
                    self.iot_ids[name] = device.iot_id
                    new = doors.NewDoor(community_id=community, name=name, iot_id=device.iot_id)
                    await doors.register_door(scope, tx, new=new, keys=aside.door_keys, now_ms=made["now_ms"])
            await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **made)
        self.node_id, self.serial = node.node_id, node.serial_number
        self.code = nodes.code_of(await cluster_queries.node(scope, aside.db, node.node_id), aside.secrets)

    async def _activate(self) -> None:
        """The box goes through lines that can be cut."""
        identity = await activate(
            self.installation.url, serial=self.serial, code=self.code, hardware="0" * 32,
            clock=SystemClock(), ids=Ids(), report=lambda words: None,
        )  # fmt: skip
        activated = msgspec.structs.replace(
            identity.activated,
            mqtt=MqttAddress(host=HERE, port=self.mqtt.port),
            cloud=CloudAddress(base_url=f"http://{HERE}:{self.web.port}"),
        )
        home = self.folder / "box"
        save_identity(home, msgspec.structs.replace(identity, activated=activated))
        assert load_identity(home) is not None
        self.box = BoxProcess(home)

    async def _rights(self) -> None:
        """Linkages, whom they serve, and everybody's card at their reader; until box and machines have it."""
        aside, scope, now = self.aside, self.scope, self.aside.clock.now_ms()
        async with aside.db.begin() as tx:
            for shaft in self.shafts:
                for own in (False, True):
                    wish = linkages.Wish(
                        mode="CALL_WITH_TARGET", lift=self.iot_ids[f"lift-{shaft.number}"],
                        door=self.iot_ids[f"{'lift' if own else 'door'}-{shaft.number}"], floor=START,
                        delay_s=shaft.delay_s,
                    )  # fmt: skip
                    shaft.linkage[own] = await linkages.create(
                        scope, tx, wish=wish, ids=aside.ids, now_ms=now
                    )
        for at in range(0, len(self.people), 200):
            part = self.people[at : at + 200]
            async with aside.db.begin() as tx:
                for person in part:
                    await persons.save_person(
                        scope, tx, identity_id=person.identity, name="住户", ext_info="{}", now_ms=now
                    )
                wishes = [
                    CardWish(self.iot_ids[self.reader(person)], person.card, person.identity, now + FAR_MS)
                    for person in part
                ]
                await cards.grant_cards(scope, tx, wishes=wishes, keys=aside.door_keys, now_ms=now)
                for person in part:
                    if person.places:
                        await self._serve(tx, person)
        await self.until(self._carded, 600)
        await self.until(self.held, 300)
        await self.until(self.mirrored, 300)

    @staticmethod
    def reader(person: Person) -> str:
        return f"{'lift' if person.own else 'door'}-{person.shaft}"

    def machine_of(self, person: Person) -> SimulatedMachine:
        shaft = self.shafts[person.shaft]
        return shaft.gateway if person.own else shaft.door

    async def _serve(self, tx: Any, person: Person) -> None:
        await linkages.save_target(
            self.scope, tx, data_id=self.shafts[person.shaft].linkage[person.own],
            whom=linkages.Whom("PERSON", person.identity), floors=person.places, expires_ms=None,
            now_ms=self.aside.clock.now_ms(),
        )  # fmt: skip

    async def serve(self, person: Person) -> None:
        """The linkage takes them where their `places` say now."""
        async with self.aside.db.begin() as tx:
            await self._serve(tx, person)

    async def unserve(self, person: Person) -> None:
        async with self.aside.db.begin() as tx:
            await linkages.delete_target(
                self.scope, tx, data_id=self.shafts[person.shaft].linkage[person.own],
                whom=linkages.Whom("PERSON", person.identity),
            )  # fmt: skip

    # how it stands

    async def _carded(self) -> bool:
        wanted = Counter(self.machine_of(person).sn for person in self.people)
        return all(
            len(machine.memory.cards) == wanted[machine.sn]
            for shaft in self.shafts
            for machine in shaft.machines
        )

    async def held(self) -> bool:
        """The box keeps the rules of now."""
        found = await rules.box_rules(self.scope, self.aside.db, [self.node_id])
        return self.node_id in found and found[self.node_id].holds

    async def mirrored(self) -> bool:
        return not self.differing()

    def differing(self) -> list[str]:
        """Gateways that do not keep just the rules that they should."""
        wanted: dict[int, dict[str, set[Place]]] = {shaft.number: {} for shaft in self.shafts}
        for person in self.people:
            if person.own and person.places:
                wanted[person.shaft][person.identity] = set(person.places)
        found = []
        for shaft in self.shafts:
            kept = {
                rule.user_id or "": {
                    (stop.floor or "", stop.room_number or "") for stop in rule.target_floor_room_list or ()
                }
                for rule in shaft.gateway.memory.lift_rules.values()
            }
            rows, want = len(shaft.gateway.memory.lift_rules), wanted[shaft.number]
            if kept != want or rows != len(want):
                found.append(f"lift-{shaft.number} keeps {rows} rules for {len(want)}")
        return found

    async def until(self, look: Callable[[], Any], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not await look():
                    await asyncio.sleep(0.2)
        except TimeoutError:
            words = f"{getattr(look, '__name__', look)}: {self.differing()[:3]}"
            raise AssertionError(f"{words}\n{self.box.log()}\n{self.installation.log()}") from None


async def firmware(machine: SimulatedMachine) -> None:
    """It connects, keeps the connection, and comes back by itself."""
    while True:
        try:
            await (machine.beat() if machine.token else machine.connect())
        except (CallFailed, Refusal, OSError):
            with contextlib.suppress(CallFailed, Refusal, OSError):
                machine.faults.clock_off_s += 1  # no second /connect of the same second is taken
                await machine.connect()
            await asyncio.sleep(0.5)
        else:
            await asyncio.sleep(KEEPALIVE_S / 4)
