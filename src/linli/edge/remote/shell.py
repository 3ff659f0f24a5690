"""A terminal on the box: a pseudo-terminal with a shell behind it, for one tunnel. Source: C062, H-97.

The shell runs as the user `linli-remote` where the box may choose users and that one exists, else as the box's own;
it gets a clean environment, so that nothing of the box's settings or secrets is in it. Its whole process group ends
with the tunnel.
"""

import asyncio
import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import struct
import subprocess
import termios
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

USER: Final = "linli-remote"
_READ: Final = 16 * 1024
_ENDS_SECONDS: Final = 1.0

type Screen = Callable[[bytes], Awaitable[None]]


class Shell:
    """`start`, then `write` keys. Output goes to `screen`, which may pause it."""

    def __init__(self, screen: Screen, *, folder: Path, program: str = "") -> None:
        self._screen = screen
        self._folder = folder
        self._program = program or shutil.which("bash") or "/bin/sh"
        self._terminal = -1
        self._inner = -1
        """Our hold on the shell's own end, until the shell has ended: else there would be nobody at its beginning."""
        self._process: subprocess.Popen[bytes] | None = None
        self._readable = asyncio.Event()
        self.user = ""

    async def start(self, *, cols: int = 80, rows: int = 24) -> None:
        """Raises OSError."""
        self._terminal, inner = os.openpty()
        try:
            self.resize(cols, rows)
            identity, home = self._identity()
            if "user" in identity:
                os.fchown(inner, identity["user"], identity["group"])
            self._process = self._started(os.ttyname(inner), home, identity)
            self._inner = inner
        except BaseException:
            os.close(self._terminal)
            os.close(inner)
            self._terminal = -1
            raise
        os.set_blocking(self._terminal, False)

    def _started(self, terminal: str, home: Path, identity: dict[str, Any]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            # A session's leader that opens a terminal owns it: that is what Ctrl-C needs.
            ["/bin/sh", "-c", 'exec "$0" -i <"$1" >"$1" 2>&1', self._program, terminal],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home,
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home),
                "TERM": "xterm-256color", "LANG": "C.UTF-8", "USER": self.user, "SHELL": self._program,
                "HISTFILE": "/dev/null",
            },
            start_new_session=True, **identity,
        )  # fmt: skip

    def _identity(self) -> tuple[dict[str, Any], Path]:
        own = pwd.getpwuid(os.getuid())
        if os.getuid() == 0:
            with contextlib.suppress(KeyError):
                other = pwd.getpwnam(USER)
                self.user = other.pw_name
                home = Path(other.pw_dir)
                rights = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
                return rights, home if home.is_dir() else Path("/")
        self.user = own.pw_name
        return {}, self._folder

    async def run(self) -> int:
        """Show the screen until the shell ends; its exit code."""
        process = self._process
        assert process is not None
        loop = asyncio.get_running_loop()
        loop.add_reader(self._terminal, self._readable.set)
        waiting = asyncio.create_task(asyncio.to_thread(process.wait), name="shell-wait")
        waiting.add_done_callback(lambda _: self._readable.set())
        try:
            while True:
                self._readable.clear()
                ended = waiting.done()
                while data := self._read():
                    await self._screen(data)
                if ended:
                    return process.returncode
                await self._readable.wait()
        finally:
            loop.remove_reader(self._terminal)

    def _read(self) -> bytes:
        """The terminal's new output; empty when there is none."""
        try:
            return os.read(self._terminal, _READ)
        except OSError:
            return b""

    async def write(self, keys: bytes) -> None:
        """Waits while the shell does not read."""
        left = keys
        while left and self._terminal >= 0:
            try:
                left = left[os.write(self._terminal, left) :]
            except BlockingIOError:
                await asyncio.sleep(0.02)
            except OSError:
                return

    def resize(self, cols: int, rows: int) -> None:
        if self._terminal >= 0:
            fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    async def stop(self) -> None:
        """End the shell and all that it started."""
        process, self._process = self._process, None
        try:
            if process is not None and process.returncode is None:
                _signal(process.pid, signal.SIGHUP)
                await asyncio.to_thread(process.wait, _ENDS_SECONDS)
        except subprocess.TimeoutExpired:
            pass  # it is killed below, as it is where we are cancelled
        finally:
            if process is not None:
                for group in {
                    process.pid,
                    *_groups(process.pid),
                }:  # and what stayed behind, jobs have groups of their own
                    _signal(group, signal.SIGKILL)
            self._close()

    def _close(self) -> None:
        for name in ("_terminal", "_inner"):
            handle: int = getattr(self, name)
            setattr(self, name, -1)
            if handle >= 0:
                os.close(handle)


def _groups(session: int) -> set[int]:
    """The process groups of a session; none where the system has no /proc."""
    group_ids = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (
                path.read_text("utf-8", "replace").rpartition(")")[2].split()
            )  # state, parent, group, session, …
            if int(fields[3]) == session:
                group_ids.add(int(fields[2]))
    return group_ids


def _signal(group: int, which: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, which)
