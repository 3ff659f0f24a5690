"""Types as `code_types` reads them off, and what comes of several of them."""

import ast
from collections.abc import Iterable
from typing import NamedTuple


class Type(NamedTuple):
    """A class by its dotted name, or `type`, `module`, `function` with the name of which one in `of`."""

    name: str
    arguments: tuple["Types", ...] = ()
    of: str = ""


type Types = tuple[Type, ...] | None
"""What it may be; None: anything."""

NOTHING: tuple[Type, ...] = ()
ANYTHING = frozenset({"Any", "object", "Self", "Never", "Literal"})
LISTS = frozenset(
    [
        "list",
        "set",
        "frozenset",
        "deque",
        "Sequence",
        "Iterable",
        "Iterator",
        "Collection",
        "Set",
        "MutableSet",
        "AbstractSet",
        "AsyncIterator",
        "AsyncIterable",
        "Generator",
        "AsyncGenerator",
        "MutableSequence",
        "tuple",
        "Reversible",
        "KeysView",
        "ValuesView",
    ]
)
DICTS = frozenset(["dict", "defaultdict", "Mapping", "MutableMapping", "OrderedDict"])
AWAITED = {"Awaitable": 0, "Future": 0, "Task": 0, "Coroutine": 2}
SAME_ELEMENTS = frozenset({"list", "sorted", "set", "frozenset", "tuple", "reversed", "iter"})


def either(first: Types, second: Types) -> Types:
    return None if first is None or second is None else tuple(dict.fromkeys((*first, *second)))


def join(every: Iterable[Types]) -> Types:
    joined: Types = NOTHING
    for kinds in every:
        joined = either(joined, kinds)
        if joined is None:
            return None
    return joined


def awaited(kind: Type) -> Types:
    place = AWAITED.get(kind.name.rpartition(".")[2])
    if place is None:
        return (kind,)
    return kind.arguments[place] if len(kind.arguments) > place else None


def item_of(kind: Type, place: ast.expr) -> Types:
    short = kind.name.rpartition(".")[2]
    if isinstance(place, ast.Slice):
        return (kind,)
    if short == "tuple" and not kind.of:
        if (
            isinstance(place, ast.Constant)
            and isinstance(place.value, int)
            and place.value < len(kind.arguments)
        ):
            return kind.arguments[place.value]
        return join(kind.arguments) if kind.arguments else None
    if short in LISTS and kind.arguments:
        return kind.arguments[0]
    if short in DICTS and len(kind.arguments) == 2:
        return kind.arguments[1]
    return None
