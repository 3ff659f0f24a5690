"""The address of a request's caller, behind proxies of the platform."""

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from linli.kernel.clock import Clock

_REMEMBERED: Final = 8
_FORGOTTEN_MS: Final = 24 * 3_600_000


def forwarded_address(header: str, trusted: Collection[str]) -> str:
    """The caller of a request through trusted proxies, by X-Forwarded-For: the last entry that is not a trusted proxy,
    or ""."""
    hops = [hop.strip() for hop in header.split(",")]
    return next((hop for hop in reversed(hops) if hop and hop not in trusted), "")


class Callers:
    """`trusted`: addresses of proxies. Their X-Forwarded-For is believed; other senders of it are remembered.

    Behind a proxy that is not listed, all clients share one address and its limits. The operator is told.
    """

    def __init__(self, trusted: Iterable[str], clock: Clock) -> None:
        self._trusted = frozenset(trusted)
        self._clock = clock
        self._unnamed: dict[str, int] = {}

    def address(self, peer: str, forwarded: str) -> str:
        """The caller's address. The last entry of X-Forwarded-For that is no trusted proxy counts."""
        if peer in self._trusted:
            return forwarded_address(forwarded, self._trusted) or peer
        if forwarded:
            self._remember(peer)
        return peer

    def of(self, scope: Mapping[str, Any]) -> str:
        """The caller's address of a request, by its ASGI scope: for limits and for the list of sessions."""
        client = scope.get("client")
        # A proxy may add a line of its own behind what its client sent: the last of all lines counts.
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return self.address(str(client[0]) if client else "", ",".join(lines))

    def unnamed(self) -> list[str]:
        """Peers that passed requests on during the last day and are not trusted, the latest first; a few at most."""
        since = self._clock.now_ms() - _FORGOTTEN_MS
        return [peer for peer, seen_ms in reversed(self._unnamed.items()) if seen_ms > since]

    def _remember(self, peer: str) -> None:
        self._unnamed.pop(peer, None)
        self._unnamed[peer] = self._clock.now_ms()
        if len(self._unnamed) > _REMEMBERED:
            del self._unnamed[next(iter(self._unnamed))]


def network_of(address: str) -> str:
    """The unit that counts as one caller: an IPv4 address, or the /64 of an IPv6 subscriber."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
