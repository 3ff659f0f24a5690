"""A real Chromium in front of the real platform process."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Response, expect, sync_playwright

from tests.engines import free_port
from tests.real.platform import Installation, running

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
PAGES = ROOT / "src" / "linli" / "console" / "static" / "index.html"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEMO_SECONDS = 120
expect.set_options(timeout=20_000)  # five seconds are few where others have the processor
_LOGIN = re.compile(r"^\s+.*?\s{2,}(?P<login>\S+)\s+(?P<password>\S+)\s+http")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = "Chromium is not installed" if not CHROMIUM.exists() else ""
    if not PAGES.exists():
        missing = "the web pages are not built (./linli setup)"
    for item in items:
        if "tests/browser/" in item.nodeid and missing:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """While it lives no other test of the process can run an event loop: `./linli test` runs browsers apart."""
    with sync_playwright() as started:
        yield started


@dataclass
class Visit:
    """One browser of one person. `faults` collects what a person would not see: script errors and failed requests."""

    context: BrowserContext
    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def looks(self, language: str = "en", theme: str = "light") -> None:
        """Choose language and looks as a returning browser has them; the next `go` shows them."""
        self.go("/mark.svg")
        store = "([k, v]) => localStorage.setItem(k, v)"
        self.page.evaluate(store, ["linli.language", language])
        self.page.evaluate(store, ["linli.theme", theme])

    def sign_in(self, login: str, password: str, path: str = "/") -> None:
        self.go(path)
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("nav", timeout=30_000)

    def sign_in_quietly(self, login: str, password: str) -> None:
        """Without the pages: for tests that are not about signing in."""
        answer = self.page.request.post(
            f"{self.base}/api/console/session",
            data={"login": login, "password": password, "remember": False},
            headers={"X-Linli-Request": "1"},
        )
        assert answer.ok, answer.text()

    def take_faults(self) -> list[str]:
        found, self.faults[:] = list(self.faults), []
        return found


def open_browser(playwright: Playwright, base: str, *, arguments: Sequence[str] = ()) -> Visit:
    context = playwright.chromium.launch_persistent_context(
        tempfile.mkdtemp(prefix="linli-chromium-"),
        executable_path=str(CHROMIUM),
        args=[*ARGUMENTS, *arguments],
        headless=True,
        viewport={"width": 1440, "height": 900},
        locale="en-US",
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
    )
    page = context.pages[0]
    page.set_default_timeout(30_000)
    visit = Visit(context, page, base)

    def failed(response: Response) -> None:
        if response.status >= 500:
            visit.faults.append(f"{response.status} {response.url}")

    page.on("pageerror", lambda error: visit.faults.append(f"script: {error}"))
    page.on("response", failed)
    return visit


@pytest.fixture
def fresh(playwright: Playwright, tmp_path: Path) -> Iterator[tuple[Visit, Installation]]:
    """A browser in front of an installation that nobody has set up."""
    with running(tmp_path / "data") as installation:
        visit = open_browser(playwright, installation.url)
        visit.looks()
        try:
            yield visit, installation
        finally:
            visit.context.close()


@dataclass
class Demo:
    """The living sample as `linli demo` starts it."""

    url: str
    passwords: dict[str, str]
    mqtt_port: int
    log: Path
    data: Path

    def code(self, phone: str) -> str:
        """The last one-time code that the demo printed for a phone."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = re.findall(rf"{phone}: (\d{{6}})", self.log.read_text(errors="replace"))
            if found:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"no code for {phone}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo_running(tmp_path_factory.mktemp("demo"), "--warp", "60") as started:
        yield started


@contextmanager
def demo_running(folder: Path, *words: str) -> Iterator[Demo]:
    """`linli demo` on free ports, until it is left."""
    port, mqtt_port, log = free_port(), free_port(), folder / "log"
    line = [
        sys.executable, "-m", "linli.cli", "demo", "--data", str(folder / "data"), "--logins",
        "--port", str(port), "--mqtt-port", str(mqtt_port), "--no-edge", *words,
    ]  # fmt: skip
    environment = {**os.environ, "LANG": "en_US.UTF-8", "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        passwords = _passwords(process, log)
        url = f"http://127.0.0.1:{port}"
        urllib.request.urlopen(f"{url}/readyz", timeout=5).close()
        yield Demo(url, passwords, mqtt_port, log, folder / "data")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _passwords(process: subprocess.Popen[bytes], log: Path) -> dict[str, str]:
    """What the demo printed once it was ready, by log-in."""
    deadline = time.monotonic() + DEMO_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text(errors="replace")
        if "Ctrl-C" in text:
            found = [match for row in text.splitlines() if (match := _LOGIN.match(row))]
            return {match["login"]: match["password"] for match in found}
        time.sleep(0.1)
    raise AssertionError(f"the demo did not get ready:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="module")
def administrator(playwright: Playwright, demo: Demo) -> Iterator[Visit]:
    """The sample's administrator, signed in, in English."""
    visit = open_browser(playwright, demo.url)
    visit.looks()
    visit.sign_in("admin", demo.passwords["admin"])
    try:
        yield visit
    finally:
        visit.context.close()
