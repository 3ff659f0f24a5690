"""The only writer of models and providers. Each change is seen by the bus once it is committed (`changes`)."""

import hashlib
from typing import Final, Literal

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from linli.databus import address as addresses
from linli.kernel import history, tenancy
from linli.kernel.db import INT, Command, Query, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.servicebus import changes, documents
from linli.servicebus.models import service_models, service_providers
from linli.servicebus.queries import ModelRow, ProviderRow, get_model, get_provider, list_models
from linli.things.queries.devices import get_device

type ProviderKind = Literal["http", "edge"]

TIMEOUT_MS: Final = 5_000
SHORTEST_MS, LONGEST_MS = 100, 30_000
MODEL_HISTORY, PROVIDER_HISTORY = "service_model", "service_provider"
"""Kinds of these records in the history."""
MAX_MODELS: Final = 200
MAX_PROVIDERS: Final = 500

_count_models = Query(select(func.count()).select_from(service_models).where(in_scope(service_models)))
_count_providers = Query(
    select(func.count()).select_from(service_providers).where(in_scope(service_providers))
)
_same_model = Query(
    select(service_models.c.model_no).where(
        in_scope(service_models),
        service_models.c.model_id == bindparam("model_id"),
        service_models.c.version == bindparam("version"),
    )
)
_rewrite = Command(
    update(service_models)
    .where(in_scope(service_models), service_models.c.model_no == bindparam("model_no", type_=INT))
    .values(document=bindparam("text"), modified_ms=bindparam("now", type_=INT))
)
_drop_model = Command(
    delete(service_models).where(
        in_scope(service_models), service_models.c.model_no == bindparam("model_no", type_=INT)
    )
)
_change_provider = update_of(
    service_providers,
    ("project_id", "model_id", "name", "kind", "address", "iot_id", "timeout_ms", "enabled", "modified_ms"),
    in_scope(service_providers),
    service_providers.c.provider_no == bindparam("no", type_=INT),
)
_drop_provider = Command(
    delete(service_providers).where(
        in_scope(service_providers), service_providers.c.provider_no == bindparam("no", type_=INT)
    )
)


class ModelTaken(Conflict):
    """This version of the model exists, or the id belongs to a model of the platform."""

    code = "servicebus.model_taken"


class ModelServed(Conflict):
    """A model that a provider serves cannot go."""

    code = "servicebus.model_served"


async def save_model(scope: Scope, tx: Tx, *, document: str) -> int:
    """Take a new model, or a new text of one the tenant has; its number. Raises BadInput, ModelTaken."""
    model = documents.read(document)
    if model.id in documents.built_in():
        raise ModelTaken(id=model.id)
    now = tx.db.clock.now_ms()
    scalar = await _same_model.scalar(tx, scope, model_id=model.id, version=model.version)
    changes.publish_change(tx)
    if scalar is not None:
        before = await get_model(scope, tx, model_no=int(scalar))
        await _note_model(scope, tx, int(scalar), "changed", before=before.document, after=document)
        await _rewrite.run(tx, scope, model_no=scalar, text=document, now=now)
        return int(scalar)
    if int(await _count_models.scalar(tx, scope) or 0) >= MAX_MODELS:
        raise BadInput(field="document", rule="too_many_items", limit=MAX_MODELS)
    row = {
        "tenant_id": scope.tenant,
        "model_id": model.id,
        "version": model.version,
        "document": document,
        "created_ms": now,
        "modified_ms": now,
    }
    number = await tx.insert(service_models, row) or 0
    await _note_model(scope, tx, number, "created", after=document)
    return number


async def delete_model(scope: Scope, tx: Tx, *, model_no: int, providers: list[ProviderRow]) -> ModelRow:
    """Raises NotFound, ModelServed while one of `providers` (the tenant's) serves it."""
    row = await get_model(scope, tx, model_no=model_no)
    serving = next((p for p in providers if p.model_id == row.model_id), None)
    if serving is not None:
        raise ModelServed(id=row.model_id, name=serving.name)
    await _drop_model.run(tx, scope, model_no=model_no)
    await _note_model(scope, tx, model_no, "deleted", before=row.document)
    changes.publish_change(tx)
    return row


class ProviderForm(msgspec.Struct, frozen=True, kw_only=True):
    """The providers of a model and their addresses."""

    model_id: str
    name: str
    kind: ProviderKind
    address: str = ""
    """Of an application."""
    iot_id: str = ""
    """Of a box's gateway device."""
    project_id: str | None = None
    timeout_ms: int = TIMEOUT_MS
    enabled: bool = True


async def save_provider(
    scope: Scope,
    tx: Tx,
    form: ProviderForm,
    *,
    provider_no: int | None,
    known_models: frozenset[str] = frozenset(),
) -> int:
    """Add a provider, or change one. `known_models`: the tenant's own and the platform's. Raises NotFound, BadInput."""
    if form.model_id not in known_models:
        raise BadInput(field="modelId", rule="unknown")
    if not form.name.strip() or len(form.name) > 64:
        raise BadInput(field="name", rule="blank" if not form.name.strip() else "too_long", limit=64)
    if not SHORTEST_MS <= form.timeout_ms <= LONGEST_MS:
        raise BadInput(field="timeoutMs", rule="range", low=SHORTEST_MS, high=LONGEST_MS)
    if form.project_id is not None:
        await tenancy.get_project(scope, tx, project_id=form.project_id)
    if form.kind == "http":
        _check_address(form.address)
        address, iot_id = form.address, ""
    else:
        address, iot_id = "", form.iot_id
        if not iot_id:
            raise BadInput(field="iotId", rule="required")
        await get_device(scope, tx, iot_id=iot_id)
    now = tx.db.clock.now_ms()
    changes.publish_change(tx)
    if provider_no is not None:
        before = await get_provider(scope, tx, provider_no=provider_no)
        await _change_provider.run(
            tx,
            scope,
            no=provider_no,
            project_id=form.project_id,
            model_id=form.model_id,
            name=form.name.strip(),
            kind=form.kind,
            address=address,
            iot_id=iot_id,
            timeout_ms=form.timeout_ms,
            enabled=int(form.enabled),
            modified_ms=now,
        )
        after = await get_provider(scope, tx, provider_no=provider_no)
        await _note_provider(scope, tx, provider_no, "changed", before=before, after=after)
        return provider_no
    if int(await _count_providers.scalar(tx, scope) or 0) >= MAX_PROVIDERS:
        raise BadInput(field="name", rule="too_many_items", limit=MAX_PROVIDERS)
    row = {
        **msgspec.structs.asdict(form),
        "tenant_id": scope.tenant,
        "name": form.name.strip(),
        "address": address,
        "iot_id": iot_id,
        "enabled": int(form.enabled),
        "created_ms": now,
        "modified_ms": now,
    }
    number = await tx.insert(service_providers, row) or 0
    after = await get_provider(scope, tx, provider_no=number)
    await _note_provider(scope, tx, number, "created", after=after)
    return number


async def delete_provider(scope: Scope, tx: Tx, *, provider_no: int) -> ProviderRow:
    """Raises NotFound."""
    row = await get_provider(scope, tx, provider_no=provider_no)
    await _drop_provider.run(tx, scope, no=provider_no)
    await _note_provider(scope, tx, provider_no, "deleted", before=row)
    changes.publish_change(tx)
    return row


async def restore_model(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Bring back the text that a model had before a change. Raises ModelTaken, BadInput."""
    await save_model(scope, tx, document=change.remains["document"])


async def restore_provider(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Put a provider back to what it was; a deleted one is added again. Raises NotFound, BadInput."""
    model_ids = frozenset(documents.built_in()) | {row.model_id for row in await list_models(scope, tx)}
    form = msgspec.convert(change.remains, ProviderForm)
    provider_no = int(change.target) if change.action == "changed" else None
    await save_provider(scope, tx, form, provider_no=provider_no, known_models=model_ids)


async def _note_model(
    scope: Scope, tx: Tx, model_no: int, action: str, *, before: str = "", after: str = ""
) -> None:
    await history.note(
        scope,
        tx,
        history.Record(MODEL_HISTORY, model_no, None),
        action,
        before=_model_facts(before),
        after=_model_facts(after),
        kept={"document": before} if before else None,
        now_ms=tx.db.clock.now_ms(),
    )


async def _note_provider(
    scope: Scope,
    tx: Tx,
    provider_no: int,
    action: str,
    *,
    before: ProviderRow | None = None,
    after: ProviderRow | None = None,
) -> None:
    await history.note(
        scope,
        tx,
        history.Record(PROVIDER_HISTORY, provider_no, None),
        action,
        before=_provider_facts(before),
        after=_provider_facts(after),
        kept=None if before is None else _form_of(before),
        now_ms=tx.db.clock.now_ms(),
    )


def _model_facts(document: str) -> dict[str, str]:
    if not document:
        return {}
    model = documents.read(document)
    return {
        "model": model.id,
        "model_version": model.version,
        "methods": ", ".join(method.name for method in model.methods),
        "fingerprint": hashlib.sha256(document.encode()).hexdigest()[:12],
    }


def _provider_facts(row: ProviderRow | None) -> dict[str, object]:
    if row is None:
        return {}
    return {
        "name": row.name,
        "model": row.model_id,
        "provider_kind": row.kind,
        "provider_address": row.address,
        "box_device": row.iot_id,
        "project": row.project_id,
        "timeout": f"{row.timeout_ms} ms",
        "enabled": str(row.enabled),
    }


def _form_of(row: ProviderRow) -> dict[str, object]:
    return {
        "model_id": row.model_id,
        "name": row.name,
        "kind": row.kind,
        "address": row.address,
        "iot_id": row.iot_id,
        "project_id": row.project_id,
        "timeout_ms": row.timeout_ms,
        "enabled": bool(row.enabled),
    }


def _check_address(address: str) -> None:
    try:
        target = addresses.parse(address)
    except BadInput as error:
        raise BadInput(**{**error.facts, "field": "address"}) from error
    if "?" in target.path or "#" in address:
        raise BadInput(field="address", rule="format", example="https://app.example.com/base")
