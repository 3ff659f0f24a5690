"""The ASGI shapes used here (ASGI 3.0, HTTP only), and what becomes of a connection that changes its protocol."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type ASGIApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


KNOWN_CALLER: Final = "linli.known_caller"
ADDRESS: Final = "linli.address"
"""In scopes of requests that came through a trusted proxy: the address it says they are from."""


def known_caller(scope: MutableMapping[str, Any]) -> None:
    """The application knows the caller of this request: the rest of the body no longer counts as a stranger's."""
    callback: Callable[[], None] | None = scope.get(KNOWN_CALLER)
    if callback is not None:
        callback()


class Switch(NamedTuple):
    """A connection goes on in another protocol (RFC 9110, 7.8)."""

    head: bytes
    """The whole 101 answer."""
    protocol: asyncio.Protocol
    """Gets the transport, and all bytes behind the request."""
    counted_there: bool = False
    """`protocol` bounds its connections itself, so it takes no room among those of the web any more."""


type Upgrade = Callable[[MutableMapping[str, Any]], Switch]
"""Decides on a GET that offers to upgrade, by its scope. Raises Refused."""
