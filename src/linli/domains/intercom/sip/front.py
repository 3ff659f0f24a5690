"""The SIP front of a process: takes messages in, asks who they are from, and gives them to registrar and calls."""

import asyncio
import hmac
import secrets as system_secrets
from collections.abc import Coroutine
from typing import Any, Final

from linli.domains.intercom.rows import (
    BUSY,
    DOOR_STATION,
    GIVEN_UP,
    TO_GROUP,
    TO_NUMBER,
    UNREACHABLE,
    Account,
    Binding,
)
from linli.domains.intercom.sip import phones
from linli.domains.intercom.sip.calls import RING_S, TALK_S, CallEngine
from linli.domains.intercom.sip.engine import Target
from linli.domains.intercom.sip.exchange import Exchange, Incoming
from linli.domains.intercom.sip.flows import DatagramPort, Flow, Limits, StreamPort
from linli.domains.intercom.sip.guard import Guard
from linli.domains.intercom.sip.log import CallLog
from linli.domains.intercom.sip.login import LogIns
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Sip
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


class SipFront:
    """`start`, then `port`; `stop` in any state. `host`: what doors and phones are told."""

    def __init__(
        self,
        settings: Sip,
        db: Database,
        clock: Clock,
        secrets: Secrets,
        calls: CallLog,
        *,
        host: str,
        ring_s: float = RING_S,
        talk_s: float = TALK_S,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._host = f"[{host}]" if ":" in host else host
        self.guard = Guard()
        self.log = calls
        self.calls = CallEngine(_token, calls, allow=ALLOW, ring_s=ring_s, talk_s=talk_s)
        self.logins = LogIns(
            db,
            clock,
            secrets,
            self.guard,
            realm=settings.realm,
            most_seconds=settings.most_seconds,
            nonce_secret=system_secrets.token_bytes(32),
            random=lambda: system_secrets.token_bytes(8),
        )
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
        await self.log.start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._streams.make, self._settings.host, self._settings.port, start_serving=False
        )
        port: int = self._server.sockets[0].getsockname()[1]
        self.exchange = Exchange(self._clock, self, here=f"{self._host}:{port}", token=_token)
        self.calls.exchange = self.exchange
        await loop.create_datagram_endpoint(lambda: self._datagrams, local_addr=(self._settings.host, port))
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
        await self.log.stop()

    def notice(self) -> str:
        """For the operator: who is slowed; empty when nobody is."""
        return self.guard.notice(self._clock.steady_ms())

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
        via = request.via.received_from(flow.host, flow.port)
        request.set("via", str(via), *request.values("via")[1:])
        if request.method != "ACK" and not self.exchange.knows(request):
            place = self.calls.find(sip.key_of_request(request)) if request.to.tag else None
            response = None if place is not None else self._first_answer(request, flow.host)
            if response is not None:
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
        flow.send(
            bytes(sip.respond(request, refusal.status, refusal.reason, to_tag=_token(8), fields=fields))
        )

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
        caller = await self.logins.prove(incoming)
        if caller is None:
            return
        request = incoming.request
        if request.max_forwards == 0:
            incoming.answer(483)
            return
        number = request.uri.user or ""
        now_ms = self._clock.now_ms()
        dialled = await phones.dial(self._db, caller, number, now_ms)
        allowed = dialled.kind != DOOR_STATION or await self.log.openings.may_view(caller, number)
        if incoming.answered:
            return  # the caller gave up meanwhile
        if not dialled.exists:
            incoming.answer(404)
            return
        if not allowed:
            incoming.answer(403)
            return
        if refusal := self.calls.may_begin(caller):
            incoming.answer(refusal)
            return
        if words := self.calls.media.unfit(request):
            incoming.answer(488, warning=words)
            return
        call_id = await self.log.begin(caller, number, TO_GROUP if dialled.is_group else TO_NUMBER)
        try:
            outcome = self._ring(caller, incoming, dialled, call_id)
        except sip.Malformed:
            self.log.ended(call_id, UNREACHABLE)
            raise
        if outcome:
            self.log.ended(call_id, outcome)

    def _ring(self, caller: Account, incoming: Incoming, dialled: phones.Dialled, call_id: int) -> str:
        """Ring what can be rung; how the call ended, if it did at once. Raises Malformed."""
        if incoming.answered:
            return GIVEN_UP  # meanwhile
        free = [binding for binding in dialled.phones if self.calls.lines.reachable(binding.number)]
        if dialled.phones and not free:
            incoming.answer(486)
            return BUSY
        reached = self._reached(free)
        if not reached:
            incoming.answer(480)
            return UNREACHABLE
        self.calls.begin(caller, incoming, Target(call_id, reached, dialled.kind == DOOR_STATION))
        return ""

    def _reached(self, bindings: list[Binding]) -> list[tuple[Binding, Flow]]:
        """The phones that this process can send to."""
        reached: list[tuple[Binding, Flow]] = []
        for binding in bindings:
            lines = {"tcp": self._streams, "tls": self.secure, "ws": self.web}.get(binding.transport)
            flow: Flow | None
            if lines is not None:
                flow = lines.flow(binding.host, binding.port, binding.number)
            else:
                flow = self._datagrams.flow(binding.host, binding.port)
            if flow is not None:
                reached.append((binding, flow))
        return reached

    def _work(self, job: Coroutine[Any, Any, None], incoming: Incoming) -> None:
        if len(self._tasks) >= _MOST_TASKS:
            job.close()
            incoming.drop()
            return
        task = asyncio.get_running_loop().create_task(self._run(job, incoming))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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


def _token(length: int) -> str:
    """Of an even length."""
    return system_secrets.token_hex(length // 2)
