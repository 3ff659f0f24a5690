"""What fields show beside themselves is told to a screen reader too: the choice of a select, and what must be filled."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.drop_downs import unfold
from tests.browser.sample import until
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow
_DESCRIBED = "(box) => document.getElementById(box.getAttribute('aria-describedby'))?.innerText.trim() ?? ''"


def test_a_select_tells_its_choice(administrator: Visit) -> None:
    """Drawn light in the head of a list, and the real one in a form."""
    page = administrator.page
    administrator.go("/passes")
    expect(page.get_by_role("combobox", name="Community", exact=True)).to_have_accessible_description(
        "桂花园"
    )
    administrator.go("/notices/new")
    kind = page.get_by_role("combobox", name="Kind", exact=True)
    expect(kind).to_have_accessible_description(re.compile("[a-z]"))
    before = until(lambda: str(kind.evaluate(_DESCRIBED)))
    names = unfold(kind).get_by_role("option")
    expect(names.first).to_be_visible()
    other = next(name for name in names.all_inner_texts() if name.strip() != before)
    names.filter(has_text=other).first.click()
    expect(kind).to_have_accessible_description(other.strip())


def test_a_required_field_is_told_so_without_a_star(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/notices/new")
    heading = page.locator("#notice-title")
    expect(heading).to_have_attribute("aria-required", "true")
    expect(heading).to_have_accessible_name(re.compile(r"^[^*]+$"))
    expect(page.locator("#notice-type")).not_to_have_attribute("aria-required", "true")
    assert administrator.take_faults() == []


def test_why_names_its_door(administrator: Visit) -> None:
    page = administrator.page
    here = administrator.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"]
    person = administrator.fetch("GET", f"/console/communities/{here}/residents", status=1, pageSize=1)[
        "data"
    ][0]
    administrator.go(f"/residents/{person['identityId']}")
    doors = page.get_by_role("button", name=re.compile("^Why does it not open: ."))
    expect(doors.first).to_be_visible()
    names = doors.evaluate_all("(all) => all.map((button) => button.ariaLabel)")
    assert len(set(names)) == len(names)
