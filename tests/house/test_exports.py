"""Every cell that people take away is written by `linli.kernel.tables`, which makes it harmless: nothing goes past it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "linli"
WRITER = SOURCE / "kernel" / "tables.py"
MAKERS = {"Workbook", "WriteOnlyCell"}
RAW_CALLS = {"append", "cell"}
"""Of a sheet of openpyxl: they write a cell as it is."""


def bypasses(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="csv"), attr=("writer" | "DictWriter") as name):
                yield f"line {node.lineno}: csv.{name}"
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "openpyxl":
                yield from (f"line {node.lineno}: {one.name}" for one in names if one.name in MAKERS)
            case ast.ImportFrom(module="csv", names=names):
                yield from (f"line {node.lineno}: csv.{one.name}" for one in names if "riter" in one.name)
            case ast.Attribute(value=ast.Name(id="openpyxl"), attr="Workbook"):
                yield f"line {node.lineno}: openpyxl.Workbook"
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="sheet"), attr=name)) if (
                name in RAW_CALLS
            ):
                yield f"line {node.lineno}: a cell of the raw sheet"
            case ast.Constant(value=bytes(content)) if content.startswith(b"\xef\xbb\xbf"):
                yield f"line {node.lineno}: a CSV put together by hand"


def test_no_export_goes_past_the_one_writer() -> None:
    found = [
        f"{path.relative_to(SOURCE)}, {problem}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path != WRITER
        for problem in bypasses(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "write tables with linli.kernel.tables: " + "; ".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "import csv\ncsv.writer(out).writerow(row)",
        "from csv import DictWriter",
        "from openpyxl import Workbook",
        "import openpyxl\nopenpyxl.Workbook()",
        "from openpyxl.cell import WriteOnlyCell",
        "page.sheet.append(row)",
        "page.sheet.cell(1, 1, text)",
        "yield b'\\xef\\xbb\\xbfname\\r\\n'",
    ],
)
def test_every_way_past_it_is_seen(source: str) -> None:
    assert list(bypasses(ast.parse(source)))


def test_reading_and_looks_are_free() -> None:
    source = "import csv\ncsv.reader(lines)\nfrom openpyxl.styles import Font\npage.sheet.freeze_panes = 1\na.append(1)"
    assert not list(bypasses(ast.parse(source)))
