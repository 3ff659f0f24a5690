"""Console: the operator's queue of capabilities to review (B002)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.projects import queries
from linli.domains.projects.capabilities import CAPABILITIES
from linli.domains.projects.errors import NotUnderReview
from linli.domains.projects.service import capabilities
from linli.kernel import tenancy
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class CapabilityReview(msgspec.Struct, rename="camel", frozen=True):
    project_id: str
    project_name: str
    tenant_name: str
    client_name: str
    capability: str
    name: str
    applied_ms: int


class CapabilityDecision(msgspec.Struct, rename="camel", frozen=True):
    approved: bool
    reason: Annotated[str, Meta(description="A rejection says why.")] = ""


capability_review_routes = Routes("/app-platform/reviews", tags=("projects",))


@capability_review_routes.get(right="capabilities.review")
async def list_reviews(scope: Scope, db: Database, page: PageRequest) -> Page[CapabilityReview]:
    """Capabilities waiting for a decision, of every tenant, the oldest first."""
    applications = await queries.list_applied(scope, db, page=page)
    rows = []
    for row in applications.data:
        project = await queries.get_project(scope, db, project_id=row.project_id)
        tenant = await tenancy.get_tenant(db, row.tenant_id)
        capability = CAPABILITIES[row.capability]
        name = capability.name_en if scope.language == "en" else capability.name
        rows.append(
            CapabilityReview(
                row.project_id,
                project.name,
                tenant.name,
                project.client_name,
                capability.code,
                name,
                row.applied_ms,
            )
        )
    return Page.of(page, applications.total, rows)


@capability_review_routes.post(
    "/{project_id:str}/{capability:str}", right="capabilities.review", raises=(NotFound, NotUnderReview)
)
async def decide(project_id: str, capability: str, data: CapabilityDecision, scope: Scope, tx: Tx) -> None:
    """Approve, or reject with a reason."""
    await capabilities.decide(
        scope,
        tx,
        project_id=project_id,
        capability=capability,
        approved=data.approved,
        reviewer=scope.caller.id,
        reason=data.reason,
    )
