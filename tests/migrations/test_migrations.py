"""The schema's history on both engines: up, down, and equal to what the models say."""

import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from linli.migrations import runner
from linli.ops.models import all_models
from tests.engines import PostgreSQL
from tests.migrations.kept import kept_revisions, load, tables

metadata = all_models()

pytestmark = pytest.mark.skipif(not runner.head(), reason="no migration was written yet")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster: PostgreSQL = request.getfixturevalue("postgresql")
    cluster.run_sql("CREATE DATABASE migrations")
    yield cluster.url("migrations")
    cluster.drop_database("migrations")


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(runner.FOLDER)).get_heads()) == 1


def test_upgraded_schema_is_what_the_models_say(empty_url: str) -> None:
    assert runner.current(empty_url) == ""
    runner.upgrade(empty_url)
    assert runner.current(empty_url) == runner.head()
    assert runner.differences(empty_url, metadata) == []


def test_every_migration_can_be_undone(empty_url: str) -> None:
    runner.upgrade(empty_url)
    scripts = list(ScriptDirectory(str(runner.FOLDER)).walk_revisions())
    for script in scripts:
        runner.downgrade(empty_url, script.down_revision or "base")
        assert runner.current(empty_url) == (script.down_revision or "")
    runner.upgrade(empty_url)
    assert runner.differences(empty_url, metadata) == []


def test_migrations_import_no_application_code() -> None:
    for script in (runner.FOLDER / "versions").glob("*.py"):
        text = script.read_text(encoding="utf-8")
        assert "linli" not in text, f"{script.name} must not depend on code that goes on changing"


@pytest.mark.parametrize("revision", kept_revisions())
def test_what_an_old_release_wrote_is_upgraded(revision: str, tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    load(revision, file)
    before = rows(file)
    url = f"sqlite:///{file}"
    assert runner.current(url) == revision
    runner.upgrade(url)
    assert runner.differences(url, metadata) == []
    after = rows(file)
    assert {table: after[table] for table in before if table in after} == {
        table: count for table, count in before.items() if table in after
    }


def test_every_migration_has_its_database_kept() -> None:
    revisions = {script.revision for script in ScriptDirectory(str(runner.FOLDER)).walk_revisions()}
    assert set(kept_revisions()) == revisions


def rows(file: Path) -> dict[str, int]:
    """Rows by table."""
    connection = sqlite3.connect(file)
    try:
        return {
            table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            for table in tables(connection)
        }
    finally:
        connection.close()
