"""The call engine: a back-to-back user agent. Each call has one dialog with the caller and one with each phone it rings.

So a ringing group shows one early picture, and both ends can be told whatever the other cannot.
"""

from collections.abc import Callable
from typing import Final

from linli.domains.intercom.rows import Account
from linli.domains.intercom.sip.call import Call
from linli.domains.intercom.sip.engine import Target
from linli.domains.intercom.sip.exchange import Exchange, Incoming
from linli.domains.intercom.sip.flows import Flow
from linli.domains.intercom.sip.lines import Lines
from linli.domains.intercom.sip.log import CallLog
from linli.domains.intercom.sip.media import Direct, Media
from linli.domains.intercom.sip.sides import Side
from linli.domains.intercom.sip.unlocking import ANSWER_S
from linli.protocols import sip

RING_S: Final = 60.0
TALK_S: Final = 300.0
"""Spec A 4.1: one to five minutes."""
VIEW_S: Final = 60.0
"""Looking through a door's camera (spec A 4.1)."""
MOST_CALLS: Final = 2_000


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
        self.exchange: Exchange  # set by the front, whose requests come from it
        self.places: dict[str, str] = {}
        """Host and port by transport, where they differ from those of UDP and TCP."""
        self.media: Media = Direct()
        self.lines = Lines()
        self._calls: set[Call] = set()
        self._sides: dict[sip.DialogKey, tuple[Call, Side]] = {}

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

    def find(self, key: sip.DialogKey) -> tuple[Call, Side] | None:
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

    def close(self) -> None:
        """Hang up all: nobody is left who could end them."""
        for call in list(self._calls):
            call.hang_up()
            call.unlocking.close()
