"""Only its own user may read an installation's files: new ones by the umask (`linli.cli`), older ones mended at start.

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
    """Remove the rights of others on the files of an installation. Returns how many files and folders were changed.

    For objects only the folder is changed: it keeps others out, and it may have millions of files.
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
    """Returns whether a file was changed. Links are not followed."""
    with suppress(FileNotFoundError, PermissionError):
        mode = place.lstat().st_mode
        if mode & _OTHERS and not stat.S_ISLNK(mode):
            place.chmod(stat.S_IMODE(mode) & ~_OTHERS)
            return True
    return False
