"""A check for what nothing uses: functions, classes, constants and methods of `src` that only tests call, or nothing.

A name of a module is used where another module imports it or reads it off an imported module, where its own module reads
it, or where a string names it (`"linli.room:name"`, `getattr(x, "name")`). A method is used where an attribute of its
name is read off something that can be of its class (`code_types`); whatever is not clear may be of any class. What a
decorator hands on, and what a class of another package calls in its heirs, is used.
"""

import ast
import builtins
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from code_scopes import Scope
from code_tree import Module, Package, chain
from code_types import ANYTHING, PLAIN_DECORATORS, Code, Type, read_code

FOR_OTHERS = {
    "AlgorithmPorts.served": "where it answers now, for tests of boxes",
    "BlePhone": "a simulated phone, for whoever builds a door",
    "BlePipe": "a simulated radio, for whoever builds a door",
    "FileService.ports": "where it answers if it chose its ports itself, for tests of boxes",
    "HttpServer.connections": "how many are open, for tests of servers",
    "HttpServer.lobby": "who waits for a handshake, for tests of servers",
    "Hub.readers": "how many pages listen, for benches",
    "InboxHandlers.on_property": "rooms hear of all that things tell; none of ours acts on properties yet",
    "InboxHandlers.on_service_reply": "rooms hear of all that things tell; none of ours acts on replies yet",
    "LocalEngine": "models in the caller's own process, for tests of what is built on them",
    "ManualClock": "time by hand, for tests of drivers too",
    "NoEngine": "an engine for platforms put together without models",
    "PERMISSION_TYPE": "wire of lane cameras, for boxes that write their files (issue 19)",
    "PARK_PASS": "wire of boxes, for parking at the edge on its way (issue 19)",
    "Platform.http": "where a platform answers that another program started, for tests and benches",
    "Relay.ports": "how many ports are open, for tests of calls",
    "Reconciler.run_once": "all that is due, by hand, for tests and benches",
    "SOURCE_INTERFACES": "the interfaces that the source has, which the table of ours is compared with",
    "STEPS": "the order in which reasons are told, which they are compared with",
    "Verdict.asks": "whether a person must look, for seats at lanes on their way (issue 19)",
    "Wishes.counts": "how many rights are in which state, for campaigns",
    "Worker.run_once": "all that is due, by hand, for tests and benches",
    "answer_check": "what an ICE-lite end answers, for the browsers' end of the media (ADR 0091)",
    "build_event": "a key of a phone, for whoever stands for one",
    "build_packet": "a packet of a phone, for whoever stands for one",
    "create_all": "tables without migrations, for tests and tools",
    "decrypt": "what a browser does with a push, for whoever stands for one",
    "door_name": "Bluetooth names as doors in the field have them",
    "downgrade": "the way back of a migration, which CI goes",
    "fake_plate_models": "a model folder of the stand-in, for tests and trials of plates",
    "fake_models": "a model folder of the stand-in, for tests and trials of faces",
    "marked": "pictures for the stand-in, for tests and trials of faces",
    "marked_plate": "pictures for the stand-in, for tests and trials of plates",
    "password": "what a consumer over AMQP logs in with, for whoever stands for one",
    "read_challenge": "what a phone reads, for whoever stands for one",
    "verify": "what a receiver of pushes does, for whoever stands for one",
    "wall_name": "Bluetooth names as doors in the field have them",
    "write": "a migration, for `scripts/new_migration.py`",
}
"""What `src` has and does not use, and why it has it. A class stands for its methods."""
FOR_DRIVERS = frozenset({"linli.edge.foreign.leda"})
"""Modules that drivers of others import."""
BY_NAME = frozenset({"getattr", "hasattr", "attrgetter", "methodcaller"})
SIMULATORS = re.compile(r"linli\.sim(\.|$)|\.simulator(\.|$)")
"""Modules that stand for a machine: whoever builds one, or tests against one, has all that it can do."""
CALLED_BACK = {"httptools": "on_"}
"""Packages that call methods by the beginning of their names, of whatever object they are given."""
_WORD = re.compile(r"\w+")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def unused_problems(source: Path) -> Iterator[str]:
    """What modules below `source`, a package's folder, give and none of them uses."""
    code = read_code(source)
    named = _named_in_strings(code.package)
    yield from _names(code.package, named)
    yield from _methods(code, named)


# names of modules


def _names(package: Package, named: set[str]) -> Iterator[str]:
    used = set[str]().union(*(_elsewhere(package, module) for module in package.modules.values()))
    for module in package.modules.values():
        if SIMULATORS.search(module.name) or module.name in FOR_DRIVERS:
            continue
        read = _read(module)
        for node in module.tree.body:
            name = _given(node)
            if not name or name.startswith("__") or name in FOR_OTHERS or name in named:
                continue
            if f"{module.name}.{name}" in used:
                continue
            own = _lines(node) if isinstance(node, _DEFINITIONS) else ()
            if all(line in own for line in read.get(name, ())):
                yield f"{_place(package, module, node)}: nothing uses {name}"


def _given(node: ast.stmt) -> str:
    """The name that a statement of a module gives, where it gives one: several at once are an enumeration."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return "" if _is_handed_on(node.decorator_list) else name
        case ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.TypeAlias(name=ast.Name(id=name)):
            return name
        case _:
            return ""


def _is_handed_on(decorators: list[ast.expr]) -> bool:
    """Whether a decorator gives the function to somebody, as those of routes do."""
    names = (chain(node.func if isinstance(node, ast.Call) else node) for node in decorators)
    return any(not parts or parts[-1] not in PLAIN_DECORATORS for parts in names)


def _elsewhere(package: Package, module: Module) -> set[str]:
    """What a module imports and reads off its imports, by where that is defined. A package that hands on uses nothing."""
    used = set()
    handed_on = module.file.name == "__init__.py"
    loaded = {node.id for node in module.nodes if isinstance(node, ast.Name)} if handed_on else set()
    for name, targets in module.brings.items():
        if not handed_on or name in loaded:
            used.update(package.definition(target) for target in targets)
    for node in module.nodes:
        match node:
            case ast.Call(args=[ast.Constant(value=str(place)), ast.Constant(value=str(name)), *_]):
                used.add(f"{place}.{name}")
        if not isinstance(node, ast.Attribute):
            continue
        names = chain(node)
        if not names or names[0] not in module.brings:
            continue
        for target in module.brings[names[0]]:
            dotted = package.definition(target)
            for name in names[1:]:
                dotted = package.definition(f"{dotted}.{name}")
                used.add(dotted)
    return used


def _named_in_strings(package: Package) -> set[str]:
    """Names that are looked up by a string."""
    named = set()
    for module in package.modules.values():
        for node in module.nodes:
            match node:
                case ast.Constant(value=str(text)) if ":" in text and " " not in text:
                    named.add(text.rpartition(":")[2].rpartition(".")[2])
                case ast.Call(func=function, args=arguments) if (chain(function) or [""])[-1] in BY_NAME:
                    for argument in arguments:
                        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                            named.add(argument.value)
    return named


def _read(module: Module) -> dict[str, list[int]]:
    """In which lines each name is read, annotations in quotes too."""
    read: dict[str, list[int]] = {}
    for node in module.nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Load(), lineno=line):
                read.setdefault(name, []).append(line)
            case (
                ast.arg(annotation=ast.expr() as quoted)
                | ast.AnnAssign(annotation=quoted)
                | ast.FunctionDef(returns=ast.expr() as quoted)
                | ast.AsyncFunctionDef(returns=ast.expr() as quoted)
                | ast.TypeAlias(value=quoted)
                | ast.Call(func=ast.Name(id="cast"), args=[quoted, _])
            ):
                for name in _quoted(quoted):
                    read.setdefault(name, []).append(quoted.lineno)
    return read


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> range:
    """Those of a definition with its decorators."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return range(first, (node.end_lineno or node.lineno) + 1)


def _quoted(annotation: ast.expr) -> Iterator[str]:
    if isinstance(annotation, ast.Name):
        return
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _WORD.findall(node.value)


# methods


def _methods(code: Code, named: set[str]) -> Iterator[str]:
    patterns: dict[str, set[str]] = {}
    for pattern, scope in code.patterns:
        for attr in pattern.kwd_attrs:
            patterns.setdefault(attr, set()).update(code.family(code.named(pattern.cls, scope)))
    for name, entry in code.classes.items():
        short = name.rpartition(".")[2]
        if short in FOR_OTHERS or SIMULATORS.search(entry.module.name):
            continue
        called_back = _called_back(entry.module)
        for method, node in entry.methods.items():
            if f"{short}.{method}" in FOR_OTHERS or method.startswith(("__", *called_back)):
                continue
            if method in named or _is_handed_on(node.decorator_list):
                continue
            if name in patterns.get(method, ()) or _is_asked_from_outside(code, name, method):
                continue
            if not any(
                _may_be(code, name, value.value, scope)
                for value, scope in code.reads.get(method, [])
                if not _is_inside(scope, node)
            ):
                yield f"{_place(code.package, entry.module, node)}: nothing uses {short}.{method}"


@cache
def _called_back(module: Module) -> tuple[str, ...]:
    """Beginnings of methods that are called by a name put together: `getattr(self, f"_{kind}")`, or by a package."""
    beginnings = {CALLED_BACK[name] for name in module.brings if name in CALLED_BACK}
    for node in module.nodes:
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.JoinedStr(values=[first, *_]), *_]):
                if isinstance(first, ast.Constant):
                    beginnings.add(str(first.value))
    return tuple(beginnings)


def _may_be(code: Code, name: str, value: ast.expr, scope: Scope) -> bool:
    """Whether `value` can be of the class `name`, or be that class."""
    match value:
        case ast.Call(func=ast.Name(id="super"), args=[]):
            return name in code.lineage(scope.owner)
    kinds = code.type_of(value, scope)
    return not kinds or any(_is_of(code, name, kind) for kind in kinds)


def _is_of(code: Code, name: str, kind: Type) -> bool:
    owner = kind.of if kind.name == "type" else kind.name
    if owner not in code.classes:
        return owner.rpartition(".")[2] in ANYTHING
    return code.is_protocol(owner) or name in code.family(owner)


def _is_inside(scope: Scope | None, node: ast.AST) -> bool:
    while scope is not None:
        if scope.node is node:
            return True
        scope = scope.outer
    return False


def _is_asked_from_outside(code: Code, name: str, method: str) -> bool:
    """Whether a class that comes from another package has the method: then that package calls it."""
    return any(
        hasattr(outside, method)
        for above in code.lineage(name)
        if above not in code.classes and (outside := _outside(above)) is not None
    )


@cache
def _outside(dotted: str) -> object | None:
    owner, _, name = dotted.rpartition(".")
    if not owner:
        return getattr(builtins, name, None)
    try:
        return getattr(importlib.import_module(owner), name, None)
    except ImportError:
        return getattr(_outside(owner), name, None)


def _place(package: Package, module: Module, node: ast.stmt) -> str:
    return f"{module.file.relative_to(package.source.parent)}:{node.lineno}"
