"""Zip archives of strangers: bounded by what their directory says before anything of them is unpacked.

`zipfile` never reads more of a part than its directory says, so that these bounds hold for what is unpacked later.
"""

import os
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO, Final, Literal, NamedTuple

type Broken = Literal["broken", "entries", "part", "unpacked", "ratio", "sealed"]

_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_LOCATOR_64: Final = b"PK\x06\x07"
_END_BYTES: Final = 22
_COMMENT_BYTES: Final = 65_535
_ENTRY_BYTES: Final = 512
"""Most bytes of the directory for each entry, on average: 46 and the names."""
_RATIO_FROM: Final = 1024 * 1024
"""Parts that unpack to less may be packed as well as they like."""


class ZipBounds(NamedTuple):
    """Sizes in bytes. `ratio`: how many times its packed size a part may unpack to."""

    entries: int
    part: int
    unpacked: int
    ratio: int = 200


class UnfitArchive(Exception):
    """Not to be unpacked. `why` is the bound that it breaks, `limit` that bound."""

    def __init__(self, why: Broken, limit: int = 0, name: str = "") -> None:
        super().__init__(f"{why} {limit} {name}")
        self.why = why
        self.limit = limit
        self.name = name


def open_zip(source: Path | BinaryIO, bounds: ZipBounds) -> zipfile.ZipFile:
    """An archive within its bounds; the caller closes it. Raises UnfitArchive."""
    try:
        _check_directory(source, bounds.entries)
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise UnfitArchive("broken") from error
    try:
        _check_parts(archive.infolist(), bounds)
    except BaseException:
        archive.close()
        raise
    return archive


def _check_parts(parts: list[zipfile.ZipInfo], bounds: ZipBounds) -> None:
    if len(parts) > bounds.entries:
        raise UnfitArchive("entries", bounds.entries)
    total = 0
    for part in parts:
        total += part.file_size
        if part.flag_bits & 0x1:
            raise UnfitArchive("sealed", 0, part.filename)
        if part.file_size > bounds.part:
            raise UnfitArchive("part", bounds.part, part.filename)
        if part.file_size > max(_RATIO_FROM, bounds.ratio * part.compress_size):
            raise UnfitArchive("ratio", bounds.ratio, part.filename)
    if total > bounds.unpacked:
        raise UnfitArchive("unpacked", bounds.unpacked)


def _check_directory(source: Path | BinaryIO, entries: int) -> None:
    """The directory itself may be the bomb: each of its entries takes ten times its bytes once it is read."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            size = _directory_bytes(file)
    else:
        size = _directory_bytes(source)
        source.seek(0)
    if size > entries * _ENTRY_BYTES:
        raise UnfitArchive("entries", entries)


def _directory_bytes(file: BinaryIO) -> int:
    """As its end says. Raises BadZipFile. Source: APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16."""
    size = file.seek(0, os.SEEK_END)
    start = max(size - _END_BYTES - _COMMENT_BYTES, 0)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + _END_BYTES > len(tail):
        raise zipfile.BadZipFile("no end of a directory")
    (directory,) = struct.unpack_from("<I", tail, at + 12)
    before = start + at - 20
    if before >= 0:
        file.seek(before)
        locator = file.read(20)
        if locator[:4] == _LOCATOR_64:
            (where,) = struct.unpack_from("<Q", locator, 8)
            file.seek(min(where, size))
            end = file.read(56)
            if end[:4] == _END_64 and len(end) == 56:
                (large,) = struct.unpack_from("<Q", end, 40)
                return max(int(large), int(directory))
    return int(directory)
