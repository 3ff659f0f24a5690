"""The raw ASGI application under `/edge`: activation unsigned, everything else signed by the box (`edge_link.signature`).

A nonce is claimed in its own transaction before anything is done, so that no signed call is taken twice.
"""

import gzip
import io
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete
from sqlalchemy.dialects import postgresql

from linli.domains.boxes.models import edge_nonces
from linli.domains.boxes.queries import clusters as queries
from linli.domains.boxes.rows import Node
from linli.kernel import errors, i18n, input_errors, telemetry
from linli.kernel.clock import Clock, Past
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.http import Receive, Send
from linli.kernel.members import check_members
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import (
    ACTIVATE,
    SKEW_MS,
    BadSignature,
    ErrorBody,
    ErrorCode,
    Heartbeat,
    Signed,
    check,
    read_headers,
)
from linli.things.service.devices import read_secret

log = telemetry.logger(__name__)

PREFIX: Final = "/edge"
BODY_BYTES: Final = 4 * 1024 * 1024
_ID: Final = re.compile(r"\d{1,18}")
_STATUS: Final[dict[type[errors.LinliError], int]] = {
    errors.BadInput: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.TimedOut: 504,
    errors.Unavailable: 503,
}

_claim = Command(
    postgresql.insert(edge_nonces)
    .values(
        node_id=bindparam("node_id", type_=INT),
        nonce=bindparam("nonce"),
        expires_ms=bindparam("expires_ms", type_=INT),
    )
    .on_conflict_do_nothing()
)
_purge = Command(delete(edge_nonces).where(edge_nonces.c.expires_ms < bindparam("now", type_=INT)))


class EdgeRequest(NamedTuple):
    """A call as it came. `match` holds what the route's pattern named."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    """Unpacked if it came as gzip."""
    match: dict[str, str]
    language: str = i18n.DEFAULT

    def read[T](self, kind: type[T]) -> T:
        """The body as a struct. Raises BadInput."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if isinstance(error, msgspec.DecodeError):
                raise input_errors.refusal(error, whole="body") from None
            raise errors.BadInput(field="body", rule="utf8") from None


class EdgeAnswer(NamedTuple):
    """`body` is JSON unless `content_type` says otherwise."""

    body: bytes = b"{}"
    status: int = 200
    content_type: str = "application/json"


class SignatureWrong(errors.Unauthorized):
    code = str(ErrorCode.SIGNATURE_WRONG)


type SignedHandler = Callable[[Node, EdgeRequest], Awaitable[EdgeAnswer]]
type OpenHandler = Callable[[EdgeRequest], Awaitable[EdgeAnswer]]
type HeartbeatHook = Callable[[Tx, Node, Heartbeat], Awaitable[None]]


class EdgeFront:
    """Routes by method and pattern. Rooms add theirs with `route`; `on_heartbeat` runs in the heartbeat's transaction."""

    def __init__(self, db: Database, clock: Clock, secrets: Secrets) -> None:
        self._db = db
        self._clock = clock
        self._past = Past(clock, 2 * SKEW_MS)
        self._secrets = secrets
        self._routes: list[tuple[str, re.Pattern[str], SignedHandler]] = []
        self._open: dict[tuple[str, str], OpenHandler] = {}
        self.on_heartbeat: list[HeartbeatHook] = []

    def route(self, method: str, pattern: str, handler: SignedHandler) -> None:
        """`pattern` is a path as `/edge/packages/{id}/{version}`; a name stands for one part of it."""
        named = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        self._routes.append((method, re.compile(named), handler))

    def open_route(self, method: str, path: str, handler: OpenHandler) -> None:
        """Without a signature."""
        self._open[method, path] = handler

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        language = i18n.pick(headers.get("accept-language", "en"))
        try:
            answer = await self._answer(scope, headers, language, receive)
        except errors.LinliError as error:
            answer = refused(error, language)
        except Exception:  # the edge of the process
            log.exception("edge call failed: %s %s", scope["method"], scope["path"])
            answer = refused(errors.LinliError(), language, status=500)
        start = [
            (b"content-type", answer.content_type.encode()),
            (b"cache-control", b"no-store"),
            (b"content-length", str(len(answer.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": start})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(
        self, scope: MutableMapping[str, Any], headers: dict[str, str], language: str, receive: Receive
    ) -> EdgeAnswer:
        method, path = scope["method"], scope["path"]
        raw = await _body(receive)
        query = scope.get("query_string", b"").decode("latin-1")
        request = EdgeRequest(method, path, query, headers, raw, {}, language)
        if (open_handler := self._open.get((method, path))) is not None:
            return await open_handler(_unpacked(request))
        route_match = next(
            (
                (handler, fit.groupdict())
                for verb, pattern, handler in self._routes
                if verb == method and (fit := pattern.fullmatch(path)) is not None
            ),
            None,
        )
        if route_match is None:
            return refused(errors.NotFound(what="method", id=path[:100]), language)
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        node = await self._proved(request, target)
        return await route_match[0](node, _unpacked(request._replace(match=route_match[1])))

    async def _proved(self, request: EdgeRequest, target: str) -> Node:
        """The box that signed a call. Raises SignatureWrong."""
        now_ms = self._clock.now_ms()
        try:
            signed = read_headers(request.headers)
            node = (
                await queries.node_by_id(self._db, int(signed.node)) if _ID.fullmatch(signed.node) else None
            )
            if node is None or not node.hardware_id:
                raise BadSignature("the node is not known or not active")
            secret = await read_secret(
                Scope.system(node.tenant_id, "boxes"),
                self._db,
                iot_id=node.iot_id,
                secrets=self._secrets,
            )
            check(signed, secret, request.method, target, body=request.body, now_ms=now_ms)
            await self._claim(node, signed, now_ms)
        except BadSignature as error:
            raise SignatureWrong(reason=str(error)) from None
        return node

    async def _claim(self, node: Node, signed: Signed, now_ms: int) -> None:
        """Raises BadSignature for a nonce that was seen."""
        fresh = await self._db.run(
            lambda tx: _claim.run(
                tx, node_id=node.node_id, nonce=signed.nonce, expires_ms=signed.time_ms + SKEW_MS
            )
        )
        if not fresh:
            raise BadSignature("the nonce was used before")

    async def purge(self) -> None:
        """Forget nonces whose time is no longer accepted."""
        until_ms = self._past.until_ms()
        if until_ms is not None:
            await self._db.run(lambda tx: _purge.run(tx, now=until_ms), durable=False)


def refused(error: errors.LinliError, language: str, *, status: int | None = None) -> EdgeAnswer:
    """A refusal as the box reads it; malformed input has one code whatever the rule."""
    code = str(ErrorCode.MALFORMED) if isinstance(error, errors.BadInput) else error.code
    error_body = ErrorBody(code=code, message=error.text(language), field=error.field)
    fit = status or next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 409)
    return EdgeAnswer(msgspec.json.encode(error_body), fit)


def _unpacked(request: EdgeRequest) -> EdgeRequest:
    """Raises BadInput, TooLarge."""
    if request.headers.get("content-encoding", "").lower() != "gzip":
        check_members(request.body)
        return request
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(request.body)) as packed:
            body = packed.read(BODY_BYTES + 1)
    except (OSError, EOFError):
        raise errors.BadInput(field="body", rule="unfit", said="gzip") from None
    if len(body) > BODY_BYTES:
        raise errors.TooLarge(limit=f"{BODY_BYTES // 1024 // 1024} MiB")
    check_members(body)
    return request._replace(body=body)


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise errors.BadInput(field="body", rule="required")
        parts += message.get("body", b"")
        if len(parts) > BODY_BYTES:
            raise errors.TooLarge(limit=f"{BODY_BYTES // 1024 // 1024} MiB")
        if not message.get("more_body"):
            return bytes(parts)


__all__ = ["ACTIVATE", "PREFIX", "EdgeAnswer", "EdgeFront", "EdgeRequest", "refused"]
