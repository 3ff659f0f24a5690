"""Every page of the console at every size, in both languages and both looks.

What a machine can see is asserted: no page scrolls sideways, no text key shows in place of its text, no script fails.
What people look at is drawn into the folder that `LINLI_PICTURES` names. `LINLI_SHOTS=all` takes every combination
instead of the five below.
"""

import itertools
import os

import pytest
from playwright.sync_api import Browser

from tests.browser.console_pages import DAILY, daily_paths, first, look
from tests.browser.sample import Demo
from tests.browser.visit import PHONE, Visit, open_browser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WIDTHS = (1440, 1024, 360)
LANGUAGES = ("zh-CN", "en")
THEMES = ("light", "dark")
SOME = {
    "zh-CN": [(1440, "light"), (1024, "dark"), (360, "light")],
    "en": [(1440, "dark"), (360, "dark")],
}
ALL = {language: list(itertools.product(WIDTHS, THEMES)) for language in LANGUAGES}
COMBINATIONS = ALL if os.environ.get("LINLI_SHOTS") == "all" else SOME


@pytest.fixture(scope="module")
def daily(administrator: Visit) -> dict[str, str]:
    return daily_paths(administrator)


@pytest.fixture(scope="module")
def paths(administrator: Visit, daily: dict[str, str]) -> dict[str, str]:
    """Name of each page → its path, with ids of the sample."""
    door = first(administrator, "/doors")["iotId"]
    product = first(administrator, "/products/list")["productKey"]
    return {
        "overview": "/overview",
        "communities": "/communities",
        "community": daily["community"],
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_clean(
    browser: Browser, demo: Demo, paths: dict[str, str], daily: dict[str, str], language: str
) -> None:
    """Each page once a language, opened or come to from the one before; drawn wider and narrower, light and dark."""
    with open_browser(browser, demo.url, language=language) as visit:
        visit.go("/login")
        visit.page.wait_for_selector("#login")
        faults = look_all_over(visit, "login", language, closely=False)
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        visit.go("/")
        for name, path in paths.items():
            (visit.turn if language == "en" else visit.go)(path)
            visit.page.wait_for_selector("main h1, main h3")
            faults += look_all_over(visit, name, language, closely=name in daily)
        assert faults + visit.take_faults() == []


def test_the_operators_health_page(browser: Browser, demo: Demo) -> None:
    with open_browser(browser, demo.url, language="zh-CN") as visit:
        visit.sign_in_quietly("operator", demo.passwords["operator"])
        faults = []
        for name, path, shown in (
            ("operator-overview", "/", "main h1"),
            ("health", "/inbox", "text=平台状况"),
            ("health", "/inbox", "text=数据库"),
            ("reviews", "/communities", "main h1"),
            ("call-limits", "/call-limits", "main h1"),
        ):
            visit.go(path)
            visit.page.wait_for_selector(shown)
            visit.still()
            faults += look(visit, name, 1440, "zh-CN", "light")
        assert faults + visit.take_faults() == []


def look_all_over(visit: Visit, name: str, language: str, *, closely: bool) -> list[str]:
    """A page at each size and in each look; those that were looked at `closely` already are left out."""
    faults = []
    for width, theme in COMBINATIONS[language]:
        if closely and (width, language, theme) in DAILY:
            continue
        visit.resize((width, 900 if width > 500 else PHONE[1]))
        visit.shows(theme)
        visit.still()
        faults += look(visit, name, width, language, theme)
    return faults
