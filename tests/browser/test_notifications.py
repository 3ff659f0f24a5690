"""Notifications on a real Chromium's service worker: the page subscribes, the platform sends, it shows.

Push services of browser makers cannot be reached here. A stand-in on loopback takes what the platform sends and reads
it with the browser's keys; what it read is handed to the worker as Chromium itself does (CDP deliverPushMessage).
"""

import json
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from linli.demo.logins import RESIDENT_LOGIN
from linli.protocols.web_push import message
from linli.protocols.web_push.message import encode
from tests.browser.phone import look, open_phone, publish_notice, sign_in
from tests.browser.sample import Demo, until
from tests.browser.visit import Visit

NOTICE = "周日电梯保养"
_SUBSCRIBE = """(made) => {
  let held = null
  const subscription = {
    endpoint: made.endpoint, toJSON: () => made, unsubscribe: async () => { held = null; return true },
  }
  PushManager.prototype.getSubscription = async () => held
  PushManager.prototype.subscribe = async (options) => {
    window.askedWith = [...options.applicationServerKey]
    return (held = subscription)
  }
}"""
"""The one thing that needs a maker's service: everything around it is the page's own."""


class PushService:
    """Takes messages for one browser and reads them."""

    def __init__(self) -> None:
        self.key, self.auth = message.new_key(), os.urandom(16)
        self.bodies: list[bytes] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(201)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing on the terminal."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def subscription(self) -> dict[str, object]:
        keys = {"p256dh": encode(message.public_bytes(self.key.public_key())), "auth": encode(self.auth)}
        return {"endpoint": f"http://127.0.0.1:{self.server.server_port}/push/1", "keys": keys}

    def read(self, **about: str) -> dict[str, str]:
        """The message that says so, once it is there; others come too, since the sample lives."""

        def matching() -> dict[str, str] | None:
            for body in list(self.bodies):
                words = json.loads(message.decrypt(body, own=self.key, auth=self.auth))
                if about.items() <= words.items():
                    return dict(words)
            return None

        found = until(matching)
        assert found is not None
        return found


@pytest.fixture
def service() -> Iterator[PushService]:
    made = PushService()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _switch_on(visit: Visit, path: str, service: PushService) -> Page:
    visit.context.grant_permissions(["notifications"], origin=visit.base)
    page = visit.page
    page.add_init_script(f"({_SUBSCRIBE})({json.dumps(service.subscription)})")
    visit.go(path)
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    page.get_by_role("switch").click()
    page.locator(".van-switch--on").wait_for()
    return page


def _deliver(visit: Visit, data: str) -> list[dict[str, str]]:
    """Let Chromium hand the words to the page's worker; the notifications that it shows then."""
    page = visit.page
    devtools = visit.context.new_cdp_session(page)
    scopes: dict[str, str] = {}
    running: set[str] = set()

    def registered(event: dict[str, Any]) -> None:
        scopes.update({each["registrationId"]: each["scopeURL"] for each in event["registrations"]})

    def changed(event: dict[str, Any]) -> None:
        running.update(
            each["registrationId"] for each in event["versions"] if each["runningStatus"] == "running"
        )

    devtools.on("ServiceWorker.workerRegistrationUpdated", registered)
    devtools.on("ServiceWorker.workerVersionUpdated", changed)
    devtools.send("ServiceWorker.enable")
    until(
        lambda: page.title() is not None and scopes
    )  # events are heard while the browser is asked something
    registration, scope = list(scopes.items())[-1]
    # A worker that nobody asked for half a minute is stopped, and what is delivered while it stops is lost.
    devtools.send("ServiceWorker.startWorker", {"scopeURL": scope})
    until(lambda: page.title() is not None and registration in running)
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": visit.base, "registrationId": registration, "data": data},
    )
    shown: list[dict[str, str]] = until(
        lambda: page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
              .map(({ title, body, tag, data }) => ({ title, body, tag, path: data.path }))"""
        )
    )
    page.evaluate(
        """async () => {
          for (const one of await (await navigator.serviceWorker.ready).getNotifications()) one.close()
        }"""
    )
    return shown


def test_news_on_the_phones_of_a_resident_and_a_manager(
    browser: Browser, demo: Demo, service: PushService
) -> None:
    with open_phone(browser, demo.url) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        page = _switch_on(visit, "/m/notifications", service)
        assert len(page.evaluate("() => window.askedWith")) == 65
        look(visit, "notifications")
        page.get_by_role("button", name="Send a trial message").click()
        page.get_by_text("On its way to 1 browser").wait_for()
        first = service.read(title="Notifications work")
        shown = _deliver(visit, json.dumps(first))
        assert [(one["title"], one["tag"]) for one in shown] == [("Notifications work", "trial")]

        page.get_by_label("Hold messages back", exact=True).check()
        far = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=12)
        page.fill("#quiet-from", f"{far:%H}:00")
        page.fill("#quiet-to", f"{far:%H}:01")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").wait_for()
        visit.go("/m/notifications")
        expect(page.locator("#quiet-from")).to_have_value(f"{far:%H}:00")
        look(visit, "notifications-quiet")

        with open_phone(browser, demo.url, dark=True) as desk:
            desk.sign_in_quietly("manager", demo.passwords["manager"])
            desk.go("/staff/notifications")
            desk.page.get_by_text("A resident waits for review").wait_for()
            look(desk, "staff-notifications")
            publish_notice(desk, NOTICE, "请走楼梯。")
        told = service.read(body=NOTICE)
        (one,) = _deliver(visit, json.dumps(told))
        assert one["body"] == NOTICE
        # What the notification opens is a page of this app.
        visit.go(f"/m/{one['path']}")
        page.get_by_text("请走楼梯。").wait_for()
