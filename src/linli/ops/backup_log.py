"""When backups were made, and which failed: a file of the data folder, so that it can be read and written even while the
database, which is often the reason, cannot. It tells of what this machine made with `linli backup`.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "backup-log.json"
KEPT: Final = 30
"""Runs, the last ones."""
OVERDUE_MS: Final = 2 * 86_400_000
"""So long after the last good one a backup is overdue: the manual says every day."""
_REASON_MAX: Final = 500


class BackupRun(msgspec.Struct, frozen=True):
    """One run. `size` in bytes, compressed; 0 of a failed one."""

    at_ms: int
    ok: bool
    file: str
    size: int = 0
    reason: str = ""


def read(data: Path) -> list[BackupRun]:
    """The runs, the latest first. A file that is missing or cannot be read knows of none."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=list[BackupRun])
    except (OSError, msgspec.DecodeError):
        return []


def note(data: Path, run: BackupRun) -> None:
    """Keep a run. What cannot be kept, on a full disk say, is no reason to fail: the backup then counts as overdue."""
    run = msgspec.structs.replace(run, reason=run.reason[:_REASON_MAX])
    draft = data / f".{FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        try:
            draft.touch(mode=0o600)
            draft.write_bytes(msgspec.json.encode([run, *read(data)][:KEPT]))
            draft.replace(data / FILE)
        finally:
            draft.unlink(missing_ok=True)


def last_good(runs: list[BackupRun]) -> BackupRun | None:
    return next((run for run in runs if run.ok), None)


def is_overdue(runs: list[BackupRun], now_ms: int) -> bool:
    """Whether none was ever made, or the last good one is too old."""
    last = last_good(runs)
    return last is None or now_ms - last.at_ms > OVERDUE_MS
