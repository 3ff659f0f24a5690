"""One browser of one person: a context of its own in the Chromium that all tests of a process share."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, BrowserType, Locator, Page, Response, expect
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000
"""How long a page may take for what it will show: a machine that others work on is ten times slower than an idle one."""
DESK, PHONE = (1440, 900), (360, 780)
WIDTHS = (DESK, (1024, 900), PHONE)
FAILURES = ROOT / "build" / "browser-failures"
"""Where a failed test leaves what its browsers showed."""
PICTURES = os.environ.pop("LINLI_PICTURES", "")
"""A folder for pictures of the pages, when somebody wants to look at them; no setting of the platform."""
LOADED = """() => document.querySelector('#app')?.childElementCount !== 0
  && !document.querySelector('[aria-busy=true], .skeleton, .bone, .el-skeleton')"""
"""The page has drawn itself, and nothing more that it loads moves what stands there."""
STILL = """() => !document.querySelector(
    '[aria-busy=true], .skeleton, .bone, .el-skeleton, [class*=-enter-active], [class*=-leave-active]')
  && document.getAnimations().every(
    (one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""
"""Nothing loads, and nothing fades in or out any more: half-way, every colour is too pale."""
_THEME = """(dark) => {
  const root = document.documentElement
  const atOnce = new CSSStyleSheet()
  atOnce.replaceSync('*, ::before, ::after { transition: none !important }')
  document.adoptedStyleSheets.push(atOnce)
  root.classList.toggle('dark', dark)
  root.getBoundingClientRect()  // the colours change now
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== atOnce)
}"""
_TURN = """async (path) => {
  await document.querySelector('#app').__vue_app__.config.globalProperties.$router.push(path)
  await new Promise((drawn) => setTimeout(drawn))
}"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

_PAINTED = """(one) => {
  const box = one.getBoundingClientRect()
  const style = getComputedStyle(one)
  const inside = box.width > 0 && box.height > 0 && box.left >= 0 && box.top >= 0
    && box.right <= innerWidth && box.bottom <= innerHeight
  const front = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
  const floats = (at) => at !== null && (getComputedStyle(at).position === 'fixed' || floats(at.parentElement))
  return {
    inside,
    inFront: one.contains(front),
    floats: floats(one),
    painted: !['transparent', 'rgba(0, 0, 0, 0)'].includes(style.backgroundColor),
  }
}"""

open_visits: list["Visit"] = []
"""Of this process, in the order in which they were opened."""


@dataclass
class Visit:
    """`faults` collects what a person would not see: script errors and requests that the platform failed at."""

    context: BrowserContext
    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What its console said of errors, and requests that got no answer: told where a test fails."""
    size: tuple[int, int] = DESK
    own: Browser | None = None
    """A browser with arguments of its own, which ends with the visit."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if error is not None:
            self.keep_for_failure(os.environ.get("PYTEST_CURRENT_TEST", "test"))
        self.close()

    def close(self) -> None:
        open_visits.remove(self)
        self.context.close()
        if self.own is not None:
            self.own.close()

    def go(self, path: str) -> None:
        """Open a page and wait until it has loaded: what moves under the mouse is pressed in vain."""
        self.page.goto(self.base + path)
        self.page.wait_for_function(LOADED)

    def turn(self, path: str) -> None:
        """To another page of the app that is open, as its links lead there: its scripts are not read anew."""
        self.page.evaluate(_TURN, path)
        self.page.wait_for_function(LOADED)

    def follow(self, way: Locator, heading: str | re.Pattern[str]) -> None:
        """Press what leads to another page of the app, and wait for that page's heading.

        The next page's script has to come first; until then the page before it still stands there and would take what
        is meant for the next.
        """
        way.click()
        title = self.page.get_by_role("heading", name=heading, exact=True)
        expect(title.filter(visible=True).first).to_be_visible()
        self.page.wait_for_function(LOADED)

    def looks(self, language: str = "en", theme: str = "light") -> None:
        """Choose language and looks as a returning browser has them; the next `go` shows them."""
        self.go("/mark.svg")
        self.page.evaluate(
            "(all) => all.forEach(({ name, value }) => localStorage.setItem(name, value))",
            chosen(language, theme),
        )

    def sign_in(self, login: str, password: str, path: str = "/") -> None:
        """On the sign-in page, as a person does it."""
        self.go(path)
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("nav")

    def sign_in_quietly(self, login: str, password: str) -> None:
        """Without the pages: for tests that are not about signing in."""
        answer = self.context.request.post(
            f"{self.base}/api/console/session",
            data={"login": login, "password": password, "remember": False},
            headers={"X-Linli-Request": "1"},
        )
        assert answer.ok, answer.text()

    def fetch(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """What a route answers to this browser's session; None for an empty answer."""
        answer = self.context.request.fetch(
            f"{self.base}/api{path}",
            method=method,
            data=body,
            params=params,
            headers={"X-Linli-Request": "1", "Accept-Language": "en"},
        )
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
        return answer.json() if answer.body() else None

    def take_faults(self) -> list[str]:
        found, self.faults[:] = list(self.faults), []
        return found

    def tidy(self) -> None:
        """As it was opened, for the next test that uses it."""
        first, *others = self.context.pages
        assert first is self.page
        for other in others:
            other.close()
        self.page.unroute_all()
        self.context.set_offline(False)
        self.page.emulate_media(media="null")
        self.resize(self.size)
        self.faults.clear()

    def resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def keep_for_failure(self, test: str) -> None:
        """Pictures of what the failed test's pages show, and what went wrong in them."""
        FAILURES.mkdir(parents=True, exist_ok=True)
        name = re.sub(
            r"[^\w\[\]-]+", "-", test.removesuffix(" (call)").partition("tests/browser/")[2] or test
        )
        notes = [*(page.url for page in self.context.pages), *self.faults, *self.failures]
        with (FAILURES / f"{name}.txt").open("a") as file:
            file.write("\n".join([*notes, ""]))
        for page in self.context.pages:
            free = next(n for n in range(1, 100) if not (FAILURES / f"{name}-{n}.png").exists())
            try:
                page.screenshot(path=FAILURES / f"{name}-{free}.png", timeout=10_000)
            except PlaywrightError:
                continue  # a page that cannot be drawn any more must not hide why the test failed

    def shows(self, theme: str) -> None:
        """Light or dark looks, at once, as a page has them that was opened so."""
        self.page.evaluate(_THEME, theme == "dark")

    def wider(self) -> int:
        """How many pixels the page is wider than its window; 0: it fits."""
        return int(self.page.evaluate(_WIDER))

    def still(self) -> None:
        """Wait until the page has come to rest."""
        self.page.wait_for_function(STILL)

    def picture(
        self,
        name: str,
        sizes: Sequence[tuple[int, int]] = (DESK, PHONE),
        *,
        whole: bool = True,
        of: Page | None = None,
    ) -> None:
        """The page as it is now, at these sizes: it never scrolls sideways. Drawn where `PICTURES` says."""
        page = of or self.page
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(STILL)
            wider = page.evaluate(_WIDER)
            assert wider <= 0, f"{name} at {width} px scrolls sideways by {wider} px"
            keep_picture(page, f"{name}-{width}", whole=whole)
        page.set_viewport_size({"width": self.size[0], "height": self.size[1]})


def expect_in_view(thing: Locator) -> None:
    """Wait until what popped up stands still; it floats inside the window, in front, on a ground of its own."""
    expect(thing).to_be_visible()
    thing.page.wait_for_function(STILL)
    looks: dict[str, bool] = thing.evaluate(_PAINTED)
    assert all(looks.values()), looks


def keep_picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Draw the page for people, when they asked for it."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=whole)


def open_browser(
    browser: Browser, base: str, *, language: str = "en", theme: str = "light", **context: Any
) -> Visit:
    """A desk, whose person has chosen language and looks before. `context`: Playwright's own words for one."""
    return open_visit(
        browser,
        base,
        DESK,
        locale="en-US",
        storage_state={"cookies": [], "origins": [{"origin": base, "localStorage": chosen(language, theme)}]},
        **context,
    )


def open_visit(
    browser: Browser, base: str, size: tuple[int, int], *, arguments: Sequence[str] = (), **context: Any
) -> Visit:
    """A context of its own; with `arguments` in a browser of its own, e.g. one whose camera shows a file.

    Its person wishes for little motion, as many do: drawing what moves takes turns that tests need.
    """
    context.setdefault("reduced_motion", "reduce")
    own = launch(browser.browser_type, arguments) if arguments else None
    made = (own or browser).new_context(
        viewport={"width": size[0], "height": size[1]},
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
        **context,
    )
    made.set_default_timeout(PATIENCE_MS)
    page = made.new_page()
    visit = Visit(made, page, base, size=size, own=own)

    def failed(response: Response) -> None:
        if response.status >= 500:
            visit.faults.append(f"{response.status} {response.url}")

    page.on("pageerror", lambda error: visit.faults.append(f"script: {error}"))
    page.on("response", failed)
    page.on("console", lambda line: line.type == "error" and visit.failures.append(line.text))
    page.on("requestfailed", lambda request: visit.failures.append(f"{request.failure} {request.url}"))
    open_visits.append(visit)
    return visit


def launch(chromium: BrowserType, arguments: Sequence[str] = ()) -> Browser:
    return chromium.launch(executable_path=str(CHROMIUM), args=[*ARGUMENTS, *arguments], headless=True)


def chosen(language: str, theme: str) -> list[dict[str, str]]:
    """What a browser keeps of its person's choices."""
    return [{"name": "linli.language", "value": language}, {"name": "linli.theme", "value": theme}]
