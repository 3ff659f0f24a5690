"""The pool of databases hands out empty ones, whatever the last test left."""

import pytest

from tests.plugins.empty_databases import EmptyDatabases


@pytest.fixture
def name(postgresql_databases: EmptyDatabases):
    return postgresql_databases.take()


def test_a_used_database_comes_back_empty(postgresql_databases: EmptyDatabases, name: str) -> None:
    cluster = postgresql_databases.cluster
    for _ in range(2):
        cluster.run_sql("INSERT INTO tenants (id, name, created_ms) VALUES ('T1', 'a', 1)", name)
        postgresql_databases.give_back(name)
        assert postgresql_databases.take() == name
        assert cluster.run_sql("SELECT count(*) FROM tenants", name) == "0"


def test_a_changed_database_is_not_used_again(postgresql_databases: EmptyDatabases, name: str) -> None:
    cluster = postgresql_databases.cluster
    cluster.run_sql("ALTER TABLE tenants ADD COLUMN colour TEXT", name)
    postgresql_databases.give_back(name)
    other = postgresql_databases.take()
    assert other != name
    assert cluster.run_sql("SELECT count(*) FROM pg_attribute WHERE attname = 'colour'", other) == "0"
    postgresql_databases.give_back(other)
