"""Fields of a body, read one by one: what is wrong is code 804 with the field's name (spec H 3.5.18)."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

import msgspec


class Code(IntEnum):
    SUCCESS = 200
    LOGIN_FAILED = 801
    NOT_LOGGED_IN = 802
    NO_CERTIFICATE = 803
    BAD_FIELD = 804
    NO_MEMORY = 805
    BAD_JSON = 806
    NO_DEVICE = 807
    NO_PROTOCOL = 808
    BAD_MANUFACTURE = 809
    NOT_REACHED = 810


TEXTS: Final[Mapping[int, str]] = {
    Code.SUCCESS: "success",
    Code.LOGIN_FAILED: "adapter authentication failed",
    Code.NOT_LOGGED_IN: "adapter not authentication",
    Code.NO_CERTIFICATE: "device certificate not exist",
    Code.BAD_FIELD: "param check error: '%s'",
    Code.NO_MEMORY: "memory exception",
    Code.BAD_JSON: "json data wrong format",
    Code.NO_DEVICE: "device not exist",
    Code.NO_PROTOCOL: "procotol not support",
    Code.BAD_MANUFACTURE: "manufacture error",
    Code.NOT_REACHED: "abnormal communication",
}
"""As the source spells them."""
LOCALIZED: Final[Mapping[int, str]] = {
    Code.LOGIN_FAILED: "适配程序鉴权失败",
    Code.NOT_LOGGED_IN: "适配程序未鉴权",
    Code.NO_CERTIFICATE: "设备证书不存在",
    Code.BAD_FIELD: "参数校验错误：'%s'",
    Code.NO_MEMORY: "内存异常",
    Code.BAD_JSON: "JSON 数据格式错误",
    Code.NO_DEVICE: "设备不存在",
    Code.NO_PROTOCOL: "协议不支持",
    Code.BAD_MANUFACTURE: "厂商错误",
    Code.NOT_REACHED: "模块通信异常",
}
PICTURE_BYTES: Final = 2 * 1024 * 1024
DEPTH: Final = 12
_MAGIC: Final = {"JPG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "BMP": b"BM"}


class Refused(Exception):
    """A call is answered with this code. `field` is the one of 804."""

    def __init__(self, code: int, field: str = "", message: str = "") -> None:
        self.code = int(code)
        self.field = field
        text = TEXTS.get(self.code, "")
        self.message = message or (text % field if self.code == Code.BAD_FIELD else text) or str(self.code)
        super().__init__(self.message)

    @property
    def localized(self) -> str:
        text = LOCALIZED.get(self.code, "")
        return text % self.field if self.code == Code.BAD_FIELD else text


class Fields:
    """An object of a body. Numbers are taken as text too, and texts as numbers where one is meant."""

    def __init__(self, values: Mapping[str, Any], at: str = "") -> None:
        self._values = values
        self._at = at

    def refuse(self, name: str) -> Refused:
        return Refused(Code.BAD_FIELD, f"{self._at}{name}")

    def has(self, *names: str) -> bool:
        """Whether one of these spellings is there with a value."""
        return any(self._values.get(name) is not None for name in names)

    def all(self) -> Mapping[str, Any]:
        return self._values

    def raw(self, *names: str) -> Any:
        return next((self._values[name] for name in names if self._values.get(name) is not None), None)

    def text(self, *names: str, most: int, needed: bool = True, number: bool = True) -> str:
        """Empty where it is not needed and not there. Raises Refused."""
        value = self.raw(*names)
        if isinstance(value, int) and not isinstance(value, bool) and number:
            value = str(value)
        if value is None or value == "":
            if needed:
                raise self.refuse(names[0])
            return ""
        if not isinstance(value, str) or len(value) > most or any(ord(char) < 32 for char in value):
            raise self.refuse(names[0])
        return value

    def loose_text(self, name: str, *, most: int) -> str:
        """A text, or an object that is put down as text. Raises Refused."""
        value = self.raw(name)
        if isinstance(value, dict | list):
            value = json.dumps(value, ensure_ascii=False)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > most:
            raise self.refuse(name)
        return value

    def whole(self, *names: str, low: int, high: int, default: int | None = None) -> int:
        """Raises Refused, also where there is none and no default."""
        value = self.raw(*names)
        if value is None and default is not None:
            return default
        return int(self._number(names[0], value, low, high, whole=True))

    def decimal(self, *names: str, low: float, high: float) -> float:
        return self._number(names[0], self.raw(*names), low, high, whole=False)

    def _number(self, name: str, value: Any, low: float, high: float, *, whole: bool) -> float:
        if isinstance(value, str) and 0 < len(value) <= 24:
            try:
                value = float(value) if "." in value or "e" in value.lower() else int(value)
            except ValueError:
                raise self.refuse(name) from None
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.refuse(name)
        if whole and value != int(value):
            raise self.refuse(name)
        return value

    def one_of(self, *names: str, among: Sequence[int], default: int | None = None) -> int:
        value = self.whole(*names, low=min(among), high=max(among), default=default)
        if value not in among:
            raise self.refuse(names[0])
        return value

    def items(self, name: str, *, most: int, needed: bool = True) -> list[Any]:
        value = self.raw(name)
        if value is None and not needed:
            return []
        if not isinstance(value, list) or len(value) > most:
            raise self.refuse(name)
        return value

    def objects(self, name: str, *, most: int, needed: bool = True) -> "list[Fields]":
        result = []
        for number, item in enumerate(self.items(name, most=most, needed=needed)):
            if not isinstance(item, dict):
                raise self.refuse(f"{name}[{number}]")
            result.append(Fields(item, f"{self._at}{name}[{number}]."))
        return result

    def inner(self, name: str) -> "Fields | None":
        """An object, or the text of one. Raises Refused."""
        value = self.raw(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = msgspec.json.decode(value)
            except (msgspec.MsgspecError, RecursionError):
                raise self.refuse(name) from None
        if not isinstance(value, dict):
            raise self.refuse(name)
        return Fields(value, f"{self._at}{name}.")

    def picture(self, name: str, type_name: str, *, needed: bool = True) -> "tuple[bytes, str] | None":
        """The bytes and JPG, PNG or BMP. Raises Refused: no base64, too large, or another kind than it says."""
        text = self.raw(name)
        if text is None or text == "":
            if needed:
                raise self.refuse(name)
            return None
        if not isinstance(text, str) or len(text) > PICTURE_BYTES * 4 // 3 + 8:
            raise self.refuse(name)
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise self.refuse(name) from None
        kind = self.text(type_name, most=4).upper()
        magic = _MAGIC.get("JPG" if kind == "JPEG" else kind)
        if magic is None:
            raise self.refuse(type_name)
        if not content.startswith(magic) or len(content) > PICTURE_BYTES:
            raise self.refuse(name)
        return content, "JPG" if kind == "JPEG" else kind


def read_body(content: bytes) -> Fields:
    """Raises Refused (806) for what is no JSON object."""
    try:
        value = msgspec.json.decode(content or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(Code.BAD_JSON) from None
    if not isinstance(value, dict) or not _shallow(value, DEPTH):
        raise Refused(Code.BAD_JSON)
    return Fields(value)


def _shallow(value: object, left: int) -> bool:
    """Nothing is nested deeper than `left`."""
    level: list[object] = [value]
    for _ in range(left):
        below: list[object] = []
        for each in level:
            below += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        if not below:
            return True
        level = below
    return False


def to_answer(data: Any = None, *, code: int = Code.SUCCESS, message: str = "success") -> bytes:
    """`data` is left out where there is none."""
    answer = {"code": int(code), "message": message}
    return msgspec.json.encode(answer if data is None else {**answer, "data": data})


def read_answer(content: bytes) -> Any:
    """`data` of an answer. Raises Refused with the code that it has; 806 for what is no answer."""
    try:
        value = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(Code.BAD_JSON) from None
    if not isinstance(value, dict) or not isinstance(value.get("code"), int | str):
        raise Refused(Code.BAD_JSON)
    code = value["code"]
    if str(code) not in ("200", "0"):
        number = int(code) if str(code).isdecimal() and len(str(code)) < 8 else int(Code.NOT_REACHED)
        message = value.get("message")
        raise Refused(number, message=message[:300] if isinstance(message, str) else "")
    return value.get("data")
