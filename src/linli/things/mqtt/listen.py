"""Doors of the front: plain and TLS listeners, and a port that tells protocols apart.

Unchanged devices have ports built in: some speak MQTT, TLS or plain HTTP on the same one. A shared
port looks at the first byte, which takes nothing from the stream (design 4.7, spec clients b.2):

    0x16  TLS ClientHello      then, inside TLS, again one of:
    0x10  MQTT CONNECT
    A-Z   HTTP method
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import cast

from linli.kernel.telemetry import logger

log = logger(__name__)

type Factory = Callable[[], asyncio.Protocol]

HANDSHAKE_TIMEOUT = 10.0
"""Seconds for a TLS handshake, and for the first byte on a shared port."""
_MAX_UNDECIDED = 1000
"""Connections of one shared port that have not said anything yet."""
_BACKLOG = 1024
_TLS, _CONNECT = 0x16, 0x10


async def listen(
    factory: Factory, host: str, port: int, *, tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    """A listener for one protocol. `port` 0 takes a free one (`server.sockets[0].getsockname()`)."""
    return await asyncio.get_running_loop().create_server(
        factory,
        host,
        port,
        ssl=tls,
        backlog=_BACKLOG,
        ssl_handshake_timeout=HANDSHAKE_TIMEOUT if tls else None,
    )


class SharedPort:
    """Serves MQTT and HTTP, plain and TLS, on one port."""

    def __init__(self, *, mqtt: Factory, http: Factory, tls: ssl.SSLContext | None = None) -> None:
        """Without `tls`, a TLS client is turned away."""
        self._choose: Factory = lambda: _Chooser(mqtt, http)
        self._tls = tls
        self._socket: socket.socket | None = None
        self._undecided: dict[socket.socket, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listens from now on; returns the port. Raises OSError if it is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setblocking(False)
            sock.bind((host, port))
            sock.listen(_BACKLOG)
        except OSError:
            sock.close()
            raise
        self._socket = sock
        asyncio.get_running_loop().add_reader(sock, self._accept)
        taken: int = sock.getsockname()[1]
        return taken

    async def stop(self) -> None:
        """Takes no more; connections already handed over stay."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        for sock in list(self._undecided):
            self._drop(sock)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self) -> None:
        assert self._socket is not None
        loop = asyncio.get_running_loop()
        for _ in range(64):
            try:
                sock, _peer = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # Out of file descriptors: let the backlog wait a moment instead of spinning.
                log.warning("cannot accept connections", exc_info=True)
                loop.remove_reader(self._socket)
                loop.call_later(1, self._accept_again)
                return
            sock.setblocking(False)
            if len(self._undecided) >= _MAX_UNDECIDED:
                sock.close()
                continue
            self._undecided[sock] = loop.call_later(HANDSHAKE_TIMEOUT, self._drop, sock)
            loop.add_reader(sock, self._look, sock)

    def _accept_again(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def _look(self, sock: socket.socket) -> None:
        try:
            first = sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            first = b""
        tls = first == bytes([_TLS])
        if not first or (tls and self._tls is None):
            self._drop(sock)
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(sock)
        self._undecided.pop(sock).cancel()
        task = loop.create_task(self._hand_over(sock, self._tls if tls else None))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hand_over(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._choose, sock, ssl=tls, ssl_handshake_timeout=HANDSHAKE_TIMEOUT if tls else None
            )
        except (OSError, ssl.SSLError, TimeoutError) as error:
            log.info("handshake failed", extra={"facts": {"error": str(error)}})
            sock.close()

    def _drop(self, sock: socket.socket) -> None:
        timer = self._undecided.pop(sock, None)
        if timer is not None:
            timer.cancel()
            asyncio.get_running_loop().remove_reader(sock)
            with contextlib.suppress(OSError):
                sock.close()


class _Chooser(asyncio.Protocol):
    """Waits for the first byte of the plain text and gives way to the protocol it belongs to."""

    def __init__(self, mqtt: Factory, http: Factory) -> None:
        self._mqtt, self._http = mqtt, http
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._timer = asyncio.get_running_loop().call_later(HANDSHAKE_TIMEOUT, self._transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        transport = self._transport
        assert transport is not None
        assert self._timer is not None
        self._timer.cancel()
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
