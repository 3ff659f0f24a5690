"""Calls of a process as pages join them: rung beside the phones, or later, while it still rings."""

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from linli.calls.call import Call
from linli.calls.calls import CallEngine
from linli.calls.opening_words import words_of
from linli.calls.page_phone import OVER, TALKS, TRANSPORT, PagePhone, page_of
from linli.calls.rows import Binding, community_of_desks, desk_pages, staff_of
from linli.domains.intercom.answering import (
    AtDesk,
    AtTerminal,
    CallOver,
    CannotSee,
    DeskOfPages,
    DeskState,
    Joined,
    TakenElsewhere,
)
from linli.domains.intercom.guard_desks import GuardDesks
from linli.domains.intercom.service.derived import is_home
from linli.kernel.sip.flows import Flow, Receiver
from linli.rules.unlocking import TryResult

MOST_EACH: Final = 3
"""Pages of one member in one call; one more takes the place of the oldest."""


class PageCalls(DeskOfPages):
    def __init__(
        self, receiver: Receiver, calls: CallEngine, desks: GuardDesks, terminals: GuardDesks
    ) -> None:
        """`receiver`: who takes what pages say as phones."""
        self._receiver = receiver
        self._calls = calls
        self._desks = desks
        self._terminals = terminals
        terminals.on_left.append(self._left_terminal)

    def waiting(self, numbers: Iterable[str]) -> list[tuple[Binding, Flow]]:
        """What rings for pages: in homes, so that the call waits for whoever opens one, and at desks that are open."""
        phones = []
        for number in numbers:
            community_id, terminal = community_of_desks(number), self._terminals.is_here(number)
            if community_id is not None and self._desks.pages(community_id):
                phones += self.waiting_at_desks(community_id)
            elif is_home(number) or terminal:
                phone = PagePhone(self._receiver, number, "", waits=True)
                if terminal:
                    phone.on_moved = functools.partial(self._terminals.tell_number, number)
                phones.append(_phone(phone))
        return phones

    def waiting_at_desks(self, community_id: int, *, only: str = "") -> list[tuple[Binding, Flow]]:
        """`only`: the number of the one member of staff who may take it; empty: any desk."""
        phone = PagePhone(self._receiver, desk_pages(community_id), "", waits=True)
        phone.only = only
        phone.on_moved = functools.partial(self._desks.tell, community_id)
        return [_phone(phone)]

    # ------------------------------------------------------------ by the routes

    def holds(self, call_id: int) -> bool:
        return self._calls.by_id(call_id) is not None

    def join(self, call_id: int, number: str, page: str, host: str) -> Joined:
        call = self._call(call_id)
        phone = self._find(call, number, page)
        if phone is not None and phone.state != OVER:
            return Joined(_offer(phone), phone.state)
        if call.answered is not None:
            raise TakenElsewhere()
        own = [other for other in _pages(call) if other.number == number and other.state != OVER]
        for old in own[: len(own) - MOST_EACH + 1]:
            old.decline(480)
        phone = PagePhone(self._receiver, number, host, page=page)
        phone.on_lost = lambda: self._lost(call, phone)
        if staff_of(number) and (desk := _at_desks(call)) is not None:
            if desk.only not in ("", number):
                raise TakenElsewhere()
            phone.on_moved = desk.on_moved
        elif self._terminals.is_here(number):
            phone.on_moved = functools.partial(self._terminals.tell_number, number)
        call.ring_more([_phone(phone)])
        return Joined(_offer(phone), phone.state)

    def see(self, call_id: int, number: str, page: str, description: bytes) -> None:
        if not self.own(call_id, number, page)[1].see(description):
            raise CannotSee()

    def take(self, call_id: int, number: str, page: str) -> None:
        call, phone = self.own(call_id, number, page)
        if phone.state == TALKS:
            return
        if call.answered is not None or not phone.take():
            raise TakenElsewhere() if call.answered is not None else CannotSee()

    def decline(self, call_id: int, number: str, page: str) -> None:
        """Who declines last declines for the home: the caller need not wait for pages that nobody opened."""
        call, phone = self.own(call_id, number, page)
        phone.decline()
        for own in _waiting(call, number):
            own.decline()
        left = [leg.flow for leg in call.legs if leg.ringing and leg.flow is not phone]
        waiting = [other for flow in left if (other := page_of(flow)) is not None and _at_home(other)]
        if len(waiting) == len(left):
            for each in waiting:
                each.decline()

    def hang_up(self, call_id: int, number: str, page: str) -> None:
        self._leave(*self.own(call_id, number, page))

    async def open(self, call_id: int, number: str, language: str) -> tuple[bool, str]:
        result = await self._call(call_id).unlocking.open_for(number)
        return result in (TryResult.OPENED, TryResult.SENT), words_of(result, language)

    def at_desks(self, community_id: int) -> dict[int, AtDesk]:
        calls: dict[int, AtDesk] = {}
        for call in self._calls.in_hand():
            desk, handover = _at_desks(call), call.handover
            if desk is None or desk.number != desk_pages(community_id):
                continue
            former, before = "", ""
            if handover.former is not None:
                former, before = handover.former.binding.number, _name(handover.former.flow)
            if call.answered is None and desk.state != OVER and not desk.only:
                calls[call.id] = AtDesk("rings")
            elif call.answered is None and former:
                calls[call.id] = AtDesk(
                    "passes", former, to=desk.only if desk.state != OVER else "", page=before
                )
            elif call.answered is not None and staff_of(call.answered.binding.number):
                state: DeskState = "held" if handover.on_hold else "talks"
                number, page = call.answered.binding.number, _name(call.answered.flow)
                calls[call.id] = AtDesk(state, number, handover.held_ms, page=page)
            elif call.answered is None and desk.state != OVER:
                calls[call.id] = AtDesk("passes", to=desk.only)
        return calls

    def at_terminal(self, number: str) -> dict[int, AtTerminal]:
        calls: dict[int, AtTerminal] = {}
        for call in self._calls.in_hand():
            if call.answered is not None:
                if call.answered.binding.number == number and page_of(call.answered.flow) is not None:
                    calls[call.id] = AtTerminal(talks=True, silent=False)
                continue
            phones = [phone for phone in _waiting(call, number) if phone.state != OVER]
            if phones:
                calls[call.id] = AtTerminal(talks=False, silent=phones[0].silent)
        return calls

    def decline_at_desk(self, call_id: int, community_id: int, number: str, page: str) -> None:
        call = self._call(call_id)
        if (phone := self._find(call, number, page)) is not None:
            phone.decline()
        if (desk := _at_desks(call)) is not None:
            desk.declined.add((number, page))
            if self._desks.pages(community_id) <= desk.declined:
                desk.decline()

    # ------------------------------------------------------------

    def left_desk(self, community_id: int, number: str, page: str) -> None:
        """Its talk ends with the page; what rang at desks that are all closed rings there no more."""
        for call in self._calls.in_hand():
            desk = _at_desks(call)
            if desk is None or desk.number != desk_pages(community_id):
                continue
            if (phone := self._find(call, number, page)) is not None and phone.state != OVER:
                self._leave(call, phone)
            if self._desks.pages(community_id) <= desk.declined and call.handover.passing is None:
                desk.decline(480)

    def _left_terminal(self, _community_id: int, number: str, page: str) -> None:
        """Its talk ends with the page; what rang at a terminal that is dark rings there no more."""
        for call in self._calls.in_hand():
            if (phone := self._find(call, number, page)) is not None and phone.state != OVER:
                self._leave(call, phone)
            if not self._terminals.is_here(number):
                for waiting in _waiting(call, number):
                    waiting.decline(480)

    def _lost(self, call: Call, phone: PagePhone) -> None:
        """Nothing comes from the browser. What it holds or passed on stays as long as its line says that it is there."""
        handover = call.handover
        if not handover.on_hold and (handover.former is None or handover.former.flow is not phone):
            self._leave(call, phone)

    def _leave(self, call: Call, phone: PagePhone) -> None:
        if phone.state == TALKS:
            call.hang_up()
        else:
            phone.decline(480)

    def _call(self, call_id: int) -> Call:
        call = self._calls.by_id(call_id)
        if call is None or call.over:
            raise CallOver()
        return call

    def teller(self, call: Call) -> Callable[[], None] | None:
        """What tells the desks of a call that it moved; None: it reached none."""
        desk = _at_desks(call)
        return desk.on_moved if desk is not None else None

    def own(self, call_id: int, number: str, page: str) -> tuple[Call, PagePhone]:
        """Raises CallOver, TakenElsewhere."""
        call = self._call(call_id)
        phone = self._find(call, number, page)
        if phone is None or phone.state == OVER:
            raise TakenElsewhere() if call.answered is not None else CallOver()
        return call, phone

    def _find(self, call: Call, number: str, page: str) -> PagePhone | None:
        named = [phone for phone in _pages(call) if (phone.number, phone.page) == (number, page)]
        return named[-1] if named else None


def _pages(call: Call) -> Iterator[PagePhone]:
    """Without what waits."""
    for leg in call.legs:
        if (phone := page_of(leg.flow)) is not None and not phone.waits:
            yield phone


def _waiting(call: Call, number: str) -> list[PagePhone]:
    """What waits for the pages of a terminal of this number."""
    phones = (page_of(leg.flow) for leg in call.legs)
    return [phone for phone in phones if phone is not None and phone.waits and phone.number == number]


def _at_desks(call: Call) -> PagePhone | None:
    """What waits for the desks of a community, also after it rang: the last one that did."""
    phones = (page_of(leg.flow) for leg in reversed(call.legs))
    return next((phone for phone in phones if phone is not None and _waits_at_desks(phone)), None)


def _waits_at_desks(phone: PagePhone) -> bool:
    return phone.waits and community_of_desks(phone.number) is not None


def _at_home(phone: PagePhone) -> bool:
    return phone.waits and is_home(phone.number)


def _name(flow: Flow) -> str:
    """Of the page at the other end of this way; empty: there is none."""
    phone = page_of(flow)
    return phone.page if phone is not None else ""


def _offer(phone: PagePhone) -> str:
    offer = phone.offer()
    if not offer:
        raise CannotSee()
    return offer.decode("utf-8", "replace")


def _phone(phone: PagePhone) -> tuple[Binding, Flow]:
    binding = Binding(phone.number, "", "", phone.contact, TRANSPORT, phone.host, 0, "", 0, "", 0, 0)
    return binding, phone
