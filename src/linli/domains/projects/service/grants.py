"""The services that a project's keys may call, and their data models. Spec B117, H-66, F1.

Keys of a project from the console may call the services of its approved capabilities and the ticked services. Services
of a capability under review are withheld. A project that an app creates by API gets the rights of the app's own key, so
that nobody gains rights by creating a project.
"""

from collections.abc import Collection, Sequence

import msgspec

from linli.domains.projects.capabilities import CAPABILITIES, DIGITAL_COMMUNITY, RESERVED
from linli.domains.projects.events import CapabilityDecided
from linli.domains.projects.queries import Project
from linli.kernel import tenancy
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi import policies
from linli.openapi.policies import Terms


class KeyTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Services that keys of every new project get, beside those of its approved capabilities."""

    services: Sequence[str] = ()
    models: Sequence[str] = ()
    known_models: Sequence[str] = ()
    """Every data model. Services that were not ticked are off for the project until somebody authorises them."""


async def begin_grants(
    scope: Scope, tx: Tx, *, project_id: str, app_key: str, terms: KeyTerms | None
) -> None:
    """Terms of a new project, and grants of its first key. Raises BadInput."""
    whole = Scope.system(scope.tenant)
    if scope.caller.kind == "app":
        services = await policies.services_of(tx, scope.caller.id)
        models = await policies.models_of(tx, scope.caller.id)
        if services is not None:
            await policies.grant_services(whole, tx, app_key=app_key, services=services, offered=services)
        if models is not None:
            await policies.grant_models(whole, tx, app_key=app_key, models=models, offered=models)
    if terms is None:
        return
    if reserved := set(terms.services) & RESERVED:
        raise BadInput(field="services", rule="project.not_approved", service=min(reserved))
    services = frozenset((*CAPABILITIES[DIGITAL_COMMUNITY].services, *terms.services))
    new_terms = Terms(services, frozenset(terms.models), RESERVED)
    await policies.set_terms(whole, tx, project_id=project_id, terms=new_terms)
    await policies.begin_key(whole, tx, app_key=app_key, project_id=project_id)
    if terms.known_models:
        switches = {model_id: model_id in new_terms.models for model_id in terms.known_models}
        await policies.switch_models(whole, tx, project_id=project_id, switches=switches)


async def capability_decided(tx: Tx, event: CapabilityDecided) -> None:
    """Inline: give the project's keys the services of an approved capability."""
    services = CAPABILITIES[event.capability].services
    if event.approved and services:
        await policies.release_services(
            Scope.system(event.tenant_id), tx, project_id=event.project_id, services=services
        )


async def authorise_model(
    scope: Scope,
    tx: Tx,
    *,
    project: Project,
    model_id: str,
    by_project: bool,
    by_app: bool,
    known_models: Collection[str],
) -> None:
    """Authorise a data model for a project (数据集成 授权) and for its default app; both are needed to use it (C091).

    Raises BadInput.
    """
    if model_id not in known_models:
        raise BadInput(field="model_id", rule="unknown")
    await policies.switch_models(scope, tx, project_id=project.project_id, switches={model_id: by_project})
    if not project.default_app_key:
        return
    models = await policies.models_of(tx, project.default_app_key)
    if models is None and by_app:
        return
    wanted = (frozenset(known_models) if models is None else models) - {model_id} | (
        {model_id} if by_app else frozenset()
    )
    await policies.grant_models(
        scope, tx, app_key=project.default_app_key, models=wanted, offered={*known_models, *wanted}
    )


async def set_grants(
    scope: Scope,
    tx: Tx,
    *,
    project_id: str,
    app_key: str,
    services: Collection[str] | None,
    models: Collection[str] | None,
    known_services: Collection[str],
    known_models: Collection[str],
) -> None:
    """Set what one key of a project may call and use; None: everything. Raises BadInput, NotFound."""
    row = await tenancy.find_app_key(tx, app_key)
    if row is None or row.project_id != project_id:
        raise NotFound(what="appKey", id=app_key)
    await policies.grant_services(scope, tx, app_key=app_key, services=services, offered=known_services)
    await policies.grant_models(scope, tx, app_key=app_key, models=models, offered=known_models)
