"""A lift's register map put together: what a profile gives and what the form names, and what is wrong with it. Pure.

Profiles, for `n` floors from address `b` on; `i` is a floor's place from 0:

- `relays`: a board with a relay for each button. coil `b+i` calls, `b+n+i` frees, `b+2n+i` lights; discrete `b+i` is the
  call's lamp, `b+n` the door, then inspection, fire, out of service, fault, overload, trapped; input `b` is the
  position, `b+1` the direction.
- `registers`: a protocol converter. holding `b` takes the floor to come to, `b+1` the floor to go to, from `b+2` on a bit
  for each floor frees; input `b` position, `b+1` direction, `b+2` moving, `b+3` door, `b+4` mode.
- `contacts`: as `relays`, and nothing is read: whether the car comes is not seen.
"""

import ipaddress
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from linli.protocols.driver_forms.modbus_lift import LiftCar, ModbusLiftForm
from linli.protocols.driver_forms.modbus_points import ADDRESS_MOST, WRITTEN, Place, place_of

FLAGS: Final = ("inspection", "fire", "out_of_service", "fault", "overload", "trapped")
"""As `rules.lift_states` names them, in the order of running modes."""
_FLOOR_WRITTEN: Final = ("call", "release", "light")
_CAR_READ: Final = ("position", "direction", "moving", "door", "mode")
_WHOLE_WORDS: Final = ("call_floor", "target_floor", "position")
"""Points that carry a floor's number."""


class ModbusLift(ModbusLiftForm, frozen=True, kw_only=True):
    """As the box takes it."""

    def __post_init__(self) -> None:
        try:
            ipaddress.IPv4Address(self.ip)
        except ValueError:
            raise ValueError("ip: must be an IPv4 address") from None
        for fault in faults_of_map(self):
            raise ValueError(f"{fault.field}: {fault.words}")


class FloorMap(NamedTuple):
    floor: str
    room: str
    number: int
    call: Place | None
    lamp: Place | None
    release: Place | None
    light: Place | None


class CarMap(NamedTuple):
    number: str
    name: str
    unit: int
    floors: tuple[FloorMap, ...]
    call_floor: Place | None
    target_floor: Place | None
    position: Place | None
    direction: Place | None
    moving: Place | None
    door: Place | None
    mode: Place | None
    flags: dict[str, Place]
    modes: dict[int, str]
    up: int
    down: int

    def at(self, number: int) -> str:
        """The floor of a number that the controller tells; empty: none of the map's."""
        return next((floor.floor for floor in self.floors if floor.number == number), "")

    @property
    def names(self) -> list[str]:
        """Floors in order, each once."""
        return list(dict.fromkeys(floor.floor for floor in self.floors))


class MapFault(NamedTuple):
    """`rule` and `facts` fill a text; `field` by wire names."""

    field: str
    rule: str
    facts: dict[str, Any]

    @property
    def words(self) -> str:
        return _WORDS[self.rule].format(**self.facts)


_WORDS: Final = {
    "map_point": "write a table and an address, such as coil:12 or input:4.3; {point} is none",
    "map_twice": "{point} is used by {other} already",
    "map_out_of_range": "addresses go from 0 to 65535, bits from 0 to 15: {point}",
    "map_read_only": "{point} cannot be written: name a coil or a holding register",
    "map_no_bit": "{point}: only registers have bits",
    "map_number": "{point} carries a floor's number: name a whole register",
    "map_no_register": "floor {floor} has no point to call, free or light it",
    "map_floor_twice": "floor {floor} is there twice; two sides of a car differ by their room",
    "map_number_twice": "number {number} is floor {other} already",
    "map_car_twice": "car {car} is there twice",
    "map_car_unnamed": "each of several cars needs a number",
    "map_mode_twice": "mode {number} is {other} already",
    "map_unit": "units of a serial line go from 1 to 247: {unit}",
}


def cars_of(form: ModbusLiftForm) -> list[CarMap]:
    """Of a form without faults."""
    return [_car(car, form.unit) for car in form.cars]


def faults_of_map(form: ModbusLiftForm) -> list[MapFault]:
    """All that is wrong, in the order of the form; what are no points is told before the rest."""
    faults = [fault for index, car in enumerate(form.cars) for fault in _spelling(car, f"cars[{index}]")]
    if faults:
        return faults
    cars: dict[str, int] = {}
    written: dict[tuple[int, Place], str] = {}
    read: dict[tuple[int, Place], str] = {}
    for index, car in enumerate(form.cars):
        at, unit = f"cars[{index}]", form.unit if car.unit is None else car.unit
        if car.elevator_id in cars:
            rule = "map_car_twice" if car.elevator_id else "map_car_unnamed"
            faults.append(MapFault(f"{at}.elevatorId", rule, {"car": car.elevator_id}))
        elif not car.elevator_id and len(form.cars) > 1:
            faults.append(MapFault(f"{at}.elevatorId", "map_car_unnamed", {}))
        cars[car.elevator_id] = index
        if form.framing == "rtu" and not 1 <= unit <= 247:
            faults.append(MapFault("unit" if car.unit is None else f"{at}.unit", "map_unit", {"unit": unit}))
        faults += _numbers(car, at)
        mapped = _car(car, form.unit)
        faults += _points(mapped, at, written, read)
        for place, floor in enumerate(mapped.floors):
            if not (floor.call or floor.release or floor.light or mapped.call_floor):
                field = f"{at}.floors[{place}]"
                faults.append(MapFault(field, "map_no_register", {"floor": floor.floor}))
    return faults


def _spelling(car: LiftCar, at: str) -> Iterator[MapFault]:
    parts: list[tuple[str, Any, tuple[str, ...]]] = [
        (at, car, ("call_floor", "target_floor", *_CAR_READ)),
        (f"{at}.flags", car.flags, FLAGS),
    ]
    own = (*_FLOOR_WRITTEN, "lamp")
    parts += [(f"{at}.floors[{index}]", floor, own) for index, floor in enumerate(car.floors)]
    for field, part, names in parts:
        for name in names:
            point = getattr(part, name)
            try:
                if point:
                    place_of(point)
            except ValueError:
                yield MapFault(f"{field}.{_camel(name)}", "map_point", {"point": point})


def _numbers(car: LiftCar, at: str) -> Iterator[MapFault]:
    sides: set[tuple[str, str]] = set()
    by_number: dict[int, str] = {}
    for place, (floor, number) in enumerate(zip(car.floors, _floor_numbers(car), strict=True)):
        field = f"{at}.floors[{place}]"
        if (floor.floor, floor.room) in sides:
            yield MapFault(f"{field}.floor", "map_floor_twice", {"floor": floor.floor})
        sides.add((floor.floor, floor.room))
        other = by_number.setdefault(number, floor.floor)
        if other != floor.floor:
            yield MapFault(f"{field}.number", "map_number_twice", {"number": number, "other": other})
    modes: dict[int, str] = {}
    for name in ("normal", *FLAGS):
        number = getattr(car.modes, name)
        other = modes.setdefault(number, name)
        if other != name:
            facts = {"number": number, "other": _camel(other)}
            yield MapFault(f"{at}.modes.{_camel(name)}", "map_mode_twice", facts)


def _points(
    car: CarMap, at: str, written: dict[tuple[int, Place], str], read: dict[tuple[int, Place], str]
) -> Iterator[MapFault]:
    for field, place, is_written, is_number in _all_points(car, at):
        facts: dict[str, Any] = {"point": str(place)}
        if place.address > ADDRESS_MOST or (place.bit or 0) > 15:
            yield MapFault(field, "map_out_of_range", facts)
        elif place.bit is not None and not place.is_word:
            yield MapFault(field, "map_no_bit", facts)
        elif is_written and place.table not in WRITTEN:
            yield MapFault(field, "map_read_only", facts)
        elif is_number and (place.bit is not None or not place.is_word):
            yield MapFault(field, "map_number", facts)
        else:
            used = written if is_written else read
            other = _clash(used, car.unit, place) or (_clash(written, car.unit, place) if is_written else "")
            if other:
                yield MapFault(field, "map_twice", {**facts, "other": other})
            used.setdefault((car.unit, place), field)


def _clash(used: dict[tuple[int, Place], str], unit: int, place: Place) -> str:
    """Which field has the point already, or the register that its bit is of."""
    if (unit, place) in used:
        return used[unit, place]
    if place.bit is not None:
        return used.get((unit, place._replace(bit=None)), "")
    bits = (used.get((unit, place._replace(bit=bit))) for bit in range(16))
    return next((field for field in bits if field), "") if place.is_word else ""


def _all_points(car: CarMap, at: str) -> Iterator[tuple[str, Place, bool, bool]]:
    """(field, place, whether it is written, whether it carries a number)."""
    for name in ("call_floor", "target_floor", *_CAR_READ):
        if (place := getattr(car, name)) is not None:
            yield f"{at}.{_camel(name)}", place, name not in _CAR_READ, name in _WHOLE_WORDS
    for name, place in car.flags.items():
        yield f"{at}.flags.{_camel(name)}", place, False, False
    for index, floor in enumerate(car.floors):
        for name in (*_FLOOR_WRITTEN, "lamp"):
            if (place := getattr(floor, name)) is not None:
                yield f"{at}.floors[{index}].{name}", place, name in _FLOOR_WRITTEN, False


def _floor_numbers(car: LiftCar) -> list[int]:
    """As named, else counted from 1 by name."""
    places = {name: place for place, name in enumerate(dict.fromkeys(floor.floor for floor in car.floors), 1)}
    return [places[floor.floor] if floor.number is None else floor.number for floor in car.floors]


def _car(car: LiftCar, unit: int) -> CarMap:
    given = _profile(car)

    def point(named: str | None, key: str) -> Place | None:
        return place_of(named) if named else given.get(key)

    numbers = _floor_numbers(car)
    floors = tuple(
        FloorMap(
            floor.floor, floor.room, numbers[index], *(
                point(getattr(floor, name), f"{name}.{index}") for name in ("call", "lamp", "release", "light")
            )
        )
        for index, floor in enumerate(car.floors)
    )  # fmt: skip
    flags = {name: point(getattr(car.flags, name), name) for name in FLAGS}
    return CarMap(
        number=car.elevator_id,
        name=car.elevator_name,
        unit=unit if car.unit is None else car.unit,
        floors=floors,
        call_floor=point(car.call_floor, "call_floor"),
        target_floor=point(car.target_floor, "target_floor"),
        position=point(car.position, "position"),
        direction=point(car.direction, "direction"),
        moving=point(car.moving, "moving"),
        door=point(car.door, "door"),
        mode=point(car.mode, "mode"),
        flags={name: place for name, place in flags.items() if place is not None},
        modes={getattr(car.modes, name): name for name in ("normal", *FLAGS)},
        up=car.up,
        down=car.down,
    )


def _profile(car: LiftCar) -> dict[str, Place]:
    """By field; of floors with the place after a dot."""
    base, floors = car.base, range(len(car.floors))
    if car.profile == "registers":
        words = dict(zip(_CAR_READ, (Place("input", base + offset) for offset in range(5)), strict=True))
        words |= {"call_floor": Place("holding", base), "target_floor": Place("holding", base + 1)}
        return words | {
            f"release.{index}": Place("holding", base + 2 + index // 16, index % 16) for index in floors
        }
    if not car.profile:
        return {}
    count = len(car.floors)
    points = {
        f"{name}.{index}": Place("coil", base + order * count + index)
        for order, name in enumerate(_FLOOR_WRITTEN)
        for index in floors
    }
    if car.profile == "relays":
        points |= {f"lamp.{index}": Place("discrete", base + index) for index in floors}
        points |= {"position": Place("input", base), "direction": Place("input", base + 1)}
        states = ("door", *FLAGS)
        points |= {name: Place("discrete", base + count + order) for order, name in enumerate(states)}
    return points


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
