"""The workbook of employees: the empty form, the filled-in form, and the community's export."""

import re
from collections.abc import Sequence
from typing import Final

from linli.domains.communities.xlsx import cells
from linli.domains.people import person_rules
from linli.domains.people.service.departments import DEPTH_MAX
from linli.domains.people.service.departments import NAME_MAX as DEPARTMENT_MAX
from linli.domains.people.service.employees import NAME_MAX
from linli.kernel.late import LOADING
from linli.kernel.tables import book_bytes, new_book
from linli.kernel.workbooks.cells import Broken
from linli.kernel.workbooks.columns import Column, Sheet

ROWS_MAX: Final = 5000
_BETWEEN = re.compile(r"[;；、,，\n]")
_STEP = re.compile(r"\s*[/／>＞]\s*")


def _name(text: str) -> str | Broken:
    cleaned = person_rules.clean_person_name(text)
    problem = person_rules.name_problem(cleaned, longest=NAME_MAX)
    return Broken(problem, {"limit": NAME_MAX}) if problem else cleaned


def _departments(text: str) -> list[tuple[str, ...]] | Broken:
    """Ways from the top, such as (工程部, 水暖组)."""
    ways = []
    for part in _BETWEEN.split(text):
        way = tuple(" ".join(step.split()) for step in _STEP.split(part.strip()))
        if not any(way):
            continue
        if not all(way):
            return Broken("format", {"example": "工程部/水暖组；客服部"})
        if len(way) > DEPTH_MAX:
            return Broken("department.too_deep", {"limit": DEPTH_MAX})
        if any(len(step) > DEPARTMENT_MAX for step in way):
            return Broken("too_long", {"limit": DEPARTMENT_MAX})
        ways.append(way)
    return list(dict.fromkeys(ways))


EMPLOYEES: Final = Sheet(
    "employees",
    "员工",
    "Employees",
    (
        Column("name", "姓名", "Name", _name, True, width=14, also=("员工姓名",)),
        Column(
            "phone", "手机号", "Phone", cells.any_phone, True, width=16,
            hint_zh="同一手机号视为同一人", hint_en="The same phone means the same person",
            also=("手机", "手机号码", "电话", "联系电话"),
        ),
        Column(
            "departments", "部门", "Departments", _departments, width=36,
            hint_zh="从上级到下级用 / 隔开，多个部门用分号隔开，如 工程部/水暖组；客服部。没有的部门会新建",
            hint_en="From the top down with /, several with ; such as Works/Plumbing; Front desk. Absent ones are made",
            also=("所属部门", "组织"),
        ),
    ),
)  # fmt: skip


def template(language: str, ways: Sequence[str] = ()) -> bytes:
    """The empty workbook; `ways` are the departments that it offers. Other texts there are accepted too."""
    *others, departments = EMPLOYEES.columns
    sheet = EMPLOYEES._replace(columns=(*others, departments._replace(options=tuple(ways), open=True)))
    return _book(language, [], sheet)


def filled(language: str, rows: list[tuple[str, str, str]]) -> bytes:
    """A workbook of (name, phone, departments), which can be imported again."""
    return _book(language, rows)


def _book(language: str, rows: list[tuple[str, str, str]], sheet: Sheet = EMPLOYEES) -> bytes:
    with LOADING:
        from linli.kernel.workbooks.template import add_sheet  # takes 0.15 s: not at every start

    book = new_book(streamed=False)
    page = add_sheet(book, sheet, language)
    for row in rows:
        page.append(row)
    return book_bytes(book)
