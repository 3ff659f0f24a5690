"""The simulated lift: the car that is there first comes, goes on to the target, and the box hears of each floor."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from linli.edge.doors.simulator import SimulatedMachine, linkage
from linli.edge.doors.simulator.cars import Cars
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from linli.protocols.door_http.messages.elevators import CallElevator, Elevators, ReleaseFloors
from linli.protocols.door_http.messages.rules import Rule, RuleFloor

FLOORS = [{"floor": floor} for floor in ("B1", "G", "1", "2", "3")]
LIFTS = [{"elevatorId": number, "isDualCardDoor": False, "floorInfo": FLOORS} for number in ("01", "02")]


class Reported(SimulatedMachine):
    """Keeps what it would report to a box."""

    def __init__(self) -> None:
        super().__init__(
            sn="L1",
            ip="127.0.0.1",
            host="127.0.0.1",
            port=0,
            box=("127.0.0.1", 0),
            clock=SystemClock(),
            ids=Ids(),
        )
        self.memory.lifts = msgspec.convert({"elevatorMode": "ALL", "floorInfoList": LIFTS}, Elevators)
        self.told: list[list[tuple[str, int, int]]] = []

    async def report_lifts(self) -> None:
        states = self.memory.run_states
        self.told.append([(one.current_floor, one.car_state, one.car_direction) for one in states])


@pytest.mark.timeout(60)
async def test_cars_go_where_they_are_called() -> None:
    machine = Reported()
    running = asyncio.create_task(Cars(machine, floor_s=0.001).run())

    async def stands(*places: str) -> None:
        while machine.told[-1:] != [[(floor, 0, 0) for floor in places]]:
            await asyncio.sleep(0.001)

    await stands("B1", "B1")
    calls = machine.memory.calls
    calls.append(
        CallElevator(version="2020-01-01", token="t", elevator_id="02", start_floor="2", target_floor="3")
    )
    await stands("B1", "3")
    calls.append(CallElevator(version="2020-01-01", token="t", start_floor="2"))  # the second car is nearer
    await stands("B1", "2")
    machine.memory.released.append(
        msgspec.convert(
            {"version": "2020-01-01", "token": "t", "floorRoomList": [{"floor": "G"}, {"floor": "1"}]},
            ReleaseFloors,
        )
    )
    await stands("B1", "G")
    calls.append(CallElevator(version="2020-01-01", token="t", start_floor="9"))  # a floor that it lacks
    calls.append(CallElevator(version="2020-01-01", token="t", start_floor="B1"))
    await stands("B1", "G")
    travelled = [told[1] for told in machine.told]
    assert ("1", 1, 1) in travelled
    assert ("1", 1, 2) in travelled
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await machine.close()


@pytest.mark.timeout(60)
async def test_a_car_that_answers_and_does_not_come() -> None:
    machine = Reported()
    machine.faults.stuck_cars = frozenset({"01"})
    running = asyncio.create_task(Cars(machine, floor_s=0.001).run())
    machine.memory.calls.append(
        CallElevator(version="2020-01-01", token="t", elevator_id="01", start_floor="2")
    )
    machine.memory.calls.append(
        CallElevator(version="2020-01-01", token="t", elevator_id="02", start_floor="2")
    )
    while machine.told[-1:] != [[("B1", 1, 1), ("2", 0, 0)]]:
        await asyncio.sleep(0.001)
    machine.faults.stuck_cars = frozenset()
    while machine.told[-1:] != [[("2", 0, 0), ("2", 0, 0)]]:
        await asyncio.sleep(0.001)
    running.cancel()


@pytest.mark.timeout(60)
async def test_rules_of_its_own_move_cars_and_states_are_told() -> None:
    """A person whom the machine itself serves (spec G F14), then an overload, a fault, and the fire input."""
    machine = Reported()
    simulated = Cars(machine, floor_s=0.001)
    running = asyncio.create_task(simulated.run())
    first, second = simulated.shaft.cars.values()

    async def so(condition: Callable[[], object]) -> None:
        while not condition():
            await asyncio.sleep(0.001)

    rule = Rule(
        rule_id="r1", user_id="u", elevator_id="02", control_mode="CALL_WITH_TARGET", start_floor="1",
        target_floor_room_list=[RuleFloor(floor="3")],
    )  # fmt: skip
    await linkage.carry_out(machine.memory, rule)
    await so(lambda: second.floors[second.place] == "3" and not second.stops)
    assert ("1", 0, 0) in [told[1] for told in machine.told]  # it stood there with its door open
    assert all(state.running_mode is None for state in machine.memory.run_states)

    first.load_kg, second.mode = 2000, "fault"
    await so(lambda: [state.running_mode for state in machine.memory.run_states] == [5, 4])
    first.load_kg, second.mode = 0, "normal"
    await so(lambda: [state.running_mode for state in machine.memory.run_states] == [0, 0])
    simulated.shaft.fire(burns=True)
    await so(lambda: machine.told[-1:] == [[("B1", 0, 0), ("B1", 0, 0)]] and first.view().door_open)
    assert [state.running_mode for state in machine.memory.run_states] == [2, 2]

    machine.memory.lift_rules["r1"] = rule
    await machine.stop()
    assert machine.memory.lift_rules
    machine.faults.forgets_rules = True
    await machine.stop()
    assert not machine.memory.lift_rules
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await machine.close()
