"""Starts `linli` for the browser tests: imported once, then forked for each platform, a second and a half sooner.

`starter()` is the side of the tests; run as a module this file is the other side: it reads what to start from standard
input, a JSON line each, and ends with it, together with all that it started.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
ENDED = ".ended"
"""Beside the log: the exit code, once there is one."""
LIMITS: Mapping[str, Mapping[str, float]] = {
    "linli.things.debugging.simulator": {"UNWATCHED_MS": 600_000},
    "linli.domains.boxes.remote.rules": {"TICKET_MS": 600_000},
    "linli.domains.people.service.scans": {"LIVES_MS": 600_000},
    "linli.domains.people.service.codes": {"LIVES_MS": 3_600_000},
}
"""Times of the product that run out between two steps of a test where a machine is slow. Other tests look at them."""


class Started:
    """A process as `subprocess.Popen` shows one, though its parent is another."""

    def __init__(self, pid: int, ended: Path) -> None:
        self.pid = pid
        self._ended = ended

    def poll(self) -> int | None:
        return int(self._ended.read_text()) if self._ended.exists() else None

    def wait(self, timeout: float = 60) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Starter:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.starter"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, words: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Started:
        """`linli WORDS` in an environment; what it prints is added to the log."""
        ended = log.with_name(log.name + ENDED)
        ended.unlink(missing_ok=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        wanted = {"words": list(words), "environment": dict(environment), "log": str(log)}
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return Started(int(self._process.stdout.readline()), ended)


@cache
def starter() -> Starter:
    """This process's."""
    return Starter()


def _serve() -> None:
    for name, limits in LIMITS.items():
        module = import_module(name)
        for limit, value in limits.items():
            assert hasattr(module, limit), f"{name} has no {limit} any more"
            setattr(module, limit, value)
    for name in ("linli.cli", "linli.app.run", "linli.demo.main"):
        import_module(name)
    gc.collect()
    gc.freeze()
    logs: dict[int, Path] = {}

    def reap(*_: object) -> None:
        """Write down how those ended that have ended."""
        while logs:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            log = logs.pop(pid)
            aside = log.with_name(log.name + ".ending")
            aside.write_text(str(os.waitstatus_to_exitcode(status)))
            aside.replace(log.with_name(log.name + ENDED))

    signal.signal(signal.SIGCHLD, reap)
    for line in sys.stdin:
        wanted = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # until it is known whose end is told
        pid = os.fork()
        if not pid:
            _become(wanted["words"], wanted["environment"], wanted["log"])
        logs[pid] = Path(wanted["log"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        print(pid, flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in logs:
        os.kill(pid, signal.SIGKILL)


def _become(words: list[str], environment: dict[str, str], log: str) -> NoReturn:
    """In the forked process: as `python -m linli.cli` with these words."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        out = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.environ.clear()
        os.environ.update(environment)
        code = import_module("linli.cli").main(words)
    except BaseException:  # noqa: BLE001 - the edge of the process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
