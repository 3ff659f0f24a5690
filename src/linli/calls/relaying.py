"""Requests within a call that go from one end to the other, and their answers back."""

from typing import Protocol

from linli.calls.media import Media
from linli.calls.sides import Side, passed_fields
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.kernel.sip.flows import Flow
from linli.protocols import sip


class Engine(Protocol):
    exchange: Exchange
    media: Media

    def contact(self, flow: Flow) -> str: ...


def answer_here(incoming: Incoming, side: Side, body: bytes, engine: Engine) -> None:
    """Answer a new offer without the other end; an empty body: it fits nothing."""
    if not body:
        incoming.answer(488)
        return
    fields = [("contact", engine.contact(incoming.flow)), ("content-type", "application/sdp")]
    accepted = sip.respond(incoming.request, 200, fields=fields, body=body)
    incoming.respond(accepted)
    if incoming.request.method == "INVITE":
        side.repeated = engine.exchange.repeat(incoming, accepted)
        side.on_ack = None


def pass_answer(
    talk: "Talk", engine: Engine, incoming: Incoming, accepted: sip.Response, ends: tuple[Side, Side]
) -> None:
    """Pass a 2xx on and repeat it until the ACK. Theirs is acknowledged at once unless the ACK has the answer.

    `ends`: who asked, and who answers.
    """
    side, other = ends
    incoming.respond(accepted)
    side.repeated = engine.exchange.repeat(incoming, accepted)
    if incoming.request.body:
        other.acknowledge(engine.exchange)
        side.on_ack = None
        return

    def pass_ack(ack: sip.Request) -> None:
        ack.body = talk.carry(ack, side, other)
        other.acknowledge(engine.exchange, ack)

    side.on_ack = pass_ack


class Talk(Protocol):
    """A call, as this part of it sees it."""

    def carry(self, message: sip.Message, of: Side, to: Side) -> bytes: ...

    def renew(self, request: sip.Request, side: Side, other: Side) -> bytes | None: ...

    def hang_up(self) -> None: ...


class Relaying:
    """Of one call."""

    def __init__(self, talk: Talk, engine: Engine) -> None:
        self._talk = talk
        self._engine = engine
        self._open: set[Incoming] = set()

    def relay(self, side: Side, other: Side, incoming: Incoming) -> None:
        request = incoming.request
        if request.method in ("INVITE", "UPDATE") and (words := self._engine.media.unfit(request)):
            incoming.answer(488, warning=words)
            return
        if request.method in ("INVITE", "UPDATE") and (request.body or request.method == "INVITE"):
            body = self._talk.renew(request, side, other)
            if body is not None:
                answer_here(incoming, side, body, self._engine)
                return
        onward = other.dialog.request(request.method)
        if request.method in ("INVITE", "UPDATE"):
            onward.set("contact", self._engine.contact(other.flow))
        for name, value in passed_fields(request):
            onward.add(name, value)
        onward.body = self._talk.carry(request, side, other)
        self._open.add(incoming)

        def answered(response: sip.Response) -> None:
            self._answered(side, other, incoming, response)
            if incoming.answered:
                self._open.discard(incoming)

        def lost() -> None:
            if not incoming.answered:
                incoming.answer(408)
            self._open.discard(incoming)
            self._talk.hang_up()

        self._engine.exchange.send(onward, other.flow, answered, lost)

    def _answered(self, side: Side, other: Side, incoming: Incoming, response: sip.Response) -> None:
        if response.status == 100:
            return
        if incoming.answered:
            if response.status < 300 and incoming.request.method == "INVITE":
                other.acknowledge_again()
            return
        fields = passed_fields(response)
        if incoming.request.method in ("INVITE", "UPDATE"):
            fields.append(("contact", self._engine.contact(incoming.flow)))
        body = self._talk.carry(response, other, side)
        back = sip.respond(incoming.request, response.status, response.reason, fields=fields, body=body)
        if incoming.request.method == "INVITE" and 200 <= response.status < 300:
            if response.contacts:
                other.dialog.target = response.contacts[0].uri
            pass_answer(self._talk, self._engine, incoming, back, (side, other))
            return
        incoming.respond(back)
        if response.status in (408, 481):
            self._talk.hang_up()

    def end(self) -> None:
        """Answer what is still open: the call is over."""
        for incoming in self._open:
            if not incoming.answered:
                incoming.answer(481)
        self._open.clear()
