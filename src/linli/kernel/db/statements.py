"""Statements written in SQLAlchemy Core, compiled once per engine, executed by the driver.

A statement on a table of tenants must contain `in_scope(table)`. Without it the statement never runs;
`tests/kernel/test_statements.py` checks every statement of the tree.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast, overload

from sqlalchemy import BindParameter, ColumnElement, Table, Text, and_, bindparam, literal_column, or_, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import NullType

from linli.kernel.db.columns import INT
from linli.kernel.db.database import Reader, Tx
from linli.kernel.db.plans import Engine, Plan, compile_plan
from linli.kernel.scope import Scope


class AnyOf(ColumnElement[bool]):
    """`column IN (the values of one bound list)`: one plan whatever the length of the list."""

    inherit_cache = False
    type = NullType()  # type: ignore[assignment]  # not Boolean: SQLite would get a needless "= 1"

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.values = bindparam(name, type_=postgresql.ARRAY(column.type))

    def get_children(self, **_: Any) -> list[ClauseElement]:
        return [self.column, self.values]


@compiles(AnyOf, "sqlite")
def _any_of_sqlite(element: AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = compiler.process(element.column, **options), compiler.process(element.values, **options)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(AnyOf, "postgresql")
def _any_of_postgresql(element: AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = compiler.process(element.column, **options), compiler.process(element.values, **options)
    return f"{column} = ANY ({values})"


class Bytewise(ColumnElement[str]):
    """A text column in the order of its bytes."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: ColumnElement[str]) -> None:
        self.column = column

    def get_children(self, **_: Any) -> list[ClauseElement]:
        return [self.column]


@compiles(Bytewise, "sqlite")
def _bytewise_sqlite(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options)


@compiles(Bytewise, "postgresql")
def _bytewise_postgresql(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return f'{compiler.process(element.column, **options)} COLLATE "C"'


def bytewise(column: ColumnElement[str]) -> ColumnElement[str]:
    """For `ORDER BY` of rows that are locked: as Python sorts, whatever the database's collation."""
    return Bytewise(column)


class Seen(AnyOf):
    """`any_of` for the scope's communities or projects. On SQLite one search in a text, since the row at hand is known
    already: unpacking a partner's two hundred ids from JSON costs ten times the select around it."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str, seen: str) -> None:
        super().__init__(column, name)
        self.seen = bindparam(seen, type_=Text())


@compiles(Seen, "sqlite")
def _seen_sqlite(element: Seen, compiler: SQLCompiler, **options: Any) -> str:
    column, seen = compiler.process(element.column, **options), compiler.process(element.seen, **options)
    return f"instr({seen}, ',' || {column} || ',') > 0"


@compiles(Seen, "postgresql")
def _seen_postgresql(element: Seen, compiler: SQLCompiler, **options: Any) -> str:
    return _any_of_postgresql(element, compiler, **options)


def any_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """True where `column` is one of the list bound as `name`."""
    return AnyOf(column, name)


def in_scope(table: Any) -> ColumnElement[bool]:
    """The condition for rows of `table` that the caller's Scope may see: its tenant, and one of the caller's
    communities or projects.

    Bound at execution from the Scope. A row without a community is seen by those who see the whole tenant, and by
    the project it belongs to.
    """
    c = table.c
    tenant = bindparam("scope_tenant", type_=c.tenant_id.type)
    conditions = [or_(tenant.is_(None), c.tenant_id == tenant)]
    if "community_id" in c or "project_id" in c:
        seen: list[ColumnElement[bool]] = [bindparam("scope_all", type_=INT) == literal_column("1")]
        if "community_id" in c:
            seen.append(Seen(c.community_id, "scope_communities", "scope_seen"))
        if "project_id" in c:
            seen.append(Seen(c.project_id, "scope_projects", "scope_seen_projects"))
        conditions.append(or_(*seen))
    return and_(*conditions)


def _check_scope(statement: ClauseElement, unscoped: str) -> None:
    tables: set[str] = set()
    binds: set[str] = set()
    for node in visitors.iterate(statement):
        if isinstance(node, Table) and "tenant_id" in node.c:
            tables.add(node.name)
        elif node.__visit_name__ == "bindparam":
            binds.add(cast(Any, node).key)
    if isinstance(statement, UpdateBase) and isinstance(table := getattr(statement, "table", None), Table):
        tables |= {table.name} if "tenant_id" in table.c else set()
    if tables and "scope_tenant" not in binds and not unscoped:
        raise TypeError(
            f"a statement on {', '.join(sorted(tables))} has neither in_scope() nor a reason in unscoped="
        )


class _Statement:
    """Checked and compiled when it first runs, once per engine: a process runs a few of more than a thousand."""

    def __init__(self, statement: ClauseElement, unscoped: str) -> None:
        self._statement = statement
        self._unscoped = unscoped
        self._plans: dict[Engine, Plan] = {}

    def plan(self, engine: Engine) -> Plan:
        """Raises TypeError for a statement on a tenant's table that has neither a scope nor a reason."""
        plan = self._plans.get(engine)
        if plan is None:
            _check_scope(self._statement, self._unscoped)
            plan = self._plans[engine] = compile_plan(self._statement, engine)
        return plan


class Query[R](_Statement):
    """A read. `into` is called with the columns of a row in order (a msgspec.Struct or NamedTuple); default: a tuple.

    `heavy` reads run beside the event loop on SQLite: use it where thousands of rows are touched.
    `unscoped` is the reason why a tenant's table is read without a scope (log-in by phone, workers).
    """

    @overload
    def __init__(
        self: "Query[tuple[Any, ...]]",
        statement: ClauseElement,
        into: None = None,
        *,
        unscoped: str = "",
        heavy: bool = False,
    ) -> None: ...
    @overload
    def __init__(
        self, statement: ClauseElement, into: Callable[..., R], *, unscoped: str = "", heavy: bool = False
    ) -> None: ...
    def __init__(
        self,
        statement: ClauseElement,
        into: Callable[..., R] | None = None,
        *,
        unscoped: str = "",
        heavy: bool = False,
    ) -> None:
        super().__init__(statement, unscoped)
        self._into = into
        self.heavy = heavy

    async def one(self, db: Reader, scope: Scope | None = None, **binds: Any) -> R | None:
        """The first row, or None."""
        row = await db.fetch_row(self.plan(db.engine), scope, binds, self.heavy)
        if row is None:
            return None
        return self._into(*row) if self._into is not None else cast(R, tuple(row))

    async def all(self, db: Reader, scope: Scope | None = None, **binds: Any) -> list[R]:
        rows = await db.fetch_rows(self.plan(db.engine), scope, binds, self.heavy)
        into = self._into
        if into is None:
            return cast(list[R], [tuple(row) for row in rows])
        return [into(*row) for row in rows]

    async def columns(self, db: Reader, scope: Scope | None = None, **binds: Any) -> list[tuple[Any, ...]]:
        """All rows, column by column; empty without rows. For thousands of narrow ones: no object is made for each."""
        rows = await db.fetch_rows(self.plan(db.engine), scope, binds, self.heavy)
        return list(zip(*rows, strict=True))

    async def scalar(self, db: Reader, scope: Scope | None = None, **binds: Any) -> Any:
        """The first column of the first row, or None."""
        row = await db.fetch_row(self.plan(db.engine), scope, binds, self.heavy)
        return None if row is None else row[0]


class Command(_Statement):
    """An insert-from-select, update or delete."""

    def __init__(self, statement: UpdateBase, *, unscoped: str = "") -> None:
        super().__init__(statement, unscoped)

    async def run(self, tx: Tx, scope: Scope | None = None, **binds: Any) -> int:
        """Execute once; the number of rows touched."""
        return await tx.execute(self.plan(tx.engine), scope, binds)

    async def run_many(self, tx: Tx, rows: Sequence[Mapping[str, Any]], scope: Scope | None = None) -> None:
        """Execute once per row of binds."""
        await tx.execute_many(self.plan(tx.engine), scope, rows)


def update_of(
    table: Table, columns: Sequence[str], *where: ColumnElement[bool], unscoped: str = "", **others: Any
) -> Command:
    """Sets `columns` to the values bound under their names, and other columns to the values of `others`.

    So a row's `_asdict()` can be bound as it is; its other fields are ignored. `where` selects the rows and contains
    the scope, as in every statement; it binds under other names. Raises KeyError for a column that the table does not
    have, TypeError for a name that would mean two values.
    """
    binds = {bind.key for part in where for bind in visitors.iterate(part) if isinstance(bind, BindParameter)}
    if twice := binds & set(columns):
        raise TypeError(f"{', '.join(sorted(twice))} would be bound both in `where` and as a new value")
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    return Command(update(table).where(*where).values(values | others), unscoped=unscoped)
