"""The schema's history on both engines: up, down, and equal to what the models say."""

import json
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
    assert after.pop("outbox") >= before.pop("outbox")  # a migration may leave work to be done
    parts = after.pop("edge_components"), before.pop("edge_components", 0)
    assert parts[0] >= parts[1]  # what boxes ran without being told is wished
    assert {table: after[table] for table in before if table in after} == {
        table: count for table, count in before.items() if table in after
    }


def test_what_every_box_ran_is_wished_after_the_upgrade(tmp_path: Path) -> None:
    """Doors that open by face go on doing so; what was entered and never read stops none of them."""
    file = tmp_path / "old.db"
    load("20261129_105500", file)
    with sqlite3.connect(file) as db:
        db.execute("DELETE FROM edge_components")
        db.execute("DELETE FROM edge_gateways")
        for cluster in (901, 902):
            db.execute(
                "INSERT INTO edge_clusters (cluster_id, tenant_id, name, model, lan_cidr, created_ms, changed_ms)"
                " VALUES (?, 't', 'x', 'm', '10.0.0.0/24', 1, 1)",
                (cluster,),
            )
        db.execute(
            "INSERT INTO edge_gateways (gateway_id, tenant_id, cluster_id, node_id, name, edition, iot_id,"
            " created_ms, changed_ms) VALUES (1, 't', 901, 1, 'x', 'p', 'i', 1, 1)"
        )
        for code, state, params in (
            ("passage_vehicle", "running", "{}"), ("alarms", "running", "{}"),
            ("face_recognition", "asked", '{"nicIp": "10.0.0.9"}'),
            ("collaboration", "failed", '{"localAccounts": true}'),
        ):  # fmt: skip
            db.execute(
                "INSERT INTO edge_components (cluster_id, code, tenant_id, state, params, changed_ms)"
                " VALUES (901, ?, 't', ?, ?, 1)",
                (code, state, params),
            )
    db.close()
    runner.upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as db:
        kept = db.execute(
            "SELECT cluster_id, code, state, stopped, params FROM edge_components ORDER BY code"
        )
        assert kept.fetchall() == [
            (901, "alarms", "installed", 0, "{}"),
            (901, "collaboration", "installed", 0, '{"localAccounts": true}'),
            (901, "device_access", "installed", 0, "{}"),
            (901, "edge_cluster", "installed", 0, "{}"),
            (901, "face_recognition", "installed", 0, "{}"),
            (901, "passage", "installed", 0, "{}"),
        ]
    db.close()


def test_passwords_that_a_company_learned_are_void_after_the_upgrade(tmp_path: Path) -> None:
    """Its log says whose it ever reset; those of log-ins without a phone, which nobody else finds, stay."""
    file = tmp_path / "old.db"
    load("20261129_030345", file)
    people = {  # id: log-in, phone, hash, must change
        901: ("13700000001", "13700000001", "set by others", 1),
        902: ("13700000002", "13700000002", "changed since", 0),
        903: ("13700000003", "13700000003", "own", 0),
        904: ("office", None, "own", 0),
        905: ("13700000005", "13700000005", "!", 0),
        906: ("13700000006", "13700000006", "operator's", 0),
    }
    with sqlite3.connect(file) as db:
        for number, (login, phone, password, must) in people.items():
            db.execute(
                "INSERT INTO accounts (id, login, phone, name, password_hash, disabled, must_change,"
                " password_changed_ms, created_ms, changed_ms) VALUES (?, ?, ?, 'x', ?, 0, ?, 1, 7, 1)",
                (number, login, phone, password, must),
            )
            db.execute(
                "INSERT INTO login_links (provider, subject, account_id, created_ms) VALUES ('works', ?, ?, 1)",
                (str(number), number),
            )
        for number in (901, 902, 904):
            db.execute(
                "INSERT INTO staff_log (entry_no, tenant_id, at_ms, by_account, by_name, action, account_id,"
                " account_name, detail) VALUES (?, 't', 1, 1, '', 'password.reset', ?, '', '')",
                (number, number),
            )
        db.execute(
            "INSERT INTO account_roles (account_id, role, tenant_id, community_id, created_ms)"
            " VALUES (906, 'operator', '', 0, 1)"
        )
    db.close()
    runner.upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as db:
        kept = db.execute(
            "SELECT id, password_hash, must_change, generation, proven_ms FROM accounts"
            " WHERE id BETWEEN 901 AND 906 ORDER BY id"
        ).fetchall()
        linked = {number for (number,) in db.execute("SELECT account_id FROM login_links")}
    db.close()
    assert kept == [
        (901, "!", 0, 1, 0), (902, "!", 0, 1, 0), (903, "own", 0, 0, 0), (904, "own", 0, 0, 0),
        (905, "!", 0, 0, 7), (906, "operator's", 0, 0, 7),
    ]  # fmt: skip
    assert linked & people.keys() == {903, 904, 905, 906}


def test_workbooks_that_lay_open_are_forgotten_after_the_upgrade(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    load("20261129_102200", file)
    with sqlite3.connect(file) as db:
        db.execute("UPDATE edge_imports SET import_id = 77, tenant_id = 't', object_key = 't/import/a.xlsx'")
    db.close()
    runner.upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as db:
        jobs = db.execute(
            "SELECT payload, state, lease_ms FROM outbox WHERE kind = 'boxes.import_files'"
        ).fetchall()
    db.close()
    assert [(json.loads(payload), state, lease) for payload, state, lease in jobs] == [
        ({"import_id": 77, "tenant_id": "t"}, "ready", 0)
    ]


def test_who_reviewed_communities_goes_on_reviewing_after_the_upgrade(tmp_path: Path) -> None:
    for old, review in ((True, [(1,)]), (False, [])):
        file = tmp_path / f"{old}.db"
        load("20261129_182058", file)
        if not old:
            with sqlite3.connect(file) as db:
                db.execute("DELETE FROM communities")
                db.execute("DELETE FROM organisations")
            db.close()
        runner.upgrade(f"sqlite:///{file}")
        with sqlite3.connect(file) as db:
            assert db.execute("SELECT review FROM community_creation").fetchall() == review
        db.close()


def test_a_log_in_that_was_closed_by_hand_stays_closed(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    load("20261129_102200", file)
    with sqlite3.connect(file) as db:
        for number, phone, disabled in ((901, "13700000001", 1), (902, "13700000002", 0)):
            db.execute(
                "INSERT INTO accounts (id, login, phone, name, password_hash, disabled, must_change,"
                " password_changed_ms, created_ms, changed_ms) VALUES (?, ?, ?, 'x', 'own', ?, 0, 1, 7, 1)",
                (number, phone, phone, disabled),
            )
    db.close()
    runner.upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as db:
        kept = db.execute(
            "SELECT id, login, phone, password_hash, generation FROM accounts WHERE id > 900 ORDER BY id"
        ).fetchall()
    db.close()
    assert kept == [(901, "closed.901", None, "!", 1), (902, "13700000002", "13700000002", "own", 0)]


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
