"""Visitors' phones at doorbells: who rings, for how long, and what each is told.

A home that does not answer, one that declines, one that is muted and a room that is none look and take the same: it
rings until the time is over.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from linli.calls.bell_media import BellCall
from linli.calls.bell_phone import BellPhone
from linli.calls.relay_media import Relayed
from linli.calls.rows import DOOR_STATION, Account, bell_number
from linli.domains.intercom.answering import BellBusy, CallOver, CannotSee, DeskOfBells, Ringing, VisitorState
from linli.kernel.sip.flows import Receiver

RING_S: Final = 90.0
"""As long as the usual steps of a home take."""
KEPT_S: Final = 20.0
"""For which a visitor is told how it ended."""
AWAY_S: Final = 10.0
"""Pages ask each second: one that has not for so long, and sends nothing either, was closed."""
MOST_EACH, MOST_OF_BELL, MOST = 2, 4, 100
"""Calls at once: of one network, of one doorbell, of all."""


class BellCalls(DeskOfBells):
    """Of one process. `ring_s`: how long it rings at most."""

    def __init__(self, receiver: Receiver, media: Relayed, *, ring_s: float = RING_S) -> None:
        self._receiver = receiver
        self._media = media
        self._ring_s = ring_s
        self._calls: dict[tuple[int, str], _Visitor] = {}

    def check_room(self, network: str, bell_id: int) -> None:
        alive = [call for call in self._calls.values() if not call.over]
        each = Counter(call.wish.network for call in alive)
        of_bell = Counter(call.wish.bell_id for call in alive)
        if each[network] >= MOST_EACH or of_bell[bell_id] >= MOST_OF_BELL or len(alive) >= MOST:
            raise BellBusy(seconds=60)

    def ring(self, wish: Ringing) -> bytes:
        key = (wish.bell_id, wish.page)
        before = self._calls.pop(key, None)
        if before is not None:
            before.end()
        self.check_room(wish.network, wish.bell_id)
        nobody = Account(bell_number(wish.bell_id), "", "", DOOR_STATION, "", 0, 0)
        phone = BellPhone(self._receiver, wish.caller or nobody, wish.target, page=wish.page, host=wish.host)
        phone.way = media = self._media.at_bell(phone)
        offer = media.offer()
        if not offer:
            media.finish()
            raise CannotSee()
        self._calls[key] = _Visitor(
            wish, phone, media, self._ring_s, lambda visitor: self._forget(key, visitor)
        )
        return offer

    def answer(self, bell_id: int, page: str, description: bytes) -> None:
        call = self._calls.get((bell_id, page))
        if call is None or call.over:
            raise CallOver()
        call.answer(description)

    def now(self, bell_id: int, page: str) -> VisitorState | None:
        call = self._calls.get((bell_id, page))
        if call is None:
            return None
        call.asked_s = asyncio.get_running_loop().time()
        return call.state

    def hang_up(self, bell_id: int, page: str) -> None:
        if (call := self._calls.get((bell_id, page))) is not None:
            call.end()

    def close(self) -> None:
        for call in list(self._calls.values()):
            call.end()

    def _forget(self, key: tuple[int, str], visitor: "_Visitor") -> None:
        if self._calls.get(key) is visitor:
            del self._calls[key]


class _Visitor:
    """One call, as its visitor is told of it."""

    def __init__(
        self,
        wish: Ringing,
        phone: BellPhone,
        media: BellCall,
        ring_s: float,
        forget: Callable[["_Visitor"], None],
    ) -> None:
        self.wish = wish
        self.phone = phone
        self._media = media
        self._forget = forget
        self.over = False
        self._talked = False
        phone.on_moved = self._moved
        phone.on_gone = self._gone
        self.asked_s = asyncio.get_running_loop().time()
        """When its page asked last: a page that asks is there, whatever its packets do."""
        self._timer = asyncio.get_running_loop().call_later(ring_s, self._nobody_came)

    @property
    def state(self) -> VisitorState:
        if self.over:
            return VisitorState("over", "ended" if self._talked else "nobody", self.phone.opened)
        return VisitorState("talks" if self._talked else "rings", "", self.phone.opened)

    def answer(self, description: bytes) -> None:
        """Its browser is ready: now it rings, if there is whom. Raises CannotSee."""
        served = self._media.answered(description)
        if not served:
            raise CannotSee()
        if self.wish.caller is not None:
            self.phone.ring(served)

    def _moved(self) -> None:
        if self.phone.taken and not self._talked:
            self._talked = True
            self._timer.cancel()
        if self._talked and self.phone.over:
            self.end()

    def _gone(self) -> None:
        if asyncio.get_running_loop().time() - self.asked_s > AWAY_S:
            self.end()

    def _nobody_came(self) -> None:
        self.end()

    def end(self) -> None:
        if self.over:
            return
        self.over = True
        self._timer.cancel()
        self.phone.hang_up()
        self._media.finish()
        asyncio.get_running_loop().call_later(KEPT_S, self._forget, self)
