"""The two sheets and their columns: titles in both languages, rules, choices. Houses as in A §2.2."""

import re
from typing import Final

from linli.domains.communities.xlsx import cells, words
from linli.domains.people.form_rules import STANDARD, Field, Form, custom_problem
from linli.kernel.workbooks.cells import Broken, short_text
from linli.kernel.workbooks.columns import Column, Labels, Sheet, choice_of

HOUSE_TYPES: Final[Labels] = {
    1: ("高层", "high-rise"),
    2: ("多层", "multi-storey"),
    3: ("别墅", "villa"),
    4: ("联排", "terraced"),
    5: ("叠排", "stacked"),
    6: ("公寓", "flat"),
    7: ("其他", "other"),
}
HOUSE_STATUSES: Final[Labels] = {1: ("自住", "owner-occupied"), 2: ("出租", "let"), 3: ("空置", "empty")}
MEMBER_TYPES: Final[Labels] = {
    1: ("业主", "owner"),
    2: ("家庭成员", "family member", "亲属", "relative", "家属"),
    3: ("租客", "tenant"),
    4: ("朋友", "friend"),
    5: ("同事", "colleague"),
    6: ("装修人员", "decorator"),
    7: ("保姆", "nanny"),
    8: ("司机", "driver"),
    9: ("其它", "other"),
}
SEXES: Final[Labels] = {1: ("男", "male"), 2: ("女", "female")}
DEGREES: Final[Labels] = {
    0: ("无", "none"),
    1: ("小学", "primary"),
    2: ("初中", "junior high"),
    3: ("职高", "vocational"),
    4: ("普高", "senior high"),
    5: ("中专", "technical secondary"),
    6: ("大专", "college"),
    7: ("本科", "bachelor"),
    8: ("硕士", "master"),
    9: ("博士", "doctor"),
}
POLITICS: Final[Labels] = {
    0: ("群众", "masses"),
    1: ("党员", "party member"),
    2: ("预备党员", "probationary member"),
    3: ("积极分子", "activist"),
    4: ("入党申请人", "applicant"),
    5: ("民主党派", "democratic party"),
}
MARRIAGES: Final[Labels] = {0: ("未婚", "single"), 1: ("已婚", "married"), 2: ("离异", "divorced")}


_PLACE: Final = (
    Column(
        "building", "楼栋", "Building", cells.code, True,
        hint_zh="楼栋编号，大写字母和数字，最多 10 位；总数达到两位数时请补零，如 1 幢填 01",
        hint_en="Number of the building: capital letters and digits, at most 10; pad with zeros, such as 01",
        also=("楼幢", "幢", "栋", "楼号", "楼栋号", "幢号", "栋号"), digits=True, zeros=True, shared=True,
    ),
    Column(
        "unit", "单元", "Unit", cells.code, True,
        hint_zh="单元编号，大写字母和数字，最多 10 位，如 01",
        hint_en="Number of the unit: capital letters and digits, at most 10, such as 01",
        also=("单元号",), digits=True, zeros=True, shared=True,
    ),
    Column(
        "house", "房号", "House", cells.code, True,
        hint_zh="房屋编号，大写字母和数字，最多 10 位；有四位房号时请补零，如 101 室填 0101",
        hint_en="Number of the house: capital letters and digits, at most 10; pad with zeros, such as 0101",
        also=("房屋", "室号", "房间号", "房屋编号", "室"), digits=True, zeros=True,
    ),
)  # fmt: skip

HOUSES: Final = Sheet(
    "houses",
    "房屋",
    "Houses",
    (
        *_PLACE,
        Column(
            "layout", "房屋户型", "Layout", cells.layout,
            hint_zh="几室/几厅/几卫，如 3/2/1", hint_en="Bedrooms/living rooms/bathrooms, such as 3/2/1",
            also=("户型",),
        ),
        Column(
            "area_m2", "建筑面积", "Area", cells.area, hint_zh="平方米", hint_en="Square metres",
            also=("面积",),
        ),
        Column("house_type", "房屋类型", "Type", choice_of(HOUSE_TYPES, words.HOUSE_TYPES), choices=HOUSE_TYPES),
        Column(
            "house_status", "房屋状态", "Status", choice_of(HOUSE_STATUSES, words.HOUSE_STATUSES),
            choices=HOUSE_STATUSES,
        ),
    ),
)  # fmt: skip
RESIDENTS: Final = Sheet(
    "residents",
    "住户",
    "Residents",
    (
        *_PLACE,
        Column("name", "姓名", "Name", cells.person_name, True, width=14),
        Column(
            "type", "身份", "Relation", choice_of(MEMBER_TYPES, words.RELATIONS), True, MEMBER_TYPES,
            hint_zh="与房屋的关系", hint_en="What the person is to the house", also=("与业主关系", "住户类型"),
        ),
        Column(
            "phone", "手机号", "Phone", cells.phone, width=16, distinct=True, digits=True,
            hint_zh="同一手机号视为同一人", hint_en="The same phone means the same person",
            also=("手机", "手机号码", "电话", "联系电话"),
        ),
        Column("sex", "性别", "Sex", choice_of(SEXES, words.SEXES), choices=SEXES),
        Column(
            "id_no", "证件号码", "ID number", cells.id_number, width=22, distinct=True, digits=True,
            also=("身份证号", "身份证号码", "证件号"),
        ),
        Column("age", "年龄", "Age", cells.age),
        Column("degree", "学历", "Degree", choice_of(DEGREES, words.DEGREES), choices=DEGREES),
        Column(
            "marriage", "婚姻状况", "Marriage", choice_of(MARRIAGES, words.MARRIAGES), choices=MARRIAGES,
            also=("婚姻",),
        ),
        Column("politics", "政治面貌", "Politics", choice_of(POLITICS, words.POLITICS), choices=POLITICS),
        Column("health", "健康状况", "Health", cells.health, width=16),
        Column("company", "工作单位", "Employer", short_text, width=20),
        Column("registry", "籍贯", "Native place", short_text, width=16),
        Column("residence_address", "户籍所在地", "Registered residence", short_text, width=24),
        Column("nationality", "国家（地区）", "Country or region", short_text, also=("国籍",)),
    ),
)  # fmt: skip
SHEETS: Final = (HOUSES, RESIDENTS)
_DATE_LABEL: Final = re.compile("日期|生日|\\bdate\\b|birthday", re.IGNORECASE)
CUSTOM: Final = "custom."
"""The prefix of the keys of a community's own fields."""


def sheets_for(form: Form) -> tuple[Sheet, Sheet]:
    """The sheets of a community: its visible fields in its order, its required fields, and its own fields."""
    fixed = [column for column in RESIDENTS.columns if column.key not in STANDARD]
    by_key = {column.key: column for column in RESIDENTS.columns}
    asked = [_asked(field, by_key) for field in form.fields if field.visible]
    return HOUSES, RESIDENTS._replace(columns=(*fixed, *asked))


def _asked(field: Field, by_key: dict[str, Column]) -> Column:
    if field.custom is None:
        return by_key[field.name]._replace(required=field.required)
    custom = field.custom
    labels = {choice.description: choice.value for choice in custom.choices}

    def read(text: str) -> str | Broken:
        value = labels.get(text, text)
        problem = custom_problem(custom, value)
        return Broken(*problem) if problem else value

    return Column(
        f"{CUSTOM}{field.name}",
        custom.label,
        custom.label,
        read,
        field.required,
        width=16,
        options=tuple(labels),
        also=(field.name,),
        dates=custom.kind == "string" and _DATE_LABEL.search(custom.label) is not None,
    )
