"""The line to the telephone network: whether it is there, and the calls that go out by it. Source: RFC 3261, 10, 22."""

import asyncio
import contextlib
import secrets
import ssl
from typing import TYPE_CHECKING, Final

from linli.calls.ways import Line, put_proof
from linli.kernel.rounds import end_tasks
from linli.kernel.settings import Trunk as TrunkSettings
from linli.kernel.sip.flows import Connection, Datagrams, Flow, StreamPort
from linli.kernel.telemetry import logger
from linli.protocols import sip

if TYPE_CHECKING:
    from linli.kernel.sip.exchange import Exchange

log = logger(__name__)
MOST_PROOFS: Final = 10
"""Passwords that one call or check gives: a line that is never content is not served for ever."""
_ASKED_S: Final = 600
_CONNECT_S: Final = 10.0
_NAME: Final = "trunk"
_MEANING: Final = {
    401: 503, 402: 503, 403: 503, 407: 503, 410: 404, 484: 404, 604: 404, 487: 480, 408: 480, 606: 488,
}  # fmt: skip
"""What statuses of the line mean for who calls: a fault of ours there is none of the telephone's."""


class TrunkLine(Line):
    """One call's way, or one check's. Implements `flows.Flow`."""

    def __init__(self, way: Flow, trunk: "Trunk", number: str = "") -> None:
        """`number`: that is dialled, in the line's own form."""
        self._way = way
        self._trunk = trunk
        self._settings = trunk.settings
        self._proofs = 0
        self.number = number
        self.dialogs: list[sip.Dialog] = []
        self.transport, self.host, self.port, self.reliable = way.transport, way.host, way.port, way.reliable

    def send(self, data: bytes) -> bool:
        return self._way.send(data)

    def proved(self, number: str) -> None:
        return

    @property
    def contact(self) -> str:
        """Where the INVITE goes."""
        return str(address(self._settings, self.number, by=self.transport, port=True))

    def dress(self, invite: sip.Request) -> None:
        """Make an INVITE one that the line knows: with our number there, and the number that is called."""
        caller = self._settings.caller or self._settings.user or "linli"
        invite.set("from", f"<{address(self._settings, caller)}>")
        invite.set("to", f"<{address(self._settings, self.number)}>")

    @property
    def codecs(self) -> tuple[str, ...]:
        """The only ones that the line knows."""
        return self._settings.codecs

    def meant(self, status: int) -> int:
        """What a refusal by the line is for who calls; what is wrong with the line itself is kept for the operator."""
        if status in (401, 402, 403, 407):
            self._trunk.refused(status)
        return _MEANING.get(status, 503 if 500 <= status < 600 else status)

    def prove(self, request: sip.Request, refusal: sip.Response) -> bool:
        if not self._settings.user or self._proofs >= MOST_PROOFS:
            return False
        user, password = self._settings.user, self._trunk.password

        def user_hash(challenge: sip.Challenge) -> str:
            return sip.user_hash(user, challenge.realm, password, challenge.algorithm)

        if not put_proof(request, refusal, user, user_hash, self.dialogs):
            return False
        self._proofs += 1
        return True


class Trunk:
    """`start`, then `line`; `stop` in any state. Off without a host in its settings."""

    def __init__(self, settings: TrunkSettings) -> None:
        self.settings = settings
        self.password = ""
        self._exchange: Exchange | None = None
        self._datagrams: Datagrams | None = None
        self._connection: Connection | None = None
        self._tls: ssl.SSLContext | None = None
        self._task: asyncio.Task[None] | None = None
        self._call_id = secrets.token_hex(12)
        self._count = 0
        self._place = ("", 0)
        self._socket: asyncio.DatagramTransport | None = None
        self._streams: StreamPort | None = None
        self._fault = ""
        self.checks = 0
        """How often the line said, or did not say, that it is there."""

    @property
    def on(self) -> bool:
        return bool(self.settings.host)

    @property
    def most_calls(self) -> int:
        return self.settings.most_calls

    def start(
        self,
        exchange: "Exchange",
        socket: asyncio.DatagramTransport | None,
        streams: StreamPort,
        secure: StreamPort,
    ) -> None:
        """`socket`, `streams`, `secure`: where the line's transport is, one of these."""
        if not self.on:
            return
        try:
            self.password = self.settings.secret()
        except OSError as error:
            self._fault = f"its password cannot be read: {error.strerror}"
            log.error("the telephone line's password cannot be read: %s", error)
        self._exchange, self._socket = exchange, socket
        self._streams = secure if self.settings.transport == "tls" else streams
        if self.settings.transport == "tls":
            self._tls = ssl.create_default_context()
        self._task = asyncio.create_task(self._watch(), name="telephone line")

    async def stop(self) -> None:
        if self._task is not None:
            await end_tasks(self._task)

    def notice(self) -> str:
        """For the operator: what is wrong with the line; empty: nothing."""
        return f"the telephone line: {self._fault}" if self.on and self._fault else ""

    def may_call(self, number: str) -> bool:
        """Whether the line calls such numbers."""
        return self.on and self.settings.dialled(number) is not None

    async def line(self, number: str) -> TrunkLine | None:
        """The way for a call to this number; None: it is not called, or the line is not reached."""
        dialled = self.settings.dialled(number) if self.on else None
        if dialled is None:
            return None
        way = await self._way()
        return None if way is None else TrunkLine(way, self, dialled)

    def refused(self, status: int) -> None:
        """A call was, for a reason that is the line's."""
        self._set_fault(f"it refuses calls: {status} {sip.REASONS.get(status, '')}".rstrip())

    # ------------------------------------------------------------ whether it is there

    async def _watch(self) -> None:
        while True:
            pause_s = float(self.settings.check_seconds)
            try:
                pause_s = min(pause_s, await self._check())
            except Exception:
                log.exception("the telephone line was not asked")
            await asyncio.sleep(pause_s)

    async def _check(self) -> float:
        """Ask once; when to ask again at the latest, in s."""
        if await self._resolve() is None or (way := await self._way()) is None:
            self._set_fault(f"{self.settings.host} is not reached")
            self.checks += 1
            return float(self.settings.check_seconds)
        method = "REGISTER" if self.settings.register else "OPTIONS"
        response = await self._ask(method, TrunkLine(way, self))
        again_s = float(self.settings.check_seconds)
        if response is None:
            self._set_fault(f"{self.settings.host} does not answer")
        elif method == "REGISTER" and response.status >= 300:
            self._set_fault(f"it refuses our log-in: {response.status} {response.reason}")
        else:
            self._set_fault("")
            if method == "REGISTER":
                again_s = max(5.0, self._granted(response) / 2)
        self.checks += 1
        return again_s

    def _granted(self, response: sip.Response) -> int:
        """For how long the log-in holds, in s."""
        contacts = [sip.contact_seconds(contact, _ASKED_S, _ASKED_S) for contact in response.contacts]
        expires = response.get("expires") or ""
        usual = int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 7 else _ASKED_S
        return min(contacts, default=usual)

    async def _ask(self, method: str, line: TrunkLine) -> sip.Response | None:
        """The final answer; None: none came."""
        exchange = self._exchange
        assert exchange is not None
        host = self.settings.domain or self.settings.host
        request = sip.Request(method, f"sip:{_bracketed(host)}")
        who = address(self.settings, self.settings.user or self.settings.caller or "linli")
        self._count += 1
        request.set("max-forwards", "70")
        request.set("from", f"<{who}>;tag={exchange.tag()}")
        request.set("to", f"<{who}>" if method == "REGISTER" else f"<{request.target}>")
        request.set("call-id", self._call_id)
        request.set("cseq", str(sip.CSeq(self._count, method)))
        more = "" if line.transport == "udp" else f";transport={line.transport}"
        request.set("contact", f"<sip:linli@{exchange.here}{more}>")
        if method == "REGISTER":
            request.set("expires", str(_ASKED_S))
        answered: asyncio.Future[sip.Response | None] = asyncio.get_running_loop().create_future()

        def heard(response: sip.Response) -> None:
            if response.status >= 200 and not answered.done():
                answered.set_result(response)

        def lost() -> None:
            if not answered.done():
                answered.set_result(None)

        exchange.send(request, line, heard, lost)
        try:
            return await answered
        finally:
            self._count = max(self._count, request.cseq.number)

    def _set_fault(self, fault: str) -> None:
        if fault != self._fault:
            log.log(30 if fault else 20, "the telephone line: %s", fault or "it is there")
        self._fault = fault

    # ------------------------------------------------------------ the way there

    async def _resolve(self) -> tuple[str, int] | None:
        loop = asyncio.get_running_loop()
        raw = self._socket.get_extra_info("socket") if self._socket is not None else None
        family = raw.family if raw is not None and self.settings.transport == "udp" else 0
        try:
            places = await loop.getaddrinfo(self.settings.host, self.settings.port, family=family)
        except OSError:
            return self._place if self._place[1] else None
        self._place = (str(places[0][4][0]), int(places[0][4][1]))
        return self._place

    async def _way(self) -> Flow | None:
        if not self._place[1] and await self._resolve() is None:
            return None
        host, port = self._place
        if self.settings.transport == "udp":
            return None if self._socket is None else Datagrams(self._socket, host, port)
        if self._streams is None:
            return None
        if self._connection is None or not self._connection.alive:
            name = self.settings.host if self._tls else None
            loop = asyncio.get_running_loop()
            self._connection = None
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_S):
                    _, self._connection = await loop.create_connection(
                        self._streams.make, host, port, ssl=self._tls, server_hostname=name
                    )
            if self._connection is not None:
                self._connection.proved(_NAME)
        return self._connection


def address(settings: TrunkSettings, user: str, *, by: str = "udp", port: bool = False) -> sip.Uri:
    """`port`: with the place that messages go to."""
    params: dict[str, str | None] = {} if by == "udp" else {"transport": by}
    host = _bracketed(settings.domain or settings.host)
    return sip.Uri(host, user, settings.port, params=params) if port else sip.Uri(host, user)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
