"""The limits of a child. Set by itself, before it reads a byte of what it is to work on."""

import contextlib
import resource
from typing import NamedTuple


class Bounds(NamedTuple):
    """`memory_bytes` counts what the process writes to (Linux: RLIMIT_DATA), not the code that it shares."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int = 0
    """The longest file that it may write."""


def confine(bounds: Bounds) -> None:
    """Bind this process. Limits that the system does not have are left out."""
    limits = {
        resource.RLIMIT_DATA: (bounds.memory_bytes, bounds.memory_bytes),
        resource.RLIMIT_CPU: (bounds.cpu_seconds, bounds.cpu_seconds + 5),  # at the second one it is killed
        resource.RLIMIT_FSIZE: (bounds.file_bytes, bounds.file_bytes),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (32, 32),
    }
    for limit, both in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, both)
