"""`./linli bench recognize`: a door's `/recognize` against the bare pipeline on the same pictures, among 20,000 faces.

Linli's side is the box as doors meet it: its listener, the driver, the face child, the picture kept, the pass committed
to the box's file. The yardstick decodes, detects, finds landmarks, aligns, embeds and searches, in one process and
nothing else. Both have one core; a ratio is the yardstick's processor time / Linli's (box and child together, others
may share the machine): 0.77 is the asked 1.3 times. Times that a door waits are told beside.
Then eight doors at once, for how many recognitions one core gives in a minute.
"""

import os

os.environ.update({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})  # before numpy is loaded

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.faces import DOOR, LIMIT, close_up, median_ms, ratio, unit
from bench.harness import SERVER_CORE, Report, Sample, cpu_of, finish, pinned, say
from linli.edge.doors.simulator import SimulatedMachine
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from linli.ops.face_models import cache_folder
from linli.vision.index.exact import ExactIndex
from linli.vision.pipeline import Pipeline, glimpse, load
from tests.campaigns import site_box
from tests.vision import shipped

PICTURES = ("obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png")
PAIRS, ROUNDS = 5, 20
DOORS = 8
SECONDS = 20.0


def bare(faces: Pipeline, index: ExactIndex, content: bytes) -> Callable[[], Any]:
    """The five steps on the largest face, in their order, decoded as coarsely as the platform does."""

    def run() -> Any:
        image = glimpse(content).image
        box = max(faces.detector.find(image), key=lambda face: face.bottom - face.top)
        shape = faces.landmarks.shape(image, box, smooth=False)
        vector = faces.embedder.embed(image, shape.points)
        return index.search([vector.tobytes()], limit=LIMIT)

    return run


def shown() -> dict[str, bytes]:
    """Pictures as they are, and as a door's camera takes them."""
    images, faces = shipped.pictures(), load(cache_folder())
    pictures = {name: images[name] for name in PICTURES}
    return pictures | {f"{name} as a close-up of 640": close_up(faces, images[name]) for name in PICTURES}


async def measure(report: Report, folder: Path) -> None:
    pictures, faces = shown(), load(cache_folder())
    index = ExactIndex(folder / "bare", faces.dimensions)
    library = unit(np.random.default_rng(2), DOOR, faces.dimensions)
    index.feed(((str(row), vector.tobytes()) for row, vector in enumerate(library)), mark=1)
    machines = [
        SimulatedMachine(sn=f"bench-{n:04d}", ip=f"127.1.9.{n + 1}", host=f"127.1.9.{n + 1}", box=("127.0.0.1", 0),
                         clock=SystemClock(), ids=Ids(), keepalive=120)
        for n in range(DOORS)
    ]  # fmt: skip
    for machine in machines:
        await machine.start()
    plan = site_box.Plan(faces=DOOR, seed=1, real=True, codes=False, doors=[
        site_box.Door(f"door-{n}", f"127.1.9.{n + 1}", machine.port, own=False) for n, machine in enumerate(machines)
    ])  # fmt: skip
    try:
        async with site_box.running(folder, plan, command=pinned) as box:
            for machine in machines:
                machine.aim("127.0.0.1", box.port)
                await machine.connect()
                await asyncio.wait_for(machine.box_connected.wait(), 30)
            for name, content in pictures.items():
                await _compare(report, name, box, machines[0], content, bare(faces, index, content))
            await _throughput(
                report, machines, [picture for name, picture in pictures.items() if "close-up" in name]
            )
    finally:
        for machine in machines:
            await machine.close()
        index.close()


async def _compare(
    report: Report, name: str, box: site_box.RunningBox, machine: SimulatedMachine, content: bytes,
    yardstick: Callable[[], Any],
) -> None:  # fmt: skip
    waited: list[tuple[float, float]] = []
    used: list[tuple[float, float]] = []
    await machine.show_face(content)
    yardstick()
    for _ in range(PAIRS):
        cpu, start = cpu_of(box.pid) + cpu_of(box.child), time.perf_counter()
        for _ in range(ROUNDS):
            await machine.show_face(content)
        mine, middle = cpu_of(box.pid) + cpu_of(box.child) - cpu, time.perf_counter()
        cpu = time.process_time()
        for _ in range(ROUNDS):
            _on_core(yardstick)
        used.append((mine / ROUNDS, (time.process_time() - cpu) / ROUNDS))
        waited.append(((middle - start) / ROUNDS, (time.perf_counter() - middle) / ROUNDS))
    report.linli += [Sample(60 / mine) for mine, _ in used]
    report.other += [Sample(60 / other) for _, other in used]
    report.add(
        f"{name}: /recognize against the bare pipeline", ratio(used), linli_ms=median_ms(used, 0),
        yardstick_ms=median_ms(used, 1), door_waits_ms=median_ms(waited, 0), waits_ratio=round(ratio(waited), 3),
    )  # fmt: skip
    say(f"{report.also[-1]}")


def _on_core(work: Callable[[], Any]) -> None:
    """The yardstick runs where the box runs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        work()
    finally:
        os.sched_setaffinity(0, before)


async def _throughput(report: Report, machines: list[SimulatedMachine], pictures: list[bytes]) -> None:
    """Every door shows the next face as soon as it was answered."""
    end, count = time.monotonic() + SECONDS, 0

    async def door(machine: SimulatedMachine) -> None:
        nonlocal count
        number = 0
        while time.monotonic() < end:
            await machine.show_face(pictures[number % len(pictures)])
            number += 1
            count += 1

    await asyncio.gather(*map(door, machines))
    minute = count / SECONDS * 60
    report.add(
        "recognitions a minute on one core, against the 200 of the box",
        minute / 200,
        a_minute=round(minute),
    )
    say(f"{report.also[-1]}")


def main(arguments: list[str]) -> None:
    if not site_box.models_are_here():
        say("models or pictures are not here: ./linli models --cache fetch, python -m tests.vision.shipped")
        sys.exit(2)
    report = Report("recognize", "recognitions/min of processor time", "bare pipeline in one process")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        asyncio.run(measure(report, Path(folder)))
    report.also.append({"name": "load average", "ratio": 1.0, "value": os.getloadavg()[0]})
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
