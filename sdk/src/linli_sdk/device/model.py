"""Reading a thing model, as a device gets its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def example_values(model: Mapping[str, Any]) -> dict[str, Any]:
    """A value that fits for each property of a plain type: for programs that try a device out, whatever it is."""
    values = {
        row["identifier"]: _example(row["dataType"]["type"], row["dataType"].get("specs") or {})
        for row in model.get("properties", [])
    }
    return {name: value for name, value in values.items() if value is not None}


def has_event(model: Mapping[str, Any], identifier: str) -> bool:
    return any(row["identifier"] == identifier for row in model.get("events", []))


def _example(kind: str, specs: Mapping[str, Any]) -> Any:
    match kind:
        case "int":
            return int(float(specs.get("min", 0)))
        case "float" | "double":
            return float(specs.get("min", 0))
        case "bool" | "enum":
            return int(next(iter(specs), 0))
        case "text":
            return "example"[: int(specs.get("length", 7))]
        case _:
            return None
