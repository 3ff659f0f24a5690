"""Linli in several processes over one PostgreSQL database, behind HAProxy: fronts and a worker that can be killed."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.engines import Haproxy, PostgreSQL
from tests.real.platform import Installation


@dataclass
class Fronts(Installation):
    """Looks like one installation: its ports are the balancer's. `kill()` and `start()` are about one front of it."""

    fronts: list[Installation] = field(default_factory=list)
    worker: Installation | None = None

    @classmethod
    def of(
        cls, folder: Path, database: str, count: int = 3, *, more: dict[str, str] | None = None
    ) -> "Fronts":
        """Not started. All processes share the folder: its files and its master key."""
        more = more or {}
        made = cls(folder, database, more=more)
        made.fronts = [
            Installation(folder, database, name=f"front-{number}", more=dict(more)) for number in range(count)
        ]
        made.worker = Installation(folder, database, name="worker", command="work", more=dict(more))
        proxy = Haproxy(Path(tempfile.mkdtemp(prefix="linli-haproxy-")))
        made.http_port = proxy.balance(
            "http", [(one.http_port, one.http_port) for one in made.fronts], http=True
        )
        made.mqtt_port = proxy.balance("mqtt", [(one.mqtt_port, one.http_port) for one in made.fronts])
        made._proxy = proxy
        return made

    def __post_init__(self) -> None:
        self._proxy: Haproxy | None = None

    def start_all(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        assert self.worker is not None
        for one in (*self.fronts, self.worker):
            one.spawn()
        for one in self.fronts:
            one.wait_ready()
        assert self._proxy is not None
        self._proxy.start()

    def stop(self) -> None:
        for one in (*self.fronts, *([self.worker] if self.worker else [])):
            one.stop()
        if self._proxy is not None:
            self._proxy.stop()

    def logs(self) -> str:
        return "\n".join(
            f"== {one.name}\n{one.log()}" for one in (*self.fronts, *filter(None, [self.worker]))
        )


@contextmanager
def fronts_running(folder: Path, *, more: dict[str, str] | None = None) -> Iterator[Fronts]:
    """Three fronts and a worker on a cluster of their own, until the block ends."""
    with PostgreSQL.running(durable=True) as cluster:
        cluster.run_sql("CREATE DATABASE linli")
        made = Fronts.of(folder, cluster.url("linli"), more=more)
        try:
            yield made
        finally:
            made.stop()


def within(seconds: float, what: str, check: object) -> float:
    """Wait until `check()` is true; how long it took."""
    assert callable(check)
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - began
