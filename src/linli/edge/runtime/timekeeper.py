"""The box's time, by the cloud's word; the last one is kept, so that a board without a battery starts near it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from linli.edge.cloud import BoxClock
from linli.edge.runtime.deployer import keep, kept
from linli.edge.runtime.line import Line
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import SKEW_MS, DeviceKey, HeartbeatAnswer

log = logger(__name__)

_KEPT: Final = "clock"


class Timekeeper:
    """`leapt` are set when the time was so wrong that the cloud will have refused what was signed by it: ask again."""

    def __init__(
        self,
        clock: Clock,
        store: Store,
        line: Line,
        device: DeviceKey,
        leapt: tuple[asyncio.Event, ...],
    ) -> None:
        self._clock = clock
        self._store = store
        self._line = line
        self._request = f"/ext/ntp/{device.product_key}/{device.device_name}/request"
        self._leapt = leapt

    async def start(self) -> None:
        floor = await kept(self._store, _KEPT)
        if floor is not None and isinstance(self._clock, BoxClock):
            self._clock.raise_to(int(floor))

    async def keep(self) -> None:
        """Raises LinliError when the store cannot be written."""
        await keep(self._store, _KEPT, str(self._clock.now_ms()).encode())

    def ask(self) -> None:
        """The answer comes to `answered`, by the downlink."""
        asked = json.dumps({"deviceSendTime": str(self._clock.now_ms())}).encode()
        self._line.say(self._request, asked)

    def heard(self, answer: HeartbeatAnswer, took_ms: int) -> None:
        """The answer to a heartbeat tells the time, too."""
        if isinstance(self._clock, BoxClock):
            self._clock.correct(answer.time, took_ms)

    def answered(self, answer: Mapping[str, Any]) -> None:
        if not isinstance(self._clock, BoxClock):
            return
        try:
            asked, cloud = int(answer["deviceSendTime"]), int(answer["serverSendTime"])
        except (KeyError, TypeError, ValueError):
            return
        ahead = self._clock.correct(cloud, self._clock.now_ms() - asked)
        if abs(ahead) > 1000:
            log.warning("the box's clock was %d ms ahead of the cloud's", ahead)
        if abs(ahead) > SKEW_MS // 2:
            for event in self._leapt:
                event.set()
