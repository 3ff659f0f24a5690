"""The way of one message, call or request through the platform."""

from typing import Annotated, Any

from litestar import Request
from msgspec import Meta

from linli.domains.accounts.service.sessions import Session
from linli.domains.operations.tracing import Sight, Trace, trace_of
from linli.domains.people.rights import Right, Rights
from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import Forbidden
from linli.kernel.i18n import language_of
from linli.kernel.scope import Scope
from linli.things.room import Things

trace_routes = Routes("/trace", tags=("debugging",))


MessageNumber = Annotated[
    str,
    Meta(
        description="batchId of a message, message id of a call, X-Ca-Request-Id, or change-N of a push log."
    ),
]


@trace_routes.get(right="devices.use")
async def trace(
    request: Request[Any, Any, Any],
    scope: Scope,
    db: Database,
    rights: Rights,
    session: Session,
    things: Things,
    id: MessageNumber,
) -> Trace:
    """Every hop of one message with time and result. Requests and subscriptions show with their own right only."""
    requests, app_keys = await _requests_seen(db, rights, session, language_of(request))
    sight = Sight(scope, requests, app_keys)
    return await trace_of(sight, db, things.ingest.commits, number=id.strip().lower())


async def _requests_seen(
    db: Database, rights: Rights, session: Session, language: str
) -> tuple[Scope | None, tuple[str, ...]]:
    try:
        scope = rights.scope_with(Right.INTEGRATIONS_MANAGE, session.tenant_id, language=language)
    except Forbidden:
        return None, ()
    return scope, tuple(key.app_key for key in await tenancy.list_app_keys(scope, db))
