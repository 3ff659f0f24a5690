"""The ASGI shapes used here (ASGI 3.0, HTTP only), and what becomes of a connection that changes its protocol."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type ASGIApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Switch(NamedTuple):
    """A connection goes on in another protocol (RFC 9110, 7.8)."""

    head: bytes
    """The whole 101 answer."""
    protocol: asyncio.Protocol
    """Gets the transport, and all bytes behind the request."""


type Upgrade = Callable[[MutableMapping[str, Any]], Switch]
"""Decides on a GET that offers to upgrade, by its scope. Raises Refused."""
