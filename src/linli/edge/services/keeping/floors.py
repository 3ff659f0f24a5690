"""The versions that a box must have before its data may be moved to another. Pure. Source: spec D 5.9.

Same model; base 2.1x or later on both; protocols and components from their first movable version on. The latter two may
be upgraded after the host was replaced and before the data is restored.
"""

import re
from typing import Final, Literal

import msgspec

BASE: Final = "2.10.0"
"""The base (底座) that this release is, in the source's own count: the first that can be moved."""
BASE_FLOOR: Final = (2, 10)
PROTOCOL_FLOORS: Final[dict[str, tuple[int, ...]]] = {
    "门禁设备官方协议": (2, 10, 0),
    "门禁一体机官方协议": (1, 0, 3),
}
COMPONENT_FLOORS: Final[dict[str, tuple[int, ...]]] = {"边缘规则引擎": (3, 1), "边缘通行服务": (3, 1)}
_NUMBERS: Final = re.compile(r"[vV]?(\d{1,9}(?:\.\d{1,9}){0,3})(?:[-+].*)?")


class Obstacle(msgspec.Struct, frozen=True):
    """The obstacles. `blocks` is the whole replacement, or the data until it is upgraded."""

    what: Literal["model", "base", "protocol", "component"]
    name: str
    found: str
    needed: str
    blocks: Literal["all", "data"]

    def __str__(self) -> str:
        return f"{self.what} {self.name}: {self.found or '?'}, needed: {self.needed}"


class Versions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The versions of a box."""

    model: str
    base: str = BASE
    protocols: dict[str, str] = {}
    """Version by the protocol's name as people choose it."""
    components: dict[str, str] = {}


def obstacles(old: Versions, new: Versions) -> list[Obstacle]:
    """The obstacles to moving `old` to `new`; empty: none."""
    problems = []
    if old.model != new.model:
        problems.append(Obstacle("model", new.model, new.model, old.model, "all"))
    for which, box in (("old", old), ("new", new)):
        if _older(box.base, BASE_FLOOR):
            problems.append(Obstacle("base", which, box.base, _text(BASE_FLOOR), "all"))
    for name, version in sorted(old.protocols.items()):
        floor = PROTOCOL_FLOORS.get(name)
        here = new.protocols.get(name, version)
        if floor is not None and _older(here, floor):
            problems.append(Obstacle("protocol", name, here, _text(floor), "data"))
    for name, version in sorted(old.components.items()):
        floor = COMPONENT_FLOORS.get(name)
        here = new.components.get(name, version)
        if floor is not None and _older(here, floor):
            problems.append(Obstacle("component", name, here, _text(floor), "data"))
    return problems


def _older(version: str, floor: tuple[int, ...]) -> bool:
    """A version that cannot be read counts as too old."""
    read = _NUMBERS.fullmatch(version.strip())
    if read is None:
        return True
    numbers = tuple(int(part) for part in read[1].split("."))
    return numbers + (0,) * (len(floor) - len(numbers)) < floor


def _text(floor: tuple[int, ...]) -> str:
    return f"≥ {'.'.join(map(str, floor))}"
