"""The desk: the provider, entrances, devices by serial number, barriers with a reason, vehicles, passes."""

import csv
import io

import pytest

from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, JPEG, OURS, Lot

pytestmark = pytest.mark.engines("sqlite")
DAY = 86_400_000


@pytest.mark.covers("PM-15")
async def test_one_provider_its_service_entrances_and_devices_by_serial_number(lot: Lot) -> None:
    """Entrances are kept, one provider a community, the service switched on, devices added by SN, alias and entrance."""
    desk = lot.estate.desk
    listed = (await desk.get(f"{lot.path}/lanes")).json()
    assert listed["settings"] == {"provider": "linli", "serviceOn": True}
    assert [(lane["name"], lane["direction"], lane["place"], lane["iotId"]) for lane in listed["lanes"]] == [
        ("东门入口", "in", "地面停车场", ""),
        ("东门出口", "out", "地面停车场", ""),
        ("坡道入口", "in", "地面停车场 / 地下一层", ""),
    ]
    made = await desk.post(f"{lot.path}/lanes", json={"name": "西门", "direction": "in", "areaName": "西区"})
    assert made.status_code == 201, made.text
    west = made.json()["id"]
    # While the service is off, nothing is added.
    off = {"provider": "linli", "serviceOn": False}
    assert (await desk.put(f"{lot.path}/settings", json=off)).status_code == 204
    device = {"sn": "GATE-0001", "name": "西门相机", "productKey": lot.product_key}
    refused = await desk.post(f"{lot.path}/lanes/{west}/device", json=device)
    assert (refused.status_code, refused.json()["code"]) == (409, "parking.service_off")
    assert (await desk.put(f"{lot.path}/settings", json={**off, "serviceOn": True})).status_code == 204
    unlisted = await desk.post(f"{lot.path}/lanes/{west}/device", json={**device, "productKey": ""})
    assert (unlisted.status_code, unlisted.json()["code"]) == (404, "parking.sn_unknown")
    door = await desk.post(
        f"{lot.path}/lanes/{west}/device", json={**device, "productKey": lot.estate.product_key}
    )
    assert (door.status_code, door.json()["code"]) == (400, "parking.no_lane_device"), door.text
    added = await desk.post(f"{lot.path}/lanes/{west}/device", json=device)
    assert added.status_code == 201, added.text
    assert (added.json()["deviceName"], len(added.json()["deviceSecret"])) == ("GATE-0001", 32)
    shown = (await desk.get(f"{lot.path}/lanes/{west}")).json()["lane"]
    assert (shown["device"], shown["sn"], shown["online"]) == ("西门相机", "GATE-0001", False)
    taken = await desk.post(f"{lot.path}/lanes/{west}/device", json={**device, "sn": "GATE-0002"})
    assert (taken.status_code, taken.json()["code"]) == (409, "parking.lane_taken")
    elsewhere = await desk.post(f"{lot.path}/lanes/{lot.entrance}/device", json={**device, "productKey": ""})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "parking.device_taken")
    # One provider: the other comes once the devices of the first are gone.
    local = {"provider": "local", "serviceOn": True}
    inuse = await desk.put(f"{lot.path}/settings", json=local)
    assert (inuse.status_code, inuse.json()["code"]) == (409, "parking.provider_in_use")
    assert (await desk.put(f"{lot.path}/lanes/{west}/device", json={"name": "西侧相机"})).status_code == 204
    assert (await desk.delete(f"{lot.path}/lanes/{west}/device")).status_code == 204
    assert (await desk.put(f"{lot.path}/settings", json=local)).status_code == 204
    refused = await desk.post(f"{lot.path}/lanes/{west}/device", json=device)
    assert (refused.status_code, refused.json()["code"]) == (409, "parking.other_provider")


@pytest.mark.covers("PM-16")
async def test_vehicles_and_lists_are_kept_and_each_is_pushed_to_the_devices(lot: Lot) -> None:
    """Ordinary vehicles with validity and entrances, a white list for all entrances, a black list that may not enter."""
    _, entrance = await lot.lane(lot.entrance, "lane-1")
    _, ramp = await lot.lane(lot.ramp, "lane-2")
    desk, now = lot.estate.desk, lot.platform.clock.now_ms()
    wishes = [
        {
            "kind": "ordinary",
            "plate": "浙b·00001",
            "spaceIds": [lot.entrance],
            "startsMs": now,
            "endsMs": now + DAY,
        },
        {"kind": "whitelist", "plate": OURS, "brand": "比亚迪", "color": 8},
        {"kind": "blacklist", "plate": GUEST},
    ]
    for wish in wishes:
        answer = await desk.post(f"{lot.path}/vehicles", json=wish)
        assert answer.status_code == 204, answer.text
    await until(lambda: len(entrance.permissions) == 3 and len(ramp.permissions) == 2)
    assert [entrance.decide(plate).open for plate in ("浙B00001", OURS, GUEST)] == [True, True, False]
    assert [ramp.decide(plate).open for plate in (OURS, GUEST)] == [True, False]
    assert ("浙B00001", 1) not in ramp.permissions

    async def held() -> bool:
        rows = (await desk.get(f"{lot.path}/vehicles", params={"status": "transferred"})).json()["data"]
        return len(rows) == 3

    await until(held)
    rows = (await desk.get(f"{lot.path}/vehicles")).json()["data"]
    assert {(row["plate"], row["kind"], row["place"]) for row in rows} == {
        ("浙B00001", "ordinary", "地面停车场 / 东门入口"), (OURS, "whitelist", ""), (GUEST, "blacklist", ""),
    }  # fmt: skip
    found = (await desk.get(f"{lot.path}/vehicles", params={"q": "a123", "kind": "whitelist"})).json()
    assert (found["total"], found["data"][0]["plate"], found["data"][0]["brand"]) == (1, OURS, "比亚迪")
    named = [{"spaceId": int(row["spaceId"]), "plate": row["plate"], "kind": row["kind"]} for row in rows]
    assert (await desk.post(f"{lot.path}/vehicles/remove", json={"rights": named})).status_code == 204
    await until(lambda: not entrance.permissions and not ramp.permissions)
    for bad, field in (
        ({**wishes[0], "plate": "x"}, "plateNumber"),
        ({**wishes[0], "endsMs": None}, "endsMs"),
        ({**wishes[0], "endsMs": now - 1}, "endsMs"),
    ):
        answer = await desk.post(f"{lot.path}/vehicles", json=bad)
        assert (answer.status_code, field in answer.text) == (400, True), answer.text


async def test_a_barrier_moves_from_the_desk_with_a_reason_that_is_kept(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    desk, at = lot.estate.desk, f"{lot.path}/lanes/{lot.entrance}"
    assert (await desk.post(f"{at}/gate", json={"action": "open", "reason": " "})).status_code == 400
    for action in ("open", "close", "hold"):
        answer = await desk.post(f"{at}/gate", json={"action": action, "reason": "访客车辆"})
        assert answer.status_code == 200, answer.text
    assert (camera.gate, camera.held_open) == (0, True)
    camera.jammed = True
    jammed = await desk.post(f"{at}/gate", json={"action": "open", "reason": "再试一次"})
    assert jammed.status_code != 200
    camera.jammed = False
    orders = (await desk.get(at)).json()["orders"]
    assert [(order["action"], order["result"], order["reason"]) for order in orders] == [
        ("open", "device.refused", "再试一次"), ("hold", "done", "访客车辆"), ("close", "done", "访客车辆"),
        ("open", "done", "访客车辆"),
    ]  # fmt: skip
    assert orders[0]["callerName"]
    camera.waiting = GUEST
    assert (await desk.post(f"{at}/recognise")).status_code == 204
    await lot.records(1)
    shown = {"lines": ["一位难求", "", "请慢行"], "voice": "请慢行"}
    assert (await desk.post(f"{at}/lines", json=shown)).status_code == 204
    assert (camera.shown[1], camera.shown[3], camera.spoken) == ("一位难求", "请慢行", ["请慢行"])
    assert (await desk.post(f"{at}/lines", json={"lines": []})).status_code == 400
    assert (await desk.post(f"{at}/qr", json={"text": "https://pay.example"})).status_code == 204
    assert camera.qr == "https://pay.example"
    await camera.stop()
    offline = await desk.post(f"{at}/gate", json={"action": "open", "reason": "断线"})
    assert offline.status_code == 503


async def test_passes_are_found_and_taken_away_as_a_file(lot: Lot) -> None:
    _, entrance = await lot.lane(lot.entrance, "lane-1")
    _, leaving = await lot.lane(lot.exit, "lane-2", direction="out")
    await entrance.see(GUEST, picture=JPEG)
    await lot.records(1)
    await leaving.see("出租", carLogoBrand="=cmd()")
    await lot.records(2)
    desk = lot.estate.desk

    async def passes(**where: object) -> list[dict]:
        answer = await desk.get(f"{lot.path}/passes", params=where)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    unread, guest = await passes()
    assert (guest["plate"], guest["lane"], guest["direction"], guest["permission"]) == (
        GUEST, "东门入口", "in", "temporary",
    )  # fmt: skip
    assert (unread["plate"], unread["readAs"], unread["permission"]) == ("", "出租", "no_plate")
    assert guest["pictureUrl"]
    assert [row["id"] for row in await passes(q="ad123")] == [guest["id"]]
    assert [row["id"] for row in await passes(direction="out")] == [unread["id"]]
    assert [row["id"] for row in await passes(permission="temporary", laneId=lot.entrance)] == [guest["id"]]
    assert await passes(sinceMs=guest["atMs"] + DAY) == []
    file = await desk.get(f"{lot.path}/passes/export.csv", params={"direction": "out", "language": "zh-CN"})
    title, row = csv.reader(io.StringIO(file.text.lstrip("\ufeff")))
    assert title[:3] == ["时间", "车牌", "车道"]
    assert (row[1], row[3], row[7]) == ("无牌车", "出场", "'=cmd()")
