"""Subscriptions in the console: three steps, then progress, replay and code on a page of its own."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.slow
FOLDER = Path(os.environ.get("SHOTS", "/tmp/linli-shots"))


@pytest.mark.covers("API-16")
def test_an_event_stream_is_made_followed_and_replayed(administrator: Visit):
    page = administrator.page
    FOLDER.mkdir(parents=True, exist_ok=True)
    administrator.go("/integrations/subscriptions")
    page.get_by_role("button", name="New subscription").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_text("Event stream (SSE)").click()
    page.screenshot(path=FOLDER / "subscription-how.png")
    panel.get_by_role("button", name="Next").click()
    panel.locator(".el-select", has=page.locator("#sub-key")).click()
    page.get_by_role("option").first.click()
    panel.locator("#sub-name").fill("Lobby screen")
    panel.locator(".el-select", has=page.locator("#sub-kinds")).click()
    page.get_by_role("option", name="Data models").click()
    page.get_by_role("option", name="Device events").click()
    page.keyboard.press("Escape")
    page.screenshot(path=FOLDER / "subscription-what.png")
    panel.get_by_role("button", name="Next").click()
    expect(panel.get_by_text("Device events").first).to_be_visible()
    page.screenshot(path=FOLDER / "subscription-preview.png")
    panel.get_by_role("button", name="Make").click()
    page.wait_for_url(re.compile(r"/integrations/subscriptions/\d+$"))
    expect(page.get_by_role("heading", name="Lobby screen")).to_be_visible()
    expect(page.locator("pre")).to_contain_text("Last-Event-ID")
    page.get_by_text("Node.js").click()
    expect(page.locator("pre")).to_contain_text("createHmac")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status")).to_contain_text("test")
    # Nobody listens: what happens in the sample piles up, and the page shows it by itself.
    backlog = page.locator(".figure", has_text="Backlog").locator("strong")
    expect(backlog).not_to_have_text("0", timeout=30_000)
    for width, language in ((1440, "en"), (1440, "zh-CN"), (360, "zh-CN"), (360, "en")):
        page.set_viewport_size({"width": width, "height": 900})
        at = page.url
        administrator.looks(language)
        page.goto(at)
        page.wait_for_selector(".figure")
        page.wait_for_timeout(300)
        page.screenshot(path=FOLDER / f"subscription-{width}-{language}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{width} px in {language} scrolls sideways by {wide}"
    page.set_viewport_size({"width": 1440, "height": 900})
    administrator.looks("en")
    page.goto(at)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert administrator.take_faults() == []


def test_the_numbers_of_a_lists_pages_are_pressed_with_the_mouse(administrator: Visit):
    """Element Plus's looks take presses away from what stands in a number: it is a button of ours."""
    page = administrator.page
    administrator.go("/devices?size=5")
    page.get_by_role("navigation", name="Pages").get_by_role("button", name="2").click(timeout=10_000)
    expect(page).to_have_url(re.compile(r"[?&]page=2\b"))
