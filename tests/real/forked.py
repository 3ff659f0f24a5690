"""Processes of `linli` forked off one that has imported it, so that each starts in a moment.

They are processes like any other: their own environment, folder, output and signals. What needs a new interpreter (a
library that is loaded before it, a namespace) is started as users start it.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 100
_context: ForkServerContext = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.real.preloaded"])


class Forked:
    """`linli WORDS` as a process; what tests use of `subprocess.Popen`."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        out: Path,
        errors: Path,
        *,
        cwd: Path = ROOT,
    ) -> None:
        self.args = ["linli", *words]
        os.umask(umask := os.umask(0))
        known = (list(words), dict(environment), str(out), str(errors), str(cwd), umask)
        self._process: ForkServerProcess = _context.Process(target=_run, args=known, daemon=True)
        self._asking = threading.Lock()
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        """Its exit code, the negative number of the signal that ended it; None while it runs."""
        with self._asking:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    words: Sequence[str], environment: Mapping[str, str], *, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """What `subprocess.run` gives of `linli WORDS`, which must end by itself."""
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder) / "out", Path(folder) / "errors"
        done = Forked(words, environment, out, errors, cwd=cwd)
        code = done.wait(COMMAND_SECONDS)
        return subprocess.CompletedProcess(done.args, code, out.read_text("utf-8"), errors.read_text("utf-8"))


def _run(words: list[str], environment: dict[str, str], out: str, errors: str, cwd: str, umask: int) -> None:
    os.umask(umask)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for path, number in ((out, 1), (errors, 2)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["linli", *words]
    from linli.cli import main

    sys.exit(main(words))
