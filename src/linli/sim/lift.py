"""A simulated lift with a reader in its car: who has a right gets the buttons for a moment, as a door gets opened."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from linli.rules.credentials import Decision
from linli.sim.door import SimulatedDoor
from linli.sim.link import CallFailed, Triple

RELEASED_MS: Final = 15_000
"""How long the buttons answer after a pass."""


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
        self.floor = 1
        self._released_until_ms = 0
        self.link.on_service("CallElevator", self._call)

    @property
    def released(self) -> bool:
        return self._now_ms() < self._released_until_ms

    def press_floor(self, floor: int) -> bool:
        """Somebody in the car presses a button; whether the lift goes there."""
        if not self.released or not -1 <= floor <= self.floors:
            return False
        self._go(floor)
        return True

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
        self._go(floor)
        return {}

    def _release(self) -> None:
        self._released_until_ms = self._now_ms() + RELEASED_MS

    def _go(self, floor: int) -> None:
        self.floor = floor
        self.link.queue_properties({"Floor": floor, "Direction": 0})

    def _tell_state(self, noise: random.Random) -> dict[str, Any]:
        return {"Floor": self.floor, "Direction": 0}
