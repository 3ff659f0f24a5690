"""Controls that are drawn light and replaced by the real ones when they are first touched: no press is lost meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.sample import until
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow
_NEXT_FRAME = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


def ways(page: Page) -> Locator:
    return page.get_by_role("combobox", name="By", exact=True)


def moments(page: Page) -> Locator:
    return page.get_by_role("group").filter(has=page.get_by_label("From", exact=True))


@pytest.mark.parametrize(
    ("part", "control", "opened"),
    [("realSelect", ways, ".el-select-dropdown"), ("datePicker", moments, ".el-picker-panel")],
)
def test_the_real_control_waits_until_it_is_released(
    administrator: Visit, part: str, control: Callable[[Page], Locator], opened: str
) -> None:
    """The script of the real one comes while the mouse is down: the press opens it all the same."""
    page, asked = administrator.page, list[Route]()
    page.route(f"**/assets/{part}-*.js", lambda route: asked.append(route))
    administrator.go("/passes")
    box = control(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    until(lambda: page.title() and asked)
    for route in asked:
        route.continue_()
    page.evaluate("(script) => import(script)", asked[0].request.url)
    page.evaluate(_NEXT_FRAME)
    page.mouse.up()
    expect(page.locator(opened).filter(visible=True)).to_have_count(1)
    assert administrator.take_faults() == []


def test_pressing_again_before_the_real_one_came_does_not_close_it(administrator: Visit) -> None:
    """The community switch on a slow line: nothing shows, so one presses again."""
    page, asked = administrator.page, list[Route]()
    page.route("**/assets/realSelect-*.js", lambda route: asked.append(route))
    administrator.go("/passes")
    switch = page.get_by_role("combobox", name="Community", exact=True)
    box = switch.bounding_box()
    assert box is not None
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(lambda: page.title() and asked)
    for route in asked:
        route.continue_()
    expect(switch).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option").filter(visible=True).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(switch).to_have_attribute("aria-expanded", "false")
    assert administrator.take_faults() == []
