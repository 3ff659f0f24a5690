"""`./linli bench media`: programme streams by RTP to recorded fragmented MP4, against one `ffmpeg -c copy` a stream.

Linli's side is the whole platform as it serves: cameras register by GB/T 28181 and are recorded by plan, with index and
`fdatasync` a second; its processor time is that of the platform and of its child. FFmpeg reads no programme stream from
RTP, so it gets the very same packets without their RTP heads, by UDP. A value is streams of 1080p, 4 Mbit/s, that one
core would record; asked is 1.5 times FFmpeg's. Players by WebSocket are compared with nginx's players by RTMP of the
same small stream, if nginx is here (see `yardsticks/nginx_rtmp`); asked is 0.7.
"""

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop

from bench.harness import (
    GENERATOR_CORE,
    GeneratorClock,
    Report,
    Sample,
    alternate,
    cpu_of,
    finish,
    memory_of,
    pinned,
    say,
)
from bench.yardsticks import nginx_rtmp
from linli.media import stills
from linli.protocols import gb28181 as gb
from linli.protocols import h26x
from tests.campaigns.video import Campaign
from tests.campaigns.video_choir import Choir, Singer
from tests.campaigns.video_helpers import datagram_port
from tests.campaigns.video_sizes import Sizes
from tests.clips import paced_clip

STREAMS, SECONDS, PAIRS = 24, 10.0, 3
PLAYERS, ITEMS, STILLS = 200, 20_000, 20
LARGE, SMALL = (1920, 1080, 4_000), (320, 240, 256)
WATCHED = (640, 360, 512)
"""As the campaign's players watch."""


class Bare(Singer):
    """Without RTP heads."""

    def sing(self, pieces: list[bytes], time: int, *, key: bool) -> int:
        if not (self._began or key):
            return 0
        self._began = True
        for piece in pieces:
            with contextlib.suppress(OSError):
                self._wire.send(piece)
        return len(pieces)


class Side:
    """`small`: for a test of the bench itself."""

    def __init__(self, *, small: bool) -> None:
        self._small = small
        self.streams, self._seconds = (4, 2.0) if small else (STREAMS, SECONDS)

    def linli(self) -> Sample:
        figures = self._campaign(mains=self.streams, players=0)
        media, platform = figures["media_cores"], figures["platform_cores"]
        memory = sum(figures["memory_mib"][which][-1] for which in ("platform", "media"))
        return Sample(
            self.streams / (media + platform), figures["cameras_told"]["busy"],
            extra={"media_cores": media, "platform_cores": platform, "mib_a_stream": memory / self.streams},
        )  # fmt: skip

    def _campaign(self, *, mains: int, players: int) -> dict[str, Any]:
        sizes = Sizes(
            mains + 1, 0, mains, players, self._seconds, 20.0, 0.0, 0, 60.0, not self._small, judged=False
        )
        with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
            campaign = Campaign(Path(folder), sizes, before=tuple(pinned(())))
            figures = uvloop.run(campaign.run())
        if figures["wrong"]:
            raise RuntimeError(f"{figures['wrong']}")
        return figures

    def ffmpeg(self) -> Sample:
        with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
            return asyncio.run(self._ffmpeg(Path(folder)))

    async def _ffmpeg(self, folder: Path) -> Sample:
        choir = Choir(paced_clip(*(SMALL if self._small else LARGE), gop=25))
        task = asyncio.create_task(choir.run())
        ports = [datagram_port() for _ in range(self.streams)]
        with copying(folder, ports) as processes:
            for port in ports:
                singer = Bare(
                    choir, ("127.0.0.1", port), host="127.0.0.1", ssrc=0, loses=0, cut=lambda: False
                )
                await singer.open()
                singer.start()
            for port in ports:
                await asyncio.to_thread(_until_there, folder / f"{port}.mp4")
            with GeneratorClock() as clock:
                began, used = time.monotonic(), _used(processes)
                await asyncio.sleep(self._seconds)
                cores = (_used(processes) - used) / (time.monotonic() - began)
            memory = sum(memory_of(process.pid) for process in processes) / 1024
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return Sample(
            self.streams / max(cores, 0.001), clock.share, extra={"mib_a_stream": memory / self.streams}
        )

    # ------------------------------------------------------------ also

    def players(self, report: Report) -> None:
        """What each costs beside one recorded stream."""
        alone = self._campaign(mains=1, players=0)["platform_cores"]
        mine, others = [], []
        for _ in range(PAIRS):
            watched = self._campaign(mains=1, players=PLAYERS)["platform_cores"]
            mine.append(PLAYERS / max(watched - alone, 0.001))
            if not nginx_rtmp.missing():
                others.append(PLAYERS / asyncio.run(self._nginx()))
        report.add("WebSocket players of one core (a figure)", statistics.median(mine), players=PLAYERS)
        if others:
            ratio = statistics.median(a / b for a, b in zip(mine, others, strict=True))
            report.add("WebSocket players against nginx's by RTMP", ratio, players=PLAYERS)
        else:
            say("nginx with its RTMP module is not here: its players are left out")

    async def _nginx(self) -> float:
        with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
            clip = Path(folder) / "small.h264"
            clip.write_bytes(paced_clip(*WATCHED, gop=25))
            async with nginx_rtmp.serving(Path(folder), clip, PLAYERS) as nginx:
                began, used = time.monotonic(), cpu_of(nginx.pid)
                await asyncio.sleep(self._seconds)
                return max((cpu_of(nginx.pid) - used) / (time.monotonic() - began), 0.001)


@contextlib.contextmanager
def copying(folder: Path, ports: list[int]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A process a stream, all on the server's core."""
    processes = [
        subprocess.Popen(pinned([
            "ffmpeg", "-v", "quiet", "-nostdin", "-f", "mpeg", "-i",
            f"udp://127.0.0.1:{port}?fifo_size=20000&overrun_nonfatal=1", "-c", "copy",
            "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", str(folder / f"{port}.mp4"),
        ]))
        for port in ports
    ]  # fmt: skip
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _until_there(path: Path) -> None:
    """Its first fragments are written. Blocks. Raises TimeoutError."""
    deadline = time.monotonic() + 120
    while not path.exists() or path.stat().st_size < 20_000:
        if time.monotonic() > deadline:
            raise TimeoutError(f"ffmpeg writes no {path.name}")
        time.sleep(0.2)


def _used(processes: list[subprocess.Popen[bytes]]) -> float:
    return sum(cpu_of(process.pid) for process in processes)


def catalogue(report: Report) -> None:
    """A figure: entries of catalogues read, a hundred a message."""
    items: list[dict[str, str | int]] = [
        {"DeviceID": f"3402000000132{number:07d}", "Name": f"北门枪机 {number}", "Manufacturer": "Linli",
         "Model": "SIM-1", "Parental": 0, "ParentID": "34020000001180000001", "Status": "ON", "PTZType": 1}
        for number in range(100)
    ]  # fmt: skip
    body = gb.build("Response", "Catalog", 1, "34020000001180000001", {"SumNum": len(items)}, items)
    began = time.process_time()
    count = sum(len(gb.read(body).items) for _ in range(ITEMS // 100))
    report.add("catalogue items a second (a figure)", count / (time.process_time() - began))


def jpegs(report: Report) -> None:
    """A figure: key pictures of 1080p to JPEG, a second of waiting."""
    cutter = h26x.Pictures()
    pictures = cutter.feed(paced_clip(*LARGE, gop=25), None) + cutter.flush()
    key = next(picture for picture in pictures if picture.key)
    stream = b"".join(b"\0\0\0\1" + unit for unit in key.units)

    async def run() -> float:
        began = time.monotonic()
        for _ in range(STILLS):
            await stills.jpeg(stream)
        return time.monotonic() - began

    report.add("key pictures to JPEG a second, one after the other (a figure)", STILLS / asyncio.run(run()))


def main(arguments: list[str]) -> None:
    small = "--small" in arguments
    os.sched_setaffinity(0, {GENERATOR_CORE})
    side = Side(small=small)
    report = Report("media", "streams recorded by one core", "one ffmpeg -c copy a stream, by UDP")
    if small:
        report.linli, report.other = [side.linli()], [side.ffmpeg()]
    else:
        alternate(report, side.linli, side.ffmpeg, pairs=PAIRS)
        side.players(report)
    mine, other = report.linli[-1].extra, report.other[-1].extra
    report.add(
        "the child that takes streams in alone, against one ffmpeg a stream",
        side.streams / max(mine["media_cores"], 0.001) / report.other[-1].value,
    )
    report.add(
        "memory of a stream, of one ffmpeg's (lower is better)", mine["mib_a_stream"] / other["mib_a_stream"],
        linli_mib=round(mine["mib_a_stream"], 1), ffmpeg_mib=round(other["mib_a_stream"], 1),
    )  # fmt: skip
    catalogue(report)
    jpegs(report)
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
