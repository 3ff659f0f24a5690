"""`linli soak lanes`: lanes full of cars, the line cut for a third, the box killed twice; then each car is told once.

Box and platform are real: the box is a process of its own, killed with SIGKILL while cameras push readings with pictures
of 200 KB over HTTP; a push that got no answer is pushed again, as cameras do. Half of the lanes lead in, half out; each
car stays a while and leaves, and the clock of the lanes jumps, so that stays cost different sums. In the end the cloud
must have one pass in and one out of each car and one order, with the fee that an oracle reckons minute by minute.
"""

import argparse
import asyncio
import copy
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import uvloop

from linli.domains.parking.fees.forms import TariffForm
from linli.edge.drivers.plate_camera_push.simulator import JPEG
from linli.migrations import runner
from linli.rules.parking_fees import Stay
from tests.campaigns.tariff_oracle import expected
from tests.edge.parking.charged_town import ChargedTown
from tests.edge.parking.lane_town import HERE
from tests.edge.parking.site_box import SITE
from tests.ports import free_port
from tests.servicebus.conftest import Bench, opened

PICTURE_BYTES = 200_000
ANSWER_S = 90.0
"""How long the box may take to start, or to answer: a second on an idle machine."""
JUMP_EVERY_S, JUMP_MS = 5.0, 7 * 60_000
DRAFT: dict[str, Any] = {
    "classes": [
        {"vehicleClass": "", "plans": [{"days": ["workday", "weekend", "holiday"], "segments": [
            {"begins": "08:00", "ends": "20:00", "first": {"minutes": 15, "fen": 300},
             "further": {"minutes": 10, "fen": 100}, "capFen": 2000},
            {"begins": "20:00", "ends": "08:00", "further": {"minutes": 30, "fen": 150}},
        ]}]}
    ],
    "freeMinutes": 5, "dayCapFen": 2500,
}  # fmt: skip


class LanesTown(ChargedTown):
    """`count` lanes with a camera each; the box runs in a process of its own, its driver at a port that stays."""

    def __init__(self, bench: Bench, folder: Path, count: int) -> None:
        self.serials = {f"lane.{number}": f"serial-{number}" for number in range(count)}
        super().__init__(bench, folder)
        self.port = free_port()

    def config_of(self, driver: str) -> dict[str, Any]:
        return {"port": self.port, "cometSeconds": 5}

    async def place(self, tx: Any, site: Any) -> Any:
        placed = copy.deepcopy(await super().place(tx, SITE))
        lot = placed["lots"][0]
        lot |= {"totalCount": 100_000, "holdUnpaid": False, "areas": [{"areaId": "a"}]}
        lot["barriers"] = [
            {"barrierId": name, "areaId": "a", "direction": "OUT" if number % 2 else "IN", "device": name}
            for number, name in enumerate(self.serials)
        ]
        return {"lots": [lot]}


class Process:
    """The box. `offset_ms`: how far the time at the lanes is ahead."""

    def __init__(self, home: Path) -> None:
        self.home, self.offset_ms, self.cut = home, 0, False
        self.most_mb = self.port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        line = [sys.executable, "-m", "tests.campaigns.lane_box", str(self.home)]
        line += ["--offset-ms", str(self.offset_ms), *(["--cut"] if self.cut else [])]
        self._process = await asyncio.create_subprocess_exec(
            *line,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=(self.home / "log").open("ab"),
        )
        await self._heard()

    async def say(self, words: str) -> dict[str, Any]:
        async with self._turn:
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(words.encode() + b"\n")
            await self._process.stdin.drain()
            return await self._heard()

    async def jump(self) -> None:
        self.offset_ms += JUMP_MS
        await self.say(f"jump {JUMP_MS}")

    async def kill(self) -> None:
        async with self._turn:
            await self.die()
            await self.start()

    async def die(self) -> None:
        """As a power cut; `start` brings it back."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def _heard(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), ANSWER_S)
        except TimeoutError:
            raise RuntimeError(f"the box says nothing for {ANSWER_S:g} s: {self.log()}") from None
        if not line:
            raise RuntimeError(f"the box ended: {self.log()}")
        told: dict[str, Any] = json.loads(line)
        self.port = told["port"]
        self.most_mb = max(self.most_mb, told["mb"])
        return told

    def log(self) -> str:
        return (self.home / "log").read_text()[-4000:]


class Traffic:
    """Cars at their lanes; `calm` while the box is up and nobody kills it."""

    def __init__(self, town: LanesTown, chance: random.Random) -> None:
        self.town, self.chance = town, chance
        self.ways_in = [camera for number, camera in enumerate(town.cameras.values()) if number % 2 == 0]
        self.ways_out = [camera for number, camera in enumerate(town.cameras.values()) if number % 2]
        self.took_ms: list[float] = []
        self.again = 0
        self.refused: list[str] = []
        self.cars: list[str] = []
        self.calm = True
        self._picture = JPEG[:-2] + chance.randbytes(PICTURE_BYTES - len(JPEG)) + b"\xff\xd9"

    async def car(self, number: int, stays_s: float) -> None:
        plate = f"浙{chr(65 + number // 100_000 % 8)}{number % 100_000:05}"
        self.cars.append(plate)
        await self._reads(self.chance.choice(self.ways_in), plate)
        await asyncio.sleep(stays_s)
        await self._reads(self.chance.choice(self.ways_out), plate)

    async def _reads(self, camera: Any, plate: str) -> None:
        """Pushed until the box answers, always with the same number."""
        camera._plate_id += 1
        plate_id, first = camera._plate_id, True
        until = time.monotonic() + ANSWER_S
        while time.monotonic() < until:
            begin, calm = time.perf_counter(), self.calm
            try:
                answer = await camera.push(plate, plate_id, picture=self._picture)
            except httpx.HTTPError:
                self.again += 1
                first = False
                await asyncio.sleep(0.5)
                continue
            if answer.get("info") != "ok":
                self.refused.append(f"{plate}: {answer}")
            if first and calm and self.calm:
                self.took_ms.append((time.perf_counter() - begin) * 1000)
            return
        self.refused.append(f"{plate}: no answer for {ANSWER_S:g} s")


async def campaign(folder: Path, *, seconds: float, rate: float, lanes: int, seed: int) -> dict[str, Any]:
    """`rate`: cars in all lanes a second, half of them in."""
    chance = random.Random(seed)
    url = f"sqlite:///{folder}/linli.db"
    await asyncio.to_thread(runner.upgrade, url)
    async with opened(url, folder) as bench:
        town = LanesTown(bench, folder, lanes)
        town.with_lot()
        await town.build()
        await town.open_desk()
        await town.publish(DRAFT, 300 + 11 * 100)
        box = Process(folder / "box")
        await box.start()
        await town.held()
        for camera in town.cameras.values():
            camera.box = (HERE, town.port)
        traffic = Traffic(town, chance)
        begun, number, tasks = time.monotonic(), 0, set[asyncio.Task[None]]()
        plan = [
            (seconds / 3, "cut"), (seconds * 0.45, "kill"), (seconds * 2 / 3, "mend"), (seconds * 0.8, "kill"),
        ]  # fmt: skip
        next_jump = JUMP_EVERY_S
        while (at := time.monotonic() - begun) < seconds:
            if plan and at >= plan[0][0]:
                _, what = plan.pop(0)
                traffic.calm = False
                box.cut = {"cut": True, "mend": False}.get(what, box.cut)
                await (box.kill() if what == "kill" else box.say(what))
                traffic.calm = True
            if at >= next_jump:
                next_jump += JUMP_EVERY_S
                await box.jump()
            task = asyncio.create_task(traffic.car(number, chance.uniform(2, 20)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1
            await asyncio.sleep(max(0.0, number * 2 / rate - (time.monotonic() - begun)))
        await asyncio.gather(*tasks)
        drained = time.monotonic()
        while (told := await box.say("say"))["waiting"]:
            if time.monotonic() - drained > max(ANSWER_S, seconds):
                raise RuntimeError(f"{told['waiting']} wait for the cloud: {box.log()}")
            await asyncio.sleep(0.5)
        drained = time.monotonic() - drained
        wrong = [*traffic.refused[:5], *await _wrong(town, traffic.cars)]
        await box.stop()
        await town.desk.aclose()
        for camera in town.cameras.values():
            await camera.close()
    took = sorted(traffic.took_ms)
    return {
        "cars": len(traffic.cars), "pushed again": traffic.again, "wrong": wrong[:20],
        "p50 ms": round(took[len(took) // 2], 1), "p99 ms": round(took[int(len(took) * 0.99)], 1),
        "box MiB": max(box.most_mb, told["mb"]), "drained s": round(drained, 1),
    }  # fmt: skip


async def _wrong(town: LanesTown, cars: list[str]) -> list[str]:
    """What the cloud has otherwise than it happened."""
    passes, orders = Counter[tuple[str, str]](), Counter[str]()
    for row in await all_rows(town, "cars"):
        passes[row["plate"], row["way"]] += 1
    tariff, zone = msgspec.convert(DRAFT, TariffForm).tariff(), ZoneInfo("Asia/Shanghai")
    wrong = []
    for row in await all_rows(town, "orders"):
        orders[row["plate"]] += 1
        due = expected(tariff, Stay(row["inMs"], row["outMs"]), zone, set(), set())
        if (row["fen"], sum(line["fen"] for line in row["lines"])) != (due, due):
            wrong.append(f"{row['plate']}: {row['fen']} fen, the oracle says {due}")
    for plate in cars:
        came = passes[plate, "in"], passes[plate, "out"], orders[plate]
        if came != (1, 1, 1):
            wrong.append(f"{plate}: in, out, orders {came}")
    if len(orders) != len(cars):
        wrong.append(f"{len(orders)} cars with orders of {len(cars)}")
    return wrong


async def all_rows(town: LanesTown, what: str) -> list[dict[str, Any]]:
    """Each page of the cloud's `cars` or `orders`."""
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = await town.desk.get(
            f"{town.at}/edge-parking/{what}", params={"pageNo": page, "pageSize": 100}
        )
        found = answer.json()["data"]
        rows += found
        if len(found) < 100:
            return rows
        page += 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak lanes", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=16.0, help="cars a second in all lanes")
    parser.add_argument("--lanes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = uvloop.run(
            campaign(
                Path(folder),
                seconds=wanted.minutes * 60,
                rate=wanted.rate,
                lanes=wanted.lanes,
                seed=wanted.seed,
            )
        )
    print(json.dumps(found, ensure_ascii=False, indent=None if wanted.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
