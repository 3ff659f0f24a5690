"""Middleware of the pages' apps: a long body is read once its sender's share of uploads allows it."""

from typing import Any, cast

from litestar.types import ASGIApp, Receive, Scope, Send

from linli.console.serving import parts_of
from linli.domains.accounts.service.sessions import Session


def bounded_uploads(app: ASGIApp) -> ASGIApp:
    """Behind the session's middleware. Requests without a session pass: their bodies are bounded by the server."""

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        session = cast(dict[str, Any], scope).get("auth")
        if not isinstance(session, Session):
            await app(scope, receive, send)
            return
        account = str(session.account_id)
        size = _size_of(cast(list[tuple[bytes, bytes]], scope["headers"]))
        with parts_of(scope).upload_gate.admit(
            account=account, company=session.tenant_id or account, size=size
        ):
            await app(scope, receive, send)

    return admitted


def _size_of(headers: list[tuple[bytes, bytes]]) -> int | None:
    """Length of the body in bytes; None for a chunked body."""
    named = dict(headers)
    if b"transfer-encoding" in named:
        return None
    return int(named.get(b"content-length", b"0"))
