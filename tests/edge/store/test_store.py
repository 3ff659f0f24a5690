"""The box's file: steps done once, writes that are alone in their failures, and nothing lost by `kill -9`."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from linli.edge.store import Step, Store, StoreBroken
from linli.kernel.clock import ManualClock

FIRST = Step(
    "notes.1",
    "CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL); CREATE INDEX notes_text ON notes (text);",
)
SECOND = Step("notes.2", "ALTER TABLE notes ADD COLUMN kind TEXT NOT NULL DEFAULT '; not a statement';")


def numbers(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT number FROM notes ORDER BY number")]


def adding(number: int, text: str = "x") -> object:
    return lambda connection: connection.execute(
        "INSERT INTO notes (number, text) VALUES (?, ?)", (number, text)
    )


async def test_steps_are_done_once_and_in_order(tmp_path: Path) -> None:
    clock = ManualClock()
    for steps in ((FIRST,), (FIRST, SECOND), (FIRST, SECOND)):
        store = Store(tmp_path / "box.db", steps, clock)
        await store.start()
        count = len(steps) if steps != (FIRST,) else 1
        assert await store.read(lambda c: c.execute("SELECT count(*) FROM steps").fetchone()[0]) == count
        await store.stop()
    assert (tmp_path / "box.db").stat().st_mode & 0o777 == 0o600


async def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    bad = Step("bad.1", "CREATE TABLE half (x INTEGER); CREATE TABLE half (x INTEGER);")
    with pytest.raises(StoreBroken):
        await Store(tmp_path / "box.db", (FIRST, bad), ManualClock()).start()
    store = Store(tmp_path / "box.db", (FIRST,), ManualClock())
    await store.start()
    assert (
        await store.read(lambda c: c.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall())
        == []
    )
    await store.stop()


async def test_one_bad_write_leaves_the_others_of_its_commit(tmp_path: Path) -> None:
    store = Store(tmp_path / "box.db", (FIRST,), ManualClock())
    await store.start()
    work = [adding(number) for number in (1, 2, 1, 3)]
    found = await asyncio.gather(*(store.write(one) for one in work), return_exceptions=True)  # type: ignore[arg-type]
    assert [isinstance(one, sqlite3.IntegrityError) for one in found] == [False, False, True, False]
    assert await store.read(numbers) == [1, 2, 3]
    with pytest.raises(StoreBroken):
        await store.read(lambda c: c.execute("INSERT INTO notes (number, text) VALUES (9, '')"))
    await store.stop()
    with pytest.raises(StoreBroken):
        await store.read(numbers)


WRITER = """
import asyncio, sys
from pathlib import Path
from linli.edge.store import Step, Store
from linli.kernel.clock import SystemClock
STEP = Step("notes.1", "CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL);")
async def main():
    store = Store(Path(sys.argv[1]), (STEP,), SystemClock())
    await store.start()
    for number in range(10_000):
        await store.write(lambda c: c.execute("INSERT INTO notes VALUES (?, 'x')", (number,)))
        print(number, flush=True)
asyncio.run(main())
"""


async def test_what_was_told_as_written_survives_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "box.db"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(50)]
    os.kill(process.pid, signal.SIGKILL)
    told += [int(line) for line in process.stdout.read().split()]
    process.wait()
    store = Store(file, (Step("notes.1", ""),), ManualClock())
    await store.start()
    kept = await store.read(numbers)
    assert kept[: len(told)] == told
    await store.stop()


async def test_what_follows_a_commit_happens_though_nobody_waits_any_more(tmp_path: Path) -> None:
    """As where the line breaks between the commit of a removal and its answer: the count of what waits stays right."""
    store = Store(tmp_path / "box.db", (FIRST,), ManualClock())
    await store.start()
    followed: list[str] = []

    def first(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO notes (number, text) VALUES (1, 'x')")
        return "first"

    asker = asyncio.create_task(store.write(first, then=followed.append))
    await asyncio.sleep(0)
    asker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asker
    with pytest.raises(sqlite3.IntegrityError):
        await store.write(first, then=followed.append)
    assert followed == ["first"]
    assert await store.read(numbers) == [1]
    await store.stop()
