"""`linli soak robots`: people, robots, a mover and a wheelchair share a car for an hour, second by second.

Everything is real but the seconds and the lift: platform, box, WebSocket, MQTT and the door protocol; a simulated lift
whose car takes two seconds a floor. A second is over when all has been carried out. Beside it a car of the same kind
serves the same people alone. Then:

- nobody waits longer than without robots by more than `MOST_DELAY_S`: the robot's stops that the car has in hand, and
  the seconds that its doors are kept open;
- a car has one session at most, and none beyond two seconds of a fire, a fault or an inspection;
- no robot's turn comes while a wheelchair waits, and no doors are kept open longer than allowed.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

import uvloop

from linli.domains.elevators.queries import lifts
from linli.domains.elevators.robots import queries, talk
from linli.domains.elevators.robots.rows import Ride
from linli.edge.lifts.cars import DWELL, Car
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Database, open_database
from linli.kernel.db.partitions import create_all
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.ops.models import all_models
from linli.rules import robot_rides
from linli.rules.lift_states import NORMAL
from tests.domains.access.estate import open_estate
from tests.domains.elevators.conftest import CALL, LiftSite
from tests.domains.elevators.robots.conftest import RobotClient, RobotSite

CAR: Final = "X"
STARTS: Final = ("B1", "G", "3A", "11", "12", "roof")
"""Floors that no other car serves."""
TARGETS: Final = ("B1", "G", "1", "3A", "10", "11", "12", "roof")
ROBOT_FLOORS: Final = ("1", "10", "12")
FLOOR_S: Final = 2
WHOLE_WAY_S: Final = FLOOR_S * (len(TARGETS) - 1)
STOP_S: Final = FLOOR_S * (DWELL + 1)
MOST_DELAY_S: Final = 2 * (WHOLE_WAY_S + STOP_S) + robot_rides.YIELD_MS // 1000
TROUBLES: Final = ("fire", "fault", "inspection")
TROUBLE_EVERY_S, TROUBLE_S = 600, 40
MOST_SECONDS: Final = 10_000
ENDED_WITHIN_S: Final = 2
ASKS_EVERY_S: Final = 3
EXPECTED: Final = ("robot.lift_not_running", "robot.not_now", "robot.other_session")
"""Refusals that are part of the day."""


class Person:
    def __init__(self, second: int, start: str) -> None:
        self.second, self.start = second, start
        self.waits: list[int | None] = [None, None]
        """With robots, and without."""


@dataclass
class Rider:
    """A robot's own program."""

    client: RobotClient
    kind: str
    robot_id: str
    random: random.Random
    home: str = "1"
    to: str = "10"
    sessions: int = 0
    rides_done: int = 0
    rests: int = 0
    phase_s: int = 0
    patience: int = 5
    state: str = ""

    async def second(self, second: int) -> None:
        if self.rests:
            self.rests -= 1
            return
        name = f"{self.kind}-{self.sessions}"
        last = self.client.sessions[-1] if self.client.sessions else {}
        state = last["state"] if last.get("session_id") == name else ""
        self.phase_s = self.phase_s + 1 if state == self.state else 0
        self.state = state
        if state in ("done", "refused", "ended"):
            self.rides_done += state == "done"
            self._another()
        elif state == "leaving" and self.phase_s >= self.patience:
            self.home = self.to
            await self.client.ask(self.to, session=name, kind=0)
        elif second % ASKS_EVERY_S == 0:
            gets_in = state in ("boarding", "riding") and (state == "riding" or self.phase_s >= self.patience)
            floor = self.to if gets_in or state == "leaving" else self.home
            await self.client.ask(floor, session=name, load_kg=60)

    def _another(self) -> None:
        self.sessions += 1
        self.to = self.random.choice([floor for floor in ROBOT_FLOORS if floor != self.home])
        self.rests = self.random.randint(5, 40) if self.kind != "wheelchair" else self.random.randint(60, 200)
        self.patience = self.random.choice((3, 5, 8, 8, 1_000))  # some never get in, or out
        self.state, self.phase_s = "", 0


@dataclass
class Hour:
    tower: RobotSite
    clock: ManualClock
    seed: int
    seconds: int
    least_done: int = 0
    """Rides to the end; it goes on beyond its seconds for them."""
    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.people: list[Person] = []
        self.car = self.tower.cars.shaft.cars[CAR]
        self.alone = Car(CAR, self.car.floors)
        self.trouble = ""
        self.trouble_s = 0

    async def run(self) -> None:
        await self._register()
        for second in range(MOST_SECONDS):
            if second >= self.seconds and self.rides_done >= self.least_done:
                break
            self.clock.jump(1_000)
            await self._troubles(second)
            await self._person(second)
            for rider in self.riders:
                await rider.second(second)
            self._serve(second)
            if second % FLOOR_S == 0:
                self.alone.step()
                if self.tower.cars.step():
                    await self.tower.cars.report()
                    await self._reported()
            await self.tower.robots.keeper.run()
            await asyncio.sleep(0.01)
            await self._look()
        await self._sum_up()

    @property
    def rides_done(self) -> int:
        return sum(rider.rides_done for rider in self.riders)

    async def _register(self) -> None:
        zone = {"iotId": self.tower.site.lift, "car": CAR, "floors": list(ROBOT_FLOORS), "mostKg": 200}
        self.riders = []
        for number, (kind, carrier) in enumerate(
            (("robot", "websocket"), ("robot", "mqtt"), ("mover", "mqtt"), ("wheelchair", "websocket"))
        ):
            robot = await self.tower.add(name=f"{kind} {number}", kind=kind, priority=number, zones=[zone])
            client = await self.tower.by(carrier, robot)
            self.riders.append(
                Rider(client, kind, robot["id"], random.Random(f"{self.seed} {number}"), rests=number * 7)
            )

    async def _troubles(self, second: int) -> None:
        at = second % TROUBLE_EVERY_S
        if at == TROUBLE_EVERY_S // 2:
            self.trouble = self.car.mode = self.alone.mode = self.random.choice(TROUBLES)
        elif at == TROUBLE_EVERY_S // 2 + TROUBLE_S:
            self.trouble, self.car.mode, self.alone.mode = "", NORMAL, NORMAL
        else:
            self.trouble_s += 1
            return
        self.trouble_s = 0
        self.counts["troubles"] += bool(self.trouble)
        await self.tower.cars.report()

    async def _person(self, second: int) -> None:
        """Nobody calls a car that does not run, or is about to stop."""
        at = second % TROUBLE_EVERY_S - TROUBLE_EVERY_S // 2
        if self.random.random() >= 1 / 45 or -WHOLE_WAY_S * 3 <= at <= TROUBLE_S + 3:
            return
        start = self.random.choice(STARTS)
        target = self.random.choice([floor for floor in TARGETS if floor != start])
        before = len(self.tower.site.machines[1].memory.calls)
        await self.tower.site.ok(
            CALL, "1.0.1", iotId=self.tower.site.lift, startFloor=start, targetFloor=target
        )
        calls = self.tower.site.machines[1].memory.calls[before:]
        if not any((call.start_floor, call.target_floor) == (start, target) for call in calls):
            self.wrong.append(f"second {second}: a person's call did not go to the lift at once")
        self.alone.call(start, target)
        self.people.append(Person(second, start))

    def _serve(self, second: int) -> None:
        for place, car in enumerate((self.car, self.alone)):
            view = car.view()
            for person in self.people:
                if person.waits[place] is None and view.door_open and person.start == view.floor:
                    person.waits[place] = second - person.second

    async def _reported(self) -> None:
        """The platform has heard where the car is."""
        site = self.tower.site
        there = {state.elevator_id: state.current_floor for state in site.machines[1].memory.run_states}
        async with asyncio.timeout(60):
            while True:
                shaft = await lifts.shaft(site.scope, site.platform.db, site.lift)
                if all(there.get(car.elevator_id) == car.position for car in shaft.cars):
                    return
                await asyncio.sleep(0.002)

    async def _look(self) -> None:
        site = self.tower.site
        live = await queries.live_of_lift(site.scope, site.platform.db, site.lift)
        holders = [ride for ride in live if ride.state in robot_rides.HOLDS]
        if len(holders) > 1:
            self.wrong.append(f"{len(holders)} sessions have the car")
        if self.trouble and self.trouble_s > ENDED_WITHIN_S and live:
            self.wrong.append(f"a session outlives {self.trouble} by {self.trouble_s} s: {live[0].state}")

    async def _sum_up(self) -> None:
        site = self.tower.site
        rides: list[Ride] = []
        for rider in self.riders:
            page = PageRequest(1, 200)
            rides += (await queries.rides_of(site.scope, site.platform.db, int(rider.robot_id), page)).data
            odd = [error for error in rider.client.errors if error["code"] not in EXPECTED]
            if odd:
                self.wrong.append(f"{rider.kind} is refused: {odd[0]}")
        for ride in rides:
            self.counts[f"{ride.kind} {ride.state}"] += 1
            self._check_doors(ride)
        self._check_turns(rides)
        self._check_waits()

    def _check_doors(self, ride: Ride) -> None:
        steps = [*ride.step_list(), [self.clock.now_ms(), "", ""]]
        for (began_ms, state, _), (over_ms, _, _) in pairwise(steps):
            longest_s = robot_rides.HOLD_S[ride.kind] + 2
            if state in ("boarding", "leaving") and over_ms - began_ms > longest_s * 1000:
                self.wrong.append(f"doors were open for {ride.kind} for {(over_ms - began_ms) / 1000} s")

    def _check_turns(self, rides: list[Ride]) -> None:
        chairs = []
        for ride in rides:
            if ride.kind == robot_rides.WHEELCHAIR:
                steps = ride.step_list()
                over_ms = next(
                    (at for at, state, _ in steps if state != robot_rides.WAITING), self.clock.now_ms()
                )
                chairs.append((ride.asked_ms, over_ms))
        for ride in rides:
            turns = [at for at, state, _ in ride.step_list() if state == robot_rides.COMING]
            for at in turns if ride.kind != robot_rides.WHEELCHAIR else ():
                if any(asked < at < over for asked, over in chairs):
                    self.wrong.append(f"a {ride.kind} went before a wheelchair")

    def _check_waits(self) -> None:
        served = [(person, *person.waits) for person in self.people if None not in person.waits]
        delays = sorted(cast(int, with_robots) - cast(int, alone) for _, with_robots, alone in served)
        waits = [cast(int, with_robots) for _, with_robots, _ in served]
        self.counts["people"] = len(self.people)
        self.counts["people served"] = len(served)
        if delays:
            self.counts["longest wait, s"] = max(waits)
            self.counts["longest delay, s"] = delays[-1]
            self.counts["delay of 99 of 100, s"] = delays[int(len(delays) * 0.99)]
            self.counts["mean delay, ms"] = round(sum(delays) / len(delays) * 1_000)
            if delays[-1] > MOST_DELAY_S:
                self.wrong.append(f"somebody waited {delays[-1]} s longer for a robot")


async def campaign(folder: Path, *, seconds: int, seed: int) -> dict[str, Any]:
    began = time.monotonic()
    all_models()
    database = await open_database(f"sqlite:///{folder / 'linli.db'}")
    try:
        await create_all(database, SystemClock().now_ms())
        hour = await run(database, folder, seconds=seconds, seed=seed)
    finally:
        await database.close()
    lasted = round(time.monotonic() - began, 1)
    return {"seed": seed, "took, s": lasted, "seconds": seconds, **hour.counts, "wrong": hour.wrong[:20]}


async def run(database: Database, folder: Path, *, seconds: int, seed: int, least_done: int = 0) -> Hour:
    """On a database with the whole schema and no rows."""
    clock = ManualClock(SystemClock().now_ms() // 86_400_000 * 86_400_000 + 43_200_000)
    before = talk.LOOK_SECONDS, talk.A_SECOND
    talk.LOOK_SECONDS, talk.A_SECOND = 0.02, 1_000  # type: ignore[misc]
    try:
        async with open_estate(database, clock, Ids(), folder) as estate:
            site = LiftSite(estate.platform, folder)
            site.estate = estate
            await site.build()
            tower = await RobotSite(site).build(runs=False)
            try:
                hour = Hour(tower, clock, seed, seconds, least_done)
                await hour.run()
            finally:
                await tower.close()
                await site.close()
    finally:
        talk.LOOK_SECONDS, talk.A_SECOND = before  # type: ignore[misc]
    return hour


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak robots", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3_600)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        report = uvloop.run(campaign(Path(folder), seconds=wanted.seconds, seed=wanted.seed))
    if wanted.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        for name, value in report.items():
            print(f"{name:>24}  {value}")
    return 1 if report["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
