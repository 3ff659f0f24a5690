"""The socket under one connection: writes gathered, reading and writing held when one side is too slow."""

import asyncio
import socket
import ssl
from typing import Final, cast

from linli.things.mqtt.traffic import Hold, Traffic

PLAIN: Final = "plain"
ENDED_BEFORE: Final = "tls"
"""A balancer or proxy before us ended the TLS."""
INTERNAL: Final = "internal"
"""It never leaves this process."""


def security_of(tls: ssl.SSLObject | None) -> str:
    """The protection of a connection with this TLS, or without."""
    return PLAIN if tls is None else tls.version() or ENDED_BEFORE


class Wire(asyncio.Protocol):
    __slots__ = (
        "_dirty",
        "_holds",
        "_out",
        "_out_size",
        "_transport",
        "blocked",
        "certificate",
        "peer",
        "security",
        "traffic",
    )

    def __init__(self, traffic: Traffic, security: str = "") -> None:
        self.traffic = traffic
        self._transport: asyncio.Transport | None = None
        self.peer = ""
        """Remote address, `host:port`."""
        self.security = security
        """The protection of its bytes: `plain`, the version of TLS, or the listener's own value."""
        self.certificate: bytes | None = None
        """The client's (DER), if it showed one that the listener trusts."""
        self.blocked = False
        """The socket takes nothing more for now."""
        self._holds = Hold(0)
        self._out: list[bytes] = []
        self._out_size = 0
        self._dirty = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods of asyncio.Transport, not the class.
        self._transport = transport = cast(asyncio.Transport, transport)
        transport.set_write_buffer_limits(high=self.traffic.limits.write_high_water)
        host, port, *_ = transport.get_extra_info("peername") or ("", 0)
        self.peer = f"{host}:{port}"
        tls = transport.get_extra_info("ssl_object")
        self.security = self.security or security_of(tls)
        if tls is not None:
            self.certificate = tls.getpeercert(binary_form=True)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # A client with keep-alive 0 is noticed missing by TCP alone.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self.traffic.paused:
            # uvloop begins to read right after this call, even if reading was paused during it.
            asyncio.get_running_loop().call_soon(self._join_hold)

    def _join_hold(self) -> None:
        if self.traffic.paused:
            self.hold(Hold.TOTAL)

    def pause_writing(self) -> None:
        self.blocked = True
        self.hold(Hold.BLOCKED)

    def resume_writing(self) -> None:
        self.blocked = False
        self.flush()
        if not self.blocked:
            self.release(Hold.BLOCKED)

    def send(self, wire: bytes) -> None:
        """Whole packets, to go out with everything else of this turn of the loop."""
        self._out.append(wire)
        self._out_size += len(wire)
        if self._out_size > self.traffic.limits.write_high_water and not self.blocked:
            self.flush()
        elif not self._dirty:
            self._dirty = True
            self.traffic.flush_soon(self)

    def flush(self) -> None:
        self._dirty = False
        if self.blocked or not self._out or self._transport is None or self._transport.is_closing():
            return
        wire = b"".join(self._out) if len(self._out) > 1 else self._out[0]
        self._out.clear()
        self._out_size = 0
        self._transport.write(wire)

    def end(self, *, abrupt: bool) -> None:
        """Close the socket. Waiting bytes are still written, unless `abrupt` is set or the peer does not read."""
        transport = self._transport
        if transport is not None and not transport.is_closing():
            if abrupt or self.blocked:
                transport.abort()
            else:
                self.flush()
                transport.close()
        self._out.clear()
        self._out_size = 0

    def hold(self, why: Hold) -> None:
        if not self._holds and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._holds |= why

    def release(self, why: Hold) -> None:
        if self._holds & why:
            self._holds &= ~why
            if not self._holds and self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def cut(self) -> None:
        """Close the socket without a word to the peer."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def address(self) -> str:
        """Remote address without the port."""
        return self.peer.rpartition(":")[0]

    @property
    def paused(self) -> bool:
        """Whether it is not read from, for whatever reason."""
        return bool(self._holds)

    def holds(self, why: Hold) -> bool:
        return why in self._holds
