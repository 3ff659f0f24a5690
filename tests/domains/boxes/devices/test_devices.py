"""Devices under a protocol through the console: forms A, B, C, what stands in each other's way, states, spaces."""

import pytest

from linli.domains.boxes.catalogue.box_forms import for_box
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.service import deployments, devices
from linli.edge.drivers.door_terminal.config import Device as Terminal
from linli.edge.framework.forms import read_config
from linli.things.queries.devices import device_tags_of, get_device
from tests.domains.boxes.devices.conftest import Desk, door, machine

LEELEN = [
    door("HJSB-000205.1", "face", ip="192.168.1.200", faceCompareMode="device", algorithmIp="192.168.1.200",
         algorithmPort=17726, brand="立林"),
    door("HJSB-000205.2", "qrcode", ip="192.168.1.200"),
    door("HJSB-000205.3", "card", ip="192.168.1.200"),
    door("HJSB-000205.4", "bluetooth", ip="192.168.1.200"),
    door("HJSB-000205.5", "video", ip="192.168.1.200", port=10060),
]  # fmt: skip
"""Spec C 8.7, the worked example: one machine, five logical devices at one address."""


def faults(answer):
    assert answer.status_code == 200, answer.text
    return [(one["position"], one["field"]) for one in answer.json()["faults"]]


@pytest.mark.covers("C101")
async def test_one_machine_as_five_devices(desk: Desk):
    tried = await desk.add(*LEELEN, dryRun=True)
    assert faults(tried) == []
    assert await desk.rows() == []
    made = await desk.add(*LEELEN)
    assert (made.json()["done"], len(made.json()["ids"])) == (True, 5)
    rows = await desk.rows()
    assert [(row["deviceName"][-2:], row["categoryCode"].rpartition("/")[2]) for row in rows] == [
        (".1", "face"), (".2", "qrcode"), (".3", "card"), (".4", "bluetooth"), (".5", "video"),
    ]  # fmt: skip
    assert {row["state"] for row in rows} == {"unactive"}
    face = rows[0]["custom"]
    assert (face["faceSimilarity"], face["isCheck"], face["algorithmProvider"]) == (55, 0, "other")
    assert "faceSimilarity" not in rows[1]["custom"]

    gateway = await gateway_queries.gateway(desk.scope, desk.parts.db, desk.gateway_id)
    things = [await get_device(desk.scope, desk.parts.db, iot_id=row["iotId"]) for row in rows]
    box = await get_device(desk.scope, desk.parts.db, iot_id=gateway.iot_id)
    assert {one.gateway_no for one in things} == {box.device_no}
    assert {one.community_id for one in things} == {int(desk.community)}

    # Nothing of a request is made while one of its devices is wrong; every fault is told at once.
    again = await desk.add(
        door("HJSB-000206.1", "qrcode", port=65536), door("HJSB-000205.2", "card"), dryRun=True
    )
    assert faults(again) == [(0, "port"), (0, "deviceName"), (1, "deviceName"), (1, "deviceName")]
    refused = await desk.add(
        door("HJSB-000206.1", "qrcode", port=65536), door("HJSB-000207.2", "qrcode", ip="1.1.1.1")
    )
    assert (refused.status_code, refused.json()["field"]) == (400, "devices[0].custom.port")
    assert len(await desk.rows()) == 5
    same = await desk.add(door("HJSB-000300.3", "card", ip="192.168.1.200"), dryRun=True)
    assert faults(same) == [(0, "ip")]


@pytest.mark.covers("C109", "G-C01")
async def test_doors_behind_a_server(desk: Desk):
    """Form B; one unique number twice takes a brand off line, so it is refused before (spec C 8.5, 17 A6)."""
    legrand = {"brand": "罗格朗", "port": 8000}
    face = door("HJSB-000141.1", "face", uniqueId="1271", **legrand)
    assert (await desk.add(face, driver="door_system")).json()["done"]
    twice = await desk.add(
        door("HJSB-000142.1", "face", uniqueId="1271", **legrand), driver="door_system", dryRun=True
    )
    assert faults(twice) == [(0, "uniqueId")]
    across = await desk.add(
        door("HJSB-000141.2", "qrcode", uniqueId="1271", **legrand), driver="door_system", dryRun=True
    )
    assert faults(across) == [(0, "uniqueId")]
    fine = await desk.add(
        door("HJSB-000141.2", "qrcode", uniqueId="1272", **legrand), driver="door_system", dryRun=True
    )
    assert (faults(fine), fine.json()["warnings"]) == ([], [])
    kone = {"brand": "通力", "port": 10020, "uniqueId": "100005"}
    both = await desk.add(
        door("HJSB-000150.1", "face", **kone), door("HJSB-000150.2", "qrcode", **kone), driver="door_system"
    )
    warned = {(one["position"], one["field"]) for one in both.json()["warnings"]}
    assert both.json()["done"]
    assert (1, "uniqueId") in warned
    assert (0, "port") in warned  # the box never calls it
    none = await desk.add(door("HJSB-000151.1", "face", port=8008), driver="door_system", dryRun=True)
    assert faults(none) == [(0, "uniqueId")]
    shape = (await desk.browser.get(f"{desk.at('door_system')}/shape")).json()
    assert (shape["form"], shape["edgePort"]) == ("B", 10020)


@pytest.mark.covers("C105", "H-72")
async def test_one_machine_is_one_device(desk: Desk):
    """Form C: brand and model say the rest; the box gets ports, abilities and face mode from the catalogue."""
    missing = await desk.add(
        machine("HJSB-000205", model="GL8-K3CS", faceSimilarity=None), driver="door_terminal", dryRun=True
    )
    assert faults(missing) == [(0, "faceSimilarity")]
    far = {"brand": "大华", "model": "DH-ASI7213X(DUAN)"}
    assert faults(await desk.add(machine("HJSB-1000", **far), driver="door_terminal", dryRun=True)) == [
        (0, "algorithmIp"), (0, "algorithmPort"),
    ]  # fmt: skip
    hot = {"brand": "太川", "model": "TC-5000D-B1/WD"}
    assert faults(await desk.add(machine("HJSB-1000", **hot), driver="door_terminal", dryRun=True)) == [
        (0, "isCheck")
    ]
    limits = {**hot, "isCheck": 1, "maxThreshold": "37.5", "minThreshold": "37.5"}
    assert faults(await desk.add(machine("HJSB-1000", **limits), driver="door_terminal", dryRun=True)) == [
        (0, "minThreshold")
    ]
    lift = {"brand": "途途数智", "model": "TT-ECQ5S"}
    assert faults(await desk.add(machine("HJSB-1000", **lift), driver="door_terminal", dryRun=True)) == [
        (0, "elevatorConnected")
    ]
    for brand, model, field in (("无名", "X", "brand"), ("大华", "dh-vto65", "model")):
        unknown = machine("HJSB-1000", brand=brand, model=model)
        assert faults(await desk.add(unknown, driver="door_terminal", dryRun=True)) == [(0, field)]
    # A machine of a model without faces needs none of it.
    plain = machine("HJSB-1001", brand="狄耐克", model="280D", ip="192.168.1.9", faceSimilarity=None)
    made = await desk.add(machine("HJSB-000205"), plain, driver="door_terminal")
    assert made.json()["done"], made.text
    assert faults(await desk.add(door("HJSB-000400.1", ip="192.168.1.110"), dryRun=True)) == [(0, "ip")]

    (row, other) = await desk.rows("door_terminal")
    thing = await get_device(desk.scope, desk.parts.db, iot_id=row["iotId"])
    tags = await device_tags_of(desk.scope, desk.parts.db, device_no=thing.device_no)
    assert tags["Capability"] == '["face","qrcode","card","intercom"]'
    assert (row["categoryCode"], other["custom"]["model"]) == ("community/people/aio", "280D")
    changes = await deployments.pending(
        desk.scope, desk.parts.db, desk.gateway_id, secrets=desk.parts.secrets
    )
    assert {one.device_name for one in changes.devices} == {"HJSB-000205", "HJSB-1001"}
    async with desk.parts.db.begin() as tx:
        (held,) = [
            one for one in await gateway_queries.devices(desk.scope, tx, desk.gateway_id)
            if one.device_name == "HJSB-000205"
        ]  # fmt: skip
    box = read_config(Terminal, for_box("door_terminal", devices.custom_of(held, desk.parts.secrets)))
    assert (box.port, box.video_port, box.face_compare_mode) == (10020, 10060, "edge")
    assert box.abilities == ["face", "qrcode", "card", "video"]


async def test_a_machine_is_described_anew_and_taken_off(desk: Desk):
    await desk.add(*LEELEN[1:3])
    row = (await desk.rows())[0]
    at = f"{desk.at()}/devices/{row['id']}"
    moved = await desk.browser.put(
        at, json={"alias": "东门", "custom": {**row["custom"], "ip": "192.168.1.201"}}
    )
    assert moved.status_code == 204, moved.text
    one = (await desk.browser.get(at)).json()
    assert (one["alias"], one["custom"]["ip"]) == ("东门", "192.168.1.201")
    bad = await desk.browser.put(at, json={"alias": "", "custom": {**row["custom"], "port": "x"}})
    assert (bad.status_code, bad.json()["field"]) == (400, "devices[0].alias")
    counted = await desk.browser.post(
        f"{desk.at()}/devices/remove", json={"ids": [int(row["id"])], "expected": 2}
    )
    assert (counted.status_code, counted.json()["code"]) == (409, "edge.count_changed")
    assert (await desk.browser.delete(at)).status_code == 204
    assert (await desk.browser.get(at)).status_code == 404
    assert len(await desk.rows()) == 1
    thing = await get_device(desk.scope, desk.parts.db, iot_id=row["iotId"])
    assert thing.gateway_no is None


async def test_found_by_what_is_said(desk: Desk):
    await desk.add(*LEELEN)
    cards = [door(f"HJSB-{n:06}.3", "card", ip=f"10.1.0.{n}") for n in range(1, 25)]
    assert (await desk.add(*cards)).json()["done"]
    answer = (await desk.browser.get(f"{desk.at()}/devices", params={"pageNo": 2, "pageSize": 20})).json()
    assert (answer["total"], len(answer["data"]), answer["states"]) == (29, 9, {"unactive": 29})
    assert {row["deviceName"] for row in await desk.rows(q="192.168.1.200", accessType="video")} == {
        "HJSB-000205.5"
    }
    assert len(await desk.rows(q="000012")) == 1
    assert len(await desk.rows(state="online")) == 0
    assert (await desk.rows(sort="-name"))[0]["deviceName"] == "HJSB-000205.5"
    bad = await desk.browser.get(f"{desk.at()}/devices", params={"state": "asleep"})
    assert (bad.status_code, bad.json()["field"]) == (400, "state")


@pytest.mark.covers("C108")
async def test_doors_are_bound_to_a_space(desk: Desk):
    """Singly and several at once: what is bound is a door of that space."""
    await desk.add(*LEELEN)
    made = await desk.browser.post(
        f"/communities/{desk.community}/spaces",
        json={"parentId": int(desk.root), "kind": "building", "name": "01"},
    )
    assert made.status_code == 201, made.text
    space = int(made.json()["id"])
    rows = await desk.rows()
    ids = [int(row["id"]) for row in rows]
    bound = await desk.browser.put(f"{desk.at()}/devices/space", json={"ids": ids[:3], "spaceId": space})
    assert bound.json() == {"devices": 3}
    assert [row["place"] for row in await desk.rows(bound=True)] == ["1幢"] * 3
    assert len(await desk.rows(bound=False)) == 2
    doors = (await desk.browser.get("/doors", params={"communityId": desk.community})).json()["data"]
    assert {one["iotId"] for one in doors} == {row["iotId"] for row in rows[:3]}
    free = await desk.browser.put(f"{desk.at()}/devices/space", json={"ids": ids[:1], "spaceId": None})
    assert free.json() == {"devices": 1}
    assert len(await desk.rows(bound=True)) == 2
    strange = await desk.browser.put(f"{desk.at()}/devices/space", json={"ids": ids, "spaceId": 9})
    assert strange.status_code == 404


async def test_doors_addresses_are_checked_unless_somebody_chooses_otherwise(desk: Desk) -> None:
    async def checked(driver: str = "door_device") -> object:
        return (await desk.browser.get(f"{desk.at(driver)}/shape")).json()["checksPeer"]

    assert await checked() is True, "by default, though no form names it"
    for on in (False, True):
        answer = await desk.browser.put(f"{desk.at()}/peer-check", json={"on": on})
        assert answer.status_code == 204, answer.text
        assert await checked() is on
    assert (await desk.browser.put(f"{desk.at()}/peer-check", json={"on": "no"})).status_code == 400
