"""Element Plus's selects, as a person uses them: press, look at that select's own list, choose."""

import re

from playwright.sync_api import Locator, expect

_SELECT = "xpath=ancestor-or-self::*[contains(concat(' ', normalize-space(@class), ' '), ' el-select ')][1]"


_AT_REST = """(id) => {
  const popper = document.getElementById(id)?.closest('.el-popper')
  return popper && !/-(enter|leave)-/.test(popper.className) && popper.getAnimations({ subtree: true }).length === 0
}"""


_FACTS = """() => ({
  at: location.pathname + location.search,
  pageAgeMs: Math.round(performance.now()),
  focus: document.activeElement?.outerHTML.slice(0, 200),
  last: performance.getEntriesByType('resource').slice(-12)
    .map((one) => `${one.name.split('/').pop()} ${Math.round(one.startTime)}-${Math.round(one.responseEnd)}`),
})"""
"""For who looks into a press that did nothing: what the page loaded last, and how long it has stood."""


def unfold(box: Locator, *, words: str = "") -> Locator:
    """Open the select with this combobox; its list. Lists of others may still be fading away.

    With `words` what a select that searches finds for them: some have no list before.
    """
    box.locator(_SELECT).click()
    if words:
        box.fill(words)
    try:
        expect(box).to_have_attribute("aria-expanded", "true")
    except AssertionError as error:
        error.add_note(f"The page says: {box.page.evaluate(_FACTS)}")
        raise
    list_id = box.get_attribute("aria-controls")
    box.page.wait_for_function(_AT_REST, arg=list_id)  # what still grows is pressed in vain
    return box.page.locator(f"[id='{list_id}']")


def choose(box: Locator, option: str | re.Pattern[str], *, words: str = "") -> None:
    """Choose one: by its whole text, or by a pattern in it."""
    unfold(box, words=words).get_by_role("option", name=option, exact=True).click()
    expect(box).to_have_attribute("aria-expanded", "false")


def choose_several(box: Locator, *options: str | re.Pattern[str]) -> None:
    """Choose some of a select that holds many, and close it."""
    choices = unfold(box)
    for option in options:
        choices.get_by_role("option", name=option, exact=True).click()
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
