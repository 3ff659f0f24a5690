"""Where a webhook may go: never into the platform's own network, unless the operator allows it.

Checked when the address is entered and again at every connect, on the very IP address that is then connected to;
so a name that later resolves to something else (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import socket
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from linli.kernel.errors import BadInput

MAX_URL: Final = 2000


def _networks(*texts: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# Sources: the IANA special-purpose address registries (RFC 6890 and those it lists).
_NEVER: Final = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "fe80::/10", "ff00::/8",
)  # fmt: skip
"""This host, link-local, relays, multicast, reserved, and IPv6 whose embedded IPv4 only the local network can tell."""
_PRIVATE: Final = _networks(
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "::1/128", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fec0::/10",
)  # fmt: skip
_GLOBAL_IPV6: Final = ipaddress.ip_network("2000::/3")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_ISATAP: Final = (b"\0\0\x5e\xfe", b"\x02\0\x5e\xfe")
_METADATA: Final = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254", "192.0.0.192")
)
"""Where clouds answer questions about their machines, tokens included."""

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(BadInput):
    """The address may not be called, or does not exist."""

    def __init__(self, *, rule: str, host: str) -> None:
        super().__init__(field="url", rule=rule, host=host)


class Target(NamedTuple):
    """A URL taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    """Path and query as sent."""

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.scheme == "https" else 80) else f"{name}:{self.port}"

    def at(self, address: str) -> str:
        """The URL with the host replaced by an IP address."""
        name = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{name}:{self.port}{self.path}"


def parse(url: str) -> Target:
    """Take a webhook's URL apart. Raises BadInput."""
    example = "https://example.com/linli"
    if len(url) > MAX_URL:
        raise BadInput(field="url", rule="too_long", limit=MAX_URL)
    if not url.isprintable() or any(character.isspace() for character in url):
        raise BadInput(field="url", rule="format", example=example)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadInput(field="url", rule="format", example=example) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise BadInput(field="url", rule="format", example=example)
    try:
        host = parts.hostname.encode("idna").decode() if ":" not in parts.hostname else parts.hostname
    except UnicodeError as error:
        raise BadInput(field="url", rule="format", example=example) from error
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def reachable(address: Address, *, allow_private: bool) -> bool:
    """Whether a webhook may connect to this IP address.

    With `allow_private` loopback and private networks too; link-local, metadata, multicast and reserved never. An
    address with an IPv4 address inside is judged by the inner one.
    """
    if inner := _carried(address):
        return all(reachable(part, allow_private=allow_private) for part in inner)
    if address in _METADATA:
        return False
    if any(address in network for network in _PRIVATE):
        return allow_private
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and (address.version == 4 or address in _GLOBAL_IPV6)


def _carried(address: Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that packets to this IPv6 address may end at: mapped, 6to4, Teredo, NAT64, ISATAP."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64 or address.packed[8:12] in _ISATAP:
        return (ipaddress.IPv4Address(address.packed[12:]),)
    return ()


async def resolve(target: Target, *, allow_private: bool) -> str:
    """The IP address to connect to. Raises AddressRefused when any address of the name is out of bounds."""
    try:
        literal = ipaddress.ip_address(target.host)
    except ValueError:
        ips = await _look_up(target)
    else:
        ips = [literal]
    # One bad address among good ones is a trick, not a configuration.
    if not all(reachable(address, allow_private=allow_private) for address in ips):
        raise AddressRefused(rule="address_private", host=target.host)
    return str(min(ips, key=lambda found_one: found_one.version))


async def _look_up(target: Target) -> list[Address]:
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(
            target.host, target.port, type=socket.SOCK_STREAM
        )
        ips = [ipaddress.ip_address(answer[4][0]) for answer in answers]
    except (OSError, ValueError, UnicodeError) as error:
        raise AddressRefused(rule="address_unknown", host=target.host) from error
    if not ips:
        raise AddressRefused(rule="address_unknown", host=target.host)
    return ips


async def check(url: str, *, allow_private: bool) -> Target:
    """The URL of a new webhook, parsed and looked up. Raises BadInput."""
    target = parse(url)
    await resolve(target, allow_private=allow_private)
    return target
