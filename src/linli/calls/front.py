"""The SIP front of a process: takes messages in, asks who they are from, and gives them to registrar and calls."""

import asyncio
import hmac
import secrets as system_secrets
from collections.abc import Coroutine
from typing import Any, Final, Protocol

from linli.calls.bell_phone import caller_at_bell
from linli.calls.calls import CallEngine
from linli.calls.login import LogIns
from linli.calls.page_phone import TRANSPORT
from linli.calls.rows import Account, Binding
from linli.calls.watch import caller_looking
from linli.kernel.clock import Clock
from linli.kernel.settings import Sip
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.kernel.sip.flows import DatagramPort, Flow, Limits, StreamPort, bind
from linli.kernel.sip.guard import Guard
from linli.kernel.telemetry import logger
from linli.protocols import sip
from linli.protocols.sip.message import BrokenRequest

log = logger(__name__)
METHODS: Final = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "REGISTER")
ALLOW: Final = ", ".join(METHODS)
_MOST_BODY: Final = 16_384
"""Bytes: a description of a call has a few hundred to some thousand."""
_MOST_TASKS: Final = 2_000
"""Requests whose account is being looked up at once; more are not looked at, as if they were lost."""


class Dials(Protocol):
    """From an INVITE whose caller is known to the phones that ring for it."""

    async def call(self, caller: Account, incoming: Incoming) -> None:
        """Ring what was dialled, or say why not. Raises Malformed."""
        ...


class Front:
    """`start`, then `port`; `stop` in any state. `host`: what doors and phones are told."""

    logins: LogIns
    dialling: Dials

    def __init__(self, settings: Sip, clock: Clock, calls: CallEngine, *, host: str) -> None:
        self._settings = settings
        self._clock = clock
        self._host = f"[{host}]" if ":" in host else host
        self.guard = Guard()
        self.calls = calls
        limits = Limits(settings.max_connections, settings.connections_each)
        self._streams = StreamPort(self, limits)
        self.secure = StreamPort(self, limits, "tls")
        self.web = StreamPort(self, limits, "ws")
        self._datagrams = DatagramPort(self)
        self._server: asyncio.Server | None = None
        self._tag_secret = system_secrets.token_bytes(32)
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        self._server, datagrams = await bind(self._streams, self._settings.host, self._settings.port)
        port: int = datagrams.getsockname()[1]
        self.exchange = Exchange(self._clock, self, here=f"{self._host}:{port}", token=token)
        self.calls.exchange = self.exchange
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self._datagrams, sock=datagrams)
        await self._server.start_serving()
        self.port = port

    def serve_tls(self, port: int) -> None:
        """Phones come over TLS to this port, as connections of `secure`."""
        self.calls.places["tls"] = f"{self._host}:{port}"

    async def stop(self) -> None:
        if self.port:
            self.calls.close()
            self.exchange.close()
        if self._server is not None:
            self._server.close()
        for lines in (self._streams, self.secure, self.web):
            lines.close()
        if self._datagrams.server is not None:
            self._datagrams.server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------ from the sockets

    def allowed(self, host: str) -> bool:
        return self.guard.allowed(host, self._clock.steady_ms())

    def receive(self, message: sip.Request | sip.Response, flow: Flow) -> None:
        try:
            if isinstance(message, sip.Response):
                if sip.usable(message, self._host):
                    self.exchange.receive_response(message)
                return
            self._receive_request(message, flow)
        except sip.Malformed as error:
            log.debug("a message of %s is dropped: %s", flow.host, error)
        except Exception:
            log.exception("a SIP message of %s was not worked on", flow.host)

    def receive_broken(self, error: Exception, flow: Flow) -> None:
        if isinstance(error, BrokenRequest):
            try:
                self._refuse(error.request, sip.Refusal(error.status, ""), flow)
            except Exception:
                log.exception("a broken SIP message of %s was not answered", flow.host)

    def _receive_request(self, request: sip.Request, flow: Flow) -> None:
        agent = request.get("user-agent")
        if agent and self.guard.scanner(flow.host, agent, self._clock.steady_ms()):
            return
        refusal = sip.examine(request, METHODS, ())
        if refusal is not None:
            self._refuse(request, refusal, flow)
            return
        request.set_top_via(request.via.received_from(flow.host, flow.port))
        if request.method != "ACK" and not self.exchange.knows(request):
            place = self.calls.find(sip.key_of_request(request)) if request.to.tag else None
            admitted = place is not None or self.vouched(flow)
            if not admitted and (response := self._first_answer(request, flow.host)) is not None:
                flow.send(bytes(response))
                return
        self.exchange.receive_request(request, flow)

    def _first_answer(self, request: sip.Request, host: str) -> sip.Response | None:
        """What to answer at once, without keeping anything: senders may be many, invented and without a password.

        None: it belongs to a phone that has proved its address.
        """

        def answer(status: int, *fields: tuple[str, str]) -> sip.Response:
            return sip.respond(request, status, to_tag=self._tag_of(request), fields=fields)

        method = request.method
        if method == "OPTIONS" and not request.to.tag:
            return answer(200, ("allow", ALLOW), ("accept", "application/sdp"))
        if method not in ("REGISTER", "INVITE") or (request.to.tag and method == "INVITE"):
            return answer(481)
        if len(request.body) > _MOST_BODY:
            return answer(513)
        if method == "INVITE":
            if request.body and request.content_type != "application/sdp":
                return answer(415, ("accept", "application/sdp"))
            taken = request.words("accept")
            if taken and not any(
                word.partition(";")[0] in ("application/sdp", "application/*", "*/*") for word in taken
            ):
                return answer(406)
        elif not request.to.uri.is_sip or not request.to.uri.user:
            return answer(404)
        asked = self.logins.challenge(request, host)
        return None if asked is None else answer(asked[0], asked[1])

    def _tag_of(self, request: sip.Request) -> str:
        """The same for the same request again (RFC 3261, 8.2.7)."""
        identity = f"{request.via.branch} {request.call_id}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._tag_secret, identity, "sha256")[:8].hex()

    def _refuse(self, request: sip.Request, refusal: sip.Refusal, flow: Flow) -> None:
        """Answer without a transaction; an ACK, or one that cannot be answered, is dropped."""
        via = sip.answer_via(request)
        if request.method == "ACK" or via is None:
            return
        fields = [*refusal.fields, ("allow", ALLOW)] if refusal.status in (405, 501) else [*refusal.fields]
        request.set("via", str(via.received_from(flow.host, flow.port)), *request.values("via")[1:])
        flow.send(bytes(sip.respond(request, refusal.status, refusal.reason, to_tag=token(8), fields=fields)))

    # ------------------------------------------------------------ from the transactions

    def ack(self, request: sip.Request) -> None:
        self.calls.acknowledge(request)

    def request(self, incoming: Incoming) -> None:
        """Raises Malformed."""
        request = incoming.request
        place = self.calls.find(sip.key_of_request(request)) if request.to.tag else None
        if place is not None:
            place[0].take(place[1], incoming)
        elif request.method == "REGISTER":
            self._work(self.logins.register(incoming), incoming)
        else:
            incoming.respond(sip.respond(request, 100))
            self._work(self._call(incoming), incoming)

    async def _call(self, incoming: Incoming) -> None:
        request = incoming.request
        caller = await self.caller(incoming)
        if caller is None:
            if not incoming.answered:
                incoming.answer(403)
            return
        if request.max_forwards == 0:
            incoming.answer(483)
            return
        await self.dialling.call(caller, incoming)

    def vouched(self, flow: Flow) -> bool:
        """Whether requests that come by this way need no password of their own."""
        return flow.transport == TRANSPORT

    async def caller(self, incoming: Incoming) -> Account | None:
        """Who calls. None: it was answered, or gets no answer."""
        if incoming.flow.transport == TRANSPORT:  # of our own: its session was asked
            number = incoming.request.from_.uri.user or ""
            caller = caller_at_bell(incoming.flow) or caller_looking(incoming.flow)
            return caller or await self.logins.phones.account(number)
        return await self.logins.prove(incoming)

    def _flow_of(self, binding: Binding) -> Flow | None:
        """The way to a phone; None: this process has none."""
        lines = {"tcp": self._streams, "tls": self.secure, "ws": self.web}.get(binding.transport)
        if lines is None:
            return self._datagrams.flow(binding.host, binding.port)
        return lines.flow(binding.host, binding.port, binding.number)

    def _work(self, job: Coroutine[Any, Any, None], incoming: Incoming) -> None:
        if len(self._tasks) >= _MOST_TASKS:
            job.close()
            incoming.drop()
            return
        task = asyncio.get_running_loop().create_task(self._run(job, incoming))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _later(self, job: Coroutine[Any, Any, None]) -> None:
        """Work on a call that waits for the database."""
        task = asyncio.get_running_loop().create_task(self._survive(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _survive(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except Exception:
            log.exception("a call was not brought on")

    async def _run(self, job: Coroutine[Any, Any, None], incoming: Incoming) -> None:
        try:
            await job
        except sip.Malformed as error:
            if not incoming.answered:
                incoming.answer(error.status, f"Bad Request - {error}")
        except Exception:
            log.exception("a %s failed", incoming.request.method)
            if not incoming.answered:
                incoming.answer(500)


def token(length: int) -> str:
    """Of an even length."""
    return system_secrets.token_hex(length // 2)
