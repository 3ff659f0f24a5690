"""Calls of the device SDK: from the first ring to the end, and what opens the door on the way. Source: spec G 3.10."""

import asyncio
import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from linli.protocols import sdp, sip
from linli.protocols.sip.unlock import CONTENT_TYPE, OPENED, presses_star, read_unlock, tell_opening
from linli.sim.voip.talk import Talk

if TYPE_CHECKING:
    from linli.sim.voip.line import SipLine

_JAMMED: Final = 500
_MOST_ASKED: Final = 100


class CallState(StrEnum):
    """A53."""

    INCOMING = "INCOMING"
    OUTGOING = "OUTGOING"
    CONNECTED = "CONNECTED"
    END = "END"


class EndReason(StrEnum):
    """A53, as the SDK spells them."""

    NONE = "NONE"
    BUSY = "BUSY"
    TIMEOUT = "TIMEOUT"
    NOTFOUND = "NOTFOUND"
    REJECTED = "REJECTED"
    UNKNOW = "UNKNOW"


_REASONS: Final = {
    404: EndReason.NOTFOUND,
    408: EndReason.TIMEOUT,
    480: EndReason.TIMEOUT,
    486: EndReason.BUSY,
    487: EndReason.NONE,
    600: EndReason.BUSY,
    603: EndReason.REJECTED,
    403: EndReason.REJECTED,
}

type StateCallback = Callable[[CallState, EndReason], None]
type Opens = Callable[[str, str], bool]
"""`app` or `phone`, and who asks: whether the lock opened."""


class VoipCall:
    """One call of a line."""

    def __init__(self, line: "SipLine", number: str, talk: Talk, opens: Opens, *, incoming: bool) -> None:
        self.number = number
        self.talk = talk
        self.state = CallState.INCOMING if incoming else CallState.OUTGOING
        self.reason = EndReason.NONE
        self.status = 0
        """Of the final answer to our INVITE."""
        self.ended = asyncio.Event()
        self.connected = asyncio.Event()
        self._line = line
        self._opens = opens
        self._on_state: StateCallback = _ignore
        self._invite: sip.Request | None = None
        self._forks: sip.Forks | None = None
        self._dialog: sip.Dialog | None = None
        self._tag = secrets.token_hex(6)
        self._asked: list[int] = []
        self._cancelling = False
        self._progress = False
        self._early = b""
        talk.on_key = self._pressed

    def set_call_state_callback(self, callback: StateCallback) -> None:
        """A53; called at once with the state of now."""
        self._on_state = callback
        callback(self.state, self.reason)

    # ------------------------------------------------------------ outgoing

    def dial(self) -> None:
        line = self._line
        invite = line.request("INVITE", f"sip:{self.number}@{line.log_in.host}:{line.log_in.port}")
        invite.set("contact", line.contact)
        invite.set("content-type", "application/sdp")
        invite.body = self.talk.offer()
        self._invite, self._forks = invite, sip.Forks(invite)
        line.send(invite, self._answered)

    def _answered(self, response: sip.Response | None) -> None:
        if response is None:
            self._end(EndReason.TIMEOUT, 408)
            return
        if response.status >= 300:
            self._end(_REASONS.get(response.status, EndReason.UNKNOW), response.status)
            return
        assert self._forks is not None
        # With the password it was sent again, under the next number: the ACK has that.
        self._forks.request.set("cseq", str(response.cseq))
        dialog = self._forks.receive(response)
        if response.status < 200:
            self._progress = True
            if self._cancelling:
                self._take_back()
            elif response.body:
                self._see(response.body)
            return
        if dialog is None:
            return
        if self._dialog is not None and dialog is not self._dialog:
            dialog.state = "confirmed"
            self._line.acknowledge(dialog.ack())
            self._line.send(dialog.request("BYE"), _nothing)
            return
        self._line.acknowledge(dialog.ack())
        if self._dialog is None:
            self._dialog = dialog
            self._see(response.body)
            self._connected()
            if self._cancelling:
                self.hangup()

    def _see(self, description: bytes) -> None:
        if description == self._early:
            return
        self._early = description
        try:
            self.talk.take(description)
        except sdp.Unreadable:
            return

    # ------------------------------------------------------------ incoming

    def ring(self, invite: sip.Request) -> None:
        """Raises Malformed."""
        self._invite = invite
        self._dialog = sip.Dialog.of_request(invite, self._tag)
        self._respond(180)

    def accept(self, *, silent: bool = False) -> None:
        """A51: talk. `silent`: somebody looks through the camera, nobody at the door is disturbed."""
        if self.state is not CallState.INCOMING or self._invite is None:
            return
        try:
            body = self.talk.answer(self._invite.body) if self._invite.body else self.talk.offer()
        except sdp.Unreadable:
            self._respond(488)
            self._end(EndReason.UNKNOW)
            return
        self._respond(200, body)
        self._connected()

    def _respond(self, status: int, body: bytes = b"") -> None:
        assert self._invite is not None
        fields = [("contact", self._line.contact)] if status < 300 else []
        if body:
            fields.append(("content-type", "application/sdp"))
        response = sip.respond(self._invite, status, to_tag=self._tag, fields=fields, body=body)
        self._line.respond(self._invite, response)

    def cancelled(self) -> None:
        if self.state is CallState.INCOMING:
            self._respond(487)
            self._end(EndReason.NONE)

    # ------------------------------------------------------------ both

    def hangup(self) -> None:
        """A52: hang up, decline, or give up."""
        if self.state is CallState.INCOMING:
            self._respond(603)
            self._end(EndReason.NONE)
        elif self.state is CallState.CONNECTED and self._dialog is not None:
            self._line.send(self._dialog.request("BYE"), _nothing)
            self._end(EndReason.NONE)
        elif self.state is CallState.OUTGOING and not self._cancelling:
            self._cancelling = True
            if self._progress:
                self._take_back()

    def _take_back(self) -> None:
        """Once something was said; a phone that said nothing yet cannot be cancelled (RFC 3261, 9.1)."""
        if self._invite is not None and (under_way := self._line.under_way(self._invite.call_id)) is not None:
            self._invite = None
            self._line.send(sip.cancel(under_way), _nothing)

    @property
    def call_id(self) -> str:
        invite = self._forks.request if self._forks is not None else self._invite
        return "" if invite is None else invite.call_id

    def take(self, request: sip.Request) -> None:
        """A request within the call."""
        line = self._line
        if request.method == "BYE":
            line.respond(request, sip.respond(request, 200, to_tag=self._tag))
            self._end(EndReason.NONE)
        elif request.method == "INFO":
            line.respond(request, sip.respond(request, 200, to_tag=self._tag))
            self._info(request)
        elif request.method == "INVITE":
            self._renew(request)
        else:
            line.respond(request, sip.respond(request, 200, to_tag=self._tag))

    def _renew(self, request: sip.Request) -> None:
        try:
            body = self.talk.answer(request.body) if request.body else self.talk.offer()
        except sdp.Unreadable:
            self._line.respond(request, sip.respond(request, 488, to_tag=self._tag))
            return
        fields = [("contact", self._line.contact), ("content-type", "application/sdp")]
        self._line.respond(request, sip.respond(request, 200, to_tag=self._tag, fields=fields, body=body))

    def _info(self, request: sip.Request) -> None:
        asked = read_unlock(request)
        if asked is not None and asked.asks:
            if asked.number and asked.number in self._asked:
                return  # the second copy
            self._asked = [*self._asked[-_MOST_ASKED:], asked.number]
            opened = self._opens("app", request.from_.uri.user or self.number)
            self._tell(asked.number, opened=opened)
        elif presses_star(request):
            self._pressed("*")

    def _tell(self, number: int, *, opened: bool) -> None:
        """Both copies, as the contract has it."""
        if self._dialog is None:
            return
        for _ in range(2):
            info = self._dialog.request("INFO")
            info.set("content-type", CONTENT_TYPE)
            info.body = tell_opening(number, OPENED if opened else _JAMMED, "")
            self._line.send(info, _nothing)

    def _pressed(self, key: str) -> None:
        if key == "*" and self.state is CallState.CONNECTED:
            self._opens("phone", self.number)

    def _connected(self) -> None:
        if self.state is not CallState.END:
            self.connected.set()
            self._go(CallState.CONNECTED, EndReason.NONE)

    def _end(self, reason: EndReason, status: int = 0) -> None:
        if self.state is CallState.END:
            return
        self.status = status
        self.talk.close()
        self._go(CallState.END, reason)
        self.ended.set()

    def _go(self, state: CallState, reason: EndReason) -> None:
        self.state, self.reason = state, reason
        self._on_state(state, reason)


def _ignore(_state: CallState, _reason: EndReason) -> None:
    return


def _nothing(_response: sip.Response | None) -> None:
    return
