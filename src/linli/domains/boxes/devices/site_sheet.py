"""The customer's <设备信息表>: which device stands at which address, looked up when devices are added.

Its page 通用模板 gives every device's address, IoT code, name and place. Pages of brands give, by address, the values for
that brand's driver. Joined by 设备IP. Spec C §3 (site device sheet), D §2.
"""

import ipaddress
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from linli.kernel.workbooks import cells
from linli.kernel.workbooks.columns import plain_title
from linli.kernel.workbooks.refusals import BadWorkbook, check_workbook
from linli.kernel.workbooks.sheets import SheetRows, open_workbook

ROWS_MAX: Final = 5000
"""Of all pages together."""
_HEADER_ROWS: Final = 10
_WIDTH: Final = 64
_GENERAL: Final = {"code": ("iot编码", "iotcode"), "name": ("设备名称",), "place": ("位置补充描述",)}
_IP: Final = ("设备ip", "ip", "ip地址", "deviceip")
_FIELDS: Final = {
    "ip": ("服务器ip",),
    "uniqueId": ("deviceid", "uc码", "设备id", "设备唯一标识", "设备唯一编码"),
    "port": ("设备端口", "端口", "端口号", "port"),
    "brand": ("品牌",),
    "model": ("型号",),
    "algorithmIp": ("算法服务地址ip", "算法ip"),
    "algorithmPort": ("算法服务地址端口", "算法端口"),
}
"""Columns of brands' pages by the form's field; `ip` is the integrator's server, for devices behind one."""
_CONFIG: Final = ("设备配置", "设备配置json", "配置")
_NUMBERS: Final = frozenset({"port", "algorithmPort"})
_SECRET: Final = ("密码", "password", "secret", "key")


class SiteRow(NamedTuple):
    """A device of the sheet. `tabs`: the brands' pages that name its address; `custom`: their values, by form field."""

    ip: str
    code: str
    name: str
    place: str
    tabs: list[str]
    custom: dict[str, Any]


class SheetFault(NamedTuple):
    """`rule`: `site_sheet.ip`, `.config`, `.no_general`, `.repeats`."""

    sheet: str
    row: int
    rule: str
    value: str


class SiteSheet(NamedTuple):
    rows: list[SiteRow]
    faults: list[SheetFault]


class _Line(NamedTuple):
    sheet: str
    number: int
    ip: str
    values: dict[str, str]
    """By plain title."""


def read(content: bytes, *, behind: bool = False) -> SiteSheet:
    """`behind`: the box reaches the integrator's server instead of the device. Raises BadWorkbook. Blocks."""
    check_workbook(content)
    faults: list[SheetFault] = []
    general: list[_Line] = []
    brands: list[_Line] = []
    with tempfile.NamedTemporaryFile(suffix=".xlsx", prefix="linli-site-") as file:
        file.write(content)
        file.flush()
        with open_workbook(Path(file.name)) as book:
            for page in book.sheets:
                lines = list(_lines(page, faults, ROWS_MAX - len(general) - len(brands)))
                is_general = "通用" in page.title or any(_of(line, _GENERAL["code"]) for line in lines[:20])
                (general if is_general else brands).extend(lines)
    if not general and not brands:
        raise BadWorkbook("site_sheet.none")
    rows = _joined(general, brands, faults)
    if not behind:
        rows = [row._replace(custom={**row.custom, "ip": row.ip}) for row in rows]
    return SiteSheet(rows, faults)


def _lines(page: SheetRows, faults: list[SheetFault], most: int) -> Iterator[_Line]:
    titles: list[str] = []
    at = -1
    for number, row in enumerate(page.rows(width=_WIDTH, last=4 * ROWS_MAX), 1):
        texts = [cells.text_of(value) for value in row]
        if at < 0:
            if number > _HEADER_ROWS:
                return
            titles = [plain_title(text).casefold() for text in texts]
            at = next((place for place, title in enumerate(titles) if title in _IP), -1)
            continue
        if not any(texts):
            continue
        if most <= 0:
            raise BadWorkbook("too_many", limit=ROWS_MAX)
        most -= 1
        ip = _address(texts[at]) if at < len(texts) else ""
        if not ip:
            faults.append(
                SheetFault(page.title, number, "site_sheet.ip", texts[at] if at < len(texts) else "")
            )
            continue
        yield _Line(page.title, number, ip, {t: v for t, v in zip(titles, texts, strict=False) if t and v})


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""


def _of(line: _Line, titles: tuple[str, ...]) -> str:
    return next((line.values[title] for title in titles if title in line.values), "")


def _joined(general: list[_Line], brands: list[_Line], faults: list[SheetFault]) -> list[SiteRow]:
    by_ip: dict[str, list[_Line]] = {}
    for line in brands:
        by_ip.setdefault(line.ip, []).append(line)
    sites: list[SiteRow] = []
    seen: set[str] = set()
    for line in general:
        code = _of(line, _GENERAL["code"])
        if code and code in seen:
            faults.append(SheetFault(line.sheet, line.number, "site_sheet.repeats", code))
        seen.add(code)
        sites.append(_row(line, code, by_ip.get(line.ip, []), faults))
    addresses = {line.ip for line in general}
    for ip, lines in by_ip.items():
        if ip not in addresses:
            faults.append(SheetFault(lines[0].sheet, lines[0].number, "site_sheet.no_general", ip))
            sites.append(_row(lines[0], "", lines, faults))
    return sites


def _row(line: _Line, code: str, brands: list[_Line], faults: list[SheetFault]) -> SiteRow:
    custom: dict[str, Any] = {"ip": line.ip}
    for brand_line in (line, *(brand for brand in brands if brand is not line)):
        custom |= _custom(brand_line, faults)
    tabs = list(dict.fromkeys(brand_line.sheet for brand_line in brands))
    return SiteRow(line.ip, code, _of(line, _GENERAL["name"]), _of(line, _GENERAL["place"]), tabs, custom)


def _custom(line: _Line, faults: list[SheetFault]) -> dict[str, Any]:
    """The form's values in a line. The person who adds the device types the secrets."""
    values: dict[str, Any] = {}
    for field, titles in _FIELDS.items():
        if text := _of(line, titles):
            values[field] = int(text) if field in _NUMBERS and text.isdecimal() else text
    if text := _of(line, _CONFIG):
        try:
            fields = json.loads(text)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            faults.append(SheetFault(line.sheet, line.number, "site_sheet.config", text[:80]))
        else:
            values |= {k: v for k, v in fields.items() if not any(word in k.casefold() for word in _SECRET)}
    return values
