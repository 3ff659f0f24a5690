"""Folders of tests lie in memory only where there is room."""

from pathlib import Path

from tests.plugins import folders


def test_memory_that_is_full_is_left_alone(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: 9 kB\nMemAvailable: {(folders.LEAST_BYTES >> 10) - 1} kB\n")
    assert not folders.has_room(tmp_path, meminfo)
    meminfo.write_text("no table")
    assert not folders.has_room(tmp_path, meminfo)
    assert not folders.has_room(tmp_path / "none", meminfo)
