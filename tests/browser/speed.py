"""How long a screen takes until a person can use it, on a processor four times slower than this one.

Time runs from the start of the navigation until the screen's own content is there, nothing of it is a skeleton, and no
task longer than 50 ms holds the page (the longest such task that begins within `QUIET_MS` counts). "First" has an empty
cache, "again" what the browser kept.
"""

import statistics
from typing import Any, Final, NamedTuple

from playwright.sync_api import CDPSession, Page

from tests.browser.visit import Visit

SLOWER: Final = 4
QUIET_MS: Final = 250
_WATCH: Final = """() => {
  window.linliTasks = []
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.linliTasks.push([one.startTime, one.startTime + one.duration])
  }).observe({ type: 'longtask', buffered: true })
}"""
_THERE: Final = """(wanted) => {
  if (document.querySelector('.skeleton, .bone, main [aria-busy=true]')) return 0
  const there = [...document.querySelectorAll(wanted)].some((one) => one.getClientRects().length)
  return there ? performance.now() : 0
}"""
_HELD: Final = """([ready, quiet]) => Math.max(
  ready, ...window.linliTasks.filter(([began]) => began < ready + quiet).map(([, ended]) => ended))"""


class Screen(NamedTuple):
    """A path and what is on it once it can be used."""

    path: str
    wanted: str


CONSOLE: Final = {
    "overview": Screen("/overview", "main .figures, main .figure, main svg"),
    "communities": Screen("/communities", "main tbody tr"),
    "houses": Screen("/spaces", "main tbody tr"),
    "residents": Screen("/residents", "main tbody tr"),
    "visitors": Screen("/visitors", "main tbody tr, main .empty"),
    "vehicles": Screen("/vehicles", "main tbody tr"),
    "notices": Screen("/notices", "main tbody tr, main .empty"),
    "employees": Screen("/employees", "main tbody tr, main .empty"),
    "doors": Screen("/doors", "main tbody tr"),
    "passes": Screen("/passes", "main tbody tr, main .empty"),
    "devices": Screen("/devices", "main tbody tr"),
}
"""Of the console, signed in."""
STAFF: Final = {
    "today": Screen("/staff/", "main nav a"),
    "doors": Screen("/staff/doors", "main .list .item"),
    "residents": Screen("/staff/residents", "main .list .item"),
    "reviews": Screen("/staff/reviews", "main .list .item, main .empty"),
    "notices": Screen("/staff/notices", "main .list .item, main .empty"),
    "passes": Screen("/staff/passes", "main .list .item, main .empty"),
}
RESIDENT: Final = {
    "home": Screen("/m/", "main .door button"),
    "key": Screen("/m/key", "main svg.qr"),
    "visitors": Screen("/m/visitors", "main .list > li, main .empty"),
    "invite": Screen("/m/visitors/new", "main form button"),
    "houses": Screen("/m/houses", "main .list .item"),
    "notices": Screen("/m/notices", "main .list .item, main .empty"),
    "me": Screen("/m/me", "main a, main button"),
}
SIGN_IN: Final = {
    "console": Screen("/login", "#password"),
    "staff": Screen("/staff/sign-in", "#password"),
    "resident": Screen("/m/sign-in", "#code"),
}


def processor_ms(visit: Visit, screen: Screen) -> float:
    """What the page's own thread worked from an empty page on until the screen could be used."""
    page = visit.page
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration")) * 1000

    visit.go("/mark.svg")  # of the same process of the browser
    before = worked()
    visit.go(screen.path)
    page.wait_for_function(_THERE, arg=screen.wanted)
    return worked() - before


SLOW_LINE: Final = {
    "offline": False,
    "latency": 50,
    "downloadThroughput": 250_000,
    "uploadThroughput": 250_000,
}
"""Slow enough that what a page can do without comes after what it needs; bytes a second and ms."""


SLOW_3G: Final = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
"""As WebPageTest's "3G Slow": 400 kbit/s, 400 ms there and back for each request; connections themselves cost nothing."""


class Weight(NamedTuple):
    """What had come over the line until a screen could be used."""

    kilobytes: float
    requests: int


def first_weight(visit: Visit, screen: Screen) -> Weight:
    """Of a visit with an empty cache, in a slow line's order of arrival: what comes later is not counted."""
    page = visit.page
    visit.go("/mark.svg")
    session = _emptied(page, SLOW_LINE)
    bytes_by_request: dict[str, float] = {}
    session.on("Network.requestWillBeSent", lambda said: bytes_by_request.setdefault(said["requestId"], 0))
    session.on(
        "Network.loadingFinished",
        lambda said: bytes_by_request.update({said["requestId"]: said["encodedDataLength"]}),
    )
    visit.go(screen.path)
    page.wait_for_function(_THERE, arg=screen.wanted)
    return Weight(round(sum(bytes_by_request.values()) / 1024, 1), len(bytes_by_request))


def _emptied(page: Page, line: dict[str, Any]) -> CDPSession:
    """A browser that has kept nothing, behind `line`."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.send("Network.emulateNetworkConditions", line)
    return session


def behind_slow_3g(visit: Visit, screen: Screen) -> float:
    """Milliseconds until a screen could be used, with nothing kept, on this machine's own processor."""
    visit.go("/mark.svg")
    session = _emptied(visit.page, SLOW_3G)
    visit.page.goto(visit.base + screen.path, wait_until="commit")
    ready = visit.page.wait_for_function(_THERE, arg=screen.wanted, polling=20).json_value()
    session.detach()
    return float(ready)


class Stopwatch:
    """Times screens in a page that is slowed from now on."""

    def __init__(self, page: Page, base: str) -> None:
        self._page = page
        self._base = base
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.add_init_script(f"({_WATCH})()")

    def keep(self, on: bool) -> None:
        """Whether the browser may use what it has kept."""
        self._session.send("Network.enable")
        self._session.send("Network.setCacheDisabled", {"cacheDisabled": not on})

    def milliseconds(self, screen: Screen) -> float:
        """Until the screen could be used, once."""
        page = self._page
        page.goto("about:blank")
        page.goto(self._base + screen.path, wait_until="commit")
        ready = page.wait_for_function(_THERE, arg=screen.wanted, polling=20).json_value()
        page.wait_for_timeout(QUIET_MS)
        return float(page.evaluate(_HELD, [ready, QUIET_MS]))

    def median(self, screen: Screen, times: int, *, kept: bool) -> float:
        self.keep(kept)
        if kept:
            self.milliseconds(screen)
        return statistics.median(self.milliseconds(screen) for _ in range(times))
