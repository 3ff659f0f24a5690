"""How recipes become cases: which ids a recipe reads, and what stands for one that nothing has."""

import itertools
import random
import re
from typing import Any

from linli.kernel.ids import Ids
from tests.scope.town import IDS, Lot

_absent = Ids(random.Random(5))
_once = itertools.count(1)


class Chosen:
    """A lot as a recipe reads it: notes which ids are used, and may have one of them replaced.

    `once` is another number at each reading, for names that must be new.
    """

    def __init__(self, lot: Lot, **instead: Any) -> None:
        self._lot = lot
        self._instead = instead
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name == "once":
            return next(_once)
        if name in IDS:
            self.used.add(name)
        return self._instead.get(name, getattr(self._lot, name))


def absent(value: Any) -> Any:
    """An id of the same shape that nothing has."""
    if isinstance(value, int):
        return 8_000_000_000_000_000 + _absent.number() % 10**12
    if "/" in value:  # a key of the object store: its first part is the tenant
        tenant, kind, folder, name = value.split("/")
        return f"{tenant}/{kind}/{_absent.hex(len(folder) - 8)}{folder[-8:]}/{name}"
    kept = 2 if value.startswith("50") else 0
    return value[:kept] + "".join(_absent.token(1, _like(char)) for char in value[kept:])


def _like(char: str) -> str:
    if char.isdigit():
        return "0123456789"
    return "abcdef" if char.islower() else "ABCDEF" if char.isupper() else char


def without(value: Any, text: str) -> str:
    """`text` with `<id>` wherever `value` stands as a word of its own."""
    return re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", "<id>", text)
