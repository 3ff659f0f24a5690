"""Folders of tests lie in memory where the machine has room for them.

Every unit of SQLite ends with an fsync, and tests waited for the disk longer than they computed: 41 of log-ins took 12 to
24 s, in memory 5 to 8. What a killed process wrote stays in memory as it does on a disk; only a power cut, which no test
makes, would tell the two apart. Whoever sets TMPDIR chooses another place.

A folder goes with its test when that passed: they would fill the memory.
"""

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
LEAST_BYTES = 6 << 30
"""What must be free there and in all: a whole run takes 1 to 2 GiB."""


def choose() -> None:
    """Before anybody asks for a folder; workers and other processes that tests start have it from the environment."""
    if "TMPDIR" not in os.environ and has_room(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # looked for again


def has_room(folder: Path, meminfo: Path = Path("/proc/meminfo")) -> bool:
    try:
        found = os.statvfs(folder)
        rows = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        available = int(rows["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return False
    return os.access(folder, os.W_OK) and min(found.f_bavail * found.f_frsize, available) >= LEAST_BYTES


choose()
