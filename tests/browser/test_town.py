"""A town moves in: 1,000 houses and 2,500 residents from the workbook that the property company really has."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.test_houses import community_id
from tests.browser.visit import WIDTHS, Visit
from tests.campaigns.import_ import HOUSE_TITLES, RESIDENT_TITLES, Town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITING_MS = 120_000
"""What a busy machine may take; an idle one takes two seconds."""
HOUSES, RESIDENTS = 1000, 2500
FIRST_BUILDING = 300
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

type Row = tuple[Any, ...]


class Estate(Town):
    """Buildings that the sample has not."""

    def place(self, number: int) -> tuple[str, str, str]:
        building, unit, room = super().place(number)
        return f"{int(building) + FIRST_BUILDING}", unit, room


def by_hand(rows: Iterator[Row]) -> Iterator[Row]:
    """As people fill in a sheet: digits of full width, spaces round a word, empty rows, numbers for texts."""
    for at, row in enumerate(rows):
        building, unit, room, *rest = row
        if at % 5 == 1:
            building = building.translate(_WIDE)
        if at % 5 == 2:
            building, room = int(building), f" {room}  "
        yield (building, unit, room, *rest)
        if at % 97 == 0:
            yield (None,) * len(row)
        if at % 131 == 0:
            yield ("  ", *(None,) * (len(row) - 1))


def book(sheet: str, titles: Row, rows: Iterator[Row]) -> FilePayload:
    """A workbook with its columns in another order, and one of the company's own."""
    order = list(reversed(range(len(titles))))
    page = (made := openpyxl.Workbook()).active
    page.title = sheet
    page.append([*(titles[at] for at in order), "备注（内部）"])
    for row in rows:
        page.append([*(row[at] for at in order), "待核实" if row[0] else None])
    out = io.BytesIO()
    made.save(out)
    return {"name": f"{sheet}.xlsx", "mimeType": XLSX, "buffer": out.getvalue()}


def bring(panel: Locator, file: FilePayload, count: int) -> None:
    """Hand the workbook in, see what is new, and import it."""
    panel.get_by_test_id("import-file").set_input_files(file)
    button = panel.get_by_role("button", name=f"Import {count:,} rows")
    expect(button).to_be_visible(timeout=WRITING_MS)
    button.click()
    expect(panel.get_by_text(re.compile("^Imported"))).to_be_visible(timeout=WRITING_MS)


def test_a_thousand_houses_and_their_residents_from_a_messy_workbook(administrator: Visit) -> None:
    page, estate = administrator.page, Estate(HOUSES)
    administrator.go("/spaces")
    at = f"/console/communities/{community_id(administrator)}"

    def total(kind: str) -> int:
        return int(administrator.fetch("GET", f"{at}/{kind}", pageSize=1)["total"])

    before = total("houses"), total("residents")
    page.get_by_role("button", name="Import a spreadsheet").click()
    panel = page.get_by_role("dialog")
    houses = list(by_hand(estate.house_rows()))
    wrong = [*houses[:400], ("3?1", "01", "0101", "1/2/1", 80, 1, 1), *houses[400:], houses[10]]
    panel.get_by_test_id("import-file").set_input_files(book("房屋", HOUSE_TITLES, iter(wrong)))
    expect(panel.get_by_role("alert")).to_contain_text("nothing was imported", timeout=WRITING_MS)
    expect(panel.locator("tbody")).to_contain_text("3?1")
    with page.expect_download() as loading:
        panel.get_by_role("link", name="Download the file with the errors marked").click()
    marked = openpyxl.load_workbook(io.BytesIO(Path(loading.value.path()).read_bytes())).active
    assert marked.max_row > HOUSES
    administrator.picture("town-faults", WIDTHS, whole=False)

    bring(panel, book("房屋", HOUSE_TITLES, iter(houses)), HOUSES)
    assert total("houses") == before[0] + HOUSES
    administrator.go("/residents")
    page.get_by_role("button", name="Import a spreadsheet").click()
    residents = list(by_hand(row for _, row in zip(range(RESIDENTS), estate.resident_rows(), strict=False)))
    bring(page.get_by_role("dialog"), book("住户", RESIDENT_TITLES, iter(residents)), RESIDENTS)
    assert total("residents") == before[1] + RESIDENTS
    administrator.picture("town-done", WIDTHS, whole=False)

    administrator.go("/residents")
    page.get_by_label("Name, phone or house").fill(estate.phone(1234))
    page.keyboard.press("Enter")
    expect(page.locator("tbody")).to_contain_text(estate.name(1234))
    assert administrator.take_faults() == []
