"""A camera by GB/T 28181 registers, is listed, and is watched; where it is not, the reason is said."""

import asyncio
import base64

import httpx
import pytest
from websockets.asyncio.client import connect

from linli.protocols import gb28181 as gb
from linli.sim import gb28181 as sim
from tests.clips import checksums, clip
from tests.domains.video.live.conftest import OTHER, RECORDER, WAIT_S, House, channel


async def _fragments(house: House, path: str, pictures: int) -> bytes:
    """What a page gets: the codec in words, then so many pictures of MP4."""
    parts: list[bytes] = []
    url = house.url.replace("http", "ws") + path
    async with asyncio.timeout(WAIT_S), connect(url, max_size=None, max_queue=None, proxy=None) as line:
        first = await line.recv()
        assert isinstance(first, str)
        assert '"codec":"avc1.42' in first
        while len(parts) <= pictures:
            part = await line.recv()
            assert isinstance(part, bytes)
            parts.append(part)
    return b"".join(parts)


async def test_cameras_of_a_catalogue_appear_with_their_data(house: House) -> None:
    await house.known()
    recorder = house.recorder(
        channel(), channel(OTHER, "南门 & 球机"), faults=sim.Faults(slow_catalogue=True)
    )
    assert await recorder.start() == 200
    rows = await house.listed(2)
    assert sorted(row["name"] for row in rows) == ["北门枪机", "南门 & 球机"]
    assert {row["protocol"] for row in rows} == {4}
    (device,) = (await house.desk.get(f"{house.at}/gb-devices")).json()["devices"]
    assert (device["state"], device["maker"], device["cameras"]) == ("online", "Linli", 2)
    assert await recorder.keep_alive() == 200


async def test_a_browser_gets_the_very_pictures_of_the_camera(house: House) -> None:
    path = await house.camera()
    answer = await house.desk.post(f"{path}/live", json={})
    assert answer.status_code == 200, answer.text
    data = await _fragments(house, answer.json()["path"], 60)
    expected = checksums("h264", clip())
    seen = checksums("mp4", data)
    begin = expected.index(seen[0])
    assert seen == (expected[begin:] + expected * 2)[: len(seen)]
    assert len(seen) == 60
    used = answer.json()["path"]
    async with connect(house.url.replace("http", "ws") + used, proxy=None) as line:
        assert await line.recv() == '{"code":"video.token_used"}'
    async with connect(house.url.replace("http", "ws") + "/live?token=x&session=y", proxy=None) as line:
        assert await line.recv() == '{"code":"video.token_unknown"}'


async def test_a_camera_by_tcp_with_its_deviations(house: House) -> None:
    await house.known(way="passive")
    recorder = house.recorder(channel(), faults=sim.Faults(wrong_ssrc=True, no_contact=True))
    assert await recorder.start() == 200
    path = await house.camera()
    answer = await house.desk.post(f"{path}/live", json={"sub": True})
    assert answer.status_code == 200, answer.text
    await _fragments(house, answer.json()["path"], 5)
    condition = (await house.desk.get(f"{path}/condition")).json()
    assert condition["online"]
    assert condition["cause"] == ""
    (stream,) = condition["streams"]
    assert (stream["sub"], stream["width"], stream["notes"]) == (True, 320, ["wrong_ssrc"])


@pytest.mark.parametrize(
    ("faults", "cause"),
    [
        ({"silent": True}, "video.no_packets"),
        ({"no_key": True}, "video.no_key_picture"),
        ({"h265": True}, "video.h265"),
        ({"stranger": "127.0.0.9"}, "video.stranger"),
        ({"refuses": 486}, "video.refused"),
    ],
)
async def test_why_there_is_no_picture(
    house: House, faults: dict[str, object], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.domains.video.console.live.WAIT_S", 3.0)
    path = await house.camera(**faults)
    answer = await house.desk.post(f"{path}/live", json={})
    assert (answer.status_code, answer.json()["code"]) == (503, cause), answer.text
    if cause != "video.refused":
        condition = (await house.desk.get(f"{path}/condition")).json()
        assert condition["cause"] == cause
        assert condition["reason"]


async def test_a_wrong_password_is_named_where_the_device_is(house: House) -> None:
    await house.known()
    recorder = house.recorder(channel(), password="camera-secret-2")
    assert await recorder.start() == 401
    (device,) = (await house.desk.get(f"{house.at}/gb-devices")).json()["devices"]
    assert (device["state"], device["trouble"], device["troubleHost"]) == (
        "new",
        "wrong_password",
        "127.0.0.1",
    )
    recorder.password = "camera-secret-1"
    assert await recorder.register() == 200


async def test_steering(house: House) -> None:
    path = await house.camera()
    (camera,) = house.cameras
    for direction in ("right_up", "stop"):
        answer = await house.desk.post(f"{path}/steer", json={"direction": direction, "speed": 4})
        assert answer.status_code == 204, answer.text
    await camera.until(lambda: len(camera.moves) == 2)
    assert sorted(camera.moves) == sorted([gb.ptz_command(gb.Move(1, 1), 113), gb.ptz_command(gb.Move())])


async def test_strangers_and_the_unknown(house: House) -> None:
    unknown = house.recorder(channel(), gb_id="34020000001180000099")
    assert await unknown.start() == 401
    await house.known()
    recorder = house.recorder(channel())
    assert await recorder.start() == 200
    unknown.gb_id = "34020000001180000098"
    assert await unknown.keep_alive() == 403
    big = gb.build("Notify", "Keepalive", 1, RECORDER, {"Info": "x" * 40_000})
    assert await recorder.tell(big) in (200, 400)
    assert await recorder.tell(b"<!DOCTYPE a><Notify><CmdType>x</CmdType></Notify>") == 400
    async with httpx.AsyncClient(base_url=house.url, trust_env=False) as outside:
        assert (await outside.get("/live/1.flv?token=a&session=b")).json() == {"code": "video.token_unknown"}
        assert (await outside.get("/live/other")).status_code == 404


@pytest.mark.covers("H-43", "C030")
async def test_a_recorder_is_managed_watched_steered_and_played_back(house: House) -> None:
    past = [("2026-11-30T08:00:00", "2026-11-30T08:30:00", "time", 1000)]
    number = await house.known()
    recorder = house.recorder(channel(recordings=past))
    assert await recorder.start() == 200
    path = await house.camera()
    live = await house.desk.post(f"{path}/live", json={})
    await _fragments(house, live.json()["path"], 10)
    shot = await house.desk.post(f"{path}/snapshot")
    assert base64.b64decode(shot.json()["jpeg"])[:3] == b"\xff\xd8\xff"
    assert (await house.desk.post(f"{path}/steer", json={"direction": "left"})).status_code == 204
    await recorder.until(lambda: gb.ptz_command(gb.Move(-1), 141) in recorder.moves)
    day = {"beginMs": 1_795_996_800_000, "endMs": 1_796_083_200_000}
    (row,) = (await house.desk.get(f"{path}/recordings", params=day)).json()
    assert (row["beginMs"], row["size"]) == (day["beginMs"], 1000)
    playback = await house.desk.post(f"{path}/past", json={"file": row["file"], "seek": 60})
    assert playback.json()["path"].startswith("/vod?")
    data = await _fragments(house, playback.json()["path"], 30)
    assert set(checksums("mp4", data)) <= set(checksums("h264", clip()))
    device = f"{house.at}/gb-devices/{number}"
    assert (await house.desk.post(f"{device}/refresh")).json() == {"entries": 1}
    assert (
        await house.desk.put(device, json={"name": "北门", "password": "camera-secret-9"})
    ).status_code == 204
    assert await recorder.register() == 401
    recorder.password = "camera-secret-9"
    assert await recorder.register() == 200
    assert (await house.desk.delete(device)).status_code == 204
    assert await recorder.register() == 401
    assert (await house.desk.get(f"{path}/condition")).json()["cause"] == "video.no_way"
