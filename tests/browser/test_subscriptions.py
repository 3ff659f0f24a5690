"""Subscriptions in the console: three steps, then progress, replay and code on a page of its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.drop_downs import choose_several, unfold
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow


@pytest.mark.covers("API-16")
def test_an_event_stream_is_made_followed_and_replayed(administrator: Visit):
    page = administrator.page
    administrator.go("/integrations/subscriptions")
    page.get_by_role("button", name="New subscription").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_text("Event stream (SSE)").click()
    panel.get_by_role("button", name="Next").click()
    unfold(panel.locator("#sub-key")).get_by_role("option").first.click()
    panel.locator("#sub-name").fill("Lobby screen")
    choose_several(panel.locator("#sub-kinds"), "Data models", "Device events")
    panel.get_by_role("button", name="Next").click()
    expect(panel.get_by_text("Device events").first).to_be_visible()
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
    expect(backlog).not_to_have_text("0")
    at = page.url
    for language in ("zh-CN", "en"):
        administrator.looks(language)
        page.goto(at)
        page.wait_for_selector(".figure")
        administrator.picture(f"subscription-{language}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert administrator.take_faults() == []


def test_the_numbers_of_a_lists_pages_are_pressed_with_the_mouse(administrator: Visit):
    """Element Plus's looks take presses away from what stands in a number: it is a button of ours."""
    page = administrator.page
    administrator.go("/devices?size=5")
    page.get_by_role("navigation", name="Pages").get_by_role("button", name="2").click()
    expect(page).to_have_url(re.compile(r"[?&]page=2\b"))
