"""The changes between two thing models, part by part, and which changes break users of the older model."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from linli.tsl.document import to_document
from linli.tsl.model import ThingModel

type Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Kind = Literal["added", "removed", "changed"]

_SECTIONS = ("properties", "events", "services")
_TOLD_APART = ("inputData", "outputData", "dataType", "specs", "item")
"""Parts that are compared from inside; everything else is one value."""
_HARMLESS = frozenset({"name", "desc", "unitName"})
"""Words for people: no device and no program depends on them."""


class Difference(Struct, frozen=True):
    """One change. `path` names things by identifier: `properties.Geo.dataType.specs.lon`."""

    path: str
    kind: Kind
    before: object = None
    after: object = None
    breaking: bool = False
    """Devices or programs made for the older model may fail: something is gone, narrower, or of another type."""


def compare(before: ThingModel, after: ThingModel) -> list[Difference]:
    """Every difference, in the order of the document. Moving a part within its list is none."""
    old, new = to_document(before), to_document(after)
    return [difference for name in _SECTIONS for difference in _lists(name, old[name], new[name])]


def _lists(path: str, before: list[Json], after: list[Json]) -> Iterator[Difference]:
    """Lists of named parts are compared by identifier."""
    old, new = _by_identifier(before), _by_identifier(after)
    for key in old.keys() - new.keys():
        yield Difference(f"{path}.{key}", "removed", before=old[key], breaking=True)
    for key, part in new.items():
        if key not in old:
            yield Difference(f"{path}.{key}", "added", after=part, breaking=path.endswith("inputData"))
        else:
            yield from _objects(f"{path}.{key}", old[key], part)


def _objects(path: str, before: dict[str, Json], after: dict[str, Json]) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        at = f"{path}.{key}"
        if key in _TOLD_APART and isinstance(old, dict) and isinstance(new, dict):
            if key in ("dataType", "item") and old.get("type") != new.get("type"):
                yield Difference(at, "changed", old, new, breaking=True)
            else:
                yield from _objects(at, old, new)
        elif key in _TOLD_APART and isinstance(old, list) and isinstance(new, list):
            yield from _lists(at, old, new)
        else:
            kind: Kind = "added" if key not in before else "removed" if key not in after else "changed"
            yield Difference(at, kind, old, new, breaking=_breaks(key, old, new))


def _breaks(key: str, old: Json, new: Json) -> bool:
    """Whether a changed value narrows what was allowed or means something else."""
    if key in _HARMLESS:
        return False
    if key in ("max", "length", "size"):
        return new is not None and (old is None or _number(new) < _number(old))
    if key == "min":
        return new is not None and (old is None or _number(new) > _number(old))
    if key == "accessMode":
        return new == "r"
    if key == "required":
        return bool(new)
    if key == "step":
        return False
    if key == "unit":
        return old is not None
    if key.removeprefix("-").isdigit():  # an item of an enum, a label of a bool: a new one breaks nothing
        return new is None
    return True


def _number(value: Json) -> float:
    return float(value) if isinstance(value, str | int | float) else 0.0


def _by_identifier(parts: list[Json]) -> dict[str, dict[str, Json]]:
    return {str(part["identifier"]): part for part in parts if isinstance(part, dict)}
