"""Checks of what is declared and must have two ends: fields that box and platform send each other, and settings.

Of each struct of the link every field must be given at one end and read at the other; of the settings of an installation
and of the box's drivers each must be read. Ends and classes are read off the code (`code_types`), fields that only travel
with their whole struct are read by nobody.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from code_scopes import Class, Scope
from code_tree import chain
from code_types import Code, Types

type End = Literal["box", "platform", "both"]

LINKS: Final = ("linli.protocols.edge_link", "linli.protocols.edge_remote")
"""What box and platform send each other."""
SETTINGS: Final = ("linli.kernel.settings",)
"""What an operator writes."""
DRIVER_FORMS: Final = ("linli.edge.drivers", "linli.protocols.driver_forms.doors", "linli.edge.doors.driver")
"""What an installer writes: the forms of drivers, and what those of doors have in common."""
PROPRIETARY: Final = "linli.edge.framework.proprietary"
"""Of drivers whose protocol is not published: their forms are filled in for whoever brings the driver."""
BOX: Final = "linli.edge."
NO_END: Final = ("linli.sim.", "linli.demo.", "linli.edge.bench.")
"""Stand-ins for either end."""
WHOLE: Final = frozenset({"asdict", "astuple", "to_builtins", "fields"})
"""Functions that read every field."""
STRUCT: Final = "msgspec.Struct"
WITHOUT_END: Final[dict[str, str]] = {
    "ActivationRequest.nonce": "platforms of before ask for it",
    "ActivationRequest.time": "platforms of before ask for it",
    "DeviceAway.since_ms": "platforms of before ask for it; pages show when the thing was last heard of",
    "Diagnosis.files": "of the file that the box saves",
    "DoorFields.algorithm_provider": "of the form in the specification (C 8.4); address and port say the same",
    "DoorTerminal.model": "of the form in the specification (C 8.6): the platform fills the rest in by it",
    "Resize.cols": "given by the page with the terminal",
    "Resize.rows": "given by the page with the terminal",
    "SiteAccount.until_ms": "boxes obey it; accounts of today's sites end by being left out",
    "TerminalForm": "as people fill it in; the platform makes a DoorTerminal of it",
}
"""Structs, and fields `Struct.field`, that have only one end, and why."""


def wire_problems(code: Code) -> Iterator[str]:
    uses = Uses(code)
    for entry in _structs(code, LINKS):
        for field in entry.fields:
            name = f"{_short(entry)}.{field}"
            if not _excepted(entry, field) and (why := _missing_end(uses, entry.name, field)):
                yield f"{entry.module.file.name}: {name}: {why}"
    forms = [entry for entry in _structs(code, DRIVER_FORMS) if not _is_proprietary(code, entry)]
    for entry in (*_structs(code, SETTINGS), *forms):
        for field in entry.fields:
            name = f"{_short(entry)}.{field}"
            if not _excepted(entry, field) and not uses.readers(entry.name, field):
                yield f"{entry.module.name}: {name}: nothing reads it"


def _excepted(entry: Class, field: str) -> bool:
    return not WITHOUT_END.keys().isdisjoint((_short(entry), f"{_short(entry)}.{field}"))


def _is_proprietary(code: Code, entry: Class) -> bool:
    driver = code.package.modules.get(f"{entry.module.name.rpartition('.')[0]}.driver")
    brought = driver.brings.values() if driver is not None else ()
    return any(target.startswith(PROPRIETARY) for targets in brought for target in targets)


def _missing_end(uses: "Uses", name: str, field: str) -> str:
    given, read = uses.givers(name, field), uses.readers(name, field)
    if not given:
        return "nothing gives it"
    if not read:
        return "nothing reads it"
    downwards = "platform" in given and "box" in read
    upwards = "box" in given and "platform" in read
    if downwards or upwards:
        return ""
    return f"given by {_listed(given)}, read by {_listed(read)}"


def _listed(ends: Iterable[str]) -> str:
    return " and ".join(sorted(ends))


class Uses:
    """Who gives a field of a struct and who reads it."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._whole: dict[str, set[str]] = {}
        """Ends that read all fields of a struct."""
        self._given: dict[tuple[str, str], set[str]] = {}
        self._patterns: dict[tuple[str, str], set[str]] = {}
        self._names = {_short(entry) for entry in _structs(code, LINKS)} | {"cls"}
        for call, scope in code.calls:
            self._call(call, scope)
        for entry in code.classes.values():
            if STRUCT in code.lineage(entry.name) and not entry.module.name.startswith(LINKS):
                self._passed_on(entry)
        for pattern, scope in code.patterns:
            name = code.named(pattern.cls, scope)
            for attr in pattern.kwd_attrs:
                self._patterns.setdefault((name, attr), set()).update(_ends(scope))

    def _passed_on(self, entry: Class) -> None:
        """What stands whole in a struct of an end's own goes on to its pages."""
        for annotation in entry.fields.values():
            for name in _named_in(self._code, annotation, entry.scope):
                self._whole.setdefault(name, set()).update(_ends(entry.scope))

    def givers(self, name: str, field: str) -> set[str]:
        return self._given.get((name, field), set()) | self._given.get((name, "*"), set())

    def readers(self, name: str, field: str) -> set[str]:
        """What is not clear counts where the struct's room is imported. Not in the module that only checks settings."""
        rooms = {self._code.classes[each].module.name for each in (name, *self._code.heirs.get(name, ()))}
        readers = set(self._whole.get(name, ())) | self._patterns.get((name, field), set())
        for value, scope in self._code.reads.get(field, []):
            kinds = self._code.type_of(value.value, scope)
            if any(name in self._code.family(kind.name) for kind in kinds or ()) or (
                not kinds and self._knows(scope, rooms)
            ):
                readers |= _ends(scope)
        return readers

    def _knows(self, scope: Scope, rooms: set[str]) -> bool:
        """Whether a module may have structs of some rooms in hand."""
        above = {room.rpartition(".")[0] for room in rooms}
        starts = tuple(f"{room}." for room in (*rooms, *above))
        every = (target for targets in scope.module.brings.values() for target in targets)
        return any(target.startswith(starts) or target in rooms or target in above for target in every)

    def _call(self, call: ast.Call, scope: Scope) -> None:
        names = chain(call.func)
        if not names:
            return
        if names[-1] in WHOLE and call.args:
            for name in _classes(self._code, self._code.type_of(call.args[0], scope)):
                self._whole.setdefault(name, set()).update(_ends(scope))
        if names[-1] == "replace" and call.args:
            for name in _classes(self._code, self._code.type_of(call.args[0], scope)):
                self._give(name, call, scope, [])
            return
        if names[-1] == "convert" and len(call.args) > 1:
            for name in _named_in(self._code, call.args[1], scope):
                self._given.setdefault((name, "*"), set()).update(_ends(scope))
        if names[-1] not in self._names:
            return
        for kind in self._code.type_of(call.func, scope) or ():
            if kind.name == "type" and kind.of in self._code.classes:
                self._give(kind.of, call, scope, _fields(self._code, self._code.classes[kind.of]))

    def _give(self, name: str, call: ast.Call, scope: Scope, places: list[str]) -> None:
        given = [*places[: len(call.args)], *(keyword.arg or "*" for keyword in call.keywords)]
        for field in given:
            self._given.setdefault((name, field), set()).update(_ends(scope))


def _named_in(code: Code, node: ast.expr, scope: Scope) -> set[str]:
    """Classes that an expression names, such as `list[Door]`."""
    return {code.named(part, scope) for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)}


def _ends(scope: Scope) -> set[str]:
    module = scope.module.name
    if module.startswith((*NO_END, "linli.kernel.settings.loading")):
        return set()
    if module.startswith("linli.protocols."):
        return {"box", "platform"}
    return {"box"} if f"{module}.".startswith(BOX) else {"platform"}


def _classes(code: Code, kinds: Types) -> set[str]:
    """What a value may be, with what those come from."""
    return {above for kind in kinds or () if kind.name in code.classes for above in code.lineage(kind.name)}


def _structs(code: Code, rooms: tuple[str, ...]) -> list[Class]:
    return [
        entry
        for entry in code.classes.values()
        if f"{entry.module.name}.".startswith(tuple(f"{room}." for room in rooms))
        and STRUCT in code.lineage(entry.name)
    ]


def _fields(code: Code, entry: Class) -> list[str]:
    """Of the struct and those it comes from, in their order."""
    every: dict[str, None] = {}
    for above in reversed(list(code.lineage(entry.name))):
        if above in code.classes:
            every.update(dict.fromkeys(code.classes[above].fields))
    return list(every)


def _short(entry: Class) -> str:
    return entry.name.rpartition(".")[2]
