"""Which cars do not run, and why."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from linli.domains.elevators.models import car_states
from linli.domains.elevators.rows import Shaft
from linli.kernel.db import Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope
from linli.rules.lift_states import EMERGENCY, NORMAL, OUT, WHOLE, State, worst
from linli.rules.lifts import exit_floors


class CarState(NamedTuple):
    """A row; of the whole lift where `elevator_id` is empty."""

    iot_id: str
    elevator_id: str
    tenant_id: str
    community_id: int | None
    reported: str = NORMAL
    once: int = 0
    reported_ms: int | None = None
    out: int = 0
    reason: str = ""
    until_ms: int | None = None
    out_ms: int | None = None
    emergency_id: int | None = None
    home: str = ""
    """Where it is sent in an emergency, as a person said; empty: nobody did."""

    def is_out(self, now_ms: int) -> bool:
        """Whether a person took it out of service, and that time is not over."""
        return bool(self.out) and (self.until_ms is None or now_ms < self.until_ms)

    def now(self, now_ms: int) -> State:
        locked = EMERGENCY if self.emergency_id is not None else NORMAL
        return worst([self.reported, OUT if self.is_out(now_ms) else NORMAL, locked])


_of_lifts = Query(
    select(car_states)
    .where(in_scope(car_states), any_of(car_states.c.iot_id, "iot_ids"))
    .order_by(car_states.c.iot_id, car_states.c.elevator_id),
    CarState,
)


async def states_of(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, dict[str, CarState]]:
    """By iotId and number of the car; a car of which nothing was ever told is absent."""
    by_id: dict[str, dict[str, CarState]] = {iot_id: {} for iot_id in iot_ids}
    for row in await _of_lifts.all(db, scope, iot_ids=iot_ids) if iot_ids else []:
        by_id[row.iot_id][row.elevator_id] = row
    return by_id


def home_of(rows: Mapping[str, CarState], car: str) -> str:
    """Where a person wants a car sent to: as said of it, else of the whole lift; empty: nobody said so."""
    return next((rows[number].home for number in (car, WHOLE) if number in rows and rows[number].home), "")


def exits_of(shaft: Shaft, rows: Mapping[str, CarState], starts: Sequence[str]) -> list[str]:
    """Where a lift lets people out who leave. `starts`: the floors where enabled rules call it to."""
    car = shaft.cars[0].elevator_id if len(shaft.cars) == 1 else WHOLE
    return exit_floors(home_of(rows, car), list(shaft.floors_of("")), [floor for floor in starts if floor])


def words(rows: Iterable[CarState], now_ms: int) -> dict[str, str]:
    """State by number of the car, as `rules.lift_states.choose` wants them."""
    return {row.elevator_id: row.now(now_ms) for row in rows}
