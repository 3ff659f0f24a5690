"""A company's first day in the console: register, organisation, contract, agreement, claim, review, page, poster."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.drop_downs import choose_several
from tests.browser.first_day import (
    COMMUNITY,
    HEADERS,
    PASSWORD,
    approve_community,
    claim_community,
    found_company,
    import_places,
    publish_agreement,
    register,
)
from tests.browser.visit import Visit, open_browser
from tests.real.platform import Installation

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _open_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has a phone registers and founds: a company comes by itself here."""
    monkeypatch.setenv("LINLI_SIGN_IN_REGISTRATION", "open")


def set_up(operator: Visit, installation: Installation, tmp_path: Path) -> None:
    """The operator's installation with a catalogue of places."""
    import_places(installation, tmp_path)
    code = (installation.folder / "setup-code").read_text().strip()
    said = {"code": code, "tenantName": "平台", "name": "Op", "login": "op.one", "password": PASSWORD}
    answer = operator.page.request.post(
        f"{operator.base}/api/console/setup", data={**said, "projectName": ""}, headers=HEADERS
    )
    assert answer.ok, answer.text()


@pytest.mark.covers("ONB-01", "ONB-02", "ONB-03", "ONB-04", "ONB-05", "ONB-08", "ONB-10", "ONB-16", "PM-05")
def test_from_the_sign_in_page_to_a_poster_at_the_gate(
    fresh: tuple[Visit, Installation], browser: Browser, tmp_path: Path
) -> None:
    operator, installation = fresh
    set_up(operator, installation, tmp_path)
    publish_agreement(operator)
    operator.go("/settings")
    expect(operator.page.get_by_role("radio", name="Applied for and reviewed")).to_be_checked()
    with open_browser(browser, operator.base) as visit:
        _first_day(visit, operator)


def _first_day(visit: Visit, operator: Visit) -> None:
    page = visit.page
    visit.go("/login")
    page.get_by_role("button", name="Scan to sign in").click()
    expect(page.get_by_alt_text("QR code to sign in")).to_be_visible()
    register(page, operator)
    found_company(page)
    claim_community(visit)
    approve_community(operator)
    assert operator.take_faults() == []

    visit.go("/communities")
    visit.follow(page.get_by_role("link", name=COMMUNITY), COMMUNITY)
    expect(page.get_by_alt_text("QR code of 桂花城")).to_be_visible()
    expect(page.get_by_text("Running")).to_be_visible()
    choose_several(page.get_by_role("combobox", name="Choose managers"), re.compile("孙杰"))
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("listitem").filter(has_text="孙杰").first).to_be_visible()
    page.get_by_role("link", name="Print poster").click()
    expect(page.get_by_text("Scan to enter")).to_be_visible()
    expect(page.get_by_text("Property office 0571-88886666")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    page.emulate_media(media="screen")

    visit.go("/organisation?tab=payee")
    expect(page.get_by_label("Unified social credit code", exact=True)).to_be_visible()
    visit.go("/organisation?tab=invite")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_alt_text("Invitation as a QR code")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    for path in (
        "/organisation?tab=contract",
        "/organisation?tab=payee",
        "/organisation?tab=data",
        "/communities",
    ):
        visit.go(path)
        page.get_by_role("heading", level=1).first.wait_for()
        visit.still()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 361, (path, wide)
    assert visit.take_faults() == []
