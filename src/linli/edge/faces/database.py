"""What the face room needs of the box's store, and a file of its own where there is no box around it (bench, soak)."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from linli.edge.faces.steps import STEPS


class FaceStore(Protocol):
    """Work is a function of a connection, which it must not keep."""

    file: Path

    async def write[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Returns when it is committed durably; undone if it raises."""
        ...

    async def read[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Of what is committed."""
        ...


class FaceFile:
    """A SQLite file with the room's tables only: WAL, every commit on disk."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, autocommit=True)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE IF NOT EXISTS steps (name TEXT PRIMARY KEY)")
        done = {name for (name,) in self._connection.execute("SELECT name FROM steps")}
        for name, sql in STEPS:
            if name not in done:
                self._connection.executescript(f"BEGIN;{sql};INSERT INTO steps VALUES ('{name}');COMMIT")

    async def write[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            found = work(self._connection)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return found

    async def read[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        return work(self._connection)

    def close(self) -> None:
        self._connection.close()
