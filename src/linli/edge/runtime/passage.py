"""Passage rules (通行规则) on the box: a person passes a door, and a lift comes. Spec C C010, C016; G F14, F15.

The rules are kept in the box's file and carried out here, so that they hold with the line cut. The result of each is
sent up as an event of the lift.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.runtime.deployer import keep, kept
from linli.edge.runtime.lift_fires import FIRE, LiftFires
from linli.edge.runtime.lift_floors import Lifts, exits_of
from linli.edge.runtime.lift_gateways import LiftGateways
from linli.edge.runtime.lift_journal import Entry, Journal
from linli.edge.runtime.lift_passes import LiftPasses
from linli.edge.runtime.lift_rules import in_service
from linli.edge.runtime.passers import Pass, Passers, info_of
from linli.edge.runtime.reports import FollowUp
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import (
    IN_CAR,
    Linkage,
    PassageRule,
    PassageRules,
    rules_path,
)
from linli.rules import PassCode, ways

log = logger(__name__)

_KEPT: Final = "passage_rules"
_NOT_ANY_MORE: Final = (PassCode.QR_EXPIRED, PassCode.QR_USED_UP)


class Passage:
    """`gateways` are the lifts that keep rules themselves; `face_user` as of `Passers`.

    `report` takes the time of an event that is told late. `siblings`: all devices of the machine of a device.
    `is_registered`: whether a device is deployed.
    """

    def __init__(
        self,
        store: Store,
        cloud: CloudCaller,
        callers: Lifts,
        clock: Clock,
        *,
        report: Callable[[str, str, Mapping[str, Any], int | None], Awaitable[None]],
        siblings: Callable[[str], tuple[str, ...]],
        is_registered: Callable[[str], bool],
        gateways: LiftGateways,
        face_user: Callable[[str, str], Awaitable[str]],
    ) -> None:
        self._store = store
        self._cloud = cloud
        self._clock = clock
        self._siblings = siblings
        self._gateways = gateways
        self.rules = PassageRules()
        self._fires = LiftFires(store, clock)
        self.passes = LiftPasses(
            store,
            callers,
            clock,
            rules=self.rules_now,
            report=report,
            is_registered=is_registered,
            gateways=gateways,
            passers=Passers(store, siblings, face_user),
        )
        self._was_awake = False

    async def start(self) -> None:
        """Load the stored rules, carry them out from now on, and go on with passes of before."""
        await self.passes.states.start()
        await self._fires.start()
        data = await kept(self._store, _KEPT)
        if data is not None:
            self._take(data)
        rows = await self.passes.journal.kept()
        self.passes.stopped = False
        for row in rows:
            self.passes.resume(row, again=self._was_awake)
        self._was_awake = True

    def _take(self, data: bytes) -> None:
        try:
            self.rules = msgspec.json.decode(data, type=PassageRules)
            self._bring()
        except msgspec.MsgspecError as error:
            log.error("the kept passage rules cannot be read and are fetched again: %s", error)

    async def stop(self) -> None:
        """Carry out nothing any more; the rules stay stored."""
        self.passes.stopped = True
        self.rules = PassageRules()
        self._gateways.follow(())
        await self.passes.stop()

    def _is_stopped(self) -> bool:
        return self.passes.stopped

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
            self.passes.floors.clear()
            await self._fires.agree(passage_rules)
            self._bring()
            await self._fetch()
        except (CloudUnreachable, CloudRefused) as error:
            log.info("the passage rules are not fetched: %s", error)
            return False
        except LinliError as error:
            log.error("the passage rules are not kept: %s", error)
            return False
        log.info("passage rules: %d hold, and %d linkages", len(self.rules.rules), len(self.rules.linkages))
        return True

    def rules_now(self) -> PassageRules:
        """With the lifts locked that the box locked itself."""
        return self._fires.over(self.rules)

    def _bring(self) -> None:
        """To lifts that keep rules themselves."""
        self._gateways.follow(in_service(self.rules_now()))

    async def _fetch(self) -> PassageRules:
        data = await self._cloud.get(rules_path(self.rules.version))
        try:
            return msgspec.json.decode(data, type=PassageRules)
        except msgspec.MsgspecError as error:
            raise CloudRefused(
                status=200, error="", message=f"the passage rules cannot be read: {error}"
            ) from None

    def is_in_car(self, device: str) -> bool:
        """Whether a reader stands in a lift's car, as linkages tell."""
        doors = {device, *self._siblings(device)}
        return any(linkage.door in doors and linkage.mode in IN_CAR for linkage in self.rules.linkages)

    # a person passed

    def on_report(self, kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
        """Reports of the box's devices. Never blocks."""
        self.passes.states.on_report(kind, device, name, values)

    def follow(self, device: str, name: str, values: Mapping[str, Any]) -> FollowUp | None:
        """What an event of a device starts: the rules of a person's pass, the lock of a fire input."""
        if name == FIRE and not self._is_stopped():
            return self._fires.alarm(device, self.rules, self._bring)
        if name != "passEvent":
            return None
        if values.get("code") != PassCode.SUCCESS:
            return self._down(device, values)
        doors = {device, *self._siblings(device)}
        started: list[PassageRule | Linkage] = [rule for rule in self.rules.rules if rule.door in doors]
        linkages = [linkage for linkage in self.rules.linkages if linkage.door in doors]
        started += linkages
        if not started:
            return None
        content = str(values.get("content", ""))
        notes = {
            lift: self._gateways.reports.passed(lift, content)
            for lift in {linkage.lift for linkage in linkages} & doors
        }
        passed = Pass(device, str(values.get("type", "")), content, info_of(values), notes)
        # Whose way up is over is let out of the car, and up no more.
        return self._following(started, passed, down=passed.info.get("way") == ways.DOWN)

    def _down(self, device: str, values: Mapping[str, Any]) -> "Following | None":
        """A reader upstairs refused a code whose time or entries are over: it may still call the lift down."""
        if values.get("type") != "qrCode" or values.get("code") not in _NOT_ANY_MORE:
            return None
        doors = {device, *self._siblings(device)}
        started = [
            rule
            for rule in self.rules.rules
            if rule.door in doors and rule.visitors and exits_of(self.rules, rule)
        ]
        passed = Pass(device, "qrCode", str(values.get("content", "")), info_of(values))
        return self._following(started, passed, down=True) if started else None

    def _following(
        self, rules: Sequence[PassageRule | Linkage], passed: Pass, *, down: bool = False
    ) -> "Following":
        at_ms, steady_ms = self._clock.now_ms(), self._clock.steady_ms()
        entries = [Entry(rule, passed, at_ms, steady_ms, down=down) for rule in rules]
        return Following(self.passes.journal, entries, self.passes.begin)


class Following:
    """The rules that one pass starts. Implements `reports.FollowUp`."""

    def __init__(self, journal: Journal, entries: Sequence[Entry], begin: Callable[[Entry], None]) -> None:
        self._journal = journal
        self._entries = entries
        self._begin = begin

    def keep(self, connection: sqlite3.Connection) -> None:
        self._journal.insert(connection, self._entries)

    def begin(self) -> None:
        for entry in self._entries:
            self._begin(entry)
