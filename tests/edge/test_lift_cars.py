"""Simulated cars: floors, doors, load, states, a person inside, and the faults that are asked for."""

from collections.abc import Callable

from linli.edge.lifts.cars import CAPACITY_KG, Car, Shaft
from linli.rules.lift_states import FAULT, FIRE, INSPECTION, NORMAL, OVERLOAD, TRAPPED

FLOORS = ("B1", "1", "2", "3", "4")


def until(lift: Shaft, condition: Callable[[], bool], most: int = 1000) -> bool:
    """Step until something is so; whether it came."""
    for _ in range(most):
        if condition():
            return True
        lift.step()
    return condition()


def shaft(*numbers: str) -> Shaft:
    return Shaft(Car(number, FLOORS) for number in numbers or ("1",))


def test_it_goes_floor_by_floor_opens_and_closes_its_door() -> None:
    lift = shaft()
    car = lift.cars["1"]
    assert lift.call("2", target="4") is car
    seen = []
    assert until(lift, lambda: bool(seen.append(car.view()) or car.place == 4))
    assert [view.floor for view in seen if view.door_open] == ["2", "2", "4"]
    assert {(view.floor, view.moving, view.direction) for view in seen[:2]} == {
        ("B1", True, 1),
        ("1", True, 1),
    }
    assert all(not view.moving for view in seen if view.door_open)
    assert car.lit == set()
    assert until(lift, lambda: not car.view().door_open)


def test_the_nearest_car_comes_and_a_button_answers_only_when_it_is_free() -> None:
    lift = shaft("1", "2")
    first, second = lift.cars.values()
    first.place = 4
    assert lift.call("3") is first
    assert lift.call("1") is second
    assert not first.press("2")
    first.free.add(2)
    assert first.press("2")
    assert not first.press("9")
    assert lift.call("9") is None


def test_an_open_door_and_an_overload_keep_it_where_it_is() -> None:
    lift = shaft()
    car = lift.cars["1"]
    car.load_kg = CAPACITY_KG + 1
    lift.call("3")
    lift.step()
    assert (car.view().floor, car.view().door_open, car.view().state) == ("B1", True, OVERLOAD)
    car.load_kg, car.hold_open = 70, True
    for _ in range(5):
        lift.step()
    assert (car.view().floor, car.view().door_open, car.view().state) == ("B1", True, NORMAL)
    car.hold_open = False
    assert until(lift, lambda: car.view().floor == "3")


def test_states_that_stop_it() -> None:
    lift = shaft("1", "2")
    first, second = lift.cars.values()
    lift.call("3", number="1")
    lift.step()
    for state in (INSPECTION, FAULT, TRAPPED):
        first.mode = state
        for _ in range(5):
            lift.step()
        assert (first.view().floor, first.view().moving, first.view().state) == ("1", False, state)
        assert lift.call("2", number="1") is None
        assert lift.call("2") is second  # another goes for it
    first.mode = NORMAL
    assert until(lift, lambda: first.view().floor == "3")


def test_in_a_fire_it_goes_home_and_stays_with_its_door_open() -> None:
    lift = shaft("1", "2")
    car, other = lift.cars.values()
    other.mode = TRAPPED
    car.place = 3
    car.home = "1"
    lift.call("4", number="1")
    lift.fire(burns=True)
    assert until(lift, lambda: car.view().floor == "1" and car.view().door_open)
    assert lift.call("4") is None
    for _ in range(10):
        lift.step()
    assert (car.view().floor, car.view().door_open, car.state, other.state) == ("1", True, FIRE, TRAPPED)
    lift.fire(burns=False)
    assert lift.call("4") is car
    assert until(lift, lambda: car.view().floor == "4")


def test_faults_on_request() -> None:
    lift = shaft()
    car = lift.cars["1"]
    car.faults.stuck = True
    assert lift.call("3") is car
    assert not until(lift, lambda: car.view().floor == "3", most=50)
    assert car.lamps == {3}
    car.faults.lies = "3"
    assert car.view().floor == "3"
    assert car.floors[car.place] == "B1"
