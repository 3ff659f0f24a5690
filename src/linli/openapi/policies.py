"""The grants of app keys: the rows, their only writer, and the gateway's reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.kernel import tenancy
from linli.kernel.db import Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Forbidden, NotFound
from linli.kernel.scope import Scope
from linli.openapi.models import key_policies, project_models, project_policies

_BY_KEY = "the app key is a condition of its own; the gateway has no scope yet"
ALWAYS_GRANTED = "auth"
"""The service of the token methods: without it a key could use none of its others."""

_key_of = Query(
    select(tenancy.app_keys.c.app_key).where(
        tenancy.app_keys.c.app_key == bindparam("app_key"), in_scope(tenancy.app_keys)
    )
)
_services = Query(
    select(key_policies.c.services).where(key_policies.c.app_key == bindparam("app_key")), unscoped=_BY_KEY
)
_models = Query(
    select(key_policies.c.models).where(key_policies.c.app_key == bindparam("app_key")), unscoped=_BY_KEY
)
_terms = Query(
    select(project_policies.c.services, project_policies.c.models, project_policies.c.withheld).where(
        project_policies.c.project_id == bindparam("project_id")
    ),
    unscoped="the project was found by its key or in the caller's scope",
)
_keys_of = Query(
    select(tenancy.app_keys.c.app_key).where(
        tenancy.app_keys.c.project_id == bindparam("project_id"), in_scope(tenancy.app_keys)
    )
)
_project_of = Query(
    select(tenancy.app_keys.c.project_id).where(
        tenancy.app_keys.c.app_key == bindparam("app_key"), in_scope(tenancy.app_keys)
    )
)


_switches = Query(
    select(project_models.c.model_id, project_models.c.granted).where(
        project_models.c.project_id == bindparam("project_id")
    ),
    unscoped="the project was found by its key or in the caller's scope",
)
_off = Query(
    select(project_models.c.model_id)
    .join(tenancy.app_keys, tenancy.app_keys.c.project_id == project_models.c.project_id)
    .where(tenancy.app_keys.c.app_key == bindparam("app_key"), project_models.c.granted == 0),
    unscoped=_BY_KEY,
)


class ModelNotGranted(Forbidden):
    """The key was not granted the data model: a call answers 403 until it is. Spec H-66."""

    code = "openapi.model_not_granted"


class Terms(NamedTuple):
    """How keys of a project are granted things; see `project_policies`."""

    services: frozenset[str]
    models: frozenset[str]
    withheld: frozenset[str]


@dataclass(frozen=True, slots=True)
class Models:
    """The data models that an app key may use: asked with `in`."""

    only: frozenset[str] | None
    """The app's grants; None: all."""
    off: frozenset[str] = frozenset()
    """Services that the project's switch withholds from all of its apps."""

    def __contains__(self, model_id: object) -> bool:
        return model_id not in self.off and (self.only is None or model_id in self.only)


async def services_of(db: Reader, app_key: str) -> frozenset[str] | None:
    """The services an app key may call; None: the default set, which is every service there is."""
    stored = await _services.scalar(db, app_key=app_key)
    return None if stored is None else frozenset(msgspec.json.decode(stored, type=list[str]))


async def grant_services(
    scope: Scope, tx: Tx, *, app_key: str, services: Collection[str] | None, offered: Collection[str]
) -> None:
    """Say which services a key may call; None returns it to the default set. Raises NotFound, BadInput.

    A key of a project with terms has no default set, and none of the services withheld from the project.
    """
    await _own(scope, tx, app_key)
    terms = await terms_of(tx, project_id=str(await _project_of.scalar(tx, scope, app_key=app_key)))
    if terms is not None:
        offered = set(offered) - terms.withheld
        services = sorted(offered) if services is None else services
    for name in services or ():
        if name not in offered:
            raise BadInput(field="services", rule="one_of", allowed=", ".join(sorted(offered)))
    row = {
        "app_key": app_key,
        "tenant_id": scope.tenant,
        "services": None if services is None else _json(services),
        "changed_ms": tx.db.clock.now_ms(),
    }
    await tx.upsert(key_policies, [row], keys=("app_key",), update=("services", "changed_ms"))
    tenancy.changed(tx)


async def grant_models(
    scope: Scope, tx: Tx, *, app_key: str, models: Collection[str] | None, offered: Collection[str]
) -> None:
    """Say which data models a key may use; None: all of them. Raises NotFound, BadInput."""
    await _own(scope, tx, app_key)
    for name in models or ():
        if name not in offered:
            raise BadInput(field="models", rule="unknown", given=name)
    row = {
        "app_key": app_key,
        "tenant_id": scope.tenant,
        "services": await _services.scalar(tx, app_key=app_key),
        "models": None if models is None else _json(models),
        "changed_ms": tx.db.clock.now_ms(),
    }
    await tx.upsert(key_policies, [row], keys=("app_key",), update=("models", "changed_ms"))
    tenancy.changed(tx)


async def models_of(db: Reader, app_key: str) -> frozenset[str] | None:
    """The data models an app key may use; None: all."""
    stored = await _models.scalar(db, app_key=app_key)
    return None if stored is None else frozenset(msgspec.json.decode(stored, type=list[str]))


async def may_use_model(scope: Scope, db: Reader, model_id: str) -> None:
    """The one place where a data model is granted or not; people and the platform itself use all of them.

    Raises ModelNotGranted.
    """
    if scope.caller.kind != "app":
        return
    if model_id not in await usable_models(db, scope.caller.id):
        raise ModelNotGranted(model=model_id)


async def usable_models(db: Reader, app_key: str) -> Models:
    """The services and models that a key may use, read, write and be pushed: granted to the app, and switched on for
    its project (C091)."""
    off = await _off.all(db, app_key=app_key)
    return Models(await models_of(db, app_key), frozenset(model_id for (model_id,) in off))


async def project_switches(db: Reader, *, project_id: str) -> dict[str, bool]:
    """The project's own switches by data model; those that were never moved are absent and on."""
    return {model_id: bool(granted) for model_id, granted in await _switches.all(db, project_id=project_id)}


async def switch_models(scope: Scope, tx: Tx, *, project_id: str, switches: Mapping[str, bool]) -> None:
    """Switch data models on or off for a project. The caller looked the project up in its scope."""
    now_ms = tx.db.clock.now_ms()
    rows = [
        {
            "project_id": project_id,
            "model_id": model_id,
            "tenant_id": scope.tenant,
            "granted": int(on),
            "changed_ms": now_ms,
        }
        for model_id, on in switches.items()
    ]
    await tx.upsert(project_models, rows, keys=("project_id", "model_id"), update=("granted", "changed_ms"))
    tenancy.changed(tx)


async def terms_of(db: Reader, *, project_id: str) -> Terms | None:
    """How keys of a project are granted things; None where each gets everything."""
    row = await _terms.one(db, project_id=project_id)
    if row is None:
        return None
    return Terms(*(frozenset(msgspec.json.decode(stored, type=list[str])) for stored in row))


async def set_terms(scope: Scope, tx: Tx, *, project_id: str, terms: Terms) -> None:
    """Set the grants of new keys of a project and the services that no key may have. The caller has found the project
    in its scope."""
    row = {
        "project_id": project_id,
        "tenant_id": scope.tenant,
        "services": _json(terms.services),
        "models": _json(terms.models),
        "withheld": _json(terms.withheld),
        "changed_ms": tx.db.clock.now_ms(),
    }
    update = ("services", "models", "withheld", "changed_ms")
    await tx.upsert(project_policies, [row], keys=("project_id",), update=update)


async def begin_key(scope: Scope, tx: Tx, *, app_key: str, project_id: str) -> None:
    """A new key starts with what its project's terms say; without terms it may do everything."""
    terms = await terms_of(tx, project_id=project_id)
    if terms is None:
        return
    row = {
        "app_key": app_key,
        "tenant_id": scope.tenant,
        "services": _json(terms.services),
        "models": _json(terms.models),
        "changed_ms": tx.db.clock.now_ms(),
    }
    await tx.insert(key_policies, row)
    tenancy.changed(tx)


async def release_services(scope: Scope, tx: Tx, *, project_id: str, services: Collection[str]) -> None:
    """End the withholding of services from a project, and give them to its keys. Raises NotFound."""
    terms = await terms_of(tx, project_id=project_id)
    if terms is None:
        return
    given = frozenset(services)
    changed = Terms(terms.services | given, terms.models, terms.withheld - given)
    await set_terms(scope, tx, project_id=project_id, terms=changed)
    for (app_key,) in await _keys_of.all(tx, scope, project_id=project_id):
        before = await services_of(tx, app_key)
        if before is not None:
            wanted = before | given
            await grant_services(scope, tx, app_key=app_key, services=wanted, offered=wanted)


def _json(names: Collection[str]) -> str:
    return msgspec.json.encode(sorted(set(names))).decode()


async def granted(scope: Scope, db: Reader, *, app_key: str) -> frozenset[str] | None:
    """`services_of` for the key's owner. Raises NotFound."""
    await _own(scope, db, app_key)
    return await services_of(db, app_key)


async def _own(scope: Scope, db: Reader, app_key: str) -> None:
    if await _key_of.one(db, scope, app_key=app_key) is None:
        raise NotFound(what="appKey", id=app_key)
