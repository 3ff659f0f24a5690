"""The parts of robots, for the composing function."""

from collections.abc import Callable, MutableMapping
from typing import Any

from linli.delivery.ports import Invoker
from linli.domains.elevators.robots import queries, sessions
from linli.domains.elevators.robots.keeper import RobotKeeper
from linli.domains.elevators.robots.mqtt import RobotGuests
from linli.domains.elevators.robots.socket import upgrades
from linli.domains.elevators.robots.talk import Talks
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.http import Switch
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.things.events import DeviceDeleted, DeviceMoved


class Robots:
    """One per process."""

    def __init__(self, db: Database, ids: Ids, clock: Clock, invoker: Invoker, *, process: str) -> None:
        self._clock = clock
        self.keeper = RobotKeeper(db, clock, invoker, process=process)
        self.talks = Talks(db, ids, clock)
        self.guests = RobotGuests(self.talks)
        """For the MQTT front."""

    def register(self, handlers: Handlers[Tx], jobs: Jobs) -> None:
        """Before anything starts."""
        handlers.inline(DeviceDeleted, self.lift_deleted)
        handlers.inline(DeviceMoved, self.lift_moved)
        self.keeper.register(jobs)

    async def lift_deleted(self, tx: Tx, event: DeviceDeleted) -> None:
        """Inline."""
        await sessions.forget_lift(Scope.system(event.tenant_id, "elevators"), tx, event.iot_id)

    async def lift_moved(self, tx: Tx, event: DeviceMoved) -> None:
        """Inline: it stands in another community now, where the robot has no right."""
        scope = Scope.system(event.tenant_id, "elevators")
        for ride in await queries.live_of_lift(scope, tx, event.iot_id):
            if ride.community_id != event.community_id:
                await sessions.end(scope, tx, ride, "right_ended", self._clock.now_ms())

    def upgrades(self) -> dict[str, Callable[[MutableMapping[str, Any]], Switch]]:
        """For the web server."""
        return upgrades(self.talks)

    async def start(self) -> None:
        await self.keeper.start()

    async def stop(self) -> None:
        await self.talks.stop()
        await self.keeper.stop()
