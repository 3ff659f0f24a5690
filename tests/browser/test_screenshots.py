"""Every page of the console at every size, in both languages and both looks, into build/screenshots.

A picture is looked at by people; what a machine can see is asserted: no page scrolls sideways, no text key shows in
place of its text, no script fails. `LINLI_SHOTS=all` takes every combination instead of the five below.
"""

import itertools
import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, Demo, Visit, open_browser
from tests.browser.phone import STILL, findings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FOLDER = ROOT / "build" / "screenshots"
WIDTHS = (1440, 1024, 360)
LANGUAGES = ("zh-CN", "en")
THEMES = ("light", "dark")
ALL = list(itertools.product(WIDTHS, LANGUAGES, THEMES))
SOME = [
    (1440, "zh-CN", "light"), (1440, "en", "dark"), (1024, "zh-CN", "dark"), (360, "zh-CN", "light"),
    (360, "en", "dark"),
]  # fmt: skip
COMBINATIONS = ALL if os.environ.get("LINLI_SHOTS") == "all" else SOME
TEXT_KEY = re.compile(
    r"(?<![\w.])(?:app|shared|overview|people|doors|devices|products|deliveries|inbox|firmware|configs|integrations|settings|debugging|charts|devicegroups|vehicles|notices|visitors|claims|company|entry|history|property|usergroups|organisation|cameras|projects)\.[a-z]\w*\b"
)


DAILY = [(1440, "zh-CN", "light"), (360, "en", "dark")]
"""How the pages of daily work are looked at closely: with axe too, which takes as long as the page itself."""


@pytest.fixture(scope="module")
def daily(playwright, demo: Demo) -> dict[str, str]:
    """Pages of communities, people and property services, and what opens in them."""
    visit = open_browser(playwright, demo.url)
    visit.looks()
    visit.sign_in("admin", demo.passwords["admin"])

    def rows(path: str) -> list[dict[str, str]]:
        return visit.page.request.get(f"{demo.url}/api/console{path}").json()["data"]

    community = rows("/communities?applyStatus=2")[0]["id"]
    here = f"/communities/{community}"
    resident = rows(f"{here}/residents")[0]["identityId"]
    visitor = rows(f"{here}/visits?state=expected")[0]["id"]
    notice = rows(f"{here}/notices?state=published")[0]["id"]
    visit.context.close()
    return {
        "overview": "/overview",
        "wall": "/screen",
        "communities": "/communities",
        "community": here,
        "poster": f"{here}/poster",
        "spaces": "/spaces",
        "residents": "/residents",
        "residents-waiting": "/residents?status=2",
        "resident": f"/residents?resident={resident}",
        "resident-form": "/resident-form",
        "user-groups": "/user-groups",
        "visitors": "/visitors",
        "visitor-history": "/visitors?view=history",
        "visit": f"/visitors?visit={visitor}",
        "vehicles": "/vehicles",
        "cameras": "/cameras",
        "notices": "/notices",
        "notice": f"/notices?notice={notice}",
        "new-notice": "/notices/new",
        "employees": "/employees",
        "permissions": "/permissions",
        "functions": "/permissions/functions",
        "company": "/organisation",
        "persons": "/organisation/persons",
        "roles": "/organisation/roles",
        "log": "/organisation/log",
        "settings": "/settings",
    }


@pytest.mark.parametrize(("width", "language", "theme"), DAILY)
def test_pages_of_daily_work_are_clean_and_reachable(
    playwright, demo: Demo, daily: dict[str, str], width: int, language: str, theme: str
):
    FOLDER.mkdir(parents=True, exist_ok=True)
    visit = open_browser(playwright, demo.url)
    try:
        visit.page.set_viewport_size({"width": width, "height": 900 if width > 500 else 780})
        visit.page.emulate_media(reduced_motion="reduce")  # lists that live would never stand still
        visit.looks(language, theme)
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        faults = []
        for name, path in daily.items():
            visit.go(path)
            visit.page.wait_for_selector("main h1, main h3, .wall, [role=dialog]")
            expect(visit.page.locator(".skeleton, .bone, .el-skeleton")).to_have_count(0, timeout=30_000)
            visit.page.wait_for_timeout(150)  # fonts and transitions
            visit.page.wait_for_function(STILL)
            faults += look(visit, f"daily-{name}", width, language, theme)
            faults += [f"{name} at {width}: axe: {one}" for one in findings(visit)]
        assert faults + visit.take_faults() == []
    finally:
        visit.context.close()


@pytest.fixture(scope="module")
def paths(playwright, demo: Demo) -> dict[str, str]:
    """Name of each page → its path, with ids of the sample."""
    visit = open_browser(playwright, demo.url)
    visit.looks()
    visit.sign_in("admin", demo.passwords["admin"])

    def first(path: str) -> dict[str, str]:
        return visit.page.request.get(f"{demo.url}/api/console{path}").json()["data"][0]

    door, community = first("/doors")["iotId"], first("/communities?applyStatus=2")["id"]
    product = first("/products/list")["productKey"]
    visit.context.close()
    return {
        "overview": "/overview",
        "communities": "/communities",
        "community": f"/communities/{community}",
        "spaces": "/spaces",
        "residents": "/residents",
        "vehicles": "/vehicles",
        "visitors": "/visitors",
        "visitor-history": "/visitors?view=history",
        "notices": "/notices",
        "new-notice": "/notices/new",
        "doors": "/doors",
        "door": f"/doors/{door}",
        "door-deliveries": f"/doors/{door}?tab=deliveries",
        "passes": "/passes",
        "devices": "/devices",
        "device": f"/devices/{door}",
        "device-events": f"/devices/{door}/events",
        "device-services": f"/devices/{door}/services",
        "device-messages": f"/devices/{door}/messages",
        "products": "/products",
        "product": f"/products/{product}",
        "product-topics": f"/products/{product}/topics",
        "product-settings": f"/products/{product}/settings",
        "categories": "/products/categories",
        "debugging": f"/debugging/{door}",
        "debugging-nothing": "/debugging",
        "device-log": f"/device-log/{door}",
        "trace-nothing": "/trace",
        "refused": "/refused-messages",
        "charts": "/charts",
        "device-groups": "/device-groups",
        "device-certificates": f"/devices/{door}/certificates",
        "deliveries": "/deliveries",
        "firmware": "/firmware",
        "campaigns": "/firmware/campaigns",
        "configs": "/configs",
        "inbox": "/inbox",
        "keys": "/integrations/keys",
        "subscriptions": "/integrations/subscriptions",
        "reference": "/integrations/reference",
        "method": "/integrations/reference/entrance/paas/perm/qrcode/config@1.0.1",
        "debugger": "/integrations/debugger",
        "requests": "/integrations/requests",
        "settings": "/settings",
        "nothing-found": "/devices?q=nothing-is-called-this",
        "lost": "/no/such/page",
    }


@pytest.mark.parametrize(("width", "language", "theme"), COMBINATIONS)
def test_every_page_is_clean(
    playwright,
    demo: Demo,
    paths: dict[str, str],
    daily: dict[str, str],
    width: int,
    language: str,
    theme: str,
):
    FOLDER.mkdir(parents=True, exist_ok=True)
    visit = open_browser(playwright, demo.url)
    try:
        visit.page.set_viewport_size({"width": width, "height": 900 if width > 500 else 780})
        visit.looks(language, theme)
        visit.go("/login")
        visit.page.wait_for_selector("#login")
        faults = look(visit, "login", width, language, theme)
        visit.page.fill("#login", "admin")
        visit.page.fill("#password", demo.passwords["admin"])
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/overview")
        for name, path in paths.items():
            if (width, language, theme) in DAILY and name in daily:
                continue  # looked at more closely above
            visit.go(path)
            visit.page.wait_for_selector("main h1, main h3")
            expect(visit.page.locator(".skeleton, .bone")).to_have_count(0, timeout=30_000)
            visit.page.wait_for_timeout(150)  # fonts and transitions
            faults += look(visit, name, width, language, theme)
        assert faults + visit.take_faults() == []
    finally:
        visit.context.close()


def test_the_operators_health_page(playwright, demo: Demo):
    visit = open_browser(playwright, demo.url)
    try:
        visit.looks("zh-CN")
        visit.sign_in("operator", demo.passwords["operator"])
        faults = look(visit, "operator-overview", 1440, "zh-CN", "light")
        visit.go("/inbox")
        visit.page.wait_for_selector("text=平台状况")
        visit.page.wait_for_selector("text=数据库")
        faults += look(visit, "health", 1440, "zh-CN", "light")
        visit.go("/communities")
        visit.page.wait_for_selector("main h1")
        faults += look(visit, "reviews", 1440, "zh-CN", "light")
        assert faults + visit.take_faults() == []
    finally:
        visit.context.close()


def look(visit: Visit, name: str, width: int, language: str, theme: str) -> list[str]:
    """Take the picture; what is wrong with the page, as far as a machine sees it."""
    page = visit.page
    page.screenshot(path=FOLDER / f"{name}-{width}-{language}-{theme}.png")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"{name} at {width}: scrolls sideways by {wider} px"] if wider > 0 else []
    keys = sorted(set(TEXT_KEY.findall(page.inner_text("body"))))
    return found + [f"{name} in {language}: shows {key}" for key in keys]
