"""The providers of models for projects."""

from typing import Literal

import msgspec

from linli.kernel import tenancy
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.servicebus import documents
from linli.servicebus.queries import list_models, list_providers
from linli.servicebus.service import TIMEOUT_MS, ProviderForm, delete_provider, save_provider
from linli.things.queries.devices import find_devices


class ProviderView(msgspec.Struct, rename="camel", frozen=True):
    provider_no: int
    model_id: str
    name: str
    kind: str
    address: str
    iot_id: str
    device: str
    """`productKey/deviceName` of an edge box."""
    online: bool | None
    """Of an edge box; null for an application's address, which is asked when it is called."""
    project_id: str | None
    project_name: str
    timeout_ms: int
    enabled: bool


class ProviderGiven(msgspec.Struct, rename="camel"):
    """`address` for kind `http`, `iotId` for kind `edge`. Without a project it serves all of the tenant."""

    model_id: str
    name: str
    kind: Literal["http", "edge"]
    address: str = ""
    iot_id: str = ""
    project_id: str | None = None
    timeout_ms: int = TIMEOUT_MS
    enabled: bool = True


class ProviderSaved(msgspec.Struct, rename="camel", frozen=True):
    provider_no: int


provider_routes = Routes("/service-providers", tags=("service bus",))


@provider_routes.get(right="integrations.manage")
async def list_all(scope: Scope, db: Database) -> list[ProviderView]:
    """Every provider of the tenant, by model."""
    rows = await list_providers(scope, db)
    projects = {project.project_id: project.name for project in await tenancy.list_projects(scope, db)}
    boxes = {
        device.iot_id: device
        for device in await find_devices(scope, db, iot_ids=[row.iot_id for row in rows if row.iot_id])
    }
    provider_views = []
    for row in rows:
        box = boxes.get(row.iot_id)
        provider_views.append(
            ProviderView(
                provider_no=row.provider_no,
                model_id=row.model_id,
                name=row.name,
                kind=row.kind,
                address=row.address,
                iot_id=row.iot_id,
                device=f"{box.product_key}/{box.device_name}" if box is not None else "",
                online=bool(box.online) if box is not None else None,
                project_id=row.project_id,
                project_name=projects.get(row.project_id or "", ""),
                timeout_ms=row.timeout_ms,
                enabled=bool(row.enabled),
            )
        )
    return provider_views


@provider_routes.post(right="integrations.manage")
async def add(scope: Scope, db: Database, data: ProviderGiven) -> ProviderSaved:
    """Add a provider; calls reach it at once, in every process."""
    return await _save(scope, db, None, data)


@provider_routes.put("/{provider_no:int}", right="integrations.manage")
async def change(scope: Scope, db: Database, provider_no: int, data: ProviderGiven) -> ProviderSaved:
    """Change a provider; `enabled: false` keeps calls from it."""
    return await _save(scope, db, provider_no, data)


@provider_routes.delete("/{provider_no:int}", right="integrations.manage", raises=(NotFound,))
async def remove(scope: Scope, tx: Tx, provider_no: int) -> None:
    """Remove a provider. The log of its calls stays."""
    await delete_provider(scope, tx, provider_no=provider_no)


async def _save(scope: Scope, db: Database, provider_no: int | None, data: ProviderGiven) -> ProviderSaved:
    async with db.begin() as tx:
        saved = await save_provider(
            scope,
            tx,
            ProviderForm(**msgspec.structs.asdict(data)),
            provider_no=provider_no,
            known_models=await _model_ids(scope, tx),
        )
    return ProviderSaved(saved)


async def _model_ids(scope: Scope, db: Reader) -> frozenset[str]:
    return frozenset(documents.built_in()) | {row.model_id for row in await list_models(scope, db)}
