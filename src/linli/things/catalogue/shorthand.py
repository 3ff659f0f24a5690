"""The short form in which the library's thing models are written, turned into TSL documents.

    {"id": "Power", "name": "总有功功率", "type": "double", "range": [0, 1000, 0.1], "unit": "kW", "rw": true}

`range` is [lowest, highest, step]; the unit's Chinese name comes from `linli.tsl.units`. `labels` of a bool or enum is a
list counted from 0, or an object. A property is read only unless `rw`. Events have `out`, services `in`, `out`, `call`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from linli.tsl.units import BY_SYMBOL

type Part = Mapping[str, Any]

_TEXT_LENGTH = 255


def document(model: Part, parts: Mapping[str, Part]) -> dict[str, Any]:
    """The TSL document of one model: first the shared `parts` it names in `use`, then its own; a later one of the same
    identifier replaces the earlier."""
    sources = [*(parts[name] for name in model.get("use", ())), model]
    return {
        "properties": _merged(sources, "properties", _property),
        "events": _merged(sources, "events", _event),
        "services": _merged(sources, "services", _service),
    }


def _merged(sources: Sequence[Part], key: str, write: Any) -> list[dict[str, Any]]:
    parts = {part["id"]: write(part) for source in sources for part in source.get(key, ())}
    return list(parts.values())


def _property(part: Part) -> dict[str, Any]:
    access = "rw" if part.get("rw") else "r"
    return _member(part) | {"accessMode": access, "required": part.get("required", False)}


def _event(part: Part) -> dict[str, Any]:
    return {
        "identifier": part["id"],
        "name": part["name"],
        "type": part["type"],
        "required": part.get("required", False),
        "outputData": [_member(member) for member in part.get("out", ())],
    }


def _service(part: Part) -> dict[str, Any]:
    return {
        "identifier": part["id"],
        "name": part["name"],
        "callType": part["call"],
        "required": part.get("required", False),
        "inputData": [_member(member) for member in part.get("in", ())],
        "outputData": [_member(member) for member in part.get("out", ())],
    }


def _member(part: Part) -> dict[str, Any]:
    return {"identifier": part["id"], "name": part["name"], "dataType": _type(part)}


def _type(part: Part) -> dict[str, Any]:
    kind = part["type"]
    specs: Any = {}
    match kind:
        case "int" | "float" | "double":
            if "range" in part:
                specs = dict(zip(("min", "max", "step"), map(str, part["range"]), strict=True))
            if "unit" in part:
                specs |= {"unit": part["unit"], "unitName": BY_SYMBOL[part["unit"]].name}
        case "text":
            specs = {"length": str(part.get("length", _TEXT_LENGTH))}
        case "bool" | "enum":
            labels = part["labels"]
            pairs = labels.items() if isinstance(labels, Mapping) else enumerate(labels)
            specs = {str(number): label for number, label in pairs}
        case "struct":
            specs = [_member(member) for member in part["members"]]
        case "array":
            specs = {"size": str(part["size"]), "item": _type(part["item"])}
    return {"type": kind, "specs": specs}
