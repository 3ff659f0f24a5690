"""TCP ports of loopback for engines that cannot be told to take port 0.

A port that the kernel has just given out may be given to another process before the engine binds it. These are none that
it gives out: they lie below its range, and each process of the tests has a block of them that no other has meanwhile.
"""

import contextlib
import socket
from functools import cache
from itertools import cycle
from pathlib import Path

LOOPBACK = "127.0.0.1"
FIRST, BLOCK = 10_000, 500
_KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")


class Block:
    """Ports that this process alone hands out. `lock` is held by the process and goes with it."""

    def __init__(self, lock: socket.socket | None, ports: range) -> None:
        self.ports = ports
        self._lock = lock
        self._next = cycle(ports)

    @classmethod
    def take(cls, *, below: int) -> "Block":
        """The first block below port `below` that nobody has; one without ports when there is none."""
        for start in range(FIRST, below - BLOCK + 1, BLOCK):
            lock = socket.socket(socket.AF_UNIX)
            try:
                lock.bind(f"\0linli-tests-ports-{start}")  # a name without a file: nothing is left of it
            except OSError:
                lock.close()
                continue
            return cls(lock, range(start, start + BLOCK))
        return cls(None, range(0))

    def port(self) -> int | None:
        """The next one that nothing is bound to."""
        for _ in self.ports:
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port := next(self._next)))
                return port
        return None

    def give_back(self) -> None:
        if self._lock is not None:
            self._lock.close()


@cache
def _own() -> Block:
    try:
        lowest = int(_KERNELS.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        lowest = 0  # another kernel: there is nothing below
    return Block.take(below=lowest)


def free_port() -> int:
    """A port that nobody else will bind; the kernel's choice of a moment ago where there is no such port."""
    if (port := _own().port()) is not None:
        return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
