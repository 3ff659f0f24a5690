"""Which tests a change can touch: `./linli test --changed [REV]`.

Python by the graph of imports (grimp, import-linter's own), data by its folder and by who names it, pages by their room
(`touched_pages`). A test that meets the change only where the whole platform is composed is left to the full run; what
builds or runs the tests themselves touches all of them.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import grimp

from touched_pages import APPS, BROWSER_TESTS, SHARED, Pages, parts_of_entry

PACKAGES = {"linli": "src", "linli_sdk": "sdk/src", "tests": ".", "bench": "."}
"""Top package -> the folder that it lies in."""
WHOLE = (
    "pyproject.toml", "requirements.lock", "linli", "scripts/prepare*.py", "scripts/steps.py", "scripts/run_tests.py",
    "scripts/touched*.py", "tests/conftest.py", "tests/plugins/*", "tests/engines.py", "tests/ports.py",
)  # fmt: skip
"""What builds or runs all tests."""
SDK_TESTS = "sdk/tests"
COMPOSES = 8
"""A module that imports from so many rooms wires them: who imports it is not touched by each of them."""
FOUND_BY_FOLDER = {
    "linli.edge.framework.discovery": "linli.edge.drivers.*",
    "linli.ops.models": "linli.*models*",
    "linli.app.schema": "linli.migrations.*",
}
"""Imports that no statement names."""
OF_BROWSER = "tests.browser."
OF_ALL_PAGES = ("linli.kernel", "linli.app", "linli.console")
FEW_TESTS = 20
"""A part of a path that more test files name says nothing."""
_NAMED = re.compile(r"""["']((?:linli|linli_sdk|tests)(?:\.\w+)+)["':]""")
_OF_SDK = re.compile(r"^(?:from|import) ((?:linli|linli_sdk|tests)(?:\.\w+)*)", re.MULTILINE)


@dataclass
class Touched:
    """What a change can touch. Paths from the root."""

    files: list[str]
    """What changed."""
    whole: str = ""
    """The file because of which everything is run; empty: there is none."""
    modules: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)

    @property
    def web(self) -> dict[str, list[str]]:
        """App -> changed files that its unit tests may import, by their paths from the app."""
        own = {app: [file for file in self.files if file.startswith(f"web/{app}/")] for app in APPS}
        shared = [file for file in self.files if file.startswith(SHARED)]
        paths = {
            app: [f"../{file.removeprefix('web/')}" for file in [*files, *shared]]
            for app, files in own.items()
        }
        return {app: files for app, files in paths.items() if files}

    @property
    def summary(self) -> str:
        if self.whole:
            return f"everything, because of {self.whole}"
        pages = len([test for test in self.tests if test.startswith(BROWSER_TESTS)])
        return f"{len(self.tests) - pages} test files and {pages} of the browser can be touched"


def base_revision(root: Path) -> str:
    """Where this branch left main; on main itself the last commit, and the one before it where nothing is uncommitted."""
    head = git(root, "rev-parse", "HEAD")
    for name in ("main", "origin/main"):
        try:
            base = git(root, "merge-base", "HEAD", name)
        except subprocess.CalledProcessError:
            continue
        if base != head:
            return base
    return "HEAD" if git(root, "status", "--porcelain") else "HEAD~1"


def changed_files(root: Path, revision: str) -> list[str]:
    """Changed, gone or new since a revision, committed or not. Raises CalledProcessError for a revision that is not."""
    changed = git(root, "diff", "--name-only", "--no-renames", revision, "--").splitlines()
    return sorted({*changed, *git(root, "ls-files", "--others", "--exclude-standard").splitlines()})


def git(root: Path, *words: str) -> str:
    line = ["git", "-c", "core.quotePath=false", *words]
    return subprocess.run(line, cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def touched_by(root: Path, files: list[str], graph: "Graph | None" = None) -> Touched:
    touched = Touched(files)
    touched.whole = next((file for file in files if any(fnmatch(file, pattern) for pattern in WHOLE)), "")
    if touched.whole:
        return touched
    graph = graph or Graph(root)
    for file in files:
        touched.modules |= graph.modules_of(file)
        touched.tests |= graph.tests_that_read(file)
    for module in touched.modules:
        touched.tests |= graph.tests_of(module) or graph.tests_of(module, anywhere=True)
    words = graph.parts_of_entries(touched.modules)
    touched.tests |= graph.tests_that_call(words)
    pages = Pages(root)
    touched.tests |= pages.tests_of_entries(words)
    for file in files:
        if file.startswith("web/"):
            touched.tests |= pages.tests_of_web(file)
    if any(room_of(module) in OF_ALL_PAGES for module in touched.modules):
        touched.tests |= pages.all
    return touched


class Graph:
    """Modules of the house, of the SDK and of the tests, and who imports whom."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._graph = grimp.build_graph(*PACKAGES, cache_dir=None)
        self.modules = frozenset(self._graph.modules)
        self._texts = {path: path.read_text("utf-8") for path in self._test_files()}
        self._add_what_no_import_says()
        self._composing = {module for module in self.modules if self._composes(module)}
        self._sdk_tests = {
            path: {name for name in _OF_SDK.findall(text) if name in self.modules}
            for path, text in self._texts.items()
            if self._name(path).startswith(SDK_TESTS)
        }

    def modules_of(self, file: str) -> set[str]:
        """The module that a file is; for one that went, or data of a package, the package."""
        path = PurePosixPath(file)
        for top, folder in PACKAGES.items():
            inner = path.relative_to(folder) if path.is_relative_to(folder) else None
            if inner is None or inner.parts[:1] != (top,):
                continue
            if top == "tests" and path.suffix != ".py":
                return set()
            for place in (inner.with_suffix("") if path.suffix == ".py" else inner.parent, *inner.parents):
                name = ".".join(place.parts).removesuffix(".__init__")
                if name in self.modules:
                    return {name}
        return set()

    def tests_of(self, module: str, *, anywhere: bool = False) -> set[str]:
        """Test files that import a module, over others too; over one that only composes where `anywhere`.

        Browser tests only for what lies beside them: they import the sample, which is made of everything.
        """
        seen, left = {module}, [module]
        while left:
            imported = left.pop()
            for importer in self._graph.find_modules_that_directly_import(imported):
                entering = importer.startswith(OF_BROWSER) and not imported.startswith(OF_BROWSER)
                if importer not in seen and not entering and (anywhere or importer not in self._composing):
                    seen.add(importer)
                    left.append(importer)
        tests = {self._file(module) for module in seen if module.rpartition(".")[2].startswith("test_")}
        if room := room_of(module):
            tests |= self._tests_in(PurePosixPath("tests", *room.split(".")[1:]))
        return tests | {self._name(path) for path, names in self._sdk_tests.items() if names & seen}

    def parts_of_entries(self, modules: Iterable[str]) -> set[str]:
        """The parts of the paths of a module's routes and methods, and of those of its room that import it."""
        words = set[str]()
        for module in modules:
            room, seen, left = room_of(module), {module}, [module]
            while left:
                entry = left.pop()
                words |= parts_of_entry(self._source(entry))
                for importer in self._graph.find_modules_that_directly_import(entry):
                    if importer not in seen and room_of(importer) == room != "":
                        seen.add(importer)
                        left.append(importer)
        return words

    def tests_that_call(self, words: set[str]) -> set[str]:
        """Tests that name a part of a path which few tests name."""
        tests = set[str]()
        for word in words:
            naming = {self._name(path) for path, text in self._texts.items() if f"/{word}" in text}
            tests |= naming if len(naming) <= FEW_TESTS else set()
        return {test for test in tests if not test.startswith(BROWSER_TESTS)}

    def tests_that_read(self, file: str) -> set[str]:
        """Tests in the folder of a data file, and those that name it or its folder."""
        path = PurePosixPath(file)
        if path.suffix == ".py" and file.startswith(("src/", "tests/", "bench/")):
            return set()
        if file.startswith((f"{SDK_TESTS}/", "sdk/")):
            return {self._name(path) for path in self._sdk_tests}
        beside = set[str]()
        if path.parts[0] == "tests":
            folder = next(
                parent
                for parent in path.parents
                if parent == PurePosixPath("tests") or self._tests_in(parent)
            )
            beside = self._tests_in(folder)
        if path.parts[0] == "web" or path.parent.name == "strings":
            return beside
        words = [path.name, path.stem if path.suffix == ".py" else f"{path.parent.name}/"]
        words += [f'"{part}"' for part in path.parts[:-1]] if path.parts[0] not in ("src", "tests") else []
        named = {
            self._name(path)
            for path, text in self._texts.items()
            if any(word in text for word in words if len(word) > 3)
        }
        return beside | {test for test in named if not test.startswith(BROWSER_TESTS)}

    def _source(self, module: str) -> str:
        parts = module.split(".")
        place = self.root / PACKAGES[parts[0]] / Path(*parts)
        paths = (place.with_suffix(".py"), place / "__init__.py")
        return next((path.read_text("utf-8") for path in paths if path.exists()), "")

    def _tests_in(self, folder: PurePosixPath) -> set[str]:
        return {self._name(path) for path in self._texts if path.is_relative_to(self.root / folder)}

    def _test_files(self) -> Iterator[Path]:
        for folder in ("tests", SDK_TESTS):
            for path in (self.root / folder).rglob("test_*.py"):
                if "node_modules" not in path.parts:
                    yield path

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _file(self, module: str) -> str:
        return f"{module.replace('.', '/')}.py"

    def _add_what_no_import_says(self) -> None:
        """Importing a module runs its packages; one named in a text is imported by that name; tests have conftests."""
        for module in self.modules:
            parts = module.split(".")
            for length in range(1, len(parts)):
                self._add(module, ".".join(parts[:length]))
                if parts[0] == "tests":
                    self._add(module, ".".join([*parts[:length], "conftest"]))
            if module != "tests.conftest":
                for name in _NAMED.findall(self._source(module)):
                    self._add(module, name)
        for finder, pattern in FOUND_BY_FOLDER.items():
            for module in self.modules:
                if fnmatch(module, pattern):
                    self._add(finder, module)

    def _add(self, importer: str, imported: str) -> None:
        if importer != imported and importer in self.modules and imported in self.modules:
            self._graph.add_import(importer=importer, imported=imported)

    def _composes(self, module: str) -> bool:
        if not module.startswith("linli."):
            return False
        rooms = {room_of(name) for name in self._graph.find_modules_directly_imported_by(module)}
        return len(rooms - {"", room_of(module), "linli.kernel"}) >= COMPOSES


def room_of(module: str) -> str:
    """`linli.domains.access`, `linli.things.ota`, `linli.kernel` …; empty for what is in none."""
    parts = module.split(".")
    if parts[0] != "linli" or len(parts) < 2:
        return ""
    deep = parts[1] in ("domains", "edge", "things")
    return ".".join(parts[: 3 if deep else 2]) if len(parts) > 2 or not deep else ""
