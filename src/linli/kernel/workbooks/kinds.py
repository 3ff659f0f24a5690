"""What the engine of imports needs to know of an import, its rows and its plan, and of a room's stored imports."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Table

from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.rows import Problem

WAITING, CHECKED, REFUSED, DONE, UNDONE, FAILED = "waiting", "checked", "refused", "done", "undone", "failed"
PROBLEMS_KEPT: Final = 500
"""Faults kept in the row for the screen; the marked-up workbook holds all of them."""


class Import(Protocol):
    """The engine's view of a row of imports."""

    @property
    def import_id(self) -> int: ...
    @property
    def object_key(self) -> str: ...
    @property
    def report_key(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def good_only(self) -> int:
        """Whether the good rows are written although others are bad."""
        ...

    @property
    def dry_run(self) -> int: ...
    @property
    def created_ms(self) -> int: ...
    @property
    def caller(self) -> Caller:
        """The person who uploaded it."""
        ...


class Plan(Protocol):
    """The plan of an import, and its faults."""

    @property
    def problems(self) -> list[Problem]: ...


type Note = Callable[[int, int], None]
"""Called with the rows done so far and those expected."""


class Work[I: Import](NamedTuple):
    """The arguments for writing an import."""

    import_row: I
    ids: Ids
    secrets: Secrets
    now_ms: int
    note: Callable[[int], None]
    """Called with the rows written so far."""


class End(NamedTuple):
    """How an import ended. `report_key` and `reason` are empty where there is nothing to say."""

    state: str
    now_ms: int
    report_key: str = ""
    reason: str = ""


class Kind[I: Import, Rows, P: Plan](Protocol):
    """How one kind of workbook is imported."""

    @property
    def unfile(self) -> Callable[[Scope, Tx, int], Awaitable[None]] | None:
        """Set where workbooks may hold passwords: they lie sealed and go once they are worked on, which this notes."""
        ...

    @property
    def tables(self) -> Sequence[Table]:
        """Tables that many rows change so much that the database must analyse them again."""
        ...

    async def reader(self, scope: Scope, db: Reader, import_row: I) -> Callable[[Path, Note], Rows]:
        """The reader of the file. It blocks, and raises BadWorkbook."""
        ...

    def titles(self, rows: Rows) -> dict[str, str]:
        """Key of a sheet → its title in the file."""
        ...

    def total(self, rows: Rows) -> int:
        """Rows of the file that were not empty."""
        ...

    async def stamp(self, scope: Scope, db: Reader, import_row: I) -> object | None:
        """Changes when anything does that a plan looks at; None: a plan is made again before it is written."""
        ...

    async def plan(self, scope: Scope, db: Reader, import_row: I, rows: Rows) -> P: ...
    async def lock(self, scope: Scope, tx: Tx, import_row: I) -> None:
        """Keep others from changing what a plan looks at, until the transaction ends."""
        ...

    async def apply(self, scope: Scope, tx: Tx, work: Work[I], plan: P) -> None:
        """Carry out the plan, and store the data for an undo."""
        ...


class Ledger[I: Import](Protocol):
    """Where the imports of a room stand."""

    @property
    def job(self) -> str:
        """Outbox kind of an import that waits to be worked on."""
        ...

    @property
    def files_job(self) -> str:
        """Outbox kind of forgetting a workbook that holds secrets."""
        ...

    def subject(self, import_id: int) -> str:
        """Under which the progress of an import is told."""
        ...

    def kind(self, import_row: I) -> Kind[I, Any, Any]: ...
    async def get(self, scope: Scope, db: Reader, import_id: int, *, lock: bool = False) -> I:
        """Raises NotFound."""
        ...

    async def conclude(self, scope: Scope, tx: Tx, import_row: I, plan: Plan | None, end: End) -> None:
        """Write how an import ended; `plan` None: it failed before anything was known of its rows."""
        ...
