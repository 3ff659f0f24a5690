"""Databases as each release wrote them, kept as text: `schemas/<revision>.sql`, one row in every table.

`python -m tests.migrations.kept` adds that of the newest migration, once it is as it will be released. They are never
edited: that an old database becomes a new one is shown on what the old release really made.
"""

import sqlite3
import tempfile
from pathlib import Path

from linli.migrations import runner

SCHEMAS = Path(__file__).resolve().parent / "schemas"


def kept_revisions() -> list[str]:
    return sorted(file.stem for file in SCHEMAS.glob("*.sql"))


def load(revision: str, target: Path) -> None:
    """Make the SQLite database of a revision."""
    connection = sqlite3.connect(target)
    try:
        connection.executescript((SCHEMAS / f"{revision}.sql").read_text(encoding="utf-8"))
    finally:
        connection.close()


def keep(database: Path, revision: str) -> Path:
    """Put one row into every table of `database` and keep it as text."""
    connection = sqlite3.connect(database)
    try:
        fill(connection)
        SCHEMAS.mkdir(exist_ok=True)
        file = SCHEMAS / f"{revision}.sql"
        file.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
    finally:
        connection.close()
    return file


def fill(connection: sqlite3.Connection) -> None:
    """One row a table, every value a one: so all references hold, since every key is one."""
    for table in tables(connection):
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        values = [_one(declared) for _, _, declared, *_ in columns]
        names = ", ".join(f'"{name}"' for _, name, *_ in columns)
        places = ", ".join("?" * len(columns))
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({places})', values)
    connection.commit()


def tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if name != "alembic_version" and not name.startswith("sqlite_")]


def _one(declared: str) -> object:
    match declared.upper():
        case "TEXT":
            return "1"
        case "BLOB":
            return b"1"
        case "FLOAT" | "REAL" | "DOUBLE":
            return 1.0
        case _:
            return 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        runner.upgrade(f"sqlite:///{folder}/head.db")
        print(keep(Path(folder, "head.db"), runner.head()))
