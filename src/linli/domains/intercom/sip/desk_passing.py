"""Calls that a guard desk holds or passes on; what it held when its page went returns to the queue of all desks."""

from typing import Final

from linli.calls.call import Call
from linli.calls.calls import CallEngine
from linli.calls.page_phone import PagePhone, page_of
from linli.calls.rows import ANSWERED, PASSED, RINGING, CallStep
from linli.domains.intercom.answering import (
    CallOver,
    DeskOfPassing,
    NobodyThere,
    PassedOften,
    PassedOn,
    PassTo,
)
from linli.domains.intercom.guard_desks import GuardDesks
from linli.domains.intercom.sip.dialling import Dialling
from linli.domains.intercom.sip.log import CallLog
from linli.domains.intercom.sip.page_calls import PageCalls
from linli.kernel.clock import Clock
from linli.kernel.scope import Scope

PASS_S: Final = 20.0
"""How long a call that was passed on rings until it goes back."""
QUEUE_S: Final = 60.0
"""How long one rings whose desk went."""
MOST_PASSES: Final = 10
"""Of one call: so that two desks do not throw it to and fro without end."""
QUEUE: Final = "queue"
_FIRST_PLACE: Final = 100
"""Behind all that a ladder tried."""


class DeskPassing(DeskOfPassing):
    """Of one process."""

    def __init__(
        self,
        pages: PageCalls,
        calls: CallEngine,
        dialling: Dialling,
        log: CallLog,
        desks: GuardDesks,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._calls = calls
        self._dialling = dialling
        self._log = log
        self._desks = desks
        self._clock = clock
        desks.on_left.append(self._left)

    def hold(self, call_id: int, number: str, page: str) -> None:
        call, _ = self._talking(call_id, number, page)
        call.handover.hold(self._clock.now_ms())
        self._tell(call)

    def resume(self, call_id: int, number: str, page: str) -> None:
        call, phone = self._pages.own(call_id, number, page)
        if call.handover.passing is not None:
            call.handover.take_back()
        elif call.answered is None or call.answered.flow is not phone:
            raise CallOver()
        self.hold_others(call_id, number, page)
        call.handover.resume()
        self._tell(call)

    def hold_others(self, call_id: int, number: str, page: str) -> None:
        for call in self._calls.in_hand():
            if call.id != call_id and call.answered is not None and _is_of(call, number, page):
                call.handover.hold(self._clock.now_ms())
                self._tell(call)

    async def pass_on(self, call_id: int, number: str, page: str, to: PassTo, *, within: Scope) -> None:
        call, _ = self._talking(call_id, number, page)
        if call.handover.count >= MOST_PASSES:
            raise PassedOften()
        phones = []
        if to.seat:
            if not any(
                seat == to.seat and (seat, name) != (number, page)
                for seat, name in self._desks.pages(to.community_id)
            ):
                raise NobodyThere()
            phones = self._pages.waiting_at_desks(to.community_id, only=to.seat)
        else:
            phones, _ = await self._dialling.reach(call.caller, call_id, to.numbers)
            call, _ = self._talking(call_id, number, page)  # it may have ended meanwhile
            if not any(phone.number in to.numbers for phone, _ in phones):
                raise NobodyThere()
        if to.house_id is not None:
            call.voice |= to.voice
        watch = _Watch(self, call, to, within, number)
        self._log.rings_again(call_id, to.house_id)
        watch.begin(len(phones))
        call.handover.pass_on(phones, PASS_S, watch, back=True)
        self._tell(call)

    def returned(self, call: Call, number: str) -> None:
        """Nobody took what this desk passed on: it has the call again; one that talks on another line has it held."""
        phone = page_of(call.answered.flow) if call.answered is not None else None
        if phone is not None and any(
            other is not call and not other.handover.on_hold and _is_of(other, number, phone.page)
            for other in self._calls.in_hand()
        ):
            call.handover.hold(self._clock.now_ms())
        self._tell(call)

    def queue(self, call: Call, community_id: int, number: str) -> None:
        """It rings at all desks, and at those that open while it does."""
        phones = self._pages.waiting_at_desks(community_id)
        to = PassTo(QUEUE, community_id)
        watch = _Watch(self, call, to, Scope.system(call.caller.tenant_id, "intercom"), number)
        self._log.rings_again(call.id, None)
        watch.begin(len(self._desks.pages(community_id)))
        call.handover.pass_on(phones, QUEUE_S, watch, back=False)
        self._tell(call)

    def note(self, step: CallStep) -> None:
        self._log.tried(step)

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def _left(self, community_id: int, number: str, page: str) -> None:
        for call in self._calls.in_hand():
            handover, former = call.handover, call.handover.former
            if former is not None and _phone_is(page_of(former.flow), number, page):
                handover.forget_former()
            elif handover.on_hold and _is_of(call, number, page):
                self.queue(call, community_id, number)
        self._pages.left_desk(community_id, number, page)

    def _talking(self, call_id: int, number: str, page: str) -> tuple[Call, PagePhone]:
        """Raises CallOver, TakenElsewhere, PassedOn."""
        call, phone = self._pages.own(call_id, number, page)
        if call.handover.passing is not None:
            raise PassedOn()
        if call.answered is None or call.answered.flow is not phone:
            raise CallOver()
        return call, phone

    def _tell(self, call: Call) -> None:
        if (tell := self._pages.teller(call)) is not None:
            tell()


class _Watch:
    """One passing of one call: its two lines in the call's course, who passed it on and who was rung."""

    def __init__(self, passing: DeskPassing, call: Call, to: PassTo, within: Scope, number: str) -> None:
        self._passing = passing
        self._call = call
        self._to = to
        self._within = within
        self._number = number
        self._step: CallStep | None = None

    def begin(self, phones: int) -> None:
        now_ms = self._passing.now_ms()
        place = _FIRST_PLACE + 2 * self._call.handover.count
        step = CallStep(
            call_id=self._call.id,
            place=place,
            tenant_id=self._within.tenant_id or "",
            community_id=self._to.community_id,
            step=PASSED,
            phones=0,
            result=PASSED,
            number=self._number,
            started_ms=now_ms,
            ended_ms=now_ms,
        )
        self._passing.note(step)
        self._step = step._replace(
            place=place + 1, step=self._to.step, phones=phones, result=RINGING, number="", ended_ms=0
        )
        self._passing.note(self._step)

    def taken(self, number: str) -> None:
        self._settle(ANSWERED, number)

    def ended(self, result: str) -> None:
        self._settle(result, "")
        if self._call.answered is not None:
            self._passing.returned(self._call, self._number)
        elif not self._call.over and self._to.step != QUEUE:
            self._passing.queue(self._call, self._to.community_id, self._number)

    def _settle(self, result: str, number: str) -> None:
        if self._step is not None:
            now_ms = self._passing.now_ms()
            self._passing.note(self._step._replace(result=result, number=number, ended_ms=now_ms))
            self._step = None


def _phone_is(phone: PagePhone | None, number: str, page: str) -> bool:
    return phone is not None and (phone.number, phone.page) == (number, page)


def _is_of(call: Call, number: str, page: str) -> bool:
    return call.answered is not None and _phone_is(page_of(call.answered.flow), number, page)
