"""Apply for a project's capabilities, and review applications. Spec B 2.7.1 (B002, B117)."""

from sqlalchemy import bindparam, update

from linli.domains.projects import queries
from linli.domains.projects.capabilities import CAPABILITIES, CapabilityState
from linli.domains.projects.errors import NotUnderReview
from linli.domains.projects.events import CapabilityDecided
from linli.domains.projects.models import project_capabilities
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.scope import Scope

MAX_REASON = 256
_decide = Command(
    update(project_capabilities)
    .where(
        project_capabilities.c.project_id == bindparam("of_project"),
        project_capabilities.c.capability == bindparam("of_capability"),
        project_capabilities.c.state == "applied",
    )
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        reviewer=bindparam("who"),
        reviewed_ms=bindparam("at", type_=INT),
    ),
    unscoped="the project was looked up in the caller's scope",
)


async def apply_for(scope: Scope, tx: Tx, *, project_id: str, capability: str) -> CapabilityState:
    """Apply for a capability. Returns its state: `approved` at once where no review is needed.

    A second application changes nothing, except after a rejection.
    Raises BadInput (an unknown capability), NotFound.
    """
    entry = CAPABILITIES.get(capability)
    if entry is None:
        raise BadInput(field="capability", rule="one_of", allowed=", ".join(CAPABILITIES))
    capabilities = {
        of.capability.code: of.row for of in await queries.list_capabilities(scope, tx, project_id=project_id)
    }
    row = capabilities[capability]
    if row is not None and row.state != "rejected":
        return row.state
    project = await queries.get_project(scope, tx, project_id=project_id)
    now_ms = tx.db.clock.now_ms()
    state: CapabilityState = "applied" if entry.reviewed else "approved"
    capability_row = queries.CapabilityRow(
        project_id=project_id,
        capability=capability,
        tenant_id=project.tenant_id,
        state=state,
        reason="",
        reviewer="",
        applied_ms=now_ms,
        reviewed_ms=None if entry.reviewed else now_ms,
    )
    await tx.upsert(
        project_capabilities,
        [capability_row._asdict()],
        keys=("project_id", "capability"),
        update=("state", "reason", "reviewer", "applied_ms", "reviewed_ms"),
    )
    if not entry.reviewed:
        await emit(tx, CapabilityDecided(project.tenant_id, project_id, capability, True), key=project_id)
    return state


async def decide(
    scope: Scope,
    tx: Tx,
    *,
    project_id: str,
    capability: str,
    approved: bool,
    reviewer: str,
    reason: str = "",
) -> None:
    """Approve or reject an application; a rejection has a reason. `reviewer`: the account's id.

    The caller has checked the reviewer's right. Raises BadInput, NotFound, NotUnderReview.
    """
    reason = reason.strip()
    if not approved and not reason:
        raise BadInput(field="reason", rule="blank")
    if len(reason) > MAX_REASON:
        raise BadInput(field="reason", rule="too_long", limit=MAX_REASON)
    project = await queries.get_project(scope, tx, project_id=project_id)
    changed = await _decide.run(
        tx,
        of_project=project_id,
        of_capability=capability,
        to="approved" if approved else "rejected",
        why=reason,
        who=reviewer,
        at=tx.db.clock.now_ms(),
    )
    if not changed:
        raise NotUnderReview(capability=capability)
    await emit(tx, CapabilityDecided(project.tenant_id, project_id, capability, approved), key=project_id)
