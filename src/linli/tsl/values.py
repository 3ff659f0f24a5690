"""Checking what devices and callers send against a thing model, compiled once per product.

    compiled = compile_model(model)
    post = compiled.property_post({"Temperature": 21.5, "Mode": {"value": 1, "time": 1700000000000}})
    post.values    # [(rule, 21.5, None), (rule, 1, 1700000000000)]
    post.dropped   # [Problem("Humidity", "range", …)]

Devices send a value plain or wrapped as `{"value": …, "time": ms}` (spec clients (e) 9); both are read.
"""

from typing import Any, Final, Literal, NamedTuple

from linli.tsl.checks import Check, bounds, check_of, members_check
from linli.tsl.model import Event, Property, Service, ThingModel
from linli.tsl.problems import Problem, ValueOutside, ValueRefused
from linli.tsl.types import Bool, DataType, Date, Enum, Member, Number, StructOf, Text

type Stored = Literal["number", "text", "json"]
"""How a value is kept: as a number, as the string itself, or as JSON text (struct, array)."""

_EXACT: Final = 2.0**53
"""Integers beyond are given to the check, which makes them floats: no driver takes them as they are."""
_WRAPPING = frozenset({"value", "time"})


class PropertyRule:
    """A property made ready for checking. `low`, `high` and `quick` decide most numbers without a call."""

    __slots__ = ("check", "high", "identifier", "low", "no", "property", "quick", "stored", "wrapped")

    def __init__(self, item: Property, no: int) -> None:
        self.property = item
        self.identifier = item.identifier
        self.no = no
        """Number of the property in its store; 0 where the caller gave none."""
        self.check: Check = check_of(item.type)
        self.stored: Stored = _stored(item.type)
        limits = bounds(item.type)
        low, high = limits or (0.0, 0.0)
        self.low, self.high = max(low, -_EXACT), min(high, _EXACT)
        self.quick: frozenset[type] = (
            frozenset()
            if limits is None
            else frozenset({int, float})
            if isinstance(item.type, Number) and item.type.kind != "int"
            else frozenset({int})
        )
        self.wrapped = not (
            isinstance(item.type, StructOf)
            and any(member.identifier == "value" for member in item.type.members)
        )


class PostedValue(NamedTuple):
    rule: PropertyRule
    value: Any
    time_ms: int | None
    """The device's own time of the value, or None when it sent none."""


class PropertyPost(NamedTuple):
    values: list[PostedValue]
    dropped: list[Problem]


class CheckedValues(NamedTuple):
    """Named values that passed, and those dropped for their limits."""

    values: dict[str, Any]
    time_ms: int | None
    dropped: list[Problem]


class CompiledModel:
    """The checks of one thing model. Immutable; every call is a pure function of its arguments."""

    def __init__(self, model: ThingModel, numbers: dict[str, int] | None = None) -> None:
        """`numbers` gives each property its number in the store."""
        given = numbers or {}
        self.model = model
        self.rules: dict[str, PropertyRule] = {
            item.identifier: PropertyRule(item, given.get(item.identifier, 0)) for item in model.properties
        }
        self._events = {item.identifier: _Members(item.output) for item in model.events}
        self._inputs = {item.identifier: members_check(item.input) for item in model.services}

    def property_post(self, params: Any) -> PropertyPost:
        """Check the `params` of a property post. Raises ValueRefused (nothing may be stored then)."""
        if type(params) is not dict:
            raise ValueRefused("params", "type", expected="struct")
        rules = self.rules
        values: list[PostedValue] = []
        dropped: list[Problem] = []
        for identifier, value in params.items():
            rule = rules.get(identifier)
            if rule is None:
                raise ValueRefused(identifier, "unknown_identifier")
            if type(value) in rule.quick and rule.low <= value <= rule.high:
                values.append(PostedValue(rule, value, None))
                continue
            time_ms = None
            if type(value) is dict and rule.wrapped and "value" in value and value.keys() <= _WRAPPING:
                value, time_ms = value["value"], read_time(value.get("time"), f"{identifier}.time")
            try:
                values.append(PostedValue(rule, rule.check(value, identifier), time_ms))
            except ValueOutside as outside:
                dropped.append(outside.problem)
        return PropertyPost(values, dropped)

    def plain_numbers(self, params: Any) -> list[int] | None:
        """The numbers of the properties in `params`, in their order, if each value is a plain number within its limits.

        This is what most posts are, and nothing needs to be made of their values. None: ask `property_post`.
        """
        if type(params) is not dict:
            return None
        rules = self.rules
        numbers = []
        for identifier, value in params.items():
            rule = rules.get(identifier)
            if rule is None or type(value) not in rule.quick or not rule.low <= value <= rule.high:
                return None
            numbers.append(rule.no)
        return numbers

    def event_post(self, identifier: str, params: Any) -> CheckedValues:
        """Check the `params` of an event, wrapped in `value` or plain. Raises ValueRefused, also for an unknown event."""
        members = self._events.get(identifier)
        if members is None:
            raise ValueRefused(identifier, "unknown_identifier")
        if type(params) is not dict:
            raise ValueRefused("params", "type", expected="struct")
        time_ms = None
        wrapped = "value" in params and params.keys() <= _WRAPPING and "value" not in members.checks
        if wrapped:
            params, time_ms = params["value"], read_time(params.get("time"), "time")
            if type(params) is not dict:
                raise ValueRefused("params.value", "type", expected="struct")
        values, dropped = members.sift(params)
        return CheckedValues(values, time_ms, dropped)

    def service_input(self, identifier: str, args: Any) -> dict[str, Any]:
        """Check a caller's arguments. A caller gets no half call: raises ValueRefused or ValueOutside."""
        check = self._inputs.get(identifier)
        if check is None:
            raise ValueRefused(identifier, "unknown_identifier")
        checked: dict[str, Any] = check(args, "")
        return checked

    def property_set(self, items: Any) -> dict[str, Any]:
        """Check values a caller wants set; only writable properties. Raises ValueRefused or ValueOutside."""
        if type(items) is not dict:
            raise ValueRefused("items", "type", expected="struct")
        out = {}
        for identifier, value in items.items():
            rule = self.rules.get(identifier)
            if rule is None:
                raise ValueRefused(identifier, "unknown_identifier")
            if not rule.property.writable:
                raise ValueRefused(identifier, "read_only")
            out[identifier] = rule.check(value, identifier)
        return out

    def event(self, identifier: str) -> Event | None:
        return self.model.event_by_id.get(identifier)

    def service(self, identifier: str) -> Service | None:
        return self.model.service_by_id.get(identifier)


class _Members:
    """Members are checked one by one, so that a value outside its limits does not affect the others."""

    __slots__ = ("checks",)

    def __init__(self, members: tuple[Member, ...]) -> None:
        self.checks = {member.identifier: check_of(member.type) for member in members}

    def sift(self, values: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        kept: dict[str, Any] = {}
        dropped: list[Problem] = []
        for identifier, value in values.items():
            check = self.checks.get(identifier)
            if check is None:
                raise ValueRefused(identifier, "unknown_identifier")
            try:
                kept[identifier] = check(value, identifier)
            except ValueOutside as outside:
                dropped.append(outside.problem)
        return kept, dropped


def compile_model(model: ThingModel, numbers: dict[str, int] | None = None) -> CompiledModel:
    """Make the checks of `model`; `numbers` maps identifiers to the store's property numbers."""
    return CompiledModel(model, numbers)


def read_time(value: Any, path: str) -> int | None:
    """A device's time in ms, sent as number or digits; None when absent. Raises ValueRefused."""
    if value is None or type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is str and value.isascii() and value.isdigit():
        return int(value)
    raise ValueRefused(path, "type", expected="time")


def _stored(data_type: DataType) -> Stored:
    match data_type:
        case Number() | Bool() | Enum():
            return "number"
        case Text() | Date():
            return "text"
    return "json"
