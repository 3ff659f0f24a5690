"""Looking through doors' cameras from pages: one call to a door for all who look, of whom one may talk.

To the call engine it is a phone that calls the door; what that phone may, its account may. Source: spec A 4.1; B 2.7.20.
"""

import asyncio
import secrets
from collections.abc import Callable, Hashable
from typing import Final, Protocol

from linli.calls.page_phone import TRANSPORT, PagePhone
from linli.calls.rows import Account
from linli.kernel.sip.flows import Flow, Receiver
from linli.protocols import sip

MOST_VIEWERS: Final = 20
_HERE: Final = "page.invalid"
_OFFER: Final = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 9 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    b"m=video 9 RTP/AVP 96 97\r\na=rtpmap:96 H264/90000\r\n"
    b"a=fmtp:96 profile-level-id=42e01f;packetization-mode=1\r\na=rtpmap:97 VP8/90000\r\na=recvonly\r\n"
)
"""What doors send and every browser shows."""


class ViewMedia(Protocol):
    """The media of the call, as far as those who look need them."""

    def add_viewer(self, page: PagePhone) -> None: ...

    def drop_viewer(self, page: PagePhone) -> None: ...

    def talk_viewer(self, page: Hashable) -> None:
        """Whom the door hears."""
        ...

    def join_web(self, key: Hashable, message: sip.Message, host: str) -> bytes:
        """The answer to a phone in a browser; empty: nothing of it fits."""
        ...

    def renew_web(self, key: Hashable, message: sip.Message, host: str) -> bytes:
        """The answer to what it wants now."""
        ...

    def drop_web(self, key: Hashable) -> None: ...


class Guest(Hashable, Protocol):
    """A phone that looks, as its watch sees it. Pages ask for themselves."""

    def may_talk(self, *, may: bool) -> None:
        """The door hears it from now on, or no more."""
        ...

    def sent_away(self) -> None:
        """The call to the door is over."""
        ...

    def lost(self) -> None:
        """Nothing comes from it any more."""
        ...


class Watch:
    """The call to one door. Implements `flows.Flow`."""

    transport = TRANSPORT
    reliable = True
    host = "127.0.0.1"
    port = 9

    def __init__(self, receiver: Receiver, door: str, number: str, *, caller: Account | None = None) -> None:
        """`door`: its number; `number`: of the account that calls; `caller`: where no account of that number is kept."""
        self._receiver = receiver
        self.number = number
        self.caller = caller
        self.on_over: Callable[[], None] = lambda: None
        self.media: ViewMedia | None = None
        self.viewers: dict[tuple[str, str], PagePhone] = {}
        self.guests: list[Guest] = []
        self.terminals: set[str] = set()
        """The numbers of terminals that looked or look."""
        self.talker: Hashable = None
        self.lent = False
        """Whether the talker never asked: any other one may take the voice."""
        self.over = False
        self.answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        invite = self._invite = sip.Request("INVITE", f"sip:{door}@{_HERE}")
        invite.set("max-forwards", "70")
        invite.set("from", f"<sip:{number}@{_HERE}>;tag={secrets.token_hex(8)}")
        invite.set("to", f"<sip:{door}@{_HERE}>")
        invite.set("call-id", secrets.token_hex(12))
        invite.set("cseq", "1 INVITE")
        invite.set("contact", f"<sip:{number}@{_HERE}>")
        invite.set("content-type", "application/sdp")
        invite.body = _OFFER
        self._forks = sip.Forks(invite)

    def begin(self) -> None:
        self._say(self._invite)

    def proved(self, number: str) -> None:
        return

    def send(self, data: bytes) -> bool:
        asyncio.get_running_loop().call_soon(self._hear, sip.read_datagram(data))
        return True

    def _hear(self, message: sip.Request | sip.Response) -> None:
        if isinstance(message, sip.Request):
            if message.method != "ACK":
                self._receiver.receive(read_again(sip.respond(message, 200)), self)
            if message.method == "BYE":
                self._end(480)
        elif message.cseq.method == "INVITE" and message.status >= 200:
            dialog = self._forks.receive(message)
            if dialog is None:
                self._end(message.status)
                return
            self._say(dialog.ack())
            if not self.answered.done():
                self.answered.set_result(message.status)

    def hang_up(self) -> None:
        if not self.over and self._forks.winner is not None:
            self._say(self._forks.winner.request("BYE"))
        self._end(480)

    def _end(self, status: int) -> None:
        self.over = True
        if not self.answered.done():
            self.answered.set_result(status)
        guests, self.guests = self.guests, []
        for guest in guests:
            guest.sent_away()
        self.on_over()

    # ------------------------------------------------------------ who looks

    @property
    def empty(self) -> bool:
        return not self.viewers and not self.guests

    @property
    def full(self) -> bool:
        return len(self.viewers) + len(self.guests) >= MOST_VIEWERS

    def hand(self, who: Hashable, *, on: bool, lent: bool = False) -> bool:
        """Give the voice to one who looks, or take it back. False: another one asked for it before."""
        before = self.talker
        if before not in (None, who) and not self.lent:
            return False
        if before is not who and not on:
            return True
        self.talker, self.lent = who if on else None, lent
        if self.media is not None:
            self.media.talk_viewer(self.talker)
        for guest in self.guests:
            if guest in (before, self.talker) and before is not self.talker:
                guest.may_talk(may=guest is self.talker)
        return True

    def lost(self, who: Hashable) -> None:
        for guest in self.guests:
            if guest is who:
                guest.lost()
                return

    def _say(self, request: sip.Request) -> None:
        request.fields = {
            "via": [f"SIP/2.0/PAGE {_HERE};branch={sip.COOKIE}{secrets.token_hex(8)}"],
            **request.fields,
        }
        self._receiver.receive(read_again(request), self)


def caller_looking(flow: Flow) -> Account | None:
    """Who looks without an account that is kept; None: it is another phone, or has one."""
    return flow.caller if isinstance(flow, Watch) else None


def read_again(message: sip.Message) -> sip.Request | sip.Response:
    """As others see it."""
    return sip.read_datagram(bytes(message))
