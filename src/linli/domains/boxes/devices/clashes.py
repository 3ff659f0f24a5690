"""Devices of a gateway that cannot be used together. Pure. Spec C 8.4 (uniqueness), 8.5 (duplicate rule)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from linli.domains.boxes.catalogue.library import DOOR_DEVICE, DOOR_SYSTEM, DOOR_TERMINAL, library
from linli.domains.boxes.schema_check import Fault

_DIRECT: Final = (DOOR_DEVICE, DOOR_TERMINAL)
_NUMBERS: Final = ("devId", "deviceId")
"""Numbers by which vendors' own drivers know a device."""


class Entry(NamedTuple):
    """A device as the comparison needs it."""

    device_name: str
    driver_id: str
    protocol_id: int
    custom: Mapping[str, Any]


class Neighbours:
    """The devices of a gateway, found by what must not be there twice."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        for key in _keys(entry):
            self._by[key].append(entry)

    def clashes(self, entry: Entry) -> tuple[list[Fault], list[Fault]]:
        """(faults, warnings), at most one of each."""
        bad: list[Fault] = []
        doubtful: list[Fault] = []
        for key in _keys(entry):
            for other in self._by.get(key, ()):
                fault, refused = _judge(str(key[0]), entry, other)
                if fault is not None:
                    (bad if refused else doubtful).append(fault)
        return bad[:1], doubtful[:1]


def _keys(entry: Entry) -> list[tuple[object, ...]]:
    custom = entry.custom
    keys: list[tuple[object, ...]] = []
    if entry.driver_id in _DIRECT and custom.get("ip"):
        keys.append(("ip", str(custom["ip"])))
    if entry.driver_id == DOOR_SYSTEM and custom.get("uniqueId"):
        keys.append(("uniqueId", entry.protocol_id, str(custom["uniqueId"])))
    if entry.driver_id not in (*_DIRECT, DOOR_SYSTEM):
        host = str(custom.get("devIp", custom.get("ip", "")))
        keys += [
            (field, entry.protocol_id, host, str(custom[field]))
            for field in _NUMBERS
            if custom.get(field) not in (None, "")
        ]
    return keys


def _judge(field: str, entry: Entry, other: Entry) -> tuple[Fault | None, bool]:
    """(what is wrong, whether it is refused)."""
    same_type = entry.custom.get("accessType") == other.custom.get("accessType")
    if field == "ip":
        # Form A makes one device for each function of a machine: several at one address are the normal case.
        if entry.driver_id == other.driver_id == DOOR_DEVICE and not same_type:
            return None, False
        return Fault("ip", "edge.place_taken", {"device": other.device_name}), True
    facts = {"device": other.device_name, "number": entry.custom.get(field)}
    if field == "uniqueId" and not same_type:
        # One number twice takes every device of some brands off line, also across functions (17, A6).
        strict = _across_types(entry) or _across_types(other)
        return Fault(field, "edge.number_taken" if strict else "edge.number_shared", facts), strict
    return Fault(field, "edge.number_taken", facts), True


def _across_types(entry: Entry) -> bool:
    preset = library().preset(str(entry.custom.get("brand", "")), DOOR_SYSTEM)
    return preset is not None and preset.unique_across_types
