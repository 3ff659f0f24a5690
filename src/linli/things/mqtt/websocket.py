"""MQTT over WebSocket, on the platform's own HTTP port. Source: MQTT 5.0, 6; 3.1.1, 6.

MQTT's bytes come in binary frames. The bounds of frames mean nothing: bytes are passed on as they come, and the front's
decoder limits the size of packets. The front's connection does not know: it gets something with the methods of a
transport.
"""

import asyncio
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Final, cast

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage
from wsproto.frame_protocol import CloseReason

from linli.kernel.http import ADDRESS, Refused, Switch
from linli.protocols.websocket import HandshakeRefused, WebSocketError, accept, events
from linli.things.mqtt.wire import ENDED_BEFORE

PATH: Final = "/mqtt"
SUBPROTOCOLS: Final = ("mqtt", "mqttv3.1")


def upgrade(
    connection: Callable[[str], asyncio.Protocol], trusted_proxies: Iterable[str] = ()
) -> Callable[[MutableMapping[str, Any]], Switch]:
    """The HTTP server's call when a client asks for an upgrade at PATH. `connection` gets what protects the bytes,
    where one of `trusted_proxies` says so; empty: as the socket shows.
    """
    proxies = frozenset(trusted_proxies)

    def take(scope: MutableMapping[str, Any]) -> Switch:
        try:
            head = accept(scope["headers"], SUBPROTOCOLS)
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        behind = (scope.get("client") or ("",))[0] in proxies
        https = behind and (b"x-forwarded-proto", b"https") in scope["headers"]
        inner = connection(ENDED_BEFORE if https else "")
        return Switch(head, WebSocket(inner, scope.get(ADDRESS, "")), counted_there=True)

    return take


class WebSocket(asyncio.Protocol):
    """Frames outside, plain bytes for the protocol inside."""

    def __init__(self, inner: asyncio.Protocol, address: str = "") -> None:
        """`address`: where a trusted proxy says that the client is; empty: at the other end of the socket."""
        self._inner = inner
        self._address = address
        self._frames = Connection(ConnectionType.SERVER)
        self._tunnel: _Tunnel | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._tunnel = _Tunnel(cast(asyncio.Transport, transport), self._frames, self._address)
        self._inner.connection_made(self._tunnel)

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def data_received(self, data: bytes) -> None:
        tunnel = self._tunnel
        assert tunnel is not None
        received = []
        try:
            for event in events(self._frames, data):
                match event:
                    case BytesMessage():
                        received.append(event.data)
                    case Ping():
                        tunnel.pong(event)
                    case CloseConnection():
                        tunnel.close(event.code)
                    case TextMessage():
                        raise WebSocketError(CloseReason.UNSUPPORTED_DATA, "MQTT comes in binary frames")
        except WebSocketError as error:
            tunnel.close(error.code)
            return
        if received:
            self._inner.data_received(b"".join(received))


class _Tunnel(asyncio.Transport):
    """A transport that puts what is written into frames."""

    def __init__(self, transport: asyncio.Transport, frames: Connection, address: str) -> None:
        super().__init__()
        self._transport = transport
        self._frames = frames
        self._address = address

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "peername" and self._address:
            return self._address, 0
        return self._transport.get_extra_info(name, default)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._frames.send(BytesMessage(bytes(data))))

    def pong(self, ping: Ping) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._frames.send(ping.response()))

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._frames.send(CloseConnection(code)))
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()
