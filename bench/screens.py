"""`./linli bench screens`: how long the screens of the three webs take on a processor four times slower.

Against the promise of one second until a screen can be used, over the demo community. `ratio` is the promise over the
slowest screen, so that higher is better; `also` has every screen, first with an empty cache and again with a full one.
What is measured and how: `tests/browser/speed.py`.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Playwright, sync_playwright

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.conftest import Demo, Visit, demo_running, open_browser
from tests.browser.phone import open_phone, sign_in
from tests.browser.speed import CONSOLE, RESIDENT, SIGN_IN, STAFF, Screen, Stopwatch

PROMISE_MS = 1000
TIMES = 5


@contextmanager
def console(playwright: Playwright, demo: Demo) -> Iterator[Visit]:
    visit = open_browser(playwright, demo.url)
    try:
        visit.looks()
        visit.sign_in("manager", demo.passwords["manager"])
        yield visit
    finally:
        visit.context.close()


def measured(visit: Visit, area: str, screens: Mapping[str, Screen]) -> dict[str, tuple[float, float]]:
    """(first, again) in milliseconds by screen."""
    watch = Stopwatch(visit.page, visit.base)
    found = {}
    for name, screen in screens.items():
        first = watch.median(screen, TIMES, kept=False)
        found[f"{area} {name}"] = first, watch.median(screen, TIMES, kept=True)
    return found


def main(arguments: list[str]) -> None:
    found: dict[str, tuple[float, float]] = {}
    with (
        TemporaryDirectory() as folder,
        demo_running(Path(folder), "--no-life") as demo,
        sync_playwright() as pw,
    ):
        for area in ("console", "staff", "resident"):
            with open_phone(pw, demo.url, workers=False) as visit:
                found |= measured(visit, "sign-in", {area: SIGN_IN[area]})
        with console(pw, demo) as visit:
            found |= measured(visit, "console", CONSOLE)
        with open_phone(pw, demo.url, workers=False) as visit:
            visit.go("/staff/")
            visit.page.fill("#login", "manager")
            visit.page.fill("#password", demo.passwords["manager"])
            visit.page.keyboard.press("Enter")
            visit.page.locator("nav.tabs").wait_for()
            found |= measured(visit, "staff", STAFF)
        with open_phone(pw, demo.url, workers=False) as visit:
            sign_in(visit, RESIDENT_LOGIN, demo.code)
            found |= measured(visit, "resident", RESIDENT)
    slowest = max(first for first, _ in found.values())
    if "--json" in arguments:
        also = [
            {
                "name": name,
                "ratio": round(PROMISE_MS / first, 2),
                "first_ms": round(first),
                "again_ms": round(again),
            }
            for name, (first, again) in found.items()
        ]
        print(json.dumps({
            "name": "screens", "unit": "screens/s", "ratio": round(PROMISE_MS / slowest, 2),
            "linli": round(1000 / slowest, 2), "yardstick": {"name": "one second to interactive", "value": 1.0},
            "generator_cpu": 0, "also": also, "runs": [], "cores": os.cpu_count(),
        }))  # fmt: skip
        return
    for name, (first, again) in found.items():
        print(f"{name:24} first {first:6.0f} ms   again {again:6.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
