"""Devices through the console's routes: batches, certificates, remark, search, project, switching off, deletion."""

import csv
import io
from typing import Any

import pytest

from linli.console.parts import Parts
from linli.kernel.outbox import Jobs, Worker
from linli.things.batches.work import BatchWork
from tests.console.conftest import Browser


async def camera(browser: Browser, parts: Parts, **options: Any) -> str:
    tree = (await browser.get("/categories")).json()
    path = next(one["path"] for one in tree if one["hasModel"] and not one["path"].startswith("edge"))
    answer = await browser.post("/products", json={"name": "普通摄像头", "categoryCode": path} | options)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["productKey"])


async def work(parts: Parts) -> None:
    jobs = Jobs()
    BatchWork(parts.db, parts.ids, parts.secrets).register(jobs)
    worker = Worker(parts.db, parts.clock, jobs)
    while await worker.run_once():
        pass


async def upload(browser: Browser, key: str, text: str, **query: Any) -> dict[str, Any]:
    answer = await browser.post(
        "/device-batches/upload",
        params={"productKey": key, **query},
        files={"file": ("n.csv", text.encode())},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_devices_by_csv_and_their_certificates(administrator: Browser, parts: Parts) -> None:
    key = await camera(administrator, parts)
    template = (await administrator.get("/device-batches/template.csv")).content.decode("utf-8-sig")
    assert template.strip() == "DeviceName,Nickname,Remark,SN"
    names = [f"IPC-{n:04}" for n in range(50)]
    bad = template + "\n".join([*(f"{name},,," for name in names[:48]), "x,,,", "IPC-0001,,,"])
    tried = await upload(administrator, key, bad, dryRun=True)
    assert (tried["id"], tried["total"], tried["good"], tried["badRows"]) == (None, 50, 48, 2)
    assert [(fault["row"], fault["column"]) for fault in tried["problems"]] == [
        (50, "DeviceName"),
        (51, "DeviceName"),
    ]
    assert (await upload(administrator, key, bad))["id"] is None, "a file with faults makes nothing"

    begun = await upload(administrator, key, template + "\n".join(f"{name},,," for name in names))
    assert (begun["good"], begun["problems"]) == (50, [])
    path = f"/device-batches/{begun['id']}"
    assert (await administrator.post(f"{path}/certificates")).status_code == 409, "it is at work"
    await work(parts)
    batch = (await administrator.get(path)).json()
    assert (batch["state"], batch["done"], batch["failed"]) == ("done", 50, 0)
    rows = (await administrator.get(f"{path}/rows", params={"pageSize": 100})).json()
    assert [row["deviceName"] for row in rows["data"]] == names

    url = (await administrator.post(f"{path}/certificates")).json()["url"].removeprefix("/api/console")
    file = await administrator.get(url)
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert "%E8%AE%BE%E5%A4%87%E8%AF%81%E4%B9%A6.csv" in file.headers["content-disposition"]
    triples = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row["DeviceName"] for row in triples] == names
    assert {row["ProductKey"] for row in triples} == {key}
    assert len({row["DeviceSecret"] for row in triples}) == 50
    assert (await administrator.get(url)).status_code == 403, "a link works once"
    acts = (await administrator.get(f"/products/{key}/acts")).json()["data"]
    assert [act["act"] for act in acts][:2] == ["batch.certificates", "batch.started"]

    shown = (await administrator.post(f"/devices/{rows['data'][0]['iotId']}/secret")).json()
    assert shown["deviceSecret"] == triples[0]["DeviceSecret"]

    assert (await administrator.post(f"{path}/undo")).status_code == 204
    await work(parts)
    batch = (await administrator.get(path)).json()
    assert (batch["state"], batch["undone"]) == ("undone", 50)


async def test_good_rows_alone_when_asked_and_names_made(administrator: Browser, parts: Parts) -> None:
    key = await camera(administrator, parts)
    begun = await upload(administrator, key, "DeviceName\nok-1\nx\n", onlyGood=True)
    assert (begun["good"], begun["badRows"], bool(begun["id"])) == (1, 1, True)
    ask = {"productKey": key, "count": 5, "prefix": "IPC-"}
    tried = (await administrator.post("/device-batches/generate", json=ask | {"dryRun": True})).json()
    assert (tried["id"], tried["sample"]) == (None, ["IPC-0001", "IPC-0002", "IPC-0003", "IPC-0005"])
    assert (await administrator.post("/device-batches/generate", json=ask)).json()["id"]
    await work(parts)
    assert (await administrator.get("/devices", params={"productKey": key})).json()["total"] == 6
    listed = (await administrator.get("/device-batches", params={"productKey": key})).json()
    assert [(row["source"], row["total"]) for row in listed["data"]] == [("generated", 5), ("uploaded", 1)]


async def test_products_by_csv(administrator: Browser, parts: Parts) -> None:
    async def hand_in(text: str, **query: Any) -> dict[str, Any]:
        files = {"file": ("p.csv", text.encode())}
        answer = await administrator.post("/products/import", params=query, files=files)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    bad = "Name,CategoryCode,NodeType\n门,community/people/qrcode,\n,no/such,tower\n门,,\n"
    said = await hand_in(bad)
    assert [(p["row"], p["column"]) for p in said["problems"]] == [
        (3, "Name"), (3, "CategoryCode"), (3, "NodeType"), (4, "Name"),
    ]  # fmt: skip
    assert said["made"] == []
    good = "Name,CategoryCode,NodeType\n门,community/people/qrcode,\n视频网关,edge/camera,网关设备\n"
    assert (await hand_in(good, dryRun=True))["made"] == []
    made = (await hand_in(good))["made"]
    assert [one["name"] for one in made] == ["门", "视频网关"]
    assert (await administrator.get(f"/products/{made[1]['productKey']}")).json()["gateway"]


async def test_a_device_is_found_labelled_bound_switched_off_and_deleted(
    administrator: Browser, parts: Parts
) -> None:
    key = await camera(administrator, parts)
    made = (
        await administrator.post("/devices", json={"productKey": key, "deviceName": "LV-AIBOX-001"})
    ).json()
    await administrator.post("/devices", json={"productKey": key, "deviceName": "LV-AIBOX-002"})
    path = f"/devices/{made['iotId']}"

    async def found(**query: Any) -> list[str]:
        answer = await administrator.get("/devices", params=query)
        assert answer.status_code == 200, answer.text
        return [row["deviceName"] for row in answer.json()["data"]]

    triple = (await administrator.post(f"{path}/secret")).json()
    assert triple == {**made}
    assert await found(q="AIBOX-001") == ["LV-AIBOX-001"]
    assert (await administrator.put(path, json={"remark": "1号楼东侧 50% 处"})).status_code == 204
    assert await found(q="东侧 50%") == ["LV-AIBOX-001"]
    await administrator.put(f"{path}/tags", json={"set": {"building": "1", "old": "x"}})
    await administrator.put(f"{path}/tags", json={"remove": ["old"]})
    assert await found(tag="building=1") == ["LV-AIBOX-001"]

    (project,) = (await administrator.get("/devices/projects")).json()
    assert await found(projectId="none") == ["LV-AIBOX-002", "LV-AIBOX-001"]
    assert (await administrator.put(f"{path}/project", json=project)).status_code == 204
    assert await found(projectId=project["projectId"]) == ["LV-AIBOX-001"]
    group = (await administrator.post("/device-groups", json={"name": "一期"})).json()["id"]
    asked = {"action": "group", "iotIds": [made["iotId"], "nobody"], "groupId": int(group)}
    results = (await administrator.post("/devices/many", json=asked)).json()
    assert [one["ok"] for one in results] == [True, False]
    assert results[1]["message"]
    assert await found(groupId=group) == ["LV-AIBOX-001"]
    detail = (await administrator.get(path)).json()
    assert (detail["projectName"], detail["groups"], detail["tags"]["building"]) == (
        "演示项目", [{"id": group, "name": "一期"}], "1",
    )  # fmt: skip

    asked = {"action": "disable", "iotIds": [made["iotId"]]}
    assert (await administrator.post("/devices/many", json=asked)).json()[0]["ok"]
    assert await found(state="disabled") == ["LV-AIBOX-001"]
    renewed = (await administrator.post(f"{path}/secret/reset")).json()["deviceSecret"]
    assert renewed != triple["deviceSecret"]
    acts = (await administrator.get(f"{path}/acts")).json()["data"]
    assert [act["act"] for act in acts] == [
        "device.secret_reset", "device.disabled", "device.bound", "device.secret_shown",
    ]  # fmt: skip
    assert (await administrator.get(f"{path}/activity")).json()["uplinks"] == 0

    export = (await administrator.get("/devices/export.csv", params={"q": "AIBOX"})).content
    lines = list(csv.DictReader(io.StringIO(export.decode("utf-8-sig"))))
    assert [line["DeviceName"] for line in lines] == ["LV-AIBOX-001", "LV-AIBOX-002"]
    assert lines[0]["Remark"] == "1号楼东侧 50% 处"

    removal = (await administrator.get(f"{path}/removal")).json()
    assert (removal["groups"], removal["subs"]) == (1, 0)
    assert (await administrator.delete(path)).status_code == 204
    assert (await administrator.get(path)).status_code == 404
    assert await found() == ["LV-AIBOX-002"]


@pytest.mark.parametrize(
    "query", [{"communityId": "x"}, {"tag": "no"}, {"groupId": 99}, {"tag": [f"k{n}=1" for n in range(6)]}]
)
async def test_bad_filters_are_told(administrator: Browser, query: dict[str, Any]) -> None:
    answer = await administrator.get("/devices", params=query)
    assert answer.status_code in (400, 404, 422)
    assert answer.json()["code"]
