"""A newcomer on a fresh `linli serve`: one press makes the sandbox, one more gets a real answer; then a real key."""

import json
import os
import re
import subprocess

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, Visit
from tests.browser.test_servicebus import set_up
from tests.real.platform import Installation

pytestmark = pytest.mark.slow
SHOTS = ROOT / "build" / "screenshots"
OPEN = "/integrations/reference/app/thing/service/invoke@1.0.3"
DELETE = "/integrations/reference/solution/community/paas/space/delete@1.0.0"


def shoot(visit: Visit, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width in (1440, 360):
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.page.wait_for_timeout(200)
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert visit.page.evaluate(wide) <= 0, f"{name} scrolls sideways at {width}"
        visit.page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
    visit.page.set_viewport_size({"width": 1440, "height": 900})


def test_a_newcomer_tries_calls_in_a_sandbox(fresh: tuple[Visit, Installation]) -> None:
    visit, installation = fresh
    page = visit.page
    set_up(visit, installation)
    visit.go("/integrations/sandbox")
    expect(page.get_by_text("No sandbox yet")).to_be_visible()
    shoot(visit, "sandbox-none")

    # In the reference: make it, and send what is filled in.
    visit.go(OPEN)
    page.get_by_role("button", name="Create a sandbox").click()
    params = page.get_by_label("Request", exact=True)
    expect(params).to_have_value(re.compile('"identifier": "remoteOpen"'))
    state = page.request.get(f"{visit.base}/api/console/sandbox").json()["sandbox"]
    door = state["devices"][0]
    expect(params).to_have_value(re.compile(door["iotId"]))

    def online() -> bool:
        held = page.request.get(f"{visit.base}/api/console/sandbox").json()["sandbox"]
        return all(one["online"] for one in held["devices"])

    for _ in range(100):
        if online():
            break
        page.wait_for_timeout(100)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(re.compile(r"HTTP 200 · \d+ ms"))).to_be_visible()
    expect(page.get_by_role("status").locator("pre")).to_contain_text('"code": 200')
    code = page.locator("pre.sample")
    expect(code).to_contain_text(state["appKey"])
    expect(code).to_contain_text(door["iotId"])
    shoot(visit, "reference-try")

    # What was copied runs in a shell as it stands, cloudToken and all.
    secret = page.request.post(
        f"{visit.base}/api/console/sandbox/secret", headers={"x-linli-request": "1"}
    ).json()["appSecret"]
    visit.go(DELETE)
    params = page.get_by_label("Request", exact=True)
    expect(params).to_have_value(re.compile(r'"spaceId": "?\d{4,}'))
    expect(code).to_contain_text("LINLI_CLOUD_TOKEN")
    expect(code).to_contain_text(str(json.loads(params.input_value())["spaceId"]))
    done = subprocess.run(
        ["bash", "-c", code.inner_text()],
        env={**os.environ, "LINLI_APP_SECRET": secret},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert json.loads(done.stdout)["code"] == 200, (done.stdout, done.stderr)
    # It is gone now: the example is filled in anew and works.
    page.get_by_role("button", name="Fill in again").click()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(re.compile(r"HTTP 200 · \d+ ms"))).to_be_visible()
    expect(page.get_by_text("used up what the example named")).to_be_visible()

    # A real key is chosen knowingly.
    page.get_by_text("A real key", exact=True).click()
    expect(page.get_by_role("note")).to_contain_text("real communities")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()

    # A page of its own: a device goes offline, everything is reset, removed and brought back.
    visit.go("/integrations/sandbox")
    expect(page.get_by_text("online", exact=True)).to_have_count(5, timeout=20_000)
    shoot(visit, "sandbox")
    page.get_by_role("switch", name="All-in-one door online").locator("xpath=..").click()
    expect(page.get_by_text("told to be offline")).to_have_count(1, timeout=20_000)
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("online", exact=True)).to_have_count(5, timeout=20_000)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You can bring it back until")).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_role("heading", name="Simulated devices")).to_be_visible()
    assert visit.take_faults() == []
