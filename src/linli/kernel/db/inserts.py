"""Texts of INSERT statements: made once for each engine, table and set of columns, and remembered."""

from sqlalchemy import Table

from linli.kernel.db.database import quote
from linli.kernel.db.plans import DIALECTS, Engine

_TEXTS: dict[tuple[object, ...], str] = {}


def insert_text(engine: Engine, table: Table, columns: tuple[str, ...], rows: int = 1) -> str:
    """Takes the values of all `rows` one after the other."""
    key = (engine, table.name, columns, rows)
    if (text := _TEXTS.get(key)) is None:
        text = _TEXTS[key] = _insert(engine, table, columns, rows)
    return text


def upsert_text(
    engine: Engine,
    table: Table,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    update: tuple[str, ...],
    if_newer: str | None,
) -> str:
    """Of one row on SQLite; on PostgreSQL it takes each column's values of many rows as an array."""
    key = (engine, table.name, columns, keys, update, if_newer)
    if (text := _TEXTS.get(key)) is None:
        begin = insert_text(engine, table, columns) if engine == "sqlite" else _from_arrays(table, columns)
        text = _TEXTS[key] = begin + _conflict_clause(engine, table, keys, update, if_newer)
    return text


def _insert(engine: Engine, table: Table, columns: tuple[str, ...], rows: int) -> str:
    into = f"INSERT INTO {quote(engine, table.name)} "
    if not columns:
        return into + "DEFAULT VALUES"
    names = ", ".join(quote(engine, column) for column in columns)
    width = len(columns)
    marks = "), (".join(
        ", ".join(_mark(engine, row * width + at) for at in range(width)) for row in range(rows)
    )
    return f"{into}({names}) VALUES ({marks})"


def _mark(engine: Engine, at: int) -> str:
    return "?" if engine == "sqlite" else f"${at + 1}"


def _from_arrays(table: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(quote("postgresql", column) for column in columns)
    arrays = ", ".join(
        f"${at}::{table.c[column].type.compile(dialect=DIALECTS['postgresql'])}[]"
        for at, column in enumerate(columns, start=1)
    )
    return f"INSERT INTO {quote('postgresql', table.name)} ({names}) SELECT * FROM unnest({arrays})"


def _conflict_clause(
    engine: Engine, table: Table, keys: tuple[str, ...], update: tuple[str, ...], if_newer: str | None
) -> str:
    target = ", ".join(quote(engine, key) for key in keys)
    if not update:
        return f" ON CONFLICT ({target}) DO NOTHING"
    sets = ", ".join(f"{quote(engine, column)} = excluded.{quote(engine, column)}" for column in update)
    text = f" ON CONFLICT ({target}) DO UPDATE SET {sets}"
    if if_newer is not None:
        name = quote(engine, if_newer)
        text += f" WHERE excluded.{name} >= {quote(engine, table.name)}.{name}"
    return text
