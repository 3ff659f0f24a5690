"""The workbook alone: template, reading, faults, marked-up copy."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from linli.domains.communities.xlsx import export, template
from linli.domains.communities.xlsx.columns import RESIDENTS as RESIDENTS_SHEET
from linli.domains.communities.xlsx.reading import place_of, read
from linli.kernel import i18n
from linli.kernel.workbooks import report
from linli.kernel.workbooks.refusals import STRINGS_MAX, BadWorkbook

HOUSES = ("楼栋", "单元", "房号", "房屋户型", "建筑面积", "房屋类型", "房屋状态")
RESIDENTS = ("楼栋", "单元", "房号", "姓名", "身份", "手机号", "性别")


def workbook(path, houses=(), residents=(), *, heads=(HOUSES, RESIDENTS), above=()):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "房屋"
    for row in (*above, heads[0], *houses):
        page.append(list(row))
    page = book.create_sheet("住户")
    for row in (heads[1], *residents):
        page.append(list(row))
    book.save(path)
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "houses.xlsx"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_template_reads_back_empty_and_has_drop_downs(file, language):
    file.write_bytes(template.build(language))
    reading = read(file)
    assert (reading.rows, reading.problems, reading.ignored_columns) == (0, [], [])
    assert set(reading.places) == {"houses", "residents"}
    page = openpyxl.load_workbook(file).worksheets[0]
    lists = [rule.formula1 for rule in page.data_validations.dataValidation]
    assert len(lists) == 2
    assert "1:高层" in lists[0] or "1:high-rise" in lists[0]
    assert all(len(text) <= 257 for text in lists), "spreadsheets cut longer lists"


def test_what_people_type_is_understood(file):
    workbook(
        file,
        houses=[
            ("a1", "1", 1101.0, "3/2/1", "89.5㎡", "1:高层", "自住"),
            (None,) * 7,
            ("０１", " 02 ", "0101", None, "1,200", "6：公寓", 2),
            ("B", "1", "2", None, None, "villa", None),
        ],
        residents=[
            ("a1", 1, 1101, " 李 白 ", "业主", 13900000001, "男"),
            ("A1", "1", "1101", "李伯禽", 2, "", "1"),
        ],
        above=[("小区房屋登记表",), ()],
        heads=((*HOUSES[:3], "户型", "建筑面积 (平方米)", "房屋类型*", "房屋状态", "备注"), RESIDENTS),
    )
    reading = read(file)
    assert reading.problems == []
    assert reading.ignored_columns == ["备注"]
    assert [(row.number, place_of(row)) for row in reading.houses] == [
        (4, ("A1", "1", "1101")),
        (6, ("01", "02", "0101")),
        (7, ("B", "1", "2")),
    ]
    assert reading.houses[0].values["area_m2"] == 89.5
    assert reading.houses[1].values == {
        "building": "01", "unit": "02", "house": "0101", "area_m2": 1200.0, "house_type": 6, "house_status": 2,
    }  # fmt: skip
    assert reading.houses[2].values["house_type"] == 3
    assert reading.residents[0].values | {"building": ""} == {
        "building": "", "unit": "1", "house": "1101", "name": "李 白", "type": 1, "phone": "13900000001", "sex": 1,
    }  # fmt: skip
    assert "phone" not in reading.residents[1].values


def test_every_fault_by_row_and_column_at_once(file):
    workbook(
        file,
        houses=[
            ("1?幢", "", "01-01", "3室", -1, 9, "住"),
            ("01", "01", "01234567890", None, "abc", None, None),
            ("01", "01", datetime.date(2026, 1, 1), None, None, None, None),
        ],
        residents=[("01", "01", "0101", "x" * 65, None, "12", "x")],
    )
    found = [(p.sheet, p.row, p.column, p.rule) for p in read(file).problems]
    assert found == [
        ("houses", 2, "A", "code"),
        ("houses", 2, "B", "required"),
        ("houses", 2, "C", "code"),
        ("houses", 2, "D", "format"),
        ("houses", 2, "E", "number"),
        ("houses", 2, "F", "choice"),
        ("houses", 2, "G", "choice"),
        ("houses", 3, "C", "too_long"),
        ("houses", 3, "E", "number"),
        ("houses", 4, "C", "code"),
        ("residents", 2, "D", "too_long"),
        ("residents", 2, "E", "required"),
        ("residents", 2, "F", "phone"),
        ("residents", 2, "G", "choice"),
    ]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_fault_has_words(file, language):
    workbook(
        file, houses=[("1?幢", "", "01-01", "3室", -1, 9, "住")], residents=[("", "", "", "", "", "1", "")]
    )
    for problem in read(file).problems:
        said = problem.text(language)
        assert not said.startswith("rule."), problem
        assert "{" not in said, problem


def test_a_missing_column_is_one_fault(file):
    workbook(file, houses=[("01", "01")], heads=(("楼栋", "房号"), RESIDENTS))
    (problem,) = read(file).problems
    assert (problem.sheet, problem.row, problem.title, problem.rule) == (
        "houses",
        1,
        "单元",
        "missing_column",
    )


def test_one_sheet_alone_and_extra_sheets(file):
    workbook(
        file, residents=[("01", "01", "0101", "李白", 1, None, None)], heads=(("项目", "说明"), RESIDENTS)
    )
    reading = read(file)
    assert (len(reading.residents), set(reading.places)) == (1, {"residents"})


def test_files_that_are_no_workbook(tmp_path):
    bad = tmp_path / "bad.xlsx"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("hello.txt", "hello")
    for content in (b"", b"name,phone\n", packed.getvalue()):
        bad.write_bytes(content)
        with pytest.raises(BadWorkbook) as refused:
            read(bad)
        assert refused.value.field == "file"
    workbook(bad, heads=(("a",), ("b",)))
    with pytest.raises(BadWorkbook) as refused:
        read(bad)
    assert refused.value.facts["rule"] == "no_known_sheet"


def test_texts_that_take_too_much_are_refused_before_they_are_read(tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(STRINGS_MAX + 1))
    with pytest.raises(BadWorkbook) as refused:
        read(bomb)
    assert (refused.value.facts["rule"], refused.value.facts["limit"]) == ("workbook_too_large", "64 MiB")


def test_the_marked_copy_says_what_is_wrong_where(file, tmp_path):
    workbook(file, houses=[("1?幢", "01", "0101", None, "=1+1", None, None), ("02", "01", "0101")])
    reading = read(file)
    target = tmp_path / "report.xlsx"
    report.write(file, target, reading.titles, reading.problems, language="zh-CN")
    page = openpyxl.load_workbook(target)["房屋"]
    assert page["A1"].value == "问题"
    assert "只能包含大写字母和数字" in page["A2"].value
    assert (page["B2"].value, page["B2"].fill.fgColor.rgb) == ("1?幢", "00FDE2E2")
    assert "大写字母" in page["B2"].comment.text
    assert [cell.value for cell in page[3]][:4] == [None, "02", "01", "0101"]


def test_what_is_exported_comes_back_as_it_was(file):
    names = ["=1+1", "-张", "@li", "'=x", "O'Neil", "+8"]
    rows = [{"building": "01", "unit": "01", "house": "0101", "name": name, "type": 1} for name in names]
    file.write_bytes(export.build([(RESIDENTS_SHEET, rows)], "zh-CN"))
    assert [cell.data_type for (cell,) in openpyxl.load_workbook(file)["住户"]["D2:D7"]] == ["s"] * 6
    assert [row.values["name"] for row in read(file).residents] == names
