"""Sockets: datagrams and TCP connections of phones. A flow is one way to one phone."""

import abc
import asyncio
import contextlib
import socket
from collections import Counter
from typing import Final, NamedTuple, Protocol

from linli.kernel.telemetry import logger
from linli.protocols import sip, stun
from linli.protocols.sip.message import BrokenRequest

log = logger(__name__)
_RECEIVE_BUFFER: Final = 4 * 1024 * 1024
"""Bytes: a building's phones register within the same second after a power cut."""
MOST_UNSENT: Final = 256 * 1024
"""Bytes that a TCP peer may leave unread before its connection ends."""
MESSAGE_S: Final = 30.0
"""How long a new connection may take to prove a number, and a message that has begun to be whole."""
_IDLE_S: Final = 4_000.0
"""A connection that says nothing for longer than the longest log-in ends."""
MOST_NUMBERS: Final = 1_000
"""Numbers that one connection proves: a switchboard's, at most."""
_TRIES: Final = 20


class Limits(NamedTuple):
    connections: int
    connections_each: int


class Flow(Protocol):
    @property
    def transport(self) -> str:
        """`udp`, `tcp`, `tls`, or of a WebSocket `ws`."""
        ...

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def reliable(self) -> bool: ...

    def send(self, data: bytes) -> bool:
        """False: nothing can be sent to this peer any more."""
        ...

    def proved(self, number: str) -> None:
        """Remember that a phone logged in here with the password of this number."""
        ...


class Proving(abc.ABC):
    """A way by which we are asked for a password of ours, as a provider's line does."""

    @abc.abstractmethod
    def prove(self, request: sip.Request, refusal: sip.Response) -> bool:
        """Put the password into a request that was refused without it; False: it was there, or none serves."""


class Datagrams:
    """The way to one address by datagrams."""

    __slots__ = ("_socket", "host", "port")
    transport = "udp"
    reliable = False

    def __init__(self, server: asyncio.DatagramTransport, host: str, port: int) -> None:
        self._socket = server
        self.host = host
        self.port = port

    def send(self, data: bytes) -> bool:
        if self._socket.is_closing():
            return False
        self._socket.sendto(data, (self.host, self.port))
        return True

    def proved(self, number: str) -> None:
        """An address is all that datagrams have."""


class Receiver(Protocol):
    """Who takes what arrives. Nothing that it raises may reach the sockets."""

    def allowed(self, host: str) -> bool:
        """Whether anything from this address is looked at now."""
        ...

    def receive(self, message: sip.Request | sip.Response, flow: Flow) -> None: ...

    def receive_broken(self, error: Exception, flow: Flow) -> None: ...


class DatagramPort(asyncio.DatagramProtocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.server: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.server = transport  # type: ignore[assignment]  # asyncio's own datagram transport
        raw = transport.get_extra_info("socket")
        if raw is not None:
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        host, port = addr[0], addr[1]
        if self.server is None or len(data) <= 4 or not self._receiver.allowed(host):
            return  # four bytes or fewer are a keep-alive, which only has to arrive
        if stun.is_stun(data):
            asked = stun.read(data)
            if asked is not None and asked.kind == stun.REQUEST:
                self.server.sendto(stun.answer_binding(asked, host, port), addr)
            return
        flow = Datagrams(self.server, host, port)
        try:
            message = sip.read_datagram(data)
        except (sip.Malformed, sip.NotSip) as error:
            self._receiver.receive_broken(error, flow)
            return
        self._receiver.receive(message, flow)

    def error_received(self, exc: Exception) -> None:
        log.debug("a datagram could not be sent: %s", exc)

    def flow(self, host: str, port: int) -> Datagrams | None:
        """The way to an address; None when the port is closed."""
        return None if self.server is None else Datagrams(self.server, host, port)


class Connection(asyncio.Protocol):
    """One TCP connection, plain or within TLS, which a phone opened."""

    reliable = True

    def __init__(self, port: "StreamPort") -> None:
        self._owner = port
        self.transport = port.transport
        self._reader = sip.StreamReader()
        self._wire: asyncio.Transport | None = None
        self._end: asyncio.TimerHandle | None = None
        self._begun = True
        """Whether the end is that of a message which has begun."""
        self.numbers: set[str] = set()
        self.host = ""
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire: asyncio.Transport = transport  # type: ignore[assignment]  # asyncio's own stream transport
        peer = wire.get_extra_info("peername") or ("", 0)
        self.host, self.port = str(peer[0]), int(peer[1])
        if not self._owner.admit(self):
            wire.abort()
            return
        self._wire = wire
        wire.set_write_buffer_limits(high=MOST_UNSENT)
        self._end = asyncio.get_running_loop().call_later(MESSAGE_S, self.close)

    def data_received(self, data: bytes) -> None:
        if self._wire is None or not self._owner.receiver.allowed(self.host):
            self.close()
            return
        messages = self._reader.read(data)
        self._wait(whole=bool(messages or self._reader.pings))
        for message in messages:
            self._owner.receiver.receive(message, self)
        if self._reader.pings and self._reader.flaw is None:
            self.send(sip.PONG * self._reader.pings)
            self._reader.pings = 0
        if self._reader.flaw is not None:
            if isinstance(self._reader.flaw, BrokenRequest):
                self._owner.receiver.receive_broken(self._reader.flaw, self)
            self.close()

    def _wait(self, *, whole: bool) -> None:
        """Set when this connection ends unless more comes. `whole`: something was, since the last time."""
        begun = not self._reader.idle
        if self._end is None or not self.numbers or (not whole and (self._begun or not begun)):
            return
        self._begun = begun
        self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(MESSAGE_S if begun else _IDLE_S, self.close)

    def pause_writing(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._wire = None
        if self._end is not None:
            self._end.cancel()
        self._owner.forget(self)

    def send(self, data: bytes) -> bool:
        if self._wire is None or self._wire.is_closing():
            return False
        self._wire.write(data)
        return True

    @property
    def alive(self) -> bool:
        return self._wire is not None and not self._wire.is_closing()

    def proved(self, number: str) -> None:
        if len(self.numbers) < MOST_NUMBERS:
            self.numbers.add(number)
        self._wait(whole=True)

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()


class Line(Flow, Protocol):
    """A connection that a phone opened."""

    @property
    def numbers(self) -> set[str]:
        """Those that it proved."""
        ...

    def close(self) -> None: ...


class StreamPort:
    """The connections of one transport, by address. Bounded in all and for each address."""

    def __init__(self, receiver: Receiver, limits: Limits, transport: str = "tcp") -> None:
        self.receiver = receiver
        self.transport = transport
        self._limits = limits
        self._connections: dict[tuple[str, int], Line] = {}
        self._each: Counter[str] = Counter()

    def make(self) -> Connection:
        return Connection(self)

    def admit(self, connection: Line) -> bool:
        host = connection.host
        if (old := self._connections.get((host, connection.port))) is not None:
            self.forget(old)  # its end was not noticed here yet
        if (
            len(self._connections) >= self._limits.connections
            or self._each[host] >= self._limits.connections_each
            or not self.receiver.allowed(host)
        ):
            return False
        self._connections[host, connection.port] = connection
        self._each[host] += 1
        return True

    def forget(self, connection: Line) -> None:
        key = (connection.host, connection.port)
        if self._connections.get(key) is connection:
            del self._connections[key]
            self._each[connection.host] -= 1
            if not self._each[connection.host]:
                del self._each[connection.host]

    def flow(self, host: str, port: int, number: str) -> Line | None:
        """The connection of a phone: of an address whose connection ended, another may have got the port."""
        connection = self._connections.get((host, port))
        return connection if connection is not None and number in connection.numbers else None

    def close(self) -> None:
        for connection in list(self._connections.values()):
            connection.close()


async def bind(streams: StreamPort, host: str, wanted: int) -> tuple[asyncio.Server, socket.socket]:
    """TCP and UDP of one number; neither is listened to yet. Raises OSError when the number is taken.

    `wanted` 0 is any number: one that the system gives for TCP and that is taken for UDP is not the last word.
    """
    for left in reversed(range(1 if wanted else _TRIES)):
        server = await asyncio.get_running_loop().create_server(
            streams.make, host, wanted, start_serving=False
        )
        tcp = server.sockets[0]
        udp = socket.socket(tcp.family, socket.SOCK_DGRAM)
        try:
            udp.setblocking(False)
            udp.bind(tcp.getsockname())
        except OSError:
            udp.close()
            server.close()
            if not left:
                raise
        else:
            return server, udp
    raise AssertionError("there is one try at least")
