"""Checks of names, after docs/names.md: files named by a noun, and no new variable named by a past participle.

`python scripts/name_checks.py` prints how often each refused name stands in the tree.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from history import base_of, git

REFUSED = frozenset({"found", "held", "known", "made", "one", "said", "told"})
"""Names that say what was done and not what it is. They may only become fewer."""
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


def file_problems(root: Path) -> Iterator[str]:
    """Modules whose names only say what was done to something."""
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            words = file.stem.split("_")
            says_nothing = words[0] in REFUSED_BEGINNINGS or words[-1] in REFUSED_ENDINGS
            if len(words) == 1:
                says_nothing = words[0] in REFUSED_FILES
            if says_nothing:
                yield f"{file.relative_to(root)}: name it by a noun of the field (docs/names.md)"


def name_problems(root: Path) -> Iterator[str]:
    """Refused names that the branch uses more often than it did where it left `origin/main`.

    Says nothing where there is no history to compare with: a release, a shallow clone, a machine without Git.
    """
    base = base_of(root)
    if base is None:
        return
    changed = (git(root, "diff", "--name-only", base, "--", *FOLDERS) or "").splitlines()
    files = [file for file in changed if file.endswith(".py")]
    before, now = Counter[str](), Counter[str]()
    for file in files:
        before += names(git(root, "show", f"{base}:{file}") or "")
        now += names((root / file).read_text("utf-8") if (root / file).exists() else "")
    for name in sorted(REFUSED):
        if now[name] > before[name]:
            yield f"{name!r} names {now[name] - before[name]} things more than before: see docs/names.md"


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


def count(root: Path) -> Counts:
    """All refused names of the tree."""
    files: Iterable[Path] = (file for folder in FOLDERS for file in (root / folder).rglob("*.py"))
    return sum((names(file.read_text("utf-8")) for file in files), Counter())


if __name__ == "__main__":
    for name, times in count(Path(__file__).resolve().parent.parent).most_common():
        print(f"{times:6}  {name}")
    sys.exit(0)
