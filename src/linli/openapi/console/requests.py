"""The request log, for the owners of the keys."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.masking import masked_text
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi import request_log

DAY_MS = 86_400_000


class RequestRow(msgspec.Struct, rename="camel", frozen=True):
    """One call. Request and answer are cut; codes, secrets, links, names and phones are hidden."""

    request_id: str
    at_ms: int
    app_key: str
    call_id: str
    path: str
    version: str
    http_status: int
    code: str
    reason: str
    cost_us: int
    client_ip: str
    request: str
    response: str


class RequestFilter(Filter, frozen=True):
    """Calls by what is known of them."""

    request_id: Annotated[str, Meta(description="X-Ca-Request-Id or the caller's own id.")] = ""
    app_key: str = ""
    path: str = ""
    failed: bool = False


request_routes = Routes("/requests", tags=("integrations",))


class RequestSearch(RequestFilter, frozen=True):
    """One page of the request log."""

    before: Annotated[str, Meta(description="Go on below this request id: the last of the page before.")] = ""
    limit: int = 50


@request_routes.get(right="integrations.manage")
async def search(
    scope: Scope, db: Database, clock: Clock, settings: Settings, where: RequestSearch
) -> list[RequestRow]:
    """Calls of the tenant's keys, newest first."""
    own = [key.app_key for key in await tenancy.list_app_keys(scope, db)]
    now_ms = clock.now_ms()
    logged_requests = await request_log.search(
        scope,
        db,
        request_log.Search(
            app_keys=tuple(key for key in own if where.app_key in ("", key)),
            since_ms=now_ms - settings.retention.request_log_days * DAY_MS,
            until_ms=now_ms + DAY_MS,
            request_id=where.request_id.strip(),
            path=where.path.strip(),
            failed_only=where.failed,
            limit=where.limit,
            before=where.before,
        ),
    )
    return [
        RequestRow(
            request_id=row.ca_request_id,
            at_ms=row.at_ms,
            app_key=row.app_key,
            call_id=row.call_id,
            path=row.path,
            version=row.version,
            http_status=row.http_status,
            code=row.code,
            reason=masked_text(row.reason, persons=True),
            cost_us=row.cost_us,
            client_ip=row.client_ip,
            request=masked_text(row.request, persons=True),
            response=masked_text(row.response, persons=True),
        )
        for row in logged_requests
    ]
