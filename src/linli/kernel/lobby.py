"""Accepted sockets whose protocol is not known yet: until the first byte, and during the TLS handshake.

One listener may serve plain and TLS clients. The first byte tells them apart (0x16: TLS ClientHello); it stays in the
stream. A client that is silent or sends its ClientHello slowly costs one socket for a limited number of seconds. The
number of such sockets is limited, for all together and for one address; the longest-waiting one is closed first.

A handshake takes about 1 ms of processor time. Each turn of the loop begins a few, one address after another, so a
flood from one address delays only itself.
"""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from linli.kernel import telemetry
from linli.kernel.connections import Connections, Standing, holder_of

log = telemetry.logger(__name__)

type Factory = Callable[[], asyncio.Protocol]
type Failed = Callable[[str, str], None]
"""Told of a client that said something and did not get in: its address as `host:port`, and why."""

SECONDS: Final = 10.0
"""From accept to the first byte, and from there to the end of the TLS handshake."""
MOST: Final = 1000
MOST_EACH: Final = 250
BACKLOG: Final = 1024
SHUTDOWN_SECONDS: Final = 2.0
_ACCEPTED_AT_ONCE: Final = 64
_PAUSE_SECONDS: Final = 1.0
"""Between two tries to accept while there is no file descriptor left: the backlog waits, nothing spins."""
_BEGUN_AT_ONCE: Final = 2
"""Handshakes, in one turn of the loop."""
NO_TLS_HERE: Final = "TLS at a port without TLS"
NO_PLAIN_HERE: Final = "no TLS at a port that is for TLS"
_TLS: Final = 0x16
_RECORD_HEAD: Final = 5
_LONGEST_HELLO: Final = _RECORD_HEAD + 16_384
"""One TLS record (RFC 8446, 5.1)."""


class Waiting:
    """One socket in the lobby."""

    def __init__(self, lobby: "Lobby", sock: socket.socket, peer: tuple[str, int], since: float) -> None:
        self.sock = sock
        self.holder = holder_of(peer[0])
        self.peer = f"{peer[0]}:{peer[1]}"
        self.needed = 0
        """Bytes that must have come before it is looked at again."""
        self.task: asyncio.Task[None] | None = None
        """The handshake."""
        self.timer: asyncio.TimerHandle | None = None
        self._lobby = lobby
        self._since = since

    def standing(self) -> tuple[Standing, float]:
        return Standing.IDLE, self._since

    def displace(self) -> None:
        self._lobby.drop(self)


class Lobby:
    """A listener. `plain` and `tls` say what it serves: one of them, or both on the same port."""

    def __init__(
        self,
        *,
        plain: Factory | None = None,
        secured: Factory | None = None,
        tls: ssl.SSLContext | None = None,
        most: int = MOST,
        each: int = MOST_EACH,
        proxies: Iterable[str] = (),
        on_failed: Failed = lambda peer, reason: None,
    ) -> None:
        """`secured` makes the protocols of TLS clients by `tls`; without it they are turned away. `proxies` have no
        share of `each`. `on_failed` must not block."""
        self._plain = plain
        self._secured = secured
        self._tls = tls if secured is not None else None
        self._on_failed = on_failed
        self._sockets: list[socket.socket] = []
        self.waiting: Connections[Waiting] = Connections(most, each, proxies=proxies, name="lobby")
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready: dict[str, deque[Waiting]] = {}
        """Sockets with a complete ClientHello, by holder; the holder with the next turn comes first."""

    async def start(self, host: str, port: int) -> int:
        """Listens from now on, at every address that `host` names; returns the port. Raises OSError if it is taken."""
        loop = asyncio.get_running_loop()
        getaddrinfos = await loop.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        try:
            several = len(set(getaddrinfos)) > 1
            for family, kind, proto, _, address in dict.fromkeys(getaddrinfos):
                self._sockets.append(_bound(socket.socket(family, kind, proto), address, only_6=several))
        except OSError:
            self.close()
            raise
        for sock in self._sockets:
            loop.add_reader(sock, self._accept, sock)
        return self.port

    @property
    def port(self) -> int:
        return int(self._sockets[0].getsockname()[1])

    @property
    def sockets(self) -> list[socket.socket]:
        return list(self._sockets)

    def close(self) -> None:
        """Take no more; handshakes go on, and so do connections that were handed over."""
        loop = asyncio.get_running_loop()
        sockets, self._sockets = self._sockets, []
        for sock in sockets:
            loop.remove_reader(sock)
            sock.close()

    async def stop(self) -> None:
        """Take no more, and end what has not been handed over."""
        self.close()
        for waiting in list(self.waiting):
            self.drop(waiting)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                sock, peer = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("cannot accept connections", extra={"facts": {"error": str(error)}})
                loop.remove_reader(listening)
                loop.call_later(_PAUSE_SECONDS, self._accept_again, listening)
                return
            sock.setblocking(False)
            address = (str(peer[0]), int(peer[1])) if isinstance(peer, tuple) else ("", 0)
            waiting = Waiting(self, sock, address, loop.time())
            if not self.waiting.enter(waiting, address[0]):
                sock.close()
                continue
            waiting.timer = loop.call_later(SECONDS, self.drop, waiting)
            loop.add_reader(sock, self._look, waiting)

    def _accept_again(self, listening: socket.socket) -> None:
        if listening in self._sockets:
            asyncio.get_running_loop().add_reader(listening, self._accept, listening)

    def _look(self, waiting: Waiting) -> None:
        try:
            recv = waiting.sock.recv(_RECORD_HEAD, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            recv = b""
        secured = recv[:1] == bytes([_TLS])
        if not recv or (self._tls if secured else self._plain) is None:
            self.drop(waiting)
            if recv:
                self._on_failed(waiting.peer, NO_TLS_HERE if secured else NO_PLAIN_HERE)
        elif not secured:
            asyncio.get_running_loop().remove_reader(waiting.sock)
            self._begin(waiting, secured=False)
        elif self._whole(waiting, recv):
            asyncio.get_running_loop().remove_reader(waiting.sock)
            self._ready.setdefault(waiting.holder, deque()).append(waiting)
            if len(self._ready) == 1 and len(self._ready[waiting.holder]) == 1:
                asyncio.get_running_loop().call_soon(self._begin_some)

    def _whole(self, waiting: Waiting, content: bytes) -> bool:
        """Whether the ClientHello is there; else the socket wakes us when as much as is missing has come."""
        needed = _RECORD_HEAD
        if len(content) == _RECORD_HEAD:
            needed += int.from_bytes(content[3:])
            if needed > _LONGEST_HELLO:
                self.drop(waiting)
                return False
            if len(waiting.sock.recv(needed, socket.MSG_PEEK)) == needed:
                waiting.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
                return True
        if needed == waiting.needed:
            self.drop(waiting)  # woken although no more has come: it is the end of what it says
            return False
        waiting.needed = needed
        waiting.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, needed)
        return False

    def _begin_some(self) -> None:
        for _ in range(_BEGUN_AT_ONCE):
            while self._ready:
                holder = next(iter(self._ready))
                line = self._ready.pop(holder)
                waiting = line.popleft()
                if line:
                    self._ready[holder] = line
                if waiting in self.waiting:
                    self._begin(waiting, secured=True)
                    break
        if self._ready:
            asyncio.get_running_loop().call_soon(self._begin_some)

    def _begin(self, waiting: Waiting, *, secured: bool) -> None:
        if waiting.timer is not None:
            waiting.timer.cancel()
        waiting.timer = None
        waiting.task = asyncio.get_running_loop().create_task(self._hand_over(waiting, secured=secured))
        self._tasks.add(waiting.task)
        waiting.task.add_done_callback(self._tasks.discard)

    async def _hand_over(self, waiting: Waiting, *, secured: bool) -> None:
        factory, tls = (self._secured, self._tls) if secured else (self._plain, None)
        assert factory is not None
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                factory,
                waiting.sock,
                ssl=tls,
                ssl_handshake_timeout=SECONDS if tls else None,
                ssl_shutdown_timeout=SHUTDOWN_SECONDS if tls else None,
            )
        except (OSError, ssl.SSLError, TimeoutError) as error:
            reason = _reason_of(error)
            log.info("handshake failed", extra={"facts": {"peer": waiting.peer, "error": reason}})
            waiting.sock.close()
            self._on_failed(waiting.peer, reason)
        except asyncio.CancelledError:
            waiting.sock.close()
        finally:
            self.waiting.leave(waiting)

    def drop(self, waiting: Waiting) -> None:
        """Close it: too slow, or its room is given to another."""
        self.waiting.leave(waiting)
        if waiting.task is not None:
            waiting.task.cancel()
            return
        if waiting.timer is not None:
            waiting.timer.cancel()
        asyncio.get_running_loop().remove_reader(waiting.sock)
        with contextlib.suppress(OSError):
            waiting.sock.close()


_REASONS: Final = {
    "TLSV1_ALERT_UNKNOWN_CA": "the client does not trust the server's certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the client does not take the server's certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the client does not take the server's certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "to the client's clock the server's certificate is out of date",
    "NO_SHARED_CIPHER": "the client offers no cipher that is served",
    "UNSUPPORTED_PROTOCOL": "the client speaks a version of TLS before 1.2",
    "CERTIFICATE_VERIFY_FAILED": "the client's certificate is not one that is trusted here",
}
"""By the names that OpenSSL gives."""


def _reason_of(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        name = error.reason or ""
        return _REASONS.get(name, name.replace("_", " ").lower() or str(error))
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "the client hung up in the middle"
    return "it took too long" if isinstance(error, ConnectionAbortedError | TimeoutError) else str(error)


def _bound(sock: socket.socket, address: object, *, only_6: bool) -> socket.socket:
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if only_6 and sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        sock.bind(address)  # type: ignore[arg-type]
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock
