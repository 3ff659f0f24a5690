"""A page's end of a call: to the call engine it is a phone like others, without a socket and without a password.

Who may have one was asked before, by the session of the page.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from linli.kernel.sip.flows import Flow, Receiver
from linli.protocols import sip

if TYPE_CHECKING:
    from linli.protocols.sip import Request

TRANSPORT: Final = "page"
BACK_S: Final = 10.0
"""How long a page whose line broke may take to come back: after a reload, or in another network."""
RINGS, TALKS, OVER = "rings", "talks", "over"


class PageMedia(Protocol):
    """The media of its call, as far as a page needs them."""

    def offer_page(self, page: "PagePhone") -> bytes:
        """The call's description for it, also again; empty: pages are not served now."""
        ...

    def answer_page(self, page: "PagePhone", description: bytes) -> bool: ...


class PagePhone:
    """Implements `flows.Flow`. A phone that `waits` rings as long as its call does, for whoever comes later."""

    transport = TRANSPORT
    reliable = True
    port = 0

    def __init__(self, receiver: Receiver, number: str, host: str, *, page: str = "", waits: bool = False):
        """`host`: where the page is; `page`: the name that it gave itself."""
        self._receiver = receiver
        self.number = number
        self.host = host
        self.page = page
        self.waits = waits
        self.state = RINGS
        self.media: PageMedia | None = None
        self.on_lost: Callable[[], None] | None = None
        self.on_moved: Callable[[], None] | None = None
        """It begins to ring, or is over."""
        self.silent = False
        """It is asked to ring without a sound."""
        self.only = ""
        """Of what waits at desks: whose page alone may take the call; empty: anybody's."""
        self.declined: set[tuple[str, str]] = set()
        """Of what waits at desks: the pages (number, name) that will not take the call."""
        self._invite: Request | None = None
        self._tag = f"p{id(self):x}"
        self._answer = b""
        self._losses = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def contact(self) -> str:
        return f"sip:{self.number}@page.invalid"

    def proved(self, number: str) -> None:
        return

    # ------------------------------------------------------------ what the engine says

    def send(self, data: bytes) -> bool:
        message = sip.read_datagram(data)
        if isinstance(message, sip.Request):
            self._hear(message)
        return True

    def _hear(self, request: sip.Request) -> None:
        match request.method:
            case "INVITE" if self._invite is None:
                self._invite = request
                self.silent = "info=silent" in (request.get("alert-info") or "")
                self._respond(request, 180)
                self._tell()
            case "INVITE" | "UPDATE":
                self._respond(request, 488)  # what it sees and says stays as it is
            case "ACK":
                return
            case "CANCEL":
                self._respond(request, 200)
                self._finish(487)
            case "BYE":
                self._respond(request, 200)
                self._end()
            case _:
                self._respond(request, 200)

    def lost(self) -> None:
        """Nothing comes from it any more, or its keys are gone."""
        self._losses += 1
        if self._timer is None and self.state != OVER:
            self._timer = asyncio.get_running_loop().call_later(BACK_S, self._stays_away, self._losses)

    def _stays_away(self, losses: int) -> None:
        self._timer = None
        if self.state != OVER and losses == self._losses and self.on_lost is not None:
            self.on_lost()

    # ------------------------------------------------------------ what the page says

    def offer(self) -> bytes:
        return b"" if self.media is None else self.media.offer_page(self)

    def see(self, answer: bytes) -> bool:
        """Its answer to the offer: from now on it sees the door. False: the answer does not fit."""
        if self.media is None or self.state == OVER or not self.media.answer_page(self, answer):
            return False
        self._losses += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        first, self._answer = not self._answer, answer
        if first and self._invite is not None:
            self._respond(self._invite, 183, answer)
        return True

    def take(self) -> bool:
        """Answer the call. False: it has seen no offer, or rings no more."""
        if self.state != RINGS or not self._answer or self._invite is None:
            return False
        self.state = TALKS
        self._respond(self._invite, 200, self._answer)
        self._tell()
        return True

    def decline(self, status: int = 603) -> None:
        if self.state == RINGS:
            self._finish(status)

    def _finish(self, status: int) -> None:
        if self._invite is not None and self.state == RINGS:
            self._respond(self._invite, status)
        self._end()

    def _tell(self) -> None:
        if self.on_moved is not None:
            asyncio.get_running_loop().call_soon(self.on_moved)

    def _end(self) -> None:
        self.state = OVER
        self._tell()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _respond(self, request: sip.Request, status: int, body: bytes = b"") -> None:
        fields = [("contact", f"<{self.contact}>")] if request.method == "INVITE" and status < 300 else []
        if body:
            fields.append(("content-type", "application/sdp"))
        response = bytes(sip.respond(request, status, to_tag=self._tag, fields=fields, body=body))
        # Not at once: the engine is still in the middle of what it sent.
        asyncio.get_running_loop().call_soon(self._deliver, response)

    def _deliver(self, response: bytes) -> None:
        self._receiver.receive(sip.read_datagram(response), self)


def page_of(flow: Flow) -> PagePhone | None:
    return flow if isinstance(flow, PagePhone) else None
