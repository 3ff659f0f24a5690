"""Reads of the service bus."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.db.partitions import day_of
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.servicebus.models import service_bus_calls, service_models, service_providers


class ProviderRow(NamedTuple):
    provider_no: int
    tenant_id: str
    project_id: str | None
    """None: for all projects of the tenant."""
    model_id: str
    name: str
    kind: str
    address: str
    iot_id: str
    timeout_ms: int
    enabled: int
    modified_ms: int


class ModelRow(NamedTuple):
    model_no: int
    tenant_id: str
    model_id: str
    version: str
    document: str
    modified_ms: int


class CallRow(NamedTuple):
    """One line of the call log. `took_ms` is the provider's time and ours together."""

    call_no: int
    at_ms: int
    project_id: str
    app_key: str
    model_id: str
    method: str
    provider_no: int
    provider: str
    request_id: str
    took_ms: int
    code: str
    reason: str
    request: str
    response: str


_PROVIDER = select(*(service_providers.c[name] for name in ProviderRow._fields))
_MODEL = select(*(service_models.c[name] for name in ModelRow._fields))
_providers = Query(
    _PROVIDER.where(in_scope(service_providers)).order_by(
        service_providers.c.model_id, service_providers.c.provider_no
    ),
    ProviderRow,
)
_provider = Query(
    _PROVIDER.where(
        service_providers.c.provider_no == bindparam("provider_no", type_=INT), in_scope(service_providers)
    ),
    ProviderRow,
)
_models = Query(
    _MODEL.where(in_scope(service_models)).order_by(service_models.c.model_id, service_models.c.model_no),
    ModelRow,
)
_model = Query(
    _MODEL.where(service_models.c.model_no == bindparam("model_no", type_=INT), in_scope(service_models)),
    ModelRow,
)
_EVERYWHERE = "the bus's own memory of all tenants' models and providers"
_all_models = Query(_MODEL.order_by(service_models.c.model_no), ModelRow, unscoped=_EVERYWHERE)
_all_providers = Query(_PROVIDER.order_by(service_providers.c.provider_no), ProviderRow, unscoped=_EVERYWHERE)
_calls = Query(
    select(*(service_bus_calls.c[name] for name in CallRow._fields))
    .where(
        in_scope(service_bus_calls),
        service_bus_calls.c.day >= bindparam("since_day", type_=INT),
        service_bus_calls.c.call_no < bindparam("before", type_=INT),
        (bindparam("model") == "") | (service_bus_calls.c.model_id == bindparam("model")),
        (bindparam("app_key") == "") | (service_bus_calls.c.app_key == bindparam("app_key")),
        (bindparam("failed", type_=INT) == 0) | (service_bus_calls.c.code != "200"),
    )
    .order_by(service_bus_calls.c.call_no.desc())
    .limit(bindparam("most", type_=INT)),
    CallRow,
)


async def list_providers(scope: Scope, db: Reader) -> list[ProviderRow]:
    return await _providers.all(db, scope)


async def get_provider(scope: Scope, db: Reader, *, provider_no: int) -> ProviderRow:
    """Raises NotFound."""
    row = await _provider.one(db, scope, provider_no=provider_no)
    if row is None:
        raise NotFound(what="provider", id=provider_no)
    return row


async def list_models(scope: Scope, db: Reader) -> list[ModelRow]:
    """The tenant's own models."""
    return await _models.all(db, scope)


async def get_model(scope: Scope, db: Reader, *, model_no: int) -> ModelRow:
    """Raises NotFound."""
    row = await _model.one(db, scope, model_no=model_no)
    if row is None:
        raise NotFound(what="serviceModel", id=model_no)
    return row


async def everything(db: Reader) -> tuple[list[ModelRow], list[ProviderRow]]:
    """For the bus itself: every tenant's."""
    return await _all_models.all(db), await _all_providers.all(db)


async def list_calls(
    scope: Scope,
    db: Reader,
    *,
    since_ms: int,
    before: int,
    most: int,
    model: str = "",
    app_key: str = "",
    failed: bool = False,
) -> list[CallRow]:
    """Newest first, below call number `before`."""
    return await _calls.all(
        db,
        scope,
        since_day=day_of(since_ms),
        before=before,
        most=most,
        model=model,
        app_key=app_key,
        failed=int(failed),
    )
