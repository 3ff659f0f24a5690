"""Workbooks made to hurt: each is refused by its rule, and the child that opened it is the only one that felt it."""

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.sheets import open_workbook
from linli.kernel.workbooks.strings import read_strings
from tests.campaigns import hostile_files

LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def plain(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def changed(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one part made anew."""
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in parts.items():
            archive.writestr(one, content)
    return path


def rule_of(path: Path) -> str:
    with pytest.raises(BadWorkbook) as refused, open_workbook(path) as book:
        for sheet in book.sheets:
            for _ in sheet.rows(width=8):
                pass
    return str(refused.value.facts["rule"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return plain(tmp_path / "book.xlsx", [["a", 1, 2.5, True], ["中", None, "x"]])


def test_rows_come_as_they_are(file: Path) -> None:
    with open_workbook(file) as book:
        (sheet,) = book.sheets
        assert (sheet.title, sheet.expected) == ("Sheet", 2)
        assert list(sheet.rows(width=4)) == [("a", 1, 2.5, True), ("中", None, "x", None)]
        assert list(sheet.rows(first=2, width=1)) == [("中",)], "and again from the middle"


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_document_type_is_refused(file: Path, part: str) -> None:
    file.write_bytes(hostile_files.workbook_of_texts(["a"], [[0]]))
    changed(file, part, lambda content: HEAD + LAUGHS + content.partition(b"?>")[2])
    assert rule_of(file) == "workbook_bomb"


@pytest.mark.parametrize(
    "content, rule",
    [
        (hostile_files.laughing_workbook, "workbook_bomb"),
        (lambda: hostile_files.zip_bomb(64 * 1024 * 1024), "workbook_bomb"),
        (lambda: hostile_files.directory_bomb(100_000), "workbook_bomb"),
    ],
)
def test_bombs_are_not_opened(file: Path, content: Callable[[], bytes], rule: str) -> None:
    file.write_bytes(content())
    assert rule_of(file) == rule


def test_texts_that_cells_share_are_read(file: Path) -> None:
    file.write_bytes(hostile_files.workbook_of_texts(["甲", "b&amp;c"], [[1, 0], [0]]))
    with open_workbook(file) as book:
        assert list(book.sheets[0].rows(width=2)) == [("b&c", "甲"), ("甲", None)]


def test_a_row_that_takes_more_than_the_child_may_have(file: Path) -> None:
    draw = random.Random(7)
    cells = "".join(f"<c><v>{draw.randrange(10**9)}</v></c>" for _ in range(500_000)).encode()
    changed(
        file, "xl/worksheets/sheet1.xml", lambda content: content.replace(b"</row>", cells + b"</row>", 1)
    )
    assert rule_of(file) == "workbook_memory"


def test_parts_that_are_broken(file: Path) -> None:
    changed(file, "xl/worksheets/sheet1.xml", lambda content: content[: len(content) // 2])
    assert rule_of(file) == "workbook"


def test_a_number_of_a_text_that_is_not_there(file: Path) -> None:
    file.write_bytes(hostile_files.workbook_of_texts(["a"], [[1]]))
    assert rule_of(file) == "workbook"


def test_texts_of_cells_are_read_as_spreadsheets_write_them(tmp_path: Path) -> None:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    source = tmp_path / "strings.xml"
    source.write_bytes(
        f'<sst xmlns="{name}"><si><t>a&amp;b</t></si><si/><si><r><t>东</t></r><r><t xml:space="preserve"> 西</t></r>'
        "<rPh><t>dong</t></rPh></si><si><t></t></si></sst>".encode()
    )
    with source.open("rb") as file:
        found = read_strings(file)
    assert [found[at] for at in range(len(found))] == ["a&b", "", "东 西", ""]
    with pytest.raises(ValueError, match="no shared string"):
        found[4]
