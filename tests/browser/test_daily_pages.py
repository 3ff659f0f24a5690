"""The pages of daily work, closely: what axe finds in them too, wide and light, narrow and dark."""

import pytest
from playwright.sync_api import Browser

from tests.browser.console_pages import DAILY, daily_paths, look
from tests.browser.phone import findings
from tests.browser.sample import Demo
from tests.browser.visit import PHONE, Visit, open_browser

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def daily(administrator: Visit) -> dict[str, str]:
    return daily_paths(administrator)


@pytest.mark.parametrize(("width", "language", "theme"), DAILY)
def test_pages_of_daily_work_are_clean_and_reachable(
    browser: Browser, demo: Demo, daily: dict[str, str], width: int, language: str, theme: str
) -> None:
    with open_browser(browser, demo.url, language=language, theme=theme) as visit:
        visit.resize((width, 900 if width > 500 else PHONE[1]))
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        faults = []
        for name, path in daily.items():
            visit.go(path)
            visit.page.wait_for_selector("main h1, main h3, .wall, [role=dialog]")
            visit.still()
            faults += look(visit, f"daily-{name}", width, language, theme)
            faults += [f"{name} at {width}: axe: {one}" for one in findings(visit)]
        faults += visit.take_faults()
        assert not faults, "\n".join(faults)
