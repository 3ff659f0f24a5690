"""Is the database's schema the one this release needs? Asked at every start, so without loading the migration tools."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import Column, MetaData, Table, Text, select

import linli
from linli.kernel.db import Database, Query, open_database
from linli.kernel.db.plans import Plan
from linli.kernel.settings import Settings
from linli.kernel.telemetry import redact

VERSIONS = Path(linli.__file__).parent / "migrations" / "versions"
"""Files are named `<revision>_<what changed>.py`, the revision being the time of writing."""

_version = Query(select(Table("alembic_version", MetaData(), Column("version_num", Text)).c.version_num))


def newest() -> str:
    """The revision that this release needs."""
    names = sorted(p.stem for p in VERSIONS.glob("[0-9]*.py"))
    return "_".join(names[-1].split("_")[:2]) if names else ""


async def stored(db: Database) -> str | None:
    """The revision of a database; None when it has none, as a new one. Raises Unavailable."""
    try:
        scalar = await _version.scalar(db)
    except Exception:  # no such table: each engine has its own error for it
        if not await db.healthy():
            raise
        return None
    return str(scalar) if scalar else None


_ONE_AT_A_TIME = 7102002
"""Number of the lock under which a schema is made."""


async def prepare(settings: Settings) -> str:
    """Make the schema of a new database. Returns why this release cannot use the database; empty when it can.

    Processes that start together over a new database wait for the first of them.
    """
    if settings.database.startswith("sqlite"):
        return await _prepare(settings)
    from linli.kernel.db.postgres import alone

    try:
        async with alone(settings.database, _ONE_AT_A_TIME):
            return await _prepare(settings)
    except Exception as error:  # noqa: BLE001 - the edge of the process: any engine's exception is the reason
        return f"the database cannot be opened: {redact(str(error.__cause__ or error))}"


async def _prepare(settings: Settings) -> str:
    try:
        settings.data_path.mkdir(parents=True, exist_ok=True)
        db = await open_database(settings.database)
        try:
            revision = await stored(db)
            foreign = revision is None and await _holds_tables(db)
        finally:
            await db.close()
    except Exception as error:  # noqa: BLE001 - the edge of the process: any engine's exception is the reason
        return f"the database cannot be opened: {redact(str(error.__cause__ or error))}"
    wanted = newest()
    if revision == wanted:
        return ""
    if foreign:
        return "the database holds tables that are not of this program; give an empty one"
    if revision is None:
        from linli.migrations import runner

        await asyncio.to_thread(runner.upgrade, settings.database)
        return ""
    advice = "run `linli upgrade`" if revision < wanted else "it was made by a newer release"
    return f"the database is at revision {revision}, this release needs {wanted}: {advice}"


async def _holds_tables(db: Database) -> bool:
    where = {
        "sqlite": "sqlite_master WHERE type = 'table' AND name NOT IN ('alembic_version', 'sqlite_sequence')",
        "postgresql": "pg_tables WHERE schemaname = current_schema() AND tablename <> 'alembic_version'",
    }
    plan = Plan(f"SELECT count(*) FROM {where[db.engine]}", (), {}, frozenset())
    row = await db.fetch_row(plan, None, {}, False)
    return bool(row and row[0])


def say(reason: str) -> None:
    sys.stderr.write(f"linli: {reason}\n")
