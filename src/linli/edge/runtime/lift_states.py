"""Which cars of the lifts behind the box do not run: as their lifts tell, also with the line cut, and as people say.

Kept in the box's file, so that a box that restarts does not call a car with somebody trapped in it.
"""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from linli.edge.runtime.carriers import STANDING
from linli.edge.runtime.deployer import keep, kept
from linli.edge.runtime.desired_rows import find_content
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import LiftOrders
from linli.rules import lift_states
from linli.rules.lift_states import NORMAL, OUT, WHOLE, Choice, worst

log = logger(__name__)

_KEPT: Final = "lift_states"
SWITCH: Final = STANDING["SetElevatorRuleState"]
"""The wish that keeps whether linkages of a lift are on."""
MOST_CARS: Final = 256
"""Of one lift: what a lift tells is bounded before it is trusted."""
_ONCE: Final = {"Fault": lift_states.FAULT, "Trapped": lift_states.TRAPPED}
_WORDS: Final = {
    lift_states.INSPECTION: "under inspection", lift_states.FIRE: "in fire mode",
    lift_states.OUT: "out of service", lift_states.FAULT: "faulty", lift_states.OVERLOAD: "overloaded",
    lift_states.TRAPPED: "holding somebody who is trapped", lift_states.EMERGENCY: "locked by an emergency",
}  # fmt: skip


class LiftStates:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._told: dict[str, dict[str, str]] = {}
        """By DeviceName and car; cars that run are absent."""
        self._keeping: asyncio.Task[None] | None = None
        self._again = False

    async def start(self) -> None:
        if (data := await kept(self._store, _KEPT)) is None:
            return
        try:
            self._told = msgspec.json.decode(data, type=dict[str, dict[str, str]])
        except msgspec.MsgspecError as error:
            log.error("the kept states of lifts cannot be read: %s", error)

    async def stop(self) -> None:
        if self._keeping is not None:
            await asyncio.gather(self._keeping, return_exceptions=True)

    def on_report(self, kind: str, device: str, name: str, values: Mapping[str, Any]) -> None:
        """Reports of the box's devices. Never blocks."""
        states = _told_in(kind, name, values)
        if not states:
            return
        before = self._told.get(device, {})
        now = {car: state for car, state in {**before, **states}.items() if state != NORMAL}
        if now != before:
            self._told[device] = dict(list(now.items())[:MOST_CARS])
            self._again = True
            if self._keeping is None or self._keeping.done():
                self._keeping = asyncio.create_task(self._keep(), name="keep-lift-states")

    def choose(self, lift: str, orders: LiftOrders | None, car: str, floors: Sequence[str]) -> Choice:
        """Which car a pass calls, or why none."""
        orders = orders or LiftOrders()
        now_ms, reported = self._clock.now_ms(), self._told.get(lift, {})
        out = {car for car, until_ms in orders.out.items() if not until_ms or now_ms < until_ms}
        states: dict[str, str] = {
            number: worst([reported.get(number, NORMAL), OUT if number in out else NORMAL])
            for number in {*reported, *out}
        }
        if orders.emergency:
            states[WHOLE] = lift_states.EMERGENCY
        cars = orders.cars or {number: [] for number in reported if number != WHOLE}
        return lift_states.choose(states, cars, mode=orders.mode, car=car, floors=floors)

    async def _keep(self) -> None:
        while self._again:
            self._again = False
            try:
                await keep(self._store, _KEPT, msgspec.json.encode(self._told))
            except LinliError as error:
                log.error("the states of lifts are not kept: %s", error)
                return


async def switched_off(store: Store, lift: str) -> bool:
    """Whether the linkages of a lift were switched off."""

    def look(connection: sqlite3.Connection) -> tuple[str, str] | None:
        return find_content(connection, (lift,), SWITCH, SWITCH)

    row = await store.read(look)
    content: dict[str, Any] = msgspec.json.decode(row[1], type=dict[str, Any]) if row else {}
    return content.get("Availability") == "disable"


def words(choice: Choice) -> str:
    """Why no car was called, for the record."""
    return f"not called: the lift is {_WORDS[choice.state]}"


def _told_in(kind: str, name: str, values: Mapping[str, Any]) -> dict[str, str]:
    if kind == "event" and name in _ONCE:
        return {str(values.get("ElevatorID") or WHOLE): _ONCE[name]}
    if kind != "property":
        return {}
    states = {}
    if isinstance(mode := values.get("RunningMode"), int):
        states[WHOLE] = str(lift_states.state_of(mode))
    rows = values.get("ElevatorRunningMode")
    for row in rows[:MOST_CARS] if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(mode := row.get("RunningMode"), int):
            states[str(row.get("ElevatorID") or WHOLE)] = lift_states.state_of(mode)
    return states
