"""Copy whole databases: SQLite by its backup call, PostgreSQL by its own tools."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from linli.kernel.errors import LinliError, Unavailable


class EngineToolMissing(LinliError):
    """A program of the database engine is not installed."""

    code = "ops.tool_missing"


class EngineToolFailed(Unavailable):
    """A program of the database engine failed; `said` has the end of its output."""

    code = "ops.tool_failed"


class DatabaseDamaged(LinliError):
    """The copy fails the engine's own check."""

    code = "ops.database_damaged"


def copy_sqlite(source: Path, target: Path) -> None:
    """Make a consistent copy of a live database. Writers are not blocked, since it is in WAL mode.

    Raises DatabaseDamaged.
    """
    reading = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    writing = sqlite3.connect(target)
    try:
        reading.backup(writing)  # all pages in one step: one snapshot
        writing.execute("PRAGMA journal_mode = DELETE")
        check_sqlite(writing)
    finally:
        writing.close()
        reading.close()


def check_sqlite(connection: sqlite3.Connection) -> None:
    """The engine's own checks of pages, indexes and references. Raises DatabaseDamaged."""
    problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    if problems != ["ok"]:
        raise DatabaseDamaged(what="; ".join(problems))
    if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise DatabaseDamaged(what=f"{broken[0]} row {broken[1]} refers to a missing row of {broken[2]}")


def dump_postgresql(url: str, target: Path) -> None:
    """pg_dump's custom format: one transaction's view. Raises EngineToolMissing, EngineToolFailed."""
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], url)


_DROP_TABLES = """
DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', t.tablename);
  END LOOP;
END $$
"""
"""Drop all tables, not only those of the dump: a failed upgrade may have made more."""


def load_postgresql(url: str, dump: Path, *, replace: bool) -> None:
    """Load a dump in one transaction. `replace`: drop all tables first."""
    script = dump.with_suffix(".sql")
    _run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump)], url)
    drop = ["--command", _DROP_TABLES] if replace else []
    settings = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run(["psql", *settings, *drop, f"--file={script}"], url)


def _run(line: list[str], url: str) -> None:
    done = subprocess.run(
        [program(line[0]), *line[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **_environment(url), "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise EngineToolFailed(tool=line[0], said=done.stderr.strip()[-500:])


def program(name: str) -> str:
    """The newest installed version: an older pg_dump refuses a newer server. Raises EngineToolMissing."""
    versions = [path for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}") if path.parts[4].isdigit()]
    if versions:
        return str(max(versions, key=lambda path: int(path.parts[4])))
    if which := shutil.which(name):
        return which
    raise EngineToolMissing(tool=name, package="postgresql-client")


def _environment(url: str) -> dict[str, str]:
    """The address as libpq's variables: on a command line other users would see the password."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    values = {
        "PGHOST": parts.hostname or options.get("host"),
        "PGPORT": str(parts.port) if parts.port else None,
        "PGUSER": unquote(parts.username) if parts.username else None,
        "PGPASSWORD": unquote(parts.password) if parts.password else None,
        "PGDATABASE": unquote(parts.path.lstrip("/")) or "postgres",
        "PGSSLMODE": options.get("sslmode"),
    }
    return {name: value for name, value in values.items() if value is not None}
