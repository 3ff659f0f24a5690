"""The socket towards one upper platform: one peer, and nobody else is heard by it."""

import asyncio
from collections.abc import Callable
from typing import Final, Literal, cast

from linli.kernel.sip.flows import MOST_UNSENT
from linli.protocols import sip

CONNECT_S: Final = 5.0

type Hear = Callable[[sip.Request | sip.Response], None]


class Way:
    """`kernel.sip.flows.Flow`. `lost` is called once when nothing can be sent any more."""

    transport: Literal["udp", "tcp"] = "udp"

    def __init__(self, hear: Hear, lost: Callable[[], None]) -> None:
        self._hear = hear
        self._lost = lost
        self.host = ""
        self.port = 0
        self.here = ("", 0)
        """Address and port of ours."""

    @property
    def reliable(self) -> bool:
        return self.transport == "tcp"

    def attach(self, transport: asyncio.BaseTransport) -> None:
        self.host, self.port = transport.get_extra_info("peername")[:2]
        self.here = transport.get_extra_info("sockname")[:2]

    def send(self, data: bytes) -> bool:
        raise NotImplementedError

    def proved(self, number: str) -> None:
        """We prove ours there, not the other way round."""

    def close(self) -> None:
        raise NotImplementedError


class _Datagrams(Way, asyncio.DatagramProtocol):
    """A connected socket: the system drops what comes from other addresses."""

    def __init__(self, hear: Hear, lost: Callable[[], None]) -> None:
        super().__init__(hear, lost)
        self._wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.DatagramTransport", transport)
        self.attach(transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) <= 4:
            return
        try:
            message = sip.read_datagram(data)
        except (sip.Malformed, sip.NotSip):
            return
        self._hear(message)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there now: the registration's own time tells it."""

    def send(self, data: bytes) -> bool:
        if self._wire is None or self._wire.is_closing():
            return False
        self._wire.sendto(data)
        return True

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()


class _Stream(Way, asyncio.Protocol):
    transport = "tcp"

    def __init__(self, hear: Hear, lost: Callable[[], None]) -> None:
        super().__init__(hear, lost)
        self._wire: asyncio.Transport | None = None
        self._reader = sip.StreamReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.Transport", transport)
        self._wire.set_write_buffer_limits(high=MOST_UNSENT)
        self.attach(transport)

    def data_received(self, data: bytes) -> None:
        for message in self._reader.read(data):
            self._hear(message)
        if self._reader.pings and self._reader.flaw is None:
            self.send(sip.PONG * self._reader.pings)
            self._reader.pings = 0
        if self._reader.flaw is not None and self._wire is not None:
            self._wire.close()

    def pause_writing(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire = None
        self._lost()

    def send(self, data: bytes) -> bool:
        if self._wire is None or self._wire.is_closing():
            return False
        self._wire.write(data)
        return True

    def close(self) -> None:
        """By us: nothing is lost."""
        self._lost = _nothing
        if self._wire is not None:
            self._wire.close()


async def reach(
    transport: str, place: tuple[str, int], local: str, hear: Hear, lost: Callable[[], None]
) -> Way:
    """Raises OSError, TimeoutError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(CONNECT_S):
        if transport == "tcp":
            _, stream = await loop.create_connection(
                lambda: _Stream(hear, lost), *place, local_addr=_own(local)
            )
            return stream
        _, datagrams = await loop.create_datagram_endpoint(
            lambda: _Datagrams(hear, lost), remote_addr=place, local_addr=_own(local)
        )
        return datagrams


def _own(local: str) -> tuple[str, int] | None:
    """None: the address that the system takes for the way there."""
    return None if local in ("0.0.0.0", "::", "") else (local, 0)


def _nothing() -> None:
    return
