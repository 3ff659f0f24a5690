"""`./linli bench lane`: a lane camera's push in to the barrier's open out, against a bare aiohttp handler.

Linli's side is the box as cameras meet it, as a process of its own: its listener, the driver, the rules, the picture
stored, the pass committed with `synchronous=FULL`. The yardstick parses the same push, writes picture and row (also
`FULL`) and answers. Both run on one core; one camera pushes, each push of another car, the next as soon as the one
before was answered. The cloud takes the box's reports all the while, in the generator's process: that costs Linli's
side time which the yardstick is spared.
"""

import asyncio
import base64
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from bench.harness import (
    GENERATOR_CORE,
    PAIRS,
    SERVER_CORE,
    GeneratorClock,
    Report,
    Sample,
    finish,
    pinned,
    say,
)
from linli.edge.drivers.plate_camera_push.simulator import JPEG
from linli.migrations import runner
from tests.campaigns.lanes import DRAFT, LanesTown, Process, all_rows
from tests.edge.parking.lane_town import HERE
from tests.servicebus.conftest import opened

PICTURE_BYTES = 200_000
PUSHES = 60
OPEN = {"Response_AlarmInfoPlate": {"info": "ok"}}


def bare(folder: Path) -> web.Application:
    """The yardstick: what no lane can do without."""
    rows = sqlite3.connect(folder / "bare.db", isolation_level=None)
    rows.execute("PRAGMA journal_mode = WAL")
    rows.execute("PRAGMA synchronous = FULL")
    rows.execute("CREATE TABLE passes (plate TEXT, picture TEXT, at_ms INTEGER)")

    async def push(request: web.Request) -> web.Response:
        info = json.loads(await request.read())["AlarmInfoPlate"]["result"]["PlateResult"]
        name = folder / f"{time.time_ns()}.jpg"
        name.write_bytes(base64.b64decode(info["imageFile"]))
        rows.execute(
            "INSERT INTO passes VALUES (?, ?, ?)", (info["license"], name.name, time.time_ns() // 10**6)
        )
        return web.json_response(OPEN)

    application = web.Application(client_max_size=8 * 2**20)
    application.router.add_post("/{path:.*}", push)
    return application


async def _serve(folder: Path) -> None:
    server = web.AppRunner(bare(folder))
    await server.setup()
    site = web.TCPSite(server, HERE, 0)
    await site.start()
    print(server.addresses[0][1], flush=True)
    await asyncio.get_running_loop().connect_read_pipe(asyncio.Protocol, sys.stdin)
    await asyncio.Event().wait()


async def _pushes(camera: Any, port: int, picture: bytes, plates: list[str]) -> Sample:
    camera.box = (HERE, port)
    waited = []
    with GeneratorClock() as clock:
        for plate in plates:
            camera._plate_id += 1
            begun = time.perf_counter()
            answer = await camera.push(plate, camera._plate_id, picture=picture)
            waited.append((time.perf_counter() - begun) * 1000)
            if answer.get("info") != "ok":
                raise RuntimeError(f"{plate} is not let in: {answer}")
    middle = statistics.median(waited)
    return Sample(
        1000 / middle, clock.share, sorted(waited)[int(len(waited) * 0.99)], {"p50_ms": round(middle, 2)}
    )


async def measure(report: Report, folder: Path, *, pairs: int, pushes: int) -> None:
    url = f"sqlite:///{folder}/linli.db"
    await asyncio.to_thread(runner.upgrade, url)
    picture = JPEG[:-2] + random.Random(1).randbytes(PICTURE_BYTES - len(JPEG)) + b"\xff\xd9"
    async with opened(url, folder) as bench:
        town = LanesTown(bench, folder, 2)
        town.with_lot()
        await town.build()
        await town.open_desk()
        await town.publish(DRAFT, 300 + 11 * 100)
        box = Process(folder / "box")
        await box.start()
        await town.held()
        assert box._process is not None
        for thread in os.listdir(f"/proc/{box._process.pid}/task"):
            os.sched_setaffinity(int(thread), {SERVER_CORE})
        (folder / "bare").mkdir()
        other = await asyncio.create_subprocess_exec(
            *pinned([sys.executable, "-m", "bench.lane", "--bare", str(folder / "bare")]),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert other.stdout is not None
        port = int(await other.stdout.readline())
        os.sched_setaffinity(0, {GENERATOR_CORE})
        camera = next(iter(town.cameras.values()))
        try:
            for pair in range(pairs + 1):
                plates = [f"浙A{pair * pushes + number:05}" for number in range(pushes)]
                mine = await _pushes(camera, town.port, picture, plates)
                yardstick = await _pushes(camera, port, picture, plates)
                if pair:  # the first warms both up
                    report.linli.append(mine)
                    report.other.append(yardstick)
                    say(f"lane: {mine.extra['p50_ms']} ms against {yardstick.extra['p50_ms']} ms")
            while (state := await box.say("say"))["waiting"]:
                say(f"lane: {state['waiting']} passes wait for the cloud")
                await asyncio.sleep(0.2)
            came = len(await all_rows(town, "cars"))
            if came != (pairs + 1) * pushes:
                raise RuntimeError(f"the cloud has {came} passes of {(pairs + 1) * pushes}")
        finally:
            other.kill()
            await other.wait()
            await box.stop()
            await town.desk.aclose()
            for each in town.cameras.values():
                await each.close()


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--bare"]:
        uvloop.run(_serve(Path(arguments[1])))
        return
    pairs, pushes = (1, 5) if "--small" in arguments else (PAIRS, PUSHES)
    report = Report("lane", "pushes/s of one camera", "bare aiohttp handler with picture and row")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        uvloop.run(measure(report, Path(folder), pairs=pairs, pushes=pushes))
    report.also.append({"name": "load average", "ratio": 1.0, "value": os.getloadavg()[0]})
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
