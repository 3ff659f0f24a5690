"""Files that only grow, by whole fragments; and what such a file has in it. Blocks: for threads."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from linli.protocols import fmp4
from linli.protocols.fmp4 import Extent
from linli.protocols.h26x import Unreadable

_MOST_HEAD: Final = 1024 * 1024
"""Of what stands before pictures."""
PART: Final = 256 * 1024
_AT_ONCE: Final = 500
"""Parts of one write; no system takes fewer than 1,024."""


class Contents(NamedTuple):
    """What a file has: the size of its head, and its whole fragments."""

    head: int
    extents: list[Extent]

    @property
    def size(self) -> int:
        return self.extents[-1].at + self.extents[-1].size if self.extents else self.head

    @property
    def duration(self) -> int:
        """In units of 1/90,000 s."""
        return self.extents[-1].start + self.extents[-1].duration if self.extents else 0


class GrowingFile:
    """Made with its head; `append` leaves either the whole fragment on the disk or nothing of it."""

    def __init__(self, path: Path, head: bytes) -> None:
        """Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size = 0
        self.fragments = 0
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            self._write([head])
        except OSError:
            os.close(self._handle)
            path.unlink(missing_ok=True)
            raise

    def append(self, parts: list[bytes]) -> None:
        """A fragment, in parts that follow each other. Raises OSError."""
        self._write(parts)
        self.fragments += 1

    def _write(self, parts: list[bytes]) -> None:
        size = sum(map(len, parts))
        try:
            for at in range(0, len(parts), _AT_ONCE):
                some = parts[at : at + _AT_ONCE]
                written = os.writev(self._handle, some)
                view = memoryview(b"".join(some))[written:] if written < sum(map(len, some)) else b""
                while view:
                    view = view[os.write(self._handle, view) :]
            os.fdatasync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self.size)
            raise
        self.size += size

    def close(self) -> None:
        os.close(self._handle)


def contents(path: Path) -> Contents:
    """What can be played of a file; what is torn at its end is left out. Raises OSError."""
    with path.open("rb") as file:
        whole = os.fstat(file.fileno()).st_size
        head, at = 0, 0
        extents: list[Extent] = []
        while (box := _box(file, at, whole)) is not None:
            kind, size = box
            if kind in (b"ftyp", b"moov") and not extents:
                at = head = at + size
                continue
            behind = _box(file, at + size, whole)
            if kind != b"moof" or behind is None or behind[0] != b"mdat" or size > _MOST_HEAD:
                break
            file.seek(at)
            try:
                extents.append(fmp4.read_fragment(file.read(size), at, behind[1]))
            except Unreadable:
                break
            at += size + behind[1]
    return Contents(head, extents)


def _box(file: BinaryIO, at: int, whole: int) -> tuple[bytes, int] | None:
    """Kind and size of the box there, if it is whole."""
    file.seek(at)
    try:
        kind, size = fmp4.box_head(file.read(8))
    except Unreadable:
        return None
    return (kind, size) if at + size <= whole else None


def mend(path: Path) -> Contents:
    """Cut off what a crash tore; a file without a whole fragment goes. Raises OSError."""
    if not path.exists():
        return Contents(0, [])
    there = contents(path)
    if not there.extents:
        path.unlink()
    elif there.size < path.stat().st_size:
        os.truncate(path, there.size)
    return there


def begin_of(there: Contents, after: int) -> int:
    """Number of the fragment to begin with for a time in the file: the last key one before it."""
    keys = [number for number, each in enumerate(there.extents) if each.key and each.start <= after]
    return keys[-1] if keys else 0


def read_parts(path: Path, ranges: list[tuple[int, int]]) -> Iterator[bytes]:
    """Bytes of a file by (first, size), in parts that fit into memory. Raises OSError."""
    with path.open("rb") as file:
        for at, size in ranges:
            file.seek(at)
            while size > 0:
                data = file.read(min(PART, size))
                if not data:
                    return
                size -= len(data)
                yield data
