"""Passes that call lifts, each carried to its result: who it was, who acts, when, and what the lift answered.

Written down at each step (`lift_journal`), so that a box that is killed loses none of them and calls for none twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from linli.edge.runtime.lift_arrivals import Called, outcome, refusal
from linli.edge.runtime.lift_floors import LiftFloors, Lifts, exits_of, filled, floors_of, ways_down
from linli.edge.runtime.lift_gateways import LiftGateways
from linli.edge.runtime.lift_journal import GATEWAY, MISSED, SENT, Entry, Journal, Row, Work
from linli.edge.runtime.lift_states import LiftStates, switched_off, words
from linli.edge.runtime.passers import Passers, Who
from linli.edge.runtime.queue import Together
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import (
    CALL_ONLY,
    CALL_WITH_TARGET,
    RULE_EVENT,
    LiftFloor,
    Linkage,
    LinkageTarget,
    PassageRule,
    PassageRules,
)
from linli.rules import lifts
from linli.rules.lift_states import code_of

log = logger(__name__)

MOST_AT_ONCE: Final = 4096
"""Most rules under way at once, those that wait for `delaySeconds` among them: twenty passes a second for over three
minutes. A lift that does not answer must not fill the box."""
NOT_REACHED: Final = -1
"""`code` of a rule whose lift gave no answer."""
ENDED: Final = -2
"""`code` of a rule whose right ended while it waited."""
_ENDED_WORDS: Final = "the right ended before the lift was called"
LATE: Final = -3
"""`code` of a rule that could not be carried out in time, since the box was down."""
UNSURE: Final = -4
"""`code` of a rule whose lift was asked, and the box went down before it answered."""
_LATE_WORDS: Final = "the box was down, and it is too late to call the lift"
_SENT_WORDS: Final = "the box went down while it called the lift; it does not call again"
_CROWDED_WORDS: Final = "too many calls wait for this lift"
TIMELY_MS: Final = 60_000
"""How long after its time a pass may still call: who waits longer has pressed the button. ADR 0099."""
LOOK_S: Final = 0.1
DOUBT_S: Final = 3.0
"""How long a gateway that may have a rule or not has to tell that it acted."""


class LiftPasses:
    """`rules` are those of now. `report` keeps an event of a lift; `is_registered`: whether a device is deployed."""

    def __init__(
        self,
        store: Store,
        callers: Lifts,
        clock: Clock,
        *,
        rules: Callable[[], PassageRules],
        report: Callable[[str, str, Mapping[str, Any], int | None], Awaitable[None]],
        is_registered: Callable[[str], bool],
        gateways: LiftGateways,
        passers: Passers,
    ) -> None:
        self.journal = self._journal = Journal(store, clock)
        self.states = LiftStates(store, clock)
        self.floors = LiftFloors(callers, clock)
        self.stopped = True
        self._store = store
        self._lifts = callers
        self._clock = clock
        self._rules = rules
        self._report = report
        self._is_registered = is_registered
        self._gateways = gateways
        self._passers = passers
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """What is under way is gone on with at the next start."""
        self.stopped = True
        for task in list(self._tasks):
            task.cancel()
        await self.settled()
        await self.states.stop()

    async def settled(self) -> None:
        """Until nothing is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self, entry: Entry) -> None:
        if self.stopped:
            return
        if len(self._tasks) >= MOST_AT_ONCE:
            log.warning("passage rule %s is left out: %d are under way", entry.rule.id, len(self._tasks))
            self._spawn(entry, self._tell(entry.rule, entry, "", [], NOT_REACHED, _CROWDED_WORDS))
        else:
            self._spawn(entry, self._carry(entry))

    def _spawn(self, entry: Entry, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"passage-{entry.rule.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, entry: Entry) -> None:
        try:
            if isinstance(entry.rule, Linkage):
                await self._link(entry.rule, entry)
            else:
                await self._carry_out(entry.rule, entry)
        except LinliError as error:
            log.error("passage rule %s: its result is not kept: %s", entry.rule.id, error)

    # after a restart

    def resume(self, row: Row, *, again: bool) -> None:
        """Go on with a pass of an earlier life: what was sent is not sent again. `again`: only the component was off."""
        entry, lift = row.entry, row.entry.rule.lift
        if row.stage in (GATEWAY, MISSED) and again:
            return  # they are known
        if row.own:
            note = self._gateways.reports.passed(lift, entry.passed.content)
            entry.passed = entry.passed._replace(notes={lift: note})
            if row.stage == MISSED:
                note.missed.add(row.gateway_rule)
            if row.stage == GATEWAY and isinstance(entry.rule, Linkage):
                wait_s = max(0, entry.rule.delay_s - self._age_ms(entry) // 1000)
                self._gateways.reports.expect(
                    note, row.gateway_rule, wait_s, partial(self._missed, entry.rule, entry)
                )
        if row.stage == SENT:
            self._spawn(entry, self._not_again(entry))
        elif row.stage not in (GATEWAY, MISSED):
            self.begin(entry)

    async def _not_again(self, entry: Entry) -> None:
        try:
            await self._is_there(entry.rule.lift, self._clock.steady_ms() + TIMELY_MS, online=False)
            who = await self._passers.who(entry.passed, self._rules())
            await self._tell(entry.rule, entry, who.person, [], UNSURE, _SENT_WORDS)
        except LinliError as error:
            log.error("passage rule %s: its result is not kept: %s", entry.rule.id, error)

    async def _is_there(self, lift: str, until_ms: int, *, online: bool = True) -> bool:
        """Whether a lift is deployed, and connected, in time."""
        while not (self._is_registered(lift) and (not online or self._gateways.is_online(lift))):
            if self._clock.steady_ms() >= until_ms:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def _wait(self, entry: Entry, delay_s: int) -> bool:
        """Until the lift is to be called; False: that is too late."""
        if entry.waited:
            return True
        if not entry.resumed:
            await asyncio.sleep(delay_s)
            return True
        now, left_ms = self._clock.steady_ms(), delay_s * 1000 - self._age_ms(entry)
        if not entry.same_boot or left_ms < -TIMELY_MS:
            await self._is_there(entry.rule.lift, now + TIMELY_MS, online=False)
            return False
        await asyncio.sleep(max(0, left_ms) / 1000)
        return await self._is_there(entry.rule.lift, now + left_ms + TIMELY_MS)

    def _age_ms(self, entry: Entry) -> int:
        return self._clock.steady_ms() - entry.steady_ms if entry.same_boot else entry.rule.delay_s * 1000

    # linkages

    async def _link(self, linkage: Linkage, entry: Entry) -> None:
        """For whom the linkage serves, and for nobody else (spec E 5.6)."""
        who = await self._passers.who(entry.passed, self._rules())
        current: Linkage | None = linkage
        if entry.resumed:  # it is stored without the persons
            current = next((each for each in self._rules().linkages if each.id == linkage.id), None)
        target = self._target(current, who)
        if current is None or target is None or await self._is_off(linkage.lift):
            await self._journal.done(entry)
            return
        linkage = current
        if not entry.down and who.person in linkage.persons and await self._gateway_acts(linkage, entry, who):
            return
        if linkage.delay_s or entry.resumed or entry.waited:
            if not await self._wait(entry, linkage.delay_s):
                await self._tell(linkage, entry, who.person, [], LATE, _LATE_WORDS)
                return
            current = next((each for each in self._rules().linkages if each.id == linkage.id), None)
            target = self._target(current, who)
            if current is None or target is None or await self._is_off(linkage.lift):
                await self._tell(linkage, entry, who.person, [], ENDED, _ENDED_WORDS)
                return
            linkage = current
        let_out = [LiftFloor(floor=floor) for floor in exits_of(self._rules(), linkage)]
        if entry.down and not let_out:
            await self._journal.done(entry)
            return
        stops = await self.floors.stops(linkage.lift, let_out if entry.down else target.floors)
        floors = [linkage.start_floor, *(stop.floor for stop in stops[:1])]
        linkage, code, message = self._chosen(linkage, floors)
        called: Called | None = None
        if not code:
            await self._journal.sent(entry)
            code, message, called = await self._order(linkage, stops)
        targets = [filled({"floor": stop.floor, "roomNumber": stop.room}) for stop in stops]
        if linkage.mode == CALL_ONLY:
            targets = []
        code, message = await self._outcome(linkage.lift, called, code, message)
        await self._tell(linkage, entry, who.person, targets, code, message, called=called)

    def _target(self, linkage: Linkage | None, who: Who) -> LinkageTarget | None:
        if linkage is None:
            return None
        return lifts.target_of(linkage.persons, linkage.credentials, who.person, who.mark, self._counts)

    async def _gateway_acts(self, linkage: Linkage, entry: Entry, who: Who) -> bool:
        """Whether the lift serves this pass by a rule of its own: then it tells of it, and the box does nothing."""
        reports, note = self._gateways.reports, entry.passed.notes.get(linkage.lift)
        if note is not None and (rule := self._gateways.in_doubt(linkage, who.user or who.person, note)):
            # Only this lift knows whether it had the rule in that moment.
            entry.waited = True
            return await reports.heard(note, rule, linkage.delay_s + DOUBT_S)
        rule = await self._gateways.acts(linkage, who.user or who.person)
        if not rule:
            return False
        if note is None or self._gateways.linkage_of(rule) != linkage.id or rule in note.reported:
            await self._journal.done(entry)
            return True
        await self._journal.at_gateway(entry, rule)
        reports.expect(note, rule, linkage.delay_s, partial(self._missed, linkage, entry, who.person))
        return True

    async def _missed(self, linkage: Linkage, entry: Entry, person: str | None = None) -> None:
        """The lift was to serve a pass, and tells nothing of it."""
        if person is None:
            person = (await self._passers.who(entry.passed, self._rules())).person
        message = "the lift keeps this rule itself and did not tell of it"
        also = self._journal.missed(entry)
        await self._tell(linkage, entry, person, [], NOT_REACHED, message, also=also)
        self._gateways.compare_soon(linkage.lift)

    def _counts(self, target: LinkageTarget) -> bool:
        return lifts.counts(target.expires_ms, self._clock.now_ms())

    async def _order(self, linkage: Linkage, stops: Sequence[lifts.Stop]) -> tuple[int, str, Called | None]:
        """(code, words) of the first order that is refused, else of the last; and the call, if one was taken."""
        code, message = 0, ""
        called: Called | None = None
        start = lifts.Stop(linkage.start_floor, linkage.start_room)
        try:
            for order in lifts.orders(linkage.mode, linkage.elevator, start, stops):
                car = filled({"elevatorId": called.car}) if called is not None else {}
                answer = await self._lifts.call(linkage.lift, order.service, {**order.params, **car})
                code, message = int(answer.get("code", 0)), str(answer.get("message", ""))
                if code:
                    break
                if order.service == lifts.CALL:
                    called = self._called(linkage, answer)
        except LinliError as error:
            return *refusal(error, NOT_REACHED), called
        return code, message, called

    def _called(self, rule: PassageRule | Linkage, answer: Mapping[str, Any]) -> Called:
        car = rule.elevator or str(answer.get("ElevatorID", ""))
        return Called(car, rule.start_floor, self._clock.now_ms())

    async def _outcome(self, lift: str, called: Called | None, code: int, message: str) -> tuple[int, str]:
        return (
            (code, message) if called is None or code else await outcome(self._lifts, lift, called, message)
        )

    async def _is_off(self, lift: str) -> bool:
        return await switched_off(self._store, lift)

    # rules of the console

    async def _carry_out(self, rule: PassageRule, entry: Entry) -> None:
        person = (await self._passers.who(entry.passed, self._rules())).person
        if (rule.delay_s and not entry.down) or entry.resumed:
            if not await self._wait(entry, 0 if entry.down else rule.delay_s):
                await self._tell(rule, entry, person, [], LATE, _LATE_WORDS)
                return
            current = next((each for each in self._rules().rules if each.id == rule.id), None)
            if current is None:
                await self._tell(rule, entry, person, [], ENDED, _ENDED_WORDS)
                return
            rule = current
        homes = self._floors_for(rule, person)
        if entry.down:
            homes = ways_down(rule, exits_of(self._rules(), rule), person, self._clock.now_ms())
            if not homes:
                await self._journal.done(entry)
                return
        await self._come(rule, entry, person, homes)

    def _floors_for(self, rule: PassageRule, person: str) -> list[LiftFloor]:
        if not rule.release:
            return []
        now_ms, exits = self._clock.now_ms(), exits_of(self._rules(), rule)
        return [*floors_of(rule, person, now_ms), *ways_down(rule, exits, person, now_ms)]

    async def _come(self, rule: PassageRule, entry: Entry, person: str, homes: list[LiftFloor]) -> None:
        """The lift is called, and these floors are freed."""
        targets: list[dict[str, str]] = []
        rule, code, message = self._chosen(rule, [rule.start_floor])
        called: Called | None = None
        if not code:
            await self._journal.sent(entry)
            targets, code, message, called = await self._lift(rule, homes)
        code, message = await self._outcome(rule.lift, called, code, message)
        if code == 0 and rule.release and not targets:
            message = "called; no floors are known of this person"
        await self._tell(rule, entry, person, targets, code, message, called=called)

    def _chosen[R: (PassageRule, Linkage)](self, rule: R, floors: Sequence[str]) -> tuple[R, int, str]:
        """The rule with the car to call; (code, words) where none runs."""
        choice = self.states.choose(rule.lift, self._rules().lifts.get(rule.lift), rule.elevator, floors)
        if choice.is_refused:
            return rule, code_of(choice.state), words(choice)
        return msgspec.structs.replace(rule, elevator=choice.car), 0, ""

    async def _lift(
        self, rule: PassageRule, homes: Sequence[LiftFloor]
    ) -> tuple[list[dict[str, str]], int, str, Called | None]:
        """(floors, code, words, call): the car comes to the door, then the person's floors are free."""
        targets: list[dict[str, str]] = []
        called: Called | None = None
        try:
            call = {
                "ElevatorID": rule.elevator,
                "StartFloor": rule.start_floor,
                "StartRoomNumber": rule.start_room,
            }
            answer = await self._lifts.call(rule.lift, "CloudCallElevator", filled(call))
            code, message = int(answer.get("code", 0)), str(answer.get("message", ""))
            called = None if code else self._called(rule, answer)
            if called is not None and homes:
                targets = await self.floors.targets(rule.lift, homes)
                if targets:
                    floors = [
                        filled({"floor": target["floor"], "room": target.get("roomNumber", "")})
                        for target in targets
                    ]
                    freed = {**filled({"elevatorId": called.car}), "floorRoomList": floors}
                    await self._lifts.call(rule.lift, "releaseFloors", freed)
        except LinliError as error:
            return targets, *refusal(error, NOT_REACHED), called
        return targets, code, message, called

    async def _tell(
        self,
        rule: PassageRule | Linkage,
        entry: Entry,
        person: str,
        targets: list[dict[str, str]],
        code: int,
        message: str,
        *,
        called: Called | None = None,
        also: Work | None = None,
    ) -> None:
        """In one commit with the end of the entry, or with `also`; at the time of the call, however long the car took."""
        passed = entry.passed
        if not self._is_registered(rule.lift):
            log.warning("passage rule %s: its lift %s is not deployed", rule.id, rule.lift)
            await self._journal.done(entry)
            return
        common = filled(
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
        by_targets = CALL_WITH_TARGET if targets else CALL_ONLY
        mode = rule.mode if isinstance(rule, Linkage) else by_targets
        more = {"targetFloorRoomList": targets} if targets else {}
        event = {**common, **more, "controlMode": mode, "delaySeconds": rule.delay_s, "code": code}
        result = Together(event, also or self._journal.ends(entry))
        await self._report(rule.lift, RULE_EVENT, result, None if called is None else called.at_ms)
