"""Brings what is wanted to the doors: at once when it changes, and by comparison whenever a door connects."""

import asyncio
from collections.abc import Callable
from typing import Final

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.runtime.carriers import (
    Calls,
    ListCarrier,
    PlainCarrier,
    list_carriers,
    missing,
    plain_carriers,
)
from linli.edge.runtime.desired_rows import Wishes
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.sync import serve_device

log = logger(__name__)

LOOK_S: Final = 5.0


class Mender:
    """One per box. `is_online` says which doors may be called now; `log` is a door's own."""

    def __init__(
        self,
        wishes: Wishes,
        calls: Calls,
        clock: Clock,
        is_online: Callable[[str], bool],
        log: Callable[[str], DeviceLog],
        *,
        linked: Calls | None = None,
    ) -> None:
        """`linked`: for the rules of linkages, where they go another way."""
        self._wishes = wishes
        self._clock = clock
        self._is_online = is_online
        self._log = log
        self.lists = list_carriers(calls, linked or calls)
        self._plain = plain_carriers(calls)
        self._locks: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._looking = asyncio.create_task(self._look(), name="mender")

    async def stop(self) -> None:
        tasks = [*self._tasks, *([self._looking] if self._looking is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def came_online(self, device: str) -> None:
        """Compare and mend in the background."""
        task = asyncio.create_task(self.mend(device), name=f"mend-{device}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def mend(self, device: str) -> None:
        """Compare the door's rows with the desired ones, and bring the difference to the door."""
        try:
            async with self._lock(device):
                await self._compare(device)
                await self._bring(device)
        except Exception as error:  # noqa: BLE001  (a door, its driver or the disk: it is tried again)
            self._log(device).warning("not compared with what is wanted", why=str(error))

    async def bring(self, device: str) -> None:
        """Everything that is due for the door."""
        async with self._lock(device):
            await self._bring(device)

    async def _compare(self, device: str) -> None:
        await self._wishes.wake(device)
        for carrier in self._carriers():
            if carrier.compared:
                await self._compare_one(device, carrier)

    async def _compare_one(self, device: str, carrier: ListCarrier | PlainCarrier) -> None:
        kept = await self._wishes.kept(device, carrier.kinds)
        if not kept:
            return
        try:
            marks = await carrier.marks(device, kept)
        except LinliError as error:
            self._log(device).warning("the list cannot be read back", what=carrier.kind, why=str(error))
            marks = None
        if marks is None:
            await self._wishes.resend(device, carrier.kinds)
        else:
            await self._wishes.reported(device, carrier.kind, marks)

    async def compare_kind(self, device: str, kind: str) -> None:
        """Read back what a door holds of one kind; what differs is due then."""
        async with self._lock(device):
            for carrier in self._carriers():
                if kind in carrier.kinds:
                    await self._compare_one(device, carrier)

    async def _bring(self, device: str) -> None:
        for carrier in self._carriers():
            while await serve_device(self._wishes, carrier, device, missing):
                pass

    def _carriers(self) -> tuple[ListCarrier | PlainCarrier, ...]:
        return (*self.lists, *self._plain)

    def _lock(self, device: str) -> asyncio.Lock:
        return self._locks.setdefault(device, asyncio.Lock())

    async def _look(self) -> None:
        """Rows whose wait is over."""
        while True:
            await self._clock.sleep(LOOK_S)
            try:
                for device in await self._wishes.due():
                    if self._is_online(device):
                        await self.bring(device)
            except LinliError as error:
                log.warning("wishes are not brought: %s", error)
