"""Workbooks of devices under a protocol: the empty form with drop-downs, the filled-in form, and the export.

The columns are those of the source's 批量导入 templates. The same forms check a row and a device that is typed in. Spec C
8.4, 8.6, 17 (A4).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from linli.domains.boxes.catalogue.library import DOOR_DEVICE, DOOR_SYSTEM, DOOR_TERMINAL, library
from linli.domains.boxes.devices.forms import PEOPLE, Shape
from linli.kernel.late import LOADING
from linli.kernel.tables import TablePage, book_bytes, new_book
from linli.kernel.workbooks import cells
from linli.kernel.workbooks.columns import Column, Sheet

ROWS_MAX: Final = 1000
"""A gateway takes no more devices behind it."""
_MODELS: Final = "_models"
"""A hidden page: the models of each brand below its name."""
_LAST_ROW: Final = 1_048_576

TYPES: Final = {
    "face": ("人脸门禁", "face"),
    "qrcode": ("二维码门禁", "QR code"),
    "card": ("刷卡门禁", "card"),
    "bluetooth": ("蓝牙门禁", "Bluetooth"),
    "video": ("可视对讲", "intercom"),
}
MODES: Final = {"edge": ("边侧比对", "at the box"), "device": ("端侧比对", "at the door")}
SWITCH: Final = {1: ("开", "on"), 0: ("关", "off")}


def _words[K](words: Mapping[K, tuple[str, str]]) -> Callable[[str], Any]:
    """One of some words in either language, or what it stands for."""
    keys_by_word = {name.casefold(): key for key, names in words.items() for name in (*names, str(key))}

    def read(text: str) -> Any:
        plain = text.replace("：", ":").rpartition(":")[2].strip()
        last = plain.replace("-", "/").rpartition("/")[2]  # 智慧社区/人员通行/人脸门禁, with / or -
        for candidate in (text, plain, last):
            if candidate.casefold() in keys_by_word:
                return keys_by_word[candidate.casefold()]
        return cells.Broken("one_of", {"allowed": "、".join(names[0] for names in words.values())})

    return read


def _number(text: str) -> Any:
    """A whole number, also as `55%`; anything else is left for the form to judge."""
    plain = text.removesuffix("%").strip()
    try:
        number = float(plain)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _celsius(text: str) -> str:
    """`37` is 37.0; more decimals than one are left for the form to judge."""
    plain = text.removesuffix("℃").removesuffix("°C").strip()
    return f"{plain}.0" if plain.isdecimal() else plain


_NAME = Column(
    "deviceName",
    "设备名称",
    "Device name",
    str,
    True,
    width=22,
    distinct=True,
    hint_zh="IoT 编码，每台设备唯一，如 HJSB-000205",
    hint_en="IoT code, unique, such as HJSB-000205",
    also=("DeviceName", "IoT编码", "IoT 编码"),
)
_ALIAS = Column(
    "alias",
    "设备别名",
    "Alias",
    str,
    True,
    width=22,
    also=("备注名称",),
    hint_zh="如 人脸门禁设备000028，可以重复",
    hint_en="How people call it; may repeat",
)
_IP = Column("ip", "IP", "IP", str, True, width=16, distinct=True, also=("设备IP", "IP地址", "服务器IP"))
_LIMITS = (
    Column("maxThreshold", "人脸测温上限", "Highest temperature", _celsius, width=14, also=("测温上限",),
           hint_zh="开启测温时必填，30.0-45.0，一位小数", hint_en="When measured: 30.0 to 45.0, one decimal"),
    Column("minThreshold", "人脸测温下限", "Lowest temperature", _celsius, width=14, also=("测温下限",),
           hint_zh="开启测温时必填，低于上限", hint_en="When measured: below the highest"),
)  # fmt: skip
_SWITCH = Column(
    "isCheck",
    "人脸测温开关",
    "Measures temperature",
    _words(SWITCH),
    width=14,
    options=tuple(names[0] for names in SWITCH.values()),
    hint_zh="型号支持测温时必填",
    hint_en="Where the model can",
)
_SIMILARITY_ALSO: Final = ("人脸匹配相识度", "人脸匹配相似度", "人脸匹配度", "相似度")


def _logical(system: bool) -> tuple[Column, ...]:
    """Forms A and B."""
    brands = [
        preset.brand
        for preset in library().presets
        if preset.driver == (DOOR_SYSTEM if system else DOOR_DEVICE)
    ]
    return (
        _NAME._replace(hint_zh="IoT 编码加后缀：.1 人脸 .2 二维码 .3 刷卡 .4 蓝牙 .5 可视对讲，如 HJSB-000205.1",
                       hint_en="IoT code and .1 face, .2 QR code, .3 card, .4 Bluetooth, .5 intercom"),
        _ALIAS,
        Column("category", "设备品类", "Category", _words(TYPES), True, width=30,
               options=tuple(f"智慧社区/人员通行/{names[0]}" for names in TYPES.values()), also=("功能定义",)),
        Column("accessType", "门禁类型", "Kind of door", _words(TYPES), True, width=14,
               options=tuple(names[0] for names in TYPES.values())),
        _IP,
        Column("port", "端口", "Port", _number, True, also=("端口号", "设备端口"),
               hint_zh="门禁设备自己的端口，0-65535", hint_en="The door's own port, 0 to 65535"),
        *((Column("uniqueId", "设备唯一标识", "Unique number", str, True, width=18, distinct=True,
                  also=("UC码", "设备ID", "设备唯一编码")),) if system else ()),
        Column("faceCompareMode", "人脸比对方式", "Faces compared", _words(MODES), width=14,
               options=tuple(names[0] for names in MODES.values()), hint_zh="仅人脸门禁", hint_en="Face only"),
        Column("faceSimilarity", "人脸匹配相似度", "Similarity", _number, width=14, also=_SIMILARITY_ALSO,
               hint_zh="仅人脸门禁，0-100 的整数，默认 55", hint_en="Face only: 0 to 100, 55 when empty"),
        _SWITCH._replace(hint_zh="仅人脸门禁，默认关", hint_en="Face only; off when empty"),
        *_LIMITS,
        Column("algorithmIp", "算法服务地址IP", "Algorithm IP", str, width=16, distinct=True,
               also=("人脸比对算法服务地址IP", "人脸识别算法服务地址IP", "算法IP"),
               hint_zh="端侧比对时必填", hint_en="When compared at the door"),
        Column("algorithmPort", "算法服务地址端口", "Algorithm port", _number, width=14,
               also=("人脸比对算法服务地址端口号", "人脸识别算法服务地址端口号", "算法端口"),
               hint_zh="端侧比对时必填", hint_en="When compared at the door"),
        Column("brand", "品牌", "Brand", str, width=14, options=tuple(brands), open=True,
               hint_zh="可不填", hint_en="May be empty"),
    )  # fmt: skip


def _terminal() -> tuple[Column, ...]:
    """Form C."""
    brands = dict.fromkeys(model.brand for model in library().search(kind="people", driver=DOOR_TERMINAL))
    return (
        _NAME, _ALIAS, _IP,
        Column("brand", "品牌", "Brand", str, True, width=14, options=tuple(brands)),
        Column("model", "型号", "Model", str, True, width=26, hint_zh="先选品牌，再选型号",
               hint_en="Choose the brand first"),
        Column("algorithmIp", "算法IP", "Algorithm IP", str, width=16, distinct=True,
               hint_zh="端侧人脸识别的型号必填", hint_en="For models that compare faces themselves"),
        Column("algorithmPort", "算法端口", "Algorithm port", _number, hint_zh="同上，0-65535",
               hint_en="The same, 0 to 65535"),
        Column("faceSimilarity", "人脸匹配相识度", "Similarity", _number, width=16, also=_SIMILARITY_ALSO,
               hint_zh="支持人脸的型号必填，0-100 的整数", hint_en="For models with faces: 0 to 100"),
        _SWITCH, *_LIMITS,
        Column("elevatorConnected", "是否包含梯控能力", "Wired to a lift", _number, width=16, options=("1", "0"),
               also=("梯控",), hint_zh="支持梯控的型号必填：1 已接线，0 未接线",
               hint_en="For models with lift control: 1 wired, 0 not"),
        Column("port", "端口", "Port", _number, also=("设备端口", "端口号"),
               hint_zh="仅目录未给出端口的型号需要", hint_en="Only where the catalogue gives none"),
    )  # fmt: skip


def _json_cell(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return cells.Broken("edge.json", {})
    return value if isinstance(value, dict) else cells.Broken("type_object", {"expected": "object"})


def _scalar(field: Mapping[str, Any]) -> Callable[[str], Any]:
    if field.get("type") in ("integer", "number"):
        return _number
    return str


def _free(shape: Shape) -> tuple[Column, ...]:
    """A column for each field where all are plain, else one with the JSON."""
    properties: Mapping[str, Mapping[str, Any]] = (shape.schema or {}).get("properties", {})
    required = (shape.schema or {}).get("required", ())
    flat = bool(properties) and all(
        rule.get("type") in ("string", "integer", "number") for rule in properties.values()
    )
    category = Column(
        "category",
        "设备品类",
        "Category",
        str,
        True,
        width=30,
        hint_zh="物模型品类的路径，如 community/people/card",
        hint_en="Path of the thing-model category, such as community/people/card",
    )
    fields = tuple(
        Column(name, name, name, _scalar(rule), name in required, width=16, distinct=True,
               hint_zh=str(rule.get("title", "")), hint_en=str(rule.get("title", "")))
        for name, rule in properties.items()
    )  # fmt: skip
    whole = (Column("custom", "设备配置", "Configuration", _json_cell, True, width=60, distinct=True,
                    hint_zh="JSON", hint_en="JSON"),)  # fmt: skip
    return (_NAME, _ALIAS, *(() if shape.categories else (category,)), *(fields if flat else whole))


def sheet_of(shape: Shape) -> Sheet:
    """The sheet of a protocol's devices."""
    columns = {"A": lambda: _logical(False), "B": lambda: _logical(True), "C": _terminal}
    sheet_columns = columns[shape.form]() if shape.form in columns else _free(shape)
    return Sheet("devices", "设备", "Devices", sheet_columns)


def asked_of(shape: Shape, values: Mapping[str, Any]) -> tuple[str, str, str, dict[str, Any]]:
    """(name, alias, category, custom) of a row's values."""
    rest = {key: value for key, value in values.items() if key not in ("deviceName", "alias", "category")}
    custom = dict(rest.pop("custom", {}))
    category = values.get("category", "")
    if shape.form in ("A", "B") and category:
        category = f"{PEOPLE}{category}"
    return str(values["deviceName"]), str(values["alias"]), category, {**custom, **rest}


def book(shape: Shape, language: str, rows: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """A workbook with rows by column key, which can be imported again; hidden fields stay empty. Blocks."""
    with LOADING:
        from linli.kernel.workbooks.template import add_sheet  # takes 0.15 s: not at every start

    workbook = new_book(streamed=False)
    sheet = sheet_of(shape)
    page = add_sheet(workbook, sheet, language)
    if shape.form == "C":
        _add_models(workbook, page.sheet, sheet)
    for row in rows:
        page.append([_cell(column, row, shape) for column in sheet.columns])
    return book_bytes(workbook)


def _add_models(workbook: Any, page: Any, sheet: Sheet) -> None:
    """Models as a drop-down that follows the brand beside it."""
    with LOADING:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

    listed = TablePage(workbook, _MODELS)
    listed.sheet.sheet_state = "hidden"
    brands: dict[str, list[str]] = {}
    for model in library().search(kind="people", driver=DOOR_TERMINAL):
        names = brands.setdefault(model.brand, [])
        if model.name not in names:
            names.append(model.name)
    for position, (brand, names) in enumerate(brands.items(), 1):
        for number, text in enumerate((brand, *names), 1):
            listed.put(number, position, text)
    keys = [column.key for column in sheet.columns]
    at = {key: get_column_letter(keys.index(key) + 1) for key in ("brand", "model")}
    first = f"OFFSET({_MODELS}!$A$2,0,MATCH(${at['brand']}2,{_MODELS}!$1:$1,0)-1"
    rule = DataValidation(
        type="list",
        formula1=f"{first},COUNTA({first},{ROWS_MAX},1)),1)",
        allow_blank=True,
        showErrorMessage=False,
    )
    rule.add(f"{at['model']}2:{at['model']}{_LAST_ROW}")
    page.add_data_validation(rule)


def _cell(column: Column, row: Mapping[str, Any], shape: Shape) -> Any:
    value = row.get(column.key)
    if value in (None, "") or column.key in shape.hidden:
        return None
    for key, words in (("accessType", TYPES), ("faceCompareMode", MODES), ("isCheck", SWITCH)):
        if column.key == key:
            return words[value][0] if value in words else value
    if column.key == "category" and shape.form in ("A", "B"):
        return f"智慧社区/人员通行/{TYPES[str(row['accessType'])][0]}"
    if isinstance(value, int | float):
        return value
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
