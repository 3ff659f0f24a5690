"""The gateway: one ASGI handler through which every open-API call goes.

Until the signature is accepted a refusal is an HTTP status with `X-Ca-Error-*` and no body; from then on the answer
is HTTP 200 with the codes of spec H 8.2 in its body. The steps, in order: read the body, find the key, check digest,
time, nonce and signature; read the envelope, find the method by (path, apiVer), check service, limits and cloudToken;
decode `params`, run the method, answer; leave a line for the request log.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from time import perf_counter_ns
from typing import Any

from linli.kernel import telemetry
from linli.kernel.callers import forwarded_address
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.http import Message, Receive, Send
from linli.openapi.dispatch import Dispatcher, Exchange, replayed
from linli.openapi.keys import AppKey, AppKeys
from linli.openapi.nonces import NonceMemory, mark_of
from linli.openapi.request_log import RequestIds
from linli.openapi.signature import Refused, SignedRequest, verify

log = telemetry.logger(__name__)
_refusals = telemetry.counter("openapi_refused", "Requests refused before their signature counted", ("code",))

_JSON = (b"content-type", b"application/json; charset=UTF-8")
_GUARD = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
)
"""Callers are no browsers; one that is led here takes nothing for a page."""
_ONCE = frozenset(
    (
        b"x-ca-key",
        b"x-ca-nonce",
        b"x-ca-timestamp",
        b"x-ca-signature",
        b"x-ca-signature-headers",
        b"x-ca-signature-method",
        b"content-md5",
        b"date",
    )
)
"""Sent twice, one value would be checked and another believed."""
_REQUEST = "http.request"
_METHODS = frozenset(("POST", "GET"))

type HttpScope = MutableMapping[str, Any]


class ClientGone(ConnectionError):
    """The client went away before its request was complete."""


class Gateway:
    """The edge: HTTP in, signature checked, HTTP out. `max_body` in bytes; `proxies`: addresses whose X-Forwarded-For
    is believed."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        clock: Clock,
        keys: AppKeys,
        memory: NonceMemory,
        max_body: int = 10 * 1024 * 1024,
        proxies: frozenset[str] = frozenset(),
    ) -> None:
        self._dispatcher = dispatcher
        self._now_ms = clock.now_ms
        self._keys = keys
        self._memory = memory
        self._max_body = max_body
        self._proxies = proxies
        self._make_id = RequestIds().make

    @property
    def paths(self) -> frozenset[str]:
        """Every path that has a method."""
        return self._dispatcher.paths

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        began = perf_counter_ns()
        now_ms = self._now_ms()
        request_id = self._make_id(now_ms)
        key: AppKey | None = None
        headers: dict[bytes, bytes] = {}
        try:
            headers = _headers(scope["headers"])
            method: str = scope["method"]
            if method not in _METHODS:
                raise Refused(405, "I405UM", f"Unsupported Method `{method}`")
            message = await receive()
            body: bytes = message.get("body", b"")
            if message.get("more_body", False) or len(body) > self._max_body or message["type"] != _REQUEST:
                body = await self._rest(message, headers, receive)
            request = SignedRequest(method, scope["raw_path"], scope["query_string"], headers, body)
            named = headers.get(b"x-ca-key", b"")
            key = self._keys.find(named, now_ms) or await self._load_key(named, now_ms)
            if not key.enabled:
                raise Refused(403, "A403EP", "AppKey is disabled")
            proof = verify(request, key.secret, now_ms)
            mark = mark_of(named, proof.nonce, proof.at_ms)
            if not self._memory.add(mark[1], now_ms):
                raise replayed()
            exchange = Exchange(key, request_id, now_ms, began, scope["path"], self._client(scope, headers))
            answer = await self._dispatcher.answer(exchange, request, mark)
        except Refused as refused:
            _refusals.labels(refused.code).inc()
            if key is not None:
                exchange = Exchange(
                    key, request_id, now_ms, began, scope["path"], self._client(scope, headers)
                )
                self._dispatcher.note_refusal(exchange, refused)
            await refuse(send, refused, request_id)
            return
        except ClientGone:
            return
        sent = [_JSON, *_GUARD, (b"x-ca-request-id", request_id.encode())]
        if exchange.retry_seconds:
            sent.append((b"retry-after", b"%d" % exchange.retry_seconds))
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": answer})

    async def authenticate(self, scope: HttpScope) -> AppKey:
        """The key that signed a request without a body, for requests that are no calls: event streams. Raises Refused."""
        now_ms = self._now_ms()
        headers = _headers(scope["headers"])
        named = headers.get(b"x-ca-key", b"")
        key = self._keys.find(named, now_ms) or await self._load_key(named, now_ms)
        if not key.enabled:
            raise Refused(403, "A403EP", "AppKey is disabled")
        request = SignedRequest(scope["method"], scope["raw_path"], scope["query_string"], headers, b"")
        proof = verify(request, key.secret, now_ms)
        mark = mark_of(named, proof.nonce, proof.at_ms)
        if not self._memory.add(mark[1], now_ms):
            raise replayed()
        self._dispatcher.remember(mark)
        return key

    # before the signature counts

    async def _rest(self, message: Message, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """A body that comes in pieces. Raises Refused when it is too large, ClientGone when it breaks off."""
        if int(headers.get(b"content-length", b"0")) > self._max_body:
            raise _too_large()
        parts: list[bytes] = []
        size = 0
        while True:
            if message["type"] != _REQUEST:
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._max_body:
                raise _too_large()
            if not message.get("more_body", False):
                return b"".join(parts)
            message = await receive()

    async def _load_key(self, named: bytes, now_ms: int) -> AppKey:
        if not named:
            raise Refused(400, "A400MA", "Need authorization, X-Ca-Key is required")
        try:
            key = await self._keys.load(named, now_ms)
        except LinliError as error:
            log.exception("app key %r cannot be read", named)
            raise Refused(503, "X503BZ", "Service Busy") from error
        if key is None:
            raise Refused(400, "A400IK", "Invalid AppKey")
        return key

    def _client(self, scope: HttpScope, headers: Mapping[bytes, bytes]) -> str:
        client = scope["client"]
        address: str = client[0] if client else ""
        if address in self._proxies:
            return (
                forwarded_address(headers.get(b"x-forwarded-for", b"").decode("latin-1"), self._proxies)
                or address
            )
        return address


async def refuse(send: Send, refused: Refused, request_id: str) -> None:
    """The answer to a request whose signature does not count."""
    headers = [
        (b"x-ca-request-id", request_id.encode()),
        (b"x-ca-error-code", refused.code.encode()),
        (b"x-ca-error-message", refused.message),
        (b"content-length", b"0"),
        *_GUARD,
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _headers(sent: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name. Raises Refused when one that the signature stands on comes twice."""
    headers = dict(sent)
    if len(headers) != len(sent):
        seen: set[bytes] = set()
        for name, _ in sent:
            if name in seen and name in _ONCE:
                raise Refused(400, "I400HD", f"Invalid Header `{name.decode()}` sent twice")
            seen.add(name)
    return headers


def _too_large() -> Refused:
    return Refused(413, "I413RL", "Request body too Large")
