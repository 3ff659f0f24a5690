"""The heartbeat: how the box is, each half minute; its answer tells the time and whether there is another deployment."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.remote.figures import Meter
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols import edge_link
from linli.protocols.edge_link import Heartbeat, HeartbeatAnswer

log = logger(__name__)

EVERY_S: Final = 30.0
GAP_S: Final = 2.0
"""Between two of them at least: doors that come and go in hundreds make one heartbeat."""


type Heard = Callable[[HeartbeatAnswer, int], None]


class Pulse:
    """`beat` makes the next heartbeat of the figures; `heard` get each answer with how long it took in ms.

    `now` is set for one out of turn.
    """

    def __init__(
        self,
        cloud: CloudCaller,
        meter: Meter,
        clock: Clock,
        beat: Callable[[Meter], Heartbeat],
        heard: tuple[Heard, ...],
        now: asyncio.Event,
    ) -> None:
        self._cloud = cloud
        self._meter = meter
        self._clock = clock
        self._beat = beat
        self._heard = heard
        self._now = now

    async def run(self) -> None:
        while True:
            self._now.clear()
            try:
                await self.once()
            except (CloudUnreachable, CloudRefused, msgspec.MsgspecError) as error:
                log.info("no heartbeat: %s", error)
            await asyncio.sleep(GAP_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S - GAP_S):
                    await self._now.wait()

    async def once(self) -> None:
        """Raises CloudUnreachable, CloudRefused, MsgspecError."""
        beat, began = self._beat(self._meter), self._clock.now_ms()
        answer = await self._cloud.post(edge_link.HEARTBEAT, beat)
        heartbeat_answer, took_ms = (
            msgspec.json.decode(answer, type=HeartbeatAnswer),
            self._clock.now_ms() - began,
        )
        for hear in self._heard:
            hear(heartbeat_answer, took_ms)

    def on_report(self, kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
        """An offline device makes the next heartbeat come soon: it says why. The log-out alone says only that."""
        if kind == "offline":
            self._now.set()
