"""Talking to a camera by GB/T 28181: the voice arrives as it was said, by each way; every failure has its words."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import BytesMessage, CloseConnection, Message, Request, TextMessage

from linli.domains.video.live import talk, talks
from tests.domains.video.live.conftest import CAMERA, WAIT_S, House

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
        assert [head.marker for head in voice.packets] == [True] + [False] * 7
        first = voice.packets[0]
        for count, head in enumerate(voice.packets):
            assert head.sequence == (first.sequence + count) & 0xFFFF
            assert head.timestamp == (first.timestamp + 160 * count) & 0xFFFFFFFF
            assert head.ssrc == 200000001
    await device.until(lambda: voice.over)
    await nobody_talks(house)
    looks = await house.desk.get(f"{house.at}/camera-looks", params={"kind": "talk"})
    (row,) = looks.json()["data"]
    assert (row["what"], row["surface"], row["goesOn"], row["beginMs"]) == ("talk", "console", False, 0)
    assert row["name"]
    assert row["lastedMs"] >= 0
    table = await house.desk.get(f"{house.at}/camera-looks/export.csv", params={"language": "en"})
    assert "Talked to it" in table.text


async def test_each_failure_has_its_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await house.camera()
    (device,) = house.cameras
    faults = device.speaker.faults
    faults.refuses = 486
    assert (await refused(house, path))["code"] == "video.talk_refused"
    faults.refuses = 404
    told = await refused(house, path)
    assert (told["code"], "没有语音输出通道" in told["message"]) == ("video.talk_no_audio", True)
    faults.refuses, faults.says = 0, "ERROR"
    told = await refused(house, path)
    assert (told["code"], "ERROR" in told["message"]) == ("video.talk_refused", True)
    faults.says, faults.no_audio = "OK", True
    assert (await refused(house, path))["code"] == "video.talk_no_audio"
    faults.no_audio, faults.direction = False, "sendonly"
    assert (await refused(house, path))["code"] == "video.talk_no_audio"
    faults.direction, faults.codec = "recvonly", "0 PCMU/8000"
    told = await refused(house, path)
    assert (told["code"], "pcmu/8000" in told["message"]) == ("video.talk_codec", True)
    faults.codec = "8 PCMA/8000"
    monkeypatch.setattr(talks, "CALLED_S", 1.0)
    faults.never_calls = True
    assert (await refused(house, path))["code"] == "video.talk_not_called"
    faults.never_calls, faults.silent = False, True
    assert (await refused(house, path))["code"] == "video.talk_not_called"
    faults.silent = False
    assert await device.register(0) == 200
    assert (await refused(house, path))["code"] == "video.offline"
    assert device.speaker.voices == []
    looks = (await house.desk.get(f"{house.at}/camera-looks", params={"kind": "talk"})).json()["data"]
    assert looks == []


async def test_a_device_that_knows_only_its_speaker(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    speaker = f"{CAMERA[:10]}137{CAMERA[13:]}"
    device.speaker.faults.knows = speaker
    async with talking(house, path) as page:
        page.say(SPOKEN[:320])
        (voice,) = device.speaker.voices
        await device.until(lambda: len(voice.samples) == 320)
    assert device.speaker.told == [CAMERA, speaker]


async def test_one_talks_at_a_time_and_the_other_is_told_who(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    async with talking(house, path):
        told = await house.desk.post(f"{path}/talk")
        assert (told.status_code, told.json()["code"]) == (409, "video.talk_busy")
        name = (await house.desk.get("/session")).json()["name"]
        assert told.json()["message"].startswith(f"{name} ")
    await nobody_talks(house)
    async with talking(house, path):
        assert len(device.speaker.voices) == 2


async def test_it_ends_by_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await house.camera()
    (device,) = house.cameras
    monkeypatch.setattr(talks, "QUIET_S", 0.5)
    async with talking(house, path) as page:  # it says nothing
        assert await page.why() == '{"ended":"quiet"}'
    await device.until(lambda: device.speaker.voices[-1].over)
    await nobody_talks(house)
    answer = await house.desk.post(f"{path}/talk")  # and no page comes
    await device.until(lambda: len(device.speaker.voices) == 2 and device.speaker.voices[-1].over)
    with pytest.raises(AssertionError):
        await on_page(house, answer.json()["path"])
    await nobody_talks(house)
    monkeypatch.setattr(talks, "QUIET_S", 60.0)
    monkeypatch.setattr(talk, "LONGEST_S", 0.6)
    async with talking(house, path) as page:
        assert await page.why() == '{"ended":"limit"}'
    await nobody_talks(house)
    monkeypatch.setattr(talk, "LONGEST_S", 60.0)
    device.speaker.faults.hears_s = 0.3
    async with talking(house, path) as page:  # the camera ends what it hears nothing of
        assert await page.why() == '{"ended":"camera"}'
    await nobody_talks(house)
    device.speaker.faults.hears_s = 0.0
    async with talking(house, path) as page:
        assert await device.register(0) == 200
        assert await page.why() == '{"ended":"camera"}'


async def test_who_may_not_any_more_is_silenced(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await house.camera()
    (device,) = house.cameras
    monkeypatch.setattr(talks, "ALIVE_S", 0.3)
    monkeypatch.setattr(talks, "QUIET_S", 60.0)
    async with talking(house, path) as page:
        assert (await house.desk.delete("/session")).status_code == 204
        assert await page.why() == '{"ended":"right"}'
    await device.until(lambda: device.speaker.voices[-1].over)


async def test_what_a_page_may_send(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    async with talking(house, path) as page:
        page.say(bytes(4_097))
        assert await page.why() == ""
    await nobody_talks(house)
    async with talking(house, path) as page:
        page.send(TextMessage(data="{}"))
        assert await page.why() == ""
    await nobody_talks(house)
    async with talking(house, path) as page:  # a minute at once: no more than a second of it is taken
        for _ in range(200):
            page.say(bytes(2_400))
        voice = device.speaker.voices[-1]
        await device.until(lambda: len(voice.samples) >= 7_200)
    await device.until(lambda: voice.over)
    assert len(voice.samples) < 40_000
    with pytest.raises(AssertionError):
        await on_page(house, "/talk?token=none")


async def test_the_platform_stops_in_the_middle_of_it(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    async with talking(house, path) as page:
        await house.platform.video.stop()
        await device.until(lambda: device.speaker.voices[-1].over)
        assert await page.why() == '{"ended":"closed"}'


async def test_a_stranger_may_not_call_for_a_voice(house: House) -> None:
    await house.camera()
    (device,) = house.cameras
    request = device.request("INVITE", "1234", 1)
    request.set("content-type", "APPLICATION/SDP")
    request.body = device.speaker._description(20_000)
    assert (await device.ask(request)).status == 488
