"""`linli soak lane-fuzz`: pushes of three brands of lane cameras, mangled by the thousand, against a whole box.

Each is answered below 500 or hung up on, no driver crashes, memory stays, and cars pass the lanes all the while.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop

from linli.edge.drivers.hikvision_isapi.simulator import JPEG, alert, multipart
from linli.migrations import runner
from tests.edge.parking.site_box import ParkingBox
from tests.edge.parking.three_brands import CAR, FORM, MAC, ThreeBrands, hostile, mangled
from tests.servicebus.conftest import opened

GROWN_MB = 60


async def fuzz(box: ParkingBox, brands: ThreeBrands, *, count: int, seed: int) -> dict[str, Any]:
    """`answers` by brand and status; `wrong`: what must not be."""
    places = (
        ("push", brands.push, "/plate", "application/json"),
        ("hikvision", brands.hikvision, "/isapi", FORM),
        ("dahua", brands.dahua, "/NotificationInfo/TollgateInfo", "application/json"),
    )
    bodies = {
        "push": [body for _, camera, _, body, _, _ in hostile(brands) if camera is brands.push and body],
        "hikvision": [multipart(alert(MAC, "ANPR", CAR), JPEG), alert(MAC, "heartBeat")],
        "dahua": [
            b'{"DeviceID":"lane-third","Picture":{"Plate":{"PlateNumber":"A"},"SnapInfo":{"DeviceID":"x"}}}'
        ],
    }
    next_of = {name: mangled(each, seed) for name, each in bodies.items()}
    answers, wrong = Counter[str](), list[str]()
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for number in range(count):
        name, camera, path, kind = places[number % 3]
        status = await brands.send(camera, path, next_of[name](), kind)
        answers[f"{name} {status}"] += 1
        if status >= 500:
            wrong.append(f"{name} answers {status}")
        if number % 200 == 0:
            await _passes(box, brands, number, wrong)
    for status in box.box.supervisor.status():
        if status.crashes:
            wrong.append(f"{status.driver} crashed: {status.why}")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before_mb
    if grown > GROWN_MB:
        wrong.append(f"memory grew by {grown} MB")
    return {"sent": count, "answers": dict(sorted(answers.items())), "grown MB": grown, "wrong": wrong[:20]}


async def _passes(box: ParkingBox, brands: ThreeBrands, number: int, wrong: list[str]) -> None:
    """A car of a resident, in and out."""
    plate = f"浙C{number:05}"
    if (await brands.push.read(plate)).get("info") != "ok":
        wrong.append(f"{plate} does not come in")
    if await brands.hikvision.read(plate) != 200:
        wrong.append(f"{plate} is not taken at the way out")
    await asyncio.sleep(0)


async def campaign(folder: Path, *, count: int, seed: int) -> dict[str, Any]:
    url = f"sqlite:///{folder}/linli.db"
    await asyncio.to_thread(runner.upgrade, url)
    async with opened(url, folder) as bench:
        box, brands = await ParkingBox(bench, folder / "box").start(), ThreeBrands()
        try:
            await brands.meet(box)
            return await fuzz(box, brands, count=count, seed=seed)
        finally:
            await brands.close()
            await box.stop()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak lane-fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = uvloop.run(campaign(Path(folder), count=wanted.count, seed=wanted.seed))
    print(json.dumps(found, ensure_ascii=False, indent=None if wanted.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
