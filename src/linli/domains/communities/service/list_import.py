"""Imports of one kind of rows (vehicles, employees, cameras): tried, applied and undone as those of residents are.

They wait in the same table and the same worker handles them (`importer`); a `ListKind` has the differences.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

import msgspec

from linli.domains.communities.queries.imports import Import, ImportChange
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.workbooks.columns import Sheet
from linli.kernel.workbooks.kinds import Work
from linli.kernel.workbooks.lists import ListReading
from linli.kernel.workbooks.rows import Problem, Row


class ListOutcome(msgspec.Struct, rename="camel", frozen=True):
    """The figures of an import: the rows created; for a trial, the rows that it would create."""

    rows: int = 0
    bad_rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    new_departments: list[str] = []
    """By their paths."""
    kept: int = 0
    """Rows that undoing left, since they were changed again meanwhile."""


class Trace(NamedTuple):
    """One thing done, for undoing it."""

    kind: str
    row_id: int
    other_id: int = 0
    before: str = ""


class ListPlan(Protocol):
    """The plan of an import, and its faults."""

    @property
    def problems(self) -> list[Problem]: ...

    @property
    def outcome(self) -> ListOutcome: ...


class ListKind(NamedTuple):
    """How one kind of rows is imported. Functions take the scope, then a reader or transaction."""

    name: str
    sheet: Sheet
    rows_max: int
    plan: Callable[[Scope, Reader, int, ListReading], Awaitable[Any]]
    """(…, community, rows) → ListPlan. Raises NotFound."""
    apply: Callable[[Scope, Tx, Work[Import], Any], Awaitable[list[Trace]]]
    """(…, plan)"""
    undo: Callable[[Scope, Tx, Import, list[ImportChange], Ids, int], Awaitable[int]]
    """(…, its changes, ids, now_ms) → rows left unchanged, because they were changed again."""
    secret: bool = False
    """Its workbooks may hold passwords: they lie sealed, and go once they are worked on, or after an hour."""


def problem_of(sheet: Sheet, reading: ListReading, row: Row, key: str, rule: str, **facts: object) -> Problem:
    """A fault of a row that read well by itself."""
    column = next((candidate for candidate in sheet.columns if candidate.key == key), None)
    value = str(row.values.get(key, ""))
    title = column.zh if column else ""
    return Problem(row.sheet, row.number, reading.letters.get(key, ""), title, value, rule, facts)


def bad_rows(problems: list[Problem]) -> int:
    return len({problem.row for problem in problems})


def packed(facts: dict[str, Any]) -> str:
    """The values before a change, as a trace keeps them."""
    return json.dumps(facts, ensure_ascii=False)
