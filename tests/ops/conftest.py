"""An installation with a few rows and files, on each engine, at the newest schema or a small one of its own."""

from pathlib import Path

import pytest

from linli.ops.layout import Layout
from tests.engines import PostgreSQL

NOW_MS = 1_795_500_000_000


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Layout:
    """Rows in `tenants`, two files, a master key."""
    return furnished(Layout(tmp_path / "data", database_url))


def furnished(layout: Layout) -> Layout:
    from linli.kernel.secrets import Secrets

    (layout.files / "t1" / "face").mkdir(parents=True)
    (layout.files / "t1" / "face" / "一.jpg").write_bytes(b"\xff\xd8picture" * 1000)
    (layout.files / "t1" / "list.txt").write_bytes(b"")
    (layout.files / "t1" / ".upload.part").write_bytes(b"half")
    Secrets.from_file(layout.master_key)
    run_sql(layout, "INSERT INTO tenants (id, name, created_ms) VALUES ('T1', '邻里物业', 1)")
    return layout


def run_sql(layout: Layout, statement: str) -> str:
    """Run a statement with the engine's own tools; rows as text."""
    if layout.sqlite_file is None:
        import subprocess

        from linli.ops.engines import program

        line = [program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run([*line, layout.database_url], capture_output=True, text=True, check=True)
        return done.stdout.strip()
    import sqlite3

    connection = sqlite3.connect(layout.sqlite_file)
    try:
        with connection:
            return "\n".join("|".join(map(str, row)) for row in connection.execute(statement))
    finally:
        connection.close()


@pytest.fixture
def empty_layout(tmp_path: Path, database_engine: str, request: pytest.FixtureRequest):
    """Another machine: an empty data folder and an empty database of the same engine."""
    data = tmp_path / "other machine"
    if database_engine == "sqlite":
        yield Layout(data, f"sqlite:///{data / 'linli.db'}")
        return
    cluster: PostgreSQL = request.getfixturevalue("postgresql")
    cluster.run_sql("CREATE DATABASE other_machine")
    yield Layout(data, cluster.url("other_machine"))
    cluster.drop_database("other_machine")
