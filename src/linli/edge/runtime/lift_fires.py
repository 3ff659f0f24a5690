"""Fire inputs of devices behind the box: it locks lifts by itself and at once, with the line cut too. ADR 0099.

The event goes to the platform as all do, and there an emergency is declared. A lock ends when the platform says that a
person ended an emergency of the lift after the fire, and never by itself.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from linli.edge.runtime.deployer import keep, kept
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import LiftOrders, PassageRules

log = logger(__name__)

FIRE: Final = "FireAlarm"
SKEW_MS: Final = 120_000
"""By how much the two clocks may differ."""
_KEPT: Final = "lift_fires"


class Fire(msgspec.Struct, frozen=True):
    at_ms: int
    """By the box's clock."""
    known_end_ms: int = 0
    """Of the last emergency that was over by then, as far as the box knew."""


class LiftFires:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._fires: dict[str, Fire] = {}
        """By DeviceName of the lift."""

    async def start(self) -> None:
        if (data := await kept(self._store, _KEPT)) is None:
            return
        try:
            self._fires = msgspec.json.decode(data, type=dict[str, Fire])
        except msgspec.MsgspecError as error:
            log.error("the kept fires cannot be read: %s", error)

    def alarm(self, device: str, rules: PassageRules, locked: Callable[[], None]) -> "Alarm":
        """A device's fire input: of a lift's own that lift, of any other device every lift behind the box."""
        lifts = {rule.lift for rule in rules.rules} | {linkage.lift for linkage in rules.linkages}
        lifts |= rules.lifts.keys()
        now = self._clock.now_ms()
        for lift in [device] if device in lifts else lifts:
            self._fires[lift] = Fire(now, rules.lifts.get(lift, LiftOrders()).ended_ms)
        log.warning("a fire input of %s locks lifts", device)
        return Alarm(msgspec.json.encode(self._fires), locked)

    async def agree(self, rules: PassageRules) -> None:
        """With what the platform says now. Raises StoreBroken."""
        now, left = self._clock.now_ms(), {}
        for lift, fire in self._fires.items():
            at_ms = min(fire.at_ms, now)  # the clock may have been ahead then
            orders = rules.lifts.get(lift, LiftOrders())
            later = orders.ended_ms != fire.known_end_ms and orders.ended_ms >= at_ms - SKEW_MS
            if orders.emergency or not later:
                left[lift] = Fire(at_ms, fire.known_end_ms)
        if left != self._fires:
            self._fires = left
            await keep(self._store, _KEPT, msgspec.json.encode(left))

    def over(self, rules: PassageRules) -> PassageRules:
        """The rules with the lifts locked that the box locked itself."""
        if not self._fires:
            return rules
        return msgspec.structs.replace(rules, lifts={**rules.lifts, **self._locked(rules, self._fires)})

    @staticmethod
    def _locked(rules: PassageRules, lifts: Iterable[str]) -> dict[str, LiftOrders]:
        return {
            lift: msgspec.structs.replace(rules.lifts.get(lift, LiftOrders()), emergency=True)
            for lift in lifts
        }


class Alarm:
    """Kept in the commit of the event. Implements `reports.FollowUp`."""

    def __init__(self, fires: bytes, locked: Callable[[], None]) -> None:
        self._fires = fires
        self._locked = locked

    def keep(self, connection: sqlite3.Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO box_state VALUES (?, ?)", (_KEPT, self._fires))

    def begin(self) -> None:
        self._locked()
