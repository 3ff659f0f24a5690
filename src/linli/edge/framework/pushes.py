"""What drivers share that devices push to over HTTP: bounds, and a body read whole."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

from linli.kernel.http import Limits, Receive, Send

BODY_BYTES: Final = 8 * 1024 * 1024
BODY_SECONDS: Final = 20.0
LIMITS: Final = Limits(
    header_bytes=8192, header_count=50, body_bytes=BODY_BYTES + 1, header_seconds=5.0, body_seconds=10.0,
    write_seconds=10.0, idle_seconds=60.0, pipelined=1, connections=200, connections_each=32,
)  # fmt: skip


class Refused(Exception):
    """`status` of the answer; the text says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def read_body(scope: MutableMapping[str, Any], receive: Receive, most: int = BODY_BYTES) -> bytes:
    """Raises Refused as soon as more was announced or sent; ConnectionError."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or int(length) > most:
        raise Refused(413, f"more than {most} bytes")
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionError
                parts += message.get("body", b"")
                if len(parts) > most:
                    raise Refused(413, f"more than {most} bytes")
                if not message.get("more_body"):
                    return bytes(parts)
    except TimeoutError:
        raise Refused(408, "the body took too long") from None


async def answer(
    send: Send, status: int, body: bytes, *, kind: str = "application/json", **more: str
) -> None:
    """`more`: further headers by name with `_` for `-`."""
    headers = [(b"Content-Type", kind.encode()), (b"Content-Length", str(len(body)).encode())]
    headers += [(name.replace("_", "-").encode(), value.encode()) for name, value in more.items() if value]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
