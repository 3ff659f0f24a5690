"""Registers → what is known of a car, and in which questions they are read. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from linli.protocols.driver_forms.modbus_map import CarMap, FloorMap
from linli.protocols.driver_forms.modbus_points import Place
from linli.rules.lift_states import MODES, NORMAL, worst

type Reading = Mapping[tuple[int, str, int], int]
"""Values by (unit, table, address)."""
_MOST_WORDS: Final = 120
_MOST_BITS: Final = 1000
"""In one question; the standard's own limits are 125 and 2000."""
UNKNOWN: Final = -1


class Block(NamedTuple):
    unit: int
    table: str
    start: int
    size: int


class CarState(NamedTuple):
    """What the registers of a car tell."""

    number: int | None
    """Of the floor, as the controller tells it; None: it does not."""
    floor: str
    """Empty: not known, or no floor of the map."""
    moving: int
    direction: int
    """-1 unknown, 0 none, 1 up, 2 down."""
    door_open: bool | None
    state: str

    @property
    def position(self) -> str:
        """As it is told: a number that the map lacks is shown as one."""
        return self.floor or ("" if self.number is None else f"#{self.number}")


def blocks(cars: Sequence[CarMap]) -> list[Block]:
    """Neighbours are read together; what the map does not name is not asked for."""
    questions: list[Block] = []
    for unit, table, address in sorted({place for car in cars for place in _read_places(car)}):
        last = questions[-1] if questions else None
        most = _MOST_BITS if table in ("coil", "discrete") else _MOST_WORDS
        if (
            last is not None
            and (last.unit, last.table, last.start + last.size) == (unit, table, address)
            and last.size < most
        ):
            questions[-1] = last._replace(size=last.size + 1)
        else:
            questions.append(Block(unit, table, address, 1))
    return questions or [_sign_of_life(car) for car in cars[:1]]


def _sign_of_life(car: CarMap) -> Block:
    """A controller that tells nothing is asked for a point that is written."""
    floor = car.floors[0]
    place = floor.call or floor.release or floor.light or car.call_floor
    assert place is not None
    return Block(car.unit, place.table, place.address, 1)


def car_state(car: CarMap, reading: Reading) -> CarState:
    number = _value(car, car.position, reading)
    direction = UNKNOWN
    if (way := _value(car, car.direction, reading)) is not None:
        direction = 1 if way == car.up else 2 if way == car.down else 0
    moving = _value(car, car.moving, reading)
    door = _value(car, car.door, reading)
    states = [name for name, place in car.flags.items() if _value(car, place, reading)]
    if (mode := _value(car, car.mode, reading)) is not None:
        states.append(car.modes.get(mode, NORMAL))
    return CarState(
        number=number,
        floor="" if number is None else car.at(number),
        moving=int(bool(moving)) if moving is not None else min(direction, 1),
        direction=direction,
        door_open=None if door is None else bool(door),
        state=worst(states),
    )


def lamp_is_on(car: CarMap, floor: FloorMap, reading: Reading) -> bool | None:
    """Whether a call there is not served yet; None: it cannot be read."""
    lamp = _value(car, floor.lamp, reading)
    return None if lamp is None else bool(lamp)


def status_of(car: CarMap, state: CarState) -> dict[str, Any]:
    """A row of `ElevatorStatus`."""
    return {
        "ElevatorID": car.number,
        "CurrentPosition": state.position,
        "CarStatus": state.moving,
        "CarDirection": state.direction,
    }


def mode_of(car: CarMap, state: CarState) -> dict[str, Any]:
    """A row of `ElevatorRunningMode`."""
    return {"ElevatorID": car.number, "RunningMode": MODES.index(state.state)}


def info_of(cars: Iterable[CarMap], mode: str) -> dict[str, Any]:
    """Outputs of `QueryElevatorInfo`."""
    cars = list(cars)
    rooms = [
        {"ElevatorID": car.number, "Floor": floor.floor, "RoomNumber": floor.room}
        for car in cars
        for floor in car.floors
    ]
    return {
        "ElevatorMode": mode,
        "ElevatorInfo": [
            {
                "ElevatorID": car.number,
                "ElevatorName": car.name,
                "IsDualCardDoor": int(any(floor.room for floor in car.floors)),
            }
            for car in cars
        ],
        "FloorRoomInfo": rooms,
    }


def _read_places(car: CarMap) -> list[tuple[int, str, int]]:
    points = [car.position, car.direction, car.moving, car.door, car.mode, *car.flags.values()]
    points += [floor.lamp for floor in car.floors]
    return [(car.unit, place.table, place.address) for place in points if place is not None]


def _value(car: CarMap, place: Place | None, reading: Reading) -> int | None:
    value = None if place is None else reading.get((car.unit, place.table, place.address))
    if value is None or place is None or place.bit is None:
        return value
    return value >> place.bit & 1
