"""Logs of the box on their way to the cloud, where the cluster's log module is switched on. Spec C072, H-62.

Lines wait in memory and go in batches. Lines from times without connection, or before a restart, are read from the
files, as far as they reach. Where more waits than fits, the newest go and the rest stays to be read on the box.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.framework.device_logs import DeviceLogs, Line
from linli.edge.remote.logs import LogBook
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import LOGS, LogAnswer, LogBatch, LogLine

log = logger(__name__)

EVERY_S: Final = 15.0
BATCH: Final = 500
MOST_WAITING: Final = 5000
_FACTS_CHARS: Final = 2000


class LogShipper:
    """`on` as the deployment says; `keep` remembers how far the cloud has them (ms), so that a restart sends no gap."""

    def __init__(
        self,
        logs: DeviceLogs,
        cloud: CloudCaller,
        *,
        keep: Callable[[int], Awaitable[None]],
        every_s: float = EVERY_S,
    ) -> None:
        self._logs = logs
        self._book = LogBook(logs)
        self._cloud = cloud
        self._keep = keep
        self._every = every_s
        self._waiting: deque[LogLine] = deque(maxlen=MOST_WAITING)
        self._failing = False
        self._listening = False
        self._turn = asyncio.Event()
        self._sent_ms = 0
        self._wanted = False

    def switch(self, on: bool) -> None:
        if on != self._wanted:
            self._wanted = on
            self._turn.set()

    async def run(self, sent_ms: int) -> None:
        """`sent_ms`: the last value that `keep` got; 0: from now on."""
        self._sent_ms = sent_ms
        while True:
            self._turn.clear()
            if self._wanted:
                await self.once()
            elif self._listening:
                self._deafen()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._turn.wait()

    async def once(self) -> None:
        """Send what waits."""
        if not self._listening:
            await self._listen()
        while self._waiting and self._wanted:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                answer = await self._cloud.post(LOGS, LogBatch(batch))
                self._wanted = msgspec.json.decode(answer, type=LogAnswer).on
            except (CloudUnreachable, CloudRefused, msgspec.MsgspecError) as error:
                self._back(batch)
                if not self._failing:  # once, since this line waits to be sent, too
                    log.info("logs are not collected for now: %s", error)
                self._failing = True
                return
            self._failing = False
            self._sent_ms = max(self._sent_ms, batch[-1].at_ms)
            await self._keep(self._sent_ms)

    async def _listen(self) -> None:
        self._listening = True
        self._logs.heard.append(self._heard)
        if self._sent_ms:
            before = await self._book.since(self._sent_ms, MOST_WAITING)
            waiting = {
                (log_line.at_ms, log_line.driver, log_line.device, log_line.text)
                for log_line in self._waiting
            }
            self._back(
                [
                    log_line
                    for log_line in before
                    if (log_line.at_ms, log_line.driver, log_line.device, log_line.text) not in waiting
                ]
            )

    def _deafen(self) -> None:
        self._listening = False
        self._logs.heard.remove(self._heard)
        self._waiting.clear()

    def _back(self, lines: list[LogLine]) -> None:
        """In front of what waits, the oldest left out where it is too much."""
        room = MOST_WAITING - len(self._waiting)
        self._waiting.extendleft(reversed(lines[-room:] if room else []))

    def _heard(self, driver: str, device: str, line: Line) -> None:
        facts = line.facts
        if facts and len(str(facts)) > _FACTS_CHARS:
            facts = {"cut": str(facts)[:_FACTS_CHARS]}
        self._waiting.append(LogLine(line.at_ms, line.level, driver, line.text[:2000], device, facts))
