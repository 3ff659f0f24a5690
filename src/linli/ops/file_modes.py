"""What an installation keeps is its own user's alone: new files by the umask (`linli.cli`), older ones mended at start.

Folders 0700, files 0600. The database's -wal and -shm take the mode of the database file.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from linli.kernel import telemetry
from linli.ops.layout import Layout

log = telemetry.logger(__name__)

_OTHERS: Final = 0o077


def mend(layout: Layout) -> int:
    """Take from others what they may do with the files of an installation; how many places that were.

    Within the objects' folder the folder itself is enough: nobody gets past it, and it may hold millions.
    """
    mended = sum(_closed(place) for place in _places(layout))
    if mended:
        log.warning(
            "files that others on this machine could read were closed", extra={"facts": {"count": mended}}
        )
    return mended


def _places(layout: Layout) -> Iterator[Path]:
    yield layout.data
    for folder, folders, files in os.walk(layout.data):
        if Path(folder) == layout.files:
            folders.clear()
            continue
        for name in (*folders, *files):
            yield Path(folder) / name
    if layout.sqlite_file is not None:
        for ending in ("", "-wal", "-shm", "-journal"):
            yield layout.sqlite_file.with_name(layout.sqlite_file.name + ending)


def _closed(place: Path) -> bool:
    """Whether it was open to others and no longer is. Links are left as they are."""
    with suppress(FileNotFoundError, PermissionError):
        mode = place.lstat().st_mode
        if mode & _OTHERS and not stat.S_ISLNK(mode):
            place.chmod(stat.S_IMODE(mode) & ~_OTHERS)
            return True
    return False
