"""Pictures of now by the maker's own interface, and plans that take them: cameras by GB28181 on sockets, by role."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.security.errors import reason_text
from linli.domains.security.service import picture_ways
from linli.kernel.settings import Disk, Gb28181, Http, Mqtt, Objects, Pictures, Settings, Video
from linli.protocols.maker_pictures import PATHS, maker_of, path_of
from linli.sim.maker_camera import Faults, MakerCamera
from tests.clips import ffmpeg
from tests.domains.communities.test_console import with_proof
from tests.domains.video.live.conftest import PASSWORD, House, channel, opened_house
from tests.domains.video.live.test_masks import LEFT, halves, hide
from tests.ports import free_port

pytestmark = pytest.mark.engines("sqlite")
EVERY_DAY = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


@pytest.fixture
async def house(database_url: str, tmp_path: Path, object_settings: Objects) -> AsyncIterator[House]:
    first = free_port()
    settings = Settings(
        data_dir=str(tmp_path / "data"), database_url=database_url, http=Http(port=free_port()), mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0), objects=object_settings, pictures=Pictures(allow_private=True),
        gb28181=Gb28181(enabled=True, host="127.0.0.1", port=0),
        video=Video(first_port=first, last_port=min(65_535, first + 400), recordings_reserve_mb=0),
    )  # fmt: skip
    async with opened_house(settings) as made:
        yield made


def picture(colour: str) -> bytes:
    source = ("-f", "lavfi", "-i", f"color={colour}:size=320x180", "-frames:v", "1")
    return ffmpeg(*source, "-pix_fmt", "yuvj420p", "-f", "mjpeg", "pipe:1")


async def shown(house: House, *names: str) -> list[str]:
    """iotIds of cameras that a recorder shows."""
    await house.known()
    codes = [f"3402000000132000000{number}" for number in range(1, 1 + len(names))]
    recorder = house.recorder(*(channel(code, name) for code, name in zip(codes, names, strict=True)))
    assert await recorder.start() == 200
    rows = await house.listed(len(names))
    of = {row["name"]: row["iotId"] for row in rows}
    return [of[name] for name in names]


def form(camera: MakerCamera, **more: Any) -> dict[str, Any]:
    return {
        "maker": camera.maker, "host": "127.0.0.1", "port": camera.port, "channel": 1, "user": camera.user,
        "password": camera.password, **more,
    }  # fmt: skip


@pytest.mark.covers("H-44")
@pytest.mark.parametrize("maker", sorted(PATHS))
async def test_a_camera_by_gb28181_gives_its_picture_by_the_makers_interface(
    house: House, maker: str
) -> None:
    """Stand-in of the makers' closed SDKs: their HTTP interfaces, behind their log-in."""
    gate, yard = await shown(house, "北门枪机", "中庭球机")
    camera = MakerCamera(maker, {1: picture("red"), 2: picture("blue")})
    await camera.start()
    for iot_id, number in ((gate, 1), (yard, 2)):
        here = f"{house.at}/camera-pictures/{iot_id}"
        assert (await house.desk.get(here)).json()["set"] is False
        assert (await house.desk.put(here, json=form(camera, channel=number))).status_code == 204
        way = (await house.desk.get(here)).json()
        assert (way["set"], way["maker"], way["channel"], way["path"]) == (
            True,
            maker,
            number,
            path_of(maker, number),
        )
        assert PASSWORD not in str(way)
        taken = await house.desk.post(f"{here}/take")
        assert taken.status_code == 200, taken.text
        assert base64.b64decode(taken.json()["picture"]) == camera.pictures[number]
    assert PASSWORD not in "".join(camera.asked)
    looks = await house.desk.get(f"{house.at}/camera-looks")
    assert [row["what"] for row in looks.json()["data"]] == ["picture", "picture"]
    changes = await house.desk.get(
        f"{house.at}/history", params={"kind": picture_ways.HISTORY, "target": gate}
    )
    assert f"{maker}, 127.0.0.1:{camera.port}, 1" in changes.text
    assert PASSWORD not in changes.text
    await camera.stop()


async def test_what_is_hidden_is_filled_and_without_a_way_it_is_the_stream(house: House) -> None:
    (gate,) = await shown(house, "北门枪机")
    here = f"{house.at}/camera-pictures/{gate}"
    still = await house.desk.post(f"{here}/take")
    assert base64.b64decode(still.json()["picture"]).startswith(b"\xff\xd8\xff")
    camera = MakerCamera("hikvision", {1: picture("white")})
    await camera.start()
    assert (await house.desk.put(here, json=form(camera))).status_code == 204
    assert (await hide(house, await house.camera(), LEFT)).status_code == 204
    left, right = await halves(base64.b64decode((await house.desk.post(f"{here}/take")).json()["picture"]))
    assert left < 20 < 200 < right
    assert (await house.desk.delete(here)).status_code == 204
    assert (await house.desk.get(here)).json()["set"] is False
    await camera.stop()


@pytest.mark.parametrize(
    ("faults", "more", "reason"),
    [
        (Faults(), {"password": "wrong"}, "wrong_password"),
        (Faults(locked=True), {}, "wrong_password"),
        (Faults(), {"channel": 9}, "status 404"),
        (Faults(page=True), {}, "no_picture"),
        (Faults(huge=3 << 20), {}, "too_large 2"),
        (Faults(), {"port": 9}, "unreachable ConnectError"),
        (Faults(), {"host": "169.254.169.254"}, ""),
    ],
)
async def test_why_there_is_none_is_said_in_words(
    house: House, faults: Faults, more: dict[str, Any], reason: str
) -> None:
    (gate,) = await shown(house, "北门枪机")
    here = f"{house.at}/camera-pictures/{gate}"
    camera = MakerCamera("dahua", {1: picture("red")})
    camera.faults = faults
    await camera.start()
    assert (await house.desk.put(here, json=form(camera, **more))).status_code == 204
    answer = await house.desk.post(f"{here}/take")
    assert answer.status_code == 503, answer.text
    if reason:
        assert answer.json()["message"] == reason_text(reason, "zh-CN")
    assert "error." not in answer.text
    await camera.stop()


async def test_a_stored_password_goes_nowhere_else(house: House) -> None:
    (gate,) = await shown(house, "北门枪机")
    here = f"{house.at}/camera-pictures/{gate}"
    camera, trap = (
        MakerCamera("hikvision", {1: picture("red")}),
        MakerCamera("hikvision", {1: picture("red")}),
    )
    await camera.start()
    await trap.start()
    kept = {name: value for name, value in form(camera).items() if name != "password"}
    assert (await house.desk.put(here, json=kept)).status_code == 400, "none is stored"
    assert (await house.desk.put(here, json=form(camera))).status_code == 204
    for change in ({"port": trap.port}, {"host": "127.0.0.2"}, {"tls": True}, {"user": "other"}):
        refused = await house.desk.put(here, json=kept | change)
        assert refused.status_code == 400, change
        assert "password" in refused.text
    assert (await house.desk.put(here, json=kept | {"channel": 1})).status_code == 204
    assert (await house.desk.post(f"{here}/take")).status_code == 200
    assert trap.asked == []
    other = {"maker": "other", "path": "/shot.jpg?user=a&pwd=geheim"}
    assert (await house.desk.put(here, json=form(camera) | other)).status_code == 204
    assert "geheim" not in (await house.desk.get(here)).text
    asked = {"kind": picture_ways.HISTORY, "target": gate}
    assert "geheim" not in (await house.desk.get(f"{house.at}/history", params=asked)).text
    for wrong in (
        {"host": "a/b"}, {"host": "x@127.0.0.1"}, {"host": "a#b"}, {"host": ""}, {"port": 0}, {"maker": "sony"},
        {"channel": 513}, {"maker": "other", "path": "picture"}, {"maker": "other", "path": "/a b"},
        {"maker": "other", "path": "/\r\nX: y"}, {"user": "a\nb"}, {"password": "x" * 65},
    ):  # fmt: skip
        refused = await house.desk.put(here, json=form(camera) | wrong)
        assert refused.status_code == 400, (wrong, refused.text)
    assert (await house.desk.get(f"{house.at}/camera-pictures/none")).status_code == 404
    await camera.stop()
    await trap.stop()


async def community_beside(house: House) -> str:
    application = await with_proof(house.desk)  # type: ignore[arg-type]
    made = await house.desk.post(
        "/communities", json=application | {"name": "桂花城二期", "poid": "B023B19DJA"}
    )
    assert made.status_code == 201, made.text
    number: str = made.json()["id"]
    assert (await house.desk.post(f"/communities/{number}/approve")).status_code == 200
    return number


async def plans(house: House) -> list[dict[str, Any]]:
    answer = await house.desk.get(f"{house.at}/capture-plans")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def test_a_plan_is_made_taken_changed_and_removed(house: House) -> None:
    gate, yard = await shown(house, "北门枪机", "中庭球机")
    week = [{"weekDay": day, "times": ["08:00", "20:00"]} for day in EVERY_DAY]
    new = {
        "name": "早晚巡查",
        "startDate": "2026-01-01",
        "endDate": "2099-12-31",
        "week": week,
        "cameras": [gate, yard],
    }
    assert (await house.desk.post(f"{house.at}/capture-plans", json=new)).status_code == 204
    assert (await house.desk.post(f"{house.at}/capture-plans", json=new)).status_code == 400, "its name"
    other = await community_beside(house)
    elsewhere = await house.desk.post(f"/communities/{other}/capture-plans", json=new | {"cameras": []})
    assert '"name"' in elsewhere.text, "names are the company's"
    camera = MakerCamera("hikvision", {})
    await camera.start()
    here = f"{house.at}/camera-pictures/{yard}"
    assert (await house.desk.put(here, json=form(camera))).status_code == 204
    (plan,) = await plans(house)
    assert (plan["own"], plan["on"], plan["nextMs"] is not None, len(plan["cameras"])) == (
        True,
        True,
        True,
        2,
    )
    at = f"{house.at}/capture-plans/{plan['id']}"
    assert (await house.desk.post(f"{at}/take")).status_code == 204
    async with asyncio.timeout(60):
        while {row["state"] for row in (await plans(house))[0]["cameras"]} != {"taken", "missed"}:
            await asyncio.sleep(0.1)
    rows = {row["iotId"]: row for row in (await plans(house))[0]["cameras"]}
    assert rows[gate]["takenMs"] > 0
    assert rows[yard]["why"] == reason_text("status 404", "zh-CN")
    captures = (await house.desk.get(f"{house.at}/security-captures")).json()["data"]
    assert [(row["iotId"], row["taskId"]) for row in captures] == [(gate, "早晚巡查")]
    less = {
        "startDate": "2026-01-01",
        "endDate": "2099-12-31",
        "week": week[:1],
        "cameras": [gate],
        "on": False,
    }
    assert (await house.desk.put(at, json=less)).status_code == 204
    async with asyncio.timeout(60):
        while len((await plans(house))[0]["cameras"]) != 1:
            await asyncio.sleep(0.1)
    (plan,) = await plans(house)
    assert (plan["on"], plan["nextMs"], plan["week"]) == (False, None, week[:1])
    for wrong, field in (
        ({"cameras": []}, "cameras"), ({"week": []}, "week"), ({"week": [week[0], week[0]]}, "week"),
        ({"week": [{"weekDay": "MONDAY", "times": ["24:00"]}]}, "week"), ({"endDate": "2025-01-01"}, "endDate"),
        ({"startDate": "soon"}, "startDate"),
    ):  # fmt: skip
        refused = await house.desk.put(at, json=less | wrong)
        assert refused.status_code == 400, wrong
        assert f'"{field}"' in refused.text, refused.text
    assert (await house.desk.put(at, json=less | {"cameras": ["none"]})).status_code == 404
    assert (await house.desk.delete(at)).status_code == 204
    async with asyncio.timeout(60):
        while await plans(house):
            await asyncio.sleep(0.1)
    await camera.stop()


def test_paths_of_makers_are_known_again() -> None:
    for maker in PATHS:
        assert maker_of(path_of(maker, 12)) == (maker, 12)
    assert maker_of("/picture.jpg") == ("other", 0)
