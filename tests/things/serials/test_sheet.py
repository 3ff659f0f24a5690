"""A maker's file: what is read, and what is said of each fault."""

import io
from typing import Any

import openpyxl
import pytest

from linli.kernel.errors import BadInput
from linli.things.serials import sheet

HEAD = "vpcInstanceId,snCode,deviceName,productKey\n"


def faults(read: sheet.Sheet) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.rule) for problem in read.problems]


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_printed_sample_row_is_read() -> None:
    """V19 (2.5.txt:53-55)."""
    read = sheet.read(f"{HEAD}vpcinstance001,wang_0001,wangjing_0001,a1yKQvJ5gTo\n".encode())
    [row] = read.rows
    assert (row.number, row.entry.vpc_instance_id, row.entry.sn) == (2, "vpcinstance001", "wang_0001")
    assert (row.entry.device_name, row.entry.product_key) == ("wangjing_0001", "a1yKQvJ5gTo")
    assert (read.total, read.problems) == (1, [])


def test_the_template_reads_back() -> None:
    read = sheet.read(sheet.template())
    assert [row.entry.sn for row in read.rows] == ["wang_0001"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_as_programs_write_them(encoding: str, delimiter: str) -> None:
    lines = ["SN码,设备名称,产品Key", " 0001 ,门口机-01x,a1yKQvJ5gTo", "0002,door-02,a1yKQvJ5gTo"]
    read = sheet.read("\r\n".join(line.replace(",", delimiter) for line in lines).encode(encoding))
    assert [row.entry.sn for row in read.rows] == ["0002"]
    assert faults(read) == [(2, "deviceName", "device_name")]


def test_numbers_of_a_workbook_are_read_as_people_see_them() -> None:
    read = sheet.read(
        workbook(("snCode", "deviceName", "productKey"), (20260001.0, "door-01", "a1yKQvJ5gTo"))
    )
    assert [row.entry.sn for row in read.rows] == ["20260001"]


def test_every_fault_is_told_with_its_place() -> None:
    rows = [
        "v,,door-01,a1k", "v,a b,door-02,a1k", "v,s3,x,", "v,s4,door-04,a1k", "v,s4,door-05,a1k",
        "v,s6,door-04,a1k", f"v,{'x' * 65},door-06,a1k",
    ]  # fmt: skip
    read = sheet.read((HEAD + "\n".join(rows)).encode())
    assert faults(read) == [
        (2, "snCode", "required"), (3, "snCode", "serial_number"), (4, "productKey", "required"),
        (4, "deviceName", "device_name"), (6, "snCode", "twice_in_file"), (7, "deviceName", "twice_in_file"),
        (8, "snCode", "too_long"),
    ]  # fmt: skip
    assert [row.entry.sn for row in read.rows] == ["s4"]
    assert {problem.text("en") for problem in read.problems} >= {"must be given", "stands in row 5 already"}


def test_a_blank_row_between_others_is_a_fault_and_one_at_the_end_is_not() -> None:
    rows = "v,s1,door-01,a1k\n,,,\nv,s2,door-02,a1k\n,,,\n\n"
    assert faults(sheet.read((HEAD + rows).encode())) == [(3, "", "blank_row")]


def test_a_file_has_at_most_a_thousand_rows() -> None:
    rows = [f"v,s{n},door-{n:04d},a1k" for n in range(1001)]
    assert faults(sheet.read((HEAD + "\n".join(rows[:1000])).encode())) == []
    assert faults(sheet.read((HEAD + "\n".join(rows)).encode())) == [(1002, "", "serial_rows")]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "serial_file"),
        (b"\x00\x01\x02", "serial_file"),
        (b"PK\x03\x04 no zip", "serial_file"),
        (b"snCode,deviceName\na,b\n", "serial_columns"),
        (b"x" * (sheet.FILE_BYTES + 1), "file_too_large"),
        (workbook(), "serial_columns"),
    ],
)
def test_what_is_no_such_file_is_refused_by_name(content: bytes, rule: str) -> None:
    with pytest.raises(BadInput) as refused:
        sheet.read(content)
    assert (refused.value.field, refused.value.facts["rule"]) == ("file", rule)
