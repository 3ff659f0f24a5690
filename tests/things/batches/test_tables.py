"""Tables handed in and taken away."""

import pytest

from linli.kernel.errors import BadInput
from linli.kernel.tables import write_csv
from linli.things.batches import sheet
from linli.things.tables import read_csv


def test_nothing_that_a_spreadsheet_would_run_leaves_and_all_comes_back() -> None:
    rows = [["=cmd|' /C calc'!A0", "+1", "-A1:A9", "@SUM", "plain", 'a,"b"']]
    text = write_csv(rows)
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.decode("utf-8-sig").startswith("'=cmd|' /C calc'!A0,'+1,'-A1:A9,'@SUM,plain,")
    assert list(read_csv(text, rule="batch_file")) == rows


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_names_are_read_as_people_save_them(encoding: str, comma: str) -> None:
    text = f"设备名称*{comma}备注\r\nIPC-0001{comma}1号楼 东门\r\n\r\n IPC-0002 {comma}\r\n{comma}\r\n"
    read = sheet.read(text.encode(encoding))
    assert [(row.number, row.device_name, row.remark) for row in read.rows] == [
        (2, "IPC-0001", "1号楼 东门"),
        (4, "IPC-0002", ""),
    ]
    assert (read.total, read.problems) == (2, [])


def test_every_fault_is_told_by_row_and_column() -> None:
    text = "DeviceName,Remark,SN\nok-1,,\nbad name,,a b\nok-1,,\n,x,\n" + f"long,{'x' * 129},\n"
    read = sheet.read(text.encode())
    assert [(p.row, p.column, p.rule) for p in read.problems] == [
        (3, "DeviceName", "device_name"),
        (3, "SN", "serial_number"),
        (4, "DeviceName", "twice_in_file"),
        (5, "DeviceName", "required"),
        (6, "Remark", "too_long"),
    ]
    assert [row.device_name for row in read.rows] == ["ok-1"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "table"),
        (b"PK\x03\x04\x00", "table"),
        (b"Name\nx\n", "DeviceName"),
        (b"DeviceName\n\n", "no rows"),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, rule: str) -> None:
    with pytest.raises(BadInput) as refused:
        sheet.read(content)
    assert rule in refused.value.text("en")


def test_ten_thousand_rows_and_no_more() -> None:
    lines = "DeviceName\n" + "".join(f"IPC-{n:05}\n" for n in range(sheet.ROWS_MAX + 1))
    read = sheet.read(lines.encode())
    assert len(read.rows) == sheet.ROWS_MAX
    assert [p.rule for p in read.problems] == ["batch_rows"]
