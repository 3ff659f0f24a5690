"""Console: projects of the application platform with their details and capabilities. Spec B 2.7.1, 2.5.3 §3, F1."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from linli.databus import registry
from linli.domains.projects import queries
from linli.domains.projects.capabilities import CAPABILITIES, RESERVED
from linli.domains.projects.service import capabilities
from linli.domains.projects.service import projects as service
from linli.domains.projects.service.grants import KeyTerms
from linli.domains.projects.service.projects import ProjectFacts
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.tenancy import ProjectNameTaken
from linli.openapi.assembly import OpenApi
from linli.openapi.policies import ALWAYS_GRANTED


class PlatformProject(msgspec.Struct, rename="camel", frozen=True):
    project_id: str
    name: str
    kind: Annotated[str, Meta(description="digital_community (数字社区); empty: made without details.")]
    state: Annotated[str, Meta(description="development (开发态) or integration (集成态)")]
    client_name: str
    start_ms: int | None
    end_ms: int | None
    deployment: Annotated[str, Meta(description="public_cloud or own")]
    joined_ms: int | None
    created_ms: int

    @staticmethod
    def of(row: queries.Project) -> "PlatformProject":
        return PlatformProject(**_facts(row))


class CapabilityRow(msgspec.Struct, rename="camel", frozen=True):
    code: str
    name: str
    reviewed: bool
    state: Annotated[str, Meta(description="applied, approved, rejected; empty: not asked for.")]
    reason: str
    applied_ms: int | None
    reviewed_ms: int | None


class PlatformProjectDetail(PlatformProject, rename="camel", frozen=True):
    description: str
    default_app_key: str | None
    root_space_id: str | None
    capabilities: list[CapabilityRow]


class ProjectForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    name: str
    client_name: str
    start_ms: int
    end_ms: int
    description: str = ""
    deployment: str = "public_cloud"


class NewPlatformProject(ProjectForm, rename="camel", frozen=True, kw_only=True):
    capabilities: Annotated[list[str], Meta(description="Ticked beside 数字社区.")] = []
    services: Annotated[
        list[str], Meta(description="Services for its keys beside those that come along.")
    ] = []
    models: Annotated[list[str], Meta(description="Data models that its keys may use.")] = []


class CreatedPlatformProject(msgspec.Struct, rename="camel", frozen=True):
    project_id: str


class StateChoice(msgspec.Struct, rename="camel", frozen=True):
    state: Literal["development", "integration"]


class CapabilityWanted(msgspec.Struct, rename="camel", frozen=True):
    capability: str


class Choices(msgspec.Struct, rename="camel", frozen=True):
    """The choices for a new project."""

    capabilities: list[CapabilityRow]
    services: Annotated[list[str], Meta(description="That can be ticked beside those of capabilities.")]
    models: list[str]


def _facts(row: queries.Project) -> dict[str, Any]:
    return {
        "project_id": row.project_id,
        "name": row.name,
        "kind": row.kind,
        "state": row.state,
        "client_name": row.client_name,
        "start_ms": row.start_ms,
        "end_ms": row.end_ms,
        "deployment": row.deployment,
        "joined_ms": row.joined_ms,
        "created_ms": row.created_ms,
    }


def _capability_row(capability_of: queries.CapabilityOf, language: str) -> CapabilityRow:
    capability, row = capability_of.capability, capability_of.row
    name = capability.name_en if language == "en" else capability.name
    if row is None:
        return CapabilityRow(capability.code, name, capability.reviewed, "", "", None, None)
    return CapabilityRow(
        capability.code, name, capability.reviewed, row.state, row.reason, row.applied_ms, row.reviewed_ms
    )


def _facts_of(data: ProjectForm) -> ProjectFacts:
    return ProjectFacts(
        client_name=data.client_name,
        description=data.description,
        start_ms=data.start_ms,
        end_ms=data.end_ms,
        deployment=data.deployment,
    )


def model_ids() -> list[str]:
    return list(dict.fromkeys(model.model_id for model in registry.load()))


platform_project_routes = Routes("/app-platform/projects", tags=("projects",))


class ProjectFilter(Filter, frozen=True):
    """Projects, as their list is asked for."""

    q: Annotated[str, Meta(description="A part of the name, or a whole projectId.")] = ""


@platform_project_routes.get(right="projects.use")
async def list_projects(
    scope: Scope, db: Database, page: PageRequest, where: ProjectFilter
) -> Page[PlatformProject]:
    """Projects in sight, the newest first."""
    matches = await queries.list_projects(scope, db, page=page, text=where.q.strip())
    return Page.of(page, matches.total, [PlatformProject.of(row) for row in matches.data])


@platform_project_routes.get("/choices", right="projects.use")
async def choices(scope: Scope, openapi: OpenApi) -> Choices:
    """Capabilities, services and data models to choose from for a new project."""
    come = {service for capability in CAPABILITIES.values() for service in capability.services} | RESERVED
    services = [code for code in openapi.registry.services() if code not in come and code != ALWAYS_GRANTED]
    shown = [
        _capability_row(queries.CapabilityOf(capability, None), scope.language)
        for capability in CAPABILITIES.values()
    ]
    return Choices(shown, services, model_ids())


@platform_project_routes.post(right="projects.manage", raises=(ProjectNameTaken,))
async def create(
    data: NewPlatformProject, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets, openapi: OpenApi
) -> CreatedPlatformProject:
    """A project of type 数字社区 with its default app. Capabilities with a review are applied for."""
    for field, given, allowed in (
        ("services", data.services, openapi.registry.services()),
        ("models", data.models, model_ids()),
    ):
        if unknown := set(given) - set(allowed):
            raise BadInput(field=field, rule="unknown", given=min(unknown))
    project_id = await service.create_project(
        scope,
        tx,
        new=service.NewProject(
            name=data.name,
            facts=_facts_of(data),
            terms=KeyTerms(services=data.services, models=data.models, known_models=model_ids()),
        ),
        ids=ids,
        secrets=secrets,
    )
    whole = Scope(scope.tenant, scope.caller)
    for capability in data.capabilities:
        await capabilities.apply_for(whole, tx, project_id=project_id, capability=capability)
    return CreatedPlatformProject(project_id)


@platform_project_routes.get("/{project_id:str}", right="projects.use", raises=(NotFound,))
async def detail(project_id: str, scope: Scope, db: Database) -> PlatformProjectDetail:
    """One project with its capabilities."""
    row = await queries.get_project(scope, db, project_id=project_id)
    capability_ofs = await queries.list_capabilities(scope, db, project_id=project_id)
    return PlatformProjectDetail(
        **_facts(row),
        description=row.description,
        default_app_key=row.default_app_key,
        root_space_id=None if row.root_space_id is None else str(row.root_space_id),
        capabilities=[_capability_row(capability_of, scope.language) for capability_of in capability_ofs],
    )


@platform_project_routes.put(
    "/{project_id:str}", right="projects.manage", raises=(NotFound, ProjectNameTaken)
)
async def change(project_id: str, data: ProjectForm, scope: Scope, tx: Tx, ids: Ids) -> None:
    """Change what is said of the project."""
    await service.describe_project(scope, tx, project_id=project_id, facts=_facts_of(data), ids=ids)
    await service.rename_project(scope, tx, project_id=project_id, name=data.name)


@platform_project_routes.put("/{project_id:str}/state", right="projects.manage", raises=(NotFound,))
async def set_state(project_id: str, data: StateChoice, scope: Scope, tx: Tx) -> None:
    """Move the project between 开发态 and 集成态."""
    await service.set_state(scope, tx, project_id=project_id, state=data.state)


@platform_project_routes.post("/{project_id:str}/capabilities", right="projects.manage", raises=(NotFound,))
async def apply_for(project_id: str, data: CapabilityWanted, scope: Scope, tx: Tx) -> None:
    """Apply for a capability; the operator reviews those that need it."""
    await capabilities.apply_for(scope, tx, project_id=project_id, capability=data.capability)


@platform_project_routes.post("/{project_id:str}/join", right="projects.manage", raises=(NotFound,))
async def join(project_id: str, scope: Scope, tx: Tx, ids: Ids) -> None:
    """Join the management platform: communities are applied for by API from now on."""
    await service.join_platform(scope, tx, project_id=project_id, ids=ids)
