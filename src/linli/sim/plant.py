"""Simulated building equipment: a power meter that counts, a camera that is there."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

from linli.sim.link import DeviceLink, Triple


class _Reporter:
    """A device that changes by itself and reports every few seconds."""

    def __init__(self, triple: Triple, host: str, port: int, *, every_s: float, seed: int = 0) -> None:
        self.link = DeviceLink(triple, host, port, seed=seed)
        self.random = random.Random(seed or triple.device_name)
        self.every_s = every_s
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.link.start()
        self._task = asyncio.create_task(self._live())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.link.stop()

    async def _live(self) -> None:
        await asyncio.sleep(self.random.uniform(0, self.every_s))
        while True:
            if self.link.online:
                self.link.queue_properties(self.step())
            await asyncio.sleep(self.every_s)

    def step(self) -> dict[str, Any]:
        """Move on by one interval; the values to report."""
        raise NotImplementedError


class SimulatedMeter(_Reporter):
    """A power meter under a load that follows `level`, 0 to 1 (of the hour of the day, say)."""

    def __init__(
        self,
        triple: Triple,
        host: str,
        port: int,
        *,
        peak_kw: float = 40,
        every_s: float = 10,
        level: Callable[[], float] = lambda: 0.5,
    ) -> None:
        super().__init__(triple, host, port, every_s=every_s)
        self.peak_kw = peak_kw
        self.energy = round(self.random.uniform(1e4, 9e4), 2)
        self._level = level
        self.link.on_property_set(self._set)

    async def _set(self, params: Any) -> dict[str, Any]:
        seconds = params.get("ReportSeconds") if isinstance(params, dict) else None
        if isinstance(seconds, int) and 1 <= seconds <= 3600:
            self.every_s = seconds
            self.link.queue_properties({"ReportSeconds": seconds})
        return {}

    def step(self) -> dict[str, Any]:
        power = self.peak_kw * (0.15 + 0.7 * self._level()) * self.random.uniform(0.9, 1.1)
        self.energy = round(self.energy + power * self.every_s / 3600, 2)
        return {"Power": round(power, 2), "Energy": self.energy}


class SimulatedCamera(_Reporter):
    """A camera that is there: it keeps its line and tells its firmware now and then. Pictures come with video."""

    def step(self) -> dict[str, Any]:
        return {"FirmwareVersion": "V5.7.3"}
