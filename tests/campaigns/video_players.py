"""Players by WebSocket in a process of their own: `python -m tests.campaigns.video_players`.

Orders are lines of JSON, each answered by one; the first says what is watched. Each player asks again when its stream
ends. The first of them keep what they got in files, a file a session, for a decoder to judge.
"""

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import uvloop
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from linli.protocols import fmp4
from linli.protocols.h26x import Unreadable

AGAIN_S = 0.3


@dataclass
class Orders:
    url: str
    headers: dict[str, str]
    cookies: dict[str, str]
    paths: list[str]
    """Of cameras, one a player."""
    sub: bool
    keep: int
    """So many players keep what they got."""
    folder: str


@dataclass
class Told:
    sessions: int = 0
    pictures: int = 0
    waiting: int = 0
    """Players without a picture since the last `doubt`."""
    first_ms: list[float] = field(default_factory=list)
    """From asking to the first picture."""
    refused: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Player:
    def __init__(self, number: int, orders: Orders, desk: httpx.AsyncClient, told: Told) -> None:
        self._number, self._orders, self._desk, self._told = number, orders, desk, told
        self._path = orders.paths[number]
        self._session = 0
        self.seen = False

    async def run(self) -> None:
        while True:
            try:
                await self._watch()
            except (httpx.HTTPError, WebSocketException, OSError) as trouble:
                self._refused(type(trouble).__name__)
            await asyncio.sleep(AGAIN_S)

    def _refused(self, why: str) -> None:
        self._told.refused[why] = self._told.refused.get(why, 0) + 1

    async def _watch(self) -> None:
        began = time.monotonic()
        answer = await self._desk.post(f"{self._path}/live", json={"sub": self._orders.sub})
        if answer.status_code != 200:
            self._refused(answer.json().get("code", str(answer.status_code)))
            return
        url = self._orders.url.replace("http", "ws") + answer.json()["path"]
        self._session += 1
        with contextlib.ExitStack() as stack:
            file = None
            if self._number < self._orders.keep:
                name = f"{self._number}-{self._session}.mp4"
                file = stack.enter_context((Path(self._orders.folder) / name).open("wb"))
            await self._take(url, file, began)

    async def _take(self, url: str, file: BinaryIO | None, began: float) -> None:
        fresh, number = True, 0
        async with connect(url, max_size=None, proxy=None, compression=None) as line:
            self._told.sessions += 1
            async for message in line:
                if isinstance(message, str):
                    continue
                if file is not None:
                    file.write(message)
                if message[4:8] != b"moof":
                    fresh = True  # a head: pictures begin anew
                    continue
                number = self._look(message, fresh=fresh, before=number)
                if fresh and len(self._told.first_ms) < 5_000:
                    self._told.first_ms.append(round((time.monotonic() - began) * 1000, 1))
                fresh = False

    def _look(self, message: bytes, *, fresh: bool, before: int) -> int:
        """A picture: at the begin, and after one that is missing, only a key picture may come."""
        try:
            size = int.from_bytes(message[:4])
            extent = fmp4.read_fragment(message[:size], 0, len(message) - size)
        except Unreadable as error:
            self._told.wrong.append(f"player {self._number}: {error}")
            return before
        number = int.from_bytes(message[20:24])
        if (fresh or number != before + 1) and not extent.key:
            self._told.wrong.append(f"player {self._number} began with picture {number}, which is no key")
        self._told.pictures += 1
        self.seen = True
        return number


async def _main() -> None:
    orders = Orders(**json.loads(sys.stdin.readline()))
    told = Told()
    async with httpx.AsyncClient(
        base_url=f"{orders.url}/api/console", headers=orders.headers, cookies=orders.cookies, trust_env=False,
        timeout=20,
    ) as desk:  # fmt: skip
        players = [Player(number, orders, desk, told) for number in range(len(orders.paths))]
        tasks = [asyncio.create_task(player.run()) for player in players]

        def say() -> None:
            for task in tasks:
                if task.done():
                    task.result()
            told.waiting = sum(not player.seen for player in players)
            print(json.dumps(asdict(told)), flush=True)

        say()
        while line := await asyncio.to_thread(sys.stdin.readline):
            order: dict[str, Any] = json.loads(line)
            if order["what"] == "doubt":
                for player in players:
                    player.seen = False
            say()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    uvloop.run(_main())
