"""Phones that look through a door's camera in the call of the first one. Source: spec B 2.7.20 (2.1), A 4.1.

The picture is of all of them, and the door hears the one that was there first; when that one leaves, the next.
"""

import asyncio
from collections.abc import Container, Hashable
from dataclasses import dataclass
from typing import Final, Protocol

from linli.calls.engine import Engine
from linli.calls.media import CallMedia
from linli.calls.rows import ANSWERED, Account
from linli.calls.sides import End, Leg, Side
from linli.calls.watch import Watch
from linli.kernel.sip.exchange import Incoming
from linli.protocols import sip

MOST_VIEWERS: Final = 20
"""Of one door, with the first one."""


class Look(Protocol):
    """The call, as those who join it see it."""

    id: int
    caller: Account
    side: Side
    legs: list[Leg]
    answered: Leg | None
    over: bool
    calls_door: bool


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    call_id: int
    account: Account
    side: Side
    terminal: bool
    """A voice terminal, of which one looks at a time."""


class Viewers[Call: Look]:
    """Of one call to a door, without the first one."""

    def __init__(self, call: Call, engine: Engine[Call], media: CallMedia, *, terminal: bool) -> None:
        """`terminal`: the first one is a voice terminal."""
        self._call = call
        self._engine = engine
        self._media = media
        self._terminal = terminal
        self._by_side: dict[Hashable, Viewer] = {}
        self.settled = asyncio.Event()
        """The door answered, or will not."""

    def __contains__(self, end: Hashable) -> bool:
        return end in self._by_side

    def __len__(self) -> int:
        return len(self._by_side)

    def number_of(self, end: Hashable) -> str:
        """Empty: it is none of them."""
        viewer = self._by_side.get(end)
        return "" if viewer is None else viewer.account.number

    def may_join(self, number: str) -> bool:
        """Whether the call is a phone's look through the door of this number."""
        call = self._call
        watched = isinstance(call.side.flow, Watch)
        return call.calls_door and not watched and any(leg.binding.number == number for leg in call.legs)

    async def admit(self, account: Account, incoming: Incoming, call_id: int, *, terminal: bool) -> int:
        """Let one more look, once the door answered; the status of a refusal, or 0. Raises Malformed."""
        await self.settled.wait()
        if incoming.answered:
            return 487
        if self._call.over or self._call.answered is None:
            return 486
        return self._join(account, incoming, call_id, self._call.answered, terminal=terminal)

    def _join(self, account: Account, incoming: Incoming, call_id: int, door: Leg, *, terminal: bool) -> int:
        taken = self._terminal or any(viewer.terminal for viewer in self._by_side.values())
        if len(self) + 1 >= MOST_VIEWERS or (terminal and taken):
            return 486
        engine, request = self._engine, incoming.request
        side = Side(sip.Dialog.of_request(request, engine.exchange.tag()), incoming.flow)
        body = self._media.join(request, End(side, incoming.flow.host), door)
        if not body:
            return 488
        self._by_side[side] = Viewer(call_id, account, side, terminal)
        engine.keep(side, self._call)
        engine.lines.talks(account.number)
        engine.log.answered(call_id, door.binding.number)
        incoming.on_lost = lambda: self._lost(side)
        fields = [
            ("contact", engine.contact(incoming.flow)),
            ("allow", engine.allow),
            ("content-type", "application/sdp"),
        ]
        accepted = sip.respond(request, 200, to_tag=side.dialog.local.tag or "", fields=fields, body=body)
        incoming.respond(accepted)
        side.repeated = engine.exchange.repeat(incoming, accepted)
        side.dialog.state = "confirmed"
        return 0

    def left(self, side: Side) -> bool:
        """One end hung up; False: nobody looks any more."""
        call = self._call
        if side in self:
            self.leave(side)
        elif side is call.side and self._by_side and not call.over:
            viewer = self._by_side.pop(next(iter(self._by_side)))
            self._terminal = viewer.terminal
            self._media.drop(side)
            self._engine.log.ended(call.id, ANSWERED)
            self._engine.drop(side, call.caller.number)
            call.id, call.caller, call.side = viewer.call_id, viewer.account, viewer.side
            self._media.talk(viewer.side)
        else:
            return False
        return True

    def leave(self, end: Hashable) -> None:
        if (viewer := self._by_side.pop(end, None)) is not None:
            if viewer.side.repeated is not None:
                viewer.side.repeated.machine.acknowledged()
            self._media.drop(viewer.side)
            self._engine.log.ended(viewer.call_id, ANSWERED)
            self._engine.drop(viewer.side, viewer.account.number)

    def drop(self, numbers: Container[str]) -> None:
        """These may look no more."""
        for viewer in [each for each in self._by_side.values() if each.account.number in numbers]:
            self._lost(viewer.side)

    def _lost(self, side: Side) -> None:
        """It never said that it heard our answer, or may look no more."""
        if side in self:
            side.hang_up(self._engine.exchange)
            self.leave(side)

    def end(self) -> None:
        """The call is over."""
        self.settled.set()
        for viewer in list(self._by_side.values()):
            if viewer.side.dialog.state == "confirmed":
                viewer.side.hang_up(self._engine.exchange)
            self.leave(viewer.side)
