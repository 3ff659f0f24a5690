"""What a lift controller of this kind must do, besides what the bench asks of every device."""

from typing import Any

from linli.edge.framework import ParamsBad
from linli.edge.framework.certification import Case, Trial


def _floor(trial: Trial) -> str:
    rows = trial.things.values.get(trial.device, {}).get("ElevatorStatus") or [{}]
    return str(rows[0].get("CurrentPosition", ""))


async def _floors(trial: Trial) -> list[str]:
    info = await trial.call("QueryElevatorInfo")
    return list(dict.fromkeys(row["Floor"] for row in info["FloorRoomInfo"]))


async def states(trial: Trial) -> None:
    await trial.until(lambda: bool(_floor(trial)), "no floor was told")
    values: dict[str, Any] = trial.things.values[trial.device]
    trial.expect("ElevatorRunningMode" in values, "no running mode was told")
    asked = await trial.call("QueryElevatorStatus")
    trial.expect(bool(asked["ElevatorStatus"]), "the state of no car is answered")


async def call(trial: Trial) -> None:
    floor = (await _floors(trial))[-1]
    called = await trial.call("CloudCallElevator", {"StartFloor": floor})
    trial.expect(called["code"] == 0, f"the call was refused: {called['message']}")
    outcome = await trial.call("awaitElevator", {"StartFloor": floor})
    trial.expect(outcome["code"] == 0, outcome["message"])
    trial.expect(_floor(trial) == floor, f"it came, and tells {_floor(trial)}")


async def release(trial: Trial) -> None:
    first, second = (await _floors(trial))[:2]
    await trial.call("releaseFloors", {"floorRoomList": [{"floor": first}]})
    trial.expect(not await trial.subject.act("press", floor=second), "a floor that was not freed answers")
    trial.expect(await trial.subject.act("press", floor=first), "a floor that was freed does not answer")
    await trial.until(lambda: _floor(trial) == first, "the car did not go to the floor that was pressed")


async def light(trial: Trial) -> None:
    floor = (await _floors(trial))[-1]
    await trial.call("activateFloor", {"floorRoomList": [{"floor": floor}]})
    await trial.until(lambda: _floor(trial) == floor, "the car did not go to the floor that was lit")


async def unknown_floor(trial: Trial) -> None:
    try:
        await trial.call("CloudCallElevator", {"StartFloor": "no such"})
    except ParamsBad as bad:
        trial.expect(bad.field == "StartFloor", f"the fault is said of {bad.field}")
        return
    trial.expect(False, "a floor that the lift lacks was taken")


async def fire(trial: Trial) -> None:
    floor = (await _floors(trial))[-1]
    await trial.subject.act("fire", burns=True)
    await trial.until(
        lambda: bool(trial.things.events_of(trial.device, "FireAlarm")), "the fire input was not told"
    )
    called = await trial.call("CloudCallElevator", {"StartFloor": floor})
    trial.expect(called["code"] != 0, "a call was taken during a fire")
    await trial.subject.act("fire", burns=False)

    def is_normal() -> bool:
        rows = trial.things.values[trial.device]["ElevatorRunningMode"]
        return all(row["RunningMode"] == 0 for row in rows)

    await trial.until(is_normal, "the end of the fire was not told")


CASES = (
    Case("states", "spec G A22, A23", states),
    Case("call", "spec G A26", call),
    Case("release", "spec G A24", release),
    Case("light", "spec G A25", light),
    Case("unknown_floor", "contract 1", unknown_floor),
    Case("fire", "ADR 0094", fire),
)
