"""An entry's signature, read once at start: its parameters by name and type, and its result."""

import inspect
import typing
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

type Function = Callable[..., Awaitable[Any]]

REQUIRED: Final = inspect.Parameter.empty
"""The default of what has none."""


class EntryError(Exception):
    """An entry is declared wrongly; found at start, never at call time."""


class Need(msgspec.Struct, frozen=True):
    """One parameter: its name and its type, with the rest of `Annotated`."""

    name: str
    type: Any
    default: Any = REQUIRED


class Reading(msgspec.Struct, frozen=True):
    """The facts of a signature."""

    needs: tuple[Need, ...]
    result: Any
    """The annotation of what is returned; None for nothing."""
    description: str


def place_of(function: object) -> str:
    """How a function is called in errors."""
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"


def read(function: Function) -> Reading:
    """The signature of an entry. Raises EntryError."""
    where = place_of(function)
    if not inspect.iscoroutinefunction(function):
        raise EntryError(f"{where}: an entry is an async function")
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise EntryError(f"{where}: annotations must be importable at run time ({error})") from error
    needs: list[Need] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in hints:
            raise EntryError(f"{where}: parameter {name!r} has no annotation")
        needs.append(Need(name, hints[name], parameter.default))
    if "return" not in hints:
        raise EntryError(f"{where}: the return annotation is missing")
    result = hints["return"]
    return Reading(
        needs=tuple(needs),
        result=None if result is type(None) else result,
        description=inspect.getdoc(function) or "",
    )
