"""Console: a cloud account's communities move to an organisation. Spec A §1.1 (ONB-11)."""

import secrets as system_secrets
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.accounts.service import sessions
from linli.domains.accounts.service import upgrades as upgrade
from linli.domains.accounts.service.upgrades import AlreadyOrganisation, OrganisationHolds, RoleNamesClash
from linli.domains.communities.queries import communities
from linli.domains.communities.rows import APPROVED
from linli.domains.people.rights import SIGNED_IN, Right, Rights, Role
from linli.domains.people.service import companies
from linli.domains.people.service.companies import ServiceEnded
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.qr import qr_image
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings


class UpgradePossible(msgspec.Struct, rename="camel", frozen=True):
    possible: Annotated[bool, Meta(description="The company is a cloud account's and no organisation yet.")]


class UpgradeShown(msgspec.Struct, rename="camel", frozen=True):
    ticket: str
    url: str
    qr: str
    expires_ms: int


class UpgradeState(msgspec.Struct, rename="camel", frozen=True):
    state: Annotated[str, Meta(description="waiting, done, refused, expired")]
    organisation: str


class OwnOrganisation(msgspec.Struct, rename="camel", frozen=True):
    tenant_id: str
    name: str


class UpgradeAsked(msgspec.Struct, rename="camel", frozen=True):
    """The view of an organisation's administrator who scanned the code."""

    state: str
    company: str
    communities: Annotated[list[str], Meta(description="Names of those that would move, at most 100.")]
    organisations: Annotated[list[OwnOrganisation], Meta(description="Those that the caller administers.")]


class UpgradeDecision(msgspec.Struct, rename="camel", frozen=True):
    yes: bool
    tenant_id: str = ""


# On the desktop of the cloud account.
upgrade_routes = Routes("/organisation/upgrade", tags=("organisation",))


@upgrade_routes.get(right=Right.ORGANISATION_MANAGE)
async def possible(scope: Scope, db: Database) -> UpgradePossible:
    """Whether there is anything to upgrade."""
    return UpgradePossible(await companies.company(scope, db) is None)


@upgrade_routes.post(right=Right.ORGANISATION_MANAGE, raises=(AlreadyOrganisation,))
async def begin(
    scope: Scope, session: sessions.Session, tx: Tx, settings: Settings, clock: Clock
) -> UpgradeShown:
    """A QR code for the administrator of an organisation: good for ten minutes, once."""
    ticket = system_secrets.token_urlsafe(18)
    expires = await upgrade.begin(
        scope, tx, account_id=session.account_id, ticket=ticket, now_ms=clock.now_ms()
    )
    url = f"{settings.public_url}/upgrade/{ticket}"
    return UpgradeShown(ticket, url, qr_image(url), expires)


# On the phone of an organisation's administrator, and what the desktop asks while it waits.
upgrade_offer_routes = Routes("/session/upgrades/{ticket:str}", tags=("organisation",))


@upgrade_offer_routes.get("/state", right=SIGNED_IN, raises=(NotFound,))
async def state(ticket: str, db: Database, clock: Clock) -> UpgradeState:
    """Whether somebody has decided."""
    row = await upgrade.find(db, ticket=ticket, now_ms=clock.now_ms())
    return UpgradeState(row.state, row.name)


@upgrade_offer_routes.get(right=SIGNED_IN, raises=(NotFound,))
async def show(ticket: str, rights: Rights, db: Database, clock: Clock) -> UpgradeAsked:
    """The communities that would move, and their target."""
    row = await upgrade.find(db, ticket=ticket, now_ms=clock.now_ms())
    if row.state != upgrade.WAITING:
        return UpgradeAsked(row.state, "", [], [])
    try:
        company = (await tenancy.get_tenant(db, row.owner_tenant)).name
    except NotFound:
        return UpgradeAsked(upgrade.EXPIRED, "", [], [])
    page = await communities.page(
        Scope.system(row.owner_tenant), db, PageRequest(1, 100), apply_status=APPROVED
    )
    own = []
    for tenant_id in rights.tenants:
        if Role.TENANT_ADMIN not in rights.roles(tenant_id, 0):
            continue
        if await companies.of_tenant(db, tenant_id) is not None:
            own.append(OwnOrganisation(tenant_id, (await tenancy.get_tenant(db, tenant_id)).name))
    return UpgradeAsked(row.state, company, [community.name for community in page.data], own)


@upgrade_offer_routes.post(
    right=SIGNED_IN, raises=(NotFound, AlreadyOrganisation, OrganisationHolds, RoleNamesClash, ServiceEnded)
)
async def decide(ticket: str, data: UpgradeDecision, rights: Rights, tx: Tx, ids: Ids, clock: Clock) -> None:
    """Bind the communities to an organisation that the caller administers, or not."""
    if data.yes and not data.tenant_id:
        raise BadInput(field="tenantId", rule="required")
    if data.yes:
        await upgrade.accept(
            tx,
            ticket=ticket,
            account_id=rights.account_id,
            into=data.tenant_id,
            ids=ids,
            now_ms=clock.now_ms(),
        )
    else:
        await upgrade.refuse(tx, ticket=ticket, now_ms=clock.now_ms())
