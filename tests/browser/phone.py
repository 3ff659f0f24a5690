"""A phone in front of the demo: 360 px wide, touch, and what axe finds on each page."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, Response

from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, Visit

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDTH = 360
_RUN = """async () => {
  const found = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})
  return found.violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 160)).join(' | '))
}"""
_SMALL = """() => [...document.querySelectorAll('button, a, input, select, [role=button], [role=tab], [role=switch]')]
  .filter((one) => one.offsetParent !== null && !one.closest('.van-field, p, [aria-hidden=true]'))
  .map((one) => ({ text: (one.innerText || one.getAttribute('aria-label') || one.id).slice(0, 30),
                   box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width && box.height && (box.height < 43.5 || box.width < 43.5))
  .map(({ text, box }) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def open_phone(
    playwright: Playwright,
    base: str,
    *,
    dark: bool = False,
    language: str = "en",
    workers: bool = True,
    arguments: Sequence[str] = (),
) -> Iterator[Visit]:
    """A small phone whose owner reads `language`; without `workers` no service worker answers for the network.

    `arguments` are the browser's, e.g. of a camera that shows a file.
    """
    context = playwright.chromium.launch_persistent_context(
        tempfile.mkdtemp(prefix="linli-phone-"),
        executable_path=str(CHROMIUM),
        args=[*ARGUMENTS, *arguments],
        headless=True,
        viewport={"width": WIDTH, "height": 740},
        has_touch=True,
        is_mobile=True,
        locale="en-US" if language == "en" else "zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
        service_workers="allow" if workers else "block",
        bypass_csp=True,  # axe is injected; that the pages keep their policy is tested in tests/console/test_pages.py
    )
    page = context.pages[0]
    page.set_default_timeout(30_000)
    visit = Visit(context, page, base)

    def failed(response: Response) -> None:
        if response.status >= 500:
            visit.faults.append(f"{response.status} {response.url}")

    page.on("pageerror", lambda error: visit.faults.append(f"script: {error}"))
    page.on("response", failed)
    try:
        yield visit
    finally:
        context.close()


STILL = """() => !document.querySelector('[aria-busy=true]') && document.getAnimations().every(
  (one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""
"""Nothing loads, and nothing fades in or out any more: half-way, every colour is too pale."""


def look(visit: Visit, name: str, pictures: Path | None = None) -> None:
    """The page as it is now: nothing serious for axe, no target too small, nothing wider than the screen, no fault."""
    page = visit.page
    page.wait_for_function(STILL)
    if pictures is not None:
        page.screenshot(path=pictures / f"{name}.png", full_page=True)
    serious = findings(visit)
    assert serious == [], f"{name}: axe: {serious}"
    small = page.evaluate(_SMALL)
    assert small == [], f"{name}: targets under 44 px: {small}"
    assert page.evaluate(_WIDE) <= 0, f"{name}: wider than {WIDTH} px"
    assert visit.take_faults() == [], name


def findings(visit: Visit) -> list[str]:
    """What axe calls serious or critical on the page."""
    if not visit.page.evaluate("() => 'axe' in window"):
        visit.page.evaluate(AXE.read_text("utf-8"))  # not as an element: the console's policy would refuse it
    found: list[str] = visit.page.evaluate(_RUN)
    return found


_sessions: dict[tuple[str, str, str], list[Any]] = {}
"""Cookies by (platform, phone, page): the platform sends a phone one code a minute, and tests are faster than that."""


def sign_in(visit: Visit, phone: str, code: Callable[[str], str], path: str = "/m/") -> None:
    """With the code as the demo prints it, or with the session that an earlier test left. `code` finds it."""
    page, key = visit.page, (visit.base, phone, path)
    if key in _sessions:
        visit.context.add_cookies(_sessions[key])
    visit.go(path)
    places = page.get_by_role("navigation", name="Main places")
    places.or_(page.locator("#phone")).first.wait_for()
    if not places.is_visible():
        page.fill("#phone", phone)
        page.get_by_role("button", name="Send code").click()
        page.get_by_text("The code is on its way").wait_for()
        page.fill("#code", code(phone))
        page.keyboard.press("Enter")
        places.wait_for()
    _sessions[key] = list(visit.context.cookies())
