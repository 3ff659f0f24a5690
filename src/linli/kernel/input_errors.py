"""Translates errors of msgspec and of the database about bad input into the field and the rule that every surface
shows."""

import re
from typing import Any, Final

import msgspec

from linli.kernel.db.errors import Unstorable
from linli.kernel.errors import BadInput

_PLACE: Final = re.compile(r"(?P<said>.*?)(?: - at `(?P<path>[^`]*)`)?", re.S)
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>[^`]+)`")
_GOT: Final = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`")
_LENGTH: Final = re.compile(
    r"Expected `(?P<kind>[^`]+)` of length (?P<sign>[<>]=|[<>]|==) (?P<limit>\d+)(?: and <= (?P<high>\d+))?"
)
_BOUND: Final = re.compile(r"Expected `(?P<kind>int|float)` (?P<sign>[<>]=?) (?P<limit>\S+)")
_REGEX: Final = re.compile(r"Expected `str` matching regex (?P<quote>['\"])(?P<pattern>.*)(?P=quote)", re.S)


def refusal(error: msgspec.DecodeError, *, whole: str = "params") -> BadInput:
    """The field and the rule that a decoder's message speaks of; `whole` names input that is wrong altogether."""
    place = _PLACE.fullmatch(str(error))
    text, path = (place["said"], place["path"] or "") if place else (str(error), "")
    path = path.removeprefix("$").removeprefix(".")
    if isinstance(error, msgspec.ValidationError):
        return of_words(text, path, whole=whole)
    return BadInput(field=path or whole, rule="type", expected="JSON", said=text)


def of_words(text: str, path: str, *, whole: str = "params") -> BadInput:
    """The same from the words and the place apart."""
    field = path or whole
    if missing := _MISSING.match(text):
        return BadInput(field=f"{path}.{missing['name']}" if path else missing["name"], rule="required")
    if extra := _UNKNOWN.match(text):
        return BadInput(field=f"{path}.{extra['name']}" if path else extra["name"], rule="unknown")
    if got := _GOT.match(text):
        if got["got"] == "null":
            return BadInput(field=field, rule="required")
        return BadInput(field=field, rule="type", expected=got["expected"], got=got["got"])
    if length := _LENGTH.match(text):
        return BadInput(field=field, **_length_rule(length["kind"], length["sign"], int(length["limit"])))
    if bound := _BOUND.match(text):
        rule = "at_least" if bound["sign"].startswith(">") else "at_most"
        return BadInput(field=field, rule=rule, limit=bound["limit"])
    if pattern := _REGEX.match(text):
        return BadInput(field=field, rule="format", example=pattern["pattern"])
    if text.startswith("Invalid enum value"):
        return BadInput(field=field, rule="unknown")
    return BadInput(field=field, rule="unfit", said=text)


def of_unstorable(error: Unstorable, *inputs: Any, whole: str = "params") -> BadInput:
    """A value that no column takes, by the field of `inputs` that it came in; `whole` where it is in none of them."""
    places = (_place_of(error.value, part) for part in inputs)
    field = next(filter(None, places), None) if error.value is not None else None
    return BadInput(**{**error.facts, "field": field or whole})


def _place_of(value: Any, inputs: Any, path: str = "") -> str | None:
    """Where in what came in, decoded, a value stands, by wire names: `rows[2].count`."""
    match inputs:
        case msgspec.Struct():
            names = zip(inputs.__struct_fields__, inputs.__struct_encode_fields__, strict=True)
            parts = [(f"{path}.{wire}" if path else wire, getattr(inputs, name)) for name, wire in names]
        case dict():
            parts = [(f"{path}.{key}" if path else str(key), part) for key, part in inputs.items()]
        case list() | tuple():
            parts = [(f"{path}[{number}]", part) for number, part in enumerate(inputs)]
        case _:
            same = inputs == value if type(inputs) is type(value) else inputs == str(value)
            return path if same else None
    for place, part in parts:
        if (inner := _place_of(value, part, place)) is not None:
            return inner
    return None


def _length_rule(kind: str, sign: str, limit: int) -> dict[str, Any]:
    if sign.startswith("<"):
        return {"rule": "too_many_items" if kind == "array" else "too_long", "limit": limit}
    if limit <= 1:
        return {"rule": "blank"}
    return {"rule": "too_few_items" if kind == "array" else "too_short", "limit": limit}
