"""A real Chromium in front of the real platform process. Each file has a sample of its own, and no order."""

import os
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.sample import Demo, installed, sample_running
from tests.browser.visit import (
    CHROMIUM,
    FAILURES,
    PATIENCE_MS,
    ROOT,
    Visit,
    launch,
    open_browser,
    open_visits,
)
from tests.real.platform import Installation

BUILT = ("static", "static_resident", "static_staff", "static_terminal")
PAGES = [ROOT / "src" / "linli" / "console" / name for name in BUILT]
LIMIT_S = 600
"""Of one test, with a start of the platform on a machine that has other work: what takes longer hangs."""
LONG = ("test_screenshots.py", "test_daily_pages.py")
"""Files that come first: whatever takes long must not be the last that one of two processes does."""
ORDER = os.environ.get("BROWSER_ORDER", "")
"""Of the tests in each file: as they are written; `backwards`; or a number: mixed by it."""
expect.set_options(timeout=PATIENCE_MS)


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(FAILURES, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if "tests/browser/" in item.nodeid]
    missing = "Chromium is not installed" if not CHROMIUM.exists() else ""
    if not all((folder / "index.html").exists() for folder in PAGES):
        missing = "the web pages are not built (./linli setup)"
    for item in ours:
        if missing:
            item.add_marker(pytest.mark.skip(reason=missing))
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LIMIT_S))
    if len(ours) == len(items):
        items.sort(key=lambda item: item.path.name not in LONG)
        if ORDER:
            items[:] = _in_other_order(items)


def _in_other_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """No test may need another of its file: this shows it."""
    files: dict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    for tests in files.values():
        if ORDER == "backwards":
            tests.reverse()
        else:
            random.Random(ORDER).shuffle(tests)
    return [item for tests in files.values() for item in tests]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if report.failed and report.when != "teardown" and "tests/browser/" in item.nodeid:
        for visit in open_visits:
            visit.keep_for_failure(item.nodeid)
    return report


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """While it lives no other test of the process can run an event loop: `./linli test` has workers for pages, and it
    ends with the last page.
    """
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The one Chromium of the process; each visit has a context of its own in it."""
    started = launch(playwright.chromium)
    yield started
    started.close()


@pytest.fixture(autouse=True)
def tidy() -> None:
    """Pages that a file's tests share are for each test as they were opened."""
    for visit in open_visits:
        visit.tidy()


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[tuple[Visit, Installation]]:
    """A browser in front of an installation that nobody has set up."""
    with installed(tmp_path / "data") as installation, open_browser(browser, installation.url) as visit:
        yield visit, installation


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The living sample, of this file alone."""
    with sample_running(tmp_path_factory.mktemp("sample")) as started:
        yield started


@pytest.fixture(scope="module")
def administrator(browser: Browser, demo: Demo) -> Iterator[Visit]:
    """The sample's administrator at a desk, signed in, in English."""
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        yield visit


@pytest.fixture(scope="module")
def operator(browser: Browser, demo: Demo) -> Iterator[Visit]:
    """Who runs the platform, at another desk."""
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("operator", demo.passwords["operator"])
        yield visit
