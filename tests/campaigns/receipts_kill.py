"""`linli soak receipts-kill`: the box killed around receipts that drivers show without a line, and while it settles them.

Box and platform are real, the box is a process of its own and is killed with SIGKILL: at a random moment of a receipt,
between its counting and the barrier's move (the camera fetches nothing), or after the barrier moved. Then the driver
shows the same receipt again. It is counted once, the barrier opens or the box says that a person has to, and the car
read again leaves. In the end the cloud has one order, one charge, one pass in and one out of each car.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop

from linli.migrations import runner
from tests.campaigns.lanes import Process, all_rows
from tests.edge.parking.charged_town import tariff
from tests.edge.parking.lane_town import CAMERAS, HERE
from tests.edge.parking.pay_town import MINUTE_MS, PayTown
from tests.edge.runtime.small_box import until
from tests.ports import free_port
from tests.servicebus.conftest import Bench, opened

STAYED_MS, FEN = 95 * MINUTE_MS, 900
"""An hour and two half hours by `tariff(500)`, and for 25 minutes of the campaign still."""
BEFORE, BETWEEN, AFTER = "before", "between", "after"
MOST_MS: Final = 40.0
"""A receipt is counted within about these; a kill comes at a random moment of them."""


class KilledTown(PayTown):
    """Two lanes; the box runs in a process of its own, its driver at a port that stays."""

    serials = CAMERAS

    def __init__(self, bench: Bench, folder: Path) -> None:
        super().__init__(bench, folder)
        self.camera_port = free_port()
        self.process = Process(folder / "box")
        self.found = Counter[str]()
        self.wrong: list[str] = []

    def config_of(self, driver: str) -> dict[str, Any]:
        return {"port": self.camera_port, "cometSeconds": 5}

    @property
    def lane_port(self) -> int:
        return self.process.port

    async def car(self, plate: str, moment: str, chance: random.Random) -> None:
        """One that owes, whose receipt the box does not survive."""
        camera = self.way_out
        camera.barrier = "close"
        receipt, _ = await self.pays(await self.asked_at_exit(plate))
        if moment == BETWEEN:
            await camera.stop()  # it fetches no order
        first = asyncio.create_task(self.shows(receipt))
        if moment == BEFORE:
            await asyncio.sleep(chance.uniform(0, MOST_MS) / 1000)
        elif (said := await first)["resCode"]:
            self.wrong.append(f"{plate}: {said}")
        if moment == AFTER:
            await until(lambda: camera.barrier == "open", 60)
        await self.process.die()
        (answer,) = await asyncio.gather(first, return_exceptions=True)
        self.found["answered" if isinstance(answer, dict) else "unanswered"] += 1
        if isinstance(answer, BaseException) and not isinstance(answer, httpx.HTTPError):
            self.wrong.append(f"{plate}: {answer!r}")
        await self.process.start()
        await camera.start()
        was_open = camera.barrier == "open"
        again = await self.shows(receipt)
        self.found[again.get("code") or "counted"] += 1
        if again.get("code", "") == "edge.receipt_paid_shut":
            # The driver drives back a little, and the camera reads the plate again.
            if (await camera.read(plate))["info"] != "ok":
                self.wrong.append(f"{plate}: paid, and shut in")
        elif again["resCode"] == 0:
            if was_open:
                self.wrong.append(f"{plate}: opened, and then counted")
            try:
                await until(lambda: camera.barrier == "open", 20)
            except (
                TimeoutError
            ):  # the barrier did not move: the car is shut in, and its plate read again opens
                self.found["shut in"] += 1
                if (await camera.read(plate))["info"] != "ok":
                    self.wrong.append(f"{plate}: counted, and shut in")
        elif again.get("code", "") != "edge.receipt_used" or not was_open:
            self.wrong.append(f"{plate}: {again}, the barrier is {camera.barrier}")
        if (third := (await self.shows(receipt)).get("code")) != "edge.receipt_used":
            self.wrong.append(f"{plate}: counted twice: {third}")

    async def check(self, plates: list[str]) -> None:
        """What the cloud has otherwise than it happened."""
        orders, passes = Counter[str](), Counter[tuple[str, str]]()
        for row in await all_rows(self, "orders"):
            orders[row["plate"]] += 1
            if (row["fen"], row["status"], row["waivedFen"]) != (FEN, "paid", 0):
                self.wrong.append(f"{row['plate']}: {row}")
        for row in await all_rows(self, "cars"):
            if row["opened"]:
                passes[row["plate"], row["way"]] += 1
            elif (
                row["reason"] == "paid_shut"
            ):  # what was told as its pass out did not happen; the next row may tell it
                passes[row["plate"], row["way"]] -= 1
        for plate in plates:
            came = passes[plate, "in"], passes[plate, "out"], orders[plate]
            if came != (1, 1, 1):
                self.wrong.append(f"{plate}: in, out, orders {came}")
        charges = await self.charges(len(plates))
        self.wrong += [f"charge {row}" for row in charges if (row["fen"], row["refundedFen"]) != (FEN, 0)]


async def campaign(folder: Path, *, moments: list[str], settling: int, seed: int) -> dict[str, Any]:
    """`settling`: how often more than once the box is killed when the line is back."""
    chance = random.Random(seed)
    url = f"sqlite:///{folder}/linli.db"
    await asyncio.to_thread(runner.upgrade, url)
    async with opened(url, folder, cashier=True) as bench:
        town = KilledTown(bench, folder)
        town.with_lot()
        async with town.with_phone():
            await town.build()
            await town.open_desk()
            await town.publish(tariff(500), FEN)
            box, plates = town.process, [f"浙A{number:05}" for number in range(len(moments))]
            box.offset_ms = -STAYED_MS
            await box.start()
            await town.held()
            for camera in town.cameras.values():
                camera.box = (HERE, town.camera_port)
                await camera.start()
            for plate in plates:
                answer = await town.entry.read(plate)
                assert answer["info"] == "ok", answer
            box.cut, box.offset_ms = True, 0
            await box.say("cut")
            await box.say(f"jump {STAYED_MS}")
            for plate, moment in zip(plates, moments, strict=True):
                await town.car(plate, moment, chance)
            box.cut = False
            for _ in range(settling + 1):
                await box.die()
                await box.start()
                await asyncio.sleep(chance.uniform(0, 0.5))
            while (await box.say("say"))["waiting"]:
                await asyncio.sleep(0.1)
            await town.check(plates)
            await box.stop()
            await town.desk.aclose()
            for camera in town.cameras.values():
                await camera.close()
    return {"cars": len(plates), "kills": len(moments) + settling + 1, **town.found, "wrong": town.wrong}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak receipts-kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--settling", type=int, default=5, help="more kills while the box settles")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    turns = (BETWEEN, BEFORE, BEFORE, AFTER)
    moments = [turns[number % len(turns)] for number in range(wanted.kills)]
    with tempfile.TemporaryDirectory() as folder:
        found = uvloop.run(
            campaign(Path(folder), moments=moments, settling=wanted.settling, seed=wanted.seed)
        )
    print(json.dumps(found, ensure_ascii=False, indent=None if wanted.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
