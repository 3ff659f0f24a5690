"""The registration at one upper platform, kept up: digest, signs of life, and beginning anew after a loss.

Source: GB/T 28181-2016, 9.1 and 9.6; of the edition of 2022 also X-GB-Ver.
"""

import asyncio
import contextlib
import secrets as system_secrets
from dataclasses import replace
from typing import Final, Literal, Protocol

from linli.domains.video.cascade.ways import Way, reach
from linli.domains.video.upper_rows import Upper
from linli.kernel.clock import Clock
from linli.kernel.rounds import set_within
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.kernel.telemetry import logger
from linli.protocols import gb28181 as gb
from linli.protocols import sip
from linli.protocols.sip.digest import ALGORITHMS

log = logger(__name__)
ANSWER_S: Final = 8.0
"""For a registration, and a sign of life."""
GOODBYE_S: Final = 2.0
MISSED: Final = 3
"""Signs of life without an answer, after which it registers anew."""
_EARLY: Final = 0.8
"""Of its time after which a registration is renewed."""
PAUSES_S: Final = (2.0, 5.0, 10.0, 30.0, 60.0)
"""After failures in a row."""
LOCKED_S: Final = 300.0
"""After a wrong password: who goes on asking is locked out there."""
_LEAST_S: Final = 10.0
_EDITIONS: Final = {"2022": "3.0"}
"""X-GB-Ver; the edition of 2016 does not have it."""
METHODS: Final = ("MESSAGE", "INVITE", "ACK", "BYE", "CANCEL", "INFO", "SUBSCRIBE", "OPTIONS", "NOTIFY")
CONTENT: Final = "Application/MANSCDP+xml"

type State = Literal["connecting", "registered", "failed"]
type Why = Literal["", "unreachable", "silent", "wrong_password", "refused", "lost"]


class Trouble(Exception):
    def __init__(self, why: Why, status: int = 0) -> None:
        super().__init__(why)
        self.why: Why = why
        self.status = status


class Peer(Protocol):
    """Who works on what the upper platform asks."""

    def ask(self, incoming: Incoming) -> None: ...

    def acknowledged(self, request: sip.Request) -> None: ...

    def left(self) -> None:
        """What was there before belongs to nothing any more."""
        ...


class Link:
    """`start`; `stop` in any state."""

    def __init__(
        self, upper: Upper, password: str, *, clock: Clock, local: str, public_host: str, peer: Peer
    ) -> None:
        self.upper = upper
        self._password = password
        self._clock = clock
        self._local = local
        self._public_host = public_host
        self._peer = peer
        self.way: Way | None = None
        self.exchange: Exchange | None = None
        self.state: State = "connecting"
        self.why: Why = ""
        self.status = 0
        """Of a refusal."""
        self.since_ms = clock.now_ms()
        self.alive_ms = 0
        """The last sign of life that was answered."""
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._changed = asyncio.Condition()
        self._number = 0
        self._sn = system_secrets.randbelow(1_000)
        self._call_id = system_secrets.token_hex(16)
        self._lost = False
        self._again = False
        self._joins = False
        """A registration is under way."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="upper platform")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def try_now(self, seconds: float) -> None:
        """Register anew at once, and wait for what comes of it."""
        self._be("connecting")
        if not self._joins:  # else that counts
            self._again = True
            self._news.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.state != "connecting")

    @property
    def host(self) -> str:
        """Of ours, as the upper platform is told it."""
        return self._public_host or (self.way.here[0] if self.way is not None else "")

    @property
    def here(self) -> str:
        host, port = self.host, self.way.here[1] if self.way is not None else 0
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def contact(self) -> str:
        return f"<sip:{self.upper.gb_id}@{self.here}>"

    # ------------------------------------------------------------ its life

    async def _run(self) -> None:
        failures = 0
        while True:
            pause_s = 0.0
            try:
                await self._session()
            except Trouble as trouble:
                self._joins = False
                failures = 0 if self.state == "registered" else failures + 1
                pause_s = PAUSES_S[min(failures, len(PAUSES_S)) - 1] if failures else PAUSES_S[0]
                if trouble.why == "wrong_password":
                    pause_s = LOCKED_S
                if not self._again:
                    self._be("failed", trouble.why, trouble.status)
            except Exception:
                log.exception("the registration at an upper platform failed")
                self._joins = False
                self._be("failed", "lost")
                pause_s = PAUSES_S[-1]
            if not self._again:
                async with self._changed:
                    self._changed.notify_all()
                self._news.clear()
                await set_within(self._clock, pause_s, self._news)

    async def _session(self) -> None:
        """Until it is lost: raises Trouble."""
        upper = self.upper
        self._lost = self._again = False
        self._joins = True
        self._news.clear()
        if self.state != "failed":
            self._be("connecting")
        try:
            self.way = await reach(
                upper.transport, (upper.host, upper.port), self._local, self._receive, self._lose
            )
        except (OSError, TimeoutError, UnicodeError) as error:
            raise Trouble("unreachable") from error
        self.exchange = Exchange(self._clock, self, here=self.here, token=_token)
        try:
            seconds = await self._register(upper.register_s)
            self._joins = False
            self._be("registered")
            async with self._changed:
                self._changed.notify_all()
            await self._stay(seconds)
        finally:
            self._peer.left()
            await self._leave()

    async def _stay(self, seconds: float) -> None:
        begin_ms, missed = self._clock.steady_ms(), 0
        while True:
            status = await self.tell("Keepalive", {"Status": "OK"}, seconds=ANSWER_S)
            if 200 <= status < 300:
                missed, self.alive_ms = 0, self._clock.now_ms()
            elif status:
                raise Trouble("refused", status)
            else:
                missed += 1
            if missed >= MISSED:
                raise Trouble("silent")
            left_s = seconds * _EARLY - (self._clock.steady_ms() - begin_ms) / 1000
            await set_within(self._clock, max(0.0, min(self.upper.keepalive_s, left_s)), self._news)
            if self._lost or self._again:
                raise Trouble("lost")
            if left_s <= self.upper.keepalive_s:
                seconds = await self._register(self.upper.register_s)
                begin_ms = self._clock.steady_ms()

    async def _leave(self) -> None:
        """Say so where it still hears us."""
        way, exchange = self.way, self.exchange
        if self.state == "registered" and not self._lost:
            with contextlib.suppress(Trouble, TimeoutError, asyncio.CancelledError):
                await self._register(0, within_s=GOODBYE_S)
        self.way = self.exchange = None
        if exchange is not None:
            exchange.close()
        if way is not None:
            way.close()

    def _be(self, state: State, why: Why = "", status: int = 0) -> None:
        if state != self.state or why != self.why:
            self.since_ms = self._clock.now_ms()
        self.state, self.why, self.status = state, why, status

    def _lose(self) -> None:
        self._lost = True
        self._news.set()

    # ------------------------------------------------------------ registering

    async def _register(self, seconds: int, *, within_s: float = ANSWER_S) -> float:
        """How long it lasts. Raises Trouble."""
        credentials = ""
        for tried in range(3):
            request = self._registration(seconds, credentials)
            response = await self.ask(request, within_s)
            if response is None:
                raise Trouble("unreachable" if self._lost else "silent")
            if response.status in (401, 407):
                challenge = _challenge(response)
                if challenge is None:
                    raise Trouble("refused", response.status)
                if tried and not challenge.stale:
                    raise Trouble("wrong_password", response.status)
                credentials = self._proof(challenge, request)
                continue
            if response.status >= 300:
                why: Why = "wrong_password" if tried and response.status == 403 else "refused"
                raise Trouble(why, response.status)
            given = seconds if response.expires is None else response.expires
            if response.contacts:
                given = sip.contact_seconds(response.contacts[0], given, seconds)
            return max(_LEAST_S, min(given, seconds) if given else seconds)
        raise Trouble("wrong_password", 401)

    def _registration(self, seconds: int, credentials: str) -> sip.Request:
        upper = self.upper
        request = self.new_request("REGISTER", upper.gb_id)
        request.target = f"sip:{upper.server_id}@{upper.domain}"
        self._number += 1
        request.set("call-id", self._call_id)
        request.set("cseq", f"{self._number} REGISTER")
        request.set("contact", self.contact)
        request.set("expires", str(seconds))
        if edition := _EDITIONS.get(upper.edition):
            request.set("x-gb-ver", edition)
        if credentials:
            request.set("authorization", credentials)
        return request

    def _proof(self, challenge: sip.Challenge, request: sip.Request) -> str:
        qop = "auth" if challenge.qop else None
        proof = sip.Credentials(
            username=self.upper.gb_id, realm=challenge.realm, nonce=challenge.nonce, uri=request.target,
            response="", algorithm=challenge.algorithm, qop=qop, nc=1 if qop else None,
            cnonce=system_secrets.token_hex(8) if qop else None, opaque=challenge.opaque,
        )  # fmt: skip
        user = sip.user_hash(self.upper.gb_id, challenge.realm, self._password, challenge.algorithm)
        return str(replace(proof, response=sip.digest_answer(user, "REGISTER", proof)))

    # ------------------------------------------------------------ what is sent

    def new_request(self, method: str, to: str) -> sip.Request:
        upper = self.upper
        request = sip.Request(method, f"sip:{to}@{upper.domain}")
        request.set("max-forwards", "70")
        request.set("from", f"<sip:{upper.gb_id}@{upper.domain}>;tag={_token(16)}")
        request.set("to", f"<sip:{to}@{upper.domain}>")
        request.set("call-id", system_secrets.token_hex(16))
        request.set("cseq", f"1 {method}")
        request.set("user-agent", "Linli")
        return request

    async def ask(self, request: sip.Request, seconds: float) -> sip.Response | None:
        """The final answer; None: there was none in time."""
        if self.exchange is None or self.way is None:
            return None
        answered: asyncio.Future[sip.Response | None] = asyncio.get_running_loop().create_future()

        def settle(response: sip.Response | None) -> None:
            if not answered.done() and (response is None or response.status >= 200):
                answered.set_result(response)

        exchange = self.exchange
        outgoing = exchange.send(request, self.way, settle, lambda: settle(None))
        try:
            async with asyncio.timeout(seconds):
                return await answered
        except TimeoutError:
            exchange.drop(outgoing)
            return None

    async def say(self, body: bytes, *, seconds: float = ANSWER_S) -> int:
        """A MESSAGE; its status, 0: no answer."""
        request = self.new_request("MESSAGE", self.upper.server_id)
        request.set("content-type", CONTENT)
        request.body = body
        response = await self.ask(request, seconds)
        return 0 if response is None else response.status

    async def tell(self, command: str, fields: dict[str, str | int], *, seconds: float = ANSWER_S) -> int:
        """A Notify of our own code."""
        return await self.say(
            gb.build("Notify", command, self.next_sn(), self.upper.gb_id, fields), seconds=seconds
        )

    def next_sn(self) -> int:
        self._sn += 1
        return self._sn

    def send(self, request: sip.Request) -> None:
        """Whatever the answer is."""
        if self.exchange is not None and self.way is not None:
            self.exchange.send(request, self.way, _ignore, _nothing)

    # ------------------------------------------------------------ what comes

    def _receive(self, message: sip.Request | sip.Response) -> None:
        try:
            if self.exchange is None or self.way is None:
                return
            if isinstance(message, sip.Response):
                self.exchange.receive_response(message)
            else:
                self._receive_request(message, self.exchange, self.way)
        except sip.Malformed as error:
            log.debug("a message of an upper platform is dropped: %s", error)
        except Exception:
            log.exception("a message of an upper platform was not worked on")

    def _receive_request(self, request: sip.Request, exchange: Exchange, way: Way) -> None:
        refusal = sip.examine(request, METHODS, ())
        via = sip.answer_via(request)
        if via is None:
            return
        request.set("via", str(via.received_from(way.host, way.port)), *request.values("via")[1:])
        status, reason, fields = 0, "", []
        if refusal is not None:
            status, reason, fields = refusal.status, refusal.reason, list(refusal.fields)
        elif self.state != "registered" or request.from_.uri.user != self.upper.server_id:
            status = 403
        if not status:
            exchange.receive_request(request, way)
        elif request.method != "ACK":
            way.send(bytes(sip.respond(request, status, reason, to_tag=_token(16), fields=fields)))

    def request(self, incoming: Incoming) -> None:
        self._peer.ask(incoming)

    def ack(self, request: sip.Request) -> None:
        self._peer.acknowledged(request)


def _challenge(response: sip.Response) -> sip.Challenge | None:
    """The first that can be answered."""
    names = ("www-authenticate", "proxy-authenticate")
    for text in [text for name in names for text in response.fields.get(name, ())][:4]:
        with contextlib.suppress(sip.Malformed):
            challenge = sip.read_challenge(text)
            if challenge is not None and challenge.algorithm in ALGORITHMS:
                return challenge
    return None


def _token(length: int) -> str:
    """Of an even length."""
    return system_secrets.token_hex(length // 2)


def _ignore(_response: sip.Response) -> None:
    return


def _nothing() -> None:
    return
