"""`linli driver adapter-bench` and `adapter-sim`: certify an adapter of the event API, run a simulated one."""

import argparse
import asyncio
import base64
import contextlib
from pathlib import Path
from typing import Any

import httpx
import msgspec

from linli.edge.bench.adapters import AdapterBench
from linli.edge.events.kit import Adapter
from linli.edge.events.simulated import SimulatedBrand
from linli.kernel.clock import SystemClock
from linli.protocols.edge_link import SecurityCamera
from linli.protocols.event_api import MANUFACTURES, PORT, Refused

_PICTURE = bytes.fromhex("ffd8ffc000110800f0014003012200021101031101ffd9")
"""Says of itself that it is a picture of 320 by 240."""
DONE, FAILED, WRONG = 0, 1, 2


def add_to(commands: Any) -> None:
    command = commands.add_parser("adapter-bench", help="be the box for an adapter of a camera brand")
    command.add_argument("cameras", type=Path, help="JSON list of cameras, as the guide shows it")
    command.add_argument("picture", type=Path, help="JPEG of a face that the cameras take")
    command.add_argument("--host", default="0.0.0.0", help="address of this machine that adapters reach")
    command.add_argument("--port", type=int, default=PORT)
    command.add_argument("--alarms", action="store_true", help="wait for an alarm and a capture, too")
    command.set_defaults(run=_bench)

    command = commands.add_parser("adapter-sim", help="run an adapter whose cameras are simulated")
    command.add_argument("--app", required=True, help="of the box, e.g. http://192.168.1.10:5080")
    command.add_argument("--ip", required=True, help="of this machine, as the box sees it")
    command.add_argument("--brand", choices=sorted(MANUFACTURES), default="HIK")
    command.add_argument("--home", type=Path, default=Path("adapter"), help="where it keeps things")
    command.add_argument("--alarm-every", type=float, default=0, metavar="SECONDS", help="0: no alarms")
    command.set_defaults(run=_simulate)


def _bench(words: argparse.Namespace) -> int:
    try:
        cameras = msgspec.json.decode(words.cameras.read_bytes(), type=list[SecurityCamera])
        picture = words.picture.read_bytes()
    except (OSError, msgspec.MsgspecError) as error:
        print(f"linli driver adapter-bench: {error}")
        return WRONG
    if not cameras:
        print("linli driver adapter-bench: there is no camera")
        return WRONG
    return asyncio.run(_run(words, cameras, picture))


async def _run(words: argparse.Namespace, cameras: list[SecurityCamera], picture: bytes) -> int:
    bench = AdapterBench(cameras, picture, host=words.host, port=words.port)
    async with bench.open():
        print(f"waiting for the adapter on port {bench.port}", flush=True)
        outcomes = await bench.run(alarms=words.alarms)
    for outcome in outcomes:
        print(f"{'passed' if outcome.passed else 'FAILED':8} {outcome.case:18} {outcome.why}".rstrip())
    return DONE if all(outcome.passed for outcome in outcomes) else FAILED


def _simulate(words: argparse.Namespace) -> int:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(words))
    return DONE


async def _serve(words: argparse.Namespace) -> None:
    adapter = Adapter(SimulatedBrand(words.brand), words.home, SystemClock(), ip=words.ip, app=words.app)
    await adapter.start()
    print(f"the adapter listens on {words.ip}:{adapter.port}", flush=True)
    try:
        while True:
            await asyncio.sleep(words.alarm_every or 3600)
            if words.alarm_every and adapter.devices:
                await _report(adapter)
    finally:
        await adapter.stop()


async def _report(adapter: Adapter) -> None:
    """Somebody walks in, and a picture of a plan, at the first camera."""
    device = adapter.devices[0]
    place = {name: device[name] for name in ("ip", "channel", "deviceType") if device.get(name) is not None}
    now = SystemClock().now_ms()
    picture = {"picBase64": base64.b64encode(_PICTURE).decode(), "picType": "JPG"}
    event = {
        **place,
        "eventType": 2,
        "eventTime": now // 1000,
        "eventId": str(now),
        "eventStatus": 0,
        "scenePicBase64": picture["picBase64"],
        "scenePicType": "JPG",
        "objectInfo": {"objectExtInfo": {"targetType": 1}},
    }
    try:
        await adapter.report_alarm(event)
        await adapter.report_capture({**place, **picture, "captureTime": now // 1000})
    except (Refused, httpx.HTTPError) as error:
        print(f"not taken: {error}", flush=True)
