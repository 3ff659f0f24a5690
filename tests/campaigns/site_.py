"""`linli soak site`: one box with everything that a site may have, on two cores that it shares with its doors.

200 doors, 20,000 faces (random unit vectors beside the shipped pictures), 20,000 QR codes, as many cards, the line cut.
First everything is brought to the doors; then people come, so many a second whatever the box does: five show their face,
ten a code, five a card. A decision is counted from the moment that somebody should have been served until the door has
its answer, with the pass committed to the box's queue. Memory is that of the box and its face child.

The random faces are written into the box's file, since no picture has them; the shipped ones take the way of every
picture. Without models (`linli models --cache fetch`) the stand-in takes their place, and the figures say so.
"""

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.harness import cpu_of, memory_of
from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.simulator import SimulatedMachine
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from tests.campaigns import site_box
from tests.campaigns.site_box import Plan, card_of, code_of
from tests.campaigns.site_people import Stranger, Visitor, people
from tests.edge.faces.cloud_files import CloudFiles

FACES, CODES, CARDS = 5.0, 10.0, 5.0
"""A second."""
SETTLE_S: Final = 900.0
AT_ONCE: Final = 20
"""Doors that connect at the same time, as after a power cut with their own differing delays."""


@dataclass
class Tally:
    """Milliseconds of each decision, and what was decided wrongly."""

    took: dict[str, list[float]] = field(default_factory=lambda: {"face": [], "code": [], "card": []})
    wrong: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        every = sorted(one for kind in self.took.values() for one in kind)
        kinds = {
            kind: {
                "count": len(took),
                "p50_ms": part(took, 0.5),
                "p99_ms": part(took, 0.99),
                "max_ms": part(took, 1),
            }
            for kind, took in self.took.items()
        }
        return {
            "p99_ms": part(every, 0.99),
            "decisions": len(every),
            "kinds": kinds,
            "wrong": self.wrong[:20],
        }


def part(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1) if ordered else 0.0


class Campaign:
    def __init__(
        self, folder: Path, *, doors: int, faces: int, seconds: float, seed: int, real: bool
    ) -> None:
        self._folder = folder
        self._seconds = seconds
        self._random = random.Random(seed)
        self._real = real
        clock, ids = SystemClock(), Ids()
        self._machines = [
            SimulatedMachine(
                sn=f"site-{number:05d}", ip=ip(number), host=ip(number), box=("127.0.0.1", 0), clock=clock, ids=ids,
                keepalive=60,
            )
            for number in range(doors)
        ]  # fmt: skip
        self._cloud = CloudFiles()
        self._plan = Plan(faces=faces, seed=seed, real=real, doors=[])
        self._tally = Tally()
        self._memory: list[int] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> dict[str, Any]:
        await self._cloud.start()
        for machine in self._machines:
            await machine.start()
        self._plan.doors = [
            site_box.Door(f"door-{number}", ip(number), machine.port, own=number % 10 == 9)
            for number, machine in enumerate(self._machines)
        ]
        began = time.monotonic()
        try:
            async with site_box.running(self._folder, self._plan) as box:
                phases = {"start_s": since(began)}
                await self._connect(box.port)
                await self._settle(box)
                phases["deployment_s"] = since(began)
                visitors = await self._enrol(box)
                phases["enrolled_s"] = since(began)
                used, started = cpu_of(box.pid) + cpu_of(box.child), time.monotonic()
                await self._serve(box, visitors)
                share = (cpu_of(box.pid) + cpu_of(box.child) - used) / (time.monotonic() - started)
                state = await box.ask("state")
        finally:
            await asyncio.gather(*(machine.close() for machine in self._machines))
            await self._cloud.stop()
        held = sum(len(one.memory.cards) for one in self._machines)
        return {
            "doors": len(self._machines), "faces": self._plan.faces, "models": "shipped" if self._real else "stand-in",
            **phases, **self._tally.document(), "memory_mb": round(max(self._memory, default=0) / 1024),
            "box_cpu": round(share, 2), "cards_on_doors": held,
            "faces_on_doors": sum(len(one.memory.library) for one in self._machines), "queued": state["queued"],
        }  # fmt: skip

    async def _connect(self, port: int) -> None:
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(machine: SimulatedMachine) -> None:
            async with turn:
                machine.aim("127.0.0.1", port)
                await machine.connect()
                await asyncio.wait_for(machine.box_connected.wait(), 60)

        await asyncio.gather(*map(one, self._machines))

    async def _settle(self, box: site_box.RunningBox) -> None:
        """Until every door confirmed what it should hold."""
        async with asyncio.timeout(SETTLE_S):
            while (state := await box.ask("state"))["open"]:
                self._look(box)
                await asyncio.sleep(0.5)
        for door, machine in zip(self._plan.doors, self._machines, strict=True):
            if set(machine.memory.cards) != set(self._plan.cards_of(door)):
                self._tally.wrong.append(f"{door.name} has {len(machine.memory.cards)} cards")
            if door.own and len(machine.memory.library) != len(self._plan.faces_of(door)):
                self._tally.wrong.append(f"{door.name} has {len(machine.memory.library)} faces: {state}")

    async def _enrol(self, box: site_box.RunningBox) -> list[Visitor | Stranger]:
        """Bring the people with pictures to every door that asks the box."""
        found = people(real=self._real)
        events = [
            event
            for one in found
            if isinstance(one, Visitor)
            for event in self._cloud.face(one.face_id, one.kept)
        ]
        params = self._cloud.put_file(events)
        answer = await box.ask("sync", params)
        if answer["refused"]:
            self._tally.wrong.append(f"not enrolled: {answer['refused']}")
        return found

    # people come

    async def _serve(self, box: site_box.RunningBox, visitors: list[Visitor | Stranger]) -> None:
        began, end = time.monotonic(), time.monotonic() + self._seconds
        lines = [self._come(kind, rate, end, visitors) for kind, rate in
                 (("face", FACES), ("code", CODES), ("card", CARDS))]  # fmt: skip
        looking = asyncio.create_task(self._watch(box))
        await asyncio.gather(*lines)
        await asyncio.gather(*self._tasks)
        looking.cancel()
        if time.monotonic() - began > self._seconds + 30:
            self._tally.wrong.append("the box came behind")

    async def _come(self, kind: str, rate: float, end: float, visitors: list[Visitor | Stranger]) -> None:
        """At random moments, whether or not those before were served."""
        due = time.monotonic()
        while (due := due + self._random.expovariate(rate)) < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = asyncio.create_task(self._one(kind, due, visitors))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _one(self, kind: str, due: float, visitors: list[Visitor | Stranger]) -> None:
        number = self._random.randrange(len(self._machines))
        door = self._plan.doors[number]
        if kind == "face" and door.own:
            number -= 1  # its neighbour asks the box
            door = self._plan.doors[number]
        machine = self._machines[number]
        try:
            fault = await {"face": self._face, "code": self._code, "card": self._card}[kind](
                machine, door, visitors
            )
        except (CallFailed, Refusal) as error:
            fault = f"{type(error).__name__} {error}"
        self._tally.took[kind].append((time.monotonic() - due) * 1000)
        if fault:
            self._tally.wrong.append(f"{kind} at {door.name}: {fault}")

    async def _face(
        self, machine: SimulatedMachine, door: site_box.Door, visitors: list[Visitor | Stranger]
    ) -> str:
        who = self._random.choice(visitors)
        shown = self._random.choice(who.shown)
        found = await machine.show_face(shown)
        expected = who.face_id if isinstance(who, Visitor) else None
        got = None if found is None else found.face_id
        return "" if got == expected else f"{got} for {expected}"

    async def _code(self, machine: SimulatedMachine, door: site_box.Door, _: object) -> str:
        if self._random.random() < 0.1:
            return "a made-up code opened" if await machine.scan("z" * 32) is not None else ""
        number = self._random.choice(self._plan.codes_of(door))
        return "" if await machine.scan(code_of(number)) is not None else f"code {number} did not open"

    async def _card(self, machine: SimulatedMachine, door: site_box.Door, _: object) -> str:
        if self._random.random() < 0.1:
            return "an unknown card opened" if await machine.swipe("ffffffff") else ""
        card = card_of(self._random.choice(self._plan.numbers_of(door)))
        return "" if await machine.swipe(card) else f"card {card} did not open"

    # memory

    async def _watch(self, box: site_box.RunningBox) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                self._look(box)
                await asyncio.sleep(2)

    def _look(self, box: site_box.RunningBox) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            self._memory.append(memory_of(box.pid) + memory_of(box.child))


def ip(number: int) -> str:
    return f"127.1.{number // 200}.{number % 200 + 1}"


def since(began: float) -> float:
    return round(time.monotonic() - began, 1)


@contextlib.asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory(prefix="linli-soak-site-") as name:
        yield Path(name)


async def _main(words: argparse.Namespace) -> dict[str, Any]:
    async with _folder() as folder:
        campaign = Campaign(
            folder, doors=max(10, round(200 * words.scale)), faces=max(100, round(20_000 * words.scale)),
            seconds=words.seconds, seed=words.seed, real=not words.stand_in and site_box.models_are_here(),
        )  # fmt: skip
        return {"seed": words.seed, **await campaign.run()}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak site", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of the doors and of everything they hold"
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="how long people come")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--stand-in", action="store_true", help="the stand-in of the face models")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args(arguments)
    found = uvloop.run(_main(words))
    print(json.dumps(found) if words.json else json.dumps(found, indent=2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
