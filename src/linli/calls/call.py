"""Calls: a back-to-back user agent, so that one end's messages never reach the other one unread.

Each end has a dialog of its own with us; descriptions pass through. A number rings its phone, a group all of its
members' at once; the first to answer has the call.
"""

import asyncio
import functools
from collections.abc import Callable, Hashable

from linli.calls.bell_phone import tell_opened
from linli.calls.engine import Engine, Target
from linli.calls.handover import Handover
from linli.calls.outcomes import asks_to_open, outcome_of, preferred, says_open
from linli.calls.page_phone import page_of
from linli.calls.relaying import Relaying, pass_answer
from linli.calls.rows import ANSWERED, DOOR_STATION, GIVEN_UP, MISSED, Account, Binding, bell_of
from linli.calls.sides import (
    End,
    Leg,
    Side,
    answer_at_once,
    onward_invite,
    passed_fields,
    ring_silently,
)
from linli.calls.unlocking import Unlocking
from linli.calls.viewers import Viewers
from linli.calls.ways import codecs_of, is_mailbox, line_of, meaning_of
from linli.kernel.sip.exchange import Incoming
from linli.kernel.sip.flows import Flow, Proving
from linli.protocols import sip
from linli.protocols.edge_link import REF


class Call:
    """From an INVITE that was let through to the end of both dialogs."""

    def __init__(self, engine: "Engine[Call]", caller: Account, incoming: Incoming, target: Target) -> None:
        self.id = target.call_id
        self.calls_door = target.is_door
        self.limit_s = target.limit_s
        self._has_door = target.is_door or caller.kind == DOOR_STATION
        self.deaf_door = bell_of(caller.number) is not None
        self.outcome = MISSED
        self._engine = engine
        self._exchange = engine.exchange
        self.caller = caller
        self.incoming = incoming
        self.tag = self._exchange.tag()
        self.side = Side(sip.Dialog.of_request(incoming.request, self.tag), incoming.flow)
        self.legs: list[Leg] = []
        self.answered: Leg | None = None
        self.callee: Side | None = None
        self.unlocking = Unlocking(self, engine.exchange, engine.log.openings, answer_s=engine.unlock_s)
        self._early: Leg | None = None
        """The phone whose early picture the caller sees: one description a call."""
        self._relaying = Relaying(self, engine)
        self.over = False
        self._media = engine.media.begin(str(target.call_id), self.side, self, door=self._has_door)
        self.viewers = Viewers(self, engine, self._media, terminal=target.terminal)
        self.handover = Handover(self, engine, self._media)
        self._ladder = target.ladder
        self.voice = target.voice
        ring_s = engine.ring_s
        if self._ladder is not None:
            self._ladder.talk = self
            ring_s = max(ring_s, self._ladder.total_s)
        self._limit = asyncio.get_running_loop().call_later(ring_s, self._ring_ended)
        incoming.on_cancel = self._caller_cancelled
        incoming.on_lost = self.hang_up

    # ------------------------------------------------------------ ringing

    def ring(self, phones: list[tuple[Binding, Flow]]) -> None:
        self._engine.keep(self.side, self)
        self.ring_more(phones)
        if self._ladder is not None:
            self._ladder.wait()

    def ring_more(self, phones: list[tuple[Binding, Flow]]) -> None:
        engine, request = self._engine, self.incoming.request
        legs = [Leg(binding, flow) for binding, flow in phones]
        self.legs += legs
        for leg in legs:
            engine.lines.rings(leg.binding.number)
        for leg in legs:
            if self.over or self.answered is not None:
                return  # nothing could be sent to the others
            invite = onward_invite(request, self.caller.number, leg.binding, engine.exchange.here)
            if (line := line_of(leg.flow)) is not None:
                line.dress(invite)
            invite.set("from", f"{invite.get('from')};tag={self._exchange.tag()}")
            invite.set("call-id", engine.token(24))
            invite.set("contact", engine.contact(leg.flow))
            invite.set("allow", engine.allow)
            if self.calls_door:
                answer_at_once(invite, engine.exchange.here)
            elif self._ladder is not None and self._ladder.silent(leg.binding.number):
                ring_silently(invite, engine.exchange.here)
            invite.body = self.carry(request, self.side, leg)
            if self._media.full:
                self.refuse(503)
                return
            leg.forks = sip.Forks(invite)
            leg.outgoing = self._exchange.send(
                invite,
                leg.flow,
                functools.partial(self._phone_answered, leg),
                functools.partial(self._phone_refused, leg, 408),
            )

    def _phone_answered(self, leg: Leg, response: sip.Response) -> None:
        if response.status == 100:
            leg.cancel_if_wanted(self._exchange)
            return
        if response.status >= 300:
            self._phone_refused(leg, response.status)
            return
        side = self._side_of(leg, response)
        if response.status < 200:
            leg.cancel_if_wanted(self._exchange)
            if not leg.cancelled and self.answered is None and not self.over:
                self._show_progress(leg, response)
            return
        leg.status = response.status
        if side is None:
            self._phone_refused(leg, 500)
        elif side is self.callee or leg is self.handover.former:
            side.acknowledge_again()
        elif self.answered is None and not self.over and not leg.cancelled:
            self._connect(leg, side, response)
        else:
            # Two answered at once, or one after the caller gave up: the later one is hung up.
            side.acknowledge(self._exchange)
            side.hang_up(self._exchange)

    def _side_of(self, leg: Leg, response: sip.Response) -> Side | None:
        if leg.forks is None:
            return None
        try:
            dialog = leg.forks.receive(response)
        except sip.Malformed:
            return None
        if dialog is None:
            return None
        tag = dialog.remote.tag or ""
        side = leg.sides.get(tag)
        if side is None:
            side = Side(dialog, leg.flow)
            if (line := line_of(leg.flow)) is not None:
                line.dialogs.append(dialog)
            if not self.over:
                leg.sides[tag] = side
                self._engine.keep(side, self)
        return side

    def _show_progress(self, leg: Leg, response: sip.Response) -> None:
        if self.incoming.answered:
            return  # the caller talked with somebody before
        fields = [("contact", self._engine.contact(self.incoming.flow))]
        body = self.carry(response, leg, self.side)
        if self._early is not None and page_of(leg.flow) is not None:
            return  # at a plain 180 some doors end the picture that others look at
        if self._early not in (None, leg):
            body = b""
        if body:
            self._early = leg
            fields += passed_fields(response)
            self._media.talk(leg)
        status = response.status if body or response.status != 183 else 180
        self.incoming.respond(
            sip.respond(self.incoming.request, status, to_tag=self.tag, fields=fields, body=body)
        )

    def _connect(self, leg: Leg, side: Side, response: sip.Response) -> None:
        self.answered, self.callee = leg, side
        if self.handover.took(leg, side, response):
            return
        number, by_somebody = leg.binding.number, not is_mailbox(leg.flow)
        if by_somebody:
            self.outcome = ANSWERED
            self._engine.log.answered(self.id, number)
        if self._ladder is not None:
            (self._ladder.answered if by_somebody else self._ladder.recorded)(number)
        for other in self.legs:
            if other is not leg:
                self.stop_ringing(other, elsewhere=by_somebody)
        fields = [
            ("contact", self._engine.contact(self.incoming.flow)),
            ("allow", self._engine.allow),
            *passed_fields(response),
        ]
        body = self.carry(response, leg, self.side)
        self._media.connected(leg)
        accepted = sip.respond(self.incoming.request, 200, to_tag=self.tag, fields=fields, body=body)
        pass_answer(self, self._engine, self.incoming, accepted, (self.side, side))
        self.side.dialog.state = "confirmed"
        self.viewers.settled.set()
        self._engine.lines.talks(number)
        self.wait(self.limit_s, self.hang_up)

    def carry(self, message: sip.Message, of: Side | Leg, to: Side | Leg) -> bytes:
        """The body of a message as the other end gets it: with the relay's addresses, if there is one."""
        return self._media.carry(message, self._end_of(of), self._end_of(to))

    def _end_of(self, end: Side | Leg) -> End:
        key = (end if isinstance(end, Leg) else self._leg_of(end)) or self.side
        flow, voice = end.flow, isinstance(key, Leg) and key.binding.number in self.voice
        return End(key, flow.host, page_of(flow), codecs_of(flow), flow.transport == "ws", voice)

    def renew(self, request: sip.Request, side: Side, other: Side) -> bytes | None:
        return self._media.renew(request, self._end_of(side), self._end_of(other))

    def _leg_of(self, side: Side) -> Leg | None:
        return next((leg for leg in self.legs if side in leg.sides.values()), None)

    def _phone_refused(self, leg: Leg, status: int) -> None:
        leg.status = status = meaning_of(leg.flow, status)
        self._media.drop(leg)
        if self.answered is not None or self.over or any(other.ringing for other in self.legs):
            return
        if self.handover.refused(status):
            return
        status = preferred({other.status for other in self.legs}, status)
        if self._ladder is not None and self._ladder.refused(self.legs):
            return  # somebody else is tried
        self.outcome = outcome_of(status)
        self.refuse(status)

    def nobody_left(self) -> None:
        """No further step has a phone: the call ends, unless one still rings."""
        if not any(leg.ringing for leg in self.legs):
            status = preferred({leg.status for leg in self.legs}, 480)
            self.outcome = outcome_of(status)
            self.refuse(status)

    def refuse(self, status: int) -> None:
        """Tell the caller why there is no call, and end it."""
        if self.incoming.answered:
            self.hang_up()  # there was one before it was passed on
            return
        self.incoming.respond(sip.respond(self.incoming.request, status, to_tag=self.tag))
        self._end()

    def _ring_ended(self) -> None:
        self.refuse(480)

    def _caller_cancelled(self) -> None:
        # Of a box whose own phone took it.
        elsewhere = bool(self.incoming.request.get(REF)) and "cause=200" in self.incoming.why_cancelled
        self.outcome = ANSWERED if elsewhere else GIVEN_UP
        for leg in self.legs:
            self.stop_ringing(leg, elsewhere=elsewhere)
        self.refuse(487)

    def stop_ringing(self, leg: Leg, *, elsewhere: bool = False) -> None:
        """`elsewhere`: another phone has the call, which its owner is to see as taken and not as missed."""
        if leg.ringing and not leg.cancelled:
            self._media.drop(leg)
            leg.stop(self._exchange, elsewhere=elsewhere)

    def wait(self, seconds: float, then: Callable[[], None]) -> None:
        """From now on this is its limit."""
        self._limit.cancel()
        self._limit = asyncio.get_running_loop().call_later(seconds, then)

    # ------------------------------------------------------------ talking

    def take(self, side: Side, incoming: Incoming) -> None:
        """A request within one side's dialog. Raises Malformed."""
        request = incoming.request
        if not isinstance(side.flow, Proving):
            side.flow = incoming.flow  # where the phone is now, after its network changed
        if (status := side.dialog.take(request)) is not None:
            incoming.answer(status)
            return
        if request.method == "BYE":
            incoming.answer(200)
            side.dialog.state = "ended"
            if not self.viewers.left(side):
                self.hang_up()
            return
        if request.method == "OPTIONS":
            incoming.answer(200, allow=self._engine.allow)
            return
        if request.method == "INFO" and self._about_door(side, incoming):
            return
        if self.viewers and request.method in ("INVITE", "UPDATE"):
            incoming.answer(488)  # one picture is of all of them
            return
        other = self._other(side)
        if other is None:
            incoming.answer(491 if request.method in ("INVITE", "UPDATE") else 480)
            return
        self._relaying.relay(side, other, incoming)

    def _about_door(self, side: Side, incoming: Incoming) -> bool:
        """Whether an INFO is about opening the door, and was worked on; others go on to the other end."""
        request = incoming.request
        if not self._is_door(side):
            return self._has_door and self.unlocking.take(side, self._number_of(side), incoming)
        if asks_to_open(request):  # no door opens another one
            incoming.answer(403)
            return True
        if self.unlocking.answered(incoming):
            return True
        if says_open(request):
            self.opened()
        return False

    def pressed(self, end: Hashable, key: str) -> None:
        """A key came as a tone; the one that opens doors waits until its phone's right is known."""
        if key == "#" and self.answered is not None and is_mailbox(self.answered.flow):
            self.hang_up()  # the visitor has said all
        elif (
            key == "*"
            and self._has_door
            and not self._is_door(end)
            and (end in (self.answered or self._early, self.side) or end in self.viewers)
        ):
            number = (
                end.binding.number
                if isinstance(end, Leg)
                else self.viewers.number_of(end) or self.caller.number
            )
            self.unlocking.pressed(number, functools.partial(self._media.release, end))

    def opened(self) -> None:
        self._engine.log.opened(self.id)
        tell_opened(self.side.flow)

    def door_side(self) -> Side | None:
        """The end that is a door, once it can be told something."""
        return self.side if self.caller.kind == DOOR_STATION else self.callee if self.calls_door else None

    def _number_of(self, side: Side) -> str:
        leg = self._leg_of(side)
        return (self.viewers.number_of(side) or self.caller.number) if leg is None else leg.binding.number

    def _is_door(self, side: Hashable) -> bool:
        """Whether this end is the door station: only its word says that the door opened."""
        if side is self.side:
            return self.caller.kind == DOOR_STATION
        return self.calls_door and side not in self.viewers

    def _other(self, side: Side) -> Side | None:
        if side is not self.side and side not in self.viewers:
            return self.side
        if self.callee is not None:
            return self.callee
        leg = self._early or (self.legs[0] if len(self.legs) == 1 else None)
        return next(iter(leg.sides.values()), None) if leg is not None else None

    def acknowledged(self, side: Side, ack: sip.Request) -> None:
        """The ACK of our 2xx came, perhaps again."""
        if side.repeated is not None:
            side.repeated.machine.acknowledged()
            side.repeated = None
        if side.on_ack is not None:
            side.on_ack(ack)
            side.on_ack = None

    # ------------------------------------------------------------ the end

    def hang_up(self) -> None:
        """End both dialogs."""
        if not self.over and not self.incoming.answered:
            self.refuse(480)
            return
        if not self.over:
            for side in (self.side, self.callee):
                if side is not None and side.dialog.state == "confirmed":
                    side.hang_up(self._exchange)
            self._end()

    def _end(self) -> None:
        if self.over:
            return
        self.over = True
        self.viewers.end()
        self._engine.log.ended(self.id, self.outcome)
        if self._ladder is not None:
            self._ladder.ended(self.outcome)
        self._media.close()
        self._limit.cancel()
        for side in (self.side, self.callee):
            if side is not None and side.repeated is not None:
                side.repeated.machine.acknowledged()
        self._relaying.end()
        self.handover.end()
        for leg in self.legs:
            self.stop_ringing(leg)
        if self.answered is not None:
            self._engine.lines.ended(self.answered.binding.number)
        self._engine.forget(self)
