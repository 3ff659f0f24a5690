"""Organisations that found themselves: their contract form and their end. Spec A §1.1 (ONB-02, ONB-03).

An organisation is a tenant with a row in `organisations`. The tenants of the set-up and of the command line have none,
because the operator signs no form for itself.
"""

import re
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, select, update

from linli.domains.people.models import organisations, staff
from linli.domains.people.person_rules import clean_phone
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.domains.people.service.ownership import enters
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

KINDS: Final = ("company", "committee")
FOUNDED_MAX: Final = 5
"""Organisations that one log-in may found: more are asked of the operator."""
NAME_MAX: Final = 64
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,19}")


class TooManyFounded(Conflict):
    code = "company.too_many"


class ContractMissing(Conflict):
    """The contract form comes before this."""

    code = "company.contract_missing"


class ServiceEnded(Conflict):
    """The organisation has ended the service."""

    code = "company.ended"


class Company(NamedTuple):
    """A row of `organisations`, in the order of the columns."""

    tenant_id: str
    kind: str
    joinable: int
    contact_name: str
    company_name: str
    company_phone: str
    company_email: str
    signed_ms: int
    signed_by: int
    founded_by: int
    ended_ms: int
    end_reason: str
    created_ms: int
    changed_ms: int


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """The form of the first use."""

    contact_name: str
    company_name: str
    company_phone: str
    company_email: str


_own = Query(select(organisations).where(in_scope(organisations)), Company)
_of_tenant = Query(
    select(organisations).where(organisations.c.tenant_id == bindparam("tenant")),
    Company,
    unscoped="the tenant is a condition of its own",
)
_founded = Query(
    select(func.count()).where(organisations.c.founded_by == bindparam("account", type_=INT)),
    unscoped="counts what one log-in founded",
)
_sign = update_of(
    organisations,
    (
        "contact_name",
        "company_name",
        "company_phone",
        "company_email",
        "signed_ms",
        "signed_by",
        "changed_ms",
    ),
    in_scope(organisations),
)
_set_joinable = Command(
    update(organisations)
    .where(in_scope(organisations))
    .values(joinable=bindparam("on", type_=INT), changed_ms=bindparam("now", type_=INT))
)
_end = Command(
    update(organisations)
    .where(in_scope(organisations), organisations.c.ended_ms == 0)
    .values(
        ended_ms=bindparam("now", type_=INT),
        end_reason=bindparam("why"),
        changed_ms=bindparam("now", type_=INT),
    )
)


async def found_company(tx: Tx, *, account_id: int, name: str, kind: str, ids: Ids, now_ms: int) -> str:
    """A new organisation with the account as its administrator; the tenant. Raises BadInput, TenantNameTaken."""
    if kind not in KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(KINDS))
    name = " ".join(name.split())
    if len(name) > NAME_MAX:
        raise BadInput(field="name", rule="too_long", limit=NAME_MAX)
    if int(await _founded.scalar(tx, account=account_id)) >= FOUNDED_MAX:
        raise TooManyFounded(limit=FOUNDED_MAX)
    tenant_id = await tenancy.create_tenant(tx, name=name, ids=ids)
    await register(tx, tenant_id=tenant_id, account_id=account_id, kind=kind, now_ms=now_ms)
    return tenant_id


async def register(tx: Tx, *, tenant_id: str, account_id: int, kind: str, now_ms: int) -> None:
    """Make a tenant an organisation whose administrator is the account."""
    row = Company(
        tenant_id=tenant_id,
        kind=kind,
        joinable=0,
        contact_name="",
        company_name="",
        company_phone="",
        company_email="",
        signed_ms=0,
        signed_by=0,
        founded_by=account_id,
        ended_ms=0,
        end_reason="",
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.insert(organisations, row._asdict())
    await accounts.grant_role(
        tx, account_id=account_id, role=Role.TENANT_ADMIN, tenant_id=tenant_id, now_ms=now_ms
    )
    await put_in(tx, tenant_id=tenant_id, account_id=account_id, by=account_id, now_ms=now_ms)


async def put_in(tx: Tx, *, tenant_id: str, account_id: int, by: int, now_ms: int) -> None:
    """Make a log-in a person of the company; twice changes nothing."""
    account = await accounts.get_account(tx, account_id)
    row = {
        "tenant_id": tenant_id,
        "account_id": account_id,
        "name": account.name,
        "disabled": 0,
        "added_by": by,
        "created_ms": now_ms,
    }
    await tx.upsert(staff, [row], keys=("tenant_id", "account_id"))
    await enters(tx, account_id=account_id)


async def company(scope: Scope, db: Reader) -> Company | None:
    """The organisation of the scope's tenant; None for a tenant of the set-up or the command line."""
    return await _own.one(db, scope)


async def of_tenant(db: Reader, tenant_id: str) -> Company | None:
    return await _of_tenant.one(db, tenant=tenant_id)


async def sign(scope: Scope, tx: Tx, *, contract: Contract, account_id: int, now_ms: int) -> None:
    """Hand in the contract form, or correct it. Raises BadInput, ServiceEnded."""
    texts = {}
    for field, wire, most in (
        ("contact_name", "contactName", NAME_MAX),
        ("company_name", "companyName", NAME_MAX),
        ("company_phone", "companyPhone", 24),
        ("company_email", "companyEmail", 128),
    ):
        text = " ".join(str(getattr(contract, field)).split())
        if not text:
            raise BadInput(field=wire, rule="required")
        if len(text) > most:
            raise BadInput(field=wire, rule="too_long", limit=most)
        texts[field] = text
    if not _PHONE.fullmatch(texts["company_phone"]):
        raise BadInput(field="companyPhone", rule="format", example="0571-88886666")
    if not _EMAIL.fullmatch(texts["company_email"]):
        raise BadInput(field="companyEmail", rule="format", example="office@example.com")
    row = await company(scope, tx)
    if row is not None and row.ended_ms:
        raise ServiceEnded()
    await _sign.run(
        tx,
        scope,
        contact_name=texts["contact_name"],
        company_name=texts["company_name"],
        company_phone=clean_phone(texts["company_phone"]),
        company_email=texts["company_email"],
        signed_by=account_id,
        signed_ms=now_ms,
        changed_ms=now_ms,
    )


async def require_ready(scope: Scope, db: Reader) -> None:
    """The steps before a community is claimed. Raises ContractMissing, ServiceEnded."""
    row = await company(scope, db)
    if row is None:
        return
    if row.ended_ms:
        raise ServiceEnded()
    if not row.signed_ms:
        raise ContractMissing()


async def set_joinable(scope: Scope, tx: Tx, *, joinable: bool, now_ms: int) -> None:
    """Whether strangers may ask to be let in by the organisation's name."""
    await _set_joinable.run(tx, scope, on=int(joinable), now=now_ms)


async def end(scope: Scope, tx: Tx, *, reason: str, now_ms: int) -> None:
    """The organisation ends the service for all that it has. Raises ServiceEnded, BadInput."""
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(field="reason", rule="required")
    if len(reason) > 500:
        raise BadInput(field="reason", rule="too_long", limit=500)
    if not await _end.run(tx, scope, now=now_ms, why=reason):
        raise ServiceEnded()
