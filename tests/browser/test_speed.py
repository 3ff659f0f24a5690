"""What the first screens cost: processor time of the page, which is the same however busy the machine is.

The promise of a second until a screen can be used is measured where nothing else runs (`./linli bench screens`); here
only what went badly wrong is found.
"""

import json

import pytest
from playwright.sync_api import Browser

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import open_phone, sign_in
from tests.browser.sample import Demo
from tests.browser.speed import CONSOLE, RESIDENT, SIGN_IN, Screen, first_weight, processor_ms
from tests.browser.visit import ROOT, Visit, open_browser

ASKED_EARLY = json.loads((ROOT / "web/console/src/app/firstQuestions.json").read_text())

WEIGHTS = {
    "sign in": (112, 20),
    "overview": (138, 40),
    "communities": (130, 34),
    "employees": (130, 34),
    "houses": (135, 34),
    "residents": (135, 30),
    "doors": (135, 34),
    "devices": (135, 34),
}
"""Screen → most kilobytes and requests of a first visit."""
MOST_MS = 500
"""Twice what they cost; a processor four times slower has two seconds to do then."""


def test_the_first_screens_cost_little(administrator: Visit, browser: Browser, demo: Demo) -> None:
    # The first time the scripts are compiled too, which other work on the machine makes dearer.
    loads = [processor_ms(administrator, CONSOLE["overview"]) for _ in range(2)]
    cost = {"console overview": min(loads)}
    with open_phone(browser, demo.url, workers=False) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        cost["resident home"] = processor_ms(visit, RESIDENT["home"])
    assert max(cost.values()) < MOST_MS, cost


@pytest.mark.parametrize("screen", [*WEIGHTS])
def test_a_first_visit_brings_little(browser: Browser, demo: Demo, screen: str) -> None:
    """By a line of 400 kbit/s each 50 KB are a second, and requests wait for one another: counted, not timed."""
    most_kb, most_requests = WEIGHTS[screen]
    with open_browser(browser, demo.url) as visit:
        if screen != "sign in":
            visit.sign_in_quietly("admin", demo.passwords["admin"])
        visit.looks("zh-CN")
        wanted = SIGN_IN["console"] if screen == "sign in" else CONSOLE[screen]
        weight = first_weight(visit, wanted)
    assert weight.kilobytes <= most_kb, weight
    assert weight.requests <= most_requests, weight


@pytest.mark.parametrize("login", ["admin", "manager"])
def test_what_is_asked_early_is_what_the_pages_ask(browser: Browser, demo: Demo, login: str) -> None:
    """Letter by letter: an answer that a page does not take up was asked for in vain, and is asked for again.

    Who looks after one community gets them with the page itself.
    """
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly(login, demo.passwords[login])
        for path in ["/", *ASKED_EARLY]:
            asked: list[str] = []
            visit.page.on("request", lambda request, asked=asked: asked.append(request.url))
            visit.go("/mark.svg")
            visit.page.evaluate("localStorage.removeItem('linli.asked')")
            visit.go(path)
            visit.page.wait_for_function("() => !Object.keys(window.linliEarly ?? {}).length")
            twice = {url for url in asked if "/api/" in url and asked.count(url) > 1}
            assert not twice, (path, twice)
            assert not [url for url in asked if url.endswith("/api/console/session")], path


def test_a_screen_that_costs_much_is_found_out(browser: Browser, demo: Demo) -> None:
    work = "let sum = 0; for (let n = 0; n < 5e8; n += 1) sum += n % 7; window.sum = sum"
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        visit.page.add_init_script(f"if (location.pathname === '/charts') {{ {work} }}")
        assert processor_ms(visit, Screen("/charts", "main h1")) > MOST_MS / 2
