"""Sending the cars of an emergency home, over and over until each is there; and nobody else's calls meanwhile."""

import asyncio
from typing import Final

from linli.delivery.ports import Invoker
from linli.domains.elevators.errors import LiftOut
from linli.domains.elevators.queries import emergencies as queries
from linli.domains.elevators.queries import lifts as lift_queries
from linli.domains.elevators.queries.emergencies import HOME, REFUSED, SENT, SILENT, EmergencyCar
from linli.domains.elevators.queries.states import states_of
from linli.domains.elevators.service.calls import CALL, TIMEOUT_S
from linli.domains.elevators.service.emergencies import (
    AGAIN_MS,
    MOST_TRIES,
    SEND_HOME,
    SendHome,
    is_home,
    keep_cars,
    standing_in,
)
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError
from linli.kernel.scope import Scope
from linli.rules.lift_states import EMERGENCY, WHOLE
from linli.rules.lifts import LIGHT, RELEASE

AT_ONCE: Final = 20
"""Calls under way at the same time."""
LONGEST_WORDS: Final = 200
LOCKED: Final = frozenset({CALL, RELEASE, LIGHT})
"""Services of a lift that nobody uses during an emergency."""


class SendingHome:
    def __init__(self, db: Database, clock: Clock, invoker: Invoker) -> None:
        self._db = db
        self._clock = clock
        self._invoker = invoker

    async def run(self, job: SendHome) -> None:
        """Outbox job."""
        scope = Scope.system(job.tenant_id, "elevators")
        emergency = await queries.emergency(scope, self._db, job.emergency_id)
        if emergency.ended_ms is not None:
            return
        cars = await queries.cars_of(scope, self._db, [job.emergency_id])
        wanted = [car for car in cars if car.result != HOME and car.tries < MOST_TRIES]
        gate = asyncio.Semaphore(AT_ONCE)

        async def sent(car: EmergencyCar) -> EmergencyCar:
            async with gate:
                return await self._sent(scope, car)

        results = await asyncio.gather(*(sent(car) for car in wanted))

        async def keep(tx: Tx) -> None:
            now = {
                (car.iot_id, car.elevator_id): car
                for car in await queries.cars_of(scope, tx, [job.emergency_id])
            }
            kept = [car for car in results if now[car.iot_id, car.elevator_id].result != HOME]
            await keep_cars(tx, kept)
            if any(car.result != HOME and car.tries < MOST_TRIES for car in kept):
                await outbox.add(tx, SEND_HOME, job, due_ms=self._clock.now_ms() + AGAIN_MS)

        await self._db.run(keep)

    async def _sent(self, scope: Scope, car: EmergencyCar) -> EmergencyCar:
        """The car as it is after one more call."""
        shaft = await lift_queries.shaft(scope, self._db, car.iot_id)
        now = car._replace(tries=car.tries + 1, at_ms=self._clock.now_ms(), words="")
        if is_home(car, standing_in(shaft)):
            return now._replace(result=HOME)
        if not car.home_floor:
            return now._replace(result=REFUSED, words="no floor to send it to is known")
        args = {"ElevatorID": car.elevator_id, "StartFloor": car.home_floor}
        args = {name: value for name, value in args.items() if value}
        try:
            answer = await self._invoker.invoke(scope, car.iot_id, CALL, args, timeout_s=TIMEOUT_S)
        except LinliError as error:
            return now._replace(result=SILENT, words=str(error)[:LONGEST_WORDS])
        if answer.get("code"):
            return now._replace(result=REFUSED, words=str(answer.get("message", ""))[:LONGEST_WORDS])
        return now._replace(result=SENT)


class EmergencyGuard:
    """Calls of services as such, whoever makes them, do not get past an emergency; what sends cars home does."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, scope: Scope, iot_id: str, identifier: str) -> None:
        """Raises LiftOut."""
        if identifier not in LOCKED or scope.caller.kind == "system":
            return
        rows = (await states_of(Scope.system(scope.tenant, "elevators"), self._db, [iot_id]))[iot_id]
        whole = rows.get(WHOLE)
        if whole is not None and whole.emergency_id is not None:
            raise LiftOut(state=EMERGENCY)
