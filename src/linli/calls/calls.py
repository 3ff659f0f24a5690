"""The call engine: a back-to-back user agent. Each call has one dialog with the caller and one with each phone it rings.

So a ringing group shows one early picture, and both ends can be told whatever the other cannot.
"""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from linli.calls.call import Call
from linli.calls.engine import CallLog, Target
from linli.calls.hangups import Guest, hang_up_gone
from linli.calls.lines import Lines
from linli.calls.media import Direct, Media
from linli.calls.rows import Account
from linli.calls.sides import Leg, Side
from linli.calls.unlocking import ANSWER_S
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.kernel.sip.flows import Flow
from linli.protocols import sip

RING_S: Final = 60.0
TALK_S: Final = 300.0
"""Spec A 4.1: one to five minutes."""
VIEW_S: Final = 60.0
"""Looking through a door's camera (spec A 4.1)."""
MOST_CALLS: Final = 2_000


class Talking(Protocol):
    """Who has a dialog with a phone: a call, or one who looks through a door."""

    def take(self, side: Side, incoming: Incoming) -> None:
        """A request within the dialog. Raises Malformed."""
        ...

    def acknowledged(self, side: Side, ack: sip.Request) -> None: ...


class CallEngine:
    """All calls of this process, by dialog."""

    def __init__(
        self,
        token: Callable[[int], str],
        log: CallLog,
        *,
        allow: str,
        ring_s: float = RING_S,
        talk_s: float = TALK_S,
    ) -> None:
        self.token = token
        self.log = log
        self.allow = allow
        self.ring_s = ring_s
        self.talk_s = talk_s
        self.view_s = VIEW_S
        self.unlock_s = ANSWER_S
        self.exchange: Exchange  # set at the start by the front, whose requests come from it
        self.places: dict[str, str] = {}
        """Host and port by transport, where they differ from those of UDP and TCP."""
        self.media: Media = Direct()
        self.lines = Lines()
        self._calls: set[Call] = set()
        self._sides: dict[sip.DialogKey, tuple[Talking, Side]] = {}

    @property
    def count(self) -> int:
        return len(self._calls)

    def contact(self, flow: Flow) -> str:
        more = "" if flow.transport == "udp" else f";transport={flow.transport}"
        return f"<sip:linli@{self.places.get(flow.transport, self.exchange.here)}{more}>"

    def may_begin(self, caller: Account) -> int:
        """The status of a refusal; 0: it may."""
        if len(self._calls) >= MOST_CALLS:
            return 503
        return 0 if self.lines.may_call(caller.number) else 486

    def begin(self, caller: Account, incoming: Incoming, target: Target) -> None:
        """Ring its phones. Raises Malformed for an INVITE without a contact."""
        call = Call(self, caller, incoming, target)
        self._calls.add(call)
        self.lines.talks(caller.number)
        call.ring(target.phones)

    def keep(self, side: Side, call: Call) -> None:
        self._sides[side.dialog.key] = (call, side)

    def by_id(self, call_id: int) -> Call | None:
        return next((call for call in self._calls if call.id == call_id), None)

    def in_hand(self) -> list[Call]:
        """Those that are not over."""
        return [call for call in self._calls if not call.over]

    def view_of(self, number: str) -> Call | None:
        """The call by which phones look through the door of a number now."""
        return next((call for call in self._calls if not call.over and call.viewers.may_join(number)), None)

    def drop(self, side: Side, number: str) -> None:
        self._sides.pop(side.dialog.key, None)
        self.lines.ended(number)

    def legs_in_use(self) -> Iterator[Leg]:
        """Phones that ring or talk."""
        return (leg for call in self._calls for leg in call.legs if leg.ringing or leg is call.answered)

    def of_flow(self, flow: Flow) -> Call | None:
        """The call that came by this way."""
        return next((call for call in self._calls if call.side.flow is flow), None)

    def seat(self, side: Side, holder: Talking) -> None:
        self._sides[side.dialog.key] = (holder, side)

    def unseat(self, side: Side) -> None:
        self._sides.pop(side.dialog.key, None)

    def find(self, key: sip.DialogKey) -> tuple[Talking, Side] | None:
        return self._sides.get(key)

    def acknowledge(self, ack: sip.Request) -> None:
        place = self._sides.get(sip.key_of_request(ack))
        if place is not None:
            place[0].acknowledged(place[1], ack)

    def forget(self, call: Call) -> None:
        self._calls.discard(call)
        self.lines.ended(call.caller.number)
        for leg in call.legs:
            self.lines.rang(leg.binding.number)
        sides = [call.side, *(side for leg in call.legs for side in leg.sides.values())]
        for side in sides:
            self._sides.pop(side.dialog.key, None)

    def gone(self, numbers: frozenset[str]) -> None:
        """Accounts that are no more are hung up."""
        for call in list(self._calls):
            hang_up_gone(call, numbers, self.exchange)
        holders = {holder for holder, _ in self._sides.values()}
        for viewer in holders:
            if isinstance(viewer, Guest) and viewer.number in numbers:
                viewer.leave()

    def close(self) -> None:
        """Hang up all: nobody is left who could end them."""
        for call in list(self._calls):
            call.hang_up()
            call.unlocking.close()
