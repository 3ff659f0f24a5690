"""Jobs of imports: to work on one, and to remove a workbook that may hold passwords."""

from typing import Final

import msgspec

from linli.kernel import outbox
from linli.kernel.db import Tx
from linli.kernel.errors import Conflict

SECRET_MS: Final = 3_600_000
"""So long a workbook that may hold passwords waits for its import."""


class WorkbookGone(Conflict):
    """The workbook held secrets and is not kept any longer."""

    code = "import.workbook_gone"


class RunImport(msgspec.Struct, frozen=True):
    """Outbox payload: work on this import."""

    import_id: int
    tenant_id: str
    asked_ms: int = 0
    """When somebody asked for it; 0: when it was handed in."""


async def forget_later(tx: Tx, job: str, run: RunImport, *, now_ms: int) -> None:
    """Have a workbook with secrets removed in an hour, whatever becomes of its import. `job`: `Ledger.files_job`."""
    await outbox.add(tx, job, run, due_ms=now_ms + SECRET_MS, now_ms=now_ms)
