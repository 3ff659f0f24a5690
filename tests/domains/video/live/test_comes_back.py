"""A camera that lost its calls: who watches is told, asks again, and sees it."""

import asyncio

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.domains.video.live.conftest import WAIT_S, House


async def _watch(house: House, path: str) -> ClientConnection:
    """A player that has pictures."""
    answer = await house.desk.post(f"{path}/live", json={})
    assert answer.status_code == 200, answer.text
    url = house.url.replace("http", "ws") + answer.json()["path"]
    line = await connect(url, max_size=None, max_queue=None, proxy=None)
    for _ in range(5):
        await line.recv()
    return line


async def _ended(line: ClientConnection) -> None:
    async with asyncio.timeout(WAIT_S):
        with pytest.raises(ConnectionClosed):
            while True:
                await line.recv()


async def test_a_camera_that_is_silent_for_long_is_asked_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.domains.video.live.running.STALL_S", 1.0)
    path = await house.camera()
    line = await _watch(house, path)
    (camera,) = house.cameras
    for sender in list(camera.senders.values()):
        await sender.stop()
    await _ended(line)
    await (await _watch(house, path)).close()


async def test_a_camera_that_comes_back_at_another_address_is_asked_anew(house: House) -> None:
    path = await house.camera()
    line = await _watch(house, path)
    (camera,) = house.cameras
    assert await camera.move("127.0.0.5") == 200
    await _ended(line)
    await (await _watch(house, path)).close()
    (device,) = (await house.desk.get(f"{house.at}/gb-devices")).json()["devices"]
    assert device["host"] == "127.0.0.5"
