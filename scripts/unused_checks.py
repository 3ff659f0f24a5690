"""A check for names that nothing uses: functions, classes and constants of `src` that only tests call, or nothing.

A name is used where another module imports it or reads it off an imported module, where its own module reads it, or
where a string names it (`"linli.room:name"`). Methods are not looked at, nor what a decorator hands on.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

FOR_OTHERS = {
    "BlePhone": "a simulated phone, for whoever builds a door",
    "BlePipe": "a simulated radio, for whoever builds a door",
    "LocalEngine": "models in the caller's own process, for tests of what is built on them",
    "ManualClock": "time by hand, for tests of drivers too",
    "NoEngine": "an engine for platforms put together without models",
    "SOURCE_INTERFACES": "the interfaces that the source has, which the table of ours is compared with",
    "create_all": "tables without migrations, for tests and tools",
    "door_name": "Bluetooth names as doors in the field have them",
    "fake_models": "a model folder of the stand-in, for tests and trials of faces",
    "marked": "pictures for the stand-in, for tests and trials of faces",
    "wall_name": "Bluetooth names as doors in the field have them",
}
"""What `src` has and does not use, and why it has it."""
_WORD = re.compile(r"\w+")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def unused_problems(source: Path) -> Iterator[str]:
    """Names that modules below `source` give at their top and nothing below it uses."""
    files = sorted(file for file in source.rglob("*.py") if "migrations" not in file.parts)
    trees = {file: ast.parse(file.read_text("utf-8")) for file in files}
    used = set(FOR_OTHERS).union(*(_elsewhere(file, tree) for file, tree in trees.items()))
    for file, tree in trees.items():
        read = _read(tree)
        for node in tree.body:
            for name in _given(node):
                if name in used or name.startswith("__"):
                    continue
                if read[name] - (_read(node)[name] if isinstance(node, _DEFINITIONS) else 0) <= 0:
                    yield f"{file.relative_to(source.parent)}:{node.lineno}: nothing uses {name}"


def _given(node: ast.stmt) -> Iterable[str]:
    """Names that a statement of a module gives, where it gives one: several at once are an enumeration."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() if node.decorator_list:
            return ()
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
        case ast.TypeAlias(name=ast.Name(id=name)):
            return (name,)
        case _:
            return ()


def _elsewhere(file: Path, tree: ast.Module) -> set[str]:
    """What a module imports, reads off its imports, and names in strings. A package that hands on does not use."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    aliases = [alias for node in imports for alias in node.names]
    modules = {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
    used = {alias.name for alias in aliases}
    if file.name == "__init__.py":
        used &= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=attribute) if _root(node) in modules:
                used.add(attribute)
            case ast.Constant(value=str(text)) if ":" in text and " " not in text:
                used.add(text.rpartition(":")[2])
    return used


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _read(tree: ast.AST) -> Counter[str]:
    """How often each name is read below a node, annotations in quotes too."""
    read: Counter[str] = Counter()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read[name] += 1
            case ast.Constant(value=str(text)) if len(text) < 80 and not text.endswith("."):
                read.update(_WORD.findall(text))
    return read
