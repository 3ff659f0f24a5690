"""Simulated cameras by GB/T 28181 in a process of their own: `python -m tests.campaigns.video_cameras`.

Orders are lines of JSON; each is answered by one. The first says which cameras there are; all end when its input does.
Each camera has one picture large and small, keeps itself alive, tells alarms, and registers again when it is not known.
"""

import asyncio
import itertools
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop

from linli.sim import gb28181 as sim
from linli.sim.gb28181.sender import SendsPictures
from tests.campaigns.video_choir import Choir, Singer

PASSWORD = "camera-secret-1"
_CHINA = timedelta(hours=8)
_TOGETHER = 20
"""So many register at once."""


@dataclass
class Orders:
    port: int
    count: int
    loses: list[int]
    """Cameras of which one packet in a hundred is lost."""
    keepalive_s: float
    main: str
    """A file with the pictures of the large stream, as a byte stream; `sub` alike."""
    sub: str


@dataclass
class Told:
    """What cameras had of it."""

    registrations: int = 0
    keepalives: int = 0
    unanswered: int = 0
    alarms: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    away: int = 0
    """Whose last sign of life was not taken."""
    sending: int = 0
    packets: int = 0
    late_s: float = 0.0
    busy: float = 0.0
    """Share of a core that this process used since it was asked last."""


def gb_id(number: int) -> str:
    """Of the device; its camera's code is alike."""
    return f"3402000000118{number:07d}"


def channel_code(number: int) -> str:
    return f"3402000000132{number:07d}"


class CampaignCamera(sim.Camera):
    def __init__(self, number: int, orders: Orders, choirs: tuple[Choir, Choir], told: Told) -> None:
        channel = sim.Channel(channel_code(number), f"摄像机 {number}")
        super().__init__(gb_id(number), PASSWORD, [channel], server=("127.0.0.1", orders.port))
        self.number, self.well = number, False
        self._every_s = orders.keepalive_s
        self._choirs, self._told = choirs, told
        self._loses = 100 if number in orders.loses else 0
        self._cut_until = 0.0
        self.moving = False

    def sender(
        self, to: tuple[str, int], channel: sim.Channel, *, sub: bool, ssrc: int, tcp: bool
    ) -> SendsPictures:
        loop = asyncio.get_running_loop()
        return Singer(
            self._choirs[sub], to, host=self.host, ssrc=ssrc, loses=self._loses,
            cut=lambda: loop.time() < self._cut_until,
        )  # fmt: skip

    def cut(self, seconds: float) -> None:
        self._cut_until = asyncio.get_running_loop().time() + seconds

    async def live(self) -> None:
        """As long as the process."""
        await asyncio.sleep(self.number % 100 / 100 * self._every_s)
        for turn in itertools.count():
            if not self.moving:
                await self._sign_of_life(turn)
            await asyncio.sleep(self._every_s)

    async def _sign_of_life(self, turn: int) -> None:
        try:
            status = await self.keep_alive()
            if status == 403:
                status = await self.registered()
            self._note("keepalive", status)
            self.well = status == 200
            self._told.keepalives += self.well
            if turn % 3 == 2:
                when = (datetime.now(UTC) + _CHINA).strftime("%Y-%m-%dT%H:%M:%S")
                status = await self.alarm(channel_code(self.number), when)
                self._note("alarm", status)
                self._told.alarms += status == 200
        except TimeoutError:
            self.well = False
            self._told.unanswered += 1

    async def registered(self) -> int:
        status = await self.register()
        self._told.registrations += status == 200
        self._note("register", status)
        return status

    def _note(self, what: str, status: int) -> None:
        if status != 200:
            name = f"{what} {status}"
            self._told.refused[name] = self._told.refused.get(name, 0) + 1


class Cameras:
    def __init__(self, orders: Orders) -> None:
        self.told = Told()
        self._asked, self._used = time.monotonic(), time.process_time()
        self._choirs = Choir(Path(orders.main).read_bytes()), Choir(Path(orders.sub).read_bytes())
        self._cameras = [
            CampaignCamera(number, orders, self._choirs, self.told) for number in range(orders.count)
        ]
        self._tasks = [asyncio.create_task(choir.run()) for choir in self._choirs]

    async def begin(self) -> None:
        turn = asyncio.Semaphore(_TOGETHER)

        async def one(camera: CampaignCamera) -> None:
            async with turn:
                camera.well = await camera.start() == 200
                self.told.registrations += camera.well

        await asyncio.gather(*map(one, self._cameras))
        self._tasks += [asyncio.create_task(camera.live()) for camera in self._cameras]

    async def do(self, order: dict[str, Any]) -> dict[str, Any]:
        some = [self._cameras[number] for number in order.get("cameras", [])]
        if order["what"] == "cut":
            for camera in some:
                camera.cut(order["seconds"])
        elif order["what"] == "move":
            for camera in some:
                camera.moving, camera.well = True, False
                camera.well = await camera.move(order["host"]) == 200
                camera.moving = False
                self.told.registrations += camera.well
        elif order["what"] == "doubt":  # whether they are well is to be shown anew
            for camera in self._cameras:
                camera.well = False
        self.told.away = sum(not camera.well for camera in self._cameras)
        self.told.sending = sum(len(camera.senders) for camera in self._cameras)
        self.told.packets = sum(choir.packets for choir in self._choirs)
        now, used = time.monotonic(), time.process_time()
        self.told.busy = round((used - self._used) / max(now - self._asked, 0.001), 3)
        self._asked, self._used = now, used
        self.told.late_s = round(max(choir.late_s for choir in self._choirs), 3)
        return asdict(self.told)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result
        for camera in self._cameras:
            await camera.stop()


async def _main() -> None:
    def say(what: dict[str, Any]) -> None:
        print(json.dumps(what), flush=True)

    cameras = Cameras(Orders(**json.loads(sys.stdin.readline())))
    await cameras.begin()
    say(await cameras.do({"what": "say"}))
    while line := await asyncio.to_thread(sys.stdin.readline):
        say(await cameras.do(json.loads(line)))
    await cameras.end()


if __name__ == "__main__":
    uvloop.run(_main())
