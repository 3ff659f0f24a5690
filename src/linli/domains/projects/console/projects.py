"""Console: projects of the application platform with their details and capabilities. Spec B 2.7.1, 2.5.3 §3, F1."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from linli.databus import registry
from linli.domains.projects import queries
from linli.domains.projects.capabilities import CAPABILITIES, RESERVED
from linli.domains.projects.service import capabilities
from linli.domains.projects.service import projects as service
from linli.domains.projects.service.grants import KeyTerms
from linli.domains.projects.service.projects import ProjectFacts
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
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


class ProjectSaid(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    name: str
    client_name: str
    start_ms: int
    end_ms: int
    description: str = ""
    deployment: str = "public_cloud"


class NewPlatformProject(ProjectSaid, rename="camel", frozen=True, kw_only=True):
    capabilities: Annotated[list[str], Meta(description="Ticked beside 数字社区.")] = []
    services: Annotated[
        list[str], Meta(description="Services for its keys beside those that come along.")
    ] = []
    models: Annotated[list[str], Meta(description="Data models that its keys may use.")] = []


class PlatformProjectMade(msgspec.Struct, rename="camel", frozen=True):
    project_id: str


class StateChoice(msgspec.Struct, rename="camel", frozen=True):
    state: Literal["development", "integration"]


class CapabilityWanted(msgspec.Struct, rename="camel", frozen=True):
    capability: str


class Choices(msgspec.Struct, rename="camel", frozen=True):
    """What a new project can be given."""

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


def _told(one: queries.CapabilityOf, language: str) -> CapabilityRow:
    capability, row = one.capability, one.row
    name = capability.name_en if language == "en" else capability.name
    if row is None:
        return CapabilityRow(capability.code, name, capability.reviewed, "", "", None, None)
    return CapabilityRow(
        capability.code, name, capability.reviewed, row.state, row.reason, row.applied_ms, row.reviewed_ms
    )


def _said(data: ProjectSaid) -> ProjectFacts:
    return ProjectFacts(
        client_name=data.client_name,
        description=data.description,
        start_ms=data.start_ms,
        end_ms=data.end_ms,
        deployment=data.deployment,
    )


def model_ids() -> list[str]:
    return list(dict.fromkeys(model.model_id for model in registry.load()))


class PlatformProjectRoutes(Controller):
    path = "/app-platform/projects"
    tags = ("projects",)

    @get("/", right="projects.use")
    async def list_projects(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of the name, or a whole projectId.")] = "",
    ) -> Page[PlatformProject]:
        """Projects in sight, the newest first."""
        found = await queries.list_projects(within, db, page=page, text=q.strip())
        return Page.of(page, found.total, [PlatformProject.of(row) for row in found.data])

    @get("/choices", right="projects.use")
    async def choices(self, within: NamedDependency[Scope], openapi: NamedDependency[OpenApi]) -> Choices:
        """Capabilities, services and data models to choose from for a new project."""
        come = {service for one in CAPABILITIES.values() for service in one.services} | RESERVED
        services = [one for one in openapi.registry.services() if one not in come and one != ALWAYS_GRANTED]
        shown = [_told(queries.CapabilityOf(one, None), within.language) for one in CAPABILITIES.values()]
        return Choices(shown, services, model_ids())

    @post("/", right="projects.manage", status_code=201)
    async def create(
        self,
        data: JSONBody[NewPlatformProject],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        openapi: NamedDependency[OpenApi],
    ) -> PlatformProjectMade:
        """A project of type 数字社区 with its default app; what needs review is applied for."""
        for field, given, known in (
            ("services", data.services, openapi.registry.services()),
            ("models", data.models, model_ids()),
        ):
            if unknown := set(given) - set(known):
                raise BadInput(field=field, rule="unknown", given=min(unknown))
        async with db.begin() as tx:
            project_id = await service.create_project(
                within,
                tx,
                name=data.name,
                facts=_said(data),
                ids=ids,
                secrets=secrets,
                terms=KeyTerms(services=data.services, models=data.models, known_models=model_ids()),
            )
            whole = Scope(within.tenant, within.caller)
            for capability in data.capabilities:
                await capabilities.apply_for(whole, tx, project_id=project_id, capability=capability)
        return PlatformProjectMade(project_id)

    @get("/{project_id:str}", right="projects.use")
    async def detail(
        self, project_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> PlatformProjectDetail:
        """One project with its capabilities."""
        row = await queries.get_project(within, db, project_id=project_id)
        held = await queries.list_capabilities(within, db, project_id=project_id)
        return PlatformProjectDetail(
            **_facts(row),
            description=row.description,
            default_app_key=row.default_app_key,
            root_space_id=None if row.root_space_id is None else str(row.root_space_id),
            capabilities=[_told(one, within.language) for one in held],
        )

    @put("/{project_id:str}", right="projects.manage", status_code=204)
    async def change(
        self,
        project_id: FromPath[str],
        data: JSONBody[ProjectSaid],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Change what is said of the project."""
        async with db.begin() as tx:
            await service.describe_project(within, tx, project_id=project_id, facts=_said(data), ids=ids)
            await service.rename_project(within, tx, project_id=project_id, name=data.name)

    @put("/{project_id:str}/state", right="projects.manage", status_code=204)
    async def set_state(
        self,
        project_id: FromPath[str],
        data: JSONBody[StateChoice],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Move the project between 开发态 and 集成态."""
        async with db.begin() as tx:
            await service.set_state(within, tx, project_id=project_id, state=data.state)

    @post("/{project_id:str}/capabilities", right="projects.manage", status_code=204)
    async def apply_for(
        self,
        project_id: FromPath[str],
        data: JSONBody[CapabilityWanted],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Apply for a capability; the operator reviews those that need it."""
        async with db.begin() as tx:
            await capabilities.apply_for(within, tx, project_id=project_id, capability=data.capability)

    @post("/{project_id:str}/join", right="projects.manage", status_code=204)
    async def join(
        self,
        project_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Join the management platform: communities are applied for by API from now on."""
        async with db.begin() as tx:
            await service.join_platform(within, tx, project_id=project_id, ids=ids)
