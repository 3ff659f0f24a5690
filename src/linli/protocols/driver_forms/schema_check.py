"""JSON values against a JSON schema: every fault with its place, for an editor that shows them all at once.

The part of JSON Schema 2020-12 that forms of drivers use; words of a schema that we do not know are passed over, as the
standard has it. References lead inside the same document only.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

MOST: Final = 50
"""Faults of one document that are told."""
_DEEP: Final = 24
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}
_TYPE_RULES: Final = {
    "object": "type_object",
    "array": "type_array",
    "string": "type_str",
    "boolean": "type_bool",
    "integer": "type_int",
    "number": "type_float",
}
"""Types, and the rule in which people are told."""


class Fault(NamedTuple):
    """`path`: the way to the value by keys and positions, "" for the whole; `rule` and `facts` fill a text."""

    path: str
    rule: str
    facts: dict[str, Any]


def faults_of(schema: Mapping[str, Any], value: Any) -> list[Fault]:
    """What of a schema a value breaks, at most `MOST`."""
    found = []
    for fault in _look(schema, value, "", schema, 0):
        found.append(fault)
        if len(found) == MOST:
            break
    return found


def _look(
    schema: Mapping[str, Any], value: Any, path: str, root: Mapping[str, Any], deep: int
) -> Iterator[Fault]:
    if deep > _DEEP:
        yield Fault(path, "edge.json_deep", {})
        return
    if (reference := schema.get("$ref")) is not None:
        yield from _look(_part(root, str(reference)), value, path, root, deep + 1)
        return
    for words in ("anyOf", "oneOf"):
        if options := schema.get(words):
            yield from _any_of(options, value, path, root, deep)
    for part in schema.get("allOf", ()):
        yield from _look(part, value, path, root, deep + 1)
    if (condition := schema.get("if")) is not None:
        holds = next(_look(condition, value, path, root, deep + 1), None) is None
        yield from _look(schema.get("then" if holds else "else", {}), value, path, root, deep + 1)
    if not _fits_type(schema.get("type"), value):
        kinds = schema["type"]
        rule = _TYPE_RULES.get(kinds, "type") if isinstance(kinds, str) else "type"
        yield Fault(path, rule, {"expected": kinds if isinstance(kinds, str) else ", ".join(kinds)})
        return
    yield from _plain(schema, value, path)
    if isinstance(value, dict):
        yield from _object(schema, value, path, root, deep)
    if isinstance(value, list) and isinstance(items := schema.get("items"), Mapping):
        for position, one in enumerate(value):
            yield from _look(items, one, f"{path}[{position}]", root, deep + 1)


def _any_of(options: Any, value: Any, path: str, root: Mapping[str, Any], deep: int) -> Iterator[Fault]:
    """Of several forms, the faults in the one that a value is nearest to: whose type fits."""
    kept: list[Fault] | None = None
    for option in options:
        faults = list(_look(option, value, path, root, deep + 1))
        if not faults:
            return
        if kept is None or not any(one.rule.startswith("type") and one.path == path for one in faults):
            kept = faults
    yield from kept or ()


def _part(root: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    part: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        part = part.get(step, {}) if isinstance(part, Mapping) and step else part
    return part if isinstance(part, Mapping) else {}


def _fits_type(kinds: Any, value: Any) -> bool:
    if kinds is None:
        return True
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        fits = isinstance(value, _TYPES.get(kind, (object,)))
        if isinstance(value, bool) and kind in ("integer", "number"):
            fits = False
        if kind == "integer" and isinstance(value, float) and value.is_integer():
            fits = True
        if fits:
            return True
    return False


def _plain(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[Fault]:
    if "const" in schema and not _same(value, schema["const"]):
        yield Fault(path, "one_of", {"allowed": schema["const"]})
    if "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
        yield Fault(path, "one_of", {"allowed": ", ".join(str(one) for one in schema["enum"])})
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            yield Fault(
                path, "range", {"low": "-∞" if low is None else low, "high": "∞" if high is None else high}
            )
    if isinstance(value, str):
        yield from _text(schema, value, path)
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield Fault(path, "too_few_items", {"limit": schema["minItems"]})
        if len(value) > schema.get("maxItems", len(value)):
            yield Fault(path, "too_many_items", {"limit": schema["maxItems"]})


def _same(value: Any, other: Any) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _text(schema: Mapping[str, Any], value: str, path: str) -> Iterator[Fault]:
    if len(value) < schema.get("minLength", 0):
        yield Fault(path, "too_short", {"limit": schema["minLength"]})
    if len(value) > schema.get("maxLength", len(value)):
        yield Fault(path, "too_long", {"limit": schema["maxLength"]})
    if (pattern := schema.get("pattern")) is not None and not _matches(pattern, value):
        yield Fault(path, "edge.pattern", {"pattern": pattern})
    if schema.get("format") == "ipv4" and not _is_ipv4(value):
        yield Fault(path, "format", {"example": "192.168.1.110"})


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value[:4096]) is not None
    except re.error:
        return True  # another dialect: not ours to judge


def _is_ipv4(value: str) -> bool:
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        return False
    return True


def _object(
    schema: Mapping[str, Any], value: dict[str, Any], path: str, root: Mapping[str, Any], deep: int
) -> Iterator[Fault]:
    known: Mapping[str, Any] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield Fault(_under(path, name), "required", {})
    more = schema.get("additionalProperties", True)
    for name, one in value.items():
        where = _under(path, name)
        if name in known:
            yield from _look(known[name], one, where, root, deep + 1)
        elif more is False:
            yield Fault(where, "unknown", {})
        elif isinstance(more, Mapping):
            yield from _look(more, one, where, root, deep + 1)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
