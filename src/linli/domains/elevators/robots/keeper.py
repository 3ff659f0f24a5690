"""Sessions are looked at every second, and lifts are called for them."""

import asyncio
from typing import Final

from linli.delivery.ports import Invoker
from linli.domains.elevators.robots import queries, sessions
from linli.domains.elevators.robots.sessions import CALL_CAR, CallCar
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.outbox import Jobs
from linli.kernel.processes import Lease
from linli.kernel.rounds import end_tasks
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.rules import robot_rides

log = logger(__name__)

CALL: Final = "CloudCallElevator"
TIMEOUT_S: Final = 10.0
LOOK_SECONDS: Final = 1.0
LEASE_MS: Final = 10_000
PURGE_EVERY: Final = 3_600


class RobotKeeper:
    def __init__(self, db: Database, clock: Clock, invoker: Invoker, *, process: str) -> None:
        self._db = db
        self._clock = clock
        self._invoker = invoker
        self._lease = Lease(db, clock, "robots in lifts", holder=process, lasts_ms=LEASE_MS)
        self._task: asyncio.Task[None] | None = None
        self._rounds = 0

    def register(self, jobs: Jobs) -> None:
        jobs.on(CALL_CAR, CallCar, self.call_car)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="robots in lifts")

    async def stop(self) -> None:
        await end_tasks(self._task)

    async def run(self) -> None:
        """One round."""
        if self._rounds % PURGE_EVERY == 0:
            await self._db.run(lambda tx: sessions.purge(tx, self._clock.now_ms()))
        self._rounds += 1
        for tenant_id, iot_id in await queries.live_lifts(self._db):
            scope = Scope.system(tenant_id, "elevators")
            await self._db.run(
                lambda tx, scope=scope, iot_id=iot_id: sessions.advance(  # type: ignore[misc]
                    scope, tx, iot_id=iot_id, now_ms=self._clock.now_ms()
                )
            )

    async def call_car(self, wanted: CallCar) -> None:
        """Outbox job. Nothing is called for a session that is elsewhere by now; a lift that refuses ends it."""
        scope = Scope.system(wanted.tenant_id, "elevators")
        ride = await queries.ride(scope, self._db, wanted.ride_id)
        if ride is None or ride.state != wanted.state:
            return
        riding = ride.state == robot_rides.RIDING
        named = {
            "ElevatorID": ride.elevator_id,
            "StartFloor": ride.from_floor if riding else wanted.floor,
            "TargetFloor": wanted.floor if riding else "",
        }
        args = {name: value for name, value in named.items() if value}
        try:
            answer = await self._invoker.invoke(scope, ride.iot_id, CALL, args, timeout_s=TIMEOUT_S)
            if not int(answer.get("code") or 0):
                return
            log.info("lift %s refuses a robot: %s", ride.iot_id, answer.get("message"))
        except LinliError as error:
            log.info("lift %s is not called for a robot: %s", ride.iot_id, error)
        await self._db.run(
            lambda tx: sessions.refused_by_lift(scope, tx, ride_id=ride.ride_id, now_ms=self._clock.now_ms())
        )

    async def _loop(self) -> None:
        while True:
            try:
                if await self._lease.hold():
                    await self.run()
            except Exception:
                log.exception("robots' sessions were not looked at; it is tried again")
            await self._clock.sleep(LOOK_SECONDS)
