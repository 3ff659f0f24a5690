"""A name server that lies: names that lead into the attacked machine, and one that changes its mind."""

import asyncio
import ipaddress
import struct
from typing import Final, cast

ADDRESS: Final = "127.0.0.77"
PUBLIC: Final = "1.1.1.1"
INSIDE: Final = "127.0.0.1"
_A, _AAAA = 1, 28


class LyingNames(asyncio.DatagramProtocol):
    """`rebind*.test`: public when asked first, then inside; `inside.test`: inside; `mapped.test`: inside, as IPv6."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        name, kind = _question(data)
        self._transport.sendto(_answer(data, self._address(name, kind)), addr)

    def _address(self, name: str, kind: int) -> str:
        if kind == _AAAA:
            return "::ffff:127.0.0.1" if name == "mapped.test" else ""
        if kind != _A or not name.endswith(".test"):
            return ""
        if not name.startswith("rebind"):
            return "" if name == "mapped.test" else INSIDE
        self.asked[name] = self.asked.get(name, 0) + 1
        return PUBLIC if self.asked[name] == 1 else INSIDE


async def lying_names() -> tuple[asyncio.DatagramTransport, LyingNames]:
    """Serve port 53 of a loopback address. Raises PermissionError where that is not ours to do."""
    loop = asyncio.get_running_loop()
    return await loop.create_datagram_endpoint(LyingNames, local_addr=(ADDRESS, 53))


def _question(data: bytes) -> tuple[str, int]:
    labels, at = [], 12
    while length := data[at]:
        labels.append(data[at + 1 : at + 1 + length].decode("latin-1").lower())
        at += 1 + length
    return ".".join(labels), struct.unpack_from(">H", data, at + 1)[0]


def _answer(data: bytes, address: str) -> bytes:
    """The question with one answer of no lifetime, or with none."""
    end = data.index(0, 12) + 5
    count = int(bool(address))
    head = data[:2] + struct.pack(">HHHHH", 0x8180, 1, count, 0, 0)
    if not address:
        return head + data[12:end]
    packed = ipaddress.ip_address(address).packed
    kind = _A if len(packed) == 4 else _AAAA
    return head + data[12:end] + struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed
