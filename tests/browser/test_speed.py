"""Screens of the three webs on a processor four times slower. The promise is a second on a machine that has nothing else
to do (`./linli bench screens`); one that runs tests has, so that the bound here only finds what went badly wrong."""

import pytest
from playwright.sync_api import Playwright

from linli.demo import names
from tests.browser.conftest import Demo, Visit
from tests.browser.phone import open_phone, sign_in
from tests.browser.speed import CONSOLE, RESIDENT, Stopwatch

MOST_MS = 5000
NEIGHBOUR = names.phone(4)
"""Nobody else here asks for a code of this phone: one is sent a minute."""


def test_the_first_screens_can_be_used_soon(administrator: Visit, playwright: Playwright, demo: Demo, capsys):
    found = {"console overview": Stopwatch(administrator.page, demo.url).milliseconds(CONSOLE["overview"])}
    with open_phone(playwright, demo.url, workers=False) as visit:
        sign_in(visit, NEIGHBOUR, demo.code)
        found["resident home"] = Stopwatch(visit.page, demo.url).milliseconds(RESIDENT["home"])
    with capsys.disabled():
        print("", *(f"{name} {took:.0f} ms" for name, took in found.items()), sep="  ")
    if max(found.values()) > MOST_MS:
        pytest.fail(f"slower than {MOST_MS} ms: {found}")
