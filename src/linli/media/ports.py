"""UDP port pairs from a range: the even one for RTP, the next for its reports."""

import contextlib
import errno
import ipaddress
import socket
from typing import Final, NamedTuple

_BUFFER: Final = 512 * 1024
"""Bytes that wait in a socket: a whole picture arrives at once, and while a child is started again."""
_TRIES: Final = 200
"""Pairs that others have, before it is said that there is none."""


class NoPorts(Exception):
    """All are taken."""


class Pair(NamedTuple):
    port: int
    data: socket.socket
    control: socket.socket

    def close(self) -> None:
        self.data.close()
        self.control.close()


class Ports:
    """Pairs are given in turn, so that late packets of an ended call meet nobody."""

    def __init__(self, host: str, first: int, last: int) -> None:
        self._host = host
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._all = range(first + first % 2, last, 2)
        self._next = 0

    def take(self) -> Pair:
        """Raises NoPorts."""
        for _ in range(min(_TRIES, len(self._all))):
            port = self._all[self._next]
            self._next = (self._next + 1) % len(self._all)
            pair = self._open(port)
            if pair is not None:
                return pair
        raise NoPorts

    def _open(self, port: int) -> Pair | None:
        with contextlib.ExitStack() as opened:
            sockets = []
            for number in (port, port + 1):
                try:
                    wire = opened.enter_context(socket.socket(self._family, socket.SOCK_DGRAM))
                    wire.setblocking(False)
                    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                    wire.bind((self._host, number))
                except OSError as error:
                    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS):
                        raise NoPorts from error
                    return None
                sockets.append(wire)
            opened.pop_all()
            return Pair(port, *sockets)


def sendable(host: str, signalled: str) -> bool:
    """Whether media may be sent to a host that a description names: never to this machine, nor to many at once."""
    if host == signalled:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (
        address.is_loopback
        or address.is_multicast
        or address.is_unspecified
        or address.is_link_local
        or host == "255.255.255.255"
    )
