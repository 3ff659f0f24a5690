"""Cells that people take away: nothing in them runs, and what is read back is what was written."""

import csv
import io

import openpyxl
import pytest

from linli.kernel.tables import TablePage, book_bytes, harmless, new_book, original, write_csv

HOSTILE = ("=1+1", "+cmd", "-2", "@SUM(A1)", "\tx", "\rx", "\n=1", "\uff1d1", "'=1", "''=1", "'-")
PLAIN = ("a=1", "'a", "'", "", "1-2", "O'Neil", "中")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_run_does_not(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert original(harmless(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_what_would_not_stays(text: str) -> None:
    assert harmless(text) == text
    assert original(text) == text


def test_values_that_are_no_text_stay() -> None:
    assert [harmless(value) for value in (-5, 1.5, None, True)] == [-5, 1.5, None, True]


def test_csv_and_workbooks_are_made_by_it() -> None:
    rows = [HOSTILE, PLAIN, (-5, 1.5)]
    text = write_csv(rows).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text, newline=""))) == [f"'{one}" for one in HOSTILE]
    for streamed in (True, False):
        book = new_book(streamed=streamed)
        page = TablePage(book, "p")
        for row in rows:
            page.append(row)
        page.append([page.cell("=2")] if streamed else ["=2"])
        read = openpyxl.load_workbook(io.BytesIO(book_bytes(book)))["p"]
        first = [cell.value.replace("_x000D_", "\r") for cell in read[1]]
        assert [one.replace("\r", "").replace("\n", "") for one in first] == [
            f"'{one}".replace("\r", "").replace("\n", "") for one in HOSTILE
        ]
        assert all(cell.data_type == "s" for cell in read[1])
        assert read["A4"].value == "'=2"
        assert [cell.value for cell in read[3]][:2] == [-5, 1.5]


def test_control_characters_do_not_spoil_a_book() -> None:
    book = new_book()
    TablePage(book, "p").append(["a\x00b\x1bc"])
    assert openpyxl.load_workbook(io.BytesIO(book_bytes(book)))["p"]["A1"].value == "abc"
