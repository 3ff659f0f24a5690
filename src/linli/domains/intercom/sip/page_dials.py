"""Voice calls that a terminal's page makes: to the property's desks. One at a time for a terminal.

To the call engine the page is a phone that calls; it is heard once somebody took the call. Source: spec A 5 (10).
"""

import asyncio
from collections.abc import Callable
from typing import Final

from linli.calls.dial import Dial
from linli.calls.page_phone import PagePhone
from linli.domains.intercom.answering import CallOver, CannotSee, DeskOfDials, Dialling
from linli.kernel.sip.flows import Receiver

KEPT_S: Final = 8.0
"""For which it is told how a call ended."""
JOIN_S: Final = 10.0
"""How long a page may take to speak once somebody took its call."""


class PageDials(DeskOfDials):
    """By the number of who calls."""

    def __init__(self, receiver: Receiver, tell: Callable[[str], None]) -> None:
        """`tell`: the calls of a terminal of this number changed."""
        self._receiver = receiver
        self._tell = tell
        self._dials: dict[str, Dial] = {}

    def call(self, number: str, target: str, page: str) -> None:
        before = self._dials.get(number)
        if before is not None and not before.over:
            return
        dial = self._dials[number] = Dial(self._receiver, target, number, page)
        dial.on_moved = lambda: self._moved(dial)
        dial.begin()

    def now(self, number: str) -> Dialling | None:
        dial = self._dials.get(number)
        if dial is None:
            return None
        if dial.over:
            return Dialling("over", dial.page, dial.status, bool(dial.viewers))
        if dial.media is not None and dial.answered.done():
            return Dialling("talks" if dial.viewers else "taken", dial.page, 0)
        return Dialling("rings" if dial.rings else "calls", dial.page, 0)

    def join(self, number: str, page: str, host: str) -> str:
        dial = self._own(number, page)
        if dial.media is None or not dial.answered.done():
            raise CallOver()
        phone = dial.viewers.get((number, page))
        if phone is None:
            phone = dial.viewers[number, page] = PagePhone(self._receiver, number, host, page=page)
            phone.on_lost = dial.hang_up
            dial.media.add_viewer(phone)
        offer = phone.offer()
        if not offer:
            raise CannotSee()
        return offer.decode("utf-8", "replace")

    def hear(self, number: str, page: str, description: bytes) -> None:
        dial = self._own(number, page)
        phone = dial.viewers.get((number, page))
        if phone is None:
            raise CallOver()
        if not phone.see(description):
            raise CannotSee()
        dial.hand(phone, on=True)

    def hang_up(self, number: str, page: str) -> None:
        self._own(number, page).hang_up()

    def left(self, number: str, page: str) -> None:
        """The page is no terminal any more."""
        dial = self._dials.get(number)
        if dial is not None and dial.page == page:
            dial.hang_up()

    def _own(self, number: str, page: str) -> Dial:
        dial = self._dials.get(number)
        if dial is None or dial.over or dial.page != page:
            raise CallOver()
        return dial

    def _moved(self, dial: Dial) -> None:
        loop = asyncio.get_running_loop()
        if dial.over:
            loop.call_later(KEPT_S, self._forget, dial)
        elif dial.answered.done() and not dial.viewers:
            loop.call_later(JOIN_S, self._unheard, dial)
        self._tell(dial.number)

    def _unheard(self, dial: Dial) -> None:
        if not dial.over and not dial.viewers:
            dial.hang_up()

    def _forget(self, dial: Dial) -> None:
        if self._dials.get(dial.number) is dial:
            del self._dials[dial.number]
            self._tell(dial.number)
