"""A newcomer on a fresh `linli serve`: one press makes the sandbox, one more gets a real answer; then a real key."""

import json
import os
import re
import subprocess

import pytest
from playwright.sync_api import expect

from tests.browser.sample import until
from tests.browser.test_servicebus import set_up
from tests.browser.visit import Visit
from tests.real.platform import Installation

pytestmark = pytest.mark.slow
OPEN = "/integrations/reference/app/thing/service/invoke@1.0.3"
DELETE = "/integrations/reference/solution/community/paas/space/delete@1.0.0"


def test_a_newcomer_tries_calls_in_a_sandbox(fresh: tuple[Visit, Installation]) -> None:
    visit, installation = fresh
    page = visit.page
    set_up(visit, installation)
    visit.go("/integrations/sandbox")
    expect(page.get_by_text("No sandbox yet")).to_be_visible()
    visit.picture("sandbox-none")

    # In the reference: make it, and send what is filled in.
    visit.go(OPEN)
    page.get_by_role("button", name="Create a sandbox").click()
    params = page.get_by_label("Request", exact=True)
    expect(params).to_have_value(re.compile('"identifier": "remoteOpen"'))
    state = visit.fetch("GET", "/console/sandbox")["sandbox"]
    door = state["devices"][0]
    expect(params).to_have_value(re.compile(door["iotId"]))

    until(lambda: all(one["online"] for one in visit.fetch("GET", "/console/sandbox")["sandbox"]["devices"]))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(re.compile(r"HTTP 200 · \d+ ms"))).to_be_visible()
    expect(page.get_by_role("status").locator("pre")).to_contain_text('"code": 200')
    code = page.locator("pre.sample")
    expect(code).to_contain_text(state["appKey"])
    expect(code).to_contain_text(door["iotId"])
    visit.picture("reference-try")

    # What was copied runs in a shell as it stands, cloudToken and all.
    secret = visit.fetch("POST", "/console/sandbox/secret")["appSecret"]
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
        timeout=60,
    )
    assert json.loads(done.stdout)["code"] == 200, (done.stdout, done.stderr)
    # It is gone now: the example is filled in anew and works.
    gone = params.input_value()
    page.get_by_role("button", name="Fill in again").click()
    expect(params).not_to_have_value(gone)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(re.compile(r"HTTP 200 · \d+ ms"))).to_be_visible()
    expect(page.get_by_text("used up what the example named")).to_be_visible()

    # A real key is chosen knowingly.
    page.get_by_text("A real key", exact=True).click()
    expect(page.get_by_role("note")).to_contain_text("real communities")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()

    # A page of its own: a device goes offline, everything is reset, removed and brought back.
    visit.go("/integrations/sandbox")
    expect(page.get_by_text("online", exact=True)).to_have_count(5)
    visit.picture("sandbox")
    page.get_by_role("switch", name="All-in-one door online").locator("xpath=..").click()
    expect(page.get_by_text("told to be offline")).to_have_count(1)
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("online", exact=True)).to_have_count(5)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You can bring it back until")).to_be_visible()
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_role("heading", name="Simulated devices")).to_be_visible()
    assert visit.take_faults() == []
