"""Backups go back whole or not at all, carry no key, and refuse to overwrite."""

import gzip
import shutil
import sqlite3
import stat
import tarfile
import threading
from pathlib import Path

import pytest

from linli.ops import archive, backup
from linli.ops.layout import Layout
from tests.engines import PostgreSQL
from tests.ops.conftest import NOW_MS, run_sql


@pytest.fixture
def saved(installation: Layout, tmp_path: Path) -> Path:
    return backup.back_up(installation, tmp_path / "saved.tar.gz", now_ms=NOW_MS).file


def test_round_trip_to_another_machine(installation: Layout, empty_layout: Layout, saved: Path) -> None:
    summary = backup.restore(empty_layout, saved, key=installation.master_key)
    assert summary.files == 2
    assert run_sql(empty_layout, "SELECT id, name FROM tenants") == "T1|邻里物业"
    for name in ("t1/face/一.jpg", "t1/list.txt"):
        assert (empty_layout.files / name).read_bytes() == (installation.files / name).read_bytes()
    assert not (empty_layout.files / "t1" / ".upload.part").exists()
    assert empty_layout.master_key.read_bytes() == installation.master_key.read_bytes()
    assert stat.S_IMODE(empty_layout.master_key.stat().st_mode) == 0o600
    assert not list(empty_layout.data.glob(".linli-*")), "nothing is left behind"


def test_a_folder_gets_a_file_named_by_time(installation: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "nightly"
    folder.mkdir()
    summary = backup.back_up(installation, folder, now_ms=NOW_MS)
    assert summary.file == folder / "linli-20261124T060000Z.tar.gz"
    assert [file.name for file in folder.iterdir()] == [summary.file.name]


def test_no_key_is_inside_and_nobody_else_may_read_it(installation: Layout, saved: Path) -> None:
    key = installation.master_key.read_bytes().strip()
    assert key not in gzip.decompress(saved.read_bytes())
    with tarfile.open(saved) as tar:
        assert not [name for name in tar.getnames() if "key" in name or "tls" in name]
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_an_existing_backup_is_not_overwritten(installation: Layout, saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(backup.NotEmpty):
        backup.back_up(installation, saved, now_ms=NOW_MS)
    assert saved.read_bytes() == before


def test_restore_refuses_an_installation_in_use(installation: Layout, saved: Path) -> None:
    with pytest.raises(backup.NotEmpty):
        backup.restore(installation, saved, key=None)
    assert run_sql(installation, "SELECT count(*) FROM tenants") == "1"


@pytest.mark.parametrize(
    "damage", ["cut", "flipped", "emptied", "file changed", "file added", "manifest gone"]
)
@pytest.mark.engines("sqlite")
def test_a_damaged_backup_changes_nothing(
    installation: Layout, empty_layout: Layout, saved: Path, tmp_path: Path, damage: str
) -> None:
    bad = damaged(saved, tmp_path, damage)
    with pytest.raises(archive.BackupDamaged):
        backup.restore(empty_layout, bad, key=installation.master_key)
    assert not list(empty_layout.data.iterdir())


def damaged(saved: Path, work: Path, damage: str) -> Path:
    bad = work / "bad.tar.gz"
    content = saved.read_bytes()
    match damage:
        case "cut":
            bad.write_bytes(content[: len(content) // 2])
        case "flipped":  # a run: one flipped bit may unpack to the very same zeros
            start = len(content) // 2
            run = bytes(byte ^ 0x55 for byte in content[start : start + 64])
            bad.write_bytes(content[:start] + run + content[start + 64 :])
        case "emptied":
            bad.write_bytes(b"")
        case _:
            folder = work / "unpacked"
            with tarfile.open(saved) as tar:
                tar.extractall(folder, filter="data")
            if damage == "file changed":
                (folder / "files" / "t1" / "face" / "一.jpg").write_bytes(b"other")
            elif damage == "file added":
                (folder / "files" / "t1" / "stranger.jpg").write_bytes(b"other")
            else:
                (folder / archive.MANIFEST).unlink()
            with tarfile.open(bad, "w:gz") as tar:
                for file in folder.iterdir():
                    tar.add(file, file.name)
    return bad


@pytest.mark.engines("sqlite")
def test_an_archive_cannot_write_outside(empty_layout: Layout, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar.gz"
    payload = tmp_path / "payload"
    payload.write_text("x")
    with tarfile.open(bad, "w:gz") as tar:
        tar.add(payload, "../../escaped")
    with pytest.raises(archive.BackupDamaged):
        backup.restore(empty_layout, bad, key=None)
    assert not (tmp_path / "escaped").exists()


@pytest.mark.engines("sqlite")
class TestMasterKey:
    def test_without_it_nothing_is_restored(self, empty_layout: Layout, saved: Path) -> None:
        with pytest.raises(backup.WrongKey):
            backup.restore(empty_layout, saved, key=None)
        assert not (empty_layout.sqlite_file or Path()).exists()

    def test_another_key_is_refused(self, empty_layout: Layout, saved: Path, tmp_path: Path) -> None:
        from linli.kernel.secrets import Secrets

        Secrets.from_file(tmp_path / "another.key")
        with pytest.raises(backup.WrongKey):
            backup.restore(empty_layout, saved, key=tmp_path / "another.key")

    def test_it_may_lie_in_place_already(
        self, installation: Layout, empty_layout: Layout, saved: Path
    ) -> None:
        empty_layout.data.mkdir()
        shutil.copy(installation.master_key, empty_layout.master_key)
        backup.restore(empty_layout, saved, key=None)
        assert run_sql(empty_layout, "SELECT id FROM tenants") == "T1"


@pytest.mark.engines("sqlite")
def test_the_other_engine_is_refused(
    installation: Layout, saved: Path, tmp_path: Path, postgresql: PostgreSQL
) -> None:
    other = Layout(tmp_path / "pg", postgresql.url())
    with pytest.raises(backup.WrongEngine):
        backup.restore(other, saved, key=installation.master_key)


@pytest.mark.engines("sqlite")
def test_a_copy_made_under_writes_is_of_one_moment(installation: Layout, tmp_path: Path) -> None:
    """Two tables written together must agree in the copy, however the writer and the copying interleave."""
    file = installation.sqlite_file
    assert file is not None
    run_sql(installation, "CREATE TABLE a (n INTEGER)")
    run_sql(installation, "CREATE TABLE b (n INTEGER)")
    stop = threading.Event()

    def write() -> None:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        number = 0
        while not stop.is_set() and number < 20_000:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO a VALUES (?)", (number,))
            connection.execute("INSERT INTO b VALUES (?)", (number,))
            connection.execute("COMMIT")
            number += 1
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            saved = backup.back_up(installation, tmp_path / f"{number}.tar.gz", now_ms=NOW_MS).file
            other = Layout(tmp_path / f"other{number}", f"sqlite:///{tmp_path / f'other{number}'}/linli.db")
            backup.restore(other, saved, key=installation.master_key)
            assert run_sql(other, "SELECT (SELECT count(*) FROM a) = (SELECT count(*) FROM b)") == "1"
    finally:
        stop.set()
        writer.join()
