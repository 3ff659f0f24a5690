"""The GB/T 28181 front of a process: cameras register at it, tell it, and are asked by it. Source: GB/T 28181-2016, 9."""

import asyncio
import hmac
import itertools
import secrets as system_secrets
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from linli.domains.video.doctor.memory import Doctor
from linli.domains.video.gb28181.line import Line, Lines
from linli.domains.video.gb28181.log_in import LogIn
from linli.domains.video.gb28181.questions import Questions
from linli.domains.video.gb28181.reports import Reports
from linli.domains.video.gb28181.subscriptions import Subscriptions
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.service import gb_news
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Gb28181
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.kernel.sip.flows import DatagramPort, Flow, Limits, StreamPort, bind
from linli.kernel.sip.guard import Guard
from linli.kernel.telemetry import logger
from linli.protocols import sip
from linli.protocols.sip.message import BrokenRequest

log = logger(__name__)
METHODS: Final = ("REGISTER", "MESSAGE", "NOTIFY", "BYE", "ACK", "CANCEL", "OPTIONS", "INFO", "INVITE")
ALLOW: Final = ", ".join(METHODS)
_MOST_TASKS: Final = 2_000
_CONNECTIONS_EACH: Final = 64
_LOOK_S: Final = 5.0
_PACE_S: Final = 0.02
_CODES_EACH: Final = 12
"""Looks."""
_CHINA: Final = timedelta(hours=8)
"""Times of messages are Beijing's, whatever the machine's are."""


class TakesCalls(Protocol):
    """Who has cameras call: they take voices."""

    def awaits(self, line: Line) -> bool: ...

    def invited(self, line: Line, incoming: Incoming) -> None: ...


class GbFront:
    """`start`, then `port`; `stop` in any state."""

    def __init__(
        self, settings: Gb28181, db: Database, clock: Clock, secrets: Secrets, ids: Ids, doctor: Doctor
    ) -> None:
        self.settings = settings
        self.doctor = doctor
        self._db = db
        self._clock = clock
        self.guard = Guard()
        limits = Limits(settings.max_connections, _CONNECTIONS_EACH)
        self._streams = StreamPort(self, limits)
        self._datagrams = DatagramPort(self)
        self.lines = Lines(self._flow_of)
        self._log_in = LogIn(settings.domain, db, clock, secrets, self.guard, doctor)
        self.reports = Reports(db, clock, ids, secrets, doctor, self.later)
        self._server: asyncio.Server | None = None
        self._tag_secret = system_secrets.token_bytes(32)
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self.dialogs = self.reports.dialogs
        self.talks: TakesCalls | None = None
        self.port = 0

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        host = self.settings.host
        self._server, datagrams = await bind(self._streams, host, self.settings.port)
        port: int = datagrams.getsockname()[1]
        public = self.settings.public_host or host
        self.exchange = Exchange(self._clock, self, here=f"{public}:{port}", token=token)
        self.questions = self.reports.questions = Questions(self.settings, self.exchange, self.lines.flow)
        self.here = f"{public}:{port}"
        self.subscriptions = Subscriptions(
            self.settings.server_id, self.here, self._clock, self.exchange, self.questions, self.lines
        )
        await loop.create_datagram_endpoint(lambda: self._datagrams, sock=datagrams)
        await self._server.start_serving()
        self.port = port
        self.doctor.know_only(await queries.codes(self._db))
        for device in await queries.devices_online(self._db):
            self.lines.know(device, self._clock.steady_ms())
        self.later(self._subscribe())
        self._watch = loop.create_task(self._look_after(), name="gb28181 watch")

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self.port:
            self.subscriptions.close()
            self.exchange.close()
        if self._server is not None:
            self._server.close()
        self._streams.close()
        if self._datagrams.server is not None:
            self._datagrams.server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def notice(self) -> str:
        return self.guard.notice(self._clock.steady_ms())

    def _flow_of(self, line: Line) -> Flow | None:
        gb_id = line.device.gb_id
        flow: Flow | None = self._datagrams.flow(line.host, line.port)
        if line.transport == "tcp":
            flow = self._streams.flow(line.host, line.port, gb_id)
        return None if flow is None else self.doctor.tapped(flow, gb_id)

    async def _look_after(self) -> None:
        for look in itertools.count(1):
            await self._clock.sleep(_LOOK_S)
            if look % _CODES_EACH == 0:
                await self._survive(self._read_codes())
            before_ms = self._clock.steady_ms() - self.settings.offline_seconds * 1000
            for line in self.lines.silent_since(before_ms):
                await self._went(line)

    async def _read_codes(self) -> None:
        """Another process may have let devices register, or removed some."""
        self.doctor.know_only(await queries.codes(self._db))

    async def _went(self, line: Line) -> None:
        self.forget(line)
        await self._db.run(lambda tx: gb_news.gone_offline(tx, line.device))

    def forget(self, line: Line) -> None:
        self.lines.forget(line)
        self.subscriptions.forget(line)

    async def _subscribe(self) -> None:
        """At devices that registered at a process before this one: what they tell belongs to none of ours."""
        for line in self.lines.all():
            self.subscriptions.begin(line, anew=True)
            await self._clock.sleep(_PACE_S)

    # ------------------------------------------------------------ from the sockets

    def allowed(self, host: str) -> bool:
        return self.guard.allowed(host, self._clock.steady_ms())

    def receive(self, message: sip.Request | sip.Response, flow: Flow) -> None:
        try:
            if isinstance(message, sip.Response):
                self.doctor.answer(message, flow)
                self.exchange.receive_response(message)
            else:
                self._receive_request(message, flow)
        except sip.Malformed as error:
            log.debug("a message of %s is dropped: %s", flow.host, error)
        except Exception:
            log.exception("a message of a camera at %s was not worked on", flow.host)

    def receive_broken(self, error: Exception, flow: Flow) -> None:
        if isinstance(error, BrokenRequest):
            self._refuse(error.request, sip.Refusal(error.status, ""), flow)

    def _receive_request(self, request: sip.Request, flow: Flow) -> None:
        agent = request.get("user-agent")
        if agent and self.guard.scanner(flow.host, agent, self._clock.steady_ms()):
            return
        flow = self._heard(request, flow)
        refusal = sip.examine(request, METHODS, ())
        if refusal is not None:
            self._refuse(request, refusal, flow)
            return
        request.set("via", str(request.via.received_from(flow.host, flow.port)), *request.values("via")[1:])
        if request.method != "ACK" and not self.exchange.knows(request):
            response = self._first_answer(request, flow)
            if response is not None:
                flow.send(bytes(response))
                return
        self.exchange.receive_request(request, flow)

    def _first_answer(self, request: sip.Request, flow: Flow) -> sip.Response | None:
        """What strangers get, without keeping anything of them; None: it is worked on."""
        tag = hmac.digest(self._tag_secret, request.call_id.encode("utf-8", "surrogateescape"), "sha256")
        if request.method == "REGISTER":
            asked = self._log_in.challenge(request, flow.host)
            if asked is None:
                return None
            self._note_asked(request, flow)
            return sip.respond(request, 401, to_tag=tag[:8].hex(), fields=[("www-authenticate", asked)])
        if request.method == "OPTIONS":
            return sip.respond(request, 200, to_tag=tag[:8].hex(), fields=[("allow", ALLOW)])
        if request.method == "INVITE":
            line = self.lines.of(request, flow)
            if line is not None and self.talks is not None and self.talks.awaits(line):
                return None
            return sip.respond(request, 488, to_tag=tag[:8].hex())
        if request.method == "BYE":
            if sip.key_of_request(request) in self.dialogs:
                return None
            return sip.respond(request, 481, to_tag=tag[:8].hex())
        line = self.lines.of(request, flow)
        if line is None:
            return sip.respond(request, 403, to_tag=tag[:8].hex())
        if request.method == "NOTIFY" and not self.subscriptions.knows(line, request.call_id):
            return sip.respond(request, 481, to_tag=tag[:8].hex())
        return None

    def _heard(self, request: sip.Request, flow: Flow) -> Flow:
        """The way for its answer, by which the doctor sees it."""
        try:
            gb_id, proven = self.lines.owner(request, flow)
            return self.doctor.heard(request, flow, gb_id, proven=proven)
        except sip.Malformed:  # it is examined next
            return flow

    def _note_asked(self, request: sip.Request, flow: Flow) -> None:
        visits = self.doctor.visits(request.from_.uri.user or "")
        visits.asked += 1
        visits.asked_ms, visits.asked_host = self._clock.now_ms(), flow.host
        server, domain = request.uri.user or "", request.from_.uri.host
        own = (self.settings.server_id, self.settings.domain, "")
        visits.other_server = "" if server in own else server[:32]
        visits.other_domain = "" if domain in own or not domain.isdigit() else domain[:32]

    def _refuse(self, request: sip.Request, refusal: sip.Refusal, flow: Flow) -> None:
        via = sip.answer_via(request)
        if request.method == "ACK" or via is None:
            return
        request.set("via", str(via.received_from(flow.host, flow.port)), *request.values("via")[1:])
        flow.send(
            bytes(
                sip.respond(request, refusal.status, refusal.reason, to_tag=token(8), fields=refusal.fields)
            )
        )

    # ------------------------------------------------------------ from the transactions

    def ack(self, request: sip.Request) -> None:
        """Of a camera that called."""
        if (dialogue := self.dialogs.get(sip.key_of_request(request))) is not None:
            dialogue.acknowledged()

    def request(self, incoming: Incoming) -> None:
        """Raises Malformed."""
        request = incoming.request
        if request.method == "REGISTER":
            self._work(self._register(incoming), incoming)
        elif request.method == "BYE":
            incoming.answer(200)
            dialogue = self.dialogs.get(sip.key_of_request(request))
            if dialogue is not None:
                dialogue.hung_up()
        elif request.method in ("MESSAGE", "NOTIFY", "INFO"):
            self._message(incoming)
        elif request.method == "INVITE":
            line = self.lines.of(request, incoming.flow)
            if line is None or self.talks is None:
                incoming.answer(488)
            else:
                self.talks.invited(line, incoming)
        else:
            incoming.answer(405, allow=ALLOW)

    async def _register(self, incoming: Incoming) -> None:
        device = await self._log_in.prove(incoming)
        if device is None:
            return
        request, flow = incoming.request, incoming.flow
        now_ms = self._clock.now_ms()
        seconds = 3600 if request.expires is None else request.expires
        if request.contacts:
            seconds = sip.contact_seconds(request.contacts[0], seconds, 86_400)
        visits = self.doctor.visits(device.gb_id)
        if seconds == 0:
            visits.left_ms = now_ms
            incoming.answer(200)
            if (line := self.lines.named(device.gb_id)) is not None:
                await self._went(line)
            return
        if device.host not in ("", flow.host):
            visits.moved_ms, visits.moved_from = now_ms, device.host
        came = device.state != "online"
        device = device._replace(
            state="online", trouble="", transport=flow.transport, host=flow.host, port=flow.port
        )
        await self._db.run(lambda tx: gb_news.registered(tx, device, came=came, now_ms=now_ms), durable=False)
        before = self.lines.named(device.gb_id)
        moved = before is not None and before.host != flow.host
        line = self.lines.know(device, self._clock.steady_ms())
        line.edition_2022 = (request.get("x-gb-ver") or "").startswith("3")
        if moved:  # what it sends from there belongs to no call of ours
            self.reports.hang_up_all(line)
        incoming.answer(200, date=_date(now_ms), expires=str(seconds), contact=request.get("contact") or "")
        if before is None or not before.described:
            self.later(self._describe(line, anew=before is None or moved))
        else:
            self.subscriptions.begin(line, anew=moved)

    async def _describe(self, line: Line, *, anew: bool) -> None:
        await self.reports.describe(line)
        if self.lines.named(line.device.gb_id) is line:
            self.subscriptions.begin(line, anew=anew)

    def _message(self, incoming: Incoming) -> None:
        line = self.lines.of(incoming.request, incoming.flow)
        if line is None:
            incoming.answer(403)
            return
        line.seen_ms = self._clock.steady_ms()
        if incoming.request.method != "NOTIFY" or self.subscriptions.take(line, incoming):
            self.reports.take(line, incoming)

    # ------------------------------------------------------------ work

    def _work(self, job: Coroutine[Any, Any, None], incoming: Incoming) -> None:
        if len(self._tasks) >= _MOST_TASKS:
            job.close()
            incoming.drop()
            return
        self.later(self._run(job, incoming))

    async def _run(self, job: Coroutine[Any, Any, None], incoming: Incoming) -> None:
        try:
            await job
        except sip.Malformed as error:
            if not incoming.answered:
                incoming.answer(error.status)
        except Exception:
            log.exception("a %s of a camera failed", incoming.request.method)
            if not incoming.answered:
                incoming.answer(500)

    def later(self, job: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(self._survive(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _survive(self, job: Coroutine[Any, Any, object]) -> None:
        try:
            await job
        except Exception:
            log.exception("what a camera told was not kept")


def token(length: int) -> str:
    """Of an even length."""
    return system_secrets.token_hex(length // 2)


def _date(now_ms: int) -> str:
    at = datetime.fromtimestamp(now_ms / 1000, UTC) + _CHINA
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now_ms % 1000:03d}"
