"""Passage rules (通行规则) on the box: a person passes a door, and a lift comes. Spec C C010, C016; G F14, F15.

The rules are kept in the box's file and carried out here, so that they hold with the line cut. The result of each is
sent up as an event of the lift.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.runtime.deployer import keep, kept
from linli.edge.runtime.desired_rows import BLE, CARD, QR, find_content
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import (
    RULE_EVENT,
    LiftFloor,
    PassageRule,
    PassageRules,
    rules_path,
)

log = logger(__name__)

_KEPT: Final = "passage_rules"
MOST_AT_ONCE: Final = 64
"""Most rules under way at once: a lift that does not answer must not fill the box."""
INFO_MS: Final = 10 * 60_000
"""How long the lift's list of floors and rooms is taken for true."""
NOT_REACHED: Final = -1
"""`code` of a rule whose lift gave no answer."""
_WAYS: Final[dict[str, tuple[str, str]]] = {
    "qrCode": (QR, "person"),
    "tradCard": (CARD, "userId"),
    "bleCard": (BLE, "userId"),
}
"""By the pass's type: kind of the wish that holds the credential, and the field of its content that names the person."""


class Lifts(Protocol):
    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]: ...


class Pass(NamedTuple):
    """A person who just passed."""

    device: str
    way: str
    content: str
    info: Mapping[str, Any]


class _Info(NamedTuple):
    """A lift's floors as it lists them."""

    at_ms: int
    floors: Mapping[str, str]
    """By room."""
    with_rooms: frozenset[str]


class Passage:
    """`siblings`: all devices of the machine that a device belongs to. `is_registered`: whether a device is deployed."""

    def __init__(
        self,
        store: Store,
        cloud: CloudCaller,
        lifts: Lifts,
        clock: Clock,
        *,
        report: Callable[[str, str, Mapping[str, Any]], Awaitable[None]],
        siblings: Callable[[str], tuple[str, ...]],
        is_registered: Callable[[str], bool],
    ) -> None:
        self._store = store
        self._cloud = cloud
        self._lifts = lifts
        self._clock = clock
        self._report = report
        self._siblings = siblings
        self._is_registered = is_registered
        self.rules = PassageRules()
        self._stopped = True
        self._info: dict[str, _Info] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Load the stored rules, and carry them out from now on."""
        self._stopped = False
        data = await kept(self._store, _KEPT)
        if data is None:
            return
        try:
            self.rules = msgspec.json.decode(data, type=PassageRules)
        except msgspec.MsgspecError as error:
            log.error("the kept passage rules cannot be read and are fetched again: %s", error)

    async def stop(self) -> None:
        """Carry out nothing any more; the rules stay stored."""
        self._stopped = True
        self.rules = PassageRules()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_stopped(self) -> bool:
        return self._stopped

    async def refresh(self) -> bool:
        """Fetch the rules and keep them; whether there were others.

        The question after that tells the cloud that they hold. While it does not run, nothing is fetched.
        """
        if self._is_stopped():
            return False
        try:
            passage_rules = await self._fetch()
            if passage_rules.unchanged:
                return False
            await keep(self._store, _KEPT, msgspec.json.encode(passage_rules))
            if self._is_stopped():  # meanwhile
                return False
            self.rules = passage_rules
            self._info.clear()
            await self._fetch()
        except (CloudUnreachable, CloudRefused) as error:
            log.info("the passage rules are not fetched: %s", error)
            return False
        except LinliError as error:
            log.error("the passage rules are not kept: %s", error)
            return False
        log.info("passage rules: %d hold", len(self.rules.rules))
        return True

    async def _fetch(self) -> PassageRules:
        data = await self._cloud.get(rules_path(self.rules.version))
        try:
            return msgspec.json.decode(data, type=PassageRules)
        except msgspec.MsgspecError as error:
            raise CloudRefused(
                status=200, error="", message=f"the passage rules cannot be read: {error}"
            ) from None

    # a person passed

    def on_report(self, kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
        """Reports of the box's devices: a person's pass starts rules. Never blocks."""
        if kind != "event" or name != "passEvent" or values.get("code") != 0:
            return
        doors = {device, *self._siblings(device)}
        passage_rules = [passage_rule for passage_rule in self.rules.rules if passage_rule.door in doors]
        if not passage_rules:
            return
        passed = Pass(device, str(values.get("type", "")), str(values.get("content", "")), _info_of(values))
        for rule in passage_rules:
            if len(self._tasks) >= MOST_AT_ONCE:
                log.warning("passage rule %s is left out: %d are under way", rule.id, len(self._tasks))
                continue
            task = asyncio.create_task(self._carry_out(rule, passed), name=f"passage-{rule.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, rule: PassageRule, passed: Pass) -> None:
        try:
            person = await self._person(passed)
            homes = rule.persons.get(person, []) if rule.release else []
            if rule.delay_s:
                await asyncio.sleep(rule.delay_s)
            targets, code, message = await self._lift(rule, homes)
            if code == 0 and rule.release and not targets:
                message = "called; no floors are known of this person"
            await self._tell(rule, passed, person, targets, code, message)
        except LinliError as error:
            log.error("passage rule %s: its result is not kept: %s", rule.id, error)

    async def _lift(
        self, rule: PassageRule, homes: Sequence[LiftFloor]
    ) -> tuple[list[dict[str, str]], int, str]:
        """(floors, code, words): the car comes to the door, then the person's floors are free."""
        targets: list[dict[str, str]] = []
        try:
            call = {
                "ElevatorID": rule.elevator,
                "StartFloor": rule.start_floor,
                "StartRoomNumber": rule.start_room,
            }
            answer = await self._lifts.call(rule.lift, "CloudCallElevator", _filled(call))
            code, message = int(answer.get("code", 0)), str(answer.get("message", ""))
            if code == 0 and homes:
                targets = await self._targets(rule.lift, homes)
                if targets:
                    floors = [
                        _filled({"floor": target["floor"], "room": target.get("roomNumber", "")})
                        for target in targets
                    ]
                    freed = {**_filled({"elevatorId": rule.elevator}), "floorRoomList": floors}
                    await self._lifts.call(rule.lift, "releaseFloors", freed)
        except LinliError as error:
            return targets, NOT_REACHED, str(error)
        return targets, code, message

    async def _targets(self, lift: str, homes: Sequence[LiftFloor]) -> list[dict[str, str]]:
        """Floors as this lift names them; a room stands only where the lift has rooms (spec G 3.6)."""
        info = await self._lift_info(lift)
        targets: dict[tuple[str, str], dict[str, str]] = {}
        for home in homes:
            floor = info.floors.get(home.room) or home.floor
            if not floor:
                continue
            room = home.room if floor in info.with_rooms else ""
            targets[floor, room] = _filled({"floor": floor, "roomNumber": room})
        return list(targets.values())

    async def _lift_info(self, lift: str) -> _Info:
        """A lift that cannot say is asked again with the next pass."""
        info, now = self._info.get(lift), self._clock.now_ms()
        if info is not None and now - info.at_ms < INFO_MS:
            return info
        try:
            rows = (await self._lifts.call(lift, "QueryElevatorInfo", {})).get("FloorRoomInfo", [])
        except LinliError:
            return _Info(now, {}, frozenset())
        rooms = {str(row["RoomNumber"]): str(row["Floor"]) for row in rows if row.get("RoomNumber")}
        lift_info = self._info[lift] = _Info(now, rooms, frozenset(rooms.values()))
        return lift_info

    async def _person(self, passed: Pass) -> str:
        """identityId of who passed, as far as the box knows; else empty."""
        if passed.way == "face":
            return str(passed.info.get("userId", ""))
        if passed.way not in _WAYS:
            return ""
        kind, field = _WAYS[passed.way]
        # A sealed code stands in clear where the doorkeeper put it.
        credential = str(passed.info.get("userId") or passed.content) if kind == QR else passed.content
        doors = self._siblings(passed.device)

        def look(connection: sqlite3.Connection) -> tuple[str, str] | None:
            return find_content(connection, doors, kind, credential)

        row = await self._store.read(look)
        content: dict[str, Any] = msgspec.json.decode(row[1], type=dict[str, Any]) if row else {}
        return str(content.get(field) or "")

    async def _tell(
        self,
        rule: PassageRule,
        passed: Pass,
        person: str,
        targets: list[dict[str, str]],
        code: int,
        message: str,
    ) -> None:
        if not self._is_registered(rule.lift):
            log.warning("passage rule %s: its lift %s is not deployed", rule.id, rule.lift)
            return
        filleds = _filled(
            {
                "ruleId": rule.id,
                "elevatorId": rule.elevator,
                "userId": person,
                "authType": passed.way,
                "authContent": passed.content,
                "startFloor": rule.start_floor,
                "startRoom": rule.start_room,
                "message": message,
            }
        )
        mode = "CALL_WITH_TARGET" if targets else "CALL_ONLY"
        more = {"targetFloorRoomList": targets} if targets else {}
        event = {**filleds, **more, "controlMode": mode, "delaySeconds": rule.delay_s, "code": code}
        await self._report(rule.lift, RULE_EVENT, event)


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _info_of(values: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(values.get("extInfo") or "{}", type=dict[str, Any])
    except (msgspec.MsgspecError, TypeError):
        return {}
