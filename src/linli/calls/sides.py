"""The two ends of a call and the phones that ring, as the call engine keeps them."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from linli.calls.rows import Binding
from linli.kernel.sip.exchange import Exchange, Outgoing, Repeated
from linli.kernel.sip.flows import Flow
from linli.protocols import sip

if TYPE_CHECKING:
    from linli.calls.page_phone import PagePhone

_PASSED: Final = ("content-type", "content-disposition", "info-package", "accept", "subject")
"""Fields that go from one side to the other besides the body."""
LATE_S: Final = 35.0
"""How long a phone that was told to stop ringing may take to say so."""


def passed_fields(message: sip.Message) -> list[tuple[str, str]]:
    return [(name, value) for name in _PASSED for value in message.fields.get(name, ())]


def onward_invite(request: sip.Request, caller: str, binding: Binding, here: str) -> sip.Request:
    """The INVITE for one phone, with what goes through of the caller's. `here`: our host and port."""
    invite = sip.Request("INVITE", binding.contact)
    invite.set("max-forwards", str((request.max_forwards or 70) - 1))
    invite.set("from", str(sip.Address(sip.Uri(here, caller), request.from_.display or caller)))
    invite.set("to", f"<sip:{binding.number}@{here}>")
    invite.set("cseq", "1 INVITE")
    for name, value in passed_fields(request):
        invite.add(name, value)
    invite.body = request.body
    return invite


def answer_at_once(invite: sip.Request, here: str) -> None:
    """Ask a door to answer without a ring, in the three ways that door stations know (RFC 5373 and older ones)."""
    invite.set("answer-mode", "Auto")
    invite.set("call-info", f"<sip:{here}>;answer-after=0")
    invite.set("alert-info", f"<sip:{here}>;info=alert-autoanswer;delay=0")


def ring_silently(invite: sip.Request, here: str) -> None:
    """Ask a phone to show a call without a sound, as it is asked to answer at once."""
    invite.set("alert-info", f"<sip:{here}>;info=silent")


ANSWERED_ELSEWHERE: Final = 'SIP;cause=200;text="Call completed elsewhere"'
"""RFC 3326."""


@dataclass(slots=True, eq=False)
class Side:
    """One end's dialog with us."""

    dialog: sip.Dialog
    flow: Flow
    repeated: Repeated | None = None
    """Our 2xx that waits for its ACK."""
    on_ack: Callable[[sip.Request], None] | None = None
    sent_ack: sip.Request | None = None
    """Of their last 2xx, to be sent again with it."""

    def acknowledge(self, exchange: Exchange, caused_by: sip.Request | None = None) -> None:
        """Send the ACK of their 2xx; `caused_by`: the other side's, whose body may be the answer."""
        ack = self.dialog.ack()
        if caused_by is not None and caused_by.body:
            for name, value in passed_fields(caused_by):
                ack.add(name, value)
            ack.body = caused_by.body
        exchange.send_ack(ack, self.flow)
        self.sent_ack = ack

    def acknowledge_again(self) -> None:
        if self.sent_ack is not None:
            self.flow.send(bytes(self.sent_ack))

    def hang_up(self, exchange: Exchange) -> None:
        self.dialog.state = "ended"
        exchange.send(self.dialog.request("BYE"), self.flow, _ignore, _nothing)


@dataclass(slots=True, eq=False)
class Leg:
    """A phone that rings."""

    binding: Binding
    flow: Flow
    outgoing: Outgoing | None = None
    forks: sip.Forks | None = None
    sides: dict[str, Side] = field(default_factory=dict)
    """By their tag: a phone may fork behind its own server."""
    status: int = 0
    """Its final answer; 0: none yet."""
    cancelled: bool = False
    elsewhere: bool = False
    """It was cancelled because another phone answered."""

    @property
    def ringing(self) -> bool:
        return self.status == 0

    def stop(self, exchange: Exchange, *, elsewhere: bool) -> None:
        """It rings no more, or is given up once it says nothing of that."""
        self.cancelled, self.elsewhere = True, elsewhere
        self.cancel_if_wanted(exchange)
        asyncio.get_running_loop().call_later(LATE_S, self._give_up, exchange)

    def cancel_if_wanted(self, exchange: Exchange) -> None:
        """A phone that said nothing yet cannot be cancelled: then it is done when it says something (9.1)."""
        if self.cancelled and self.outgoing is not None and self.outgoing.machine.state == "proceeding":
            cancel = sip.cancel(self.outgoing.request)
            if self.elsewhere:
                cancel.set("reason", ANSWERED_ELSEWHERE)
            exchange.send(cancel, self.flow, _ignore, _nothing)

    def _give_up(self, exchange: Exchange) -> None:
        if self.ringing and self.outgoing is not None:
            self.status = 408
            exchange.drop(self.outgoing)


class End(NamedTuple):
    """Who sends or gets a description, and the host that its signalling comes from."""

    key: Hashable
    host: str
    page: "PagePhone | None" = None
    codecs: tuple[str, ...] = ()
    """The only ones that are offered there, and no picture; none: all."""
    web: bool = False
    """A phone in a browser, which came over WebSocket."""
    voice: bool = False
    """It may have no picture of a door, and sends none."""


def _ignore(_response: sip.Response) -> None:
    return


def _nothing() -> None:
    return
