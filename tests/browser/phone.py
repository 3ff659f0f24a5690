"""A phone in front of the demo: 360 px wide, touch, and what axe finds on each page."""

from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Browser

from tests.browser.visit import ROOT, Visit, keep_picture, open_visit

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIZE = (360, 740)
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules})
  return found.violations
    .filter((one) => one.impact !== 'minor')
    .map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 160)).join(' | '))
}"""
_SMALL = """() => [...document.querySelectorAll('button, a, input, select, [role=button], [role=tab], [role=switch]')]
  .filter((one) => one.offsetParent !== null && !one.closest('.van-field, p, [aria-hidden=true]'))
  .map((one) => ({ text: (one.innerText || one.getAttribute('aria-label') || one.id).slice(0, 30),
                   box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width && box.height && (box.height < 43.5 || box.width < 43.5))
  .map(({ text, box }) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def open_phone(
    browser: Browser,
    base: str,
    *,
    dark: bool = False,
    language: str = "en",
    workers: bool = True,
    arguments: Sequence[str] = (),
) -> Visit:
    """A small phone whose owner reads `language`; without `workers` no service worker answers for the network.

    `arguments` are the browser's, e.g. of a camera that shows a file.
    """
    return open_visit(
        browser,
        base,
        SIZE,
        arguments=arguments,
        has_touch=True,
        is_mobile=True,
        locale="en-US" if language == "en" else "zh-CN",
        color_scheme="dark" if dark else "light",
        service_workers="allow" if workers else "block",
        bypass_csp=True,  # axe is injected; that the pages keep their policy is tested in tests/console/test_pages.py
    )


def look(visit: Visit, name: str) -> None:
    """The page as it is now: nothing for axe, no target too small, nothing wider than the screen, no fault."""
    page = visit.page
    visit.still()
    keep_picture(page, name, whole=True)
    faults = findings(visit)
    assert faults == [], f"{name}: axe: {faults}"
    small = page.evaluate(_SMALL)
    assert small == [], f"{name}: targets under 44 px: {small}"
    assert page.evaluate(_WIDE) <= 0, f"{name}: wider than {SIZE[0]} px"
    assert visit.take_faults() == [], name


def publish_notice(staff: Visit, title: str, text: str, *, look_at: str = "") -> None:
    """Write a notice on the staff pages, until it stands in their list."""
    page = staff.page
    staff.go("/staff/notices")
    page.get_by_role("button", name="Write a notice").click()
    page.fill("#title", title)
    page.fill("#text", text)
    if look_at:
        look(staff, look_at)
    page.get_by_role("button", name="Publish", exact=True).click()
    page.locator(".van-dialog").get_by_text("Publish", exact=True).last.click()
    page.locator("main ul.list").get_by_text(title).wait_for()  # others in it are published, too


_AT_ONCE = """() => {
  const atOnce = new CSSStyleSheet()
  atOnce.replaceSync('*, ::before, ::after { transition: none !important; animation: none !important }')
  document.adoptedStyleSheets.push(atOnce)
}"""
"""What becomes usable, or comes, while axe reads has its colour then, and not one on the way to it."""


def findings(visit: Visit, *, colours: bool = False) -> list[str]:
    """What axe calls moderate or worse on the page, by WCAG 2.2 AA and its best practice.

    `colours`: only what differs between the looks.
    """
    if not visit.page.evaluate("() => 'axe' in window"):
        visit.page.evaluate(AXE.read_text("utf-8"))  # not as an element: the console's policy would refuse it
        visit.page.evaluate(_AT_ONCE)
    found: list[str] = visit.page.evaluate(
        _RUN, ("color-contrast", "link-in-text-block") if colours else _RULES
    )
    return found


_sessions: dict[tuple[str, str], list[Any]] = {}
"""Cookies by (platform, phone): the platform sends a phone one code a minute, and tests are faster than that."""


def sign_in(visit: Visit, phone: str, code: Callable[[str], str]) -> None:
    """Without the pages: with the session that an earlier test of the file left, or by a code, which `code` finds."""
    key = visit.base, phone
    if key not in _sessions:
        visit.fetch("POST", "/resident/session/code", {"phone": phone})
        proof = {"phone": phone, "code": code(phone), "remember": False}
        visit.fetch("POST", "/resident/session/code/verify", proof)
        _sessions[key] = list(visit.context.cookies())
    visit.context.add_cookies(_sessions[key])


def sign_in_by_page(visit: Visit, phone: str, code: Callable[[str], str], path: str = "/m/") -> None:
    """As a person does it, wherever the way leads."""
    page = visit.page
    visit.go(path)
    page.fill("#phone", phone)
    page.get_by_role("button", name="Send code", exact=True).click()
    page.get_by_text("The code is on its way").wait_for()
    page.fill("#code", code(phone))
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name="Main places").wait_for()
