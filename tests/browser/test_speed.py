"""What the first screens cost: processor time of the page, which is the same however busy the machine is.

The promise of a second until a screen can be used is measured where nothing else runs (`./linli bench screens`); here
only what went badly wrong is found.
"""

from playwright.sync_api import Browser

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import open_phone, sign_in
from tests.browser.sample import Demo
from tests.browser.speed import CONSOLE, RESIDENT, Screen, processor_ms
from tests.browser.visit import Visit, open_browser

MOST_MS = 500
"""Five times what they cost with an empty cache; a processor four times slower has two seconds to do then."""


def test_the_first_screens_cost_little(administrator: Visit, browser: Browser, demo: Demo) -> None:
    cost = {"console overview": processor_ms(administrator, CONSOLE["overview"])}
    with open_phone(browser, demo.url, workers=False) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        cost["resident home"] = processor_ms(visit, RESIDENT["home"])
    assert max(cost.values()) < MOST_MS, cost


def test_a_screen_that_costs_much_is_found_out(browser: Browser, demo: Demo) -> None:
    work = "let sum = 0; for (let n = 0; n < 5e8; n += 1) sum += n % 7; window.sum = sum"
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        visit.page.add_init_script(f"if (location.pathname === '/charts') {{ {work} }}")
        assert processor_ms(visit, Screen("/charts", "main h1")) > MOST_MS / 2
