"""An import by workbook as pages see it, whatever it imports."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta

from linli.kernel.progress import Progress
from linli.kernel.workbooks import kinds
from linli.kernel.workbooks.rows import Problem

WAIT_SECONDS: Final = 20.0
"""How long a request waits for its import before it answers with "waiting" and the progress."""


class ImportFault(msgspec.Struct, rename="camel", frozen=True):
    sheet: str
    row: Annotated[int, Meta(description="As the spreadsheet counts.")]
    column: Annotated[str, Meta(description="Letter; empty for the whole row.")]
    title: str
    value: str
    message: str


class ShownImport(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """An import, waiting, tried or done."""

    id: str
    file_name: str
    state: Annotated[str, Meta(description="waiting, checked, refused, done, undone, failed")]
    rows: int
    bad_rows: int
    problems: Annotated[list[ImportFault], Meta(description="The first 500; the report holds all.")]
    reason: Annotated[str, Meta(description="Why it failed, in words.")]
    has_report: bool
    phase: Annotated[
        str,
        Meta(
            description="reading, planning, writing; interrupted: its server is gone, another begins anew; empty."
        ),
    ]
    progress_rows: int
    expected_rows: int
    created_ms: int
    finished_ms: int


class Shown(kinds.Import, Protocol):
    """A row of imports for pages."""

    @property
    def file_name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def bad_rows(self) -> int: ...
    @property
    def problems(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def finished_ms(self) -> int: ...


def shown(
    row: Shown, progress: Progress | None, language: str, sheet: Callable[[str], str]
) -> dict[str, Any]:
    """The fields of ShownImport, faults in the reader's language. `sheet`: the title of a sheet, by its key."""
    now = progress or Progress()
    problems = [Problem(**fault) for fault in json.loads(row.problems or "[]")]
    return {
        "id": str(row.import_id),
        "file_name": row.file_name,
        "state": row.state,
        "rows": row.rows,
        "bad_rows": row.bad_rows,
        "problems": [
            ImportFault(
                sheet(problem.sheet),
                problem.row,
                problem.column,
                problem.title,
                problem.value,
                problem.text(language),
            )
            for problem in problems
        ],
        "reason": row.reason,
        "has_report": bool(row.report_key),
        "phase": now.phase,
        "progress_rows": now.rows,
        "expected_rows": now.expected_rows,
        "created_ms": row.created_ms,
        "finished_ms": row.finished_ms,
    }
