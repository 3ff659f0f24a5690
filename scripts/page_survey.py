"""Look at every page of a running demo: `page_survey.py URL LOGIN:PASSWORD FOLDER [APP] [LANGUAGE-THEME ...]`.

APP is console (default), staff or resident; for the resident LOGIN is the phone, and PASSWORD the file that takes what
the demo prints: a code is asked for and read there. Each page of the router is drawn at three widths into FOLDER, and
FOLDER/faults-….json says what a machine sees of it: what is wider than the screen, cut off or covered, keys and words of
the other language, script errors, refused requests, axe's faults.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from survey_paths import WEB, pages

WIDTHS: Final = {1440: 900, 1024: 800, 360: 740}
PLACES: Final = {"console": "/", "resident": "/m/", "staff": "/staff/"}
AXE_AT: Final = {"zh-CN-light": (1440, 360), "en-dark": (1440,)}
"""Where axe looks too: contrast differs by look, the rest by width; it takes as long as the page itself."""
MOST_HEIGHT: Final = 2600
LOOKS: Final = ("zh-CN-light", "en-dark", "en-light", "zh-CN-dark")
_LOOK: Final = Path(__file__).with_name("page_survey.js")
_AXE: Final = WEB / "node_modules" / "axe-core" / "axe.min.js"
_STILL: Final = """() => document.querySelector('#app')?.childElementCount !== 0
  && !document.querySelector('[aria-busy=true], .skeleton, .bone, .el-skeleton, [class*=-enter-active]')"""
_NOT_OURS: Final = re.compile(
    r"Permissions-Policy|Service Worker|GL Driver|WebSocket is closed before|Failed to load"
)
"""What the browser says of itself, of a page that is left, and of answers that are told as such."""
_RUN_AXE: Final = """async () => (await axe.run(document,
    {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']}))
  .violations.filter((one) => one.impact !== 'minor')
  .map((one) => `axe ${one.id}: ` + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(' | '))"""


def main(arguments: list[str]) -> int:
    if len(arguments) < 3:
        print(__doc__)
        return 2
    url, proof, folder, *more = arguments
    app = more.pop(0) if more and more[0] in PLACES else "console"
    login, _, password = proof.partition(":")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        cookies = _sign_in(browser, url, app, login, password)
        for look in more or LOOKS:
            Survey(browser, url, app, target, look, cookies).run()
        browser.close()
    return 0


def _sign_in(browser: Browser, url: str, app: str, login: str, password: str) -> list[Any]:
    context = browser.new_context()

    def post(way: str, **body: object) -> None:
        answer = context.request.post(f"{url}/api/{way}", data=body, headers={"x-linli-request": "1"})
        if not answer.ok:
            raise SystemExit(answer.text())

    if app == "resident":
        post("resident/session/code", phone=login)
        time.sleep(2)
        code = re.findall(rf"{login}\D+?(\d{{6}})\D", Path(password).read_text("utf-8"))[-1]
        post("resident/session/code/verify", phone=login, code=code, remember=False)
    elif password:
        post("console/session", login=login, password=password, remember=False)
    cookies = list(context.cookies())
    context.close()
    return cookies


class Survey:
    """Every page of one app in one language and one look."""

    def __init__(
        self, browser: Browser, url: str, app: str, folder: Path, look: str, cookies: list[Any]
    ) -> None:
        self._browser, self._url, self._app, self._folder, self._look = browser, url, app, folder, look
        self._cookies = cookies
        self._language, _, self._theme = look.rpartition("-")
        self._faults: dict[str, list[str]] = {}
        self._now: list[str] = []

    def run(self) -> None:
        context = self._browser.new_context(
            viewport={"width": 1440, "height": 900},
            locale=self._language,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if self._theme == "dark" else "light",
            reduced_motion="reduce",
            service_workers="block",
            bypass_csp=True,
        )
        context.add_init_script(
            f"localStorage.setItem('linli.language', '{self._language}');"
            f"localStorage.setItem('linli.theme', '{self._theme}')"
        )
        context.add_cookies(self._cookies)
        page = context.new_page()
        page.on("pageerror", lambda error: self._now.append(f"script: {error}"))
        page.on(
            "console",
            lambda line: (
                self._now.append(f"console: {line.text[:160]}") if line.type in ("error", "warning") else None
            ),
        )
        page.on("response", self._answered)
        other = _texts(self._app, "en" if self._language == "zh-CN" else "zh-CN")
        own = _texts(self._app, self._language)
        asked = {"texts": sorted(other - own), "language": self._language, "codes": _rooms(self._app)}
        self._all(context, page, asked)
        context.close()

    def _all(self, context: BrowserContext, page: Page, asked: dict[str, Any]) -> None:
        done = 0
        for route, path in pages(self._app, lambda where: _fetch(context, self._url, where)):
            if path is None:
                self._faults[route] = ["the demo has none"]
                continue
            try:
                self._draw(page, route, path, asked)
            except PlaywrightError as error:
                self._faults.setdefault(route, []).append(f"not drawn: {error.message[:200]}")
            done += 1
        file = self._folder / f"faults-{self._app}-{self._look}.json"
        file.write_text(json.dumps(self._faults, ensure_ascii=False, indent=1), "utf-8")
        print(f"{self._app} {self._look}: {done} pages, {file}")

    def _draw(self, page: Page, route: str, path: str, asked: dict[str, Any]) -> None:
        self._now = []
        faults = self._faults.setdefault(route, [])
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(self._url + PLACES[self._app] + path)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            try:
                page.wait_for_function(_STILL, timeout=15_000)
            except PlaywrightError:
                faults.append(f"{width}: still loading after 15 s")
            page.wait_for_timeout(250)
            name = re.sub(r"[^\w]+", "-", route or "root").strip("-")
            tall = min(
                MOST_HEIGHT, page.evaluate("Math.max(document.documentElement.scrollHeight, innerHeight)")
            )
            page.screenshot(
                path=self._folder / f"{self._app}.{name}.{self._look}.{width}.jpg",
                type="jpeg",
                quality=70,
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": tall},
            )
            faults += [f"{width}: {fault}" for fault in page.evaluate(_LOOK.read_text("utf-8"), asked)]
            if width in AXE_AT.get(self._look, ()):
                if not page.evaluate("() => 'axe' in window"):
                    page.evaluate(_AXE.read_text("utf-8"))
                faults += [f"{width}: {fault}" for fault in page.evaluate(_RUN_AXE)]
        faults += self._now

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not _NOT_OURS.search(text):
            self._now.append(f"console: {text[:160]}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._now.append(f"{response.status} {response.request.method} {response.url}")


def _fetch(context: BrowserContext, url: str, path: str) -> Any:
    answer = context.request.get(f"{url}/api{path}", headers={"x-linli-request": "1"})
    return answer.json() if answer.ok else {}


def _texts(app: str, language: str) -> set[str]:
    """Every text of the app's and the shared strings that stands for itself: nothing is put into it."""
    folders = [
        WEB / app / "src",
        WEB / "shared" / "src",
        *([] if app == "console" else [WEB / "phone" / "src"]),
    ]
    texts: set[str] = set()
    for folder in folders:
        for file in folder.rglob(f"strings/{language}.json"):
            texts |= set(_leaves(json.loads(file.read_text("utf-8"))))
    return {
        text for text in texts if len(text) > 1 and "{" not in text and re.search(r"[a-z]{2}|[一-鿿]", text)
    }


def _leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for branch in tree.values():
            yield from _leaves(branch)


def _rooms(app: str) -> list[str]:
    rooms = {"app", "shared"}
    for file in (WEB / app / "src").rglob("strings/en.json"):
        rooms.add(file.parent.parent.name)
    return sorted(rooms)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
