"""Doors behind a box, watched in the console: the platform and `linli edge run` are processes, machines real sockets.

The tests share one site, in any order and each without the others: two doors stand there, `east` and `west`, and
what else a test needs it brings itself.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from linli.edge.doors.simulator.memory import Memory
from linli.vision.fake import marked
from tests.protocols.door_http.test_door_http import photo
from tests.real.box_site import CARD, MODEL, BoxSite, box_site, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("box site"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BoxSite]:
    async with box_site(tmp_path_factory.mktemp("box")) as made:
        yield made


@pytest.mark.covers("C104")
async def test_states_of_devices_are_seen_live_with_time_and_reason(site: BoxSite) -> None:
    north, south = await site.machine(3), await site.machine(4)
    await site.add("north", "card", north)
    await site.add("south", "qrcode", south)
    before = await site.devices()
    for name in ("north", "south"):
        assert (before[name]["state"], before[name]["reason"]) == ("unactive", "not_deployed")
    await site.deploy()

    async def reasons(**wanted: str) -> bool:
        found = await site.devices()
        return all(found[name]["reason"] == reason for name, reason in wanted.items())

    await until(lambda: reasons(north="never_came", south="never_came"))
    assert await site.states(state="unactive") == {"north": "unactive", "south": "unactive"}
    async with site.live("device", "edge") as told:
        site.runs(north)
        await site.until_states(north="online", south="unactive")
        await site.until_told(told, iotId=site.iot_ids["north"], identifier="online")
        firmware = site.runs(south)
        await site.until_states(north="online", south="online")
        # Its power goes: after three heartbeats of ten seconds it is offline.
        firmware.cancel()
        await south.stop()
        await site.until_states(50, north="online", south="offline")
        await site.until_told(told, iotId=site.iot_ids["south"], identifier="offline")
        await until(lambda: reasons(south="silent"))
        await site.until_told(told, what="devices", nodeId=site.node)
    row = (await site.devices(state="offline"))["south"]
    assert row["sinceMs"] > before["south"]["createdMs"] + 25_000
    online = await site.devices(state="online")
    assert ("north" in online, "south" in online) == (True, False)
    assert await site.devices(state="unactive") == {}
    await south.start()
    site.runs(south)
    await site.until_states(south="online")
    assert (await site.devices())["south"]["reason"] == ""


@pytest.mark.covers("H-63")
async def test_a_failing_service_call_is_traced_to_a_wrong_category(site: BoxSite) -> None:
    """An application calls a card door for what only lifts have; the check says so before anybody goes to the site."""

    async def check(name: str, service: str) -> tuple[str, dict[str, dict[str, str]]]:
        told = await site.send("POST", f"/devices/{site.iot_ids[name]}/edge-check?service={service}")
        return told["layer"], {one["step"]: one for one in told["steps"]}

    answer = await site.partner.call(
        "/cloud/thing/service/invoke", "1.0.2",
        {"iotId": site.iot_ids["east"], "identifier": "CloudCallElevator", "args": {}},
    )  # fmt: skip
    assert answer["code"] != 200, answer
    layer, steps = await check("east", "CloudCallElevator")
    failing = steps["device_service"]
    assert (layer, failing["level"]) == ("device", "error")
    assert "device data format is error" in failing["text"]
    assert "梯控设备" in failing["text"]
    assert "create it again" in failing["advice"]
    assert (
        steps["device_category"]["level"] == steps["driver"]["level"] == steps["device_ping"]["level"] == "ok"
    )
    layer, steps = await check("west", "syncPermissions")
    assert (layer, steps["device_service"]["level"]) == ("", "ok")
    _, steps = await check("east", "nowhere")
    assert "No built-in" in steps["device_service"]["text"].capitalize()


async def test_putting_back_takes_later_devices_off_and_brings_earlier_ones_back(site: BoxSite) -> None:
    """Spec C 8.10: a deployment is put back; what it removed comes online with its rights, what it added goes."""
    yard = await site.machine(5)
    code = await site.give_code("west")
    await until(lambda: site.synced({"door.qr": 1}))
    first = (await site.get(f"/edge/gateways/{site.gateway}/deployments"))["data"][0]["id"]
    await site.remove("west")
    await site.add("yard", "card", yard)
    site.runs(yard)
    pending = (await site.get(f"/edge/gateways/{site.gateway}"))["pending"]
    assert {(one["deviceName"], one["change"]) for one in pending["devices"]} >= {
        ("west", "removed"), ("yard", "added"),
    }  # fmt: skip
    await site.deploy()
    await site.until_states(east="online", yard="online")
    assert await site.opens(site.west, code) is False, "a box lets nobody in at a door that it has no more"
    back = await site.get(f"/edge/deployments/{first}")
    made = await site.send("POST", f"/edge/deployments/{first}/roll-back", {})
    assert (made["lost"], bool(back["rollsBack"]["devices"])) == ([], True)
    await until(lambda: site.deployed(made["id"]))
    await site.until_states(east="online", west="online")
    left = set(await site.devices())
    assert {"east", "west"} <= left
    assert "yard" not in left
    await until(lambda: site.opens(site.west, code))
    assert (await site.thing("yard"))["state"] == "offline", "its thing stays, behind no box"


@pytest.mark.covers("CB-04")
async def test_rights_come_back_to_a_new_box_and_its_doors_by_manual_sync(site: BoxSite) -> None:
    hall = await site.machine(6)
    await site.add("hall", "card", hall)
    await site.add("hall-face", "face", hall, faceCompareMode="edge")
    site.runs(hall)
    await site.deploy()
    await site.until_states(**{"east": "online", "west": "online", "hall": "online", "hall-face": "online"})
    for door in ("east", "hall"):
        await site.give_card(door)
    code = await site.give_code("west")
    await site.give_face("hall-face", "anna")
    await until(lambda: site.synced({"door.card": 2, "door.face": 1}), 60)
    assert await hall.swipe(CARD)

    # The box burns, and the hall's machine loses its list with it; a new box of the same model takes the place.
    site.box.power_off()
    hall.memory = Memory()
    hall.faults.refuses = "lock board is wet"
    place = f"/edge/nodes/{site.node}"
    await site.send("POST", f"{place}/replace", {"serialNumber": "SN-0002", "model": MODEL})
    site.box = await site.new_box("box-2")
    await until(lambda: site.replacing("configuring"))
    await site.until_states(**dict.fromkeys(("east", "west", "hall", "hall-face"), "offline"))
    await site.deploy(force=True)
    assert await site.replacing("syncing")
    await site.until_states(**dict.fromkeys(await site.devices(), "online"))  # those of other tests, too
    assert (await site.replacement())["syncOffered"]
    await site.send("POST", f"{place}/sync")
    found = await site.until_sync("partial")
    kinds = {one["kind"]: (one["done"], one["failed"], one["total"]) for one in found["kinds"]}
    assert kinds["door.card"] == (1, 1, 2)
    assert kinds["door.face"][1:] == (0, 1)
    assert found["syncOffered"]
    assert [(one["deviceName"], one["failed"]) for one in found["devices"]][:2] == [("hall", 1), ("east", 0)]
    (failed,) = await site.get(f"{place}/sync/failures")
    assert (failed["deviceName"], failed["kind"]) == ("hall", "door.card")
    assert "lock board is wet" in failed["reason"]
    assert await site.opens(site.west, code)
    assert await hall.show_face(marked(photo(), "anna")) is not None
    assert not hall.memory.cards

    hall.faults.refuses = ""
    await site.send("POST", f"{place}/sync")
    found = await site.until_sync("success")
    assert (found["syncOffered"], found["replacement"]["state"]) == (False, "done")
    assert CARD in hall.memory.cards
    assert CARD in site.east.memory.cards
    assert await hall.swipe(CARD)
    assert await site.get(f"{place}/sync/failures") == []
