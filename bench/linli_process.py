"""Linli as its users run it: `linli serve` in a folder of its own, with a small community set up beforehand."""

import asyncio
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.harness import SERVER_CORE, start, stop
from linli.kernel import tenancy
from linli.kernel.db import open_database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.migrations import runner
from tests.engines import free_port


@dataclass
class Site:
    """What a benchmark needs to know of the installation it measures."""

    folder: Path
    database: str
    http_port: int
    mqtt_port: int
    app_key: str = ""
    app_secret: str = ""
    project_id: str = ""
    tenant_id: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LINLI_DATA_DIR": str(self.folder),
            "LINLI_DATABASE_URL": self.database,
            "LINLI_HTTP_PORT": str(self.http_port),
            "LINLI_MQTT_PORT": str(self.mqtt_port),
            "LINLI_LOG_LEVEL": "WARNING",
            "LINLI_DISK_RESERVE_MB": "0",
            # More than a core answers, so that every call is counted and none refused.
            "LINLI_CALL_LIMITS_PER_SECOND": "1000000",
            "LINLI_CALL_LIMITS_PER_DAY": "1000000000",
            "LINLI_CALL_LIMITS_COMPANY_PER_DAY": "1000000000",
        }

    @property
    def scope(self) -> Scope:
        return Scope(self.tenant_id, Caller("operator", "bench"))

    @property
    def secrets(self) -> Secrets:
        return Secrets.from_file(self.folder / "master.key")


@contextmanager
def site(database: str = "") -> Iterator[Site]:
    """A migrated installation with one tenant, project and key; not yet started. `database` empty: SQLite."""
    folder = Path(tempfile.mkdtemp(prefix="linli-bench-"))
    installation = Site(folder, database or f"sqlite:///{folder / 'linli.db'}", free_port(), free_port())
    try:
        runner.upgrade(installation.database)
        asyncio.run(_set_up(installation))
        yield installation
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _set_up(installation: Site) -> None:
    db = await open_database(installation.database)
    ids = Ids()
    async with db.begin() as tx:
        installation.tenant_id = await tenancy.create_tenant(tx, name="bench", ids=ids)
        installation.project_id = await tenancy.create_project(installation.scope, tx, name="bench", ids=ids)
        installation.app_key, installation.app_secret = await tenancy.create_app_key(
            installation.scope, tx, project_id=installation.project_id, ids=ids, secrets=installation.secrets
        )
    await db.close()


@contextmanager
def serving(
    installation: Site, *, core: int = SERVER_CORE, **extra: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`linli serve`, ready."""
    line = [sys.executable, "-m", "linli.cli", "serve"]
    process = start(
        line,
        environment={**installation.environment, **extra},
        core=core,
        log=installation.folder / "serve.log",
    )
    try:
        wait_ready(installation.http_port, process, installation.folder / "serve.log")
        yield process
    finally:
        stop(process)


def wait_ready(port: int, process: subprocess.Popen[bytes], log: Path, *, seconds: float = 30) -> float:
    """Poll /readyz; the seconds it took. Raises RuntimeError with the log."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                if json.load(answer)["ready"]:
                    return time.perf_counter() - begun
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"linli did not get ready:\n{log.read_text(errors='replace')[-3000:]}")


def token() -> str:
    return secrets.token_hex(8)
