"""Pages that keep still: what comes late moves nothing that stands there, and a late tab is in sight from the start."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit, open_visit

MOST_SHIFT = 0.1
"""What is called good, of Chromium's measure: the part of the screen that moved, times how far it went.

A pass that comes in live moves those before it, as it shall: not counted.
"""
_WATCH = """(() => {
  window.linliShifts = []
  const isLive = ({ node }) => (node?.parentElement ?? node)?.closest('[data-testid=live-passes]')
  new PerformanceObserver((list) => {
    for (const one of list.getEntries())
      if (!one.hadRecentInput && !one.sources.some(isLive)) window.linliShifts.push(one.value)
  }).observe({ type: 'layout-shift', buffered: true })
})()"""
_IN_SIGHT = """() => {
  const tab = document.querySelector('.el-tabs__item.is-active')
  const bar = tab?.closest('.el-tabs__nav-scroll')
  if (!bar) return false
  const [inner, outer] = [tab.getBoundingClientRect(), bar.getBoundingClientRect()]
  return inner.left >= outer.left - 1 && inner.right <= outer.right + 1
}"""


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("path", ["/overview", "/employees"])
def test_what_comes_late_moves_nothing(
    browser: Browser, demo: Demo, path: str, size: tuple[int, int]
) -> None:
    with open_visit(browser, demo.url, size, locale="en-US") as visit:
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        visit.looks("zh-CN")
        visit.page.add_init_script(_WATCH)
        visit.go(path)
        visit.page.wait_for_function("() => document.querySelector('main .figures, main tbody tr')")
        # What comes once the page is quiet, below all else.
        late = "main .maplibregl-map, main .panels" if path == "/overview" else "main .el-tree"
        expect(visit.page.locator(late).first).to_be_attached()
        assert sum(visit.page.evaluate("linliShifts")) < MOST_SHIFT


def test_a_late_tab_is_in_sight(browser: Browser, demo: Demo) -> None:
    with open_visit(browser, demo.url, PHONE, locale="en-US") as visit:
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        door = visit.fetch("GET", "/console/doors", communityId=1)["data"][0]["iotId"]
        visit.go(f"/doors/{door}?tab=history")
        tab = visit.page.locator(".el-tabs__item.is-active")
        expect(tab).to_have_id("tab-history")
        visit.page.wait_for_function(_IN_SIGHT)
        _stays_where_it_was_put(visit)


def _stays_where_it_was_put(visit: Visit) -> None:
    """Somebody looks for another tab: what is drawn meanwhile does not take the bar back."""
    bar = visit.page.locator(".el-tabs__nav-scroll").first
    bar.hover()
    visit.page.mouse.wheel(-2000, 0)
    first = visit.page.locator(".el-tabs__item").first
    expect(first).to_be_in_viewport()
    visit.page.set_viewport_size({"width": 350, "height": 780})
    expect(first).to_be_in_viewport()
