"""Many datagrams by one call of the system, recvmmsg(2), for which Python has no function of its own."""

import ctypes
import errno
import os
import socket
from itertools import groupby
from typing import Final, NamedTuple

MOST: Final = 128
"""That one call takes."""
_NAME: Final = 28
"""Bytes of the largest address, `struct sockaddr_in6`."""
_HOST_AT: Final = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}
"""Where in `struct sockaddr_in` and `sockaddr_in6` the host's address is."""
_NOTHING: Final = frozenset({errno.EAGAIN, errno.EINTR, errno.ECONNREFUSED, errno.EBADF})
"""Errors after which there is just nothing to take. The last one: the socket was closed since it was ready."""


class _Piece(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("begin", ctypes.c_void_p), ("size", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """`struct msghdr`."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint),
        ("pieces", ctypes.c_void_p),
        ("pieces_number", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Taken(ctypes.Structure):
    """`struct mmsghdr`: a message, and how many bytes came of it."""

    _fields_ = (("message", _Message), ("size", ctypes.c_uint))


_receive: Final = ctypes.CDLL(None, use_errno=True).recvmmsg
_receive.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)


class Run(NamedTuple):
    """Datagrams that came one after the other from one host."""

    host: str
    packets: list[bytes]


class Datagrams:
    """Room for what one call takes, `most_bytes` of each datagram. One for all sockets of an address family."""

    def __init__(self, family: int, most_bytes: int) -> None:
        self._family, self._most_bytes = family, most_bytes
        self._host_at = _HOST_AT[socket.AddressFamily(family)]
        self._room = (ctypes.c_char * (MOST * most_bytes))()
        self._names = (ctypes.c_char * (MOST * _NAME))()
        self._pieces = (_Piece * MOST)()
        self._taken = (_Taken * MOST)()
        room, names = ctypes.addressof(self._room), ctypes.addressof(self._names)
        pieces = ctypes.addressof(self._pieces)
        for at, (piece, taken) in enumerate(zip(self._pieces, self._taken, strict=True)):
            piece.begin, piece.size = room + at * most_bytes, most_bytes
            taken.message.name, taken.message.name_size = names + at * _NAME, _NAME
            taken.message.pieces, taken.message.pieces_number = pieces + at * ctypes.sizeof(_Piece), 1
        words = memoryview(self._taken).cast("B").cast("I")
        self._sizes = words[_Taken.size.offset // words.itemsize :: ctypes.sizeof(_Taken) // words.itemsize]
        self._bytes = memoryview(self._room).cast("B")

    def take(self, here: socket.socket) -> list[Run]:
        """What waits at a socket, up to `MOST`. Raises OSError."""
        number = _receive(here.fileno(), ctypes.addressof(self._taken), MOST, socket.MSG_DONTWAIT, None)
        if number < 0 and (error := ctypes.get_errno()) not in _NOTHING:
            raise OSError(error, os.strerror(error))
        if number <= 0:
            return []
        begins = range(0, number * self._most_bytes, self._most_bytes)
        packets = [
            bytes(self._bytes[begin : begin + size])
            for begin, size in zip(begins, self._sizes[:number].tolist(), strict=True)
        ]
        names = self._names.raw[: number * _NAME]
        if names == names[:_NAME] * number:  # nearly always: of one sender
            return [Run(self._host(names, 0), packets)]
        hosts = [self._host(names, at) for at in range(number)]
        pairs = groupby(zip(hosts, packets, strict=True), key=lambda pair: pair[0])
        return [Run(host, [packet for _, packet in some]) for host, some in pairs]

    def _host(self, names: bytes, at: int) -> str:
        return socket.inet_ntop(self._family, names[at * _NAME : (at + 1) * _NAME][self._host_at])
