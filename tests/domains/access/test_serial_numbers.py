"""Serial numbers in the console: categories, a maker's file, and the door that is bound by the number on its back."""

from typing import Any

import pytest

from tests.domains.access.test_access_console import Desk, desk  # noqa: F401

HEAD = "vpcInstanceId,snCode,deviceName,productKey\n"


async def category(desk: Desk, name: str = "人脸门禁") -> str:  # noqa: F811
    answer = await desk.browser.post("/serials/categories", json={"name": name, "description": "2026 款"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def hand_in(desk: Desk, lines: str, **query: Any) -> dict[str, Any]:  # noqa: F811
    files = {"file": ("sn.csv", (HEAD + lines).encode())}
    answer = await desk.browser.post("/serials/import", params=query, files=files)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.covers("TOP-06", "B109")
async def test_a_makers_list_is_tried_imported_and_a_door_bound_by_its_number(desk: Desk) -> None:  # noqa: F811
    kind, key = await category(desk), desk.product_key
    made = await desk.browser.post("/devices", json={"productKey": key, "deviceName": "wangjing_0001"})
    lines = f"vpcinstance001,wang_0001,wangjing_0001,{key}\n,wang_0002,wangjing_0002,{key}\n"
    tried = await hand_in(desk, lines, categoryId=kind, dryRun=True)
    expected = {
        "dryRun": True,
        "total": 2,
        "added": 2,
        "known": 0,
        "waiting": 1,
        "badRows": 0,
        "problems": [],
    }
    assert tried == expected
    assert (await desk.browser.get("/serials")).json()["total"] == 0
    assert await hand_in(desk, lines, categoryId=kind) == expected | {"dryRun": False}
    again = await hand_in(desk, lines, categoryId=kind)
    assert (again["added"], again["known"]) == (0, 2)

    [held] = (await desk.browser.get("/serials/categories")).json()
    assert (held["name"], held["description"], held["numbers"]) == ("人脸门禁", "2026 款", 2)
    page = (await desk.browser.get("/serials", params={"q": "0001", "categoryId": kind})).json()
    [row] = page["data"]
    iot_id = made.json()["iotId"]
    assert (row["sn"], row["deviceName"], row["iotId"], row["categoryId"]) == (
        "wang_0001", "wangjing_0001", iot_id, kind,
    )  # fmt: skip
    assert row["vpcInstanceId"] == "vpcinstance001"

    door = await desk.register("wang_0001", "北门")
    assert (door["iotId"], door["deviceSecret"]) == (iot_id, None)


async def test_a_file_with_one_bad_row_adds_nothing_and_says_where(desk: Desk) -> None:  # noqa: F811
    key = desk.product_key
    await hand_in(desk, f",s1,door-0001,{key}\n")
    told = await hand_in(
        desk,
        f",s2,door-0002,{key}\n,s1,door-0003,{key}\n,s4,door-0001,{key}\n,s5,door-0005,a1nobodyknows\n,s6,x,{key}\n",
    )
    assert (told["added"], told["badRows"]) == (0, 4)
    assert [(fault["row"], fault["column"], fault["message"]) for fault in told["problems"]] == [
        (3, "snCode", f"is already the serial number of {key}/door-0001"),
        (4, "deviceName", "already has the serial number s1"),
        (5, "productKey", "is no product of yours"),
        (6, "deviceName", "must be 4 to 32 letters, digits or any of - _ @ . :"),
    ]
    assert (await desk.browser.get("/serials")).json()["total"] == 1


async def test_categories_and_numbers_are_kept_and_forgotten(desk: Desk) -> None:  # noqa: F811
    first, second = await category(desk), await category(desk, "道闸")
    browser = desk.browser
    assert (await browser.post("/serials/categories", json={"name": "道闸"})).status_code == 409
    assert (await browser.post("/serials/categories", json={"name": " "})).status_code == 400
    change = {"name": "道闸", "description": ""}
    assert (await browser.put(f"/serials/categories/{first}", json=change)).status_code == 409
    assert (await browser.put(f"/serials/categories/{second}", json=change)).status_code == 204
    await hand_in(desk, f",s1,door-0001,{desk.product_key}\n", categoryId=first)
    refused = await browser.delete(f"/serials/categories/{first}")
    assert (refused.status_code, refused.json()["code"]) == (409, "serial.category_in_use")
    assert (await browser.post("/serials/delete", json={"sns": ["s1", "s9"]})).json() == {"deleted": 1}
    assert (await browser.delete(f"/serials/categories/{first}")).status_code == 204
    assert (await browser.delete(f"/serials/categories/{first}")).status_code == 404
    file = (await browser.get("/serials/template.xlsx")).content
    tried = await browser.post("/serials/import", params={"dryRun": True}, files={"file": ("t.xlsx", file)})
    assert [fault["column"] for fault in tried.json()["problems"]] == ["productKey"]
