"""A community on the application platform, from its project to what is known of its cameras. Spec A TOP-02, 2.5.9."""

import pytest

from linli.app.events import to_subscribers
from linli.domains.communities.service import pois
from tests.console.test_projects import gateway, key_of, make  # noqa: F401 - a fixture
from tests.domains.communities.builders import POI_CSV
from tests.domains.video.conftest import Desk, with_proof

QUERY = ("/data/model/data/query", "0.0.3")


@pytest.mark.covers("TOP-02")
@pytest.mark.usefixtures("importing")
async def test_from_a_new_community_to_its_cameras(parts, gateway, administrator):  # noqa: F811
    main = administrator
    to_subscribers(parts.db.handlers)
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    project = await make(main, models=["VideoDeviceInfo"])
    key = await key_of(gateway, main, project)

    # 开发态: the community is asked for and waits for the operator.
    number = (await main.post("/communities", json=await with_proof(main))).json()["id"]
    granted = await main.put(f"/projects/{project}/communities", json={"communityIds": [int(number)]})
    assert granted.status_code == 204, granted.text
    desk = Desk(main, parts, number, "", {})
    product = await desk.product("枪机")
    for name in ("CAM-0001", "CAM-0002"):
        await desk.device(product, name, bound=False)
    early = await main.put(
        f"/devices/{desk.devices['CAM-0001']}/community", json={"communityId": int(number)}
    )
    assert (early.status_code, early.json()["code"]) == (409, "community.not_in_management")
    assert (await main.get(desk.at)).status_code == 404
    assert (await desk.send({"device": "CAM-0001", "name": "东门"})).status_code == 404
    approved = await main.post(f"/communities/{number}/approve")
    assert approved.json()["applyStatus"] == 2

    # 集成态: devices are bound to the project, then to the community.
    at = f"/app-platform/projects/{project}"
    assert (await main.put(f"{at}/state", json={"state": "integration"})).status_code == 204
    both = list(desk.devices.values())
    assert (await main.post(f"{at}/devices/bind", json={"iotIds": both})).status_code == 204
    assert (await main.get(f"{at}/devices")).json()["total"] == 2
    assert (await main.put(f"{at}/state", json={"state": "development"})).status_code == 204
    for iot_id in both:
        moved = await main.put(f"/devices/{iot_id}/community", json={"communityId": int(number)})
        assert moved.status_code == 204, moved.text
    assert (await main.get(f"{desk.at}/devices")).json()["waiting"] == 2

    # 摄像头信息管理: imported in bulk, edited, cleared; and apps of the project read the same.
    rows = ({"device": "CAM-0001", "name": "东门", "password": "x1"}, {"device": "CAM-0002", "name": "西门"})
    wrong = (await desk.send(rows[0], {"device": "CAM-0009", "name": "?"}, dryRun=True)).json()
    assert [(one["row"], one["column"]) for one in wrong["problems"]] == [(3, "A")]
    assert (await desk.send(*rows)).json()["created"] == 2
    one = next(row for row in await desk.rows() if row["name"] == "东门")
    changed = await main.put(f"{desk.at}/{one['id']}", json={"name": "东门枪机", "address": "岗亭"})
    assert changed.status_code == 204, changed.text
    told = (await key.call(*QUERY, {"modelId": "VideoDeviceInfo"}))["data"]["items"]
    assert {(row["name"], row.get("address")) for row in told} == {("东门枪机", "岗亭"), ("西门", None)}
    assert not [row for row in told if "password" in row or "x1" in row.values()]
    cleared = await main.post(f"{desk.at}/clear", json={"expected": 2})
    assert (cleared.json()["removed"], await desk.rows()) == (2, [])
    assert (await main.get(f"{at}/devices")).json()["total"] == 2, "the devices stay bound"
    back = await main.post(f"{desk.at}/batches/{cleared.json()['id']}/undo")
    assert (back.status_code, sorted(await desk.names())) == (200, ["东门枪机", "西门"])


@pytest.mark.covers("B060")
async def test_an_app_writes_and_reads_master_data_of_cameras(parts, gateway, desk):  # noqa: F811
    to_subscribers(parts.db.handlers)
    project = await make(desk.browser, models=["VideoDeviceInfo"])
    where = {"communityIds": [int(desk.community)]}
    assert (await desk.browser.put(f"/projects/{project}/communities", json=where)).status_code == 204
    key = await key_of(gateway, desk.browser, project)
    camera = {
        "deviceId": desk.devices["CAM-0001"],
        "name": "东门枪机",
        "brand": "海康",
        "longitude": 120.1,
        "latitude": 30.2,
    }
    scope = (await desk.browser.get(f"/communities/{desk.community}")).json()["scopeId"]
    row = {"modelId": "VideoDeviceInfo", "properties": camera, "scopeId": scope}
    told = await key.call("/data/model/data/insert", "0.0.3", row)
    assert (told["code"], type(told["data"])) == (200, int), told
    named = [{"fieldName": "name", "operate": "eq", "value": "东门枪机"}]
    found = await key.call(*QUERY, {"modelId": "VideoDeviceInfo", "conditions": named, "returnFields": ["*"]})
    (item,) = found["data"]["items"]
    assert {name: item[name] for name in camera} == camera
    assert {"id", "scope_id"} <= item.keys()
