"""Looking at the box's files from afar: list and read, below one folder, nothing else. Source: C062, spec C 4.4.

Reading only: changes are made in the terminal, where they are visible. Links that lead outside the folder are shown but
not followed; secrets of the box itself are left out.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from linli.protocols.edge_remote.wire import PIECE

MOST_ENTRIES: Final = 2_000
MOST_BYTES: Final = 512 * 1024 * 1024
HIDDEN: Final = re.compile(
    r"identity\.json.*|hardware-id|master\.key|.*\.(key|pem|p12)|.*\.(db|sqlite3?)(-\w+)?", re.I
)
"""Files of the box's own folder: its credentials, and its stores of personal data."""


class FileRefused(Exception):
    """`code` as in `wire.Fault`."""

    def __init__(self, code: str, message: str, field: str = "path") -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    kind: str
    """`folder`, `file`, `link` (leads outside, or to nothing), `other`."""
    size: int
    changed_ms: int


class Opened(NamedTuple):
    name: str
    size: int
    pieces: Iterator[bytes]


class Folder:
    """The part of the box's files that a person at the console may see."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def list(self, path: str) -> list[Entry]:
        """The entries of a folder, folders first. Raises FileRefused."""
        folder = self._inside(path)
        if not folder.is_dir():
            raise FileRefused("not_found", "this is no folder")
        try:
            with os.scandir(folder) as listing:
                entries = [self._entry(entry) for entry in listing if not self._hidden(folder / entry.name)]
        except OSError as error:
            raise FileRefused("forbidden", error.strerror or "cannot be read") from error
        entries.sort(key=lambda entry: (entry.kind != "folder", entry.name))
        return entries[:MOST_ENTRIES]

    def open(self, path: str) -> Opened:
        """Raises FileRefused. A file that grows while it is read is cut at its first size."""
        file = self._inside(path)
        if self._hidden(file):
            raise FileRefused("not_found", "there is no such file")
        try:
            # Not through a link that was put there in between, and without waiting for the other end of a pipe.
            handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            code = "not_found" if isinstance(error, FileNotFoundError) else "forbidden"
            raise FileRefused(code, error.strerror or "cannot be read") from error
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            os.close(handle)
            code = "too_big" if status.st_size > MOST_BYTES else "not_found"
            raise FileRefused(code, f"a file of at most {MOST_BYTES} bytes is needed")
        return Opened(file.name, status.st_size, _pieces(handle, status.st_size))

    def _inside(self, path: str) -> Path:
        """Raises FileRefused for everything that leads out of the folder, by `..` or by a link."""
        if "\0" in path:
            raise FileRefused("bad_input", "a path holds no U+0000")
        wanted = (self._root / path.lstrip("/")).resolve()
        if not wanted.is_relative_to(self._root) or not wanted.exists():
            # Both get the same error: a caller learns nothing of what lies outside.
            raise FileRefused("not_found", "there is no such file")
        return wanted

    def _hidden(self, file: Path) -> bool:
        return HIDDEN.fullmatch(file.name) is not None

    def _entry(self, entry: "os.DirEntry[str]") -> Entry:
        status = entry.stat(follow_symlinks=False)
        kind = (
            "folder" if stat.S_ISDIR(status.st_mode) else "file" if stat.S_ISREG(status.st_mode) else "other"
        )
        if stat.S_ISLNK(status.st_mode):
            kind = "link"
            target = Path(entry.path).resolve()
            if target.is_relative_to(self._root) and target.exists():
                status = target.stat()
                kind = "folder" if target.is_dir() else "file"
        return Entry(entry.name, kind, status.st_size, status.st_mtime_ns // 1_000_000)


def _pieces(handle: int, size: int) -> Iterator[bytes]:
    with os.fdopen(handle, "rb") as file:
        left = size
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
