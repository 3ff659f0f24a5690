"""The living sample community: composed once, then handed out as copies, each with a platform process of its own.

What is composed stays in `build/browser-sample` for as long as it is fresh: its visitors are expected within hours, and
its passes are of today. Processes that want it at the same time wait for the first of them.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx

from tests.browser.starter import Started, starter
from tests.browser.visit import ROOT
from tests.engines import free_port
from tests.real.platform import Installation

SOURCES = ROOT / "src" / "linli"
KEPT = ROOT / "build" / "browser-sample"
FRESH_S = 3600.0
START_S = 240.0
"""How long a start may take: two seconds on an idle machine."""
WARP = "15"
"""How fast the copies' days run: somebody passes every second or two, and what one looks for is not gone at once."""
STEADY = ("南门出口", "北门出口")
"""Doors that nobody pulls the cable of: mishaps are part of the sample's life."""
_LOGIN = re.compile(r"^\s+.*?\s{2,}(?P<login>\S+)\s+(?P<password>\S+)\s+http")
_PASSES = 30
"""How many passes there are before the sample is handed out: what happened before is looked at too."""


@dataclass
class Demo:
    """A running `linli demo`."""

    url: str
    passwords: dict[str, str]
    mqtt_port: int
    log: Path
    data: Path
    process: Started

    def code(self, phone: str) -> str:
        """The last one-time code that the demo printed for a phone."""
        codes = until(lambda: re.findall(rf"{phone}: (\d{{6}})", self.log.read_text(errors="replace")))
        return str(codes[-1])


def until[T](asked: Callable[[], T], seconds: float = 60) -> T:
    """What is answered, once it is true. For states that nobody tells of; pages wait by themselves."""
    deadline = time.monotonic() + seconds
    while not (answer := asked()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds:g} s"
        time.sleep(0.05)
    return answer


@contextmanager
def sample_running(folder: Path, *words: str) -> Iterator[Demo]:
    """A copy of the sample that lives in a folder until it is left, and is thrown away then."""
    with _composed() as (data, passwords):
        shutil.copytree(data, folder / "data")
    with running(folder, "--warp", WARP, *words) as demo:
        demo.passwords = passwords
        yield demo
    shutil.rmtree(folder / "data")


@contextmanager
def _composed() -> Iterator[tuple[Path, dict[str, str]]]:
    """The data folder of a demo of these sources that lived for a while, and its passwords. Not to be changed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = KEPT / _hash_of_sources()
        done = place / "passwords.json"
        if not done.exists() or time.time() - done.stat().st_mtime > FRESH_S:
            for old in KEPT.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            place.mkdir()
            with running(place, "--warp", "60") as demo:
                _live(demo)
                demo.process.terminate()  # unlike the copies: what it was doing is to be complete
                assert demo.process.wait(START_S) == 0, demo.log.read_text(errors="replace")
            done.write_text(json.dumps(demo.passwords))
        yield place / "data", json.loads(done.read_text())


def _hash_of_sources() -> str:
    """Of everything that composes the sample: not of the pages."""
    found = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        inside = path.relative_to(SOURCES)
        if path.is_file() and inside.parts[1:2] not in _PAGES and "__pycache__" not in inside.parts:
            found.update(f"{inside} {path.stat().st_size}\n".encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


_PAGES = (("static",), ("static_resident",), ("static_staff",), ("static_help",))


def _live(demo: Demo) -> None:
    """Return when some have passed the doors."""
    with httpx.Client(base_url=f"{demo.url}/api/console", trust_env=False, timeout=60) as client:
        who = {"login": "admin", "password": demo.passwords["admin"], "remember": False}
        client.post("/session", json=who, headers={"x-linli-request": "1"}).raise_for_status()
        until(lambda: client.get("/passes").raise_for_status().json()["total"] >= _PASSES, START_S)


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Demo]:
    """`linli demo` on the folder's data and free ports, until it is left."""
    port, mqtt_port, log = free_port(), free_port(), folder / "log"
    line = [
        *("demo", "--data", str(folder / "data"), "--no-edge", "--no-car-park", "--no-app"),
        "--no-cameras",
        *("--port", str(port), "--mqtt-port", str(mqtt_port), *words),
    ]
    english = {**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8", "PYTHONUNBUFFERED": "1"}
    log.unlink(missing_ok=True)
    process = starter().start(line, environment=english, log=log)
    try:
        yield Demo(f"http://127.0.0.1:{port}", _ready(process, log), mqtt_port, log, folder / "data", process)
    finally:
        process.kill()  # what it holds is thrown away
        process.wait()


def _ready(process: Started, log: Path) -> dict[str, str]:
    """Wait for its last line; the passwords by log-in, where it printed some."""

    def written() -> str:
        text = log.read_text(errors="replace") if log.exists() else ""
        assert process.poll() is None, f"the demo did not get ready:\n{text[-3000:]}"
        return text if "Ctrl-C" in text else ""

    logins = [match for row in until(written, START_S).splitlines() if (match := _LOGIN.match(row))]
    return {match["login"]: match["password"] for match in logins}


class Forked(Installation):
    """An installation whose platform is one of the starter's."""

    def spawn(self) -> None:
        process = starter().start([self.command], environment=self.environment, log=self._log)
        self.process = cast("subprocess.Popen[bytes]", process)


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """A fresh installation, served until it is left."""
    folder.mkdir(parents=True)
    made = Forked(folder)
    made.spawn()
    try:
        made.wait_ready()
        yield made
    finally:
        made.process.kill()
        made.process.wait()
