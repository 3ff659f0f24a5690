"""One interface over SQLite and PostgreSQL: reads on the Database, writes in a unit of work (`await db.run(work)`,
or `async with db.begin()` where somebody else does the whole again)."""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from sqlalchemy import Table

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db.plans import DIALECTS, Engine, Plan
from linli.kernel.db.races import done_again
from linli.kernel.db.wakers import Wakers
from linli.kernel.handlers import Handlers
from linli.kernel.scope import Scope
from linli.kernel.signals import Signals

log = telemetry.logger(__name__)

Row = Sequence[Any]
Values = Mapping[str, Any] | msgspec.Struct


class Zones(Protocol):
    """In which time zone a community lives. Injected as the clock is: rooms do not know what a community is."""

    async def of(self, db: "Reader", community_id: int) -> str:
        """IANA name; empty: the default, Asia/Shanghai."""
        ...


class DefaultZone:
    """Every community lives by the default."""

    async def of(self, db: "Reader", community_id: int) -> str:
        return ""


class Reader(ABC):
    """Anything statements can be read from: a Database (newest committed state) or a Tx (also its own writes)."""

    engine: Engine
    zones: Zones

    @abstractmethod
    async def fetch_row(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Row | None: ...

    @abstractmethod
    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]: ...


class Tx(Reader):
    """One unit of work. Committed by `begin()` when its block ends, rolled back when it raises."""

    def __init__(self, db: "Database") -> None:
        self.db = db
        self.engine = db.engine
        self.zones = db.zones
        self.failure: Exception | None = None
        """The first statement that failed. The unit is not committed after it, even if its code went on."""
        self._after: list[Callable[[], object]] = []

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call `callback()` once the commit is durable; never when the unit rolls back."""
        self._after.append(callback)

    def run_after_commit(self) -> None:
        callbacks, self._after = self._after, []
        for callback in callbacks:
            try:
                callback()
            except Exception:
                # The unit is durable: its caller must not take it for failed.
                log.exception("a callback after a commit failed")

    @abstractmethod
    async def execute(self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any]) -> int: ...

    @abstractmethod
    async def execute_many(
        self, plan: Plan, scope: Scope | None, rows: Sequence[Mapping[str, Any]]
    ) -> None: ...

    @abstractmethod
    async def insert_tuples(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """The bulk path: executemany on SQLite, COPY on PostgreSQL. A conflict fails the whole unit."""

    @abstractmethod
    async def upsert_tuples(
        self,
        table: Table,
        columns: tuple[str, ...],
        rows: Sequence[tuple[Any, ...]],
        *,
        keys: tuple[str, ...],
        update: tuple[str, ...] = (),
        if_newer: str | None = None,
    ) -> None:
        """Insert; where `keys` exist already set the columns `update` (none: leave the row).

        `if_newer` names a column: the old row stays when its value there is greater. Keys must not repeat in `rows`.
        """

    @abstractmethod
    async def insert_returning(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> list[int]:
        """Insert rows of a table with an identity key; the keys in the order of the rows."""

    async def insert(self, table: Table, row: Values) -> int | None:
        """Insert one row. Returns the key the database made, or None where the row brings its own."""
        values = _values(row)
        columns = tuple(values)
        key = identity_of(table)
        if key is None or key in values:
            await self.insert_one(table, columns, tuple(values.values()))
            return None
        return (await self.insert_returning(table, columns, [tuple(values.values())]))[0]

    async def insert_one(self, table: Table, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
        await self.insert_tuples(table, columns, [row])

    async def insert_many(self, table: Table, rows: Iterable[Values]) -> None:
        """Insert rows that all have the same columns."""
        dicts = [_values(row) for row in rows]
        if dicts:
            columns = tuple(dicts[0])
            await self.insert_tuples(table, columns, [tuple(row[c] for c in columns) for row in dicts])

    async def upsert(
        self,
        table: Table,
        rows: Iterable[Values],
        *,
        keys: tuple[str, ...],
        update: tuple[str, ...] = (),
        if_newer: str | None = None,
    ) -> None:
        """`upsert_tuples` for rows given as mappings or structs with the same columns."""
        dicts = [_values(row) for row in rows]
        if dicts:
            columns = tuple(dicts[0])
            tuples = [tuple(row[c] for c in columns) for row in dicts]
            await self.upsert_tuples(table, columns, tuples, keys=keys, update=update, if_newer=if_newer)


class Database(Reader):
    """An open database. `handlers` are the domain-event handlers that `events.emit` reaches."""

    handlers: Handlers[Tx]
    signals: Signals
    """News between the processes that share this database."""
    wakers: Wakers
    """Workers of this process."""
    clock: Clock
    url: str
    guard: Callable[[], object] | None = None
    """Called before each unit of work; an exception refuses the unit (kernel.disk)."""
    tenancy_epoch: int = 0
    """Rises when this process commits a change of keys or grants (kernel.tenancy): caches of scopes compare it."""

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    def begin(self, *, durable: bool = True) -> "Any":
        """`async with db.begin() as tx:` one unit of work, durable when the block is left. Await no network inside.

        `durable=False`: a power cut of the database may undo it, so that it need not wait for the disk (PostgreSQL
        only). For what is void then anyway, such as a message to another process.
        """

    async def run[R](self, work: Callable[[Tx], Awaitable[R]], *, durable: bool = True) -> R:
        """`work(tx)` in a unit of its own, done again at once where it met another one and gave way; its result.

        `work` may run several times: its changes outside the unit must be repeatable. Nothing is done again once a unit
        begun inside was committed, or a device called. Raises LostRace, Duplicate after MOST_AGAIN more tries, and what
        `work` raises.
        """

        async def unit() -> R:
            async with self.begin(durable=durable) as tx:
                return await work(tx)

        return await done_again(unit)

    @abstractmethod
    async def run_script(self, statements: Sequence[str]) -> None:
        """Execute DDL or maintenance statements, each on its own."""

    async def tidy(self, tables: Sequence[Table]) -> None:
        """After thousands of rows were written at once: have the engine know how many there are now, and which pages
        everybody sees. On PostgreSQL lists over them take some times as long until its own housekeeping comes by."""

    async def healthy(self) -> bool:
        try:
            await self.fetch_row(Plan("SELECT 1", (), {}, frozenset()), None, {}, False)
        except Exception:  # noqa: BLE001 - a health answer is yes or no, for any exception of the engine
            return False
        return True


def _values(row: Values) -> dict[str, Any]:
    return msgspec.structs.asdict(row) if isinstance(row, msgspec.Struct) else dict(row)


def identity_of(table: Table) -> str | None:
    """The key column that the database fills by itself, if the table has one."""
    for column in table.primary_key.columns:
        if column.identity is not None:
            return column.name
    return None


def quote(engine: Engine, name: str) -> str:
    return DIALECTS[engine].identifier_preparer.quote(name)


def bound(plan: Plan, scope: Scope | None, binds: Mapping[str, Any], *, as_json: bool) -> list[Any]:
    """The values of a plan in order, with those of the scope filled in."""
    if scope is not None:
        binds = {**(scope.json_binds if as_json else scope.binds), **binds}
    if as_json and plan.lists:
        binds = {
            name: json.dumps(list(value)) if name in plan.lists and not isinstance(value, str) else value
            for name, value in binds.items()
        }
    return plan.values(binds)
