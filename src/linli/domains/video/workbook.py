"""The workbook of cameras: the template, reading what people filled in, and the export."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from linli.domains.video import camera_rules as rules
from linli.kernel.late import LOADING
from linli.kernel.tables import book_bytes, new_book
from linli.kernel.workbooks import cells
from linli.kernel.workbooks.columns import Column, Sheet, choice_of

ROWS_MAX: Final = 2000
"""A box serves 768 cameras, the largest edition 1000 (spec C, D)."""
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T.*)?")


def _text(field: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        clean = rules.clean(field, text)
        broken = rules.problem(field, clean)
        return cells.Broken(*broken) if broken else clean

    return read


def _number(field: str, kind: Callable[[str], float]) -> Callable[[str], Any]:
    low, high = rules.RANGES[field]

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            return cells.Broken("range", {"low": f"{low:g}", "high": f"{high:g}"})
        broken = rules.problem(field, value)
        return cells.Broken(*broken) if broken else value

    return read


def _day(text: str) -> Any:
    match = _DAY.fullmatch(text)
    day = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else text
    broken = rules.problem("installed_on", day)
    return cells.Broken(*broken) if broken else day


CAMERAS: Final = Sheet(
    "cameras",
    "摄像头",
    "Cameras",
    (
        Column(
            "device", "设备", "Device", cells.short_text, True, width=22, distinct=True,
            hint_zh="已绑定到本小区的摄像头设备的 DeviceName，或设备 ID（iotId）",
            hint_en="DeviceName or iotId of a camera that is bound to this community",
            also=("DeviceName", "设备名", "IoT编码", "视频设备Id", "deviceId", "iotId"),
        ),
        Column(
            "product_key", "ProductKey", "ProductKey", cells.short_text, width=16,
            hint_zh="两个产品下有同名设备时填写", hint_en="Where two products have a device of this name",
        ),
        Column(
            "name", "名称", "Name", _text("name"), True, width=20, distinct=True,
            also=("设备别名", "摄像头名称", "设备名称", "alias"),
        ),
        Column("brand", "品牌", "Brand", _text("brand")),
        Column("product_model", "型号", "Model", _text("product_model"), width=20, also=("产品型号",)),
        Column("resolution", "分辨率", "Resolution", _text("resolution"), hint_zh="如 1920x1080",
               hint_en="Such as 1920x1080"),
        Column("protocol", "接入协议", "Protocol", choice_of(rules.PROTOCOLS), choices=rules.PROTOCOLS,
               also=("协议", "类型名称")),
        Column("ip", "IP 地址", "IP address", _text("ip"), width=16, distinct=True, also=("设备IP", "IP")),
        Column("port", "端口", "Port", _number("port", int), also=("设备端口",)),
        Column("nvr_ip", "NVR 地址", "NVR address", _text("nvr_ip"), width=16, also=("NVR IP", "录像机地址"),
               hint_zh="接在录像机下时填写", hint_en="Where it hangs on a recorder"),
        Column("channel", "通道号", "Channel", _text("channel")),
        Column("url", "播放地址", "Stream address", _text("url"), width=34, distinct=True,
               hint_zh="不要把账号密码写在地址里", hint_en="Without user and password in it"),
        Column("username", "账号", "User", _text("username"), also=("用户名",)),
        Column("password", "密码", "Password", _text("password"), distinct=True,
               hint_zh="加密保存，任何页面和导出都不再显示；留空表示不变",
               hint_en="Kept sealed, never shown or exported again; empty leaves it as it is"),
        Column("group_name", "分组名称", "Group", _text("group_name"), also=("分组",)),
        Column("status", "状态", "Status", choice_of(rules.STATUSES), choices=rules.STATUSES),
        Column("space", "所在空间", "Place", cells.short_text, width=18, hint_zh="如 1-2，须是小区空间里的楼栋、单元等",
               hint_en="Such as 1-2: a building, unit or other space of the community", also=("空间",)),
        Column("address", "位置地址", "Address", _text("address"), width=26, also=("位置补充描述", "位置", "安装位置")),
        Column("direction", "朝向", "Looks", choice_of(rules.DIRECTIONS), choices=rules.DIRECTIONS, also=("方向",)),
        Column("longitude", "经度", "Longitude", _number("longitude", float), distinct=True,
               hint_zh="高德坐标系", hint_en="AMap coordinates", also=("位置经度",)),
        Column("latitude", "纬度", "Latitude", _number("latitude", float), distinct=True,
               hint_zh="高德坐标系", hint_en="AMap coordinates", also=("位置纬度",)),
        Column("installed_on", "安装日期", "Installed", _day, width=14, hint_zh="如 2024-05-01",
               hint_en="Such as 2024-05-01", also=("安装时间",)),
        Column("manager", "负责人", "Manager", _text("manager"), also=("管理人", "责任人")),
        Column("manager_phone", "负责人电话", "Manager's phone", _text("manager_phone"), width=16),
        Column("remark", "备注", "Remark", _text("remark"), width=30),
    ),
)  # fmt: skip
_LABELS: Final = rules.CHOICES


def book(language: str, rows: Sequence[dict[str, Any]] = ()) -> bytes:
    """A workbook with the given rows by column key, which can be imported again; never with a password. Blocks."""
    with LOADING:
        from linli.kernel.workbooks.template import add_sheet  # takes 0.15 s: not at every start

    workbook = new_book(streamed=False)
    page = add_sheet(workbook, CAMERAS, language)
    for row in rows:
        page.append([_cell(column, row.get(column.key), language) for column in CAMERAS.columns])
    return book_bytes(workbook)


def _cell(column: Column, value: Any, language: str) -> Any:
    if value is None or value == "" or column.key == "password":
        return None
    if (labels := _LABELS.get(column.key)) is not None:
        return labels[value][1 if language == "en" else 0]
    if isinstance(value, int | float):
        return value
    return str(value)
