"""Where a request goes: health, metrics, files, the console, the open API, and the web pages for the rest."""

import gc
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec

from linli.app.headers import Header, carrying
from linli.kernel.callers import forwarded_address
from linli.kernel.http import ASGIApp, Receive, Send

type HttpScope = MutableMapping[str, Any]
type Probe = Callable[[], Awaitable[dict[str, str]]]

JSON = (b"content-type", b"application/json")
TEXT = (b"content-type", b"text/plain; charset=utf-8")

_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})


async def answer(
    send: Send, status: int, body: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


class Router:
    """Routes by path: `prefixes` first, longest first; then the open API by its own paths or a signed header."""

    def __init__(
        self,
        *,
        gateway: ASGIApp,
        gateway_paths: frozenset[str],
        devices: Mapping[str, ASGIApp],
        prefixes: dict[str, ASGIApp],
        forms: ASGIApp,
        pages: ASGIApp,
        headers: tuple[Header, ...],
    ) -> None:
        """`devices`: by whole path. `headers`: for every answer, except those of the gateway and of devices, because
        their callers are not browsers.
        """
        self._gateway = gateway
        self._gateway_paths = gateway_paths
        self._devices = devices
        longest_first = sorted(prefixes.items(), key=lambda item: -len(item[0]))
        self._prefixes = [(prefix, carrying(app, headers)) for prefix, app in longest_first]
        self._forms = carrying(forms, headers)
        self._pages = carrying(pages, headers)

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path in self._gateway_paths:
            await self._gateway(scope, receive, send)
            return
        if (device := self._devices.get(path)) is not None:
            await device(scope, receive, send)
            return
        for prefix, app in self._prefixes:
            if path.startswith(prefix) and (
                prefix.endswith("/") or path[len(prefix) : len(prefix) + 1] in ("", "/")
            ):
                await app(scope, receive, send)
                return
        if path == "/" and scope["method"] in ("POST", "OPTIONS"):
            await self._forms(scope, receive, send)  # upload tickets name the host alone
            return
        if scope["method"] not in ("GET", "HEAD") or any(name == b"x-ca-key" for name, _ in scope["headers"]):
            await self._gateway(scope, receive, send)
            return
        await self._pages(scope, receive, send)


class Health:
    """`/healthz`: the process lives. `/readyz`: it can serve; else 503 naming the part that cannot."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe

    async def healthz(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        await answer(send, 200, b"ok", (TEXT,))

    async def readyz(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        faults = await self._probe()
        body = msgspec.json.encode({"ready": not faults, "faults": faults})
        await answer(send, 503 if faults else 200, body, (JSON,))


def caller_address(scope: HttpScope, proxies: frozenset[str]) -> str:
    """The caller's address; X-Forwarded-For is believed from `proxies` only, its last entry first."""
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if address in proxies:
        # A proxy may add a line of its own behind what its client sent: the last of all lines counts.
        content = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        address = forwarded_address(content.decode("latin-1"), proxies) or address
    return address


def metrics_app(render: Callable[[], bytes], *, allowed: frozenset[str]) -> ASGIApp:
    """Prometheus metrics, for callers from `allowed` addresses only (they tell much about an installation).

    Requests through a proxy on this machine have its address too, so forwarded requests are refused. `?collect`
    collects garbage first, to find leaks; it takes some ten milliseconds.
    """

    async def metrics(scope: HttpScope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
        if client is None or client[0] not in allowed or forwarded:
            await answer(send, 404)
            return
        if scope.get("query_string") == b"collect":
            gc.collect()
        await answer(send, 200, render(), ((b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),))

    return metrics
