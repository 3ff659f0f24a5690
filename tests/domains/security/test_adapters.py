"""A box, a simulated adapter and the platform, each on real sockets. Source: spec H 3.5, 4.1, 4.2, F 3.2, 9.2-9.5."""

import base64
from typing import Any

import httpx
import pytest

from linli.domains.security.queries import boxes
from linli.edge.events.simulated import Sighting, SimulatedBrand
from linli.protocols.event_api import sign, sign_text
from tests.domains.security.conftest import HERE, Site, jpeg, soon
from tests.edge.runtime.small_box import until

pytestmark = pytest.mark.engines("sqlite")

ALONE, BEHIND = ("192.168.1.2", 2, None), ("192.168.1.4", 3, 1)
WEEK = [
    {
        "weekDay": "SUNDAY",
        "timeSlot": [{"time": "00:00-2:00", "interval": 600}, {"time": "02:00-4:00", "interval": 600}],
    },
    {"weekDay": "MONDAY", "timeSlot": [{"time": "00:00-23:59", "interval": 600}]},
]
"""Spec F 9.3, H 9 G15."""


async def cameras(site: Site) -> None:
    await site.new_camera("cam-1", ip="192.168.1.2", username="admin", password="p4ssw0rd")
    await site.new_camera("nvr-1", ip="192.168.1.4", username="root", password="nvr-word")
    await site.new_camera("cam-2", nvr_ip="192.168.1.4", ip="192.168.1.5", channel="1")


async def file(site: Site, content: bytes) -> str:
    key = f"t/{len(content)}.jpg"
    await site.platform.objects.put(key, content)
    return site.platform.objects.url(key, expires_s=300)


async def ask(site: Site, name: str, **body: Any) -> dict[str, Any]:
    """A call of an adapter, as it comes."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"http://{HERE}:{site.events.port}/edgeSecurityEvent/{name}", json=body)
    assert answer.status_code == 200
    reply: dict[str, Any] = answer.json()
    return reply


def log_in(*, brand: str = "HIK", method: str = "md5", ip: str = HERE, **changed: Any) -> dict[str, Any]:
    text = sign_text(time=1589472000, mac="00:11", ip=ip, manufacture=brand)
    message = {
        "ip": ip, "mac": "00:11", "time": 1589472000, "manufacture": brand, "signMethod": method,
        "sign": sign(text, method), "alarmAdapterPort": 10080,
    }  # fmt: skip
    return {**message, **changed}


@pytest.mark.covers("H-46", "H-50", "H-51", "H-52", "F-005", "F-006", "F-007", "F-008", "F-009", "F-010")
async def test_what_is_wanted_of_a_camera_reaches_its_adapter_and_is_read_back(site: Site) -> None:
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    adapter = await site.new_adapter(brand)

    created = await site.on("cam-1", "faceGroupCreate", groupName="test_name", groupType=1)
    group = created.data["groupId"]
    assert [each.name for each in brand.groups.values()] == ["test_name"]
    photo = jpeg(b"face:alice")
    face = await site.on(
        "cam-1", "faceCreate", groupId=group, name="test_name", facePicUrl=await file(site, photo), facePicType="JPG"
    )  # fmt: skip
    assert face.ok, face.body
    ((_, kept),) = brand.groups.items()
    assert [(each.picture, each.name) for each in kept.faces.values()] == [(photo, "test_name")]
    detail = await site.on("cam-1", "faceGroupDetail", groupId=group)
    assert detail.data == {"groupId": group, "groupName": "test_name", "groupFaceNum": 1}
    other = await site.on("cam-1", "faceGroupCreate", groupName="test_name2")
    listed = await site.on("cam-1", "getAllFaceGroup")
    assert [row["groupName"] for row in listed.data["groups"]] == ["test_name", "test_name2"]
    result = await site.on("cam-1", "faceSearch", groupId=group, name="test", pageNo=1, getCount=10)
    assert result.data["faces"][0]["facePicBase64"] == base64.b64encode(photo).decode()
    face_id = face.data["faceId"]
    changed = await site.on("cam-1", "faceModify", groupId=group, faceId=face_id, name="test_name2")
    assert changed.ok, changed.body
    assert [each.name for each in kept.faces.values()] == ["test_name2"]
    assert (await site.on("cam-1", "faceGroupModify", groupId=group, groupName="renamed")).ok
    assert kept.name == "renamed"

    # arming, the golden plan without bindGroup, then one bound to the library
    assert (await site.on("cam-1", "setAlarmRule", eventType=1, alarmRule=WEEK)).body["code"] == 200
    assert (await site.on("cam-1", "getAlarmRule", eventType=1)).data == WEEK
    assert brand.rules[ALONE, 1] == WEEK
    bound = [{**WEEK[1], "bindGroup": [{"groupId": group}]}]
    assert (await site.on("cam-1", "setAlarmRule", eventType=1, alarmRule=bound)).ok
    ((_, remote), *_) = brand.groups
    assert brand.rules[ALONE, 1][0]["bindGroup"] == [{"groupId": remote}]
    assert (await site.on("cam-1", "getAlarmRule", eventType=1)).data == bound
    assert (await site.on("cam-2", "setAlarmRule", eventType=9, alarmRule=WEEK)).ok
    assert brand.rules[BEHIND, 9] == WEEK

    # the camera loses all; it gets it again when its adapter comes back
    brand.groups.clear()
    brand.rules.clear()
    adapter._kept.rules.clear()
    await adapter._log_in()
    await until(lambda: len(brand.groups) == 2 and (ALONE, 1) in brand.rules, 60)
    await until(lambda: any(each.faces for each in brand.groups.values()), 60)

    # removed
    refused = await site.on("cam-1", "faceGroupRemove", groupId=group)
    assert refused.code == 804, "a rule looks for its faces"
    assert (await site.on("cam-1", "setAlarmRule", eventType=1, alarmRule=[])).ok
    assert (await site.on("cam-1", "faceRemove", groupId=group, faceId=face_id)).ok
    assert not any(each.faces for each in brand.groups.values())
    assert (await site.on("cam-1", "faceGroupRemove", groupId=group)).ok
    assert (await site.on("cam-1", "faceGroupRemove", groupId=other.data["groupId"])).ok
    assert brand.groups == {}


async def test_wrong_words_are_named_and_foreign_cameras_are_none(site: Site) -> None:
    await cameras(site)
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("faceGroupCreate", {"groupName": "n" * 64}, "groupName"),
        ("faceGroupDetail", {"groupId": "99"}, "groupId"),
        ("setAlarmRule", {"eventType": 14, "alarmRule": WEEK}, "eventType"),
        ("setAlarmRule", {"eventType": 2, "alarmRule": [{**WEEK[1], "weekDay": "FUNDAY"}]}, "weekDay"),
        (
            "setAlarmRule",
            {"eventType": 2, "alarmRule": [{"weekDay": "MONDAY", "timeSlot": [{"time": "9:00-8:00", "interval": 1}]}]},
            "time",
        ),
    ]  # fmt: skip
    for method, params, field in cases:
        answer = await site.on("cam-1", method, **params)
        assert answer.code == 804, (method, answer.body)
        assert field in answer.body["message"]
    assert (await site.on("nobody", "getAllFaceGroup")).code != 200
    picture = {"picBase64": base64.b64encode(jpeg(b"x")).decode(), "picType": "JPG", "recordLimit": 10}
    window = {"startTime": 1631794685, "endTime": 1631798285, "minSimilarity": 0.55, "maxSimilarity": 0.65}
    wrong: list[dict[str, Any]] = [
        {"endTime": 1631794685 + 86401},
        {"maxSimilarity": 0.55},
        {"pageSize": 1},
        {"pageSize": 21},
    ]
    for changed in wrong:
        assert (await site.call("getPicRecord", **{**picture, **window, **changed})).code == 804
    plan = {"taskId": "1", "deviceList": [{"productKey": site.product_key, "deviceName": "cam-1"}],
            "startDate": "2010-01-01", "endDate": "2010-04-01", "status": 1}  # fmt: skip
    days = [{"weekDay": "SUNDAY", "captureTime": ["10:00"]}]
    assert (await site.call("setPicCaptureTask", **plan)).code == 804
    assert (await site.call("setPicCaptureTask", **plan, captureWeekDay=days, cron=["0 0 * * *"])).code == 804
    assert (await site.call("setPicCaptureTask", **plan, cron=["61 0 * * *"])).code == 804


@pytest.mark.covers("H-47", "H-48", "H-49")
async def test_the_session_of_an_adapter(site: Site) -> None:
    await cameras(site)
    await site.new_box()
    assert (await ask(site, "deviceManage/getConfig", manufacture="HIK"))["code"] == 802
    assert (await ask(site, "appAuthentication", **log_in(brand="SONY", sign="0")))["code"] == 809
    assert (await ask(site, "appAuthentication", **log_in(sign="0" * 32)))["code"] == 801
    missing = await ask(site, "appAuthentication", **log_in(mac=""))
    assert (missing["code"], missing["message"]) == (804, "param check error: 'mac'")
    assert (await ask(site, "appAuthentication", **log_in(ip="127.0.0.9")))["code"] == 804
    tokens = []
    for method in ("md5", "SHA1", "SHA256"):
        reply = await ask(site, "appAuthentication", **log_in(method=method))
        assert reply["code"] == 200
        tokens.append(reply["data"]["token"])
    assert (await ask(site, "deviceManage/getConfig", manufacture="HIK", token=tokens[0]))["code"] == 801
    config = await ask(site, "deviceManage/getConfig", manufacture="HIK", token=tokens[-1])
    assert [(row["ip"], row["deviceType"]) for row in config["data"]] == [
        ("192.168.1.2", 2), ("192.168.1.4", 1), ("192.168.1.4", 3)
    ]  # fmt: skip
    behind = config["data"][2]
    assert (behind["username"], behind["password"], behind["channel"], behind["childIp"]) == (
        "root", "nvr-word", 1, "192.168.1.5"
    )  # fmt: skip
    assert (await ask(site, "deviceManage/getConfig", manufacture="DH", token=tokens[-1]))["code"] == 809

    # a real adapter takes over at the same address; it is told of changes, and tells how its cameras are
    brand = SimulatedBrand("HIK")
    brand.faults.down["192.168.1.4"] = "password error"
    adapter = await site.new_adapter(brand)
    assert adapter.token not in tokens

    async def state(name: str) -> tuple[int, str] | None:
        row = await boxes.camera_of(site.owner, site.platform.db, site.cameras[name])
        return (row.works, row.why) if row else None

    async def is_known() -> bool:
        return await state("cam-1") == (1, "") and await state("cam-2") == (0, "password error")

    await soon(is_known)
    await site.new_camera("cam-3", ip="192.168.1.6", brand="大华", protocol=2)
    await site.new_camera("cam-4", ip="192.168.1.7")
    await until(lambda: {row["ip"] for row in adapter.devices} >= {"192.168.1.7"}, 60)
    assert "192.168.1.6" not in {row["ip"] for row in adapter.devices}, "of another maker"

    # the box forgets nothing when it is started again: the adapter's token and address hold
    token = adapter.token
    await site.events.stop()
    await site.events.start({})
    adapter._kept.app = f"http://{HERE}:{site.events.port}"
    assert (await ask(site, "deviceManage/getConfig", manufacture="HIK", token=token))["code"] == 200


@pytest.mark.covers("H-57")
async def test_an_adapter_keeps_addresses_rules_and_three_logs(site: Site) -> None:
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    adapter = await site.new_adapter(brand)
    assert (await site.on("cam-1", "setAlarmRule", eventType=2, alarmRule=WEEK)).ok
    brand.faults.codes["alarmDeploy/setRule"] = 807
    for kind in (2, 3):  # neither takes the place of what was there
        assert (await site.on("cam-1", "setAlarmRule", eventType=kind, alarmRule=WEEK[:1])).code == 807
    assert (await site.on("cam-1", "getAlarmRule", eventType=2)).data == WEEK
    assert (await site.on("cam-1", "getAlarmRule", eventType=3)).data == []
    await adapter.stop()

    # started again without being told where the box is
    fresh = SimulatedBrand("HIK")
    again = type(adapter)(fresh, site.folder / "adapter", site.platform.clock, ip=HERE)
    await again.start()
    site._stops.append(again.stop)
    await until(again.ready.is_set)
    assert again.app == f"http://{HERE}:{site.events.port}"
    assert fresh.rules == {(ALONE, 2): WEEK}
    for kind, word in (("interface", "logged in"), ("interface", "a rule was set")):
        assert any(line.text == word and line.level == "info" for line in again.lines(kind))
    newest = again.lines("interface")[-1]
    assert again.lines("interface", begin_ms=newest.at_ms + 1) == []
    assert again.lines("interface", level="error") == []

    # the box keeps the same three, and they are asked for by kind, level and time
    journal = site.events.journal
    assert any(line.text == "an adapter logged in" for line in journal.interface.lines())
    assert any(line.text == "a camera works" for line in journal.devices.lines())
    fresh.faults.silent.add("deviceManage/getStatus")
    site.events.client._seconds = 0.2
    site.events._look.set()
    await until(lambda: any(line.text == "an adapter does not answer" for line in journal.errors.lines()))
    rows = await site.platform.security.calls.ask(
        site.owner,
        site.node_id,
        "getAdapterLogs",
        {"manufacture": "HIK", "kind": "interface", "level": "info"},
    )
    assert {row["level"] for row in rows} == {"info"}


@pytest.mark.covers("H-54", "F-016", "F-017")
async def test_a_snapshot_plan_goes_to_the_adapter(site: Site) -> None:
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    await site.new_adapter(brand)
    devices = [{"productKey": site.product_key, "deviceName": name} for name in ("cam-1", "cam-2")]
    days = [{"weekDay": day, "captureTime": ["10:00", "12:00"]} for day in ("SUNDAY", "MONDAY")]
    plan = {"startDate": "2010-01-01", "endDate": "2099-04-01", "captureWeekDay": days, "status": 1}
    text = [{**day, "captureTime": "10:00,12:00"} for day in days]
    assert (
        await site.call(
            "setPicCaptureTask", taskId="123", deviceList=devices, **{**plan, "captureWeekDay": text}
        )
    ).ok
    ((_, kept),) = brand.plans.items()
    assert kept["captureWeekDay"] == days
    assert {row["ip"] for row in kept["deviceList"]} == {"192.168.1.2", "192.168.1.4"}
    reply = (await site.call("getPicCaptureTask", taskId="123")).data
    assert {row["deviceName"] for row in reply.pop("deviceList")} == {"cam-1", "cam-2"}
    assert reply == plan
    cron = {"startDate": "2010-01-01", "endDate": "2099-04-01", "cron": ["0 0/30 8-18 * * ?"], "status": 0}
    assert (await site.call("setPicCaptureTask", taskId="123", deviceList=devices[:1], **cron)).ok
    ((_, kept),) = brand.plans.items()
    assert (kept["cron"], len(kept["deviceList"])) == (cron["cron"], 1)
    assert (await site.call("removeCaptureTask", taskId="123")).ok
    assert brand.plans == {}
    assert (await site.call("getPicCaptureTask", taskId="123")).code == 804


@pytest.mark.covers("F-019", "F-020")
async def test_captured_faces_are_searched_by_a_picture_and_scenes_are_uploaded(site: Site) -> None:
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    await site.new_adapter(brand)
    for number in range(23):
        brand.records[f"pic{number}"] = Sighting(
            ALONE, jpeg(b"small"), jpeg(b"scene%d" % number), 1631795685, 0.6 + number / 1000
        )
    brand.records["early"] = Sighting(ALONE, jpeg(b""), jpeg(b""), 1631794684, 0.6)
    asked = {
        "picBase64": base64.b64encode(jpeg(b"who" * 40_000)).decode(), "picType": "JPG", "recordLimit": 22,
        "startTime": 1631794685, "endTime": 1631798285, "minSimilarity": 0.55, "maxSimilarity": 0.65,
    }  # fmt: skip
    first = await site.call("getPicRecord", **asked)
    assert first.ok, first.body
    rows = first.data["recordList"]
    assert [row["similarity"] for row in rows] == [pytest.approx(0.622 - n / 1000) for n in range(10)]
    assert (rows[0]["deviceName"], rows[0]["captureTime"], rows[0]["smallPicType"]) == (
        "cam-1",
        1631795685,
        "JPG",
    )
    third = await site.call("getPicRecord", **asked, pageNo=3)
    assert len(third.data["recordList"]) == 2, "at most recordLimit"
    objects = site.platform.objects
    url = objects.url("t/scene.jpg", expires_s=300, method="PUT", limit=1_000_000)
    done = await site.call("scenePicRecordUpload", scenePicId=rows[0]["scenePicId"], uploadUrl=url)
    assert done.ok, done.body
    assert await objects.get("t/scene.jpg") == jpeg(b"scene22")
    inside = await site.call(
        "scenePicRecordUpload", scenePicId=rows[0]["scenePicId"], uploadUrl="http://127.0.0.1:9/x"
    )
    assert inside.code == 804, "never into the site's own network"
    assert (await site.call("scenePicRecordUpload", scenePicId="pic1234", uploadUrl=url)).code == 804
    everywhere = await site.platform.security.calls.ask(
        site.owner, site.node_id, "getAllPicRecord", {k: v for k, v in asked.items() if k != "recordLimit"}
    )
    assert len(everywhere["recordList"]) == 23
    brand.faults.codes["record/get"] = 805
    assert (await site.call("getPicRecord", **asked)).code == 805


async def test_an_adapter_that_fails_is_told_as_it_fails_and_gets_it_later(site: Site) -> None:
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    await site.new_adapter(brand)
    for code in (803, 805, 808, 809):
        brand.faults.codes["face/createGroup"] = code
        assert (await site.on("cam-1", "faceGroupCreate", groupName="x")).code == code
    assert (await site.on("cam-1", "getAllFaceGroup")).data == {"groups": []}, "it is taken back"
    brand.faults.codes.clear()
    brand.faults.silent.add("face/getAllGroups")
    site.events.client._seconds = 0.2
    later = await site.on("cam-1", "faceGroupCreate", groupName="later")
    assert later.ok, "it is wanted, and brought when the adapter is back"
    assert brand.groups == {}
    brand.faults.silent.clear()
    await site.platform.security.keeper.bring(site.owner, await site.device("cam-1"))
    assert [each.name for each in brand.groups.values()] == ["later"]
