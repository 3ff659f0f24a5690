"""Running migrations by database address, without Alembic's configuration file.

These functions block, and open an event loop of their own for PostgreSQL: from a coroutine call them with
`asyncio.to_thread`.
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

FOLDER = Path(__file__).resolve().parent
SQLITE_WAIT_SECONDS = 30
_PARTITION = re.compile(r".+_\d{5,}")
"""Day partitions, `<table>_<days since the epoch>`: made and dropped by the clock, not by migrations."""


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database to a revision, in one transaction."""
    _on(url, lambda connection: command.upgrade(_config(connection), to))


def downgrade(url: str, to: str) -> None:
    """Back to a revision; `base` removes everything."""
    _on(url, lambda connection: command.downgrade(_config(connection), to))


def current(url: str) -> str:
    """The revision that the database is at; empty when it has none."""
    return _on(
        url, lambda connection: MigrationContext.configure(connection).get_current_revision() or "", ""
    )


def head() -> str:
    """The revision that this version of Linli needs; empty when no migration was written yet."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def differences(url: str, models: MetaData) -> list[Any]:
    """What the models say and the database does not have, or the other way round."""

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "include_object": include_object}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), models))

    return _on(url, compare, "")


def write(url: str, models: MetaData, message: str, revision: str) -> Path:
    """Write a migration that brings the database at `url`, which must be at the head, to the models."""

    def generate(connection: Connection) -> Any:
        config = _config(connection)
        config.attributes["models"] = models
        return command.revision(config, message, autogenerate=True, rev_id=revision)

    script = _on(url, generate)
    return Path(script.path)


def include_object(_item: Any, name: str | None, kind: str, reflected: bool, _model: Any) -> bool:
    """Whether Alembic compares an object."""
    return not (kind == "table" and reflected and name is not None and _PARTITION.fullmatch(name))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["include_object"] = include_object
    return config


def _on[R](url: str, work: Callable[[Connection], R], sqlite_lock: str = "IMMEDIATE") -> R:
    """Run `work` in one transaction on a connection of its own. `sqlite_lock` is empty for work that only reads."""
    if url.startswith("sqlite:"):
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": SQLITE_WAIT_SECONDS})
        # Python's sqlite3 begins no transaction before DDL; told not to begin any, it leaves that to us.
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(f"BEGIN {sqlite_lock}"))
        with engine.begin() as connection:
            return work(connection)
    return asyncio.run(_on_postgresql(url, work))


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


async def _on_postgresql[R](url: str, work: Callable[[Connection], R]) -> R:
    _, _, rest = url.partition("://")
    engine = create_async_engine(f"postgresql+asyncpg://{rest}", poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
