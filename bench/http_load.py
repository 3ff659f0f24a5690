"""A load generator for signed calls: requests are made beforehand, the connections only write and count."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Sequence

import uvloop

from bench.harness import GeneratorClock, Sample

ACCEPT = CONTENT_TYPE = "application/json"


def signed_request(
    host: str, path: str, app_key: str, secret: str, params: dict[str, object], version: str
) -> bytes:
    """One POST as the public Python client sends it, with a nonce of its own."""
    call_id = uuid.uuid4().hex
    body = json.dumps(
        {"id": call_id, "version": "1.0", "params": params, "request": {"apiVer": version}}
    ).encode()
    md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    signed = {
        "x-ca-key": app_key,
        "x-ca-nonce": uuid.uuid4().hex,
        "x-ca-signaturemethod": "HmacSHA256",
        "x-ca-timestamp": str(int(time.time() * 1000)),
    }
    text = "\n".join(
        ["POST", ACCEPT, md5, CONTENT_TYPE, "", *(f"{k}:{v}" for k, v in sorted(signed.items())), path]
    )
    signature = base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()
    headers = {
        "host": host,
        "accept": ACCEPT,
        "content-type": CONTENT_TYPE,
        "content-md5": md5,
        **signed,
        "x-ca-signature-headers": ",".join(sorted(signed)),
        "x-ca-signature": signature,
        "content-length": str(len(body)),
    }
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    return head.encode() + body


class _Client(asyncio.Protocol):
    """One connection, one request in flight. Answers are told apart by Content-Length."""

    def __init__(self, requests: list[bytes], done: asyncio.Event, times: list[float]) -> None:
        self._requests = requests
        self._done = done
        self._times = times
        self._buffer = b""
        self.good = self.bad = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        if self._requests:
            self._sent = time.perf_counter()
            self._transport.write(self._requests.pop())
        else:
            self._done.set()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        mark = self._buffer.find(b"ontent-", 0, head)
        while mark >= 0 and self._buffer[mark + 7 : mark + 13].lower() != b"length":
            mark = self._buffer.find(b"ontent-", mark + 7, head)
        length = int(self._buffer[mark + 14 : self._buffer.find(b"\r\n", mark)]) if mark >= 0 else 0
        if len(self._buffer) < head + 4 + length:
            return
        if b'"code":200' in self._buffer:
            self.good += 1
        else:
            self.bad += 1
        self._times.append(time.perf_counter() - self._sent)
        self._buffer = b""
        self._next()


async def _run(port: int, requests: list[bytes], connections: int) -> Sample:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    shares = [requests[n::connections] for n in range(connections)]
    events = [asyncio.Event() for _ in shares]
    with GeneratorClock() as clock:
        clients = [
            (await loop.create_connection(lambda s=s, e=e: _Client(s, e, times), "127.0.0.1", port))[1]
            for s, e in zip(shares, events, strict=True)
        ]
        async with asyncio.timeout(120):
            await asyncio.gather(*(e.wait() for e in events))
    bad = sum(c.bad for c in clients)
    if bad:
        raise RuntimeError(f"{bad} of {len(times)} calls were not answered with code 200")
    times.sort()
    return Sample(len(times) / clock.wall, clock.share, times[int(len(times) * 0.99)] * 1000)


def load(port: int, requests: Sequence[bytes], *, connections: int = 32) -> Sample:
    """Send every request once over `connections` connections; calls a second and p99 in ms."""
    return uvloop.run(_run(port, list(requests), connections))
