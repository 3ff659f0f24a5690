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
