"""Console: what leads to a community and from it: forms, missing places, resubmission, managers, service. Spec A §1.1."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from linli.domains.communities import claim_templates
from linli.domains.communities.console.communities import WIRE, CommunityApplication, CommunityApplied
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.service import applications, details, history, lifecycle
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import administrators, companies
from linli.domains.people.service.organisation import Hand
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
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


class ContactSaid(msgspec.Struct, rename="camel", frozen=True):
    phone: str


class ZoneSaid(msgspec.Struct, rename="camel", frozen=True):
    time_zone: Annotated[str, Meta(description="By its IANA name, e.g. Asia/Shanghai.")]


class CommunityCode(msgspec.Struct, rename="camel", frozen=True):
    """What is posted at the entrances: residents scan it to enter the community's pages."""

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


class ClaimRoutes(Controller):
    path = "/communities"
    tags = ("communities",)

    @put("/{community_id:int}/application", right=Right.COMMUNITIES_APPLY.value, status_code=204)
    async def resubmit(
        self,
        community_id: FromPath[int],
        data: JSONBody[CommunityApplication],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """Hand in a refused application again, corrected."""
        await companies.require_ready(within, db)
        async with db.begin() as tx:
            await applications.resubmit(
                within,
                tx,
                community_id=community_id,
                application=data.said(),
                now_ms=clock.now_ms(),
                wire=WIRE,
            )
            await history.note(
                within, tx, tenant_id=within.tenant, community_id=community_id, action="resubmitted", ids=ids
            )

    @delete("/{community_id:int}/application", right=Right.COMMUNITIES_APPLY.value)
    async def withdraw(
        self, community_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> None:
        """Take away an application that was refused."""
        async with db.begin() as tx:
            await applications.remove(within, tx, community_id=community_id)

    @get("/{community_id:int}/log", right=Right.COMMUNITIES_SEE.value)
    async def log(
        self, community_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[LogEntry]:
        """What became of the claim and of the service, the newest first."""
        await queries.community(within, db, community_id)
        return [
            LogEntry(row.at_ms, row.by, row.action, row.detail)
            for row in await history.of(within, db, community_id)
        ]

    @get("/{community_id:int}/managers", right=Right.COMMUNITIES_SEE.value)
    async def managers(
        self, community_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[ManagerRow]:
        """Who manages the community."""
        row = await queries.community(within, db, community_id)
        own = within.of_tenant(row.tenant_id)
        return [
            ManagerRow(str(number), name, phone)
            for number, name, phone in await administrators.managers(own, db, community_id=community_id)
        ]

    @put("/{community_id:int}/managers", right=Right.COMMUNITIES_APPLY.value, status_code=204)
    async def set_managers(
        self,
        community_id: FromPath[int],
        data: JSONBody[ManagerChoice],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Say who manages a community in management: these persons and no others."""
        row = await queries.community(within, db, community_id)
        lifecycle.require_managed(row)
        async with db.begin() as tx:
            await administrators.set_managers(
                Hand(within, rights, ids),
                tx,
                community_id=community_id,
                name=row.name,
                account_ids=data.account_ids,
            )

    @put("/{community_id:int}/contact", right=Right.HOUSES_MANAGE.value, status_code=204)
    async def set_contact(
        self,
        community_id: FromPath[int],
        data: JSONBody[ContactSaid],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """The property's phone, as residents read it."""
        async with db.begin() as tx:
            await details.set_phone(
                within, tx, community_id=community_id, phone=data.phone, now_ms=clock.now_ms()
            )

    @put("/{community_id:int}/time-zone", right=Right.HOUSES_MANAGE.value, status_code=204)
    async def set_zone(
        self,
        community_id: FromPath[int],
        data: JSONBody[ZoneSaid],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """By whose clocks the community's days and hours go; doors with hours are told anew."""
        async with db.begin() as tx:
            await details.set_zone(
                within, tx, community_id=community_id, zone=data.time_zone, now_ms=clock.now_ms()
            )

    @get("/{community_id:int}/code", right=Right.COMMUNITIES_SEE.value)
    async def code(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        settings: NamedDependency[Settings],
    ) -> CommunityCode:
        """The community's QR code, to save or to print as a poster."""
        row = await queries.community(within, db, community_id)
        lifecycle.require_managed(row)
        url = f"{settings.public_url}/m/c/{community_id}"
        return CommunityCode(row.name, url, qr_image(url))

    @post("/{community_id:int}/service/halt", right=Right.COMMUNITIES_REVIEW.value, status_code=204)
    async def halt(
        self,
        community_id: FromPath[int],
        data: JSONBody[ServiceHalt],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """Suspend or stop the service of a community, with the reason."""
        async with db.begin() as tx:
            await lifecycle.halt(
                within,
                tx,
                community_id=community_id,
                state=data.state,
                reason=data.reason,
                words=data.note,
                ids=ids,
                now_ms=clock.now_ms(),
            )

    @post("/{community_id:int}/service/run", right=Right.COMMUNITIES_REVIEW.value, status_code=204)
    async def run(
        self,
        community_id: FromPath[int],
        data: JSONBody[ServiceRun],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """Let a suspended service run again, or a running one longer."""
        async with db.begin() as tx:
            await lifecycle.resume(
                within,
                tx,
                community_id=community_id,
                service_end=data.service_end,
                ids=ids,
                now_ms=clock.now_ms(),
            )

    @post("/{community_id:int}/service/end", right=Right.ORGANISATION_MANAGE.value, status_code=204)
    async def end_early(
        self,
        community_id: FromPath[int],
        data: JSONBody[EarlyEnd],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """The property announces that its contract ends early: the service stops for good."""
        if not data.note.strip():
            raise BadInput(field="note", rule="required")
        async with db.begin() as tx:
            await lifecycle.halt(
                within,
                tx,
                community_id=community_id,
                state=lifecycle.STOPPED,
                reason="early_end",
                words=data.note,
                ids=ids,
                now_ms=clock.now_ms(),
            )


class ClaimHelpRoutes(Controller):
    path = "/claims"
    tags = ("communities",)

    @get("/support", right=Right.COMMUNITIES_SEE.value)
    async def support(self, settings: NamedDependency[Settings]) -> SupportShown:
        """Whom to ask how far an application is."""
        said = settings.support
        return SupportShown(said.group, said.phone, said.hours)

    @get("/templates/{kind:str}", right=Right.COMMUNITIES_APPLY.value)
    async def template(
        self,
        kind: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        community: FromQuery[str] = "",
    ) -> Response[str]:
        """The form that a managing body fills in, stamps and photographs: a page to print."""
        if kind not in claim_templates.KINDS:
            raise NotFound(what="file", id=kind)
        company = await companies.company(within, db)
        name = (company and company.company_name) or (await tenancy.get_tenant(db, within.tenant)).name
        page = claim_templates.document(
            kind, language=within.language, company=name, community=community.strip()[:64]
        )
        headers = {"content-disposition": f'attachment; filename="linli-claim-{kind}.html"'}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    @get("/ending", right=Right.COMMUNITIES_SEE.value)
    async def ending(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], clock: NamedDependency[Clock]
    ) -> list[EndingRow]:
        """Communities whose service ends within thirty days."""
        rows = await lifecycle.ending_soon(within, db, now_ms=clock.now_ms())
        return [EndingRow(str(row.community_id), row.name, row.service_end) for row in rows]


class OnBehalfRoutes(Controller):
    path = "/community-reviews/on-behalf"
    tags = ("communities",)

    @post("/", right=Right.COMMUNITIES_REVIEW.value, status_code=201)
    async def claim_for(
        self,
        data: JSONBody[ForCustomer],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> CommunityApplied:
        """Enter and approve a community for a customer who handed in papers. Spec B011."""
        if not data.paper.strip():
            raise BadInput(field="paper", rule="paper")
        if len(data.paper) > 200:
            raise BadInput(field="paper", rule="too_long", limit=200)
        tenant = await tenancy.get_tenant(db, data.tenant_id)
        owner = Scope.system(tenant.id, f"operator {within.caller.id}")
        now_ms = clock.now_ms()
        async with db.begin() as tx:
            # The proofs are on paper: the operator has seen them.
            said = msgspec.structs.replace(data.said(), certificates=[], body_kind="")
            community_id = await applications.apply(owner, tx, application=said, now_ms=now_ms, wire=WIRE)
            await applications.approve(
                within, tx, community_id=community_id, reviewer=within.caller.id, ids=ids, now_ms=now_ms
            )
            await history.note(
                within,
                tx,
                tenant_id=tenant.id,
                community_id=community_id,
                action="on_behalf",
                ids=ids,
                detail=data.paper.strip(),
            )
        return CommunityApplied(str(community_id))
