"""A full disk: writes are refused in words before it happens, reads go on, and room given back lets them in again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, open_database
from linli.kernel.disk import DiskFull, DiskGuard, free_space, freeing_space
from linli.kernel.objects import ObjectStore

MB = 1024 * 1024
notes = Table("disk_notes", MetaData(), Column("id", Integer, primary_key=True), Column("text", Text))


class Disk:
    """Stands in for the file system's answer."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.asked = 0

    def __call__(self, folder: Path) -> int:
        self.asked += 1
        return self.free


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB. Needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True
    )
    if done.returncode != 0:
        pytest.skip(f"no small file system here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


async def test_writes_stop_and_reads_go_on(database: Database, clock: ManualClock, tmp_path: Path) -> None:
    await database.run_script(["CREATE TABLE disk_notes (id INTEGER PRIMARY KEY, text TEXT)"])
    disk = Disk(free=300 * MB)
    database.guard = DiskGuard(tmp_path, 256 * MB, clock, disk)
    async with database.begin() as tx:
        await tx.insert_one(notes, ("id", "text"), (1, "kept"))

    disk.free = 200 * MB
    await clock.advance(1000)
    with pytest.raises(DiskFull):
        async with database.begin() as tx:
            await tx.insert_one(notes, ("id", "text"), (2, "refused"))
    assert await database.healthy()

    with freeing_space():
        async with database.begin() as tx:
            await tx.insert_one(notes, ("id", "text"), (3, "clean-up may write"))

    disk.free = 300 * MB
    await clock.advance(1000)
    with pytest.raises(DiskFull):  # a quarter more than the reserve first
        async with database.begin():
            pass
    disk.free = 320 * MB
    await clock.advance(1000)
    async with database.begin() as tx:
        await tx.insert_one(notes, ("id", "text"), (4, "again"))


async def test_the_file_system_is_asked_once_a_second(clock: ManualClock, tmp_path: Path) -> None:
    disk = Disk(free=300 * MB)
    guard = DiskGuard(tmp_path, 256 * MB, clock, disk)
    for _ in range(100):
        guard()
    await clock.advance(999)
    guard()
    assert disk.asked == 1
    await clock.advance(1)
    guard()
    assert disk.asked == 2


def test_refusal_says_what_to_do() -> None:
    assert (
        DiskFull().text("en")
        == "The disk is almost full; nothing was changed. Free some space and try again."
    )
    assert "磁盘" in DiskFull().text("zh-CN")


def test_free_space_is_the_file_systems_own_answer(tmp_path: Path) -> None:
    assert free_space(tmp_path) > 0


async def test_a_disk_that_is_really_full_loses_nothing(tiny_disk: Path) -> None:
    """Without the guard: SQLite meets the end of a real file system. The unit fails as DiskFull, the rest stays."""
    db = await open_database(f"sqlite:///{tiny_disk / 'linli.db'}")
    try:
        await db.run_script(["CREATE TABLE disk_notes (id INTEGER PRIMARY KEY, text TEXT)"])
        async with db.begin() as tx:
            await tx.insert_one(notes, ("id", "text"), (1, "kept"))
        with pytest.raises(DiskFull):
            for number in range(2, 100):
                async with db.begin() as tx:
                    await tx.insert_one(notes, ("id", "text"), (number, "x" * MB))
        assert await db.healthy()
        async with db.begin() as tx:  # after the refusal small units fit again
            await tx.insert_one(notes, ("id", "text"), (1000, "small"))
    finally:
        await db.close()


async def test_files_meet_the_same_answers(tiny_disk: Path, clock: ManualClock) -> None:
    store = ObjectStore(tiny_disk / "objects", b"secret", "http://linli.example", clock)
    await store.put("t/kept.bin", b"kept")
    with pytest.raises(DiskFull):
        await store.put("t/large.bin", b"x" * 20 * MB)
    assert await store.get("t/kept.bin") == b"kept"
    assert [file.name for file in (tiny_disk / "objects" / "t").iterdir()] == ["kept.bin"]

    store.guard = DiskGuard(tiny_disk, 256 * MB, clock)
    with pytest.raises(DiskFull):
        await store.put("t/small.bin", b"small")
