"""What the services of a lift are asked → cars and floors of the map. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from linli.edge.drivers.modbus_lift.mapping import CarState
from linli.edge.framework import ParamsBad
from linli.protocols.driver_forms.modbus_map import CarMap, FloorMap
from linli.rules.lift_states import NORMAL, OVERLOAD


def named_car(cars: Sequence[CarMap], number: str, field: str) -> CarMap:
    """Raises ParamsBad."""
    for car in cars:
        if car.number == number:
            return car
    raise ParamsBad(field=field, rule=f"the lift has no car {number}")


def start_and_target(
    cars: Sequence[CarMap], params: Mapping[str, Any], states: Mapping[str, CarState]
) -> tuple[CarMap, FloorMap, FloorMap | None]:
    """The car that is to come, and where to. Raises ParamsBad."""
    number = _text(params, "ElevatorID")
    start, start_room = _text(params, "StartFloor"), _text(params, "StartRoomNumber")
    target, target_room = _text(params, "TargetFloor"), _text(params, "TargetRoomNumber")
    if not start:
        raise ParamsBad(field="StartFloor", rule="required")
    able = [named_car(cars, number, "ElevatorID")] if number else list(cars)
    for field, floor in (("StartFloor", start), ("TargetFloor", target)):
        if floor:
            able = [car for car in able if floor in car.names]
            if not able:
                raise ParamsBad(field=field, rule=f"no car of the lift serves floor {floor}")
    car = min(able, key=lambda each: _way(each, start, states.get(each.number)))
    return car, _side(car, start, start_room), _side(car, target, target_room) if target else None


def floors_in(car: CarMap, params: Mapping[str, Any]) -> list[FloorMap]:
    """`floorRoomList`; without one every floor (spec G A24). Raises ParamsBad."""
    listed = params.get("floorRoomList")
    if listed is None:
        return list(car.floors)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise ParamsBad(field="floorRoomList", rule="a list of floors")
    floors: list[FloorMap] = []
    for index, stop in enumerate(listed):
        name, room = _text(stop, "floor"), _text(stop, "room") or _text(stop, "roomNumber")
        if name not in car.names:
            field = f"floorRoomList[{index}].floor"
            raise ParamsBad(field=field, rule=f"car {car.number} serves no floor {name}")
        sides = [floor for floor in car.floors if floor.floor == name]
        floors += [floor for floor in sides if room and floor.room == room] or [
            floor for floor in sides if not room or not floor.room
        ]
    return floors


def _side(car: CarMap, floor: str, room: str) -> FloorMap:
    """The side that is asked for, else the first."""
    sides = [each for each in car.floors if each.floor == floor]
    return next((each for each in sides if each.room == room), sides[0])


def _way(car: CarMap, start: str, state: CarState | None) -> tuple[int, int]:
    """Cars that run first, then the nearest."""
    if state is None or state.state != NORMAL:
        return (1 if state is not None and state.state == OVERLOAD else 2), 0
    if state.floor not in car.names:
        return 0, len(car.names)
    return 0, abs(car.names.index(state.floor) - car.names.index(start))


def _text(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name)
    return "" if value is None else str(value)
