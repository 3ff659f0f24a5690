"""A visitor's own phone at an entrance's doorbell: to the call engine a door that calls, without keys and without a lock.

Who it may ring was looked at before; what it is told of the call says nothing of a home that does not answer.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from linli.calls.dial import Dial
from linli.calls.rows import Account
from linli.calls.watch import read_again
from linli.kernel.sip.flows import Flow, Receiver
from linli.protocols import sip

if TYPE_CHECKING:
    from linli.calls.media import CallMedia, Talk
    from linli.calls.sides import Side


class Way(Protocol):
    """Its media, which are there before it rings."""

    def adopt(self, side: "Side", name: str, talk: "Talk") -> "CallMedia":
        """It rings now, as this call."""
        ...


class BellPhone(Dial):
    """One call of one."""

    def __init__(self, receiver: Receiver, caller: Account, target: str, *, page: str, host: str) -> None:
        """`page`: the name that the browser gave itself; `host`: where it is."""
        super().__init__(receiver, target, caller.number, page)
        self.caller = caller
        self.host = host
        self.way: Way | None = None
        self._rings = False
        self.opened = False
        """The entrance's door opened."""
        self.on_gone: Callable[[], None] = lambda: None
        """Nothing comes from the visitor's browser any more."""

    def ring(self, description: bytes) -> None:
        """`description`: what it sends."""
        if not self._rings:
            self._invite.body = description
            self._rings = True
            self.begin()

    def hang_up(self) -> None:
        if self._rings:
            super().hang_up()
        self.over = True

    def gone(self) -> None:
        self.on_gone()

    @property
    def taken(self) -> bool:
        """Somebody has the call, or had it."""
        return self._forks.winner is not None

    def _hear(self, message: sip.Request | sip.Response) -> None:
        if isinstance(message, sip.Request) and message.method not in ("ACK", "BYE"):
            # It opens nothing: whoever asks for the door is to ask the door's own line.
            self._receiver.receive(read_again(sip.respond(message, 488)), self)
            return
        super()._hear(message)


def caller_at_bell(flow: Flow) -> Account | None:
    """Who calls by a doorbell; None: it is another phone."""
    return flow.caller if isinstance(flow, BellPhone) else None


def way_of(flow: Flow) -> Way | None:
    """The media of a visitor's phone; None: it is another phone."""
    return flow.way if isinstance(flow, BellPhone) else None


def tell_opened(flow: Flow) -> None:
    """The door of its call opened: a visitor at a doorbell sees it."""
    if isinstance(flow, BellPhone):
        flow.opened = True
