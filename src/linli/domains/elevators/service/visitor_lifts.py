"""Visitors upstairs call the lift down from their own page. Implements `visitors.ports.VisitorLifts`."""

from linli.delivery.ports import Invoker
from linli.domains.elevators.queries.homes import lifts_of_home
from linli.domains.elevators.service import calls
from linli.domains.elevators.service.calls import Ride
from linli.domains.visitors.ports import WayDown
from linli.domains.visitors.rows import Visit
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.scope import Scope


class HostLifts:
    def __init__(self, db: Database, clock: Clock, invoker: Invoker) -> None:
        self._db = db
        self._clock = clock
        self._invoker = invoker

    async def ways_down(self, scope: Scope, db: Reader, visit: Visit) -> list[WayDown]:
        """Never to a floor that is no exit, and not from one."""
        home = _Dwelling(visit)
        return [
            WayDown(lift.iot_id, lift.name, lift.floor, lift.room, floor)
            for lift in await lifts_of_home(scope, db, home, now_ms=self._clock.now_ms())
            for floor in lift.exits
            if lift.floor not in lift.exits
        ]

    async def call_down(self, scope: Scope, way: WayDown) -> None:
        """Raises LiftOut, LiftRefused, LiftUnreadable, BadInput, and what the call raises (offline, silent)."""
        ride = Ride(way.floor, way.room, way.exit)
        await calls.call_and_note(
            scope, self._db, self._invoker, iot_id=way.iot_id, ride=ride, now_ms=self._clock.now_ms()
        )


class _Dwelling:
    def __init__(self, visit: Visit) -> None:
        self.community_id = visit.community_id
        self.house_id = visit.house_id
        self.identity_id = visit.visitor_identity
