"""The transactions of this process: finds each message's machine, runs the timers, sends what they say."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Final, Protocol

from linli.kernel.clock import Clock
from linli.kernel.sip.flows import Flow, Proving
from linli.kernel.telemetry import logger
from linli.protocols import sip
from linli.protocols.sip.transactions import (
    AnswerRepeat,
    ClientInvite,
    ClientKey,
    ClientRequest,
    Deliver,
    Failure,
    Send,
    ServerInvite,
    ServerKey,
    ServerRequest,
    client_key,
    invite_of,
    server_key,
)

log = logger(__name__)
MOST: Final = 40_000
"""Transactions at once; more requests than these get no answer, as if they were lost."""


class User(Protocol):
    """Who works on requests."""

    def request(self, transaction: "Incoming") -> None:
        """A new one."""
        ...

    def ack(self, request: sip.Request) -> None:
        """Of a 2xx: it belongs to no transaction."""
        ...


class Incoming:
    """A request that came, until its transaction ends."""

    def __init__(
        self, exchange: "Exchange", key: ServerKey, machine: ServerInvite | ServerRequest, flow: Flow
    ) -> None:
        self._exchange = exchange
        self.key = key
        self.machine = machine
        self.flow = flow
        self.scheduled_ms: int | None = None
        self.on_cancel: Callable[[], None] | None = None
        """None: it is answered that the request was taken back. Nothing here may point at this transaction itself:
        thousands of phones log in within a minute, and what is left of them is to go at once."""
        self.on_lost: Callable[[], None] = _nothing
        """No ACK came to the final answer, or nothing could be sent."""
        self.why_cancelled = ""
        """The reason that the CANCEL gave (RFC 3326)."""

    @property
    def request(self) -> sip.Request:
        return self.machine.request

    @property
    def answered(self) -> bool:
        """Whether a final answer was given."""
        return self.machine.last is not None and self.machine.last.status >= 200

    def cancel(self) -> None:
        if self.on_cancel is not None:
            self.on_cancel()
        else:
            self.answer(487)

    def drop(self) -> None:
        """Leave it without an answer."""
        self._exchange.forget(self)

    def respond(self, response: sip.Response) -> None:
        now_ms = self._exchange.clock.steady_ms()
        self._exchange.run_incoming(self, self.machine.respond(response, now_ms))

    def answer(self, status: int, reason: str = "", **more: str) -> None:
        """A plain answer; `more`: further fields."""
        fields = [(name.replace("_", "-"), value) for name, value in more.items()]
        self.respond(sip.respond(self.request, status, reason, to_tag=self._exchange.tag(), fields=fields))


class Outgoing:
    """A request that we sent, until its transaction ends."""

    def __init__(
        self,
        machine: ClientInvite | ClientRequest,
        flow: Flow,
        on_response: Callable[[sip.Response], None],
        on_failure: Callable[[], None],
    ) -> None:
        self.machine = machine
        self.flow = flow
        self.scheduled_ms: int | None = None
        self.on_response = on_response
        self.on_failure = on_failure

    @property
    def request(self) -> sip.Request:
        return self.machine.request


class Repeated:
    """A 2xx to an INVITE that is repeated until its ACK comes."""

    def __init__(self, machine: AnswerRepeat, incoming: Incoming) -> None:
        self.machine = machine
        self.incoming = incoming
        self.scheduled_ms: int | None = None


_Holder = Incoming | Outgoing | Repeated


class Exchange:
    """`here`: host and port that stand in our Via. Not thread-safe: of one event loop."""

    def __init__(self, clock: Clock, user: User, *, here: str, token: Callable[[int], str]) -> None:
        self.clock = clock
        self._user = user
        self.here = here
        self._token = token
        self._incoming: dict[ServerKey, Incoming] = {}
        self._outgoing: dict[ClientKey, Outgoing] = {}
        self._heap: list[tuple[int, int, _Holder]] = []
        self._order = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_ms = 0

    @property
    def count(self) -> int:
        return len(self._incoming) + len(self._outgoing)

    def tag(self) -> str:
        return self._token(16)

    # ------------------------------------------------------------ what arrives

    def knows(self, request: sip.Request) -> bool:
        """Whether a request belongs to a transaction that there is; of a CANCEL, what it cancels. Raises Malformed."""
        key = server_key(request)
        return key in self._incoming or (request.method == "CANCEL" and invite_of(request) in self._incoming)

    def receive_request(self, request: sip.Request, flow: Flow) -> None:
        """A request that was examined. Raises Malformed."""
        key = server_key(request)
        transaction = self._incoming.get(key)
        if transaction is not None:
            actions = transaction.machine.receive(request, self.clock.steady_ms())
            self.run_incoming(transaction, actions)
            return
        if request.method == "ACK":
            self._user.ack(request)
            return
        if self.count >= MOST:
            return
        if request.method == "CANCEL":
            self._cancel(request, key, flow)
            return
        kind = ServerInvite if request.method == "INVITE" else ServerRequest
        incoming = self._incoming[key] = Incoming(self, key, kind(request, reliable=flow.reliable), flow)
        self._user.request(incoming)

    def _cancel(self, request: sip.Request, key: ServerKey, flow: Flow) -> None:
        incoming = self._incoming[key] = Incoming(
            self, key, ServerRequest(request, reliable=flow.reliable), flow
        )
        meant = self._incoming.get(invite_of(request))
        incoming.answer(481 if meant is None else 200)
        if meant is not None and not meant.answered:
            meant.why_cancelled = request.get("reason") or ""
            meant.cancel()

    def receive_response(self, response: sip.Response) -> None:
        """A response that is usable. Raises Malformed."""
        outgoing = self._outgoing.get(client_key(response))
        if outgoing is None or outgoing.request.call_id != response.call_id:
            return
        self._run_outgoing(outgoing, outgoing.machine.receive(response, self.clock.steady_ms()))

    # ------------------------------------------------------------ what is sent

    def via(self, flow: Flow) -> str:
        return f"SIP/2.0/{flow.transport.upper()} {self.here};branch={sip.COOKIE}{self._token(20)};rport"

    def send(
        self,
        request: sip.Request,
        flow: Flow,
        on_response: Callable[[sip.Response], None],
        on_failure: Callable[[], None],
    ) -> Outgoing:
        """Send a request in a transaction of its own; the Via is put on here, but not on a CANCEL."""
        if request.method != "CANCEL":
            request.fields = {"via": [self.via(flow)], **request.fields}
        kind = ClientInvite if request.method == "INVITE" else ClientRequest
        outgoing = Outgoing(kind(request, reliable=flow.reliable), flow, on_response, on_failure)
        self._outgoing[client_key(request)] = outgoing
        self._run_outgoing(outgoing, outgoing.machine.start(self.clock.steady_ms()))
        return outgoing

    def send_ack(self, request: sip.Request, flow: Flow) -> None:
        """The ACK of a 2xx, which has no transaction."""
        request.fields = {"via": [self.via(flow)], **request.fields}
        flow.send(bytes(request))

    def forget(self, incoming: Incoming) -> None:
        """End a transaction without an answer."""
        incoming.machine.transport_failed()
        self._incoming.pop(incoming.key, None)

    def drop(self, outgoing: Outgoing) -> None:
        """Wait no longer for an answer; nobody is told."""
        outgoing.machine.transport_failed()
        self._outgoing.pop(client_key(outgoing.request), None)

    def repeat(self, incoming: Incoming, response: sip.Response) -> Repeated:
        """Repeat the 2xx that was given until `acknowledged`; without an ACK `incoming.on_lost` is called."""
        repeated = Repeated(AnswerRepeat(response, self.clock.steady_ms()), incoming)
        self._schedule(repeated)
        return repeated

    # ------------------------------------------------------------ machines

    def run_incoming(self, incoming: Incoming, actions: list[Send | Deliver | Failure]) -> None:
        for action in actions:
            if isinstance(action, Send):
                if not incoming.flow.send(bytes(action.message)):
                    self.run_incoming(incoming, incoming.machine.transport_failed())
            elif isinstance(action, Failure):
                incoming.on_lost()
            elif isinstance(action.message, sip.Request):
                self._user.ack(action.message)
        if incoming.machine.over:
            self._incoming.pop(incoming.key, None)
        else:
            self._schedule(incoming)

    def _run_outgoing(self, outgoing: Outgoing, actions: list[Send | Deliver | Failure]) -> None:
        for action in actions:
            if isinstance(action, Send):
                if not outgoing.flow.send(bytes(action.message)):
                    self._run_outgoing(outgoing, outgoing.machine.transport_failed())
            elif isinstance(action, Failure):
                outgoing.on_failure()
            elif isinstance(action.message, sip.Response):
                if self._proves(outgoing, action.message):
                    return
                outgoing.on_response(action.message)
        if outgoing.machine.over:
            self._outgoing.pop(client_key(outgoing.request), None)
        else:
            self._schedule(outgoing)

    def _proves(self, outgoing: Outgoing, refusal: sip.Response) -> bool:
        """Send a request again with the password that was asked for, in a transaction of its own; False: not so.

        The refused transaction stays for repeats of its answer, and tells nobody.
        """
        if refusal.status not in (401, 407) or not isinstance(outgoing.flow, Proving):
            return False
        request = outgoing.request
        old = outgoing.machine.request = sip.Request(request.method, request.target, dict(request.fields))
        old.body = request.body
        if not outgoing.flow.prove(request, refusal):
            outgoing.machine.request = request
            return False
        refused = Outgoing(outgoing.machine, outgoing.flow, _ignore, _nothing)
        self._outgoing[client_key(old)] = refused
        self._schedule(refused)
        request.set("via", self.via(outgoing.flow))
        kind = ClientInvite if request.method == "INVITE" else ClientRequest
        outgoing.machine, outgoing.scheduled_ms = kind(request, reliable=outgoing.flow.reliable), None
        self._outgoing[client_key(request)] = outgoing
        self._run_outgoing(outgoing, outgoing.machine.start(self.clock.steady_ms()))
        return True

    def _schedule(self, holder: _Holder) -> None:
        at_ms = holder.machine.deadline_ms
        if at_ms is None or at_ms == holder.scheduled_ms:
            return
        holder.scheduled_ms = at_ms
        heapq.heappush(self._heap, (at_ms, next(self._order), holder))
        if self._alarm is None or at_ms < self._alarm_ms:
            self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._heap:
            self._alarm_ms = self._heap[0][0]
            wait_s = max(0, self._alarm_ms - self.clock.steady_ms()) / 1000
            self._alarm = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        now_ms = self.clock.steady_ms()
        while self._heap and self._heap[0][0] <= now_ms:
            at_ms, _, holder = heapq.heappop(self._heap)
            if holder.scheduled_ms == at_ms:
                holder.scheduled_ms = None
            if holder.machine.deadline_ms != at_ms:
                continue  # it was moved, and stands in the heap again
            try:
                self._tick(holder, now_ms)
            except Exception:  # the other timers go on whatever one of them meets
                log.exception("a timer of a SIP transaction failed")
                if isinstance(holder, Incoming):
                    self.forget(holder)
                elif isinstance(holder, Outgoing):
                    self.drop(holder)
        self._set_alarm()

    def _tick(self, holder: _Holder, now_ms: int) -> None:
        actions = holder.machine.tick(now_ms)
        if isinstance(holder, Incoming):
            self.run_incoming(holder, actions)
        elif isinstance(holder, Outgoing):
            self._run_outgoing(holder, actions)
        else:
            self._run_repeated(holder, actions)

    def _run_repeated(self, repeated: Repeated, actions: list[Send | Deliver | Failure]) -> None:
        for action in actions:
            if isinstance(action, Send):
                repeated.incoming.flow.send(bytes(action.message))
            elif isinstance(action, Failure):
                repeated.incoming.on_lost()
        self._schedule(repeated)

    def close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()


def _ignore(_response: sip.Response) -> None:
    return


def _nothing() -> None:
    return
