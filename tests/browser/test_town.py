"""A town moves in: 1,000 houses and 2,500 residents from the workbook that the property company really has."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.drop_downs import choose
from tests.browser.test_houses import community_id
from tests.browser.visit import WIDTHS, Visit
from tests.campaigns.import_ import HOUSE_TITLES, RESIDENT_TITLES, Town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITING_MS = 120_000
"""What a busy machine may take; an idle one takes two seconds."""
MOST_CLICKS = {"houses": 21, "residents": 27}
"""From the list to what is there, each file chosen once: what can be mended needs no spreadsheet again. Among each
is one press that a busy browser may need once more, where a list still moved."""
HOUSES, RESIDENTS = 1000, 2500
FIRST_BUILDING = 300
MOVED_IN = "入住日期"
FAULTS_OF_PEOPLE = 6
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

type Row = tuple[Any, ...]


class Estate(Town):
    """Buildings that the sample has not."""

    def place(self, number: int) -> tuple[str, str, str]:
        building, unit, room = super().place(number)
        return f"{int(building) + FIRST_BUILDING}", unit, room


MERGED = object()
"""Stands where the cell is merged with the one above it."""


def by_hand(rows: Iterator[Row]) -> Iterator[Row]:
    """As people fill in a sheet: digits of full width, spaces round a word, 1幢, merged cells, empty rows, numbers for
    texts."""
    above: Any = None
    for at, row in enumerate(rows):
        building, unit, room, *rest = row
        said: Any = building
        if building == above and at % 3:
            said = MERGED
        elif at % 5 == 1:
            said = building.translate(_WIDE)
        elif at % 5 == 2:
            said, room = int(building), f" {room}  "
        elif at % 5 == 3:
            said, unit = f"{building}幢", f"{unit}单元"
        yield (said, unit, room, *rest)
        above = building
        if at % 97 == 0:
            yield (None,) * len(row)
            above = None
        if at % 131 == 0:
            yield ("  ", *(None,) * (len(row) - 1))
            above = None


def book(sheet: str, titles: Row, rows: Iterator[Row]) -> FilePayload:
    """A workbook with its columns in another order, and one of the company's own."""
    order = list(reversed(range(len(titles))))
    page = (made := openpyxl.Workbook()).active
    page.title = sheet
    page.append([*(titles[at] for at in order), "备注（内部）"])
    first = column = 0
    for number, row in enumerate(rows, 2):
        page.append([*(None if row[at] is MERGED else row[at] for at in order), "待核实" if row[0] else None])
        if row[0] is not MERGED:
            _merge(page, column, first, number - 1)
            first, column = number, len(titles)
    _merge(page, column, first, page.max_row)
    out = io.BytesIO()
    made.save(out)
    return {"name": f"{sheet}.xlsx", "mimeType": XLSX, "buffer": out.getvalue()}


def _merge(page: Any, column: int, first: int, last: int) -> None:
    if column and last > first:
        page.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)


class Clicks:
    """How often a page was pressed since it was opened."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(
            "() => { window.clicks = 0; addEventListener('pointerdown', () => (window.clicks += 1), true) }"
        )

    @property
    def count(self) -> int:
        """With the one that opens the browser's own choice of files."""
        return int(self._page.evaluate("window.clicks")) + 1


def people_with_faults(estate: Estate) -> Iterator[Row]:
    """One household more, as somebody wrote it down who asked nobody."""
    home = estate.place(0)
    ours: Row = (1, "13400000001", 1, None, 30, 1, None, None, None)
    for name, *said in (
        ("郝大海", *ours, "2024年3月5日"),
        ("郝大海", *ours, 45356),
        ("郝小海", 2, "1340000002", 1, "330106198002301239", 30, 1, None, None, None, "2023-02-30"),
        ("郝二海", "干爹", "１３４００００００03", "男", None, 30, 1, None, None, None, None),
        ("郝三海", "租户", "13400000004", "男", None, 30, 1, None, None, None, "3/4/2024"),
    ):
        yield (*home, name, *said)


def answer(panel: Locator, asked: str, action: str, value: str | re.Pattern[str] = "") -> None:
    """Answer one kind of fault."""
    card = panel.get_by_test_id("import-questions").get_by_role("listitem").filter(has_text=asked)
    choose(card.get_by_role("combobox").first, action)
    if value:
        choose(card.get_by_role("combobox").nth(1), value)


def carry_out(panel: Locator, count: int) -> None:
    """Import what was checked."""
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
    clicks = Clicks(page)
    page.get_by_role("button", name="Import a spreadsheet").click()
    panel = page.get_by_role("dialog")
    houses = list(by_hand(estate.house_rows()))
    twice = next(row for row in estate.house_rows())
    wrong = [
        *houses, ("3?1", "01", "0101", "三室两厅一卫", 80, 1, 1), ("399", "01", 102, "三室两厅一卫", 80, "住宅", 1),
        twice, twice,
    ]  # fmt: skip
    panel.get_by_test_id("import-file").set_input_files(book("房屋", HOUSE_TITLES, iter(wrong)))
    expect(panel.get_by_role("alert")).to_contain_text("nothing was imported", timeout=WRITING_MS)
    expect(panel.get_by_test_id("import-questions")).to_contain_text("3?1")
    expect(panel.get_by_test_id("import-mends")).to_contain_text("merged cells")
    with page.expect_download() as loading:
        panel.get_by_role("link", name="Download the file with the errors marked").click()
    marked = openpyxl.load_workbook(io.BytesIO(Path(loading.value.path()).read_bytes())).active
    assert marked.max_row > HOUSES
    administrator.picture("town-faults", WIDTHS, whole=False)
    answer(panel, "3?1", "Leave these rows out")
    answer(panel, "住宅", "Take them as …", "high-rise")
    answer(panel, "the same house stands", "Leave these rows out")
    panel.get_by_role("button", name=re.compile("^Check again")).click()
    answer(panel, "lost zeros", "Put the zeros in front")
    panel.get_by_role("button", name=re.compile("^Check again")).click()
    carry_out(panel, HOUSES + 1)
    assert total("houses") == before[0] + HOUSES + 1
    assert clicks.count <= MOST_CLICKS["houses"], clicks.count
    moved_in = {"enName": "movedIn", "cnName": MOVED_IN, "type": "string", "maxLength": 20}
    administrator.fetch("POST", f"{at}/resident-fields/custom", moved_in)
    shown = {"fields": [{"name": "movedIn", "visible": True, "required": False, "main": True}]}
    administrator.fetch("PUT", f"{at}/resident-fields", shown)
    administrator.go("/residents")
    clicks = Clicks(page)
    page.get_by_role("button", name="Import a spreadsheet").click()
    residents = list(by_hand(row for _, row in zip(range(RESIDENTS), estate.resident_rows(), strict=False)))
    rows = iter([*((*row, None) for row in residents), *people_with_faults(estate)])
    panel.get_by_test_id("import-file").set_input_files(book("住户", (*RESIDENT_TITLES, MOVED_IN), rows))
    questions = panel.get_by_test_id("import-questions")
    expect(questions.get_by_role("listitem")).to_have_count(FAULTS_OF_PEOPLE, timeout=WRITING_MS)
    administrator.picture("town-people", WIDTHS, whole=False)
    answer(panel, "the same person stands", "Leave these rows out")
    answer(panel, "wrong number of digits", "Import them without this value")
    answer(panel, "the birthday in this ID number", "Import them without this value")
    answer(panel, "no calendar has this day", "Import them without this value")
    answer(panel, "day and month", "Take them as …", re.compile("^day first"))
    answer(panel, "干爹", "Take them as …", "family member")
    panel.get_by_role("button", name=re.compile("^Check again")).click()
    carry_out(panel, RESIDENTS + 4)
    assert total("residents") == before[1] + RESIDENTS + 4
    assert clicks.count <= MOST_CLICKS["residents"], clicks.count
    administrator.picture("town-done", WIDTHS, whole=False)

    administrator.go("/residents")
    page.get_by_label("Name, phone, house, plate or card").fill(estate.phone(1234))
    page.keyboard.press("Enter")
    expect(page.locator("tbody")).to_contain_text(estate.name(1234))
    assert administrator.take_faults() == []
