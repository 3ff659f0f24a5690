"""Communities that a cloud account claimed move to an organisation, by a QR code that its administrator scans.

Spec A §1.1 (ONB-11). A company of the set-up, the command line or the operator has no organisation: it is a cloud account
with what it claimed. The organisation moves in there, with its name, contract, persons and roles; so nothing that
devices, doors and residents hang on changes its owner. The organisation must not hold anything of its own yet.
"""

import hashlib
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, bindparam, delete, select, update

from linli.domains.accounts.models import organisation_upgrades
from linli.domains.people.rights import Right, Role
from linli.domains.people.service import accounts, companies, ownership
from linli.domains.people.service.organisation import Hand, note
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Query, Reader, Tx, metadata
from linli.kernel.errors import Conflict, Forbidden, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope

LIVES_MS: Final = 10 * 60_000
WAITING, DONE, REFUSED, EXPIRED = "waiting", "done", "refused", "expired"
_MOVED: Final = (
    "organisations",
    "staff",
    "account_roles",
    "company_roles",
    "company_role_holders",
    "staff_rights",
    "staff_log",
    "invitations",
    "join_requests",
)
"""The tables of a new organisation."""
_PEOPLE: Final = frozenset({"staff", "account_roles", "company_role_holders", "staff_rights"})
_WHY: Final = "the organisation and the cloud account that become one; both tenants are conditions"


class AlreadyOrganisation(Conflict):
    """There is nothing to upgrade: the communities belong to an organisation."""

    code = "upgrade.already"


class OrganisationHolds(Conflict):
    """The organisation has communities, devices or people of its own; two owners of such things cannot become one."""

    code = "upgrade.organisation_holds"


class RoleNamesClash(Conflict):
    code = "upgrade.role_names"


class Upgrade(NamedTuple):
    ticket_hash: str
    owner_tenant: str
    account_id: int
    state: str
    name: str
    expires_ms: int


_by_ticket = Query(
    select(organisation_upgrades).where(organisation_upgrades.c.ticket_hash == bindparam("ticket")), Upgrade
)
_settle = Command(
    update(organisation_upgrades)
    .where(
        organisation_upgrades.c.ticket_hash == bindparam("of_ticket"),
        organisation_upgrades.c.state == WAITING,
        organisation_upgrades.c.expires_ms > bindparam("now", type_=INT),
    )
    .values(state=bindparam("to_state"), name=bindparam("as_name"))
)
_purge = Command(
    delete(organisation_upgrades).where(organisation_upgrades.c.expires_ms < bindparam("before", type_=INT))
)


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


async def begin(scope: Scope, tx: Tx, *, account_id: int, ticket: str, now_ms: int) -> int:
    """Offer what the scope's company claimed to an organisation; when the offer ends. Raises AlreadyOrganisation."""
    if await companies.company(scope, tx) is not None:
        raise AlreadyOrganisation()
    await _purge.run(tx, before=now_ms - LIVES_MS)
    row = Upgrade(_hash(ticket), scope.tenant, account_id, WAITING, "", now_ms + LIVES_MS)
    await tx.insert(organisation_upgrades, row._asdict())
    return row.expires_ms


async def find(db: Reader, *, ticket: str, now_ms: int) -> Upgrade:
    """Raises NotFound."""
    row = await _by_ticket.one(db, ticket=_hash(ticket))
    if row is None:
        raise NotFound(what="upgradeCode")
    return row._replace(state=EXPIRED) if row.state == WAITING and row.expires_ms <= now_ms else row


async def refuse(tx: Tx, *, ticket: str, now_ms: int) -> None:
    """Raises NotFound once it is decided or expired."""
    if not await _settle.run(tx, of_ticket=_hash(ticket), to_state=REFUSED, as_name="", now=now_ms):
        raise NotFound(what="upgradeCode")


async def accept(tx: Tx, *, ticket: str, account_id: int, into: str, ids: Ids, now_ms: int) -> None:
    """Let the organisation `into` take over; the cloud account administers nothing any more.

    Raises NotFound (the offer), Forbidden (not its administrator), OrganisationHolds, RoleNamesClash, ServiceEnded.
    """
    row = await find(tx, ticket=ticket, now_ms=now_ms)
    rights = await accounts.rights(tx, account_id)
    if row.state != WAITING or not await _still_administers(tx, row):
        raise NotFound(what="upgradeCode")
    if Role.TENANT_ADMIN not in rights.roles(into, 0) - {Role.OPERATOR}:
        raise Forbidden()
    company = await companies.of_tenant(tx, into)
    if company is None:
        raise Forbidden()
    if company.ended_ms:
        raise companies.ServiceEnded()
    if await companies.of_tenant(tx, row.owner_tenant) is not None:
        raise AlreadyOrganisation()
    await _must_be_empty(tx, into)
    organisation = await tenancy.get_tenant(tx, into)
    if not await _settle.run(
        tx, of_ticket=row.ticket_hash, to_state=DONE, as_name=organisation.name, now=now_ms
    ):
        raise NotFound(what="upgradeCode")
    administrators = {int(number) for (number,) in await _administrators.all(tx, tenant=into)}
    await _move_in(tx, into, row.owner_tenant)
    if row.account_id not in administrators:
        await _end_administration.run(tx, of_account=row.account_id, of_tenant=row.owner_tenant)
    await _drop_tenant.run(tx, of_tenant=into)
    await _rename.run(tx, of_tenant=row.owner_tenant, as_name=organisation.name)
    await _sessions_follow.run(tx, old=into, new=row.owner_tenant)
    tenancy.changed(tx)
    scope = Scope(row.owner_tenant, Caller("staff", str(account_id)))
    await note(
        Hand(scope, await accounts.rights(tx, account_id), ids),
        tx,
        "organisation.upgraded",
        account_id=row.account_id,
        detail=organisation.name,
    )


async def _still_administers(tx: Tx, row: Upgrade) -> bool:
    """Whether the author of the offer could make it now: it is only valid while they have the right."""
    try:
        rights = await accounts.rights(tx, row.account_id)
    except LinliError:  # closed, or gone
        return False
    return rights.may(Right.ORGANISATION_MANAGE, tenant_id=row.owner_tenant)


def _table(name: str) -> Table:
    return metadata.tables[name]


_roles, _tenants, _sessions = _table("account_roles"), _table("tenants"), _table("console_sessions")
_administrators = Query(
    select(_roles.c.account_id).where(
        _roles.c.tenant_id == bindparam("tenant"),
        _roles.c.role == Role.TENANT_ADMIN.value,
        _roles.c.community_id == 0,
    ),
    unscoped=_WHY,
)
_end_administration = Command(
    delete(_roles).where(
        _roles.c.account_id == bindparam("of_account", type_=INT),
        _roles.c.tenant_id == bindparam("of_tenant"),
        _roles.c.role == Role.TENANT_ADMIN.value,
    ),
    unscoped=_WHY,
)
_drop_tenant = Command(delete(_tenants).where(_tenants.c.id == bindparam("of_tenant")))
_rename = Command(
    update(_tenants).where(_tenants.c.id == bindparam("of_tenant")).values(name=bindparam("as_name"))
)
_sessions_follow = Command(
    update(_sessions).where(_sessions.c.tenant_id == bindparam("old")).values(tenant_id=bindparam("new")),
    unscoped=_WHY,
)
_reads: dict[str, Query[Any]] = {}
_drops: dict[str, Command] = {}


def _rows_of(table: Table) -> Query[Any]:
    if table.name not in _reads:
        statement = select(table).where(table.c.tenant_id == bindparam("tenant"))
        _reads[table.name] = Query(statement, unscoped=_WHY)
        _drops[table.name] = Command(
            delete(table).where(table.c.tenant_id == bindparam("of_tenant")), unscoped=_WHY
        )
    return _reads[table.name]


_anything: dict[str, Query[Any]] = {}


async def _must_be_empty(tx: Tx, tenant: str) -> None:
    for table in metadata.sorted_tables:
        if "tenant_id" not in table.c or table.name in _MOVED or table.name == "console_sessions":
            continue
        if table.name not in _anything:
            some = select(table.c.tenant_id).where(table.c.tenant_id == bindparam("tenant")).limit(1)
            _anything[table.name] = Query(some, unscoped=_WHY)
        if await _anything[table.name].one(tx, tenant=tenant) is not None:
            raise OrganisationHolds(what=table.name)


async def _move_in(tx: Tx, old: str, new: str) -> None:
    """Rows of the organisation become the company's; existing rows of the company stay unchanged."""
    names = {row.name for row in await _rows_of(_table("company_roles")).all(tx, tenant=new)}
    for row in await _rows_of(_table("company_roles")).all(tx, tenant=old):
        if row.name in names:
            raise RoleNamesClash(name=row.name)
    for name in _MOVED:
        table = _table(name)
        columns = [column.name for column in table.c]
        rows = [dict(zip(columns, row, strict=True)) for row in await _rows_of(table).all(tx, tenant=old)]
        await _drops[name].run(tx, of_tenant=old)
        moved = [{**row, "tenant_id": new} for row in rows]
        await tx.upsert(table, moved, keys=tuple(column.name for column in table.primary_key.columns))
        if name in _PEOPLE:
            for account_id in {int(row["account_id"]) for row in rows}:
                await ownership.enters(tx, account_id=account_id)
