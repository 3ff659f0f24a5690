"""Parameters of a method, as its caller sent them: each is read with its rule, and a refusal names it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from linli.edge.parking.refusals import BACKWARDS, BAD_DATE, BAD_PARAM, ParkingRefused
from linli.rules.plates import clean_plate

TEXT_MOST: Final = 64
ITEMS_MOST: Final = 1000
PAGE_MOST: Final = 100
_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")
_ZONED: Final = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z")


class Params:
    """Names after the first are other spellings that the source's examples have."""

    def __init__(self, values: Mapping[str, Any], zone: ZoneInfo) -> None:
        self._values = values
        self._zone = zone

    def _find(self, names: tuple[str, ...]) -> Any:
        return next((value for name in names if (value := self._values.get(name)) is not None), None)

    def text(self, *names: str, most: int = TEXT_MOST) -> str:
        """Required."""
        value = self.optional(*names, most=most)
        if value is None or not value.strip():
            raise bad(names[0], "required", "不能为空")
        return value.strip()

    def optional(self, *names: str, most: int = TEXT_MOST) -> str | None:
        value = self._find(names)
        if value is None:
            return None
        if not isinstance(value, str):
            raise bad(names[0], "must be text", "必须是文本")
        if len(value) > most:
            raise bad(names[0], f"at most {most} characters", f"最多 {most} 个字符")
        return value

    def plate(self) -> "Plate":
        return read_plate(self.text("plateNumber", "licenseNumber", most=32), "plateNumber")

    def texts(self, name: str) -> list[str]:
        """Required; one text stands for a list of it."""
        items = self.optional_texts(name)
        if not items:
            raise bad(name, "required", "不能为空")
        return items

    def optional_texts(self, name: str) -> list[str]:
        value = self._find((name,))
        items = [] if value is None else value if isinstance(value, list) else [value]
        if len(items) > ITEMS_MOST:
            raise bad(name, f"at most {ITEMS_MOST} items", f"最多 {ITEMS_MOST} 项")
        for item in items:
            if not isinstance(item, str) or not item.strip() or len(item) > TEXT_MOST:
                raise bad(name, "items must be texts that are not empty", "不能为空,不能有空字符串")
        return list(dict.fromkeys(item.strip() for item in items))

    def number(self, *names: str, low: int, high: int) -> int:
        """Required; digits as text are taken too."""
        value = self._find(names)
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
            value = int(value)
        if value is None:
            raise bad(names[0], "required", "不能为空")
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise bad(names[0], f"a whole number from {low} to {high}", f"应为 {low} 到 {high} 的整数")
        return value

    def page(self) -> tuple[int, int]:
        """(rows, rows to skip)"""
        number = self.number("pageNum", low=1, high=1_000_000)
        size = self.number("pageSize", low=1, high=PAGE_MOST)
        return size, (number - 1) * size

    def choice(self, *names: str, among: tuple[str, ...]) -> str | None:
        """Whatever its case; as it stands in `among`."""
        value = self.optional(*names)
        if value is None:
            return None
        match = next((option for option in among if option.lower() == value.strip().lower()), None)
        if match is None:
            raise bad(names[0], f"one of {', '.join(among)}", f"应为 {', '.join(among)} 之一")
        return match

    def switch(self, name: str) -> bool | None:
        value = self._find((name,))
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        raise bad(name, "true or false", "应为 true 或 false")

    def time(self, *names: str) -> int:
        """Required; UTC ms."""
        return read_time(self.text(*names), self._zone, names[0])

    def optional_time(self, *names: str) -> int | None:
        value = self.optional(*names)
        return read_time(value, self._zone, names[0]) if value and value.strip() else None

    def span(self, start: str, end: str) -> tuple[int, int]:
        """Both required, in order; the same moment twice is allowed."""
        starts, ends = self.time(start), self.time(end)
        in_order(starts, ends)
        return starts, ends


class Plate(str):
    """A cleaned plate; `shown` as it was written."""

    shown: str


def read_plate(text: str, field: str) -> Plate:
    cleaned = clean_plate(text)
    if not cleaned:
        raise bad(field, "required", "不能为空")
    plate = Plate(cleaned)
    plate.shown = text.strip()
    return plate


def read_time(text: str, zone: ZoneInfo, field: str) -> int:
    """`yyyy-MM-dd HH:mm:ss` by the site's clock, with slashes too, or ISO with its zone. Raises ParkingRefused (606)."""
    for form in (*_FORMATS, *_ZONED):
        try:
            read = datetime.strptime(text.strip(), form)  # noqa: DTZ007  (the zone is the site's)
        except ValueError:
            continue
        if read.tzinfo is None:
            read = read.replace(tzinfo=zone)
        try:
            return round(read.astimezone(UTC).timestamp() * 1000)
        except (OverflowError, ValueError):
            break
    raise ParkingRefused(BAD_DATE, field)


def show_time(at_ms: int | None, zone: ZoneInfo) -> str:
    return "" if at_ms is None else datetime.fromtimestamp(at_ms / 1000, zone).strftime(_FORMATS[0])


def in_order(starts: int | None, ends: int | None) -> None:
    if starts is not None and ends is not None and starts > ends:
        raise ParkingRefused(BACKWARDS)


def bad(field: str, en: str, zh: str) -> ParkingRefused:
    return ParkingRefused(BAD_PARAM, f"{field}: {en}", f"{field}{zh}")
