"""Values against the JSON schema of a device's form: every fault with its place, for an editor that shows them all.

jsonschema-rs checks (ADR 0083). A schema comes with a driver of somebody else's, so what it may cost is bounded before it
is used: its parts, each counted as often as it is referred to, times the values that it meets. Patterns take time that
grows with the text alone, so they look neither ahead nor back. It refers to itself alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

MOST: Final = 50
"""Most faults that are reported of one document."""
_HEAVIEST: Final = 2_000
_PATTERN_WEIGHT: Final = 80
_PATTERN_BYTES: Final = 2 * 1024 * 1024
"""Of a compiled pattern."""
_DEEPEST: Final = 64
_MOST_LOOKS: Final = 50_000
"""Parts of a schema times values of a document; each may become a fault, which takes 20 µs."""
_TEXT_OF_A_VALUE: Final = 64
"""Characters of a text that count as one value."""
_RULES: Final = {
    "minItems": "too_few_items",
    "maxItems": "too_many_items",
    "minLength": "too_short",
    "maxLength": "too_long",
}
_TYPE_RULES: Final = {
    "object": "type_object",
    "array": "type_array",
    "string": "type_str",
    "boolean": "type_bool",
    "integer": "type_int",
    "number": "type_float",
}
"""Types, and the rule whose text names them."""
_IPV4: Final = "192.168.1.110"


class Fault(NamedTuple):
    """`path`: the way to the value by keys and positions, "" for the whole; `rule` and `facts` fill a text."""

    path: str
    rule: str
    facts: dict[str, Any]


class _Unfit(ValueError):
    """A schema that is not used."""


def unfit(schema: Mapping[str, Any]) -> str:
    """Why a schema cannot be used, in words for its author; empty when it can be used."""
    try:
        _validator(msgspec.json.encode(schema))
    except _Unfit as error:
        return str(error)
    return ""


def faults_of(schema: Mapping[str, Any], value: Any) -> list[Fault]:
    """The rules of a schema that a value breaks, at most `MOST`."""
    try:
        validator, weight = _validator(msgspec.json.encode(schema))
    except _Unfit as error:
        return [Fault("", "edge.form_unfit", {"said": str(error)})]
    if not _bounded(value, _MOST_LOOKS // weight):
        return [Fault("", "edge.json_deep", {})]
    return list(islice(_faults(validator.iter_errors(value), schema, value), MOST))


@lru_cache(maxsize=4)
def _validator(encoded: bytes) -> "tuple[Validator, int]":
    """The schema in use, and its weight. Raises _Unfit."""
    import jsonschema_rs  # 7 MB, for installations that have such forms

    schema = msgspec.json.decode(encoded)
    weight = _Weighing(schema).weigh(schema, 0)
    options = jsonschema_rs.RegexOptions(size_limit=_PATTERN_BYTES, dfa_size_limit=_PATTERN_BYTES // 4)
    try:
        return jsonschema_rs.validator_for(
            schema, validate_formats=True, pattern_options=options, offline=True
        ), weight
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise _Unfit(str(error).partition("\n")[0][:200]) from None


class _Weighing:
    """The most work for a schema. A part that is referred to counts each time, so loops have no bound."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._weights: dict[str, int] = {}
        self._entered: set[str] = set()

    def weigh(self, part: Any, deep: int) -> int:
        """Raises _Unfit."""
        if deep > _DEEPEST:
            raise _Unfit("nested too deeply")
        if isinstance(part, list):
            return 1 + sum(self.weigh(item, deep + 1) for item in part)
        if not isinstance(part, dict):
            return 0
        weight = 1 + sum(self.weigh(item, deep + 1) for item in part.values())
        weight += _PATTERN_WEIGHT * isinstance(part.get("pattern"), str)
        if isinstance(patterns := part.get("patternProperties"), dict):
            weight += _PATTERN_WEIGHT * len(patterns)
        if isinstance(reference := part.get("$ref"), str):
            weight += self._referred(reference, deep)
        if weight > _HEAVIEST:
            raise _Unfit(f"more than {_HEAVIEST} parts")
        return weight

    def _referred(self, reference: str, deep: int) -> int:
        if reference not in self._weights:
            if reference in self._entered:
                raise _Unfit(f"{reference} refers to itself")
            self._entered.add(reference)
            self._weights[reference] = self.weigh(_part(self._root, reference), deep + 1)
        return self._weights[reference]


def _part(root: Any, reference: str) -> Any:
    """Where a reference inside the document leads (RFC 6901). Raises _Unfit."""
    if not reference.startswith("#/"):
        raise _Unfit(f"{reference[:100]} is no reference by #/… inside the schema")
    part = root
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            part = part[int(name)] if isinstance(part, list) else part[name]
        except (LookupError, TypeError, ValueError):
            raise _Unfit(f"{reference[:100]} is not there") from None
    return part


def _bounded(value: Any, most: int) -> bool:
    """Whether a document is neither too deep nor has more than `most` values."""
    level, size = [value], 0
    for _ in range(_DEEPEST):
        size += len(level) + sum(len(item) // _TEXT_OF_A_VALUE for item in level if isinstance(item, str))
        if size > most:
            return False
        nested = [item for item in level if isinstance(item, dict | list)]
        level = [inner for item in nested for inner in (item.values() if isinstance(item, dict) else item)]
        if not level:
            return True
    return False


def _faults(errors: "Iterable[ValidationError]", schema: Mapping[str, Any], value: Any) -> Iterator[Fault]:
    for error in errors:
        keyword, facts = error.kind.name, error.kind.as_dict()
        place = error.instance_path
        match keyword:
            case "required":
                yield Fault(_written([*place, facts["property"]], value), "required", {})
            case "additionalProperties" | "unevaluatedProperties":
                for name in facts["unexpected"]:
                    yield Fault(_written([*place, name], value), "unknown", {})
            case "anyOf" | "oneOf" if nearest := _nearest(facts.get("context", []), place):
                yield from _faults(nearest, schema, value)
            case _:
                rule = _broken_part(schema, error.schema_path)
                yield Fault(_written(place, value), *_rule_of(keyword, facts, rule))


def _broken_part(schema: Mapping[str, Any], path: list[str | int]) -> Mapping[str, Any]:
    """The part whose last step of `path` is a keyword that is broken."""
    part: Any = schema
    for step in path[:-1]:
        part = _below(part, step)[1]
    return part if isinstance(part, dict) else {}


def _below(part: Any, step: str | int) -> tuple[str | int, Any]:
    """The step as it stands in `part`, and where it leads. Paths of jsonschema-rs have a name of digits as a number."""
    if isinstance(part, list):
        return step, part[int(step)]
    names = part if isinstance(part, dict) else {}
    if isinstance(step, int) and str(step) not in names:
        step = next((name for name in names if name.isdecimal() and int(name) == step), step)
    return str(step), names.get(str(step))


def _nearest(options: "list[list[ValidationError]]", place: list[str | int]) -> "list[ValidationError]":
    """The faults in the nearest of several forms: the form whose type fits the value."""
    for faults in options:
        if not any(fault.kind.name == "type" and fault.instance_path == place for fault in faults):
            return faults
    return options[0] if options else []


def _rule_of(keyword: str, facts: dict[str, Any], rule: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The rule and the facts of its text; `rule`: the part of the schema that is broken."""
    match keyword:
        case "type":
            kinds = rule.get("type", facts["types"])
            kinds = [kinds] if isinstance(kinds, str) else kinds
            type_rule = _TYPE_RULES.get(kinds[0], "type") if len(kinds) == 1 else "type"
            return type_rule, {"expected": ", ".join(kinds)}
        case "const":
            return "one_of", {"allowed": facts["expected_value"]}
        case "enum":
            return "one_of", {"allowed": ", ".join(str(option) for option in facts["options"])}
        case "minimum" | "maximum":
            bounds = {"minimum": "-∞", "maximum": "∞", keyword: facts["limit"], **rule}
            return "range", {"low": bounds["minimum"], "high": bounds["maximum"]}
        case "pattern":
            return "edge.pattern", {"pattern": facts.get("pattern", "")}
        case "format" if facts["format"] == "ipv4":
            return "format", {"example": _IPV4}
        case _ if keyword in _RULES:
            return _RULES[keyword], {"limit": facts["limit"]}
        case _:
            return "edge.form_rule", {"keyword": keyword}


def _written(place: list[str | int], value: Any) -> str:
    text = ""
    for step in place:
        name, value = _below(value, step)
        text += f"[{name}]" if isinstance(name, int) else f".{name}"
    return text.removeprefix(".")
