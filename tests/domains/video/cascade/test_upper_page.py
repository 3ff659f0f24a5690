"""The page of upper platforms in Chromium: added, cameras chosen, tested, its state in words."""

import pytest
from playwright.async_api import expect

from tests.browser.visit import CHROMIUM
from tests.domains.video.cascade.conftest import OURS, SERVER, Pair
from tests.domains.video.live.conftest import PASSWORD
from tests.domains.video.live.pages import PAGES, in_order, page_of


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_an_upper_platform_on_the_pages(pair: Pair) -> None:
    await pair.lower.camera()
    await pair.upper.known(OURS)
    async with page_of(pair.lower) as page:
        await page.goto(f"{pair.lower.url}/cameras/upper-platforms")
        await page.get_by_role("button", name="添加上级平台").click()
        for label, value in (
            ("名称", "区级平台"), ("平台地址", "127.0.0.1"), ("平台编码", SERVER), ("本平台编码", OURS),
            ("注册密码", "wrong-one"),
        ):  # fmt: skip
            await page.get_by_label(label, exact=True).fill(value)
        await page.get_by_label("SIP 端口", exact=True).fill(str(pair.port))
        await in_order(page, "upper-form", 1440)
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_text("密码不对，或上级没有登记本平台编码。")).to_be_visible()
        await page.get_by_role("button", name="编辑").click()
        await page.get_by_label("注册密码", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="保存").click()
        await page.get_by_role("button", name="选择摄像头").click()
        await page.get_by_text("北门枪机").click()
        await expect(page.get_by_text("已选 1 路")).to_be_visible()
        await in_order(page, "upper-cameras", 360)
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_text("可见 1 路摄像头")).to_be_visible()
        (camera,) = await pair.upper.listed()
        async with page.expect_response(lambda answer: answer.url.endswith("/test")):
            await page.get_by_role("button", name="测试注册").click()
        await expect(page.get_by_text("起已注册")).to_be_visible()
        at = f"{pair.upper.at}/cameras/{camera['id']}"
        assert (await pair.upper.desk.post(f"{at}/live", json={"surface": "console"})).is_success
        await expect(page.get_by_text("正在观看：北门枪机")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "upper", width)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_text("Registered since")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "upper-en", width)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.get_by_role("button", name="中文").click()
        await page.get_by_role("button", name="移除").click()
        await page.get_by_role("dialog").get_by_role("button", name="移除").click()
        await expect(page.get_by_text("还没有上级平台")).to_be_visible()
