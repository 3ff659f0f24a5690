"""Console: the way to a community and out of it: forms, missing places, resubmission, managers, service. Spec A §1.1."""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from msgspec import Meta

from linli.domains.communities import claim_templates
from linli.domains.communities.console.communities import WIRE, CommunityApplication, CommunityApplied
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.service import applications, details, history, lifecycle
from linli.domains.communities.service.applications import (
    NotUnderReview,
    OnlyRejectedDeleted,
    OnlyRejectedResubmitted,
)
from linli.domains.communities.service.lifecycle import NotInManagement, ServiceStopped
from linli.domains.people.rights import Right
from linli.domains.people.service import administrators, companies
from linli.domains.people.service.companies import ContractMissing, ServiceEnded
from linli.domains.people.service.organisation import CannotGive, Hand
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes, WholeScope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.qr import qr_image
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings


class SupportShown(msgspec.Struct, rename="camel", frozen=True):
    group: str
    phone: str
    hours: str


class ManagerRow(msgspec.Struct, rename="camel", frozen=True):
    account_id: str
    name: str
    phone: str


class ManagerChoice(msgspec.Struct, rename="camel", frozen=True):
    account_ids: list[int]


class ContactForm(msgspec.Struct, rename="camel", frozen=True):
    phone: str


class PlaceForm(msgspec.Struct, rename="camel", frozen=True):
    address: str
    city: str = ""
    lng: Annotated[
        float | None, Meta(description="Degrees on the map (GCJ-02); null with lat: not on it.")
    ] = None
    lat: float | None = None


class ZoneForm(msgspec.Struct, rename="camel", frozen=True):
    time_zone: Annotated[str, Meta(description="By its IANA name, e.g. Asia/Shanghai.")]


class CommunityCode(msgspec.Struct, rename="camel", frozen=True):
    """The poster for the entrances: residents scan it to enter the community's pages."""

    name: str
    url: str
    qr: str


class LogEntry(msgspec.Struct, rename="camel", frozen=True):
    at_ms: int
    by: str
    action: str
    detail: str


class ServiceHalt(msgspec.Struct, rename="camel", frozen=True):
    state: Literal["suspended", "stopped"]
    reason: Annotated[str, Meta(description="expired, early_end, false_identity, breach, unpaid, authority")]
    note: str = ""


class ServiceRun(msgspec.Struct, rename="camel", frozen=True):
    service_end: Annotated[str, Meta(description="yyyy-MM-dd, the last day of the new contract.")]


class EarlyEnd(msgspec.Struct, rename="camel", frozen=True):
    note: str


class EndingRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    service_end: str


class ForCustomer(CommunityApplication, rename="camel", frozen=True, kw_only=True):
    tenant_id: str
    paper: Annotated[str, Meta(description="Which papers were handed in, and where they are kept.")]


claim_routes = Routes("/communities", tags=("communities",))


@claim_routes.put(
    "/{community_id:int}/application",
    right=Right.COMMUNITIES_APPLY,
    raises=(NotFound, ContractMissing, OnlyRejectedResubmitted, ServiceEnded),
)
async def resubmit(
    community_id: int, data: CommunityApplication, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Hand in a refused application again, corrected."""
    await companies.require_ready(scope, tx)
    await applications.resubmit(
        scope, tx, community_id=community_id, application=data.application(), now_ms=clock.now_ms(), wire=WIRE
    )
    await history.note(
        scope, tx, tenant_id=scope.tenant, community_id=community_id, action="resubmitted", ids=ids
    )


@claim_routes.delete(
    "/{community_id:int}/application", right=Right.COMMUNITIES_APPLY, raises=(NotFound, OnlyRejectedDeleted)
)
async def withdraw(community_id: int, scope: WholeScope, tx: Tx) -> None:
    """Take away an application that was refused."""
    await applications.remove(scope, tx, community_id=community_id)


@claim_routes.get("/{community_id:int}/log", right=Right.COMMUNITIES_SEE)
async def log(community_id: int, scope: Scope, db: Database) -> list[LogEntry]:
    """The history of the claim and of the service, the newest first."""
    await queries.community(scope, db, community_id)
    return [
        LogEntry(row.at_ms, row.by, row.action, row.detail)
        for row in await history.of(scope, db, community_id)
    ]


@claim_routes.get("/{community_id:int}/managers", right=Right.COMMUNITIES_SEE, raises=(NotFound,))
async def managers(community_id: int, scope: WholeScope, db: Database) -> list[ManagerRow]:
    """The managers of the community."""
    row = await queries.community(scope, db, community_id)
    own = scope.of_tenant(row.tenant_id)
    return [
        ManagerRow(str(number), name, phone)
        for number, name, phone in await administrators.managers(own, db, community_id=community_id)
    ]


@claim_routes.put(
    "/{community_id:int}/managers",
    right=Right.COMMUNITIES_APPLY,
    raises=(NotFound, CannotGive, NotInManagement),
)
async def set_managers(community_id: int, data: ManagerChoice, hand: Hand, tx: Tx) -> None:
    """Say who manages a community in management: these persons and no others."""
    row = await queries.community(hand.scope, tx, community_id)
    lifecycle.require_managed(row)
    await administrators.set_managers(
        hand, tx, community_id=community_id, name=row.name, account_ids=data.account_ids
    )


@claim_routes.put("/{community_id:int}/contact", right=Right.HOUSES_MANAGE, raises=(NotFound,))
async def set_contact(community_id: int, data: ContactForm, scope: WholeScope, tx: Tx, clock: Clock) -> None:
    """The property's phone, as residents read it."""
    await details.set_phone(scope, tx, community_id=community_id, phone=data.phone, now_ms=clock.now_ms())


@claim_routes.put("/{community_id:int}/place", right=Right.HOUSES_MANAGE, raises=(NotFound,))
async def set_place(
    community_id: int, data: PlaceForm, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Where the community is: city, address, place on the map. Its history keeps what they were."""
    place = details.Place(data.city, data.address, data.lng, data.lat)
    await details.set_place(scope, tx, community_id=community_id, place=place, ids=ids, now_ms=clock.now_ms())


@claim_routes.put("/{community_id:int}/time-zone", right=Right.HOUSES_MANAGE, raises=(NotFound,))
async def set_zone(community_id: int, data: ZoneForm, scope: WholeScope, tx: Tx, clock: Clock) -> None:
    """Set the community's time zone; doors with hours get them again."""
    await details.set_zone(scope, tx, community_id=community_id, zone=data.time_zone, now_ms=clock.now_ms())


@claim_routes.get("/{community_id:int}/code", right=Right.COMMUNITIES_SEE, raises=(NotInManagement,))
async def code(community_id: int, scope: Scope, db: Database, settings: Settings) -> CommunityCode:
    """The community's QR code, to save or to print as a poster."""
    row = await queries.community(scope, db, community_id)
    lifecycle.require_managed(row)
    url = f"{settings.public_url}/m/c/{community_id}"
    return CommunityCode(row.name, url, qr_image(url))


@claim_routes.post(
    "/{community_id:int}/service/halt",
    right=Right.COMMUNITIES_REVIEW,
    raises=(NotFound, NotInManagement, ServiceStopped),
)
async def halt(
    community_id: int, data: ServiceHalt, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Suspend or stop the service of a community, with the reason."""
    await lifecycle.halt(
        scope,
        tx,
        community_id=community_id,
        state=data.state,
        reason=data.reason,
        words=data.note,
        ids=ids,
        now_ms=clock.now_ms(),
    )


@claim_routes.post(
    "/{community_id:int}/service/run",
    right=Right.COMMUNITIES_REVIEW,
    raises=(NotFound, NotInManagement, ServiceStopped),
)
async def run(community_id: int, data: ServiceRun, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock) -> None:
    """Let a suspended service run again, or a running one longer."""
    await lifecycle.resume(
        scope, tx, community_id=community_id, service_end=data.service_end, ids=ids, now_ms=clock.now_ms()
    )


@claim_routes.post(
    "/{community_id:int}/service/end",
    right=Right.ORGANISATION_MANAGE,
    raises=(NotFound, NotInManagement, ServiceStopped),
)
async def end_early(
    community_id: int, data: EarlyEnd, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """The property announces that its contract ends early: the service stops for good."""
    if not data.note.strip():
        raise BadInput(field="note", rule="required")
    await lifecycle.halt(
        scope,
        tx,
        community_id=community_id,
        state=lifecycle.STOPPED,
        reason="early_end",
        words=data.note,
        ids=ids,
        now_ms=clock.now_ms(),
    )


claim_help_routes = Routes("/claims", tags=("communities",))


@claim_help_routes.get("/support", right=Right.COMMUNITIES_SEE)
async def support(settings: Settings) -> SupportShown:
    """The contact for questions about an application."""
    contact = settings.support
    return SupportShown(contact.group, contact.phone, contact.hours)


@claim_help_routes.get("/templates/{kind:str}", right=Right.COMMUNITIES_APPLY, raises=(NotFound,))
async def template(kind: str, scope: Scope, db: Database, community: str = "") -> Response[str]:
    """The form that a managing body fills in, stamps and photographs: a page to print."""
    if kind not in claim_templates.KINDS:
        raise NotFound(what="file", id=kind)
    company = await companies.company(scope, db)
    name = (company and company.company_name) or (await tenancy.get_tenant(db, scope.tenant)).name
    page = claim_templates.document(
        kind, language=scope.language, company=name, community=community.strip()[:64]
    )
    headers = {"content-disposition": f'attachment; filename="linli-claim-{kind}.html"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


@claim_help_routes.get("/ending", right=Right.COMMUNITIES_SEE)
async def ending(scope: Scope, db: Database, clock: Clock) -> list[EndingRow]:
    """Communities whose service ends within thirty days."""
    rows = await lifecycle.ending_soon(scope, db, now_ms=clock.now_ms())
    return [EndingRow(str(row.community_id), row.name, row.service_end) for row in rows]


on_behalf_routes = Routes("/community-reviews/on-behalf", tags=("communities",))


@on_behalf_routes.post(right=Right.COMMUNITIES_REVIEW, raises=(NotFound, NotUnderReview))
async def claim_for(data: ForCustomer, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> CommunityApplied:
    """Enter and approve a community for a customer who handed in papers. Spec B011."""
    if not data.paper.strip():
        raise BadInput(field="paper", rule="paper")
    if len(data.paper) > 200:
        raise BadInput(field="paper", rule="too_long", limit=200)
    tenant = await tenancy.get_tenant(tx, data.tenant_id)
    owner = Scope.system(tenant.id, f"operator {scope.caller.id}")
    now_ms = clock.now_ms()
    # The proofs are on paper: the operator has seen them.
    application = msgspec.structs.replace(data.application(), certificates=[], body_kind="")
    community_id = await applications.apply(owner, tx, application=application, now_ms=now_ms, wire=WIRE)
    await applications.approve(
        scope, tx, community_id=community_id, reviewer=scope.caller.id, ids=ids, now_ms=now_ms
    )
    await history.note(
        scope,
        tx,
        tenant_id=tenant.id,
        community_id=community_id,
        action="on_behalf",
        ids=ids,
        detail=data.paper.strip(),
    )
    return CommunityApplied(str(community_id))
