"""Lifts that keep the rules of linkages themselves: what each is to keep, compared with what it keeps, and mended.

A gateway that supports linkage carries a rule out without the box (spec G F14). So for each pass one of the two acts:
the gateway where it holds the person's rule, else the box. Rows of `desired_rows` bring the difference; here is what is
wanted, when it is compared, and which of the two acts.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from linli.edge.framework import DeviceRefused, ServiceUnknown
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.runtime import lift_rules
from linli.edge.runtime.carriers import STANDING, Calls, reported_rules
from linli.edge.runtime.desired_rows import FOREIGN, LINKED, RULE, Wish, Wishes, mark_of
from linli.edge.runtime.lift_notes import PassNote
from linli.edge.runtime.lift_reports import LiftReports
from linli.edge.runtime.reconciler import Mender
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import LIFTS_MOST, WHY_MOST, LiftKeeping, Linkage, Refresh
from linli.sync import ABSENT, UNKNOWN

log = logger(__name__)

LOOK_S: Final = 5.0
COMPARE_MS: Final = 15 * 60_000
"""How often a gateway that seems in order is compared."""
AGAIN_MS: Final = 60_000
"""How soon one is compared again that could not be."""
WAIT_S: Final = 2.0
"""How long a pass waits for the comparison at a new connection: it decides who acts."""
SWITCH_SERVICE: Final = "SetElevatorRuleState"
SWITCH: Final = STANDING[SWITCH_SERVICE]
ON: Final = {"Availability": "enable"}


@dataclass(slots=True)
class _Gateway:
    """One lift whose readers have linkages."""

    keeps: bool | None = None
    """Whether it keeps rules; None: not known yet."""
    compared: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: since it connected, it was compared, or that failed."""
    compared_ms: int = 0
    same_since_ms: int = 0
    """Since when it keeps what is wanted; 0: it does not."""
    next_ms: int = 0
    next_end_ms: int | None = None
    wanted: int = 0
    confirmed: int = 0
    missing: int = 0
    other: int = 0
    foreign: int = 0
    """As the last comparison found them."""
    unfit: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    """Of the last comparison; `row_why` of a rule that it does not take."""
    row_why: str = ""
    figures: tuple[Any, ...] = ()
    """As the cloud was told last."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class LiftGateways:
    """One per box. `siblings`: all devices of the machine that a device belongs to. `moved` hears of changed states."""

    def __init__(
        self,
        wishes: Wishes,
        mender: Mender,
        calls: Calls,
        clock: Clock,
        *,
        siblings: Callable[[str], Sequence[str]],
        is_online: Callable[[str], bool],
        log_of: Callable[[str], DeviceLog],
        moved: Callable[[], None],
        reports: LiftReports,
    ) -> None:
        self.reports = reports
        self._wishes = wishes
        self._mender = mender
        self._calls = calls
        self._clock = clock
        self._siblings = siblings
        self._is_online = is_online
        self._log_of = log_of
        self._moved = moved
        self._linkages: dict[str, list[Linkage]] = {}
        self._covers: dict[tuple[str, str, str], str] = {}
        self._all: Sequence[Linkage] = ()
        self._gateways: dict[str, _Gateway] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    # what is wanted

    def follow(self, linkages: Sequence[Linkage]) -> None:
        """The linkages of now. Gateways that are there get the difference at once.

        After `stop` they keep what they have: a box that stops takes nothing away.
        """
        if self._stopped:
            return
        self._all = linkages
        self._linkages = lift_rules.on_the_machine(linkages, self._siblings)
        self._covers = {
            (lift, *key): rule
            for lift, rows in self._linkages.items()
            for key, rule in lift_rules.covering(rows).items()
        }
        for lift in self._linkages:
            self._gateways.setdefault(lift, _Gateway())
        for lift in self._gateways:
            self._spawn(self._changed(lift), f"lift-rules-{lift}")

    def deployed(self) -> None:
        """Devices may stand at other machines than before."""
        self.follow(self._all)

    def linkage_of(self, rule: str) -> str:
        return lift_rules.linkage_of(rule, self._all)

    def on_report(self, kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
        """Never blocks."""
        gateway = self._gateways.get(device)
        if gateway is None or kind not in ("online", "offline"):
            return
        gateway.compared.clear()
        if kind == "online":
            self._spawn(self.compare(device), f"lift-rules-{device}")

    def compare_soon(self, device: str = "") -> None:
        """One lift, or all: somebody asked, or it did not do what it keeps. What was given up is tried anew."""
        for lift in [device] if device in self._gateways else self._gateways:
            self._spawn(self._anew(lift), f"lift-rules-{lift}")

    async def refresh(self, wanted: Refresh) -> dict[str, Any]:
        """The cloud asks for it. The answer does not wait for the lifts."""
        self.compare_soon(wanted.kind)
        return {}

    async def _anew(self, lift: str) -> None:
        await self._wishes.ask_again(lift, (LINKED, SWITCH))
        await self.compare(lift)

    # who acts

    def is_online(self, lift: str) -> bool:
        return self._is_online(lift)

    def in_doubt(self, linkage: Linkage, user: str, note: PassNote) -> str:
        """The rule of this user that was being brought to the lift when they passed; empty: none was."""
        rule = self._covers.get((linkage.lift, linkage.id, user), "")
        return rule if rule in note.changing else ""

    async def acts(self, linkage: Linkage, user: str) -> str:
        """The rule by which the gateway serves this user of its own reader; empty: it is for the box to act.

        `user` is by what name the machine knows the person.
        """
        rule = self._covers.get((linkage.lift, linkage.id, user), "")
        gateway = self._gateways.get(linkage.lift)
        if not rule or gateway is None:
            return ""
        if not gateway.compared.is_set() and self._is_online(linkage.lift):
            await self._wait(gateway)
        if gateway.keeps is False:
            return ""
        mark = await self._wishes.reported_mark(linkage.lift, LINKED, rule)
        if mark == UNKNOWN:  # the gateway did not answer: what it holds is read
            gateway.compared.clear()
            self.compare_soon(linkage.lift)
            await self._wait(gateway)
            mark = await self._wishes.reported_mark(linkage.lift, LINKED, rule)
        return "" if mark in (ABSENT, UNKNOWN) else rule

    async def _wait(self, gateway: _Gateway) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await gateway.compared.wait()
        except TimeoutError:
            log.info("a pass does not wait any longer for a lift to be compared")

    # bringing it there

    async def _changed(self, lift: str) -> None:
        """Other linkages: the difference by what is known, without reading back."""
        gateway = self._gateways[lift]
        if not gateway.compared.is_set():
            await self.compare(lift)
            return
        if not gateway.keeps or not self._is_online(lift):
            return
        async with gateway.lock:
            try:
                await self._want(lift, gateway)
                await self._mender.bring(lift)
                await self._wishes.tidy(lift, LINKED)
            except LinliError as error:
                self._failed(lift, gateway, error)
            await self._count(lift, gateway)

    async def compare(self, lift: str) -> None:
        """Read the gateway's rules back, and mend what is missing, other or foreign. Never raises what a lift does."""
        gateway = self._gateways[lift]
        if not self._is_online(lift):
            return
        async with gateway.lock:
            now = self._clock.now_ms()
            try:
                rows = await self._wishes.kept(lift, (LINKED,))
                gateway.next_ms = now + COMPARE_MS
                if not self._linkages.get(lift) and not rows:
                    return  # a gateway of which nothing is wanted is left alone
                reported = await self._rules_of(lift, gateway, bool(rows))
                if reported is None:
                    return
                await self._want(lift, gateway)
                await self._mark(lift, gateway, reported)
                await self._switch(lift)
                gateway.compared_ms, gateway.why = now, ""
                gateway.compared.set()
                await self._mender.bring(lift)
                await self._wishes.tidy(lift, LINKED)
            except LinliError as error:
                self._failed(lift, gateway, error)
            except Exception as error:  # noqa: BLE001  (a driver's fault: it is tried again)
                self._failed(lift, gateway, error)
            finally:
                await self._count(lift, gateway)

    async def _rules_of(self, lift: str, gateway: _Gateway, had_rules: bool) -> dict[str, Any] | None:
        """The gateway's rules by ruleId; None: it supports no linkage. Raises what the call raises."""
        try:
            reported = reported_rules(await self._calls.call(lift, "queryElevatorRules", {}))
        except (ServiceUnknown, DeviceRefused):
            if had_rules:
                raise
            gateway.keeps, gateway.why = False, ""
            gateway.compared.set()
            return None
        gateway.keeps = True
        return reported

    async def _want(self, lift: str, gateway: _Gateway) -> None:
        """Write down what the gateway is to keep; rows that stay as they are are not touched."""
        now = self._clock.now_ms()
        linkages = self._linkages.get(lift, [])
        info = await self._calls.call(lift, "QueryElevatorInfo", {}) if linkages else {}
        wanted = lift_rules.wanted_of(linkages, lift_rules.floors_of(info), now)
        contents = {
            rule: msgspec.json.encode(content, order="sorted").decode()
            for rule, content in wanted.rules.items()
        }
        rows = {kept.item.credential: kept.item for kept in await self._wishes.kept(lift, (LINKED,))}
        changed = [
            Wish(LINKED, rule, content)
            for rule, content in contents.items()
            if rule not in rows or rows[rule].wanted != mark_of(content)
        ]
        gone = [
            Wish(LINKED, rule, "")
            for rule, item in rows.items()
            if rule not in contents and not item.deleting
        ]
        await self._wishes.put(lift, [*gone, *changed])
        gateway.unfit = wanted.unfit
        gateway.next_end_ms = lift_rules.next_end_ms(linkages, now)

    async def _mark(self, lift: str, gateway: _Gateway, reported: Mapping[str, Any]) -> None:
        """Note what is missing, other or foreign; what differs is due then."""
        kept = await self._wishes.kept(lift, (LINKED,))
        others = {row.item.credential for row in await self._wishes.kept(lift, (RULE,)) if row.content}
        marks = {}
        for item, content in kept:
            there = reported.get(item.credential)
            if there is not None:
                same = bool(content) and lift_rules.same(msgspec.json.decode(content), there)
                marks[item.credential] = item.wanted if same else FOREIGN
        wanted = {item.credential for item, content in kept if content}
        gateway.missing = len(wanted - marks.keys())
        gateway.other = sum(mark == FOREIGN for rule, mark in marks.items() if rule in wanted)
        foreign = reported.keys() - wanted - others
        gateway.foreign = len(foreign)
        await self._wishes.reported(lift, LINKED, marks)
        if foreign and len(foreign) == len(reported):
            await self._calls.call(lift, "syncElevatorRules", {"rules": [{"type": 4}]})
            await self._wishes.reported(lift, LINKED, {})
        elif foreign:
            await self._wishes.adopt(lift, LINKED, sorted(foreign))
        if differing := gateway.missing + gateway.other + gateway.foreign:
            counts = {"missing": gateway.missing, "other": gateway.other, "foreign": gateway.foreign}
            self._log_of(lift).info("the lift's rules are mended", wanted=len(wanted), **counts)
            log.info("%s: %d rules of the lift differ", lift, differing)

    async def _switch(self, lift: str) -> None:
        """On, where nobody wished otherwise. `Mender` compares what is wished whenever the lift connects."""
        if not await self._wishes.kept(lift, (SWITCH,)):
            await self._wishes.put(lift, [Wish(SWITCH, SWITCH, msgspec.json.encode(ON).decode())])
        await self._mender.compare_kind(lift, SWITCH)

    async def _count(self, lift: str, gateway: _Gateway) -> None:
        rows = [kept.item for kept in await self._wishes.kept(lift, (LINKED,))]
        gateway.wanted = sum(not item.deleting for item in rows)
        gateway.confirmed = sum(not item.deleting and item.reported == item.wanted for item in rows)
        bad = next((item for item in rows if item.wanted != item.reported and item.detail), None)
        gateway.row_why = bad.detail if bad is not None else ""
        before = gateway.same_since_ms
        if not gateway.why and gateway.compared_ms and all(item.wanted == item.reported for item in rows):
            gateway.same_since_ms = before or self._clock.now_ms()
        else:
            gateway.same_since_ms = 0
        words = (gateway.why, gateway.row_why, gateway.keeps, len(gateway.unfit))
        counts = (gateway.confirmed, gateway.wanted, gateway.same_since_ms, gateway.compared_ms)
        figures = (*counts, *words)
        if figures != gateway.figures:
            gateway.figures = figures
            self._moved()

    def _failed(self, lift: str, gateway: _Gateway, error: Exception) -> None:
        gateway.why = str(error.facts.get("why") or error) if isinstance(error, LinliError) else str(error)
        gateway.next_ms = self._clock.now_ms() + AGAIN_MS
        gateway.compared.set()
        self._log_of(lift).warning("the lift's rules are not compared", why=gateway.why)

    # life

    async def start(self) -> None:
        """Lifts that keep rules of an earlier life are looked after, also where no linkage is left."""
        for lift in await self._wishes.devices_of(LINKED):
            self._gateways.setdefault(lift, _Gateway())

    async def run(self) -> None:
        """From time to time, and when somebody's time is over."""
        while True:
            await self._clock.sleep(LOOK_S)
            for lift, gateway in list(self._gateways.items()):
                try:
                    await self._look(lift, gateway)
                except LinliError as error:
                    log.warning("the rules of %s are not looked at: %s", lift, error)

    async def _look(self, lift: str, gateway: _Gateway) -> None:
        now = self._clock.now_ms()
        if not self._is_online(lift) or gateway.lock.locked():
            return
        if now >= gateway.next_ms or gateway.next_ms > now + COMPARE_MS:  # or the clock was set back
            await self.compare(lift)
        elif gateway.keeps and gateway.next_end_ms is not None and now >= gateway.next_end_ms:
            await self._changed(lift)
        elif gateway.keeps and not gateway.same_since_ms:
            async with gateway.lock:
                await self._count(lift, gateway)

    def _spawn(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        self._stopped = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # how it stands

    def states(self) -> list[LiftKeeping]:
        """Of the lifts that have linkages, for the cloud."""
        return [
            LiftKeeping(
                device_name=lift,
                keeps=gateway.keeps,
                wanted=gateway.wanted,
                confirmed=gateway.confirmed,
                compared_ms=gateway.compared_ms,
                same_since_ms=gateway.same_since_ms,
                missing=gateway.missing,
                other=gateway.other,
                foreign=gateway.foreign,
                unfit=len(gateway.unfit),
                unfit_why=next(iter(gateway.unfit.values()), "")[:WHY_MOST],
                why=(gateway.why or gateway.row_why)[:WHY_MOST],
            )
            for lift, gateway in sorted(self._gateways.items())
            if self._linkages.get(lift) or gateway.wanted
        ][:LIFTS_MOST]
