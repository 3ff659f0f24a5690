"""Talking to a camera by GB/T 28181: the voice arrives as it was said, by each way; every failure has its words."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import BytesMessage, CloseConnection, Message, Request, TextMessage

from linli.domains.video.live import talk
from tests.domains.video.live.conftest import CAMERA, WAIT_S, House, channel

SPOKEN = bytes(range(256)) * 5  # 1,280 samples: eight packets


class Page:
    """The page of who talks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._frames = WSConnection(ConnectionType.CLIENT)
        self.words = ""
        self.closed = False

    async def open(self, path: str) -> None:
        self.send(Request(host="127.0.0.1", target=path))
        await self._reader_until(lambda event: type(event).__name__ == "AcceptConnection")

    def send(self, event: Any) -> None:
        self._writer.write(self._frames.send(event))

    def say(self, samples: bytes) -> None:
        self.send(BytesMessage(samples))

    async def why(self) -> str:
        """What it is told at the end."""
        await self._reader_until(lambda event: isinstance(event, CloseConnection))
        return self.words

    async def _reader_until(self, done: Any) -> None:
        async with asyncio.timeout(WAIT_S):
            while True:
                for event in self._frames.events():
                    if isinstance(event, TextMessage):
                        self.words += event.data
                    elif isinstance(event, Message):
                        continue
                    if done(event):
                        return
                data = await self._reader.read(4096)
                assert data, "the line ended without a word"
                self._frames.receive_data(data)

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


@contextlib.asynccontextmanager
async def talking(house: House, path: str) -> AsyncIterator[Page]:
    answer = await house.desk.post(f"{path}/talk")
    assert answer.status_code == 200, answer.text
    page = await on_page(house, answer.json()["path"])
    yield page
    await page.close()


async def on_page(house: House, path: str) -> Page:
    page = Page(*await asyncio.open_connection("127.0.0.1", house.platform.http.port))
    await page.open(path)
    return page


async def nobody_talks(house: House) -> None:
    async with asyncio.timeout(WAIT_S):
        while house.platform.video.desk.talks._all:
            await asyncio.sleep(0.02)


async def refused(house: House, path: str) -> dict[str, Any]:
    answer = await house.desk.post(f"{path}/talk")
    assert answer.status_code in (409, 503), answer.text
    told: dict[str, Any] = answer.json()
    await nobody_talks(house)
    return told


@pytest.mark.parametrize("way", ["udp", "passive", "active"])
async def test_a_voice_arrives(house: House, way: Literal["udp", "passive", "active"]) -> None:
    path = await house.camera()
    (device,) = house.cameras
    device.speaker.way = way
    async with talking(house, path) as page:
        for at in range(0, len(SPOKEN), 320):
            page.say(SPOKEN[at : at + 320])
        (voice,) = device.speaker.voices
        await device.until(lambda: len(voice.samples) == len(SPOKEN))
        assert voice.samples == SPOKEN
        assert [head.payload_type for head in voice.packets] == [8] * 8
        assert voice.packets[0].marker and not voice.packets[1].marker
        first = voice.packets[0]
        for count, head in enumerate(voice.packets):
            assert head.sequence == (first.sequence + count) & 0xFFFF
            assert head.timestamp == (first.timestamp + 160 * count) & 0xFFFFFFFF
            assert head.ssrc == 200000001
    await device.until(lambda: voice.over)
    await nobody_talks(house)
    (row,) = [
        look for look in (await house.desk.get(f"{house.at}/camera-looks", params={"kind": "talk"})).json()["data"]
    ]
    assert (row["what"], row["surface"], row["goesOn"], row["beginMs"]) == ("talk", "console", False, 0)
    assert row["name"] and row["lastedMs"] >= 0
    table = await house.desk.get(f"{house.at}/camera-looks/export.csv", params={"language": "en"})
    assert "Talked to it" in table.text
