"""The box as a phone of the cloud's SIP server: it logs in for each phone of the site and calls in its name.

So doors and units are seen there, phones and browsers elsewhere ring for a door of the site, and call its phones. One
connection that the box opened carries all of it, both ways; nothing else is taken for the cloud. What comes over it asks
for doors only where it is by TLS, or stays on this machine.
"""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Callable
from typing import Final, Protocol

from linli.calls.rows import Binding
from linli.calls.ways import Line, put_proof
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.intercom.phones import BoxPhones
from linli.edge.intercom.site import CLOUD, Site
from linli.kernel.clock import Clock
from linli.kernel.rounds import set_within
from linli.kernel.sip.exchange import Exchange
from linli.kernel.sip.flows import Connection, Flow, StreamPort
from linli.protocols import sip
from linli.protocols.edge_link import REF, SipPlace, SiteAccount

CHECK_S: Final = 25.0
"""Between signs of life, which also keep the way open through NAT."""
ASKED_S: Final = 600
_CONNECT_S: Final = 5.0
_AGAIN_S: Final = 5.0
_MOST_PROOFS: Final = 6
_NAME: Final = "cloud"


class CloudLine(Line):
    """One call's way to the cloud, or one log-in's. Implements `flows.Flow`."""

    codecs = ()

    def __init__(self, way: Connection, account: SiteAccount, realm: str, *, target: str = "", ref: str = ""):
        self._way = way
        self._account = account
        self._realm = realm
        self._target = target
        self._ref = ref
        self._proofs = 0
        self.dialogs: list[sip.Dialog] = []
        self.transport, self.host, self.port, self.reliable = way.transport, way.host, way.port, way.reliable

    def send(self, data: bytes) -> bool:
        return self._way.send(data)

    def proved(self, number: str) -> None:
        return

    def dress(self, invite: sip.Request) -> None:
        invite.set("from", f"<{_uri(self._account.number, self.host)}>")
        invite.set("to", f"<{_uri(self._target, self.host)}>")
        invite.set(REF, self._ref)

    def meant(self, status: int) -> int:
        """That the cloud does not serve a call is no fault of those whom it rings at the site."""
        return 480 if status in (401, 403, 404, 407, 408) or (status >= 500 and status < 600) else status

    def prove(self, request: sip.Request, refusal: sip.Response) -> bool:
        if self._proofs >= _MOST_PROOFS:
            return False

        def user_hash(challenge: sip.Challenge) -> str:
            if challenge.realm != self._realm:
                return ""
            return self._account.sha256 if challenge.algorithm == "SHA-256" else self._account.md5

        if not put_proof(request, refusal, self._account.number, user_hash, self.dialogs):
            return False
        self._proofs += 1
        return True


class Server(Protocol):
    """The box's own front."""

    exchange: Exchange


class CloudSip:
    """Implements `dialling.CloudWay`. `start`, `stop` in any state."""

    def __init__(
        self,
        site: Callable[[], Site],
        phones: BoxPhones,
        clock: Clock,
        log: DeviceLog,
    ) -> None:
        self._site = site
        self._phones = phones
        self._clock = clock
        self._log = log
        self._exchange: Exchange | None = None
        self._streams: tuple[StreamPort, StreamPort] | None = None
        """Plain, and by TLS."""
        self._connection: Connection | None = None
        self._known: dict[str, int] = {}
        """For whom the box is logged in there: until when, steady ms."""
        self._place: SipPlace | None = None
        self._task: asyncio.Task[None] | None = None
        self._logins: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._count = 0
        self.fault = ""
        """Why the cloud rings nobody for the site; empty: it does, or nothing is to be rung."""

    def start(self, server: Server, streams: StreamPort, secure: StreamPort) -> None:
        self._exchange, self._streams = server.exchange, (streams, secure)
        self._task = asyncio.create_task(self._run(), name="intercom cloud")

    async def stop(self) -> None:
        task, self._task = self._task, None
        for each in [*self._logins, *([task] if task is not None else [])]:
            each.cancel()
        await asyncio.gather(*self._logins, *([task] if task is not None else []), return_exceptions=True)
        self._drop()

    @property
    def up(self) -> bool:
        return self._connection is not None and self._connection.alive

    @property
    def trusted(self) -> bool:
        """Whether nobody on the way can speak as the cloud."""
        place = self._place
        return place is not None and (place.tls or _is_here(place.host))

    def moved(self, number: str) -> None:
        """A phone of the site came or went."""
        self._known.pop(number, None)
        self._wake.set()

    def changed(self) -> None:
        """The site has other accounts, or the cloud is elsewhere."""
        self._wake.set()

    def came_by(self, flow: Flow) -> bool:
        return flow is self._connection

    def line(self, caller: str, target: str, ref: str) -> tuple[Binding, Flow] | None:
        account = self._site().account(caller, self._clock.now_ms())
        if account is None or self._connection is None or not self._connection.alive:
            return None
        line = CloudLine(self._connection, account, self._site().document.realm, target=target, ref=ref)
        contact = str(sip.Uri(line.host, target, line.port, params={"transport": line.transport}))
        return Binding(CLOUD, "", "", contact, line.transport, line.host, line.port, "", 0, "", 0, 0), line

    # ------------------------------------------------------------ being there

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            wait_s = CHECK_S
            try:
                if not await self._look():
                    wait_s = _AGAIN_S
            except Exception as error:  # noqa: BLE001  (the line to the cloud: it is tried again)
                self._log.now_and_then("the cloud's SIP server was not asked", why=str(error))
                wait_s = _AGAIN_S
            await set_within(self._clock, wait_s, self._wake)

    async def _look(self) -> bool:
        """Be connected while there is a phone to log in for; False: it is to be tried again soon."""
        document, there = self._site().document, self._phones.all()
        if document.cloud != self._place:
            self._drop()
            self._place = document.cloud
        if document.cloud is None or not there:
            self.fault = ""
            if not there:
                self._drop()
            return True
        if not self.up:
            self._known.clear()
            await self._connect(document.cloud)
        connection = self._connection
        if connection is None or not connection.alive:
            self.fault = f"the cloud's SIP server {document.cloud.host}:{document.cloud.port} is not reached"
            return False
        self.fault = ""
        now_ms = self._clock.steady_ms()
        due = [row.number for row in there if self._known.get(row.number, 0) <= now_ms]
        for number in due:
            account = self._site().account(number, self._clock.now_ms())
            if account is not None:
                self._known[number] = now_ms + ASKED_S * 1000 // 2
                self._log_in(connection, account)
        if not due and not await self._lives(connection):
            self._drop()
            return False
        return True

    async def _connect(self, place: SipPlace) -> None:
        assert self._streams is not None
        self._drop()
        plain, secure = self._streams
        # Of a certificate that is not the cloud's the error is an OSError, too.
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CONNECT_S):
                _, connection = await asyncio.get_running_loop().create_connection(
                    (secure if place.tls else plain).make,
                    place.host,
                    place.port,
                    ssl=ssl.create_default_context(cadata=place.authority or None) if place.tls else None,
                )
            connection.proved(_NAME)
            self._connection = connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self._known.clear()

    async def _lives(self, connection: Connection) -> bool:
        request = sip.Request("OPTIONS", f"sip:{connection.host}")
        heard = asyncio.Event()
        self._send(request, connection, "linli", heard.set)
        return await set_within(self._clock, CHECK_S / 2, heard)

    def _log_in(self, connection: Connection, account: SiteAccount) -> None:
        task = asyncio.get_running_loop().create_task(self._register(connection, account))
        self._logins.add(task)
        task.add_done_callback(self._logins.discard)

    async def _register(self, connection: Connection, account: SiteAccount) -> None:
        assert self._exchange is not None
        line = CloudLine(connection, account, self._site().document.realm)
        request = sip.Request("REGISTER", f"sip:{_host(connection.host)}")
        request.set("expires", str(ASKED_S))
        request.set("contact", f"<sip:{account.number}@{self._exchange.here};transport={line.transport}>")
        answered: asyncio.Future[sip.Response | None] = asyncio.get_running_loop().create_future()
        self._dress(request, account.number, connection.host)

        def heard(response: sip.Response) -> None:
            if response.status >= 200 and not answered.done():
                answered.set_result(response)

        def lost() -> None:
            if not answered.done():
                answered.set_result(None)

        self._exchange.send(request, line, heard, lost)
        response = await answered
        self._count = max(self._count, request.cseq.number)
        if response is None or response.status >= 300:
            status = 0 if response is None else response.status
            self._log.now_and_then("the cloud does not take a phone of the site", status=status)
            # Not before the next look: the account may just have been renewed.
            self._known[account.number] = self._clock.steady_ms() + round(CHECK_S * 1000)

    def _send(
        self, request: sip.Request, connection: Connection, user: str, heard: Callable[[], None]
    ) -> None:
        assert self._exchange is not None
        self._dress(request, user, connection.host)
        self._exchange.send(request, connection, lambda response: heard(), lambda: None)

    def _dress(self, request: sip.Request, user: str, host: str) -> None:
        assert self._exchange is not None
        self._count += 1
        request.set("max-forwards", "70")
        request.set("from", f"<{_uri(user, host)}>;tag={self._exchange.tag()}")
        request.set("to", f"<{_uri(user, host)}>" if request.method == "REGISTER" else f"<{request.target}>")
        request.set("call-id", self._exchange.tag())
        request.set("cseq", str(sip.CSeq(self._count, request.method)))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _uri(user: str, host: str) -> str:
    return str(sip.Uri(_host(host), user))
