"""This platform at an upper one, which is a real one of its own kind: registered, seen, watched, steered, left."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from linli.domains.people.rights import Right
from linli.domains.video.cascade import link
from linli.domains.video.console.uppers import upper_routes
from tests.domains.video.cascade.conftest import OURS, SHOWN, Pair
from tests.domains.video.live.conftest import CAMERA, OTHER, PASSWORD, channel
from tests.domains.video.live.test_recording import until


async def test_it_registers_and_shows_the_chosen_camera_alone(pair: Pair) -> None:
    lower = pair.lower
    await lower.known()
    recorder = lower.recorder(channel(), channel(OTHER, "南门枪机"))
    assert await recorder.start() == 200
    await lower.listed(2)
    path = await pair.added()
    await pair.is_so("failed", "wrong_password")  # nobody let it in above
    await pair.upper.known(OURS)
    row = (await lower.desk.post(f"{path}/test")).json()
    assert (row["state"], row["why"], row["cameras"]) == ("registered", "", 0)

    async def alive() -> bool:
        return bool((await pair.row())["aliveMs"])

    await until(alive)
    assert not (await pair.upper.desk.get(f"{pair.upper.at}/cameras")).json()["data"]
    rows = (await lower.desk.get(f"{path}/cameras")).json()
    north = next(row for row in rows if row["name"] == "北门枪机")
    wanted = {"cameras": [{"cameraId": int(north["cameraId"]), "code": SHOWN}]}
    assert (await lower.desk.put(f"{path}/cameras", json=wanted)).status_code == 204
    (camera,) = await pair.upper.listed()
    assert (camera["name"], camera["deviceName"], camera["state"]) == ("北门枪机", SHOWN, "online")
    assert (await pair.row())["subscribed"] == ["Catalog"], "it came by its subscription"


@pytest.mark.parametrize(("transport", "way"), [("udp", "udp"), ("tcp", "passive")], ids=["udp", "tcp"])
async def test_its_picture_is_passed_on_and_ends_with_who_looks(pair: Pair, transport: str, way: str) -> None:
    path, camera = await pair.joined(transport=transport, edition="2022")
    (device,) = (await pair.upper.desk.get(f"{pair.upper.at}/gb-devices")).json()["devices"]
    changed = await pair.upper.desk.put(f"{pair.upper.at}/gb-devices/{device['deviceId']}", json={"way": way})
    assert changed.status_code in (200, 204)
    played = await pair.upper.desk.post(f"{camera}/live", json={"surface": "console"})
    assert played.status_code in (200, 201), played.text
    watched = (await pair.row())["watches"]
    assert [(each["code"], each["camera"], each["recorded"]) for each in watched] == [
        (SHOWN, "北门枪机", False)
    ]
    (device_below,) = pair.lower.cameras
    assert len(device_below.senders) == 1

    async def looked() -> list[dict[str, Any]]:
        page = (await pair.lower.desk.get(f"{pair.lower.at}/camera-looks")).json()["data"]
        return [row for row in page if row["surface"] == "upper"]

    (look,) = await until(looked)
    assert (look["what"], look["name"], look["goesOn"]) == ("live", "区级平台", True)
    assert (await pair.lower.desk.delete(path)).status_code in (200, 204)
    await until(lambda: not pair.lower.platform.video.uppers.cascade._all)  # type: ignore[union-attr]
    (device,) = (await pair.upper.desk.get(f"{pair.upper.at}/gb-devices")).json()["devices"]
    assert device["state"] == "offline", "it left"


async def test_it_is_steered_asked_for_recordings_and_told_of_alarms(pair: Pair) -> None:
    path, camera = await pair.joined()
    (below,) = pair.lower.cameras
    turned = await pair.upper.desk.post(f"{camera}/steer", json={"direction": "left", "speed": 5})
    assert turned.status_code in (200, 204, 503)
    assert not below.moves, "nobody let it turn"
    form = pair.form(steers=True, alarms=True, password="")
    assert (await pair.lower.desk.put(path, json=form)).status_code == 204
    assert (await pair.lower.desk.post(f"{path}/test")).json()["state"] == "registered"
    (device,) = (await pair.upper.desk.get(f"{pair.upper.at}/gb-devices")).json()["devices"]
    refreshed = await pair.upper.desk.post(f"{pair.upper.at}/gb-devices/{device['deviceId']}/refresh")
    assert refreshed.json()["entries"] == 1

    async def moved() -> bool:
        await pair.upper.desk.post(f"{camera}/steer", json={"direction": "left", "speed": 5})
        return bool(below.moves)

    await until(moved)
    assert below.moves[0].startswith("A50F0102")
    at = datetime.now(UTC) + timedelta(hours=8)
    begin, end = (f"{at - timedelta(minutes=each):%Y-%m-%dT%H:%M:%S}" for each in (30, 10))
    below.channels[CAMERA].recordings.append((begin, end, "time", 1_000))
    now_ms = round(time.time() * 1000)
    found = await pair.upper.desk.get(
        f"{camera}/recordings", params={"beginMs": now_ms - 3_600_000, "endMs": now_ms}
    )
    assert [row["size"] for row in found.json()] == [1_000], found.text
    played = await pair.upper.desk.post(f"{camera}/past", json={"file": found.json()[0]["file"]})
    assert played.status_code in (200, 201), played.text
    assert [each["recorded"] for each in (await pair.row())["watches"]] == [True]
    looks = (await pair.lower.desk.get(f"{pair.lower.at}/camera-looks")).json()["data"]
    assert "device" in {row["what"] for row in looks if row["surface"] == "upper"}
    assert await below.alarm(CAMERA, f"{at:%Y-%m-%d %H:%M:%S}", kind=2) == 200

    async def alarmed() -> list[dict[str, Any]]:
        return list((await pair.upper.desk.get(f"{pair.upper.at}/security-alarms")).json()["data"])

    assert await until(alarmed)
    assert not (await pair.row())["alarmsLost"]


async def test_a_camera_that_is_taken_away_is_seen_no_more(pair: Pair) -> None:
    path, camera = await pair.joined()
    played = await pair.upper.desk.post(f"{camera}/live", json={"surface": "console"})
    assert played.status_code in (200, 201), played.text

    async def subscribed() -> bool:
        return "Catalog" in (await pair.row())["subscribed"]

    await until(subscribed)
    emptied = await pair.lower.desk.put(f"{path}/cameras", json={"cameras": []})
    assert emptied.status_code == 204

    async def seen() -> bool:
        (row,) = (await pair.upper.desk.get(f"{pair.upper.at}/cameras")).json()["data"]
        return not (await pair.row())["watches"] and row["state"] == "offline"

    await until(seen)
    again = await pair.upper.desk.post(f"{camera}/live", json={"surface": "console"})
    assert (again.status_code, again.json()["code"]) == (503, "video.refused"), again.text


async def test_it_comes_back_when_the_upper_platform_does(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "ANSWER_S", 0.5)
    monkeypatch.setattr(link, "PAUSES_S", (0.1,))
    monkeypatch.setattr(link, "LOCKED_S", 0.1)
    await pair.joined()
    (device,) = (await pair.upper.desk.get(f"{pair.upper.at}/gb-devices")).json()["devices"]
    at = f"{pair.upper.at}/gb-devices/{device['deviceId']}"
    assert (await pair.upper.desk.delete(at)).status_code in (200, 204)
    await pair.is_so("failed", "wrong_password")
    await pair.upper.known(OURS)
    await pair.is_so("registered")


def test_who_manages_recordings_manages_them() -> None:
    """They get whole pictures and recordings: nobody opens a way to what he may not see himself."""
    changing = [each for each in upper_routes.declared if each.method != "GET"]
    assert {each.options["right"] for each in changing} == {Right.RECORDINGS_MANAGE}


async def test_what_is_no_upper_platform_is_refused_by_its_field(pair: Pair) -> None:
    desk, at = pair.lower.desk, f"{pair.lower.at}/upper-platforms"
    for bad, field in (
        ({"host": "a b"}, "host"), ({"host": ""}, "host"), ({"serverId": "12"}, "serverId"), ({"gbId": ""}, "gbId"),
        ({"password": ""}, "password"), ({"port": 0}, "port"), ({"keepaliveS": 1}, "keepaliveS"),
        ({"mostStreams": 65}, "mostStreams"), ({"edition": "2011"}, "edition"), ({"domain": "a@b"}, "domain"),
        ({"mediaHosts": "10.0.0"}, "mediaHosts"), ({"mediaHosts": "10.0.0.1 " * 9}, "mediaHosts"),
    ):  # fmt: skip
        refused = await desk.post(at, json=pair.form(**bad))
        assert refused.status_code == 400, (bad, refused.text)
        assert field in refused.text, refused.text
    path = await pair.added()
    assert (await desk.post(at, json=pair.form())).status_code == 409, "the same place twice"
    elsewhere = await desk.put(path, json=pair.form(host="127.0.0.9", password=""))
    assert (elsewhere.status_code, elsewhere.json()["field"]) == (400, "password"), (
        "its proof goes nowhere else unasked"
    )
    rows = await desk.get(at)
    assert PASSWORD not in rows.text
    told = await desk.get(f"{pair.lower.at}/history", params={"kind": "upper_platform"})
    assert PASSWORD not in told.text
    for bad_list in ([{"cameraId": 1}], [{"cameraId": "x"}]):
        refused = await desk.put(f"{path}/cameras", json={"cameras": bad_list})
        assert refused.status_code in (400, 404)
    assert (await desk.get("/communities/999/upper-platforms")).status_code == 404
    assert (
        await desk.put("/communities/999/upper-platforms/1/cameras", json={"cameras": []})
    ).status_code == 404
