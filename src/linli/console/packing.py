"""Answers of the web routes, packed: a list of twenty rows is a quarter of what it was.

Only what is read (GET): answers to what is done may hold a secret that is shown once, and lengths of packed answers tell
of what is in them.
"""

import gzip
from typing import Any, Final

from linli.kernel.http import ASGIApp

LEAST: Final = 1000
"""Bytes below which packing gains less than its header costs."""
_LEVEL: Final = 5


def packed(app: ASGIApp) -> ASGIApp:
    """`app` with its whole JSON answers packed for whoever reads that; streams go through as they come."""

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _reads_gzip(scope["headers"]):
            await app(scope, receive, send)
            return
        start: dict[str, Any] | None = None

        async def send_packed(message: Any) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_json(message):
                start = message  # until it is known whether the answer comes whole
                return
            if start is not None:
                first, start = start, None
                body = message.get("body", b"")
                if not message.get("more_body") and len(body) >= LEAST:
                    body = gzip.compress(body, _LEVEL, mtime=0)
                    first = {**first, "headers": _as_packed(first["headers"], len(body))}
                    message = {**message, "body": body}
                await send(first)
            await send(message)

        await app(scope, receive, send_packed)

    return served


def _reads_gzip(headers: list[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"accept-encoding":
            for part in value.split(b","):
                coding, _, weight = part.partition(b";")
                if coding.strip() == b"gzip" and weight.replace(b" ", b"") not in (b"q=0", b"q=0.0"):
                    return True
    return False


def _is_json(start: dict[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in start.get("headers", ())}
    kind = headers.get(b"content-type", b"").partition(b";")[0]
    return kind == b"application/json" and b"content-encoding" not in headers


def _as_packed(headers: Any, length: int) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    return [
        *kept,
        (b"content-length", str(length).encode()),
        (b"content-encoding", b"gzip"),
        (b"vary", b"accept-encoding"),
    ]
