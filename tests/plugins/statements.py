"""Statements that a test compiles for SQLite are prepared by PostgreSQL too, when the test is torn down.

So tests of rules and routes may run on SQLite alone: texts that PostgreSQL does not take, and answers of a type that the
drivers know only there, fail the test that asked first. `--database=sqlite` leaves it out.
`tests/kernel/test_statements.py` runs those that modules hold on both engines.
"""

from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy import Table
from sqlalchemy.sql import visitors

from linli.kernel.db import metadata, statements
from linli.kernel.db.plans import Engine, Plan
from tests.engines import PostgreSQL
from tests.plugins.empty_databases import EmptyDatabases

ANSWERS = frozenset({"int4", "int8", "float8", "text", "varchar", "bytea", "bool"})
"""Types that both drivers give as equal Python values. SUM of integers is none of them: `kernel.db.total`."""

_new: list[statements._Statement] = []
_plan = statements._Statement.plan


def _noting(self: statements._Statement, engine: Engine) -> Plan:
    if engine == "sqlite" and engine not in self._plans and of_the_house(self):
        _new.append(self)
    return _plan(self, engine)


def of_the_house(statement: statements._Statement) -> bool:
    """Whether it asks tables that the models make: not Alembic's own, nor a test's."""
    tables = [node for node in visitors.iterate(statement._statement) if isinstance(node, Table)]
    return all(table.metadata is metadata and not table.name.startswith("test_") for table in tables)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--database") == "all" and not PostgreSQL.missing():
        statements._Statement.plan = _noting  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def prepared_by_postgresql(request: pytest.FixtureRequest) -> Iterator[None]:
    watched = statements._Statement.plan is _noting and "database_engine" in request.fixturenames
    databases: EmptyDatabases | None = request.getfixturevalue("postgresql_databases") if watched else None
    yield
    if databases is None or not _new:
        return
    asked, _new[:] = _new[:], []
    refused = databases.ask([statement.plan("postgresql").sql for statement in asked], refusal)
    assert not refused, "PostgreSQL refuses these or answers otherwise:\n" + "\n".join(refused)


async def refusal(connection: asyncpg.Connection, sql: str) -> str:
    """Why PostgreSQL does not take a statement, or with which types of its own it answers; else empty."""
    try:
        prepared = await connection.prepare(sql)
    except asyncpg.PostgresError as error:
        return f"{error}: {sql}"
    own = [
        f"{part.name} is {part.type.name}"
        for part in prepared.get_attributes()
        if part.type.name not in ANSWERS
    ]
    return f"{', '.join(own)}: {sql}" if own else ""
