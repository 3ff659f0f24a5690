"""Barriers that the platform opens by itself: tried again for a few seconds, then it is for a person."""

from typing import Final

from linli.delivery.ports import Invoker
from linli.domains.parking.service import gates
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

log = telemetry.logger(__name__)
TRIES: Final = 3
PAUSE_S: Final = 2.0


class Barriers:
    def __init__(self, db: Database, clock: Clock, ids: Ids, invoker: Invoker) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._invoker = invoker

    async def open(self, scope: Scope, lane_id: int, reason: str) -> None:
        """Each order to it is in the lane's list, with its fault."""
        for turn in range(TRIES):
            try:
                await gates.move(
                    scope,
                    self._db,
                    invoker=self._invoker,
                    lane_id=lane_id,
                    action="open",
                    reason=reason,
                    ids=self._ids,
                    clock=self._clock,
                )
            except LinliError as error:
                log.warning(
                    "the barrier at %s did not open (%s of %s): %s", lane_id, turn + 1, TRIES, error.code
                )
                await self._clock.sleep(PAUSE_S)
            else:
                return
