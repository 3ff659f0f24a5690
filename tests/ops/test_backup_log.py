"""Runs of the backup are kept where the platform reads them, good ones and failed ones, and nothing is made up."""

import stat
from pathlib import Path

import pytest

from linli.ops import backup, backup_log
from linli.ops.layout import Layout
from tests.ops.conftest import NOW_MS

DAY_MS = 86_400_000


def test_a_good_run_and_a_failed_one_are_kept(installation: Layout, tmp_path: Path) -> None:
    assert backup_log.read(installation.data) == []
    file = backup.back_up(installation, tmp_path / "saved.tar.gz", now_ms=NOW_MS).file
    with pytest.raises(backup.NotEmpty):
        backup.back_up(installation, file, now_ms=NOW_MS + DAY_MS)
    failed, good = backup_log.read(installation.data)
    assert (good.at_ms, good.ok, good.file, good.size) == (NOW_MS, True, str(file), file.stat().st_size)
    assert (failed.at_ms, failed.ok, failed.size) == (NOW_MS + DAY_MS, False, 0)
    assert str(file) in failed.reason
    assert backup_log.last_good([failed, good]) == good


def test_it_is_overdue_when_none_is_known_or_the_last_good_one_is_old(tmp_path: Path) -> None:
    assert backup_log.is_overdue([], NOW_MS)
    good = backup_log.BackupRun(NOW_MS, True, "a.tar.gz", 9)
    assert not backup_log.is_overdue([good], NOW_MS + 2 * DAY_MS)
    failed = backup_log.BackupRun(NOW_MS + DAY_MS, False, "b.tar.gz", reason="x")
    assert backup_log.is_overdue([failed, good], NOW_MS + 2 * DAY_MS + 1)


def test_the_last_runs_are_kept_and_a_damaged_file_knows_of_none(tmp_path: Path) -> None:
    for number in range(backup_log.KEPT + 2):
        backup_log.note(tmp_path, backup_log.BackupRun(number, False, "a", reason="x" * 9999))
    runs = backup_log.read(tmp_path)
    assert [run.at_ms for run in runs] == list(range(backup_log.KEPT + 1, 1, -1))
    assert len(runs[0].reason) == 500
    assert [file.name for file in tmp_path.iterdir()] == [backup_log.FILE]
    assert stat.S_IMODE((tmp_path / backup_log.FILE).stat().st_mode) == 0o600
    (tmp_path / backup_log.FILE).write_bytes(b"[{]")
    assert backup_log.read(tmp_path) == []
