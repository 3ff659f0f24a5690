"""The HTTP/1.1 server of the platform: ASGI applications on the process's own event loop (ADR 0003)."""

from linli.kernel.callers import Callers, network_of
from linli.kernel.http.limits import Limits
from linli.kernel.http.reader import Refused
from linli.kernel.http.server import HttpServer
from linli.kernel.http.types import ADDRESS, ASGIApp, Message, Receive, Send, Switch, Upgrade, known_caller

__all__ = [
    "ADDRESS",
    "ASGIApp",
    "Callers",
    "HttpServer",
    "Limits",
    "Message",
    "Receive",
    "Refused",
    "Send",
    "Switch",
    "Upgrade",
    "known_caller",
    "network_of",
]
