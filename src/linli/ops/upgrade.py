"""`linli upgrade`: back up, migrate, verify; on any failure put back what was there."""

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
    """The database was written by a newer Linli; going back means restoring a backup."""

    code = "ops.schema_too_new"


class UpgradeFailed(LinliError):
    """The upgrade was undone; the installation is as it was. `backup` names the copy made first."""

    code = "ops.upgrade_failed"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did. `backup` is None when the schema was already the newest."""

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
    """Bring the installation's schema to this version's. No server may run on the data folder meanwhile.

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
    """The schema's revision; empty for none. Looking makes no file."""
    if layout.sqlite_file is not None and not layout.sqlite_file.exists():
        return ""
    return migrations.current(layout.database_url)


def put_back(layout: Layout, backup: Path) -> None:
    """Replace the database by the one in `backup`. Files were not touched by an upgrade and stay."""
    with tempfile.TemporaryDirectory(prefix=".linli-undo-", dir=layout.data) as work:
        archive.unpack(backup, Path(work))
        if layout.sqlite_file is None:
            engines.load_postgresql(layout.database_url, Path(work) / "database/linli.dump", replace=True)
            return
        # The log of the broken database must not be replayed into the good one.
        for suffix in ("-wal", "-shm"):
            layout.sqlite_file.with_name(layout.sqlite_file.name + suffix).unlink(missing_ok=True)
        shutil.move(Path(work) / "database/linli.db", layout.sqlite_file)
        archive.sync_folder(layout.sqlite_file.parent)


def _verify(layout: Layout, models: MetaData, wanted: str) -> None:
    """Raises SchemaDiffers or engines.DatabaseDamaged unless the database is sound and as the models say."""
    if migrations.current(layout.database_url) != wanted:
        raise SchemaDiffers(what=f"revision {migrations.current(layout.database_url)!r}")
    if layout.sqlite_file is not None:
        connection = sqlite3.connect(layout.sqlite_file)
        try:
            engines.check_sqlite(connection)
        finally:
            connection.close()
    if found := migrations.differences(layout.database_url, models):
        raise SchemaDiffers(what=str(found[0]))


class SchemaDiffers(LinliError):
    """The migrated tables are not those of the models."""

    code = "ops.schema_differs"
