"""`linli upgrade`: back up, migrate, verify; restore the backup on any failure."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData

from linli import migrations
from linli.kernel.errors import LinliError
from linli.ops import archive, engines
from linli.ops.backup import Summary, back_up
from linli.ops.layout import Layout, alone


class SchemaTooNew(LinliError):
    """The database is of a newer Linli. To go back, restore a backup."""

    code = "ops.schema_too_new"


class UpgradeFailed(LinliError):
    """The upgrade failed, and the installation is as before. `backup` is the copy that was made first."""

    code = "ops.upgrade_failed"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The result of an upgrade. `backup` is None if there was nothing to do."""

    before: str
    after: str
    backup: Summary | None


def upgrade(
    layout: Layout,
    models: MetaData,
    *,
    now_ms: int,
    migrate: Callable[[str], None] = migrations.upgrade,
) -> Upgrade:
    """Migrate the installation's schema to this version. No server may use the data folder meanwhile.

    Raises layout.InUse, SchemaTooNew, UpgradeFailed.
    """
    with alone(layout):
        before, wanted = revision(layout), migrations.head()
        if before == wanted:
            return Upgrade(before, wanted, None)
        if before and before > wanted:  # revisions are named by time
            raise SchemaTooNew(database=before, program=wanted)
        if layout.sqlite_file is not None and not layout.sqlite_file.exists():
            migrate(layout.database_url)  # a new installation: nothing to keep
            return Upgrade("", wanted, None)
        layout.backups.mkdir(parents=True, exist_ok=True)
        backup = back_up(layout, layout.backups, now_ms=now_ms)
        try:
            migrate(layout.database_url)
            _verify(layout, models, wanted)
        except Exception as error:
            put_back(layout, backup.file)
            raise UpgradeFailed(reason=str(error), backup=str(backup.file)) from error
        return Upgrade(before, wanted, backup)


def revision(layout: Layout) -> str:
    """The schema's revision; empty for none. Does not create a database file."""
    if layout.sqlite_file is not None and not layout.sqlite_file.exists():
        return ""
    return migrations.current(layout.database_url)


def put_back(layout: Layout, backup: Path) -> None:
    """Replace the database by the one in `backup`. Files stay: an upgrade does not change them."""
    with tempfile.TemporaryDirectory(prefix=".linli-undo-", dir=layout.data) as work:
        archive.unpack(backup, Path(work))
        if layout.sqlite_file is None:
            engines.load_postgresql(layout.database_url, Path(work) / "database/linli.dump", replace=True)
            return
        # The write-ahead log of the broken database must not be applied to the restored one.
        for suffix in ("-wal", "-shm"):
            layout.sqlite_file.with_name(layout.sqlite_file.name + suffix).unlink(missing_ok=True)
        shutil.move(Path(work) / "database/linli.db", layout.sqlite_file)
        archive.sync_folder(layout.sqlite_file.parent)


def _verify(layout: Layout, models: MetaData, wanted: str) -> None:
    """Raises SchemaDiffers or engines.DatabaseDamaged unless the database is intact and matches the models."""
    if migrations.current(layout.database_url) != wanted:
        raise SchemaDiffers(what=f"revision {migrations.current(layout.database_url)!r}")
    if layout.sqlite_file is not None:
        connection = sqlite3.connect(layout.sqlite_file)
        try:
            engines.check_sqlite(connection)
        finally:
            connection.close()
    if differences := migrations.differences(layout.database_url, models):
        raise SchemaDiffers(what=str(differences[0]))


class SchemaDiffers(LinliError):
    """The migrated tables differ from the models."""

    code = "ops.schema_differs"
