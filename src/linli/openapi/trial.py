"""Calls that the API reference makes for its reader: signed here and sent through the gateway like any other."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any, NamedTuple

import msgspec

from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi import signature
from linli.openapi.gateway import Gateway
from linli.openapi.registry import MethodSpec
from linli.openapi.signature import Secret, SignedRequest
from linli.openapi.tokens import Tokens


class BorrowedKey(NamedTuple):
    """An app key of the reader's tenant, with its scope."""

    app_key: str
    secret: Secret
    scope: Scope


class MethodAnswer(NamedTuple):
    status: int
    body: str
    request_id: str


async def borrow_key(scope: Scope, db: Database, secrets: Secrets, *, app_key: str) -> BorrowedKey:
    """One of the tenant's own keys. Raises NotFound."""
    row = await tenancy.find_app_key(db, app_key)
    if row is None or row.tenant_id != scope.tenant:
        raise NotFound(what="AppKey", id=app_key)
    secret = Secret(secrets.open(row.secret, about=f"app_key:{app_key}"))
    return BorrowedKey(app_key, secret, await tenancy.app_scope(db, row, language=scope.language))


async def lend_token(key: BorrowedKey, db: Database, tokens: Tokens, *, community_id: int) -> str:
    """A cloudToken for one call, beside those in use. Raises NotFound for a community the key does not see."""
    key.scope.allow(community_id)
    return await db.run(lambda tx: tokens.lend(key.scope, tx, community_id))


async def call(
    gateway: Gateway,
    key: BorrowedKey,
    spec: MethodSpec,
    params: dict[str, Any],
    *,
    token: str | None,
    ids: Ids,
    now_ms: int,
    language: str,
) -> MethodAnswer:
    """Sign a call and hand it to the gateway."""
    request: dict[str, str] = {"apiVer": spec.version, "language": language}
    if token is not None:
        request["cloudToken"] = token
    nonce = ids.request_id()
    body = msgspec.json.encode({"id": nonce, "version": "1.0", "request": request, "params": params})
    return await _through(
        gateway, spec.path, signed_headers(key, spec.path, body, nonce=nonce, now_ms=now_ms), body
    )


def signed_headers(
    key: BorrowedKey, path: str, body: bytes, *, nonce: str, now_ms: int
) -> dict[bytes, bytes]:
    """Of one call with the key: its signature among them."""
    headers = {
        b"accept": b"application/json",
        b"content-type": b"application/octet-stream",
        b"content-md5": signature.body_digest(body),
        b"date": formatdate(now_ms / 1000, usegmt=True).encode(),
        b"x-ca-key": key.app_key.encode(),
        b"x-ca-nonce": nonce.encode(),
        b"x-ca-signature-headers": b"x-ca-key,x-ca-nonce",
    }
    signed = SignedRequest("POST", path.encode(), b"", headers, body)
    names = signature.signed_names(headers[b"x-ca-signature-headers"])
    text = signature.request_head(signed, names) + signature.resources(signed)[0]
    headers[b"x-ca-signature"] = key.secret.sign(text)
    return headers


async def _through(gateway: Gateway, path: str, headers: dict[bytes, bytes], body: bytes) -> MethodAnswer:
    """The gateway's answer, without a socket."""
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [*headers.items(), (b"content-length", str(len(body)).encode())],
        "client": ("console", 0),
    }
    await gateway(scope, receive, send)
    fields = dict(messages[0]["headers"])
    text = b"".join(message.get("body", b"") for message in messages[1:])
    if not text:
        text = fields.get(b"x-ca-error-message", b"")
    return MethodAnswer(
        messages[0]["status"], text.decode("utf-8", "replace"), fields.get(b"x-ca-request-id", b"").decode()
    )
