"""Statements as the engines take them: text, and the order of values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

Engine = Literal["sqlite", "postgresql"]


class _Postgresql(PGCompiler_asyncpg):
    """LIKE finds capital and small letters alike, as it does on SQLite."""

    def visit_like_op_binary(self, binary: Any, operator: Any, **options: Any) -> str:
        if getattr(binary.left, "name", "") == "lower":  # asked for what is small already
            text: str = super().visit_like_op_binary(binary, operator, **options)  # type: ignore[no-untyped-call]
        else:
            text = self.visit_ilike_op_binary(binary, operator, **options)  # type: ignore[no-untyped-call]
        return text


def _postgresql() -> Dialect:
    dialect: Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
    dialect.statement_compiler = _Postgresql
    return dialect


DIALECTS: dict[Engine, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": _postgresql(),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement for one engine: its text, the order of its values, and what the statement itself fixes."""

    sql: str
    order: tuple[str, ...]
    fixed: Mapping[str, Any]
    lists: frozenset[str]
    """Names bound to lists; SQLite takes these as JSON text."""

    def values(self, binds: Mapping[str, Any]) -> list[Any]:
        fixed = self.fixed
        if not fixed:
            return [binds[name] for name in self.order]
        return [fixed[name] if name in fixed else binds[name] for name in self.order]


def compile_plan(statement: ClauseElement, engine: Engine) -> Plan:
    compiled = cast(
        SQLCompiler,
        statement.compile(dialect=DIALECTS[engine], compile_kwargs={"render_postcompile": True}),
    )
    order = tuple(compiled.positiontup or ())
    fixed = {
        name: bind.effective_value
        for name, bind in compiled.binds.items()
        if not bind.required and bind.value is not None and name in order
    }
    fixed |= {
        name: None
        for name, bind in compiled.binds.items()
        if not bind.required and bind.value is None and name in order
    }
    lists = frozenset(n for n, b in compiled.binds.items() if isinstance(b.type, postgresql.ARRAY))
    return Plan(compiled.string, order, fixed, lists)
