"""Progress told by one process and read by another, with as few writes as a second needs. Each Database is a process."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, open_database
from linli.kernel.progress import INTERRUPTED, Board, DoneElsewhere, Progress
from linli.kernel.scope import Scope

OURS, THEIRS = Scope.system("A" * 32, "import"), Scope.system("B" * 32, "import")


@pytest.fixture
async def there(database: Database, database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """The same database as another process has it; on SQLite as the next process finds it."""
    database.clock = clock
    other = await open_database(database_url, clock=clock)
    yield other
    await other.close()


def boards(here: Database, there: Database, clock: ManualClock) -> tuple[Board, Board, set[str]]:
    living = {"one", "two"}
    first, second = (
        Board(db, clock, me=me, alive=living.__contains__) for db, me in ((here, "one"), (there, "two"))
    )
    return first, second, living


async def beat(clock: ManualClock, seconds: int = 1) -> None:
    for _ in range(seconds):
        await asyncio.sleep(0)
        await clock.advance(1000)
        await asyncio.sleep(0.05)


async def seen(board: Board, clock: ManualClock, phase: str, rows: int) -> Progress:
    """What is told as soon as it is that. The database's work takes real time, whatever the clock says."""
    async with asyncio.timeout(30):
        while True:
            told = await board.of(OURS, "import:1")
            if told is not None and (told.phase, told.rows) == (phase, rows):
                return told
            await beat(clock)


@pytest.mark.engines("postgresql")
async def test_another_process_reads_it_until_it_ends(
    database: Database, there: Database, clock: ManualClock
) -> None:
    one, two, _ = boards(database, there, clock)
    async with one.telling(OURS, "import:1", "reading") as progress:
        assert await two.of(OURS, "import:1") is None, "short work is not written down"
        progress.note(7, 100)
        told = await seen(two, clock, "reading", 7)
        assert told.expected_rows == 100
        assert await two.of(THEIRS, "import:1") is None
        progress.phase = "writing"
        assert (await one.of(OURS, "import:1")) == progress, "its own process reads it as it is now"
        await seen(two, clock, "writing", 7)
        with pytest.raises(DoneElsewhere):
            async with two.telling(OURS, "import:1", "reading"):
                pass
    assert await one.of(OURS, "import:1") is None
    assert await two.of(OURS, "import:1") is None


@pytest.mark.engines("postgresql")
async def test_a_killed_process_leaves_it_interrupted_and_the_next_takes_its_place(
    database: Database, there: Database, clock: ManualClock
) -> None:
    one, two, living = boards(database, there, clock)
    killed = one.telling(OURS, "import:1", "reading")
    progress = await killed.__aenter__()
    progress.note(7, 100)
    await seen(two, clock, "reading", 7)
    living.discard("one")
    await seen(two, clock, INTERRUPTED, 7)
    async with two.telling(OURS, "import:1", "reading") as anew:
        anew.note(1, 100)
        await seen(Board(database, clock, me="three", alive={"two"}.__contains__), clock, "reading", 1)
        progress.note(99, 100)  # it was only slow: what it tells is nobody's any more
        await beat(clock)
    await killed.__aexit__(None, None, None)
    assert await two.of(OURS, "import:1") is None


async def test_what_is_kept_is_told_from_the_first_moment_and_after_its_end(
    database: Database, clock: ManualClock
) -> None:
    database.clock = clock
    before, after = Board(database, clock), Board(database, clock)
    async with before.telling(OURS, "export", "counting", kept=True) as progress:
        told = await after.of(OURS, "export")
        assert told
        assert told.phase == INTERRUPTED, "what a former self of this process left"
        progress.phase, progress.rows = "done", 5
    told = await after.of(OURS, "export")
    assert told == Progress(phase="done", rows=5, began_ms=progress.began_ms)


async def test_it_is_written_once_a_second_at_most_and_only_when_it_changed(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.clock = clock
    board = Board(database, clock)
    writes = 0
    begin = database.begin

    def counted(**how: bool) -> object:
        nonlocal writes
        writes += 1
        return begin(**how)

    monkeypatch.setattr(database, "begin", counted)
    async with board.telling(OURS, "import:1", "reading") as progress:
        for number in range(1000):
            progress.note(number, 1000)
        assert writes == 0
        await beat(clock, 5)
        assert writes == 1
        progress.note(1000, 1000)
        await beat(clock, 5)
        assert writes == 2


async def test_its_end_is_told_though_its_work_is_cancelled(database: Database, clock: ManualClock) -> None:
    database.clock = clock
    board = Board(database, clock)
    began = asyncio.Event()

    async def work() -> None:
        async with board.telling(OURS, "export", "writing", kept=True) as progress:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                progress.phase = "broken"

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(30):
        while (told := await Board(database, clock, me="next").of(OURS, "export")) and told.phase != "broken":
            await asyncio.sleep(0.01)
    assert told
    assert told.phase == "broken"
