"""How far the exports of companies are that this process is handing out."""

from typing import Annotated

import msgspec
from msgspec import Meta

COUNTING, WRITING, DONE, BROKEN = "counting", "writing", "done", "broken"


class ExportProgress(msgspec.Struct, rename="camel"):
    """The last export of a company that this process handed out."""

    state: Annotated[
        str,
        Meta(description="counting, writing, done, broken: whoever fetched it left; none: there was none."),
    ]
    rows: int
    expected_rows: int
    files: int
    expected_files: int
    bytes: Annotated[int, Meta(description="Handed out so far.")]
    began_ms: int

    @staticmethod
    def fresh(state: str, began_ms: int = 0) -> "ExportProgress":
        return ExportProgress(state, 0, 0, 0, 0, 0, began_ms)


class Exports:
    """One a company: the one that began last."""

    def __init__(self) -> None:
        self._last: dict[str, ExportProgress] = {}

    def begin(self, tenant_id: str, now_ms: int) -> ExportProgress:
        """What an export tells while it is written."""
        made = self._last[tenant_id] = ExportProgress.fresh(COUNTING, now_ms)
        return made

    def of(self, tenant_id: str) -> ExportProgress:
        return self._last.get(tenant_id) or ExportProgress.fresh("none")
