"""The box of the offline campaign as a process of its own, so that it can be killed: real time plus what it is told.

Standard input: `jump MS`, `cut`, `mend`. Standard output: one line when it runs, and its figures at each `say`.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from linli.edge.cloud import BoxClock, load_identity
from linli.edge.runtime.compose import Box


async def serve(home: Path, offset_ms: int, *, cut: bool, rate: float) -> None:
    identity = load_identity(home)
    assert identity is not None
    offset = [offset_ms]
    clock = BoxClock(
        machine_ms=lambda: time.time_ns() // 1_000_000 + offset[0],
        steady_ms=lambda: time.monotonic_ns() // 1_000_000 + offset[0],
    )
    box = Box(home, identity, clock=clock, rate=rate)
    if cut:
        box.line.cut()
    await box.start()
    say(box)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        word, _, rest = line.decode().strip().partition(" ")
        if word == "jump":
            offset[0] += int(rest)
        elif word == "cut":
            box.line.cut()
        elif word == "mend":
            box.line.mend()
        say(box)
    await box.stop()


def say(box: Box) -> None:
    told = {
        "backlog": box.queue.backlog,
        "sent": box.drain.sent,
        "up": box.line.up,
        "online": len(box.presence.online),
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--offset-ms", type=int, default=0)
    parser.add_argument("--cut", action="store_true")
    parser.add_argument("--rate", type=float, default=1000.0)
    words = parser.parse_args()
    uvloop.run(serve(words.home, words.offset_ms, cut=words.cut, rate=words.rate))
