"""What the face room needs of the box's store, and a file of its own where there is no box around it (bench, soak)."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from linli.edge.faces.steps import STEPS


class FaceDatabase(Protocol):
    """One connection, used on the loop's thread alone."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor: ...

    def transaction(self) -> AbstractContextManager[object]:
        """Committed durably at its end, rolled back if it raises. Not nested."""
        ...


class FaceFile:
    """A SQLite file with the room's tables only: WAL, every commit on disk."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, autocommit=True)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE IF NOT EXISTS steps (name TEXT PRIMARY KEY)")
        done = {name for (name,) in self._connection.execute("SELECT name FROM steps")}
        for name, sql in STEPS:
            if name not in done:
                self._connection.executescript(f"BEGIN;{sql};INSERT INTO steps VALUES ('{name}');COMMIT")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, parameters)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
