"""A log-in at a SIP server by UDP, kept alive, and the transactions of its calls. Source: RFC 3261; spec A 4.1."""

import asyncio
import contextlib
import dataclasses
import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol

from linli.protocols import sip
from linli.protocols.sip.digest import answer
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

EXPIRES_S: Final = 60
AGAIN_S: Final = 5.0
"""After a log-in that failed."""
_TICK_S: Final = 0.05
METHODS: Final = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO")


class AccountState(StrEnum):
    """A48."""

    NONE = "NONE"
    LOGINPROCESS = "LOGINPROCESS"
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


class LineFailed(Exception):
    """The server refused, or did not answer (`status` 408)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class User(Protocol):
    """Who has the calls of a line."""

    def came(self, request: sip.Request, line: "SipLine") -> None:
        """A request outside of transactions: answer it with `line.respond`."""
        ...

    def cancelled(self, request: sip.Request, line: "SipLine") -> None:
        """The INVITE of this call was taken back."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class LogIn:
    number: str
    password: str
    host: str
    port: int
    display_name: str = ""


@dataclasses.dataclass(slots=True, eq=False)
class _Sent:
    machine: ClientInvite | ClientRequest
    heard: Callable[[sip.Response | None], None]
    """None: nobody answered."""
    proved: bool = False


class SipLine(asyncio.DatagramProtocol):
    """`open`, then calls; `close` in any state."""

    def __init__(self, log_in: LogIn, user: User) -> None:
        self.log_in = log_in
        self.state = AccountState.NONE
        self.on_state: Callable[[AccountState], None] = _ignore_state
        self._user = user
        self._wire: asyncio.DatagramTransport | None = None
        self._place = ("127.0.0.1", 0)
        self._sent: dict[ClientKey, _Sent] = {}
        self._served: dict[ServerKey, ServerInvite | ServerRequest] = {}
        self._repeats: dict[str, AnswerRepeat] = {}
        """2xx that wait for their ACK, by Call-ID."""
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._call_id = secrets.token_hex(12)
        self._number = 0

    # ------------------------------------------------------------ life

    @classmethod
    async def open(cls, log_in: LogIn, user: User) -> "SipLine":
        """Raises OSError."""
        loop = asyncio.get_running_loop()
        wire, line = await loop.create_datagram_endpoint(
            lambda: cls(log_in, user), remote_addr=(log_in.host, log_in.port)
        )
        line._wire = wire
        line._place = wire.get_extra_info("sockname")[:2]
        line._timer = loop.call_later(_TICK_S, line._tick)
        return line

    async def log_in_now(self) -> None:
        """The first log-in; from then on it is renewed by itself. Raises LineFailed."""
        self._go(AccountState.LOGINPROCESS)
        try:
            await self._register(EXPIRES_S)
        except LineFailed:
            self._go(AccountState.OFFLINE)
            raise
        self._go(AccountState.ONLINE)
        self._task = asyncio.create_task(self._stay(), name=f"sip {self.log_in.number}")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self.state is AccountState.ONLINE:
            with contextlib.suppress(LineFailed, TimeoutError):
                async with asyncio.timeout(2):
                    await self._register(0)
        self.cut()

    def cut(self) -> None:
        """As by a power cut: nobody is told."""
        if self._task is not None:
            self._task.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if self._wire is not None:
            self._wire.close()
        self._go(AccountState.NONE)

    async def _stay(self) -> None:
        wait_s = EXPIRES_S / 2
        while True:
            await asyncio.sleep(wait_s)
            try:
                await self._register(EXPIRES_S)
            except LineFailed:
                self._go(AccountState.OFFLINE)
                wait_s = AGAIN_S
            else:
                self._go(AccountState.ONLINE)
                wait_s = EXPIRES_S / 2

    def _go(self, state: AccountState) -> None:
        if state is not self.state:
            self.state = state
            self.on_state(state)

    async def _register(self, expires_s: int) -> None:
        request = self.request("REGISTER", f"sip:{self._server}", call_id=self._call_id)
        request.set("to", f"<sip:{self.log_in.number}@{self._server}>")
        request.set("contact", self.contact)
        request.set("expires", str(expires_s))
        response = await self.ask(request)
        if response.status >= 300:
            raise LineFailed(response.status, response.reason)

    # ------------------------------------------------------------ messages

    @property
    def host(self) -> str:
        """Our own, as the server's network sees it."""
        return self._place[0]

    @property
    def contact(self) -> str:
        return f"<sip:{self.log_in.number}@{self._place[0]}:{self._place[1]}>"

    @property
    def _server(self) -> str:
        return f"{self.log_in.host}:{self.log_in.port}"

    def request(self, method: str, target: str, *, call_id: str = "") -> sip.Request:
        """A request outside of a dialog, without Via."""
        self._number += 1
        own = sip.Address(sip.Uri(self._server, self.log_in.number), self.log_in.display_name)
        request = sip.Request(method, target)
        request.set("max-forwards", "70")
        request.set("from", f"{own};tag={secrets.token_hex(6)}")
        request.set("to", f"<{target}>")
        request.set("call-id", call_id or secrets.token_hex(12))
        request.set("cseq", f"{self._number} {method}")
        return request

    def send(self, request: sip.Request, heard: Callable[[sip.Response | None], None]) -> None:
        """Send it and hear each answer; None: there was none."""
        if request.method != "CANCEL":
            request.fields = {"via": [self._via()], **request.fields}
        kind = ClientInvite if request.method == "INVITE" else ClientRequest
        self._begin(_Sent(kind(request, reliable=False), heard))

    async def ask(self, request: sip.Request) -> sip.Response:
        """The final answer. Raises LineFailed when nobody answers."""
        final: asyncio.Future[sip.Response | None] = asyncio.get_running_loop().create_future()

        def heard(response: sip.Response | None) -> None:
            if (response is None or response.status >= 200) and not final.done():
                final.set_result(response)

        self.send(request, heard)
        response = await final
        if response is None:
            raise LineFailed(408, "no answer")
        return response

    def under_way(self, call_id: str) -> sip.Request | None:
        """The INVITE of a call that has no final answer yet, as it was sent last."""
        for sent in self._sent.values():
            machine = sent.machine
            waits = isinstance(machine, ClientInvite) and machine.state in ("calling", "proceeding")
            if waits and machine.request.call_id == call_id:
                return machine.request
        return None

    def acknowledge(self, ack: sip.Request) -> None:
        ack.fields = {"via": [self._via()], **ack.fields}
        self._write(bytes(ack))

    def respond(self, request: sip.Request, response: sip.Response) -> None:
        """Answer a request that came; a 2xx to an INVITE is repeated until its ACK."""
        machine = self._served.get(server_key(request))
        if machine is None:
            return
        self._act_served(machine, machine.respond(response, self._now_ms()))
        if request.method == "INVITE" and 200 <= response.status < 300:
            self._repeats[request.call_id] = AnswerRepeat(response, self._now_ms())

    def _begin(self, sent: _Sent) -> None:
        self._sent[client_key(sent.machine.request)] = sent
        self._act_sent(sent, sent.machine.start(self._now_ms()))

    def _via(self) -> str:
        return (
            f"SIP/2.0/UDP {self._place[0]}:{self._place[1]};branch={sip.COOKIE}{secrets.token_hex(10)};rport"
        )

    def datagram_received(self, data: bytes, _addr: object) -> None:
        try:
            message = sip.read_datagram(data)
            if isinstance(message, sip.Response):
                sent = self._sent.get(client_key(message))
                if sent is not None:
                    self._act_sent(sent, sent.machine.receive(message, self._now_ms()))
            else:
                self._receive(message)
        except (sip.Malformed, sip.NotSip):
            return

    def error_received(self, _error: Exception) -> None:
        return  # nobody listens there just now: what is sent is sent again

    def _receive(self, request: sip.Request) -> None:
        if request.method == "ACK":
            self._repeats.pop(request.call_id, None)
        machine = self._served.get(server_key(request))
        if machine is not None:
            self._act_served(machine, machine.receive(request, self._now_ms()))
        if machine is not None or request.method == "ACK":
            return
        kind = ServerInvite if request.method == "INVITE" else ServerRequest
        self._served[server_key(request)] = kind(request, reliable=False)
        if request.method == "CANCEL":
            meant = self._served.get(invite_of(request))
            self.respond(request, sip.respond(request, 481 if meant is None else 200, to_tag="c"))
            if meant is not None:
                self._user.cancelled(meant.request, self)
        elif request.method not in METHODS:
            self.respond(
                request, sip.respond(request, 405, to_tag="m", fields=[("allow", ", ".join(METHODS))])
            )
        else:
            self._user.came(request, self)

    # ------------------------------------------------------------ machines

    def _act_sent(self, sent: _Sent, actions: list[Send | Deliver | Failure]) -> None:
        for action in actions:
            if isinstance(action, Send):
                self._write(bytes(action.message))
            elif isinstance(action, Failure):
                sent.heard(None)
            elif isinstance(action.message, sip.Response) and not self._proves(sent, action.message):
                sent.heard(action.message)
        if sent.machine.over:
            self._sent.pop(client_key(sent.machine.request), None)

    def _act_served(
        self, machine: ServerInvite | ServerRequest, actions: list[Send | Deliver | Failure]
    ) -> None:
        for action in actions:
            if isinstance(action, Send):
                self._write(bytes(action.message))
        if machine.over:
            self._served.pop(server_key(machine.request), None)

    def _proves(self, sent: _Sent, refusal: sip.Response) -> bool:
        """Send it once more with the password."""
        if refusal.status not in (401, 407) or sent.proved:
            return False
        name = "www-authenticate" if refusal.status == 401 else "proxy-authenticate"
        challenge = sip.read_challenge(refusal.get(name) or "")
        request = sent.machine.request
        if challenge is None:
            return False
        user = sip.user_hash(self.log_in.number, challenge.realm, self.log_in.password, challenge.algorithm)
        blank = sip.Credentials(
            username=self.log_in.number,
            realm=challenge.realm,
            nonce=challenge.nonce,
            uri=request.target,
            response="",
            algorithm=challenge.algorithm,
            qop="auth" if "auth" in challenge.qop else None,
            nc=1 if "auth" in challenge.qop else None,
            cnonce=secrets.token_hex(8) if "auth" in challenge.qop else None,
            opaque=challenge.opaque,
        )
        proof = dataclasses.replace(blank, response=answer(user, request.method, blank))
        again = sip.Request(request.method, request.target, dict(request.fields))
        again.body = request.body
        self._number += 1
        again.set("cseq", f"{max(self._number, request.cseq.number + 1)} {request.method}")
        again.set("authorization" if refusal.status == 401 else "proxy-authorization", str(proof))
        again.set("via", self._via())
        kind = ClientInvite if request.method == "INVITE" else ClientRequest
        self._begin(_Sent(kind(again, reliable=False), sent.heard, proved=True))
        return True

    def _tick(self) -> None:
        now_ms = self._now_ms()
        for sent in list(self._sent.values()):
            self._act_sent(sent, sent.machine.tick(now_ms))
        for machine in list(self._served.values()):
            self._act_served(machine, machine.tick(now_ms))
        for call_id, repeat in list(self._repeats.items()):
            for action in repeat.tick(now_ms):
                if isinstance(action, Send):
                    self._write(bytes(action.message))
            if repeat.deadline_ms is None:
                self._repeats.pop(call_id, None)
        self._timer = asyncio.get_running_loop().call_later(_TICK_S, self._tick)

    def _write(self, data: bytes) -> None:
        if self._wire is not None and not self._wire.is_closing():
            self._wire.sendto(data)

    def _now_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)


def _ignore_state(_state: AccountState) -> None:
    return
