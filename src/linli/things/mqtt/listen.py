"""Doors of the front: plain and TLS listeners, and a port that tells protocols apart.

Unchanged devices have ports built in: some speak MQTT, TLS or plain HTTP on the same one. A shared
port looks at the first byte, which takes nothing from the stream (design 4.7, spec clients b.2):

    0x16  TLS ClientHello      then, inside TLS, again one of:
    0x10  MQTT CONNECT
    A-Z   HTTP method
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, cast

from linli.kernel import lobby
from linli.kernel.connections import Connections, Standing
from linli.kernel.lobby import Factory, Failed, Lobby

_CONNECT = 0x10


class Bound(Protocol):
    def getsockname(self) -> tuple[str, int]: ...


class Listening(Protocol):
    """A listener that takes connections."""

    @property
    def sockets(self) -> Sequence[Bound]: ...

    def close(self) -> None:
        """Take no more; connections that are there stay."""
        ...


async def listen(
    factory: Factory,
    host: str,
    port: int,
    *,
    tls: ssl.SSLContext | None = None,
    most: int = lobby.MOST,
    proxies: Iterable[str] = (),
    on_failed: Failed = lambda peer, reason: None,
) -> Listening:
    """A listener for one protocol. `port` 0 takes a free one (`server.sockets[0].getsockname()`).

    `most`: TLS clients before the end of their handshake; `proxies` have no share of them. `on_failed` is told of those
    that do not come to its end.
    """
    if tls is not None:
        door = Lobby(secured=factory, tls=tls, most=most, proxies=proxies, on_failed=on_failed)
        await door.start(host, port)
        return door
    return await asyncio.get_running_loop().create_server(factory, host, port, backlog=lobby.BACKLOG)


async def connect_inside[P: asyncio.Protocol](
    front: Factory, client: Callable[[], P]
) -> tuple[asyncio.Transport, P]:
    """A connection between two protocols of this process, without a port. Raises OSError."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    await loop.connect_accepted_socket(front, ours)
    return await loop.create_connection(client, sock=theirs)


def sharing(
    mqtt: Factory, *, most: int = lobby.MOST, proxies: Iterable[str] = ()
) -> Callable[[Factory], Factory]:
    """Makes of a factory of HTTP connections one that gives way to MQTT where the first byte is a CONNECT.

    `most`: connections that have not said their first byte; `proxies` have no share of them.
    """
    silent: Connections[_Chooser] = Connections(most, lobby.MOST_EACH, proxies=proxies, name="first_byte")
    return lambda http: lambda: _Chooser(mqtt, http, silent)


class SharedPort:
    """Serves MQTT and HTTP, plain and TLS, on one port."""

    def __init__(
        self,
        *,
        mqtt: Factory,
        http: Factory,
        tls: ssl.SSLContext | None = None,
        most: int = lobby.MOST,
        proxies: Iterable[str] = (),
        on_failed: Failed = lambda peer, reason: None,
    ) -> None:
        """Without `tls`, a TLS client is turned away. `most`, `proxies` and `on_failed` as for `listen`."""
        chooser = sharing(mqtt, most=most, proxies=proxies)(http)
        secured = chooser if tls else None
        self._lobby = Lobby(
            plain=chooser, secured=secured, tls=tls, most=most, proxies=proxies, on_failed=on_failed
        )

    async def start(self, host: str, port: int) -> int:
        """Listens from now on; returns the port. Raises OSError if it is taken."""
        return await self._lobby.start(host, port)

    async def stop(self) -> None:
        """Takes no more; connections already handed over stay."""
        await self._lobby.stop()


class _Chooser(asyncio.Protocol):
    """Waits for the first byte of the plain text and gives way to the protocol it belongs to."""

    def __init__(self, mqtt: Factory, http: Factory, silent: "Connections[_Chooser]") -> None:
        self._mqtt, self._http, self._silent = mqtt, http, silent
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._since = asyncio.get_running_loop().time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        host, *_ = transport.get_extra_info("peername") or ("",)
        if not self._silent.enter(self, str(host)):
            self._transport.abort()
            return
        self._timer = asyncio.get_running_loop().call_later(lobby.SECONDS, self._transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._spoken()

    def data_received(self, data: bytes) -> None:
        transport = self._transport
        assert transport is not None
        self._spoken()
        if data[0] == _CONNECT:
            chosen = self._mqtt()
        elif 0x41 <= data[0] <= 0x5A:
            chosen = self._http()
        else:
            transport.abort()
            return
        transport.set_protocol(chosen)
        chosen.connection_made(transport)
        chosen.data_received(data)

    def standing(self) -> tuple[Standing, float]:
        """For others that need room (`Connections`)."""
        return Standing.IDLE, self._since

    def displace(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _spoken(self) -> None:
        self._silent.leave(self)
        if self._timer is not None:
            self._timer.cancel()
