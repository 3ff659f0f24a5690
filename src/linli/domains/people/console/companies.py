"""Console: the organisation itself, its administrators, and the agreements. Spec A §1.1 (ONB-02, 03, 08, 16)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import administrators, agreements, companies
from linli.domains.people.service.administrators import LastAdministrator
from linli.domains.people.service.companies import ServiceEnded
from linli.domains.people.service.organisation import CannotGive, Hand, note
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class OrganisationShown(msgspec.Struct, rename="camel", frozen=True):
    name: str
    kind: Annotated[str, Meta(description="company, committee; empty: set up by the operator.")]
    joinable: bool
    contact_name: str
    company_name: str
    company_phone: str
    company_email: str
    signed_ms: Annotated[int, Meta(description="When the contract form was handed in; 0: not yet.")]
    ended_ms: int
    ended_reason: str


class ContractForm(msgspec.Struct, rename="camel", frozen=True):
    contact_name: str
    company_name: str
    company_phone: str
    company_email: str


class Joinable(msgspec.Struct, rename="camel", frozen=True):
    joinable: bool


class AdministratorChoice(msgspec.Struct, rename="camel", frozen=True):
    role: Annotated[str, Meta(description="tenant_admin, sub_admin, or empty for neither.")]


organisation_routes = Routes("/organisation", tags=("organisation",))


@organisation_routes.get(right=Right.STAFF_SEE)
async def show(scope: Scope, db: Database) -> OrganisationShown:
    """The organisation that one works in."""
    tenant = await tenancy.get_tenant(db, scope.tenant)
    row = await companies.company(scope, db)
    if row is None:
        return OrganisationShown(
            name=tenant.name,
            kind="",
            joinable=False,
            contact_name="",
            company_name="",
            company_phone="",
            company_email="",
            signed_ms=0,
            ended_ms=0,
            ended_reason="",
        )
    return OrganisationShown(
        name=tenant.name,
        kind=row.kind,
        joinable=bool(row.joinable),
        contact_name=row.contact_name,
        company_name=row.company_name,
        company_phone=row.company_phone,
        company_email=row.company_email,
        signed_ms=row.signed_ms,
        ended_ms=row.ended_ms,
        ended_reason=row.end_reason,
    )


@organisation_routes.put("/contract", right=Right.ORGANISATION_MANAGE, raises=(ServiceEnded,))
async def sign(data: ContractForm, hand: Hand, tx: Tx, clock: Clock) -> None:
    """Hand in the contract form of the first use, or correct it."""
    contract = companies.Contract(
        contact_name=data.contact_name,
        company_name=data.company_name,
        company_phone=data.company_phone,
        company_email=data.company_email,
    )
    await companies.sign(
        hand.scope, tx, contract=contract, account_id=hand.rights.account_id, now_ms=clock.now_ms()
    )
    await note(hand, tx, "contract.signed", detail=data.company_name)


@organisation_routes.put("/joinable", right=Right.ORGANISATION_MANAGE)
async def set_joinable(data: Joinable, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Whether people may ask to be let in by the organisation's name."""
    await companies.set_joinable(scope, tx, joinable=data.joinable, now_ms=clock.now_ms())


@organisation_routes.put(
    "/persons/{account_id:int}/administrator",
    right=Right.ORGANISATION_MANAGE,
    raises=(NotFound, CannotGive, LastAdministrator),
)
async def set_administrator(account_id: int, data: AdministratorChoice, hand: Hand, tx: Tx) -> None:
    """Make a person administrator or sub-administrator, or neither. One administrator must remain."""
    await administrators.set_administrator(hand, tx, account_id=account_id, role=data.role)


class AgreementRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    kind: Annotated[str, Meta(description="service, privacy, or the function whose terms these are.")]
    version: int
    title: str
    title_en: str
    body: str
    body_en: str
    published_ms: int
    accepted: Annotated[int, Meta(description="How many accounts accepted this version.")] = 0

    @staticmethod
    def of(row: agreements.Agreement, accepted: int = 0) -> "AgreementRow":
        return AgreementRow(
            id=str(row.agreement_id),
            kind=row.kind,
            version=row.version,
            title=row.title,
            title_en=row.title_en,
            body=row.body,
            body_en=row.body_en,
            published_ms=row.published_ms,
            accepted=accepted,
        )


class NewAgreement(msgspec.Struct, rename="camel", frozen=True):
    kind: Annotated[str, Meta(description="service, privacy, or a function, such as vehicles.")]
    title: str
    body: str
    title_en: str = ""
    body_en: str = ""


class AgreementPublished(msgspec.Struct, rename="camel", frozen=True):
    version: int


agreement_routes = Routes("/agreements", tags=("organisation",))


@agreement_routes.get(right=Right.INSTALLATION)
async def list_versions(db: Database) -> list[AgreementRow]:
    """Every version that was published."""
    return [AgreementRow.of(row, accepted) for row, accepted in await agreements.history(db)]


@agreement_routes.post(right=Right.INSTALLATION)
async def publish(data: NewAgreement, rights: Rights, tx: Tx, ids: Ids, clock: Clock) -> AgreementPublished:
    """Publish a new version: everybody but the operators is asked to accept it before they go on, or, where it is the
    terms of one function, before they use that."""
    version = await agreements.publish(
        tx,
        kind=data.kind,
        title=data.title,
        body=data.body,
        title_en=data.title_en,
        body_en=data.body_en,
        account_id=rights.account_id,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return AgreementPublished(version)
