"""Where an installation keeps what, and the lock that says a process is using it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from linli.kernel.errors import Conflict
from linli.kernel.settings import Objects, Settings


class InUse(Conflict):
    """Another Linli process works on this data folder."""

    code = "ops.in_use"


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one installation."""

    data: Path
    database_url: str
    objects: Objects = field(default_factory=Objects)
    """Where files lie: a folder here, or a bucket."""

    @staticmethod
    def of(settings: Settings) -> "Layout":
        return Layout(settings.data_path, settings.database, settings.objects)

    @property
    def files(self) -> Path:
        """The object store's folder; empty where files lie in a bucket."""
        return self.data / "objects"

    @property
    def master_key(self) -> Path:
        """Opens every sealed secret of the database. Never part of a backup: keep a copy apart."""
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
    """Hold the data folder for a tool that changes it as a whole. Raises InUse while anything else uses it."""
    return _locked(layout, fcntl.LOCK_EX)


def sharing(layout: Layout) -> AbstractContextManager[None]:
    """Hold the data folder for a server or a worker, beside others. Raises InUse while a tool changes it."""
    return _locked(layout, fcntl.LOCK_SH)


@contextmanager
def _locked(layout: Layout, how: int) -> Iterator[None]:
    """The kernel keeps the lock as long as the process lives: not even a crash leaves it behind."""
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
