"""Signals in one process and, by PostgreSQL, between several; here each Database stands for a process."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from linli.kernel.db import Database, open_database
from linli.kernel.signals import MOST_BYTES, SignalTooLong

END_SIGNALS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'linli signals' AND datname = current_database()"""


@pytest.fixture
async def second(database_url: str) -> AsyncIterator[Database]:
    """Another process over the same database."""
    db = await open_database(database_url)
    yield db
    await db.close()


async def until(check) -> None:
    async with asyncio.timeout(30):
        while not check():
            await asyncio.sleep(0.005)


async def test_a_process_hears_its_own_signals_at_once(database: Database) -> None:
    heard: list[str] = []
    stop = database.signals.listen("cards", heard.append)
    database.signals.listen("cards", heard.append, others_only=True)
    database.signals.publish("cards", "7")
    assert heard == ["7"]
    stop()
    database.signals.publish("cards", "8")
    assert heard == ["7"]


async def test_signals_follow_the_commit_and_never_a_rollback(database: Database) -> None:
    heard: list[str] = []
    database.signals.listen("cards", heard.append)
    with pytest.raises(RuntimeError):
        async with database.begin() as tx:
            database.signals.publish_after(tx, "cards", "undone")
            raise RuntimeError
    async with database.begin() as tx:
        database.signals.publish_after(tx, "cards", "done")
        assert heard == []
    assert heard == ["done"]


@pytest.mark.engines("postgresql")
async def test_other_processes_hear_in_order_and_each_signal_once(
    database: Database, second: Database
) -> None:
    here: list[str] = []
    there: list[str] = []
    database.signals.listen("cards", here.append)
    second.signals.listen("cards", there.append, others_only=True)
    await second.signals.ready()
    wanted = [str(n) for n in range(1200)]
    for text in wanted:
        database.signals.publish("cards", text)
    await until(lambda: len(there) >= len(wanted))
    assert there == wanted
    assert here == wanted, "the echo of one's own signals is not heard again"


@pytest.mark.engines("postgresql")
async def test_a_lost_connection_comes_back_and_says_that_signals_were_missed(
    database: Database, second: Database, database_url: str
) -> None:
    there: list[str] = []
    missed: list[bool] = []
    second.signals.listen("cards", there.append, missed=lambda: missed.append(True))
    await second.signals.ready()
    await database.signals.ready()
    await database.run_script([END_SIGNALS])
    await until(lambda: missed)
    database.signals.publish("cards", "after")
    await until(lambda: there)
    assert there == ["after"]


@pytest.mark.engines("postgresql")
async def test_what_was_published_before_closing_goes_out(database_url: str, second: Database) -> None:
    there: list[str] = []
    second.signals.listen("cards", there.append)
    await second.signals.ready()
    tool = await open_database(database_url)
    tool.signals.publish("cards", "from the command line")
    await tool.close()
    await until(lambda: there)
    assert there == ["from the command line"]


@pytest.mark.engines("postgresql")
async def test_a_sender_that_could_not_keep_all_says_so(
    database: Database, second: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.kernel.signals.postgres.MOST_WAITING", 10)
    there: list[str] = []
    missed: list[bool] = []
    second.signals.listen("cards", there.append, missed=lambda: missed.append(True))
    await second.signals.ready()
    for number in range(20):
        database.signals.publish("cards", str(number))
    await until(lambda: missed and len(there) == 10)
    assert there == [str(n) for n in range(10, 20)]


@pytest.mark.engines("postgresql")
async def test_signals_carry_ids_only(database: Database) -> None:
    with pytest.raises(SignalTooLong):
        database.signals.publish("cards", "x" * (MOST_BYTES + 1))
