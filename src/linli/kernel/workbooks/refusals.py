"""The reasons for refusing a file, and the limits that are checked in its directory."""

import io
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, Final

from linli.kernel.archives import UnfitArchive, ZipBounds, open_zip
from linli.kernel.errors import BadInput

_MIB: Final = 1024 * 1024
UNPACKED_MAX: Final = 512 * _MIB
STRINGS_MAX: Final = 64 * _MIB
"""Of the part with the texts that cells share: it is in memory whole while rows are read."""
BOUNDS: Final = ZipBounds(entries=2_000, part=384 * _MIB, unpacked=UNPACKED_MAX)
_WHOLE_MAX: Final = 8 * _MIB
"""Of any other part but a sheet: the library reads it whole."""


class BadWorkbook(BadInput):
    """The file is no workbook, has no sheet that we know, or would take too much to read."""

    code = "import.bad_workbook"

    def __init__(self, rule: str, **facts: Any) -> None:
        super().__init__(field="file", rule=rule, **facts)


def check_workbook(content: bytes | BinaryIO) -> None:
    """Raises BadWorkbook for other files than zip archives, or too large ones: at once, before any import."""
    open_parts(io.BytesIO(content) if isinstance(content, bytes) else content).close()


def open_parts(source: Path | BinaryIO) -> zipfile.ZipFile:
    """Raises BadWorkbook."""
    try:
        archive = open_zip(source, BOUNDS._replace(unpacked=UNPACKED_MAX))
    except UnfitArchive as error:
        raise too_much(error.limit) if error.why in ("part", "unpacked") else unfit(error) from error
    for part in archive.infolist():
        limit = _limit_of(part.filename)
        if part.file_size > limit:
            archive.close()
            raise too_much(limit)
    return archive


def too_much(limit: int) -> BadWorkbook:
    return BadWorkbook("workbook_too_large", limit=f"{limit // _MIB} MiB")


def unfit(error: UnfitArchive) -> BadWorkbook:
    if error.why in ("ratio", "entries"):
        return BadWorkbook("workbook_bomb")
    return BadWorkbook("workbook")


def _limit_of(name: str) -> int:
    low = name.lower()
    if "sharedstrings" in low:
        return STRINGS_MAX
    if "worksheets" in low:
        return BOUNDS.part
    if low.endswith((".xml", ".rels", ".vml")):
        return _WHOLE_MAX
    return BOUNDS.part  # pictures and the like are not read
