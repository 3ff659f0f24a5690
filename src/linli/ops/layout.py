"""The places of an installation's files, and the lock that shows that a process uses them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from linli.kernel.errors import Conflict
from linli.kernel.settings import Objects, Settings


class InUse(Conflict):
    """Another Linli process uses this data folder."""

    code = "ops.in_use"


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one installation."""

    data: Path
    database_url: str
    objects: Objects = field(default_factory=Objects)
    """The place of the files: a folder, or a bucket."""

    @staticmethod
    def of(settings: Settings) -> "Layout":
        return Layout(settings.data_path, settings.database, settings.objects)

    @property
    def files(self) -> Path:
        """The object store's folder; empty where files lie in a bucket."""
        return self.data / "objects"

    @property
    def master_key(self) -> Path:
        """The key of every sealed secret in the database. It is never in a backup: keep a copy apart."""
        return self.data / "master.key"

    @property
    def certificates(self) -> Path:
        """The own certificate authority and what it issued."""
        return self.data / "tls"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, or None when PostgreSQL holds the data."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None


def alone(layout: Layout) -> AbstractContextManager[None]:
    """Lock the data folder for a tool that changes all of it. Raises InUse while another process uses it."""
    return _locked(layout, fcntl.LOCK_EX)


def sharing(layout: Layout) -> AbstractContextManager[None]:
    """Lock the data folder for a server or a worker, beside others. Raises InUse while a tool changes it."""
    return _locked(layout, fcntl.LOCK_SH)


@contextmanager
def _locked(layout: Layout, how: int) -> Iterator[None]:
    """The kernel frees the lock when the process ends, also after a crash."""
    layout.data.mkdir(parents=True, exist_ok=True)
    handle = os.open(layout.data / "in-use.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(folder=str(layout.data)) from None
        yield
    finally:
        os.close(handle)
