"""The pages of daily work, closely: what axe finds in them too, wide and light, narrow and dark; in all others, axe."""

import pytest
from playwright.sync_api import Browser

from tests.browser.console_pages import DAILY, daily_paths, look, other_paths
from tests.browser.phone import findings
from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit, open_browser

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
        visit.go("/")
        for name, path in daily.items():
            (visit.turn if language == "en" else visit.go)(path)  # come to from the page before, or opened
            visit.page.wait_for_selector("main h1, main h3, .wall, [role=dialog]")
            visit.still()
            faults += look(visit, f"daily-{name}", width, language, theme)
            faults += [f"{name} at {width}: axe: {one}" for one in findings(visit)]
        faults += visit.take_faults()
        assert not faults, "\n".join(faults)


@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_on_all_other_pages(administrator: Visit, half: int) -> None:
    page, faults = administrator.page, []
    for path in other_paths(administrator)[half::2]:
        administrator.go(path)
        page.locator("h1").first.wait_for()
        for size in (DESK, PHONE):
            administrator.resize(size)
            administrator.still()
            faults += [f"{path} at {size[0]}: axe: {one}" for one in findings(administrator)]
        administrator.resize(DESK)
    faults += administrator.take_faults()
    assert not faults, "\n".join(faults)


def test_axe_finds_nothing_on_the_operators_pages(operator: Visit) -> None:
    page, faults = operator.page, []
    for path in (
        "/overview",
        "/reviews",
        "/certificate-reviews",
        "/component-requests",
        "/capability-reviews",
    ):
        operator.go(path)
        page.locator("h1").first.wait_for()
        if path == "/overview":
            link = page.get_by_test_id("platform").get_by_role("link")
            link.wait_for()
            assert link.inner_text()  # never without its words
        for size in (DESK, PHONE):
            operator.resize(size)
            operator.still()
            faults += [f"{path} at {size[0]}: axe: {one}" for one in findings(operator)]
        operator.resize(DESK)
    assert faults + operator.take_faults() == []
