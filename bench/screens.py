"""`./linli bench screens`: how long the screens of the three webs take on a processor four times slower.

Against the promise of one second until a screen can be used, over the demo community. `ratio` is the promise over the
slowest screen, so that higher is better; `also` has every screen, first with an empty cache and again with a full one.
Twenty-seven screens are opened seven times each, which takes some minutes: each says its figures (on stderr) as soon as
it has them, and one that never gets ready is named and left out. `--only doors` measures screens of that name alone.
What is measured and how: `tests/browser/speed.py`. With `--network slow-3g` instead: the console's screens with an empty
cache behind a line of 400 kbit/s and 400 ms, each in a new browser.
"""

import json
import os
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import TimeoutError as NotReady

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import open_phone, sign_in
from tests.browser.sample import Demo, running
from tests.browser.speed import CONSOLE, RESIDENT, SIGN_IN, STAFF, Screen, Stopwatch, behind_slow_3g
from tests.browser.visit import Visit, launch, open_browser

PROMISE_MS = 1000
TIMES = 3
READY_MS = 30_000
"""How long a screen may take before it is given up."""
ONLY = "--only"
NETWORK = "--network"
SLOW_3G = "slow-3g"
PROMISE_SLOW_MS = 4000
SLOW_TIMES = 3


def measured(
    visit: Visit, area: str, screens: Mapping[str, Screen], only: str = ""
) -> dict[str, tuple[float, float]]:
    """(first, again) in milliseconds by screen; without those that never got ready."""
    visit.page.set_default_timeout(READY_MS)
    watch = Stopwatch(visit.page, visit.base)
    times = {}
    for name, screen in screens.items():
        if only not in (name, ""):
            continue
        try:
            first = watch.median(screen, TIMES, kept=False)
            again = watch.median(screen, TIMES, kept=True)
        except NotReady:
            say(f"{area} {name}: not ready after {READY_MS / 1000:.0f} s, left out")
            continue
        times[f"{area} {name}"] = first, again
        say(line_of(f"{area} {name}", first, again))
    return times


def line_of(name: str, first: float, again: float) -> str:
    late = "  (more than a second)" if first > PROMISE_MS else ""
    return f"{name:24} first {first:6.0f} ms   again {again:6.0f} ms{late}"


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def slow_screens(browser: Browser, demo: Demo) -> dict[str, float]:
    """Milliseconds by screen of the console, behind a slow line."""

    def once(screen: Screen, signed_in: bool) -> float:
        with open_browser(browser, demo.url) as visit:
            if signed_in:
                visit.sign_in_quietly("manager", demo.passwords["manager"])
            visit.looks("zh-CN")
            return behind_slow_3g(visit, screen)

    screens = {"sign-in": SIGN_IN["console"], **CONSOLE}
    return {
        name: statistics.median(once(screen, name != "sign-in") for _ in range(SLOW_TIMES))
        for name, screen in screens.items()
    }


def over_slow_line(*, as_json: bool) -> None:
    with (
        TemporaryDirectory() as folder,
        running(Path(folder), "--no-life") as demo,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright.chromium)
        times = slow_screens(browser, demo)
        browser.close()
    if as_json:
        print(json.dumps({"network": SLOW_3G, "promise_ms": PROMISE_SLOW_MS, "first_ms": {
            name: round(first) for name, first in times.items()
        }}))  # fmt: skip
        return
    for name, first in times.items():
        print(
            f"console {name:16} {first / 1000:5.2f} s{'' if first <= PROMISE_SLOW_MS else '  (more than 4 s)'}"
        )


def main(arguments: list[str]) -> None:
    if NETWORK in arguments:
        if arguments[arguments.index(NETWORK) + 1 :][:1] != [SLOW_3G]:
            raise SystemExit(f"{NETWORK} knows {SLOW_3G}")
        over_slow_line(as_json="--json" in arguments)
        return
    only = arguments[arguments.index(ONLY) + 1] if ONLY in arguments[:-1] else ""
    times: dict[str, tuple[float, float]] = {}
    with (
        TemporaryDirectory() as folder,
        running(Path(folder), "--no-life") as demo,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright.chromium)
        for area in ("console", "staff", "resident"):
            with open_phone(browser, demo.url, workers=False) as visit:
                times |= measured(visit, "sign-in", {area: SIGN_IN[area]}, only)
        with open_browser(browser, demo.url) as visit:
            visit.sign_in_quietly("manager", demo.passwords["manager"])
            times |= measured(visit, "console", CONSOLE, only)
        with open_phone(browser, demo.url, workers=False) as visit:
            visit.sign_in_quietly("manager", demo.passwords["manager"])
            times |= measured(visit, "staff", STAFF, only)
        with open_phone(browser, demo.url, workers=False) as visit:
            sign_in(visit, RESIDENT_LOGIN, demo.code)
            times |= measured(visit, "resident", RESIDENT, only)
        browser.close()
    if not times:
        raise SystemExit("no screen was measured")
    slowest = max(first for first, _ in times.values())
    if "--json" in arguments:
        also = [
            {
                "name": name,
                "ratio": round(PROMISE_MS / first, 2),
                "first_ms": round(first),
                "again_ms": round(again),
            }
            for name, (first, again) in times.items()
        ]
        print(json.dumps({
            "name": "screens", "unit": "screens/s", "ratio": round(PROMISE_MS / slowest, 2),
            "linli": round(1000 / slowest, 2), "yardstick": {"name": "one second to interactive", "value": 1.0},
            "generator_cpu": 0, "also": also, "runs": [], "cores": os.cpu_count(),
        }))  # fmt: skip
        return
    for name, (first, again) in times.items():
        print(line_of(name, first, again))


if __name__ == "__main__":
    main(sys.argv[1:])
