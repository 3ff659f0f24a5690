"""`./linli bench lane`: a lane camera's push in to the barrier's open out, against a bare aiohttp handler.

Linli's side is the box as cameras meet it, as a process of its own: its listener, the driver, the rules, the picture
stored, the pass committed with `synchronous=FULL`. The yardstick parses the same push, writes picture and row (also
`FULL`) and answers. Both run on one core; one camera, a process of its own on the other core, pushes a car, and the next
as soon as the one before was answered. The cloud takes the box's records and pictures all the while, on the camera's
core, where a site has another machine; what is measured with the line cut stands beside it.
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
from linli.edge.drivers.plate_camera_push.simulator import JPEG, SimulatedCamera
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


async def _camera() -> None:
    """The generator's process: a line of JSON asks for pushes, a line of JSON tells how long they took."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    cameras: dict[str, SimulatedCamera] = {}
    picture = JPEG[:-2] + random.Random(1).randbytes(PICTURE_BYTES - len(JPEG)) + b"\xff\xd9"
    while line := await reader.readline():
        asked = json.loads(line)
        camera = cameras.setdefault(asked["serial"], SimulatedCamera(asked["serial"]))
        camera.box = (HERE, asked["port"])
        waited = []
        with GeneratorClock() as clock:
            for plate in asked["plates"]:
                begun = time.perf_counter()
                answer = await camera.read(plate, picture=picture)
                waited.append((time.perf_counter() - begun) * 1000)
                if answer.get("info") != "ok":
                    raise RuntimeError(f"{plate} is not let in: {answer}")
        p99 = sorted(waited)[int(len(waited) * 0.99)]
        print(json.dumps([statistics.median(waited), clock.share, p99]), flush=True)


class Camera:
    """The generator as the bench asks it."""

    def __init__(self, serial: str) -> None:
        self._serial = serial

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *pinned([sys.executable, "-m", "bench.lane", "--camera"], core=GENERATOR_CORE),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def pushes(self, port: int, plates: list[str]) -> Sample:
        """Raises RuntimeError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"serial": self._serial, "port": port, "plates": plates}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the camera's pushes failed")
        middle, share, p99 = json.loads(line)
        return Sample(1000 / middle, share, p99, {"p50_ms": round(middle, 2)})

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()


async def measure(report: Report, folder: Path, *, pairs: int, pushes: int) -> None:
    url = f"sqlite:///{folder}/linli.db"
    await asyncio.to_thread(runner.upgrade, url)
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
        camera = Camera(next(iter(town.serials.values())))
        await camera.start()
        try:
            alone: list[float] = []
            for pair in range(2 * pairs + 2):
                cut = pair % 2 == 1
                await box.say("cut" if cut else "mend")
                plates = [f"浙A{pair * pushes + number:05}" for number in range(pushes)]
                mine = await camera.pushes(town.port, plates)
                yardstick = await camera.pushes(port, plates)
                if pair < 2:  # the first warm both up
                    continue
                way = "with the line cut" if cut else "with the line"
                say(f"lane {way}: {mine.extra['p50_ms']} ms against {yardstick.extra['p50_ms']} ms")
                if cut:
                    alone.append(mine.value / yardstick.value)
                else:
                    report.linli.append(mine)
                    report.other.append(yardstick)
            await box.say("mend")
            while (state := await box.say("say"))["waiting"]:
                say(f"lane: {state['waiting']} passes wait for the cloud")
                await asyncio.sleep(0.5)
            came = len(await all_rows(town, "cars"))
            if came != (2 * pairs + 2) * pushes:
                raise RuntimeError(f"the cloud has {came} passes of {(2 * pairs + 2) * pushes}")
            ratio = statistics.median(alone)
            report.also.append({"name": "with the line cut", "ratio": ratio, "value": ratio})
        finally:
            await camera.stop()
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
    if arguments[:1] == ["--camera"]:
        uvloop.run(_camera())
        return
    pairs, pushes = (1, 5) if "--small" in arguments else (PAIRS, PUSHES)
    report = Report("lane", "pushes/s of one camera", "bare aiohttp handler with picture and row")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        uvloop.run(measure(report, Path(folder), pairs=pairs, pushes=pushes))
    report.also.append({"name": "load average", "ratio": 1.0, "value": os.getloadavg()[0]})
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
