"""A simulated lift with a reader in its car: a right enables the buttons for a moment, as it opens a door."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from linli.rules.credentials import Decision
from linli.sim.door import SimulatedDoor
from linli.sim.link import CallFailed, Triple

RELEASED_MS: Final = 15_000
"""How long the buttons answer after a pass."""
_CALLED: Final = 0.3
_FLOORS_A_REPORT: Final = 3


class SimulatedLift(SimulatedDoor):
    """Its permissions come as a door's do; `remoteOpen` releases the buttons from afar."""

    def __init__(
        self,
        triple: Triple,
        host: str,
        port: int,
        *,
        floors: int,
        state: Path | None = None,
        now_ms: Callable[[], int] | None = None,
        report_every_s: float = 0,
    ) -> None:
        super().__init__(triple, host, port, state=state, now_ms=now_ms, report_every_s=report_every_s)
        self.floors = floors
        self.floor = self.target = 1
        self._released_until_ms = 0
        self.link.on_service("CallElevator", self._call)

    @property
    def released(self) -> bool:
        return self._now_ms() < self._released_until_ms

    def press_floor(self, floor: int) -> bool:
        """Somebody in the car presses a button; whether the lift goes there."""
        if not self.released or not -1 <= floor <= self.floors:
            return False
        self.ride(floor)
        return True

    def ride(self, floor: int) -> None:
        """Off to a floor, the nearest that there is. One that reports by itself gets there by and by."""
        self.target = min(max(floor, -1), self.floors)
        if not self._report_every_s:
            self._arrive()

    def trap(self) -> None:
        """Somebody inside presses the alarm between two floors."""
        self.link.queue_event("Trapped", {"floor": self.floor})

    def _passed(self, kind: str, content: str, decision: Decision) -> None:
        if decision.opens:
            self._release()
        super()._passed(kind, content, decision)

    async def _remote_open(self, params: Any) -> dict[str, Any]:
        self._release()
        return await super()._remote_open(params)

    async def _call(self, params: Any) -> dict[str, Any]:
        floor = params.get("floor") if isinstance(params, dict) else None
        if not isinstance(floor, int) or not -1 <= floor <= self.floors:
            raise CallFailed(460, "there is no such floor")
        self.ride(floor)
        return {}

    def _release(self) -> None:
        self._released_until_ms = self._now_ms() + RELEASED_MS

    def _arrive(self) -> None:
        self.floor = self.target
        self.link.queue_properties({"Floor": self.floor, "Direction": 0})

    def _tell_state(self, noise: random.Random) -> dict[str, Any]:
        """Move on by one report; at rest somebody calls it now and then."""
        if self.floor == self.target and noise.random() < _CALLED:
            self.target = noise.randint(1, self.floors)
        way = (self.target > self.floor) - (self.target < self.floor)
        self.floor += way * min(_FLOORS_A_REPORT, abs(self.target - self.floor))
        load = 0.0 if way == 0 else round(noise.uniform(60, 480), 1)
        return {"Floor": self.floor, "Direction": {0: 0, 1: 1, -1: 2}[way], "Load": load}
