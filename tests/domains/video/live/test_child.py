"""The child that takes streams in is killed: players go on with the next one."""

import asyncio
import os
import signal

from websockets.asyncio.client import connect

from tests.domains.video.live.conftest import WAIT_S, House


async def test_players_go_on_after_the_child_was_killed(house: House) -> None:
    path = await house.camera()
    where = (await house.desk.post(f"{path}/live", json={})).json()["path"]
    pump = house.platform.video._pump
    assert pump is not None
    assert pump.pid is not None
    async with (
        asyncio.timeout(WAIT_S),
        connect(house.url.replace("http", "ws") + where, max_size=None, max_queue=None, proxy=None) as line,
    ):
        for _ in range(10):
            await line.recv()
        killed = pump.pid
        os.kill(killed, signal.SIGKILL)
        while pump.restarts == 0 or pump.pid in (None, killed):
            await line.recv()
        for _ in range(10):
            await line.recv()
