"""The difference between what a device has and what it should have."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference[K: Hashable]:
    missing: tuple[K, ...]
    """Wanted, but not on the device."""
    different: tuple[K, ...]
    """On the device with other content."""
    surplus: tuple[K, ...]
    """On the device, but not wanted."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.different or self.surplus)


def compare[K: Hashable](wanted: Mapping[K, str], reported: Mapping[K, str]) -> Difference[K]:
    """Compare content hashes by credential, keeping the order of each mapping."""
    return Difference(
        missing=tuple(key for key in wanted if key not in reported),
        different=tuple(key for key, content in wanted.items() if reported.get(key, content) != content),
        surplus=tuple(key for key in reported if key not in wanted),
    )
