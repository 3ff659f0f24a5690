"""A car as pages show it."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.domains.elevators.queries.states import CarState
from linli.domains.elevators.rows import Car, Shaft
from linli.rules.lift_states import NORMAL, WHOLE, State, worst

type Motion = Literal["moving", "stopped", "unknown"]
type Direction = Literal["up", "down", "none", "unknown"]
_MOTIONS: Final[dict[int, Motion]] = {0: "stopped", 1: "moving"}
_DIRECTIONS: Final[dict[int, Direction]] = {0: "none", 1: "up", 2: "down"}


class LiftCar(msgspec.Struct, rename="camel", frozen=True):
    """A car, as its lift last reported it."""

    number: Annotated[str, Meta(description="As the lift numbers it.")]
    name: str
    two_doors: bool
    floor: Annotated[str, Meta(description="Where it is, as the lift names it; empty: not told yet.")]
    motion: Motion
    direction: Direction
    state_ms: Annotated[int | None, Meta(description="When the lift reported it; UTC ms.")]
    service: Annotated[State, Meta(description="Whether it runs, and else why not.")]
    by_hand: Annotated[bool, Meta(description="A person took it, or the whole lift, out of service.")]
    reason: Annotated[str, Meta(description="In that person's words.")]
    until_ms: Annotated[int | None, Meta(description="Until then; null: until they say otherwise.")]


def lift_cars(shaft: Shaft, states: Mapping[str, CarState], now_ms: int) -> list[LiftCar]:
    """`states` by number of the car; one of the whole lift is of each of its cars."""
    return [_lift_car(car, states, now_ms) for car in shaft.cars]


def _lift_car(car: Car, states: Mapping[str, CarState], now_ms: int) -> LiftCar:
    rows = [row for number in (car.elevator_id, WHOLE) if (row := states.get(number)) is not None]
    by_hand = next((row for row in rows if row.is_out(now_ms)), None)
    return LiftCar(
        number=car.elevator_id,
        name=car.name,
        two_doors=bool(car.two_doors),
        floor=car.position,
        motion=_MOTIONS.get(car.motion, "unknown"),
        direction=_DIRECTIONS.get(car.direction, "unknown"),
        state_ms=car.state_ms,
        service=worst([NORMAL, *(row.now(now_ms) for row in rows)]),
        by_hand=by_hand is not None,
        reason="" if by_hand is None else by_hand.reason,
        until_ms=None if by_hand is None else by_hand.until_ms,
    )
