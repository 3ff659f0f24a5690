"""People's day: they leave and come home, show codes and cards, mistake their door, are let in by a guard."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from linli.app.platform import Platform
from linli.demo import sample
from linli.demo.barriers import Barriers
from linli.demo.callers import Callers
from linli.demo.day import Day, Errand, steps
from linli.demo.faces import Snapshots
from linli.demo.fleet import Fleet
from linli.demo.guests_at_exit import GuestsAtExit
from linli.demo.mishaps import Mishaps
from linli.demo.place import Place
from linli.demo.town import Neighbour, Town
from linli.demo.visitors import Visitors
from linli.demo.wallet import Wallet
from linli.domains.access.service.remote import remote_open
from linli.kernel import telemetry
from linli.kernel.errors import LinliError
from linli.sim.door import SimulatedDoor

log = telemetry.logger(__name__)

_PREFERS_CARD: Final = 0.5
_SOUTH: Final = 0.65
_FROM_GARAGE: Final = 0.5
_REASONS: Final = ("外卖送餐", "快递上门", "业主未带卡", "搬家车辆随行人员", "维修师傅进场")


class Life:
    """Runs until it is stopped. Everything it does could be done by hand at the doors and on the pages."""

    def __init__(self, platform: Platform, site: Place, town: Town, fleet: Fleet, day: Day) -> None:
        self._platform = platform
        self._site = site
        self._town = town
        self._fleet = fleet
        self._day = day
        self._random = random.Random(sample.SEED)
        self._wallet = Wallet(platform, site)
        self._visitors = Visitors(platform, site, town, fleet, self._wallet)
        self._barriers = Barriers(platform, site, fleet)
        self._guests = GuestsAtExit(platform, site, fleet)
        self.callers = Callers(platform, fleet)
        self._snapshots = Snapshots(platform, site)
        self._mishaps = Mishaps(platform, site, town, fleet)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.callers.start()
        self._tasks = [
            asyncio.create_task(self._days(), name="demo residents"),
            self._now_and_then(self._visitors.come, 20, 40),
            self._now_and_then(self._visitors.are_received, 90, 180),
            self._now_and_then(self._let_in, 20, 45),
            self._now_and_then(self._barriers.drive, 4, 14),
            self._now_and_then(self.callers.ring, 60, 180),
            self._now_and_then(self._go_wrong, 15, 35),
            asyncio.create_task(self._guests.run(), name="demo guests"),
            *(asyncio.create_task(work, name="demo mishaps") for work in self._mishaps.work()),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.callers.stop()

    # the day

    async def _days(self) -> None:
        people = self._town.people
        number, begun = self._day.number, self._day.minute
        while True:
            plan = steps([person.age for person in people], random.Random(f"{sample.SEED} {number}"))
            for step in plan:
                if step.minute < begun:
                    continue
                await asyncio.sleep(max(self._day.seconds_until(number, step.minute), 0))
                await _unless_refused(self._walk(people[step.person], step.errand))
            number, begun = number + 1, 0.0
            if not plan:
                await asyncio.sleep(1)

    async def _walk(self, person: Neighbour, errand: Errand) -> None:
        if errand == "home":
            await self._pass(person, self._town.unit_door(person))
            await self._ride_home(person)
            return
        roles = [self._gate(errand)]
        garage = self._town.of_role("garage")
        if (
            errand == "in"
            and garage
            and self._holds(person, garage[0])
            and self._random.random() < _FROM_GARAGE
        ):
            roles = garage
        if errand == "out":
            if lift := self._fleet.lifts.get(person.building):
                lift.ride(1)
            if self._random.random() < 0.04:
                club = self._town.of_role("club")
                roles += [door for door in club if self._holds(person, door)]
        for iot_id in roles:
            await self._pass(person, iot_id)

    def _gate(self, way: str) -> str:
        """iotId of the gate that is taken in a direction."""
        side = "south" if self._random.random() < _SOUTH else "north"
        return self._town.door(f"gate-{side}-{way}")

    async def _pass(self, person: Neighbour, iot_id: str) -> None:
        """Show whatever one has at a door: one's face, a code on the phone, or a card."""
        door = self._fleet.doors.get(iot_id)
        if door is not None and not await self._snapshots.look(person, door, self._random):
            await self._show(person, door, iot_id)

    async def _ride_home(self, person: Neighbour) -> None:
        """The lift's buttons answer after a pass, as a door opens; down to the street they always do."""
        if lift := self._fleet.lifts.get(person.building):
            await self._show(person, lift, self._town.lift(person))
            lift.press_floor(person.floor)

    async def _show(self, person: Neighbour, door: SimulatedDoor, iot_id: str) -> None:
        if person.cards and (not person.codes or self._random.random() < _PREFERS_CARD):
            door.swipe(person.card_for(iot_id))
        elif person.codes:
            door.scan(await self._wallet.picture(person.identity_id, person.code_for(iot_id)))

    @staticmethod
    def _holds(person: Neighbour, iot_id: str) -> bool:
        return any(iot_id in doors for doors in (*person.cards.values(), *person.codes.values()))

    # now and then

    async def _let_in(self) -> None:
        """The guard opens a gate from the console."""
        guard = await self._site.staff(self._platform, "guard")
        await remote_open(
            guard,
            self._platform.db,
            invoker=self._platform.things.invoker,
            iot_id=self._gate("in"),
            reason=self._random.choice(_REASONS),
            ids=self._platform.ids,
            clock=self._platform.clock,
        )

    async def _go_wrong(self) -> None:
        """A stranger's card, a picture that is too old, or the neighbours' door: each is refused by the door itself."""
        doors = list(self._fleet.doors.values())
        person = self._random.choice(self._town.people) if self._town.people else None
        kind = self._random.randrange(3)
        if not doors or person is None:
            return
        if kind == 0:
            self._random.choice(doors).swipe(f"{self._random.randrange(10**9):010}")
        elif kind == 1 and (old := self._wallet.screenshot(self._random)):
            self._door_in().scan(old)
        elif person.cards:
            self._neighbours_door(person).swipe(next(iter(person.cards)))

    def _door_in(self) -> SimulatedDoor:
        return self._fleet.doors.get(self._gate("in")) or next(iter(self._fleet.doors.values()))

    def _neighbours_door(self, person: Neighbour) -> SimulatedDoor:
        own = self._town.unit_door(person)
        others = [
            door
            for iot_id in self._town.of_role("unit")
            if iot_id != own and (door := self._fleet.doors.get(iot_id))
        ]
        return self._random.choice(others) if others else self._door_in()

    def _now_and_then(
        self, what: Callable[[], Awaitable[None]], least_s: float, most_s: float
    ) -> asyncio.Task[None]:
        async def again() -> None:
            await asyncio.sleep(self._random.uniform(3, least_s))
            while True:
                await _unless_refused(what())
                await asyncio.sleep(self._random.uniform(least_s, most_s))

        return asyncio.create_task(again(), name=f"demo {what.__name__}")


async def _unless_refused(what: Awaitable[None]) -> None:
    """A refusal of the platform, because of a change meanwhile or an offline door, does not stop it."""
    try:
        await what
    except LinliError as error:
        log.info("demo: %s", error)
