"""Linli as a process: what it says when it cannot start, and how it stops."""

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest

from linli.app import schema
from linli.kernel.settings import Settings
from tests.engines import free_port
from tests.real import forked
from tests.real.forked import Forked

pytestmark = pytest.mark.engines("sqlite")


@dataclass
class Run:
    """One process of `linli serve`; ports and folder by environment."""

    folder: Path
    environment: dict[str, str]
    numbers: Iterator[int] = field(default_factory=count)

    def fails(self, *words: str) -> tuple[int, str]:
        """It must end by itself; its exit code and what it said."""
        done = forked.run(["serve", *words], self.environment)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stderr

    async def start(self) -> Forked:
        out = self.folder / f"out-{next(self.numbers)}"
        process = Forked(["serve"], self.environment, out, out.with_suffix(".errors"))
        async with asyncio.timeout(60):
            while not out.exists() or not (said := out.read_bytes()).endswith(b"\n"):
                assert process.poll() is None, out.with_suffix(".errors").read_text()
                await asyncio.sleep(0.02)
        assert said.startswith(b"ready http://127.0.0.1:"), said
        return process


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Run]:
    def make(**settings: str) -> Run:
        given = {
            "LINLI_DATA_DIR": str(tmp_path / "data"), "LINLI_HTTP_PORT": str(free_port()),
            "LINLI_MQTT_PORT": str(free_port()), "LINLI_DISK_RESERVE_MB": "0", **settings,
        }  # fmt: skip
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LINLI_")}
        return Run(tmp_path, {**clean, **given, "PYTHONPATH": "src"})

    return make


def test_bad_settings(run: Callable[..., Run], tmp_path: Path) -> None:
    assert run(LINLI_HTTP_PORT="x").fails() == (2, "linli: LINLI_HTTP_PORT: Expected `int`, got `str`\n")
    code, said = run(LINLI_HTPP_PORT="1").fails()
    assert (code, "did you mean LINLI_HTTP_PORT?" in said) == (2, True)
    assert run().fails("--config", str(tmp_path / "none.toml"))[0] == 2


def modes(folder: Path) -> dict[str, int]:
    """Of everything in a folder, and of itself, what others may do with it."""
    places = [folder, *folder.rglob("*")]
    found = {str(place.relative_to(folder.parent)): stat.S_IMODE(place.lstat().st_mode) for place in places}
    return {name: mode & 0o077 for name, mode in found.items() if mode & 0o077}


async def test_nobody_else_on_the_machine_reads_the_data(run: Callable[..., Run], tmp_path: Path) -> None:
    one, data = run(), tmp_path / "data"
    before = os.umask(0)
    try:
        process = await one.start()
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{one.environment['LINLI_HTTP_PORT']}"
        ) as client:
            assert (await client.get("/readyz")).status_code == 200
        assert {"linli.db", "linli.db-wal", "master.key"} <= {place.name for place in data.iterdir()}
        assert modes(data) == {}
        assert (await asyncio.to_thread(forked.run, ["backup"], one.environment)).returncode == 0
        assert modes(data) == {}
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 0

        # As an older release, or another umask, left it.
        for place in (data, *data.rglob("*")):
            place.chmod(0o755 if place.is_dir() else 0o644)
        process = await one.start()
        assert modes(data) == {}
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 0
    finally:
        os.umask(before)


def test_a_taken_port(run: Callable[..., Run]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for name in ("LINLI_HTTP_PORT", "LINLI_MQTT_PORT"):
            code, said = run(**{name: port}).fails()
            assert code == 1
            assert port in said
            assert "address already in use" in said


def test_what_else_keeps_it_from_starting(run: Callable[..., Run], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    code, said = run(LINLI_DATA_DIR=str(file)).fails()
    assert (code, "data_dir cannot be used" in said) == (1, True)

    code, said = run(LINLI_DATABASE_URL=f"postgresql://nobody:S3CRET@127.0.0.1:{free_port()}/x").fails()
    assert (code, "the database cannot be opened" in said, "S3CRET" in said) == (1, True, False)

    ready = run()
    (tmp_path / "data").mkdir(exist_ok=True)
    key = tmp_path / "data" / "master.key"
    key.write_text("short\n")
    key.chmod(0o600)
    code, said = ready.fails()
    assert (code, "master.key" in said) == (1, True)


def test_schemas(run: Callable[..., Run], tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    file = data / "linli.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE theirs (id INTEGER)")
    code, said = run().fails()
    assert (code, "tables that are not of this program" in said) == (1, True)
    for revision, told in (("20000101_000000", "run `linli upgrade`"), ("99990101_000000", "newer release")):
        with sqlite3.connect(file) as db:
            db.execute("DROP TABLE IF EXISTS alembic_version")
            db.execute("CREATE TABLE alembic_version (version_num TEXT)")
            db.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        code, said = run().fails()
        assert (code, told in said) == (1, True), said
        assert revision in said
    shutil.rmtree(data)


async def test_a_new_database_is_migrated(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "data"))
    assert await schema.prepare(settings) == ""
    with sqlite3.connect(tmp_path / "data" / "linli.db") as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.newest(),)
    assert await schema.prepare(settings) == ""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_call_in_flight_is_finished_before_it_stops(
    run: Callable[..., Run], how: signal.Signals
) -> None:
    """The body of an upload is still arriving when the process is asked to stop."""
    ready = run()
    process = await ready.start()
    port = int(ready.environment["LINLI_HTTP_PORT"])
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.get("/healthz")).text == "ok"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST /oss HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n"
        writer.write(head + b"expect: 100-continue\r\ncontent-length: 40\r\n\r\n")
        assert b"100 Continue" in await asyncio.wait_for(reader.readline(), 30)
        process.send_signal(how)
        async with asyncio.timeout(30):
            while await is_listening(port):
                await asyncio.sleep(0.02)
        writer.write(b"x" * 40)
        answer = await asyncio.wait_for(reader.read(-1), 30)
        writer.close()
        assert b"HTTP/1.1 400" in answer
        assert b"</Error>" in answer
        assert await asyncio.to_thread(process.wait, 60) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


async def is_listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
