"""An upgrade either ends at the newest schema, verified, or leaves everything as it was."""

import subprocess
import sys
from pathlib import Path

import pytest

from linli import migrations
from linli.ops import upgrade as upgrading
from linli.ops.layout import InUse, Layout, alone, sharing
from linli.ops.models import all_models
from tests.ops.conftest import NOW_MS, run_sql

metadata = all_models()

pytestmark = pytest.mark.skipif(not migrations.head(), reason="no migration was written yet")


@pytest.fixture
def old(empty_layout: Layout) -> Layout:
    """An installation whose schema is one row behind: at the head but for a table that a later version adds."""
    empty_layout.data.mkdir(exist_ok=True)
    migrations.upgrade(empty_layout.database_url)
    run_sql(empty_layout, "INSERT INTO tenants (id, name, created_ms) VALUES ('T1', '邻里物业', 1)")
    return empty_layout


def test_the_newest_schema_needs_nothing(old: Layout) -> None:
    done = upgrading.upgrade(old, metadata, now_ms=NOW_MS)
    assert done.before == done.after == migrations.head()
    assert done.backup is None
    assert not old.backups.exists()


def test_a_new_installation_gets_the_schema(empty_layout: Layout) -> None:
    done = upgrading.upgrade(empty_layout, metadata, now_ms=NOW_MS)
    assert (done.before, done.after) == ("", migrations.head())
    assert run_sql(empty_layout, "SELECT count(*) FROM tenants") == "0"


def test_a_failed_migration_is_undone(old: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "head", lambda: "99991231_000000")

    def breaks_half_way(url: str) -> None:
        run_sql(old, "DELETE FROM tenants")
        run_sql(old, "CREATE TABLE half_done (n INTEGER)")
        raise RuntimeError("a row it does not understand")

    with pytest.raises(upgrading.UpgradeFailed) as failure:
        upgrading.upgrade(old, metadata, now_ms=NOW_MS, migrate=breaks_half_way)
    assert "a row it does not understand" in failure.value.text("en")
    assert "a row it does not understand" in failure.value.text("zh-CN")
    assert run_sql(old, "SELECT name FROM tenants") == "邻里物业"
    assert migrations.differences(old.database_url, metadata) == []
    assert len(list(old.backups.iterdir())) == 1


def test_a_schema_that_is_not_as_the_models_say_is_undone(
    old: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "head", lambda: "99991231_000000")

    def adds_too_much(url: str) -> None:
        run_sql(old, "CREATE TABLE nobody_knows (n INTEGER)")
        run_sql(old, "UPDATE alembic_version SET version_num = '99991231_000000'")

    with pytest.raises(upgrading.UpgradeFailed, match="nobody_knows"):
        upgrading.upgrade(old, metadata, now_ms=NOW_MS, migrate=adds_too_much)
    assert migrations.differences(old.database_url, metadata) == []


def test_a_newer_database_is_refused(old: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "head", lambda: "20000101_000000")
    with pytest.raises(upgrading.SchemaTooNew):
        upgrading.upgrade(old, metadata, now_ms=NOW_MS)


def test_a_good_upgrade_keeps_the_rows_and_names_its_backup(
    old: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "head", lambda: "99991231_000000")

    def renames_the_revision(url: str) -> None:
        run_sql(old, "UPDATE alembic_version SET version_num = '99991231_000000'")

    done = upgrading.upgrade(old, metadata, now_ms=NOW_MS, migrate=renames_the_revision)
    assert done.after == "99991231_000000"
    assert done.backup is not None
    assert done.backup.file.parent == old.backups
    assert run_sql(old, "SELECT name FROM tenants") == "邻里物业"


@pytest.mark.engines("sqlite")
def test_a_running_server_is_not_upgraded_under(old: Layout) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from linli.ops.layout import Layout, sharing\n"
        f"with sharing(Layout(Path({str(old.data)!r}), 'sqlite:///')):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "held\n"
        with pytest.raises(InUse):
            upgrading.upgrade(old, metadata, now_ms=NOW_MS)
        server.kill()  # not even a crash leaves the lock behind
        server.wait()
        upgrading.upgrade(old, metadata, now_ms=NOW_MS)
    finally:
        server.kill()
        server.wait()


def test_servers_share_a_folder_and_tools_do_not(tmp_path: Path) -> None:
    here, there = Layout(tmp_path / "a", ""), Layout(tmp_path / "b", "")
    with sharing(here), sharing(here), alone(there):
        with pytest.raises(InUse), alone(here):
            pass
        with pytest.raises(InUse), sharing(there):
            pass
    with alone(here), sharing(there):
        pass
