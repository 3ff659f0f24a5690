"""Device registration over HTTP: `POST /auth/register/device` and `POST /auth/devicename` (spec clients b.2).

Its own small listener, because the devices' HTTP parsers are smaller still (trap 6): one reads only a
header spelled `Content-Length`, chokes on chunks and on many headers, wants compact JSON with `code`
first, and takes 255 bytes of an answer. Every request gets its own connection.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, Final, NamedTuple, Protocol, cast
from urllib.parse import parse_qsl

import httptools
import msgspec

from linli.kernel.clock import Clock
from linli.kernel.connections import Connections, Standing
from linli.kernel.telemetry import logger
from linli.things.mqtt.principals import PreAuthorized, PreAuthRequest, Refused, Registered, RegisterRequest
from linli.things.mqtt.wire import PLAIN, security_of

log = logger(__name__)

REGISTER = "/auth/register/device"
PRE_AUTH = "/auth/devicename"

MAX_BYTES: Final = 8 * 1024
"""Of a whole request; the longest honest one has about 700."""
_MAX_FIELDS = 32
_SERVER_FAILED = 500
_STATUS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    503: "Service Unavailable",
}


class Way(NamedTuple):
    """How a request came."""

    peer: str
    """Remote address, `host:port`."""
    security: str
    """As of a connection (`mqtt.wire`)."""
    reached: str
    """Our own address."""


class Registrar(Protocol):
    """The part of `mqtt.ports.Backend` that is asked here."""

    async def register(self, request: RegisterRequest) -> Registered | Refused: ...

    async def pre_authenticate(self, request: PreAuthRequest) -> PreAuthorized | Refused: ...


class AuthHttp:
    """The protocol factory for listeners, plain and TLS: pass `connection` to `mqtt.listen`."""

    def __init__(
        self,
        registrar: Registrar,
        *,
        clock: Clock,
        timeout: float = 10.0,
        max_connections: int = 500,
        connections_each: int = 250,
        proxies: Iterable[str] = (),
        security: str = "",
    ) -> None:
        """`timeout`: seconds from the TCP connection to the whole request, and again to the answer taken.
        `proxies`: addresses without a share of `connections_each`. `security`: as for a connection of the front."""
        self.security = security
        self.registrar = registrar
        self.clock = clock
        self.timeout = timeout
        self.connections: Connections[_Connection] = Connections(
            max_connections, connections_each, proxies=proxies, name="device_auth"
        )

    def connection(self) -> asyncio.Protocol:
        return _Connection(self)

    def close(self) -> None:
        for connection in list(self.connections):
            connection.abort()


async def _register(registrar: Registrar, form: dict[str, str], way: Way) -> dict[str, Any]:
    answer = await registrar.register(
        RegisterRequest(
            product_key=form.get("productKey", ""),
            device_name=form.get("deviceName", ""),
            random=form.get("random", ""),
            sign=form.get("sign", ""),
            peer=way.peer,
            security=way.security,
        )
    )
    if isinstance(answer, Refused):
        return _failure(answer.code, answer.reason)
    return _success(
        {
            "productKey": answer.product_key,
            "deviceName": answer.device_name,
            "deviceSecret": answer.device_secret,
        }
    )


async def _pre_auth(registrar: Registrar, form: dict[str, str], way: Way) -> dict[str, Any]:
    answer = await registrar.pre_authenticate(
        PreAuthRequest(
            product_key=form.get("productKey", ""),
            device_name=form.get("deviceName", ""),
            client_id=form.get("clientId", ""),
            timestamp=form.get("timestamp"),
            sign=form.get("sign", ""),
            peer=way.peer,
            security=way.security,
            reached=way.reached,
        )
    )
    if isinstance(answer, Refused):
        return _failure(answer.code, answer.reason)
    mqtt = {"host": answer.host, "port": answer.port}
    return _success({"iotId": answer.iot_id, "iotToken": answer.iot_token, "resources": {"mqtt": mqtt}})


def _success(data: dict[str, Any]) -> dict[str, Any]:
    return {"code": 200, "data": data, "message": "success"}


def _failure(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


_ROUTES = {REGISTER: _register, PRE_AUTH: _pre_auth}


async def answer(registrar: Registrar, path: str, body: bytes, way: Way) -> tuple[int, bytes]:
    """HTTP status and body for a posted form. A refusal is HTTP 200 with another `code` than 200 in its body."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        return 400, b""
    asked = _ROUTES.get(path)
    if asked is None:
        return 404, b""
    try:
        return 200, msgspec.json.encode(await asked(registrar, dict(fields), way))
    except Exception:
        log.exception("registration failed")
        return 200, msgspec.json.encode(_failure(_SERVER_FAILED, "server error"))


class _Connection(asyncio.Protocol):
    """One request and its answer. httptools calls the `on_…` methods."""

    def __init__(self, server: AuthHttp) -> None:
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._way = Way("", PLAIN, "")
        self._since = asyncio.get_running_loop().time()
        self._received = 0
        self._url = b""
        self._body = b""
        self._complete = False
        self._answered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        host, port, *_ = transport.get_extra_info("peername") or ("", 0)
        tls = transport.get_extra_info("ssl_object")
        reached, *_ = transport.get_extra_info("sockname") or ("",)
        self._way = Way(f"{host}:{port}", self._server.security or security_of(tls), reached)
        if not self._server.connections.enter(self, host):
            self.abort()
            return
        self._run(self._expire())

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.leave(self)
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        if self._complete or self._answered:
            return
        self._received += len(data)
        if self._received > MAX_BYTES:
            self._respond(413)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._respond(400)

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._complete or self._answered:
            return
        self._complete = True
        if self._parser.get_method() != b"POST":
            self._respond(405)
            return
        try:
            path = self._url.decode("ascii").partition("?")[0]
        except ValueError:
            self._respond(400)
            return
        self._run(self._serve(path))

    async def _serve(self, path: str) -> None:
        self._respond(*await answer(self._server.registrar, path, self._body, self._way))

    async def _expire(self) -> None:
        await self._server.clock.sleep(self._server.timeout)
        if not self._complete:
            self._respond(408)
        elif not self._answered:
            self._respond(503)
        await self._server.clock.sleep(self._server.timeout)
        self.abort()

    def _respond(self, status: int, body: bytes = b"") -> None:
        """Few and short headers, spelled as the smallest of the clients reads them."""
        transport = self._transport
        if self._answered or transport is None or transport.is_closing():
            return
        self._answered = True
        kind = "Content-Type: application/json\r\n" if body else ""
        head = f"HTTP/1.1 {status} {_STATUS[status]}\r\nContent-Length: {len(body)}\r\n{kind}Connection: close\r\n\r\n"
        transport.write(head.encode() + body)
        transport.close()

    def standing(self) -> tuple[Standing, float]:
        """For others that need room (`Connections`)."""
        return (Standing.BUSY if self._complete else Standing.UNFINISHED), self._since

    def displace(self) -> None:
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
