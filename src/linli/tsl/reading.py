"""Reading a TSL document part by part, gathering every fault instead of stopping at the first."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, cast

from linli.tsl.model import CallType, Event, EventType, Property, Service, ThingModel
from linli.tsl.problems import Problem
from linli.tsl.types import (
    INT_MAX,
    INT_MIN,
    MAX_ARRAY_SIZE,
    MAX_TEXT_LENGTH,
    ArrayOf,
    Bool,
    DataType,
    Date,
    Enum,
    Member,
    Number,
    NumberKind,
    StructOf,
    Text,
)

RESERVED: Final = frozenset({"set", "get", "post", "property", "event", "time", "value"})
"""Identifiers with a meaning of their own in topics and payloads; no property, event or service may take one."""
SCALARS: Final = ("int", "float", "double", "text", "date", "bool", "enum")
ITEMS: Final = ("int", "float", "double", "text", "struct")
ALL_TYPES: Final = (*SCALARS, "struct", "array")

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,50}")
_INTEGER = re.compile(r"-?\d{1,10}")


class Reader:
    """Reads one document. A part that cannot be read becomes a harmless stand-in and a problem; the caller must look
    at `problems` before using the result."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def model(self, document: object) -> ThingModel:
        if not isinstance(document, dict):
            self._fault("$", "not_object")
            return ThingModel()
        return ThingModel(
            properties=tuple(self._each(document, "properties", self._property)),
            events=tuple(self._each(document, "events", self._event, skip=_is_generated_event)),
            services=tuple(self._each(document, "services", self._service, skip=_is_generated_service)),
        )

    # ---- the three lists

    def _property(self, raw: dict[str, Any], path: str) -> Property:
        return Property(
            identifier=self._identifier(raw, path, reserved=RESERVED),
            name=self._name(raw, path),
            type=self._data_type(raw, path, ALL_TYPES),
            writable=self._word(raw, "accessMode", path, ("rw", "r"), default="rw") == "rw",
            required=self._flag(raw, "required", path),
            desc=self._text(raw, "desc", path),
        )

    def _event(self, raw: dict[str, Any], path: str) -> Event:
        return Event(
            identifier=self._identifier(raw, path, reserved=RESERVED),
            name=self._name(raw, path),
            type=cast(EventType, self._word(raw, "type", path, ("info", "alert", "error"), default="info")),
            output=self._members(raw.get("outputData"), f"{path}.outputData"),
            required=self._flag(raw, "required", path),
            desc=self._text(raw, "desc", path),
        )

    def _service(self, raw: dict[str, Any], path: str) -> Service:
        return Service(
            identifier=self._identifier(raw, path, reserved=RESERVED),
            name=self._name(raw, path),
            call_type=cast(CallType, self._word(raw, "callType", path, ("sync", "async"), default="async")),
            input=self._members(raw.get("inputData"), f"{path}.inputData"),
            output=self._members(raw.get("outputData"), f"{path}.outputData"),
            required=self._flag(raw, "required", path),
            desc=self._text(raw, "desc", path),
        )

    def _members(self, raw: object, path: str, allowed: tuple[str, ...] = ALL_TYPES) -> tuple[Member, ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list):
            self._fault(path, "not_list")
            return ()
        members = []
        seen: set[object] = set()
        for index, item in enumerate(raw):
            at = f"{path}[{index}]"
            if not isinstance(item, dict):
                self._fault(at, "not_object")
                continue
            self._once(item, seen, at)
            identifier = self._identifier(item, at)
            members.append(Member(identifier, self._name(item, at), self._data_type(item, at, allowed)))
        return tuple(members)

    # ---- data types

    def _data_type(self, raw: Mapping[str, Any], path: str, allowed: tuple[str, ...]) -> DataType:
        at = f"{path}.dataType"
        data_type = raw.get("dataType")
        if not isinstance(data_type, dict):
            self._fault(at, "missing" if data_type is None else "not_object")
            return Text()
        return self._type(data_type, at, allowed)

    def _type(self, raw: Mapping[str, Any], path: str, allowed: tuple[str, ...]) -> DataType:
        kind = raw.get("type")
        if kind not in allowed:
            self._fault(f"{path}.type", "not_listed", value=kind, allowed=list(allowed))
            return Text()
        specs, at = raw.get("specs"), f"{path}.specs"
        if kind == "struct":
            if not specs:
                self._fault(at, "empty")
            return StructOf(self._members(specs, at, SCALARS))
        if not isinstance(specs, dict):
            if specs is not None and specs != [] and specs != "":
                self._fault(at, "not_object")
            specs = {}
        match kind:
            case "int" | "float" | "double":
                return self._number(cast(NumberKind, kind), specs, at)
            case "text":
                return Text(self._count(specs, "length", at, MAX_TEXT_LENGTH, default=MAX_TEXT_LENGTH))
            case "bool":
                return self._bool(specs, at)
            case "enum":
                return self._enum(specs, at)
            case "array":
                return self._array(specs, at)
        return Date()

    def _number(self, kind: NumberKind, specs: Mapping[str, Any], path: str) -> Number:
        low, high, step = (self._decimal(specs, key, kind, path) for key in ("min", "max", "step"))
        if low is not None and high is not None and low > high:
            self._fault(f"{path}.max", "below_min", min=str(low), max=str(high))
        if step is not None and step <= 0:
            self._fault(f"{path}.step", "not_positive", value=str(step))
        elif step is not None and low is not None and high is not None and step > high - low > 0:
            self._fault(f"{path}.step", "wider_than_range", step=str(step), min=str(low), max=str(high))
        unit, unit_name = (self._text(specs, key, path) or "" for key in ("unit", "unitName"))
        return Number(kind, low, high, step, unit, unit_name)

    def _decimal(self, specs: Mapping[str, Any], key: str, kind: NumberKind, path: str) -> Decimal | None:
        raw = specs.get(key)
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            self._fault(f"{path}.{key}", "not_number", value=raw)
            return None
        try:
            number = Decimal(str(raw).strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self._fault(f"{path}.{key}", "not_number", value=raw)
            return None
        if kind == "int" and number != number.to_integral_value():
            self._fault(f"{path}.{key}", "not_integer", value=str(raw))
            return None
        if kind == "int" and not INT_MIN <= number <= INT_MAX:
            self._fault(f"{path}.{key}", "range", value=str(raw), min=INT_MIN, max=INT_MAX)
            return None
        return number

    def _bool(self, specs: Mapping[str, Any], path: str) -> Bool:
        self._only(specs, ("0", "1"), path)
        return Bool((self._text(specs, "0", path) or "0", self._text(specs, "1", path) or "1"))

    def _enum(self, specs: Mapping[str, Any], path: str) -> Enum:
        items: list[tuple[int, str]] = []
        for key in specs:
            if _INTEGER.fullmatch(str(key)) and INT_MIN <= int(key) <= INT_MAX:
                items.append((int(key), self._text(specs, key, path) or str(key)))
            else:
                self._fault(f"{path}.{key}", "not_integer", value=key)
        if not specs:
            self._fault(path, "empty")
        numbers = [number for number, _ in items]
        for number in sorted({number for number in numbers if numbers.count(number) > 1}):
            self._fault(path, "twice", value=number)
        return Enum(tuple(items))

    def _array(self, specs: Mapping[str, Any], path: str) -> ArrayOf:
        size = self._count(specs, "size", path, MAX_ARRAY_SIZE, default=None)
        item = specs.get("item")
        if not isinstance(item, dict):
            self._fault(f"{path}.item", "missing" if item is None else "not_object")
            return ArrayOf(size, Text())
        return ArrayOf(size, cast(Number | Text | StructOf, self._type(item, f"{path}.item", ITEMS)))

    def _count(self, specs: Mapping[str, Any], key: str, path: str, limit: int, default: int | None) -> int:
        raw = specs.get(key)
        if raw is None and default is not None:
            return default
        if raw is None:
            self._fault(f"{path}.{key}", "missing")
            return limit
        if isinstance(raw, bool) or not _INTEGER.fullmatch(str(raw)):
            self._fault(f"{path}.{key}", "not_integer", value=raw)
            return limit
        if not 1 <= int(raw) <= limit:
            self._fault(f"{path}.{key}", "range", value=int(raw), min=1, max=limit)
            return limit
        return int(raw)

    # ---- small parts

    def _each[T](
        self,
        document: Mapping[str, Any],
        key: str,
        read: Callable[[dict[str, Any], str], T],
        skip: Callable[[dict[str, Any]], bool] = lambda raw: False,
    ) -> Iterable[T]:
        raw = document.get(key)
        if raw is None:
            return
        if not isinstance(raw, list):
            self._fault(key, "not_list")
            return
        seen: set[object] = set()
        for index, item in enumerate(raw):
            at = f"{key}[{index}]"
            if not isinstance(item, dict):
                self._fault(at, "not_object")
            elif not skip(item):
                self._once(item, seen, at)
                yield read(item, at)

    def _identifier(self, raw: Mapping[str, Any], path: str, reserved: frozenset[str] = frozenset()) -> str:
        value = raw.get("identifier")
        at = f"{path}.identifier"
        if not isinstance(value, str):
            self._fault(at, "missing" if value is None else "not_text")
            return ""
        if not _IDENTIFIER.fullmatch(value):
            self._fault(at, "identifier", value=value)
        elif value in reserved:
            self._fault(at, "reserved", value=value)
        return value

    def _name(self, raw: Mapping[str, Any], path: str) -> str:
        """Files without names exist; the identifier then serves as the name."""
        return self._text(raw, "name", path) or str(raw.get("identifier", ""))

    def _text(self, raw: Mapping[str, Any], key: str, path: str) -> str | None:
        value = raw.get(key)
        if value is None or isinstance(value, str):
            return value
        self._fault(f"{path}.{key}", "not_text")
        return None

    def _flag(self, raw: Mapping[str, Any], key: str, path: str) -> bool:
        value = raw.get(key, False)
        if isinstance(value, bool):
            return value
        self._fault(f"{path}.{key}", "not_bool", value=value)
        return False

    def _word(
        self, raw: Mapping[str, Any], key: str, path: str, allowed: tuple[str, ...], *, default: str
    ) -> str:
        value = raw.get(key, default)
        if value in allowed:
            return cast(str, value)
        self._fault(f"{path}.{key}", "not_listed", value=value, allowed=list(allowed))
        return default

    def _only(self, raw: Mapping[str, Any], keys: tuple[Literal["0", "1"], ...], path: str) -> None:
        for key in raw:
            if key not in keys:
                self._fault(f"{path}.{key}", "not_listed", value=key, allowed=list(keys))

    def _once(self, raw: dict[str, Any], seen: set[object], path: str) -> None:
        """The later of two equal identifiers is at fault."""
        identifier = raw.get("identifier")
        if not isinstance(identifier, str):
            return
        if identifier in seen:
            self._fault(f"{path}.identifier", "twice", value=identifier)
        seen.add(identifier)

    def _fault(self, path: str, rule: str, **facts: object) -> None:
        self.problems.append(Problem(path, rule, facts))


def _is_generated_event(raw: dict[str, Any]) -> bool:
    return raw.get("identifier") == "post" and str(raw.get("method", "thing.event.property.post")).startswith(
        "thing.event.property."
    )


def _is_generated_service(raw: dict[str, Any]) -> bool:
    return raw.get("identifier") in ("set", "get") and str(
        raw.get("method", "thing.service.property.")
    ).startswith("thing.service.property.")
