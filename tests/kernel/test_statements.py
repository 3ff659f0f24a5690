"""Every statement that a module of the house holds runs on both engines, with values of its types, on empty tables.

What is made while it runs (lists with an order of the caller's choice) is prepared where a test first asks it:
`tests/plugins/statements.py`.
"""

import gc
import importlib
import json
import pkgutil
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import UnaryExpression

import linli
from linli.kernel.db import Command, Query
from linli.kernel.db.statements import _Statement
from tests.plugins.empty_databases import EmptyDatabases
from tests.plugins.statements import of_the_house, refusal

SAMPLES: dict[str, Any] = {
    "int4": 1, "int8": 1, "float8": 1.0, "text": "1", "varchar": "1", "bytea": b"1",
}  # fmt: skip
"""A value for each type that PostgreSQL asks for; of an array, for its element."""
OF_SCOPE = {"scope_seen": ",1,", "scope_seen_projects": ",1,"}
"""What only SQLite's texts bind."""


@pytest.fixture(scope="module")
def every() -> list[_Statement]:
    for module in pkgutil.walk_packages(linli.__path__, "linli."):
        if not module.name.startswith("linli.migrations"):
            importlib.import_module(module.name)
    gc.unfreeze()  # what plugins.collector put out of the collector's sight
    kept = [thing for thing in gc.get_objects() if isinstance(thing, _Statement)]
    gc.freeze()
    kept = [one for one in kept if of_the_house(one)]
    assert len([one for one in kept if isinstance(one, Query)]) > 500
    assert len([one for one in kept if isinstance(one, Command)]) > 200
    return kept


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    shutil.copyfile(sqlite_template, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db", autocommit=False, check_same_thread=False)) as copy:
        yield copy


def sample(kind: str) -> Any:
    element, array, _ = kind.partition("[]")
    return [SAMPLES[element]] if array else SAMPLES[element]


async def run_on_postgresql(connection: asyncpg.Connection, statement: _Statement) -> dict[str, Any]:
    """The values it was given, by name."""
    plan = statement.plan("postgresql")
    prepared = await connection.prepare(plan.sql)
    types = [kind.name for kind in prepared.get_parameters()]
    values = dict(zip(plan.order, (sample(name) for name in types), strict=True))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await prepared.fetch(*plan.values(values))
    finally:
        await transaction.rollback()
    return values


def run_on_sqlite(connection: sqlite3.Connection, statement: _Statement, values: dict[str, Any]) -> None:
    plan = statement.plan("sqlite")
    texts = {name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()}
    connection.execute(plan.sql, plan.values({**OF_SCOPE, **texts})).fetchall()
    connection.rollback()


def test_postgresql_answers_with_types_that_sqlite_has(
    every: list[_Statement], postgresql_databases: EmptyDatabases
) -> None:
    refused = postgresql_databases.ask([one.plan("postgresql").sql for one in every], refusal)
    assert not refused, "\n".join(refused)


def test_each_runs_on_both(
    every: list[_Statement], postgresql_databases: EmptyDatabases, sqlite: sqlite3.Connection
) -> None:
    async def trouble(connection: asyncpg.Connection, statement: _Statement) -> str:
        try:
            run_on_sqlite(sqlite, statement, await run_on_postgresql(connection, statement))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, LookupError) as error:
            return f"{type(error).__name__} {error}: {statement.plan('postgresql').sql}"
        return ""

    troubles = postgresql_databases.ask(every, trouble)
    assert not troubles, "\n".join(troubles)


ALWAYS_SET = {
    "delivery_desired.next_try_ms", "delivery_desired.recheck_ms", "edge_components.asked_ms", "devices.gateway_no",
    "security_plans.next_ms", "parking_payments.shift_id", "parking_stays.out_ms",
}  # fmt: skip
"""Columns that may be NULL and never are in the rows that these orders are for: they are compared with a number."""


def test_an_order_says_where_null_goes(every: list[_Statement]) -> None:
    """SQLite puts it before all else, PostgreSQL after."""
    unsaid = {
        str(column)
        for statement in every
        for node in visitors.iterate(statement._statement)
        for clause in getattr(node, "_order_by_clauses", ())
        if isinstance(column := _ordered(clause), Column) and column.nullable
    }
    assert unsaid == ALWAYS_SET


def _ordered(clause: Any) -> Any:
    """What is sorted by; None where the order says where NULL goes."""
    while isinstance(clause, UnaryExpression):
        if clause.modifier in (operators.nulls_first_op, operators.nulls_last_op):
            return None
        clause = clause.element
    return clause
