"""Phones in browsers that look through a door: they join the call that all others who look are in.

The door's call is `watch.Watch`; here each phone has a dialog of its own with us. Who may talk is asked by INFO:
`{"req": "talk", "reqsn": n}` and `{"req": "release", "reqsn": n}`; the status of its answer says whether it was given,
and an INFO `{"event": "talk", "may": true}` tells of each change. The first who looks may talk until another one asks.
Source: spec E 4.7, 5.5.
"""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from linli.calls.call import Call
from linli.calls.media import Media
from linli.calls.relaying import answer_here
from linli.calls.rows import Account
from linli.calls.sides import Side
from linli.calls.watch import Watch
from linli.domains.intercom.answering import DoorAway, DoorBusy
from linli.domains.intercom.service.openings import Openings
from linli.domains.intercom.sip.watch import PageViews
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.kernel.sip.flows import Flow
from linli.protocols import sdp, sip

MOST_EACH: Final = 3
"""Phones of one account that look through one door."""
_TYPE: Final = "application/json"
_MOST_BODY: Final = 1_024
_WANTS: Final = {"talk": True, "release": False}


class Calls(Protocol):
    """The call engine, as far as those who look need it."""

    exchange: Exchange
    media: Media
    allow: str

    def contact(self, flow: Flow) -> str: ...

    def seat(self, side: Side, holder: "WebViewer") -> None: ...

    def unseat(self, side: Side) -> None: ...

    def of_flow(self, flow: Flow) -> Call | None: ...


class WebViews:
    """All of a process."""

    def __init__(self, calls: Calls, views: PageViews, openings: Openings) -> None:
        self._calls = calls
        self._views = views
        self._openings = openings

    async def took(self, caller: Account, door: str, incoming: Incoming) -> bool:
        """Answer an INVITE to a door that its caller may look through; False: no browser asks. Raises Malformed."""
        if not _from_browser(incoming):
            return False
        terminal = await self._openings.is_terminal(caller.number)
        await self._view(caller, door, incoming, terminal=terminal)
        return True

    async def _view(self, caller: Account, door: str, incoming: Incoming, *, terminal: bool) -> None:
        """`terminal`: a voice terminal, of which one looks at a time."""
        tag = self._calls.exchange.tag()
        side = Side(sip.Dialog.of_request(incoming.request, tag), incoming.flow)
        try:
            watch = await self._views.begin(door, caller.number)
        except (DoorAway, DoorBusy) as refused:
            if not incoming.answered:
                incoming.answer(486 if isinstance(refused, DoorBusy) else 480)
            return
        if incoming.answered:  # given up meanwhile
            self._views.end_if_empty(door, watch)
            return
        others = [each for each in watch.guests if isinstance(each, WebViewer)]
        own = [each for each in others if each.number == caller.number]
        second = terminal and any(each.terminal for each in others)
        if watch.full or len(own) >= MOST_EACH or second:
            incoming.answer(486)
            return
        viewer = WebViewer(self._calls, watch, side, caller.number, terminal=terminal)
        body = watch.media.join_web(viewer, incoming.request, incoming.flow.host) if watch.media else b""
        if not body:
            incoming.answer(488)
            self._views.end_if_empty(door, watch)
            return
        viewer.on_left = lambda: self._views.end_if_empty(door, watch)
        fields = [
            ("contact", self._calls.contact(incoming.flow)),
            ("allow", self._calls.allow),
            ("content-type", "application/sdp"),
        ]
        accepted = sip.respond(incoming.request, 200, to_tag=tag, fields=fields, body=body)
        incoming.on_lost = viewer.leave
        incoming.respond(accepted)
        viewer.side.repeated = self._calls.exchange.repeat(incoming, accepted)
        side.dialog.state = "confirmed"
        self._calls.seat(side, viewer)
        watch.guests.append(viewer)


class WebViewer:
    """One phone. Implements `watch.Guest` and `calls.Talking`."""

    def __init__(self, calls: Calls, watch: Watch, side: Side, number: str, *, terminal: bool) -> None:
        self._calls = calls
        self._watch = watch
        self.side = side
        self.number = number
        self.terminal = terminal
        self._seen = False
        self.on_left: Callable[[], None] = lambda: None

    # ------------------------------------------------------------ from the phone

    def take(self, side: Side, incoming: Incoming) -> None:
        """A request within its dialog. Raises Malformed."""
        request = incoming.request
        side.flow = incoming.flow
        if (status := side.dialog.take(request)) is not None:
            incoming.answer(status)
            return
        match request.method:
            case "BYE":
                incoming.answer(200)
                side.dialog.state = "ended"
                self.leave()
            case "OPTIONS":
                incoming.answer(200, allow=self._calls.allow)
            case "INVITE" | "UPDATE":
                media = self._watch.media
                body = media.renew_web(self, request, incoming.flow.host) if media else b""
                answer_here(incoming, side, body, self._calls)
            case "INFO":
                self._hear(incoming)
            case _:
                incoming.answer(405)

    def _hear(self, incoming: Incoming) -> None:
        on = _WANTS.get(_asked(incoming.request))
        if on is not None:
            incoming.answer(200 if self._watch.hand(self, on=on) else 486)
            return
        call = self._calls.of_flow(self._watch)
        if call is None or not call.unlocking.take(self.side, self.number, incoming):
            incoming.answer(415)

    def acknowledged(self, side: Side, _ack: sip.Request) -> None:
        if side.repeated is not None:
            side.repeated.machine.acknowledged()
            side.repeated = None
        if not self._seen:
            self._seen = True
            if self._watch.talker is None:
                self._watch.hand(self, on=True, lent=True)
            else:
                self.may_talk(may=self._watch.talker is self)

    # ------------------------------------------------------------ from the watch

    def may_talk(self, *, may: bool) -> None:
        if not self._seen or self.side.dialog.state == "ended":
            return
        info = self.side.dialog.request("INFO")
        info.set("content-type", _TYPE)
        info.body = msgspec.json.encode({"event": "talk", "may": may})
        self._calls.exchange.send(info, self.side.flow, _ignore, _nothing)

    def sent_away(self) -> None:
        self._end()

    def lost(self) -> None:
        self.leave()

    def leave(self) -> None:
        """It looks no more; who still talks to it is told so."""
        if self in self._watch.guests:
            self._watch.guests.remove(self)
            if self._watch.talker is self:
                self._watch.hand(self, on=False)
            if self._watch.media is not None:
                self._watch.media.drop_web(self)
        self._end()
        self.on_left()

    def _end(self) -> None:
        if self.side.repeated is not None:
            self.side.repeated.machine.acknowledged()
            self.side.repeated = None
        if self.side.dialog.state != "ended":
            self.side.hang_up(self._calls.exchange)
        self._calls.unseat(self.side)


def _from_browser(incoming: Incoming) -> bool:
    if incoming.flow.transport != "ws" or not incoming.request.body:
        return False
    try:
        return sdp.read(incoming.request.body).of_browser
    except sdp.Unreadable:
        return False


def _asked(request: sip.Request) -> str:
    if request.content_type != _TYPE or len(request.body) > _MOST_BODY:
        return ""
    try:
        read = msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        return ""
    asked = read.get("req") if isinstance(read, dict) else None
    return asked if isinstance(asked, str) else ""


def _ignore(_response: sip.Response) -> None:
    return


def _nothing() -> None:
    return
