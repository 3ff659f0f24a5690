"""Products, thing models and categories as the pages use them."""

from typing import Any

import pytest

from tests.console.conftest import Browser

QR_DOOR = {"name": "单元门", "categoryCode": "community/people/qrcode"}


async def made(browser: Browser, **options: Any) -> dict[str, Any]:
    answer = await browser.post("/products", json=QR_DOOR | options)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.covers("CAT-01", "CAT-02")
async def test_a_product_of_a_category_gives_its_devices_the_tags(administrator: Browser) -> None:
    product = await made(
        administrator, name="一体机", categoryCode="community/people/aio", capabilities=["qrcode", "face"]
    )
    assert (product["category"], product["gateway"], product["version"]) == (
        "智慧社区/人员通行/门禁一体机", False, 1,
    )  # fmt: skip
    device = await administrator.post("/devices", json={"productKey": product["productKey"]})
    tags = (await administrator.get(f"/devices/{device.json()['iotId']}")).json()["tags"]
    assert tags == {
        "CategoryName": "智慧社区/人员通行/门禁一体机",
        "CategoryCode": "community/people/aio",
        "Capability": '["face","qrcode"]',
    }


async def test_the_library_is_listed_with_what_each_model_holds(administrator: Browser) -> None:
    listed = {one["path"]: one for one in (await administrator.get("/categories")).json()}
    assert listed["community/eba"]["otherName"] == "设施设备"
    assert listed["community/people/aio"]["capabilities"][0] == "face_temperature"
    assert listed["edge/camera"]["gateway"]
    door = listed["community/people/qrcode"]
    assert (door["name"], door["english"], door["hasModel"], door["ownNo"]) == (
        "二维码门禁", "QR code door", True, None,
    )  # fmt: skip
    model = (await administrator.get("/categories/model", params={"path": door["path"]})).json()["document"]
    assert {one["identifier"] for one in model["services"]} == {
        "syncPermissions", "queryCardPermissions", "remoteOpen", "setKeepOpen", "getKeepOpen",
    }  # fmt: skip
    assert (await administrator.get("/categories/model", params={"path": "no/such"})).status_code == 404


async def test_a_product_is_listed_changed_copied_and_deleted(administrator: Browser) -> None:
    product = await made(administrator, description="南区")
    key = product["productKey"]
    listed = (await administrator.get("/products/list", params={"category": "community/people"})).json()
    assert [(row["productKey"], row["version"], row["devices"]) for row in listed["data"]] == [(key, 1, 0)]
    assert (await administrator.get("/products/list", params={"gateway": True})).json()["total"] == 0

    change = {"name": "北区单元门", "dynamicRegister": True}
    assert (await administrator.put(f"/products/{key}", json=change)).status_code == 204
    detail = (await administrator.get(f"/products/{key}")).json()
    assert (detail["name"], detail["description"], detail["dynamicRegister"]) == ("北区单元门", "南区", True)

    secret = (await administrator.post(f"/products/{key}/secret")).json()["productSecret"]
    assert len(secret) >= 16
    acts = (await administrator.get(f"/products/{key}/acts")).json()["data"]
    assert [one["act"] for one in acts] == ["product.secret_shown", "product.changed", "product.created"]
    assert secret not in str(acts)

    copy = (await administrator.post(f"/products/{key}/copy", json={"name": "副本"})).json()
    assert copy["productKey"] != key
    device = (await administrator.post("/devices", json={"productKey": key})).json()
    assert device["productKey"] == key
    refused = await administrator.delete(f"/products/{key}")
    assert (refused.status_code, refused.json()["code"]) == (409, "product.in_use")
    assert (await administrator.delete(f"/products/{copy['productKey']}")).status_code == 204
    assert (await administrator.get(f"/products/{copy['productKey']}")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "productName"),
        ({"categoryCode": "no/such/one"}, "categoryCode"),
        ({"categoryCode": "community/people"}, "categoryCode"),
        ({"capabilities": ["face"]}, "capabilities"),
        ({"dataFormat": "xml"}, "dataFormat"),
    ],
)
async def test_a_wrong_field_is_named(administrator: Browser, wrong: dict[str, Any], field: str) -> None:
    answer = await administrator.post("/products", json=QR_DOOR | wrong)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_a_model_is_edited_checked_published_and_taken_back(administrator: Browser) -> None:
    key = (await made(administrator))["productKey"]
    model = f"/products/{key}/model"
    state = (await administrator.get(model)).json()
    assert (state["version"], state["revision"], state["faults"]) == (1, 0, [])

    document = state["document"]
    struct = {
        "identifier": "Position", "name": "位置", "accessMode": "r",
        "dataType": {"type": "struct", "specs": [
            {"identifier": "floor", "name": "楼层", "dataType": {"type": "int", "specs": {"min": "9", "max": "1"}}}]},
    }  # fmt: skip
    document["properties"].append(struct)
    saved = (await administrator.put(f"{model}/draft", json={"document": document, "revision": 0})).json()
    at = len(document["properties"]) - 1
    assert saved["faults"][0]["path"] == f"properties[{at}].dataType.specs[0].dataType.specs.max"
    assert "below the smallest 9" in saved["faults"][0]["message"]
    refused = await administrator.post(f"{model}/publish", json={"revision": saved["revision"]})
    assert refused.status_code == 400

    struct["dataType"]["specs"][0]["dataType"]["specs"]["max"] = "60"  # type: ignore[index]
    checked = (await administrator.post(f"{model}/check", json={"document": document})).json()
    assert (checked["faults"], [one["path"] for one in checked["changes"]]) == ([], ["properties.Position"])
    stale = await administrator.put(f"{model}/draft", json={"document": document, "revision": 0})
    assert (stale.status_code, stale.json()["code"]) == (409, "product.draft_changed")
    await administrator.put(f"{model}/draft", json={"document": document, "revision": 1})
    published = await administrator.post(f"{model}/publish", json={"revision": 2, "notes": "加位置"})
    assert published.json()["version"] == 2

    history = (await administrator.get(f"{model}/versions")).json()
    assert [(one["version"], one["notes"]) for one in history] == [(2, "加位置"), (1, "")]
    changed = await administrator.get(f"{model}/compare", params={"before": 1, "after": 2})
    assert [(one["path"], one["kind"]) for one in changed.json()] == [("properties.Position", "added")]
    back = await administrator.post(f"{model}/roll-back", json={"version": 1})
    assert back.json()["version"] == 3
    assert (await administrator.get(f"/products/{key}")).json()["version"] == 3


async def test_a_model_goes_out_and_comes_in_both_forms(administrator: Browser) -> None:
    key = (await made(administrator))["productKey"]
    other = (await made(administrator, categoryCode=""))["productKey"]
    for form in ("whole", "simple"):
        file = await administrator.get(f"/products/{key}/model/export.json", params={"form": form})
        assert f'filename="{key}-v1' in file.headers["content-disposition"]
        assert ("profile" in file.json()) == (form == "whole")
        read = await administrator.post(f"/products/{other}/model/import", json={"text": file.text})
        assert read.json()["faults"] == []
        assert {one["kind"] for one in read.json()["changes"]} == {"added"}
    assert (await administrator.get(f"/products/{other}/model")).json()["document"]["properties"] == []
    wrong = await administrator.post(f"/products/{other}/model/import", json={"text": "{"})
    assert (wrong.json()["document"], wrong.json()["faults"][0]["rule"]) == (None, "not_json")
    missing = await administrator.get(f"/products/{key}/model/export.json", params={"version": 9})
    assert missing.status_code == 404


async def test_topics_differ_by_kind_of_product(administrator: Browser) -> None:
    async def topics(**options: Any) -> dict[str, str]:
        key = (await made(administrator, **options))["productKey"]
        listed = (await administrator.get(f"/products/{key}/topics")).json()
        return {one["topic"].replace(key, "pk"): one["group"] for one in listed}

    plain = await topics()
    assert plain["/sys/pk/${deviceName}/thing/event/property/post"] == "model"
    assert plain["/pk/${deviceName}/user/#"] == "user"
    assert not {"gateway", "raw"} & set(plain.values())
    assert "gateway" in (await topics(gateway=True)).values()
    assert "raw" in (await topics(dataFormat="custom")).values()


async def test_own_categories_are_added_filled_and_removed(administrator: Browser) -> None:
    made = await administrator.post(
        "/categories", json={"parentPath": "community/eba", "code": "tpHw01", "name": "温度控制_霍尼韦尔01"}
    )
    assert made.status_code == 201, made.text
    number = made.json()["ownNo"]
    bad = {"properties": [{"identifier": "a b", "dataType": {"type": "date"}}]}
    faults = await administrator.put(f"/categories/{number}/model", json={"document": bad})
    assert [one["path"] for one in faults.json()] == ["properties[0].identifier"]
    good = {"properties": [{"identifier": "T", "dataType": {"type": "date"}}]}
    assert (await administrator.put(f"/categories/{number}/model", json={"document": good})).json() == []
    assert (await administrator.put(f"/categories/{number}", json={"name": "温控"})).status_code == 204
    product = await administrator.post(
        "/products", json={"name": "温控器", "categoryCode": "community/eba/tpHw01"}
    )
    assert product.json()["category"] == "智慧社区/设备设施/温控"
    assert (await administrator.delete(f"/categories/{number}")).status_code == 204
    taken = await administrator.post("/categories", json={"code": "community", "name": "x"})
    assert (taken.status_code, taken.json()["code"]) == (409, "category.taken")


async def test_units_have_two_names(administrator: Browser) -> None:
    units = (await administrator.get("/units")).json()
    assert {"symbol": "°C", "name": "摄氏度", "english": "degree Celsius"} in units
