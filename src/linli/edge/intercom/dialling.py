"""From an INVITE whose caller is known to the phones of the site that ring for it, and to the cloud."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from linli.calls.calls import CallEngine
from linli.calls.engine import Target
from linli.calls.ladder import Ladder, Phones
from linli.calls.rows import (
    BUSY,
    DOOR_STATION,
    GIVEN_UP,
    NO_PHONE,
    OFF,
    UNREACHABLE,
    VOICE,
    Account,
    Binding,
)
from linli.edge.intercom.log import SiteCallInHand, SiteLog
from linli.edge.intercom.phones import BoxPhones
from linli.edge.intercom.site import CLOUD, Site
from linli.kernel.clock import Clock
from linli.kernel.sip.exchange import Incoming
from linli.kernel.sip.flows import Flow
from linli.protocols import sip


class CloudWay(Protocol):
    """The way by which the cloud rings phones and browsers elsewhere."""

    def line(self, caller: str, target: str, ref: str) -> tuple[Binding, Flow] | None:
        """None: the cloud is not reached now."""
        ...

    def came_by(self, flow: Flow) -> bool:
        """Whether a request came from the cloud."""
        ...


class SiteDialling:
    """Implements `front.Dials`. `flow_of`: the way to a phone; `later`: works on a call after a wait."""

    def __init__(
        self,
        site: Callable[[], Site],
        phones: BoxPhones,
        clock: Clock,
        calls: CallEngine,
        log: SiteLog,
        cloud: CloudWay,
        *,
        flow_of: Callable[[Binding], Flow | None],
        later: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._site = site
        self._phones = phones
        self._clock = clock
        self._calls = calls
        self._log = log
        self._cloud = cloud
        self._flow_of = flow_of
        self._later = later

    async def call(self, caller: Account, incoming: Incoming) -> None:
        """Raises Malformed."""
        request = incoming.request
        number = request.uri.user or ""
        now_ms = self._clock.now_ms()
        site = self._site()
        group, account = site.group(number), site.account(number, now_ms)
        from_cloud = self._cloud.came_by(incoming.flow)
        is_door = account is not None and account.kind == "door"
        if account is None and (from_cloud or (group is None and self._line(caller, number, "") is None)):
            incoming.answer(404)
            return
        if is_door and not from_cloud:
            allowed = site.may_open(caller.number, number, now_ms) and site.sees(caller.number)
            if not allowed:
                incoming.answer(403)
                return
        if refusal := self._calls.may_begin(caller):
            incoming.answer(refusal)
            return
        if words := self._calls.media.unfit(request):
            incoming.answer(488, warning=words)
            return
        hand = await self._log.begin(
            caller,
            number,
            to_group=group is not None,
            reported=not from_cloud,
            ends=self._door_of(caller, number, now_ms),
        )
        try:
            outcome = await self._ring(caller, incoming, hand, is_door=is_door)
        except sip.Malformed:
            self._log.ended(hand.id, UNREACHABLE)
            raise
        if outcome:
            self._log.ended(hand.id, outcome)

    def _door_of(self, caller: Account, number: str, now_ms: int) -> tuple[str, str]:
        for each in (caller.number, number):
            account = self._site().account(each, now_ms)
            if account is not None and account.kind == "door":
                return account.number, account.device
        return "", ""

    async def _ring(self, caller: Account, incoming: Incoming, hand: SiteCallInHand, *, is_door: bool) -> str:
        """Ring what can be rung; how the call ended, if it did at once. Raises Malformed."""
        site, number = self._site(), hand.target
        group = site.group(number)
        view = self._calls.view_of(number) if is_door else None
        if view is not None:
            refusal = await view.viewers.admit(caller, incoming, hand.id, terminal=False)
            if refusal and not incoming.answered:
                incoming.answer(refusal)
            return (
                "" if not refusal else BUSY if refusal == 486 else GIVEN_UP if refusal == 487 else UNREACHABLE
            )
        ladder, voice = None, frozenset[str]()
        if group is not None:
            again = self._log.again(caller.number, number)
            reached_cloud = self._line(caller, number, "") is not None
            rings = site.rings(group, now_ms=self._clock.now_ms(), again=again, cloud=reached_cloud)
            reach = functools.partial(self._reach, caller, hand)
            ladder = Ladder(hand, rings.rungs, reach, self._log, self._clock, self._later)
            reached, why, voice = await ladder.climb(), ladder.why, ladder.voice
        else:
            account = site.account(number, self._clock.now_ms())
            permission = account.permission if account is not None else "video"
            with_door = caller.kind == DOOR_STATION
            voice = frozenset((number,)) if with_door and permission == VOICE else frozenset()
            off = with_door and permission == OFF
            reached, why = ([], NO_PHONE) if off else await self._reach(caller, hand, (number,))
            if not reached and not off and not self._cloud.came_by(incoming.flow):
                reached = self._beyond(caller, hand)
        if incoming.answered:
            if ladder is not None:
                ladder.ended(GIVEN_UP)
            return GIVEN_UP
        if not reached:
            incoming.answer(486 if why == BUSY else 480)
            return BUSY if why == BUSY else UNREACHABLE
        target = Target(hand.id, reached, is_door, site.longest_s(look=is_door), ladder, voice=voice)
        self._calls.begin(caller, incoming, target)
        return ""

    async def _reach(
        self, caller: Account, hand: SiteCallInHand, numbers: tuple[str, ...]
    ) -> tuple[Phones, str]:
        """Those of the phones that can be rung now; and if there are none, why."""
        bound = [row for number in numbers if (row := self._phones.find(number)) is not None]
        bound = [row for row in bound if row.number != caller.number]
        free = [row for row in bound if self._calls.lines.reachable(row.number)]
        ways = ((row, self._flow_of(row)) for row in free)
        reached = [(row, flow) for row, flow in ways if flow is not None]
        if CLOUD in numbers:
            reached += self._beyond(caller, hand)
        return reached, "" if reached else BUSY if bound and not free else UNREACHABLE

    def _beyond(self, caller: Account, hand: SiteCallInHand) -> Phones:
        line = self._line(caller, hand.target, hand.call.id)
        return [] if line is None else [line]

    def _line(self, caller: Account, target: str, ref: str) -> tuple[Binding, Flow] | None:
        return self._cloud.line(caller.number, target, ref)
