"""Limits of open-API calls, for the operator: for everybody, for companies and keys, and for methods."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.people.queries import own_rights
from linli.domains.people.rights import Right
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi import allowances, limit_rules, usage
from linli.openapi.allowances import Allowance, MethodAllowance
from linli.openapi.assembly import OpenApi
from linli.openapi.limit_rules import Target
from linli.openapi.limits import ALL, EACH_COMPANY, EACH_METHOD, NO_RULE, Limits, Rule, with_settings
from linli.openapi.usage import Search, Sums

Whose = Literal["key", "company"]
Calls = Annotated[
    int | None, Meta(description="Null: as the wider rule says; 0: as many as come. Both null: reset.")
]


class EverybodysLimit(msgspec.Struct, rename="camel", frozen=True):
    """A limit that holds where nothing nearer was set."""

    path: Annotated[
        str, Meta(description="* each key on each method; empty: each key; company: each company.")
    ]
    per_second: int | None
    per_day: int | None
    set_per_second: Annotated[int | None, Meta(description="Set here; null: as the settings say; 0: none.")]
    set_per_day: int | None
    settings_per_second: int | None
    settings_per_day: int | None


class SubjectRow(msgspec.Struct, rename="camel", frozen=True):
    """A key or a company with its limits on all methods together."""

    subject: str
    name: str
    company: str
    own_rules: Annotated[int, Meta(description="Limits set for it alone, those on single methods too.")]
    allowance: Allowance


class LimitForm(msgspec.Struct, rename="camel", frozen=True):
    kind: Literal["key", "company", "everybody"]
    subject: Annotated[str, Meta(description="AppKey or company; empty for everybody.")] = ""
    path: Annotated[str, Meta(description="A method, or empty for all calls together.")] = ALL
    per_second: Calls = None
    per_day: Calls = None


class LimitSet(msgspec.Struct, rename="camel", frozen=True):
    change_id: Annotated[str | None, Meta(description="For putting it back; null: nothing changed.")]


class LimitChange(msgspec.Struct, rename="camel", frozen=True):
    """A change, with the limits before and after it."""

    id: str
    kind: str
    subject: str
    path: str
    per_second_before: int | None
    per_second: int | None
    per_day_before: int | None
    per_day: int | None
    changed: Annotated[list[str], Meta(description="perSecond, perDay: what differs.")]
    by_name: str
    at_ms: int


class SubjectFilter(Filter, frozen=True):
    kind: Whose = "key"
    q: Annotated[str, Meta(max_length=64, description="In the key, its name or its company's.")] = ""
    state: Annotated[
        Literal["", "own", "refused"],
        Meta(description="own: with limits of its own; refused: refused today."),
    ] = ""


class MethodFilter(Filter, frozen=True):
    app_key: Annotated[str, Meta(max_length=64, description="Empty: what holds for everybody.")] = ""
    q: Annotated[str, Meta(max_length=64, description="In the path or the title.")] = ""
    state: Annotated[
        Literal["", "own", "refused", "called"],
        Meta(description="own: set here; refused: refused today; called: called today."),
    ] = ""


limit_routes = Routes("/call-limits", tags=("health",))


@limit_routes.get(right=Right.INSTALLATION)
async def list_limits(
    db: Database, openapi: OpenApi, settings: Settings, clock: Clock, page: PageRequest, where: SubjectFilter
) -> Page[SubjectRow]:
    """Keys or companies with their limits and today's calls, those that were refused first."""
    search = Search(where.q, where.state == "own", where.state == "refused")
    subjects = await usage.page_of(db, where.kind, search, page, day=openapi.days.of(clock.now_ms()))
    rules = await usage.rules_in_all(db)
    everybody = (await limit_rules.of_everybody(db, settings.call_limits)).everybody
    wider = everybody[ALL if where.kind == "key" else EACH_COMPANY]
    rows = []
    for row in subjects.data:
        own = rules.get(row.subject, NO_RULE)
        allowance = Allowance.of(own.over(wider), own, Sums(row.calls, 0, row.refused))
        rows.append(SubjectRow(row.subject, row.name, row.tenant_name, row.own_rules, allowance))
    return Page.of(page, subjects.total, rows)


@limit_routes.get("/everybody", right=Right.INSTALLATION)
async def list_everybodys(db: Database, settings: Settings) -> list[EverybodysLimit]:
    """The limits of keys and companies that have none of their own."""
    limits = await limit_rules.of_everybody(db, settings.call_limits)
    base = with_settings({}, settings.call_limits)
    return [
        EverybodysLimit(
            path=path,
            per_second=limits.everybody[path].per_second or None,
            per_day=limits.everybody[path].per_day or None,
            set_per_second=limits.own.get(path, NO_RULE).per_second,
            set_per_day=limits.own.get(path, NO_RULE).per_day,
            settings_per_second=base[path].per_second or None,
            settings_per_day=base[path].per_day or None,
        )
        for path in (EACH_METHOD, ALL, EACH_COMPANY)
    ]


@limit_routes.get("/methods", right=Right.INSTALLATION, raises=(NotFound,))
async def list_methods(
    scope: Scope,
    db: Database,
    openapi: OpenApi,
    settings: Settings,
    clock: Clock,
    page: PageRequest,
    where: MethodFilter,
) -> Page[MethodAllowance]:
    """Every method with its limits for a key or for everybody, and today's calls."""
    limits = await _limits(db, where.app_key, settings)
    called = await usage.by_path(db, where.app_key, openapi.days.of(clock.now_ms()))
    text = where.q.strip().casefold()
    methods = [
        method
        for method in allowances.of_methods(
            openapi.registry, limits, limits.own, called, language=scope.language
        )
        if (not text or text in method.path.casefold() or text in method.title.casefold())
        and _is_in(method.allowance, where.state)
    ]
    return Page.of(page, len(methods), methods[page.offset : page.offset + page.page_size])


@limit_routes.put(right=Right.INSTALLATION, status=200, raises=(NotFound,))
async def set_limit(data: LimitForm, scope: Scope, tx: Tx, openapi: OpenApi) -> LimitSet:
    """Set a limit, or reset it to the wider rule. It holds in every process within seconds."""
    if data.path.startswith("/") and not openapi.registry.versions(data.path):
        raise NotFound(what="method", id=data.path)
    target = Target(data.kind, data.subject, data.path)
    rule = Rule(data.per_second, data.per_day)
    change_no = await limit_rules.set_limit(scope, tx, target=target, rule=rule)
    return LimitSet(None if change_no is None else str(change_no))


@limit_routes.get("/history", right=Right.INSTALLATION)
async def list_changes(scope: Scope, db: Database, page: PageRequest) -> Page[LimitChange]:
    """Changes of limits: author, limit, old and new value; the latest first."""
    changes = await limit_rules.changes(scope, db, page)
    people = {int(change.by_id) for change in changes.data if change.by_id.isdecimal()}
    names = await own_rights.names(db, sorted(people))
    rows = []
    for change in changes.data:
        target, differences = limit_rules.target_of(change), change.differences
        second, day = differences.get("per_second", (None, None)), differences.get("per_day", (None, None))
        rows.append(
            LimitChange(
                id=str(change.change_no),
                kind=target.kind,
                subject=target.subject,
                path=target.path,
                per_second_before=second[0],
                per_second=second[1],
                per_day_before=day[0],
                per_day=day[1],
                changed=[{"per_second": "perSecond", "per_day": "perDay"}[name] for name in differences],
                by_name=names.get(int(change.by_id), change.by_id)
                if change.by_id.isdecimal()
                else change.by_id,
                at_ms=change.at_ms,
            )
        )
    return Page.of(page, changes.total, rows)


@limit_routes.post("/history/{change_no:int}/restore", right=Right.INSTALLATION, raises=(NotFound,))
async def restore(change_no: int, scope: Scope, tx: Tx) -> None:
    """Set a limit to what it was before a change."""
    await limit_rules.put_back(scope, tx, change_no=change_no)


async def _limits(db: Database, app_key: str, settings: Settings) -> Limits:
    """Raises NotFound."""
    if not app_key:
        return await limit_rules.of_everybody(db, settings.call_limits)
    row = await tenancy.find_app_key(db, app_key)
    if row is None:
        raise NotFound(what="appKey", id=app_key)
    return await limit_rules.limits_of(
        db, app_key=app_key, tenant_id=row.tenant_id, settings=settings.call_limits
    )


def _is_in(allowance: Allowance, state: str) -> bool:
    match state:
        case "own":
            return allowance.own
        case "refused":
            return allowance.refused > 0
        case "called":
            return allowance.calls > 0
    return True
