"""A camera with privacy masks goes to an upper platform on a yes alone; masks that are drawn later take it off."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.visit import CHROMIUM
from tests.domains.video.cascade.conftest import SHOWN, Pair
from tests.domains.video.live.pages import PAGES, in_order, page_of
from tests.domains.video.live.test_recording import until

BOX = {"left": 1_000, "top": 1_000, "width": 2_000, "height": 2_000}


async def hide(pair: Pair, camera: str, *boxes: dict[str, int]) -> None:
    kept = await pair.lower.desk.put(f"{camera}/masks", json={"boxes": list(boxes)})
    assert kept.status_code == 204, kept.text


async def masked(pair: Pair, camera: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await pair.lower.desk.get(f"{camera}/masks")).json()["uppers"]
    return rows


def shown(pair: Pair) -> list[str]:
    cascade = pair.lower.platform.video.uppers.cascade
    assert cascade is not None
    (platform,) = cascade._all.values()
    return list(platform.cameras)


async def test_a_masked_camera_needs_a_yes_and_new_masks_take_it_off(pair: Pair) -> None:
    path, above = await pair.joined()
    desk = pair.lower.desk
    camera = await pair.lower.camera()
    (row,) = (await desk.get(f"{path}/cameras")).json()
    assert (row["masked"], row["unmasked"]) == (False, False)
    played = await pair.upper.desk.post(f"{above}/live", json={})
    assert played.status_code == 200, played.text
    await hide(pair, camera, BOX)

    async def hung_up() -> bool:
        return not (await pair.row())["watches"] and not shown(pair)

    await until(hung_up)
    assert await masked(pair, camera) == [{"name": "区级平台", "unmasked": False}]
    listed = await pair.row()
    assert (listed["cameras"], listed["masked"]) == (0, 1)
    again = await pair.upper.desk.post(f"{above}/live", json={})
    assert again.status_code == 503, "it is seen there no more"
    choice = {"cameraId": int(row["cameraId"]), "code": SHOWN}
    refused = await desk.put(f"{path}/cameras", json={"cameras": [choice]})
    assert (refused.status_code, refused.json()["field"]) == (400, "cameras")
    assert "北门枪机" in refused.json()["message"]
    yes = await desk.put(f"{path}/cameras", json={"cameras": [{**choice, "unmasked": True}]})
    assert yes.status_code == 204, yes.text
    await until(lambda: shown(pair) == [SHOWN])
    assert await masked(pair, camera) == [{"name": "区级平台", "unmasked": True}]
    (row,) = (await desk.get(f"{path}/cameras")).json()
    assert (row["chosen"], row["masked"], row["unmasked"]) == (True, True, True)
    asked = {"kind": "upper_platform", "target": path.rpartition("/")[2]}
    assert "unmasked" in (await desk.get(f"{pair.lower.at}/history", params=asked)).text, (
        "who said so is kept"
    )
    # The yes was for those masks; without any it is shown as others are.
    await hide(pair, camera, BOX, {**BOX, "left": 5_000})
    await until(lambda: not shown(pair))
    rows = (await desk.get(camera)).json()
    asked = {"kind": "camera_masks", "target": rows["iotId"]}
    assert "区级平台" in (await desk.get(f"{pair.lower.at}/history", params=asked)).text
    await hide(pair, camera)
    await until(lambda: shown(pair) == [SHOWN])
    assert await masked(pair, camera) == []


async def test_a_yes_is_not_given_in_advance(pair: Pair) -> None:
    path, _ = await pair.joined()
    camera = await pair.lower.camera()
    (row,) = (await pair.lower.desk.get(f"{path}/cameras")).json()
    chosen = {"cameras": [{"cameraId": int(row["cameraId"]), "code": SHOWN, "unmasked": True}]}
    assert (await pair.lower.desk.put(f"{path}/cameras", json=chosen)).status_code == 204
    await hide(pair, camera, BOX)
    await until(lambda: not shown(pair))


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_the_yes_on_the_pages(pair: Pair) -> None:
    path = await pair.added()
    camera = await pair.lower.camera()
    await pair.choose(path)
    await hide(pair, camera, BOX)
    async with page_of(pair.lower) as page:
        await page.goto(f"{pair.lower.url}/cameras/{camera.rpartition('/')[2]}")
        card = page.get_by_role("region", name="隐私遮挡")
        await expect(card.get_by_text("不再展示给上级平台：区级平台")).to_be_visible()
        await in_order(page, "masks-hidden-from", 360)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(f"{pair.lower.url}/cameras/upper-platforms")
        await expect(page.get_by_text("未确认而不展示：1 路")).to_be_visible()
        await page.get_by_role("button", name="选择摄像头").click()
        await expect(page.get_by_text("设有隐私遮挡")).to_be_visible()
        save = page.get_by_role("button", name="保存")
        await expect(save).to_be_disabled()
        for width in (1440, 360):
            await in_order(page, "upper-masked", width)
        await page.get_by_text("确认：北门枪机 的画面不带遮挡送出").click()
        await save.click()
        await expect(page.get_by_text("可见 1 路摄像头")).to_be_visible()
    assert await masked(pair, camera) == [{"name": "区级平台", "unmasked": True}]
