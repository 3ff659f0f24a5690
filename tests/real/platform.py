"""Linli as its users run it: the commands, as processes, on ports of loopback."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.engines import free_port
from tests.real import forked
from tests.real.forked import Forked

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 100


@dataclass
class Installation:
    """A data folder and its ports. `serve()` runs it; `admin()` sets it up."""

    folder: Path
    database: str = ""
    http_port: int = field(default_factory=free_port)
    mqtt_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | Forked | None = None
    more: dict[str, str] = field(default_factory=dict)
    """Further settings, as environment variables."""
    name: str = ""
    """Of one process of several over a database."""
    command: str = "serve"
    before: tuple[str, ...] = ()
    """Words before the command, of a program that runs it, e.g. in a namespace."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def environment(self) -> dict[str, str]:
        settings = {
            "LINLI_DATA_DIR": str(self.folder),
            "LINLI_DATABASE_URL": self.database,
            "LINLI_HTTP_PORT": str(self.http_port),
            "LINLI_MQTT_PORT": str(self.mqtt_port),
            # Making an authority takes half a second of the processor; tests of TLS ask for it.
            "LINLI_MQTT_TLS_PORT": "0",
            "LINLI_WEBHOOKS_ALLOW_PRIVATE": "true",
            "LINLI_DISK_RESERVE_MB": "0",
            "LINLI_PROCESS_NAME": self.name,
        }
        return {**os.environ, **{k: v for k, v in settings.items() if v}, **self.more}

    def admin(self, *words: str) -> Any:
        """Run `linli admin … --json`; what it printed."""
        done = forked.run(["admin", *words, "--json"], self.environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def spawn(self) -> None:
        """Start it without waiting."""
        environment = self.environment
        if not self.before and "LD_PRELOAD" not in environment:
            self.process = Forked([self.command], environment, self._log, self._log)
            return
        log = self._log.open("ab")
        line = [*self.before, sys.executable, "-m", "linli.cli", self.command]
        with log:
            self.process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.spawn()
        self.wait_ready()

    def wait_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if json.load(answer)["ready"]:
                        return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"linli serve did not get ready:\n{self.log()}")

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]

    @property
    def _log(self) -> Path:
        return self.folder.parent / f"{'-'.join(filter(None, (self.folder.name, self.name)))}.log"

    def kill(self) -> None:
        """As a power cut would: no chance to finish anything."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def running(
    folder: Path, database: str = "", *, more: dict[str, str] | None = None
) -> Iterator[Installation]:
    """A fresh installation, served until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Installation(folder, database, more=more or {})
    try:
        made.start()
        yield made
    finally:
        made.stop()
