"""The schema's history on both engines: up, down, and equal to what the models say."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from linli.migrations import runner
from linli.ops.models import all_models
from tests.engines import PostgreSQL

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
