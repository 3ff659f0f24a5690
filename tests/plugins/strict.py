"""On SQLite a statement gets values of the types that PostgreSQL would take: SQLite itself takes any.

So a rule that binds a number as text fails its test on whichever engine the test runs.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest
from sqlalchemy import Table, types
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.dml import ValuesBase
from sqlalchemy.sql.elements import BindParameter

from linli.kernel.db import statements
from linli.kernel.db.plans import Engine, Plan
from linli.kernel.db.sqlite import SQLiteTx

TAKEN: dict[type[types.TypeEngine[Any]], tuple[type, ...]] = {
    types.Integer: (int,),
    types.Float: (float, int),
    types.String: (str,),
    types.LargeBinary: (bytes, bytearray, memoryview),
}
_compile = statements.compile_plan


@dataclass(frozen=True, slots=True)
class TypedPlan(Plan):
    """A plan that knows what its names are compared with or written into."""

    types: Mapping[str, types.TypeEngine[Any]]

    def values(self, binds: Mapping[str, Any]) -> list[Any]:
        values = Plan.values(self, binds)
        for name, value in zip(self.order, values, strict=True):
            if name not in self.fixed and name in self.types:
                _check(name, self.types[name], value)
        return values


def typed_plan(statement: ClauseElement, engine: Engine) -> Plan:
    plan = _compile(statement, engine)
    if engine != "sqlite":
        return plan
    kinds = {bind.key: bind.type for bind in _binds(statement)}
    if isinstance(statement, ValuesBase):
        columns = cast(Table, statement.table).c
        for key, value in (statement._values or {}).items():
            kinds |= {bind.key: bind.type for bind in _binds(value)}
            if isinstance(value, BindParameter):
                kinds[value.key] = columns[str(getattr(key, "name", key))].type
    return TypedPlan(sql=plan.sql, order=plan.order, fixed=plan.fixed, lists=plan.lists, types=kinds)


def _binds(element: ClauseElement) -> Iterator[BindParameter[Any]]:
    return (node for node in visitors.iterate(element) if isinstance(node, BindParameter))


def _check(name: str, kind: types.TypeEngine[Any], value: Any) -> None:
    if isinstance(kind, ARRAY):
        for item in json.loads(value):
            _check(name, kind.item_type, item)
        return
    taken = next((taken for base, taken in TAKEN.items() if isinstance(kind, base)), None)
    if taken is not None and value is not None and not isinstance(value, taken):
        raise TypeError(f"PostgreSQL does not take {value!r} for {name}, which is {kind!r}")


def _check_rows(table: Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
    kinds = [table.c[column].type for column in columns]
    for row in rows:
        for column, kind, value in zip(columns, kinds, row, strict=True):
            _check(f"{table.name}.{column}", kind, value)


def _checked(write: Callable[..., Any], *, one: bool = False) -> Callable[..., Any]:
    def checked(self: SQLiteTx, table: Table, columns: tuple[str, ...], rows: Any, **options: Any) -> Any:
        _check_rows(table, columns, [rows] if one else rows)
        return write(self, table, columns, rows, **options)

    return checked


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    statements.compile_plan = typed_plan  # type: ignore[attr-defined]
    for name in ("insert_tuples", "insert_returning", "upsert_tuples", "insert_one"):
        setattr(SQLiteTx, name, _checked(getattr(SQLiteTx, name), one=name == "insert_one"))
