"""Pages and calls by their room: which tests a change of an entry or of a page can touch.

Tests meet routes and pages by their paths. So a changed entry touches the tests that name a part of its paths, a changed
page the browser tests that go there, and a changed entry also those of the pages that call it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

BROWSER_TESTS = "tests/browser"
APPS = {"console": "/", "resident": "/m/", "staff": "/staff/"}
"""App -> where its pages begin."""
SHARED = ("web/shared/", "web/phone/")
COMMON = 4
"""A part of a path that so many rooms of pages have says nothing, such as `communities`."""
_ENTRY = re.compile(r"^@(?:\w+\.)?(?:get|post|put|patch|delete|method|websocket\w*)\(", re.MULTILINE)
_LITERAL = re.compile(r"""["'`](/[\w\-/{}$().:]+)""")
_PAGE = re.compile(r"""path: ["'`]/?([^"'`]+)["'`]""")
_PART = re.compile(r"[A-Za-z][\w\-]{3,}")


def parts_of(paths: Iterable[str]) -> set[str]:
    """The words of paths, without what stands for a value: `/doors/{iot_id}/passes` has doors and passes."""
    fixed = (re.sub(r"\$?\{[^}]*\}|:\w+(?:\([^)]*\))?", "", path) for path in paths)
    return {part for path in fixed for part in _PART.findall(path)}


def parts_of_entry(text: str) -> set[str]:
    """Of the paths in a Python file that declares routes or methods; none for any other."""
    return parts_of(_LITERAL.findall(text)) if _ENTRY.search(text) else set()


class Pages:
    """The rooms of the web's apps, and the browser tests that go there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tests = {
            path.relative_to(root).as_posix(): path.read_text("utf-8")
            for path in (root / BROWSER_TESTS).glob("test_*.py")
        }

    @property
    def all(self) -> set[str]:
        return set(self._tests)

    def tests_of_web(self, file: str) -> set[str]:
        """Browser tests of the room that a file of `web` is in: of the whole app where it is in none, of all apps where
        it is shared."""
        parts = PurePosixPath(file).parts
        if file.startswith(SHARED) or len(parts) < 4 or parts[1] not in APPS:
            return set(self._tests)
        app = parts[1]
        if parts[2:4] == ("src", "domains") and len(parts) > 5:
            return self._visiting(app, parts[4])
        return {name for name in self._tests if any(self._goes(name, app, room) for room in self._rooms(app))}

    def tests_of_entries(self, words: set[str]) -> set[str]:
        """Browser tests of the rooms whose pages call a path with one of these parts."""
        touched = set[str]()
        for (app, room), called in self.calls.items():
            if called & words:
                touched |= self._visiting(app, room)
        return touched

    @cached_property
    def calls(self) -> Mapping[tuple[str, str], set[str]]:
        """(app, room) -> the parts of paths that its pages call, without those that many call."""
        by_key = {
            (app, room): parts_of(_LITERAL.findall(self._text(app, room)))
            for app in APPS
            for room in self._rooms(app)
        }
        often = Counter(part for parts in by_key.values() for part in parts)
        return {key: {part for part in parts if often[part] < COMMON} for key, parts in by_key.items()}

    def _visiting(self, app: str, room: str) -> set[str]:
        return {name for name in self._tests if self._goes(name, app, room)}

    def _goes(self, test: str, app: str, room: str) -> bool:
        """Whether a test is named after a room, or goes to one of its pages."""
        if room.rstrip("s") in PurePosixPath(test).stem:
            return True
        text = self._tests[test]
        pages = {
            path.split("/:")[0].split(":")[0].rstrip("/") for path in _PAGE.findall(self._text(app, room))
        }
        return any(f"{APPS[app]}{page}{end}" in text for page in pages if page for end in "\"'/?{")

    def _rooms(self, app: str) -> list[str]:
        folder = self._root / "web" / app / "src" / "domains"
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def _text(self, app: str, room: str) -> str:
        key = (app, room)
        if key not in self._texts:
            folder = self._root / "web" / app / "src" / "domains" / room
            files = (path for path in sorted(folder.rglob("*")) if path.suffix in (".ts", ".vue"))
            self._texts[key] = "\n".join(path.read_text("utf-8") for path in files)
        return self._texts[key]

    @cached_property
    def _texts(self) -> dict[tuple[str, str], str]:
        return {}
