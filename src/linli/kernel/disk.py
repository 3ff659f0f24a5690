"""Refusing writes while there is still room to refuse them well: a full disk stops databases at odd places."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from linli.kernel.clock import Clock
from linli.kernel.errors import Unavailable

LOOK_EVERY_MS = 1000
RELEASE_FACTOR = 1.25
"""Writes begin again only with a quarter more than the reserve free, so that they do not flutter at the edge."""

_freeing: ContextVar[bool] = ContextVar("freeing", default=False)


class DiskFull(Unavailable):
    """There is no room for what was to be written."""

    code = "disk_full"


class DiskGuard:
    """Call it before a write. The file system is asked once a second at most.

    `free_bytes` tells the room left for unprivileged users in a folder; tests give their own.
    """

    def __init__(
        self, folder: Path, reserve_bytes: int, clock: Clock, free_bytes: Callable[[Path], int] | None = None
    ) -> None:
        self._folder = folder
        self._reserve = reserve_bytes
        self._clock = clock
        self._free_bytes = free_bytes or free_space
        self._looked_ms: int | None = None
        self._full = False

    def __call__(self) -> None:
        """Raises DiskFull when less than the reserve is free, unless inside `freeing_space()`."""
        if self.full() and not _freeing.get():
            raise DiskFull()

    def full(self) -> bool:
        """Whether writes are refused now."""
        now = self._clock.now_ms()
        if self._looked_ms is None or not 0 <= now - self._looked_ms < LOOK_EVERY_MS:
            self._looked_ms = now
            wanted = self._reserve * (RELEASE_FACTOR if self._full else 1)
            self._full = self._free_bytes(self._folder) < wanted
        return self._full


@contextmanager
def freeing_space() -> Iterator[None]:
    """Work inside may write: it deletes what retention allows."""
    token = _freeing.set(True)
    try:
        yield
    finally:
        _freeing.reset(token)


@contextmanager
def may_use_reserve() -> Iterator[None]:
    """Work inside may call `use_reserve`, which counts until its end."""
    token = _freeing.set(_freeing.get())
    try:
        yield
    finally:
        _freeing.reset(token)


def use_reserve() -> None:
    """From here to the end of `may_use_reserve()` writing is allowed: it deletes what somebody wants deleted."""
    _freeing.set(True)


@contextmanager
def telling_full_disk() -> Iterator[None]:
    """Turn the file system's own "no room" into DiskFull: the guard looks once a second, a big file comes between."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull() from error
        raise


def free_space(folder: Path) -> int:
    """Bytes that an ordinary user may still write in the folder's file system."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a renamed file is there after a power cut only when its folder is synced."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
