"""What every preparation step shares: a word to the user, a logged child process, a stamp."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

STILL_AT_IT_S = 10.0
LOG_TAIL_LINES = 25


class Failed(Exception):
    """A step that the user has to do something about; the text says what."""


def say(text: str) -> None:
    """One line on stderr: stdout belongs to the command (`--json`)."""
    print(f"linli: {text}", file=sys.stderr, flush=True)


def run(
    title: str,
    line: list[str],
    *,
    log: Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a child with its output in `log`; say what goes on, and again every ten seconds.

    Raises Failed with the end of the log when it does not exit with 0.
    """
    say(f"{title} …")
    started = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        child = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
        )
        try:
            code = _wait(child, title, started)
        except BaseException:
            child.terminate()
            child.wait()
            raise
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
        raise Failed(f"{title}: failed (exit code {code}). The end of {log}:\n{tail}")
    say(f"{title}: done in {time.monotonic() - started:.0f} s")


def _wait(child: subprocess.Popen[bytes], title: str, started: float) -> int:
    while True:
        try:
            return child.wait(STILL_AT_IT_S)
        except subprocess.TimeoutExpired:
            say(f"{title} … still at it ({time.monotonic() - started:.0f} s)")


def answers(line: list[str]) -> bool:
    """Whether a program is there and works: a shim may exist for something that is not installed."""
    try:
        process = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return process.returncode == 0


def digest(files: Iterable[Path], *facts: str) -> str:
    """A hash over `facts` and the names and contents of `files`."""
    total = hashlib.sha256("\0".join(facts).encode())
    for file in sorted(files):
        total.update(str(file).encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


class Stamp:
    """Remembers what a folder was made from, inside the folder, so that deleting the folder forgets it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def says(self, value: str) -> bool:
        try:
            return self.file.read_text() == value
        except OSError:
            return False

    def clear(self) -> None:
        self.file.unlink(missing_ok=True)

    def write(self, value: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(value)
