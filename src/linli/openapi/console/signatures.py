"""The signature debugger: a pasted request beside what the server makes of it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel import i18n, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi import debugger
from linli.openapi.signature import Secret, SignedRequest

MOST_TEXT = 1_000_000


class PastedHeader(msgspec.Struct, rename="camel"):
    name: str
    value: str


class PastedRequest(msgspec.Struct, rename="camel"):
    """A request as it was refused. The key is found by its `x-ca-key`; nothing of it is kept."""

    method: str
    path: Annotated[str, Meta(description="With its query, as sent.")]
    headers: list[PastedHeader]
    body: str = ""
    client_string: Annotated[str, Meta(description="The client's string to sign, if its log has it.")] = ""


class SignatureCheck(msgspec.Struct, rename="camel", frozen=True):
    """Two strings to sign and where they part. Offsets count bytes of UTF-8."""

    ok: bool
    server_string: str
    server_signature: str
    client_string: str | None
    client_signature: str
    first_difference: int | None
    problems: list[str]
    """The fault, in the caller's language."""


signature_routes = Routes("/signature", tags=("integrations",))


@signature_routes.post("/debug", right="integrations.manage", status=200, raises=(NotFound,))
async def debug(
    data: PastedRequest, scope: Scope, db: Database, secrets: Secrets, clock: Clock
) -> SignatureCheck:
    """Show the string that the server signs for a request of one of the tenant's keys. Nothing is called."""
    if len(data.body) > MOST_TEXT:
        raise BadInput(field="body", rule="too_long", limit=MOST_TEXT)
    headers = {header.name.strip().lower().encode(): header.value.strip().encode() for header in data.headers}
    app_key = headers.get(b"x-ca-key", b"").decode()
    if not app_key:
        raise BadInput(field="headers", rule="openapi.no_key")
    row = await tenancy.find_app_key(db, app_key)
    if row is None or row.tenant_id != scope.tenant:
        raise NotFound(what="AppKey", id=app_key)
    path, _, query = data.path.partition("?")
    request = SignedRequest(data.method.upper(), path.encode(), query.encode(), headers, data.body.encode())
    secret = Secret(secrets.open(row.secret, about=f"app_key:{app_key}"))
    client = data.client_string.encode() if data.client_string else None
    check = debugger.check(request, secret, clock.now_ms(), client_string=client)
    return SignatureCheck(
        ok=check.ok,
        server_string=check.server_string.decode("utf-8", "replace"),
        server_signature=check.server_signature.decode(),
        client_string=data.client_string or None,
        client_signature=check.client_signature.decode("utf-8", "replace"),
        first_difference=check.first_difference,
        problems=[
            i18n.text(f"openapi.debug.{fault.name}", scope.language, **fault.facts) for fault in check.faults
        ],
    )
