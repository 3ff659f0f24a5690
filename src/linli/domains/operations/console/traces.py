"""The way of one message, call or request through the platform."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from linli.domains.accounts.service.sessions import Session
from linli.domains.operations.tracing import Sight, Trace, trace_of
from linli.domains.people.rights import Right, Rights
from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.errors import Forbidden
from linli.kernel.i18n import language_of
from linli.kernel.scope import Scope
from linli.things.room import Things


class TraceRoutes(Controller):
    path = "/trace"
    tags = ("debugging",)

    @get("/", right="devices.use")
    async def trace(
        self,
        request: Request[Any, Any, Any],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        rights: NamedDependency[Rights],
        session: NamedDependency[Session],
        things: NamedDependency[Things],
        id: Annotated[
            str,
            QueryParameter(
                description="batchId of a message, message id of a call, X-Ca-Request-Id, or change-N of a push log."
            ),
        ],
    ) -> Trace:
        """Every hop of one message with time and result. Requests and subscriptions show with their own right only."""
        requests, app_keys = await _requests_seen(db, rights, session, language_of(request))
        sight = Sight(within, requests, app_keys)
        return await trace_of(sight, db, things.ingest.commits, number=id.strip().lower())


async def _requests_seen(
    db: Database, rights: Rights, session: Session, language: str
) -> tuple[Scope | None, tuple[str, ...]]:
    try:
        scope = rights.scope_with(Right.INTEGRATIONS_MANAGE, session.tenant_id, language=language)
    except Forbidden:
        return None, ()
    return scope, tuple(key.app_key for key in await tenancy.list_app_keys(scope, db))
