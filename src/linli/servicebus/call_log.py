"""The log of calls over the bus: lines gathered and written together, so that no call waits for its line."""

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.openapi.masking import excerpts
from linli.servicebus.models import service_bus_calls

if TYPE_CHECKING:
    from linli.servicebus.bus import Caller

log = telemetry.logger(__name__)

SHOWN_BYTES: Final = 4_000
MAX_WAITING: Final = 5_000
_FLUSH_SECONDS: Final = 0.5
_REASON: Final = 500


class Line(msgspec.Struct):
    at_ms: int
    caller: "Caller"
    model_id: str
    method: str
    request: bytes
    response: bytes = b""
    provider_no: int = 0
    provider: str = ""
    code: str = ""
    reason: str = ""
    took_ms: int = 0


class CallLog:
    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._lines: list[Line] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="servicebus-log")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()

    def note(self, line: Line) -> None:
        if len(self._lines) < MAX_WAITING:
            self._lines.append(line)

    async def flush(self) -> None:
        """Write what waits. A line that cannot be written is told to the program's log and lost."""
        lines, self._lines = self._lines, []
        if not lines:
            return
        shown = excerpts([part for line in lines for part in (line.request, line.response)], SHOWN_BYTES)
        rows = [
            {
                "day": day_of(line.at_ms), "call_no": self._ids.number(line.at_ms),
                "tenant_id": line.caller.tenant_id, "project_id": line.caller.project_id,
                "app_key": line.caller.app_key, "model_id": line.model_id, "method": line.method,
                "provider_no": line.provider_no, "provider": line.provider, "request_id": line.caller.request_id,
                "at_ms": line.at_ms, "took_ms": line.took_ms, "code": line.code,
                "reason": line.reason[:_REASON].replace("\0", ""),
                "request": shown[2 * index], "response": shown[2 * index + 1],
            }
            for index, line in enumerate(lines)
        ]  # fmt: skip
        try:
            await self._db.run(lambda tx: tx.insert_many(service_bus_calls, rows))
        except Exception:
            log.exception("%d calls over the service bus were not logged", len(rows))

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(_FLUSH_SECONDS)
            await self.flush()
