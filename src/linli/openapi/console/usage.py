"""Today's calls of the tenant's keys, the refused calls, and the rest of their limits."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi import allowances, limit_rules, usage
from linli.openapi.allowances import Allowance, MethodAllowance
from linli.openapi.assembly import OpenApi
from linli.openapi.limits import ALL, EACH_METHOD, NO_RULE
from linli.openapi.usage import Sums

DAYS = 14


class DayUsage(msgspec.Struct, rename="camel", frozen=True):
    """Calls of one day of the installation's zone."""

    date: Annotated[str, Meta(description="As the calendar there writes it: 2026-11-29.")]
    calls: int
    failures: int
    refused: int


class KeyUsage(msgspec.Struct, rename="camel", frozen=True):
    in_all: Allowance
    """The key on all methods together."""
    company: Allowance
    """All keys of the company together."""
    methods: list[MethodAllowance]
    """Methods that were called today, or have a limit of their own."""
    each_method: int | None
    """Calls a second of the key on any other method; null: no limit."""
    days: list[DayUsage]
    """The latest days, the oldest first."""
    ends_ms: int
    """When the day's quotas begin again."""


usage_routes = Routes("/keys/{app_key:str}/usage", tags=("integrations",))


@usage_routes.get(right="integrations.manage", raises=(NotFound,))
async def show_usage(
    app_key: str, scope: Scope, db: Database, openapi: OpenApi, settings: Settings, clock: Clock
) -> KeyUsage:
    """Calls and refusals of a key today and lately, and the limits that hold for it."""
    if all(key.app_key != app_key for key in await tenancy.list_app_keys(scope, db)):
        raise NotFound(what="appKey", id=app_key)
    days = openapi.days
    today = days.of(clock.now_ms())
    limits = await limit_rules.limits_of(
        db, app_key=app_key, tenant_id=scope.tenant, settings=settings.call_limits
    )
    called = await usage.by_path(db, app_key, today)
    company = usage.total_of(await usage.by_path(db, scope.tenant, today))
    methods = allowances.of_methods(openapi.registry, limits, limits.own, called, language=scope.language)
    first = today - DAYS + 1
    lately = await usage.by_day(db, app_key, first=first, last=today)
    return KeyUsage(
        in_all=Allowance.of(limits.in_all(), limits.own.get(ALL, NO_RULE), usage.total_of(called)),
        company=Allowance.of(limits.of_company(), limits.company.get(ALL, NO_RULE), company),
        methods=[method for method in methods if method.path in called or method.allowance.own],
        each_method=limits.everybody[EACH_METHOD].per_second or None,
        days=[
            DayUsage(days.date_of(day).isoformat(), *lately.get(day, Sums()))
            for day in range(first, today + 1)
        ],
        ends_ms=days.ends_ms,
    )
