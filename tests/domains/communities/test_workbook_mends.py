"""What a workbook of houses and residents means although it does not say it as we do, and what is refused of it."""

import datetime

import openpyxl
import pytest
from openpyxl.styles import numbers

from linli.domains.communities.xlsx import cells, words
from linli.domains.communities.xlsx.columns import MEMBER_TYPES, RESIDENTS, SHEETS, sheets_for
from linli.domains.communities.xlsx.reading import place_of, read
from linli.domains.people.form_rules import Custom, Field, standard
from linli.kernel.workbooks import dates, report
from linli.kernel.workbooks.cells import Broken, Mended, choice, text_of
from linli.kernel.workbooks.groups import Answer, Answers, grouped
from linli.kernel.workbooks.merges import RANGES_MAX
from linli.kernel.workbooks.refusals import BadWorkbook
from tests.kernel.workbooks.test_hostile import changed

HOUSES = ("楼栋", "单元", "房号", "户型")
PEOPLE = ("楼栋", "单元", "房号", "姓名", "身份", "手机号", "证件号码")


def workbook(path, rows, head=HOUSES, *, formats=(), merged=()):
    book = openpyxl.Workbook()
    page = book.active
    for row in (head, *rows):
        page.append(list(row))
    for cell, number_format in formats:
        page[cell].number_format = number_format
    for span in merged:
        page.merge_cells(span)
    book.save(path)
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "in.xlsx"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1幢", "1"), ("1栋", "1"), ("01号楼", "01"), ("第3幢", "3"), ("12#", "12"), ("a座", "A"), ("二单元", "2"),
        ("2单元", "2"), ("十二层", "12"), ("二十一楼", "21"), ("0101室", "0101"), ("301 号房", "301"), ("Unit 2", "2"),
        ("Room 301", "301"),
    ],
)  # fmt: skip
def test_words_around_a_number_are_dropped(text, code):
    assert cells.code(text) == Mended(code, "suffix")


@pytest.mark.parametrize("text", ["3?1", "1幢2单元", "幢", "01-01", "甲乙"])
def test_what_is_no_number_stays_a_question(text):
    assert isinstance(cells.code(text), Broken)


@pytest.mark.parametrize(
    ("text", "layout", "kind"),
    [
        ("三室两厅一卫", "3/2/1", "layout"), ("3室2厅2卫", "3/2/2", "layout"), ("3房2厅1卫", "3/2/1", "layout"),
        ("四室二厅一厨二卫", "4/2/2", "layout"), ("3室2厅1厨2卫2阳台", "3/2/2", "layout"), ("3-2-1", "3/2/1", "layout"),
        ("十室两厅三卫", "10/2/3", "layout"), ("两室一厅", "2/1/0", "layout_short"),
    ],
)  # fmt: skip
def test_layouts_in_words(text, layout, kind):
    assert cells.layout(text) == Mended(layout, kind)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("户主", 1),
        ("妻子", 2),
        ("儿子", 2),
        ("租户", 3),
        ("住家保姆", None),
        ("阿姨", 7),
        ("Wife", 2),
        ("干爹", None),
    ],
)
def test_the_trades_words_for_a_relation(word, number):
    value = choice(word, MEMBER_TYPES, words.RELATIONS)
    assert value == Mended(number, "word") if number else value.rule == "choice"


def test_every_word_means_a_choice_that_there_is():
    columns = {column.key: column for sheet in SHEETS for column in sheet.columns}
    for key, known in [
        ("type", words.RELATIONS), ("sex", words.SEXES), ("house_type", words.HOUSE_TYPES), ("degree", words.DEGREES),
        ("house_status", words.HOUSE_STATUSES), ("marriage", words.MARRIAGES), ("politics", words.POLITICS),
    ]:  # fmt: skip
        for word, number in known.items():
            assert columns[key].read(word) in (Mended(number, "word"), number), (key, word)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+86 139-0000-0001", "13900000001"),
        ("0086 13900000001", "13900000001"),
        ("139 0000 0001", "13900000001"),
    ],
)
def test_phones_are_mended(text, phone):
    assert cells.phone(text) == Mended(phone, "phone")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1390000000", "phone_digits"), ("139000000012", "phone_digits"), ("3900000001", "phone_digits"),
        ("+86 1390000000", "phone_digits"), ("0571-88886666", "phone_landline"), ("88886666", "phone_landline"),
        ("12", "phone"), ("1.39E+10", "phone"),
    ],
)  # fmt: skip
def test_numbers_that_are_no_mobiles_are_refused(text, rule):
    assert cells.phone(text).rule == rule


@pytest.mark.parametrize("text", ["13900000001", "+85291234567", "+12025550123"])
def test_mobiles_are_taken_as_they_are(text):
    assert cells.phone(text) == text


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("11010519491231002X", ""), ("11010519491231002x", ""), ("110105194912310021", "id_check"),
        ("330106199002301230", "id_date"), ("330106900230123", "id_date"), ("3301069001011231", "id_digits"),
        ("330106900101123", ""), ("G12345678", ""), ("E1234567(8)", ""), ("12", "id_number"),
    ],
)  # fmt: skip
def test_id_numbers_that_cannot_be(number, rule):
    value = cells.id_number(number)
    assert getattr(value, "rule", "") == rule


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024/3/5", "2024-03-05"), ("2024年3月5日", "2024-03-05"), ("2024.03.05", "2024-03-05"),
        ("20240305", "2024-03-05"), ("2024-03-05T00:00:00", "2024-03-05"), ("25.3.2024", "2024-03-25"),
        ("3/25/2024", "2024-03-25"), ("5.5.2024", "2024-05-05"), ("45356", "2024-03-05"), ("5 Mar 2024", "2024-03-05"),
    ],
)  # fmt: skip
def test_dates_of_any_form(text, iso):
    assert dates.read(text).iso == iso


@pytest.mark.parametrize("text", ["2024-02-30", "30.2.2024", "2023年2月29日", "0.3.2024"])
def test_days_that_no_calendar_has(text):
    assert dates.read(text) == dates.Impossible()


def test_what_is_not_seen_is_not_read():
    assert text_of("\ufeff０１\u200b０１\u3000Ａ ") == "0101 A"
    assert text_of("e\u200d") == "e\u200d", "letters may be joined"


def test_merged_cells_say_the_same_of_the_rows_below(file, tmp_path):
    rows = [
        ("1幢", "1单元", "101", "三室两厅一卫"),
        (None, None, "102"),
        (None, None, "201"),
        (),
        ("2幢", "1", "101"),
    ]
    workbook(file, rows, merged=["A2:A5", "B2:B4", "D2:D3", "A9:B9"])
    reading = read(file)
    assert reading.problems == []
    assert [(row.number, *place_of(row)) for row in reading.houses] == [
        (2, "1", "1", "101"), (3, "1", "1", "102"), (4, "1", "1", "201"), (6, "2", "1", "101"),
    ]  # fmt: skip
    assert [row.values.get("layout") for row in reading.houses] == ["3/2/1", "3/2/1", None, None]
    counts = {(mend.column, mend.kind): mend.count for mend in reading.mends.all()}
    assert counts["building", "merged"] == 2
    assert counts["building", "suffix"] == 4
    assert counts["unit", "merged"] == 2
    (layout,) = [mend for mend in reading.mends.all() if mend.kind == "layout"]
    assert (layout.count, layout.examples[0].before, layout.examples[0].after) == (2, "三室两厅一卫", "3/2/1")
    marked = tmp_path / "marked.xlsx"
    problem = reading.fault(reading.houses[1], "house", "repeats", other=2)
    report.write(file, marked, reading.titles, [problem], language="en")
    assert len(read(marked).houses) == 4, "the marked workbook can be handed in again"


def test_a_merged_headline_and_titles_of_two_rows(file):
    rows = [("楼栋", "房屋", None, None), (None, "单元", "房号", "户型"), ("1", "1", "101", None)]
    workbook(file, rows, ("小区房屋登记表",), merged=["A1:D1", "A2:A3", "B2:D2"])
    reading = read(file)
    assert reading.problems == []
    assert [place_of(row) for row in reading.houses] == [("1", "1", "101")]


def test_merged_ranges_of_a_whole_sheet_are_two_numbers(file):
    workbook(file, [("1", "1", "101"), (None, None, "102")])
    ranges = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % row for row in range(2, 5_000))
    spans = b'<mergeCells count="2">' + ranges + b"</mergeCells></worksheet>"
    changed(file, "xl/worksheets/sheet1.xml", lambda part: part.replace(b"</worksheet>", spans))
    reading = read(file)
    assert (reading.rows, [place_of(row)[0] for row in reading.houses]) == (2, ["1"])


def test_more_merged_ranges_than_a_town_has_are_refused(file):
    workbook(file, [("1", "1", "101")])
    span = b'<mergeCell ref="A1:A2"/>' * (RANGES_MAX + 1)
    changed(
        file, "xl/worksheets/sheet1.xml", lambda part: part.replace(b"</worksheet>", span + b"</worksheet>")
    )
    with pytest.raises(BadWorkbook):
        read(file)


def test_a_number_format_with_zeros_keeps_them(file):
    workbook(file, [("1", "1", 202), ("1", "1", 1202)], formats=[("C2", "0000"), ("C3", "0000")])
    reading = read(file)
    assert [place_of(row)[2] for row in reading.houses] == ["0202", "1202"]
    assert [(mend.kind, mend.count) for mend in reading.mends.all() if mend.column == "house"] == [
        ("zeros", 1), ("number", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "houses", "rules"),
    [
        ([], ["0101", "1203"], ["zeros_lost", "zeros_lost"]),
        ([("pad", "")], ["0101", "0202", "1203", "0303"], []),
        ([("keep", "")], ["0101", "202", "1203", "303"], []),
        ([("leave_out", "")], ["0101", "1203"], []),
    ],
)
def test_numbers_that_lost_their_zeros_are_asked_for_once(file, answers, houses, rules):
    workbook(file, [("1", "1", "0101"), ("1", "1", 202), ("1", "1", 1203), ("1", "1", 303)])
    given = Answers([Answer("houses/house/zeros_lost", action, value) for action, value in answers])
    reading = read(file, answers=given)
    assert [place_of(row)[2] for row in reading.houses] == houses
    assert [problem.rule for problem in reading.problems] == rules
    assert len(reading.left_out) == (2 if answers == [("leave_out", "")] else 0)


def own_field(label):
    form = standard()
    field = Field("moved", True, False, True, Custom(label=label, kind="string", max_length=32))
    return sheets_for(type(form)([*form.fields, field]))


@pytest.mark.parametrize(
    ("texts", "answer", "values"),
    [
        (["5.3.2024", "25.3.2024"], None, ["2024-03-05", "2024-03-25"]),
        (["5/3/2024", "3/25/2024"], None, ["2024-05-03", "2024-03-25"]),
        (["5/3/2024", "2024/3/5"], None, ["2024-03-05"]),
        (["5/3/2024"], ("take", "dmy"), ["2024-03-05"]),
        (["5/3/2024"], ("empty", ""), [None]),
        ([datetime.date(2024, 3, 5), 45356], None, ["2024-03-05", "2024-03-05"]),
    ],
)
def test_dates_of_a_communitys_own_field(file, texts, answer, values):
    rows = [("1", "1", "101", f"李{at}", 1, None, text) for at, text in enumerate(texts)]
    workbook(file, rows, (*PEOPLE[:6], "入住日期"), formats=[("G3", numbers.FORMAT_GENERAL)])
    given = Answers([Answer("residents/custom.moved/date_order", *answer)] if answer else [])
    reading = read(file, sheets=own_field("入住日期"), answers=given)
    assert [row.values.get("custom.moved") for row in reading.residents] == values
    assert len(reading.problems) == len(texts) - len(values)


def test_faults_are_grouped_and_one_answer_settles_all_of_a_kind(file):
    rows = [
        ("1", "1", "101", "李一", "干爹", "1390000000", None), ("1", "1", "101", "李二", "干爹", None, None),
        ("1", "1", "101", "李三", "干妈", "0571-88886666", None), (None, "1", "101", "李四", "业主", None, None),
    ]  # fmt: skip
    workbook(file, rows, PEOPLE)
    reading = read(file)
    groups = {group.id: group for group in grouped(reading.problems, reading.sheets)}
    assert {(key, group.count, *group.actions) for key, group in groups.items()} == {
        ("residents/type/choice/干爹", 2, "take", "leave_out"), ("residents/type/choice/干妈", 1, "take", "leave_out"),
        ("residents/phone/phone_digits", 1, "empty", "leave_out"),
        ("residents/phone/phone_landline", 1, "keep", "empty", "leave_out"),
        ("residents/building/required", 1, "take", "leave_out"),
    }  # fmt: skip
    answers = Answers(
        [
            Answer("residents/type/choice/干爹", "take", "2"), Answer("residents/type/choice/干妈", "leave_out"),
            Answer("residents/phone/phone_digits", "empty"), Answer("residents/building/required", "take", "1幢"),
        ]
    )  # fmt: skip
    reading = read(file, answers=answers)
    assert reading.problems == []
    assert [(row.values["name"], row.values["type"], row.values.get("phone")) for row in reading.residents] == [
        ("李一", 2, None), ("李二", 2, None), ("李四", 1, None),
    ]  # fmt: skip
    assert reading.left_out == {("residents", 4)}


def test_a_column_that_all_rows_lack_is_answered_once(file):
    workbook(file, [("1", "101"), ("1", "102")], ("楼栋", "房号"))
    (problem,) = read(file).problems
    assert (problem.rule, problem.key) == ("missing_column", "unit")
    reading = read(file, answers=Answers([Answer("houses/unit/missing_column", "take", "1")]))
    assert [place_of(row) for row in reading.houses] == [("1", "1", "101"), ("1", "1", "102")]


def test_answers_that_do_not_fit_change_nothing(file):
    workbook(file, [("1", "1", "101", None, 1, None)], PEOPLE[:6])
    answers = Answers(
        [Answer("residents/name/required", "take", "x"), Answer("residents/name/required", "empty")]
    )
    assert [problem.rule for problem in read(file, answers=answers).problems] == ["required"]
    assert RESIDENTS.columns[3].key == "name"
