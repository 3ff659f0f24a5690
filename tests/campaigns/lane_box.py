"""The box of the campaign at the lanes as a process of its own, so that it can be killed: real time plus what is told.

Standard input: `jump MS`, `cut`, `mend`, `say`. Standard output: its figures, once it runs and after each word.
"""

import argparse
import asyncio
import json
import resource
import sys
import time
from pathlib import Path

import uvloop

from linli.edge.cloud import BoxClock, load_identity
from linli.edge.framework.supervisor import State
from linli.edge.runtime.compose import Box
from tests.edge.parking.lane_town import Wire
from tests.edge.parking.site_box import PORTS


async def serve(home: Path, offset_ms: int, *, cut: bool) -> None:
    identity = load_identity(home)
    assert identity is not None
    offset = [offset_ms]
    wire = Wire()
    wire.cut = cut
    box = Box(home, identity, ports=PORTS, transport=wire)
    box.parking.room.clock = BoxClock(
        machine_ms=lambda: time.time_ns() // 1_000_000 + offset[0],
        steady_ms=lambda: time.monotonic_ns() // 1_000_000 + offset[0],
    )
    if cut:
        box.line.cut()
    await box.start()
    while {each.state for each in box.supervisor.status()} != {State.RUNNING} or not box.parking.running:
        await asyncio.sleep(0.05)
    await say(box)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        word, _, rest = line.decode().strip().partition(" ")
        if word == "jump":
            offset[0] += int(rest)
        elif word == "cut":
            wire.cut = True
            box.line.cut()
        elif word == "mend":
            wire.cut = False
            box.line.mend()
        await say(box)
    await box.stop()


async def say(box: Box) -> None:
    waiting = len(await box.parking.room.waiting(1_000_000))
    told = {
        "waiting": waiting,
        "reports": box.queue.backlog,
        "version": box.parking.room.given.rules.version,
        "port": box.parking.port,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--offset-ms", type=int, default=0)
    parser.add_argument("--cut", action="store_true")
    words = parser.parse_args()
    uvloop.run(serve(words.home, words.offset_ms, cut=words.cut))
