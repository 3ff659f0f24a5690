"""Texts of INSERT statements: made once for each table and set of columns, and remembered.

ON CONFLICT is alike on both engines; the rest is SQLite's, whose marks have no numbers.
"""

from typing import Any

from sqlalchemy import Table

from linli.kernel.db.database import quote

_TEXTS: dict[tuple[Any, ...], str] = {}


def insert_text(table: Table, columns: tuple[str, ...], rows: int = 1) -> str:
    key = (table.name, columns, rows)
    text = _TEXTS.get(key)
    if text is None:
        names = ", ".join(quote("sqlite", c) for c in columns)
        marks = "), (".join([", ".join("?" * len(columns))] * rows)
        into = f"INSERT INTO {quote('sqlite', table.name)} "
        text = into + (f"({names}) VALUES ({marks})" if columns else "DEFAULT VALUES")
        _TEXTS[key] = text
    return text


def upsert_text(
    table: Table,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    update: tuple[str, ...],
    if_newer: str | None,
) -> str:
    key = (table.name, columns, keys, update, if_newer)
    text = _TEXTS.get(key)
    if text is None:
        text = _TEXTS[key] = insert_text(table, columns) + conflict_clause(
            table, keys, update, if_newer, "sqlite"
        )
    return text


def conflict_clause(
    table: Table, keys: tuple[str, ...], update: tuple[str, ...], if_newer: str | None, engine: Any
) -> str:
    """The ON CONFLICT part, alike on both engines."""
    target = ", ".join(quote(engine, k) for k in keys)
    if not update:
        return f" ON CONFLICT ({target}) DO NOTHING"
    sets = ", ".join(f"{quote(engine, c)} = excluded.{quote(engine, c)}" for c in update)
    text = f" ON CONFLICT ({target}) DO UPDATE SET {sets}"
    if if_newer is not None:
        name = quote(engine, if_newer)
        text += f" WHERE excluded.{name} >= {quote(engine, table.name)}.{name}"
    return text
