"""The machine's facts about its network, and short questions to others. Nothing is changed, nothing listens.

Sources: proc_net(5) for routes (addresses as little-endian hex), netdevice(7) for an interface's address.
"""

import asyncio
import contextlib
import errno
import fcntl
import itertools
import os
import re
import shutil
import socket
import struct
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, ip_address
from pathlib import Path
from typing import Final, NamedTuple

_SIOCGIFADDR: Final = 0x8915
_SIOCGIFNETMASK: Final = 0x891B
_GATEWAY_FLAG: Final = 0x2
_FILES: Final = (
    "etc/network/interfaces",
    "etc/network/interfaces.d/*",
    "etc/netplan/*.yaml",
    "etc/sysconfig/network-scripts/ifcfg-*",
    "etc/sysconfig/network-scripts/route-*",
    "etc/NetworkManager/system-connections/*",
    "etc/systemd/network/*",
    "etc/resolv.conf",
    "proc/net/route",
)
_SECRET: Final = re.compile(r"(?i)((?:psk|password|secret|key|\bpin\b)[\w.\- ]*[\"']?[ \t]*[:=][ \t]*).+")
_FILE_CHARS: Final = 20_000
_KNOCKED: Final = (80, 443, 53)


class Interface(NamedTuple):
    name: str
    up: bool
    carrier: bool
    """Whether a cable or a link is there."""
    address: IPv4Interface | None


class Route(NamedTuple):
    interface: str
    network: IPv4Interface
    gateway: IPv4Address | None


def interfaces(root: Path = Path("/")) -> list[Interface]:
    """All but the loopback."""
    entries = []
    for _, name in socket.if_nameindex():
        if name != "lo":
            folder = root / "sys/class/net" / name
            up = _text(folder / "operstate") in ("up", "unknown")
            entries.append(Interface(name, up, _text(folder / "carrier") != "0", _address(name)))
    return entries


def _address(name: str) -> IPv4Interface | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        wanted = struct.pack("256s", name.encode()[:15])
        try:
            address = fcntl.ioctl(asked, _SIOCGIFADDR, wanted)[20:24]
            mask = fcntl.ioctl(asked, _SIOCGIFNETMASK, wanted)[20:24]
        except OSError:
            return None
    return IPv4Interface(f"{IPv4Address(address)}/{IPv4Address(mask)}")


def routes(root: Path = Path("/")) -> list[Route]:
    table = []
    for line in _text(root / "proc/net/route").splitlines()[1:]:
        parts = line.split()
        if len(parts) >= 8:
            network, gateway, mask = (_swapped(parts[at]) for at in (1, 2, 7))
            through = gateway if int(parts[3], 16) & _GATEWAY_FLAG else None
            table.append(Route(parts[0], IPv4Interface(f"{network}/{mask}"), through))
    return table


def _swapped(text: str) -> IPv4Address:
    return IPv4Address(int(text, 16).to_bytes(4, "little"))


def resolvers(root: Path = Path("/")) -> list[str]:
    lines = (line.split() for line in _text(root / "etc/resolv.conf").splitlines())
    return [parts[1] for parts in lines if len(parts) > 1 and parts[0] == "nameserver"]


def files(root: Path = Path("/")) -> dict[str, str]:
    """The network files in force, for the saved result; values that look like secrets are taken out."""
    contents = {}
    for pattern in _FILES:
        for file in sorted(root.glob(pattern)):
            text = _text(file)
            if text:
                contents[f"/{file.relative_to(root)}"] = _SECRET.sub(r"\1***", text)[:_FILE_CHARS]
    return contents


async def ping(address: str, *, seconds: float = 2.0) -> float | None:
    """Milliseconds until the echo came back; None when none did. `address` is an IP address."""
    if (program := shutil.which("ping")) is not None:
        return await _ping_program(program, address, seconds)
    try:
        asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    except OSError:  # neither the program nor the right: a container
        return await _knock(address, seconds)
    with asked:
        return await _ping_socket(asked, address, seconds)


async def _ping_program(program: str, address: str, seconds: float) -> float | None:
    asked = await asyncio.create_subprocess_exec(
        program, "-n", "-c", "1", "-W", str(max(1, round(seconds))), address,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={"LC_ALL": "C"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds + 2):
            out, _ = await asked.communicate()
    except TimeoutError:
        asked.kill()
        await asked.wait()
        return None
    took = re.search(rb"time[=<]([\d.]+)", out)
    return float(took.group(1)) if asked.returncode == 0 and took else None


async def _ping_socket(asked: socket.socket, address: str, seconds: float) -> float | None:
    """Without the program: the kernel's own ping sockets, where it allows them (icmp(7))."""
    loop = asyncio.get_running_loop()
    asked.setblocking(False)
    body = os.urandom(16)
    began = loop.time()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(seconds):
            # type 8, code 0; the kernel writes identifier and checksum of a ping socket
            await loop.sock_sendto(asked, struct.pack("!BBHHH", 8, 0, 0, 0, 1) + body, (address, 0))
            while True:
                got = await loop.sock_recv(asked, 1024)
                if got[8:] == body:
                    return (loop.time() - began) * 1000
    return None


async def _knock(address: str, seconds: float) -> float | None:
    """Needs no ping: a host that refuses a TCP connection is reachable, too."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def answered(port: int) -> float | None:
        why = await connects(address, port, seconds=seconds)
        return (loop.time() - began) * 1000 if not why or why == os.strerror(errno.ECONNREFUSED) else None

    for first in asyncio.as_completed([answered(port) for port in _KNOCKED]):
        if (took := await first) is not None:
            return took
    return None


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


async def resolves(name: str, *, seconds: float = 4.0) -> list[str]:
    """Addresses of a name; empty when it is unknown or no server answers."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(seconds):
            getaddrinfos = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
            return sorted({str(address_info[4][0]) for address_info in getaddrinfos})
    return []


async def connects(host: str, port: int, *, seconds: float = 4.0) -> str:
    """Empty when a TCP connection comes up, else why not."""
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return f"no answer in {seconds:g} s"
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return ""


FIND_MOST: Final = 1024
"""Addresses that one search tries."""
_FIND_AT_ONCE: Final = 64
_FIND_SECONDS: Final = 1.0


async def find(network: IPv4Network, port: int) -> list[str]:
    """Addresses of a network at which a TCP connection to `port` comes up, in order. At most FIND_MOST are tried."""
    slots = asyncio.Semaphore(_FIND_AT_ONCE)

    async def answers(address: str) -> bool:
        async with slots:
            return not await connects(address, port, seconds=_FIND_SECONDS)

    hosts = [str(host) for host in itertools.islice(network.hosts(), FIND_MOST)]
    there = await asyncio.gather(*(answers(host) for host in hosts))
    return [host for host, is_there in zip(hosts, there, strict=True) if is_there]


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
