"""Tables that grow by the day: partitions on PostgreSQL, plain tables purged in small steps on SQLite.

A table says so with `postgresql_partition_by="RANGE (day)"` and a column `day` (days since the epoch, UTC, of the
insertion), which is part of its primary key.
"""

from sqlalchemy import MetaData, Table, bindparam, delete, select
from sqlalchemy.schema import CreateIndex, CreateTable

from linli.kernel.db.columns import INT, metadata
from linli.kernel.db.database import Database
from linli.kernel.db.plans import DIALECTS, Plan
from linli.kernel.db.statements import Command, Query
from linli.kernel.disk import freeing_space

DAY_MS = 86_400_000
AHEAD_DAYS = 3
_STEP_ROWS = 5000
_UNIT_ROWS = 500


def day_of(ms: int) -> int:
    return ms // DAY_MS


def partitioned(tables: MetaData = metadata) -> list[Table]:
    return [t for t in tables.sorted_tables if t.dialect_options["postgresql"]["partition_by"]]


def partition_statements(table: Table, day: int) -> list[str]:
    return [
        f"CREATE TABLE IF NOT EXISTS {table.name}_{day} PARTITION OF {table.name} FOR VALUES FROM ({day}) TO ({day + 1})"
    ]


_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7102001); "
"""Two processes that find no partition would both make it, and one of them fail."""


async def make_ahead(db: Database, now_ms: int, *, back_days: int = 1, tables: MetaData = metadata) -> None:
    """Make sure that today's partitions and those of the next days exist. Cheap; run at start and every few hours."""
    if db.engine != "postgresql":
        return
    first = day_of(now_ms) - back_days
    wanted = [
        s
        for t in partitioned(tables)
        for day in range(first, first + back_days + AHEAD_DAYS + 1)
        for s in (_ONE_AT_A_TIME + statement for statement in partition_statements(t, day))
    ]
    await db.run_script(wanted)


async def drop_before(db: Database, table: Table, day: int) -> int:
    """Remove everything inserted before `day`. Returns the number of partitions dropped or rows deleted."""
    if db.engine == "postgresql":
        rows = await db.fetch_rows(
            Plan(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                "JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = $1",
                ("name",),
                {},
                frozenset(),
            ),
            None,
            {"name": table.name},
            False,
        )
        old = [name for (name,) in map(tuple, rows) if int(name.rpartition("_")[2]) < day]
        await db.run_script([f"DROP TABLE IF EXISTS {name}" for name in old])
        return len(old)
    return await _purge(db, table, day)


async def _purge(db: Database, table: Table, day: int) -> int:
    """Find old rows beside the event loop (few tables have an index by day), delete them by key in small units."""
    keys = list(table.primary_key.columns)
    old = Query(
        select(*keys).where(table.c.day < bindparam("before", type_=INT)).limit(_STEP_ROWS),
        unscoped="retention counts for every tenant alike",
        heavy=True,
    )
    purge = Command(
        delete(table).where(*(key == bindparam(f"key_{n}", type_=key.type) for n, key in enumerate(keys))),
        unscoped="retention counts for every tenant alike",
    )
    total = 0
    while rows := await old.all(db, before=day):
        for start in range(0, len(rows), _UNIT_ROWS):
            part = rows[start : start + _UNIT_ROWS]
            with freeing_space():
                async with db.begin() as tx:
                    await purge.run_many(tx, [{f"key_{n}": v for n, v in enumerate(row)} for row in part])
        total += len(rows)
    return total


async def create_all(db: Database, now_ms: int, tables: MetaData = metadata) -> None:
    """Create every table as the models say. For tests and tools; installations go through the migrations."""
    dialect = DIALECTS[db.engine]
    statements: list[str] = []
    for table in tables.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        statements += [
            str(CreateIndex(i).compile(dialect=dialect))
            for i in sorted(table.indexes, key=lambda i: str(i.name))
        ]
    await db.run_script(statements)
    await make_ahead(db, now_ms, tables=tables)
