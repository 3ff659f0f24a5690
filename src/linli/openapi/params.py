"""From `params` as sent to the method's Struct, with refusals that name the field and the rule.

Numbers may come as strings (spec B 3.1, rule 7); unknown members are ignored; a wrong JSON type and a bad value are
different failures (spec H 8.2: 400 and 460).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from linli.kernel.errors import BadInput

type Decode = Callable[[bytes | msgspec.Raw], msgspec.Struct]

INT64 = 2**63
_PLACE = re.compile(r"(?P<said>.*?)(?: - at `(?P<path>[^`]*)`)?", re.S)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_GOT = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`")
_LENGTH = re.compile(
    r"Expected `(?P<kind>[^`]+)` of length (?P<sign>[<>]=|[<>]|==) (?P<limit>\d+)(?: and <= (?P<high>\d+))?"
)
_BOUND = re.compile(r"Expected `(?P<kind>int|float)` (?P<sign>[<>]=?) (?P<limit>\S+)")
_REGEX = re.compile(r"Expected `str` matching regex (?P<quote>['\"])(?P<pattern>.*)(?P=quote)", re.S)


def decoder(params: type[msgspec.Struct]) -> Decode:
    """A function from JSON to `params`. Raises msgspec.DecodeError; `refusal` makes the answer of it."""
    return msgspec.json.Decoder(params, strict=False).decode


def from_fields(fields: Mapping[str, str], params: type[msgspec.Struct]) -> msgspec.Struct:
    """Query or form fields as `params`; a list or an object is written as JSON text in its field.

    Raises msgspec.ValidationError.
    """
    try:
        return msgspec.convert(fields, params, strict=False)
    except msgspec.ValidationError:
        opened = {name: _opened(value) for name, value in fields.items()}
        if opened == fields:
            raise
        return msgspec.convert(opened, params, strict=False)


def refusal(error: msgspec.DecodeError) -> BadInput:
    """The field and the rule that a decoder's message speaks of."""
    place = _PLACE.fullmatch(str(error))
    said, path = (place["said"], place["path"] or "") if place else (str(error), "")
    field = path.removeprefix("$").removeprefix(".") or "params"
    if missing := _MISSING.match(said):
        inside = path.removeprefix("$").removeprefix(".")
        return BadInput(field=f"{inside}.{missing['name']}" if inside else missing["name"], rule="required")
    if got := _GOT.match(said):
        if got["got"] == "null":
            return BadInput(field=field, rule="required")
        return BadInput(field=field, rule="type", expected=got["expected"], got=got["got"])
    if length := _LENGTH.match(said):
        return _length_rule(field, length["kind"], length["sign"], int(length["limit"]))
    if bound := _BOUND.match(said):
        rule = "at_least" if bound["sign"].startswith(">") else "at_most"
        return BadInput(field=field, rule=rule, limit=bound["limit"])
    if pattern := _REGEX.match(said):
        return BadInput(field=field, rule="format", example=pattern["pattern"])
    if said.startswith("Invalid enum value"):
        return BadInput(field=field, rule="unknown")
    if isinstance(error, msgspec.ValidationError):
        return BadInput(field=field, rule="unfit", said=said)
    return BadInput(field=field, rule="type", expected="JSON", said=said)


def number_too_big(value: Any, field: str = "") -> str | None:
    """Where `value` holds an integer that no 64-bit column takes; None when nowhere.

    Looked at only after a method failed on it, since it costs more than the call.
    """
    match value:
        case bool() | None:
            return None
        case int():
            return field if not -INT64 <= value < INT64 else None
        case msgspec.Struct():
            names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            parts = [(f".{wire}", getattr(value, name)) for name, wire in names]
        case dict():
            parts = [(f".{key}", part) for key, part in value.items()]
        case list() | tuple():
            parts = [(f"[{number}]", part) for number, part in enumerate(value)]
        case _:
            return None
    for place, part in parts:
        found = number_too_big(part, f"{field}{place}")
        if found is not None:
            return found.removeprefix(".")
    return None


def _length_rule(field: str, kind: str, sign: str, limit: int) -> BadInput:
    if sign.startswith("<"):
        return BadInput(field=field, rule="too_many_items" if kind == "array" else "too_long", limit=limit)
    if limit <= 1:
        return BadInput(field=field, rule="blank")
    return BadInput(field=field, rule="too_few_items" if kind == "array" else "too_short", limit=limit)


def _opened(value: str) -> Any:
    if value[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
    return value
