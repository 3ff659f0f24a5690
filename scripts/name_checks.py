"""Checks of names, after docs/names.md: files, variables, arguments, functions and classes are named by a noun or a verb.
In the web types, props and events are as well.

`python scripts/name_checks.py` prints the refused names that the Python tree has: only those in `KEPT`.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from web_names import given_names, web_files, words_of_file

REFUSED = frozenset({"found", "held", "known", "made", "one", "said", "told"})
"""Names that say what was done and not what it is. Nothing gets one, but for `KEPT`."""
REFUSED_FILES = REFUSED | {
    "asking",
    "bringing",
    "closed",
    "collected",
    "endings",
    "gone",
    "incoming",
    "joinings",
    "kept",
    "looking",
    "mine",
    "named",
    "others",
    "own",
    "parked",
    "refused",
    "remembered",
    "reported",
    "retained",
    "returning",
    "stored",
    "telling",
    "trusted",
    "unfit",
    "wanted",
    "wishes",
    "written",
}
"""Words that may not stand alone as a file's name, nor end one: they do not say what is in the file."""
REFUSED_BEGINNINGS = frozenset({"for", "of"})
REFUSED_ENDINGS = REFUSED_FILES | {"back", "up"}
FOLDERS = ("src", "sdk/src", "scripts", "bench")
type Counts = Counter[str]
type Kept = Mapping[str, Mapping[str, int]]

KEPT: Final[Kept] = {
    "src/linli/delivery/console.py": {"held": 1},
    "src/linli/delivery/schemas.py": {"held": 1},
    "src/linli/edge/services/keeping/floors.py": {"found": 1},
    "src/linli/edge/services/keeping/moving.py": {"told": 1},
    "src/linli/kernel/db/statements.py": {"one": 1},
    "src/linli/sim/door.py": {"held": 1},
    "src/linli/things/console/batches.py": {"made": 1},
    "src/linli/things/console/serials.py": {"known": 1},
    "src/linli/things/console/topology.py": {"known": 1},
    "src/linli/things/debugging/reasons.py": {"told": 1},
    "sdk/src/linli_sdk/tokens.py": {"held": 2},
}
"""Names that travel, how many of each in a file: fields on the wire or in a file, an argument of the published SDK. And
`Query.one`, the word of SQLAlchemy for one row."""


def file_problems(root: Path) -> Iterator[str]:
    """Modules and files of the web whose names only say what was done to something."""
    python = ((path, file.stem.split("_")) for path, file in _files(root))
    web = ((path, words_of_file(file)) for path, file in web_files(root))
    for path, words in (*python, *web):
        says_nothing = words[0] in REFUSED_BEGINNINGS or words[-1] in REFUSED_ENDINGS
        if len(words) == 1:
            says_nothing = words[0] in REFUSED_FILES
        if says_nothing:
            yield f"{path}: name it by a noun of the field (docs/names.md)"


def name_problems(root: Path, kept: Kept = KEPT) -> Iterator[str]:
    """Refused names that are given to something, but for those that `kept` lists; entries of `kept` without use."""
    places = {path: names(file.read_text("utf-8")) for path, file in _files(root)}
    for path, given in places.items():
        for name, times in sorted((given - Counter(kept.get(path, {}))).items()):
            yield f"{path}: {name!r} names {times} things more than it may: see docs/names.md"
    for path, allowed in kept.items():
        for name in sorted(Counter(allowed) - places.get(path, Counter())):
            yield f"{path}: {name!r} names less than `KEPT` says: take it off the list"
    yield from web_problems(root)


def web_problems(root: Path) -> Iterator[str]:
    """Refused names in TypeScript and Vue, each once a file, where it comes first."""
    for path, file in web_files(root):
        first: dict[str, int] = {}
        for line, name in given_names(file.read_text("utf-8"), vue=file.suffix == ".vue"):
            if name.strip("_").lower() in REFUSED:
                first.setdefault(name, line)
        for name, line in first.items():
            yield f"{path}:{line}: {name!r} is no name: see docs/names.md"


def names(source: str) -> Counts:
    """How often each refused name is given to something in `source`: a variable, argument, function or class."""
    given = (_given(node) for node in ast.walk(ast.parse(source)))
    return Counter(name for name in given if name in REFUSED)


def _given(node: ast.AST) -> str:
    """The name that `node` gives, in small letters; empty: it gives none."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return name
        case ast.arg(arg=name):
            return name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name.lstrip("_")
        case ast.ClassDef(name=name):
            return name.lstrip("_").lower()
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return name
        case _:
            return ""


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """(path from `root`, file) of each Python file that the checks read."""
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            yield file.relative_to(root).as_posix(), file


if __name__ == "__main__":
    for place, file in _files(Path(__file__).resolve().parent.parent):
        for name, times in sorted(names(file.read_text("utf-8")).items()):
            print(f"{times:6}  {name:6}  {place}")
    sys.exit(0)
