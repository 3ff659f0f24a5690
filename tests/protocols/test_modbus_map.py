"""A lift's register map: what profiles give, and what is refused, with its field and rule."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from linli.protocols.driver_forms import FormBad, read_values
from linli.protocols.driver_forms.modbus_map import ModbusLift, cars_of
from linli.protocols.driver_forms.modbus_points import Place

ROOT = Path(__file__).parents[2]
FLOORS = [{"floor": "B1"}, {"floor": "1"}, {"floor": "2"}]


def form(*cars: dict[str, Any], **more: Any) -> ModbusLift:
    return read_values(ModbusLift, {"ip": "192.168.1.9", "cars": list(cars), **more})


def car(**more: Any) -> dict[str, Any]:
    return {"elevatorId": "1", "profile": "relays", "floors": FLOORS, **more}


def test_a_profile_gives_the_map_and_a_point_of_the_form_goes_before_it() -> None:
    (relays,) = cars_of(form(car(base=10, door="input:7.3", flags={"fire": "discrete:0x20"})))
    assert [str(floor.release) for floor in relays.floors] == ["coil:13", "coil:14", "coil:15"]
    assert (str(relays.position), relays.door) == ("input:10", Place("input", 7, 3))
    assert (str(relays.flags["fire"]), str(relays.flags["trapped"])) == ("discrete:32", "discrete:19")
    assert [floor.number for floor in relays.floors] == [1, 2, 3]
    (words,) = cars_of(
        form(car(profile="registers", floors=[{"floor": str(number)} for number in range(20)]))
    )
    assert str(words.floors[17].release) == "holding:3.1"
    assert str(words.call_floor) == "holding:0"
    (contacts,) = cars_of(form(car(profile="contacts")))
    assert contacts.position is None
    assert str(contacts.floors[0].light) == "coil:6"


def test_two_sides_of_a_car_share_a_number_and_cars_may_share_addresses_of_other_units() -> None:
    sides = [{"floor": "1"}, {"floor": "10", "room": "01"}, {"floor": "10", "room": "02"}, {"floor": "11"}]
    first, second = cars_of(form(car(floors=sides), car(elevatorId="2", unit=2)))
    assert [floor.number for floor in first.floors] == [1, 2, 2, 3]
    assert (first.at(3), second.unit) == ("11", 2)


@pytest.mark.parametrize(
    ("cars", "field", "rule"),
    [
        ([car(floors=[{"floor": "1", "call": "coil:5"}, {"floor": "2", "call": "coil:5"}])],
         "cars[0].floors[1].call", "coil:5 is used by cars[0].floors[0].call"),
        ([car(), car(elevatorId="2", base=2, profile="contacts")],
         "cars[1].floors[0].call", "is used by cars[0].floors[2].call"),
        ([car(position="input:4", mode="input:4.1")], "cars[0].mode", "is used by cars[0].position"),
        ([car(profile="", floors=[{"floor": "1", "call": "coil:0"}, {"floor": "2"}])],
         "cars[0].floors[1]", "floor 2 has no point"),
        ([car(base=65535)], "cars[0].direction", "0 to 15: input:65536"),
        ([car(position="input:0x10000")], "cars[0].position", "0 to 65535"),
        ([car(position="input:1.16")], "cars[0].position", "bits from 0 to 15"),
        ([car(callFloor="input:3")], "cars[0].callFloor", "cannot be written"),
        ([car(door="discrete:3.1")], "cars[0].door", "only registers have bits"),
        ([car(position="discrete:90")], "cars[0].position", "name a whole register"),
        ([car(floors=[*FLOORS, {"floor": "1"}])], "cars[0].floors[3].floor", "floor 1 is there twice"),
        ([car(floors=[*FLOORS, {"floor": "3", "number": 2}])], "cars[0].floors[3].number", "is floor 1 already"),
        ([car(), car(base=50)], "cars[1].elevatorId", "car 1 is there twice"),
        ([car(elevatorId=""), car(base=50)], "cars[0].elevatorId", "needs a number"),
        ([car(), car(elevatorId="", base=50)], "cars[1].elevatorId", "needs a number"),
        ([car(modes={"fire": 1})], "cars[0].modes.fire", "mode 1 is inspection already"),
        ([car(position="reg:1")], "cars[0].position", "reg:1 is none"),
        ([car(floors=[])], "cars[0].floors", "length"),
        ([car(postion="input:1")], "cars[0]", "postion"),
        ([], "cars", "length"),
    ],
)  # fmt: skip
def test_what_is_refused(cars: list[dict[str, Any]], field: str, rule: str) -> None:
    with pytest.raises(FormBad) as bad:
        form(*cars)
    assert bad.value.field == field
    assert rule in bad.value.rule


def test_a_serial_line_has_fewer_units_and_the_address_is_one() -> None:
    with pytest.raises(FormBad) as bad:
        form(car(), framing="rtu", unit=248)
    assert bad.value.field == "unit"
    with pytest.raises(FormBad) as bad:
        read_values(ModbusLift, {"ip": "lift.local", "cars": [car()]})
    assert bad.value.field == "ip"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_maps_of_the_guide_are_taken(language: str) -> None:
    text = (ROOT / "docs" / "guides" / f"lifts-on-modbus.{language}.md").read_text("utf-8")
    maps = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert len(maps) == 2
    for each in maps:
        (lift,) = cars_of(read_values(ModbusLift, json.loads(each)))
        assert lift.position is not None
