"""A robot's turn, and an hour of people and a robot at one car, second by second."""

import random
from dataclasses import dataclass, field

import pytest

from linli.rules import robot_rides
from linli.rules.robot_rides import Car, Ride, Step, step, turn

AT_1, AT_9, MOVES = Car("1", moving=False), Car("9", moving=False), Car("5", moving=True)


def ride(
    state: str, *, kind: str = "robot", to: str = "", since: int = 0, called: int = 0, heard: int = 0
) -> Ride:
    return Ride(state, kind, "1", to, 30, 0, since, heard, called)


def after(now: Ride, car: Car, now_ms: int, *, people: int = 0, its_turn: bool = True) -> Step:
    return step(now._replace(heard_ms=now_ms), car, people_ms=people, now_ms=now_ms, its_turn=its_turn)


def test_a_whole_ride() -> None:
    assert after(ride("waiting"), AT_9, 1_000) == Step("coming", call="1")
    assert after(ride("coming", called=1_000), MOVES, 2_000) == Step("coming")
    assert after(ride("coming"), AT_1, 3_000) == Step("boarding")
    assert after(ride("boarding"), AT_1, 4_000) == Step("boarding")
    assert after(ride("boarding"), AT_1, 9_000) == Step("boarding", call="1")  # the doors stay open
    assert after(ride("boarding", to="9"), AT_1, 10_000) == Step("riding", call="9")
    assert after(ride("riding", to="9", called=10_000), MOVES, 12_000) == Step("riding")
    assert after(ride("riding", to="9"), AT_9, 20_000) == Step("leaving")
    assert after(ride("leaving", to="9", since=20_000), AT_9, 50_000) == Step("ended", "not_left")


def test_people_go_first() -> None:
    assert after(ride("waiting"), MOVES, 1_000) == Step("waiting", "car_moves")
    assert after(ride("waiting"), AT_9, 30_000, people=10_001) == Step("waiting", "people_call")
    assert after(ride("waiting"), AT_9, 30_000, people=10_000) == Step("coming", call="1")
    assert after(ride("waiting"), AT_9, 1_000, its_turn=False) == Step("waiting", "another_robot")
    assert after(ride("waiting"), AT_9, 600_000, people=599_000) == Step("refused", "busy")
    # the car is given back soon after a person's call, and is not held open again
    assert after(ride("boarding", since=10_000), AT_1, 26_000, people=12_000) == Step("boarding", call="1")
    assert after(ride("boarding", since=10_000), AT_1, 27_000, people=12_000) == Step("ended", "not_boarded")
    assert after(ride("boarding", since=10_000), AT_1, 27_000) == Step("boarding", call="1")
    # in a wheelchair sits a person
    chair = ride("waiting", kind="wheelchair")
    assert after(chair, AT_9, 1_000, people=900) == Step("coming", call="1")
    chair = ride("boarding", kind="wheelchair", since=10_000)
    assert after(chair, AT_1, 35_000, people=12_000).state == "boarding"
    assert turn([(1, 0, "robot"), (2, 5, "robot"), (3, 5, "mover"), (4, 0, "wheelchair")]) == 4
    assert turn([(1, 0, "robot"), (2, 5, "robot"), (3, 5, "mover")]) == 2
    assert turn([]) is None


@pytest.mark.parametrize("state", ["waiting", "coming", "boarding", "riding", "leaving"])
def test_what_stops_the_car_ends_the_ride(state: str) -> None:
    for why in ("fire", "fault", "inspection", "out_of_service", "trapped", "emergency", "offline"):
        assert after(ride(state, to="9"), Car("1", moving=False, state=why), 1_000) == Step("ended", why)


def test_a_full_car_is_waited_for_and_who_made_it_full_gets_out() -> None:
    full = Car("1", moving=False, state="overload")
    assert after(ride("waiting"), full, 1_000) == Step("waiting", "car_full")
    assert after(ride("waiting", kind="wheelchair"), full, 1_000) == Step("waiting", "car_full")
    assert after(ride("coming", called=1_000), full, 2_000) == Step("coming")
    assert after(ride("boarding"), full, 2_000) == Step("ended", "overload")
    assert after(ride("boarding", to="9"), full, 2_000) == Step("ended", "overload")
    assert after(ride("riding", to="9", called=1_000), full, 2_000) == Step("ended", "overload")
    above = Car("9", moving=False, state="overload")
    assert after(ride("leaving", to="9"), above, 2_000).state == "leaving"
    assert after(ride("boarding", kind="wheelchair"), full, 2_000).state == "boarding"  # another one gets out


def test_a_car_that_people_took_is_not_called_back() -> None:
    assert after(ride("boarding"), AT_9, 9_000) == Step("ended", "car_left")
    assert after(ride("leaving", to="9"), MOVES, 9_000) == Step("ended", "car_left")
    assert after(ride("boarding"), Car("1", moving=True), 2_000) == Step("boarding")  # not gone yet


def test_nothing_goes_on_for_ever() -> None:
    assert step(ride("waiting"), AT_9, people_ms=0, now_ms=60_000, its_turn=False) == Step("ended", "silent")
    assert after(ride("coming"), MOVES, 180_000) == Step("ended", "no_car")
    assert after(ride("coming"), AT_9, 30_000) == Step("coming", call="1")  # called once more
    assert after(ride("riding", to="9"), MOVES, 300_000) == Step("ended", "no_arrival")
    assert after(ride("riding", to="9"), AT_1, 30_000) == Step("riding", call="9")
    for over in ("done", "refused", "ended"):
        assert after(ride(over), AT_1, 1_000_000) == Step(over)


# an hour together


@dataclass
class Shaft:
    """One car: a floor in two seconds, four seconds with open doors at each stop."""

    floor: int = 1
    stops: list[int] = field(default_factory=list)
    busy_s: int = 0

    def press(self, floor: int) -> None:
        if floor not in self.stops:
            self.stops.append(floor)

    def second(self) -> None:
        if self.busy_s:
            self.busy_s -= 1
        elif self.stops and self.stops[0] == self.floor:
            self.stops.pop(0)
            self.busy_s = 3
        elif self.stops:
            self.floor += 1 if self.stops[0] > self.floor else -1
            self.busy_s = 1

    @property
    def car(self) -> Car:
        return Car(str(self.floor), moving=bool(self.stops), state="normal")


@dataclass
class Robot:
    """Rides up and down, and says where it wants to be once a second."""

    ride: Ride | None = None
    home: str = "1"
    done: int = 0
    ends: list[str] = field(default_factory=list)

    def second(self, shaft: Shaft, now_ms: int, people_ms: int) -> None:
        away = "9" if self.home == "1" else "1"
        if self.ride is None:
            self.ride = Ride("waiting", "robot", self.home, "", 30, now_ms, now_ms, now_ms)
        ride = self.ride._replace(heard_ms=now_ms)
        if ride.state == "boarding" and now_ms - ride.since_ms > 5_000:
            ride = ride._replace(to_floor=away)
        if ride.state == "leaving" and now_ms - ride.since_ms > 5_000:
            self.done, self.home, self.ride = self.done + 1, away, None
            return
        found = step(ride, shaft.car, people_ms=people_ms, now_ms=now_ms, its_turn=True)
        if found.state == "coming" and ride.state == "waiting":
            assert not shaft.stops
            assert now_ms - people_ms >= robot_rides.QUIET_MS
        if found.call and found.call != str(shaft.floor):
            shaft.press(int(found.call))
            ride = ride._replace(called_ms=now_ms)
        if found.state != ride.state:
            ride = ride._replace(state=found.state, since_ms=now_ms)
        if found.state not in robot_rides.LIVE:
            self.ends.append(found.reason)
        self.ride = ride if found.state in robot_rides.LIVE else None


def hour(seed: int, robot: Robot | None) -> list[int]:
    """How long each person waited for the car, in seconds."""
    chance, shaft = random.Random(seed), Shaft()
    waits: list[int] = []
    waiting: list[tuple[int, int, int]] = []
    people_ms = -(10**9)
    for second in range(3_600):
        now_ms = second * 1_000
        if chance.random() < 1 / 60:
            start, to = chance.sample(range(1, 10), 2)
            shaft.press(start)
            waiting.append((second, start, to))
            people_ms = now_ms
        if robot is not None:
            robot.second(shaft, now_ms, people_ms)
            held = robot.ride
            if held is not None and held.state in ("boarding", "leaving") and people_ms >= held.since_ms:
                assert now_ms - people_ms <= robot_rides.YIELD_MS
        shaft.second()
        for person in list(waiting):
            called, start, to = person
            if shaft.floor == start and shaft.busy_s == 3:
                waiting.remove(person)
                waits.append(second - called)
                shaft.press(to)
    return waits


@pytest.mark.parametrize("seed", range(5))
def test_an_hour_of_people_and_a_robot(seed: int) -> None:
    """The car is never taken from people: their waits stay within a ride of the robot of what they are without it."""
    alone, robot = hour(seed, None), Robot()
    together = hour(seed, robot)
    assert robot.done > 5, robot.ends
    assert len(together) > 30
    whole_ride_s = 8 * 2 + robot_rides.YIELD_MS // 1000
    assert max(together) <= max(alone) + whole_ride_s
    assert sum(together) / len(together) <= sum(alone) / len(alone) + 12  # it never rests here
