"""The test page of the service bus, and the log of its calls."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.input_errors import refusal
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi import answers
from linli.openapi.params import decoder
from linli.servicebus.bus import Caller, ServiceBus
from linli.servicebus.params import params_of, passed_on
from linli.servicebus.queries import CallRow, get_provider, list_calls

DAY_MS = 86_400_000
_FIRST = 2**62


class TrialGiven(msgspec.Struct, rename="camel"):
    """A call to make for one of the tenant's projects. `params`: JSON text, checked as a caller's would be."""

    model_id: str
    method: str
    project_id: str
    params: str = "{}"
    version: str = ""
    provider_no: int | None = None
    """Ask this provider, even if it is switched off; null: the provider of the project."""


class TrialAnswer(msgspec.Struct, rename="camel", frozen=True):
    """`code` and texts as a caller of the gateway sees them."""

    code: str
    message: str
    data: str
    """JSON text."""
    provider: str
    took_ms: int
    reason: str
    """The fault on the way, for the operator; callers do not see it."""
    curl: str


class CallView(msgspec.Struct, rename="camel", frozen=True):
    call_no: str
    at_ms: int
    project_id: str
    app_key: str
    model_id: str
    method: str
    provider: str
    request_id: str
    took_ms: int
    code: str
    reason: str
    request: str
    response: str


class CallPage(msgspec.Struct, rename="camel", frozen=True):
    rows: list[CallView]
    next: str | None
    """`before` of the next page; null: there is none."""


class CallFilter(Filter, frozen=True):
    """Calls of the last days."""

    model: str = ""
    app_key: str = ""
    failed: bool = False
    days: Annotated[int, Meta(ge=1, le=30)] = 7


service_call_routes = Routes("/service-calls", tags=("service bus",))


@service_call_routes.post("/try", right="integrations.manage", status=200, raises=(NotFound,))
async def attempt(
    scope: Scope, db: Database, ids: Ids, settings: Settings, service_bus: ServiceBus, data: TrialGiven
) -> TrialAnswer:
    """Call a method as a project's application would, and tell what came back and why."""
    model = await service_bus.model(scope.tenant, data.model_id, data.version or None)
    method = model.method(data.method) if model is not None else None
    if model is None or method is None:
        raise NotFound(what="method", id=f"/{data.model_id}/{data.method}")
    await tenancy.get_project(scope, db, project_id=data.project_id)
    if data.provider_no is not None:
        await get_provider(scope, db, provider_no=data.provider_no)
    try:
        params = passed_on(method, decoder(params_of(model.id, method))(data.params.encode()))
    except msgspec.DecodeError as error:
        problem = refusal(error)
        raise BadInput(**{**problem.facts, "field": f"params.{problem.field}"}) from error
    except RecursionError as error:
        raise BadInput(field="params", rule="too_deep") from error
    request_id = ids.request_id()
    caller = Caller(scope.tenant, data.project_id, "", request_id, request_id)
    begun = db.clock.now_ms()
    curl = _curl(settings.public_url, f"/{model.id}/{method.name}", method.version, params)
    try:
        answered = await service_bus.call(
            scope, caller, model.id, method.name, method.version, params, only=data.provider_no
        )
    except LinliError as error:
        failure = answers.of_error(error, scope.language)
        why = str(error.facts.get("why", ""))
        took = db.clock.now_ms() - begun
        provider = str(error.facts.get("provider", ""))
        return TrialAnswer(str(failure.code), failure.localized, "", provider, took, why, curl)
    text = msgspec.json.format(bytes(answered.data), indent=2).decode()
    return TrialAnswer("200", "success", text, answered.provider, answered.took_ms, "", curl)


class CallPageFilter(CallFilter, frozen=True):
    """One page of the log of calls."""

    before: Annotated[str, Meta(pattern=r"^\d{0,18}$")] = ""
    most: Annotated[int, Meta(ge=1, le=100)] = 20


@service_call_routes.get(right="integrations.manage")
async def list_log(
    scope: Scope, db: Database, clock: Clock, service_bus: ServiceBus, where: CallPageFilter
) -> CallPage:
    """Calls of the last days, newest first."""
    await service_bus.log.flush()
    rows = await list_calls(
        scope,
        db,
        since_ms=clock.now_ms() - where.days * DAY_MS,
        before=int(where.before or _FIRST),
        most=where.most + 1,
        model=where.model,
        app_key=where.app_key,
        failed=where.failed,
    )
    shown = rows[: where.most]
    return CallPage([_view(row) for row in shown], str(shown[-1].call_no) if len(rows) > where.most else None)


def _view(row: CallRow) -> CallView:
    values: dict[str, Any] = row._asdict()
    values.pop("provider_no")
    return CallView(**{**values, "call_no": str(row.call_no)})


def _curl(server: str, path: str, version: str, params: dict[str, Any]) -> str:
    """The same call from a shell; its signature is made by the caller's SDK."""
    body = json.dumps(
        {"id": "1", "version": "1.0", "request": {"apiVer": version}, "params": params}, ensure_ascii=False
    )
    quoted = body.replace("'", "'\\''")
    return (
        f"curl -X POST '{server.rstrip('/')}{path}' -H 'Content-Type: application/octet-stream' "
        f"-H 'X-Ca-Key: <AppKey>' -H 'X-Ca-Signature: <signature>' -d '{quoted}'"
    )
