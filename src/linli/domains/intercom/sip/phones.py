"""What the front asks the database: accounts, who is in a group, and where phones are."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, or_, select

from linli.calls.rows import Account, Binding
from linli.domains.intercom.models import accounts, bindings, groups, members
from linli.domains.intercom.rows import seal_about
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of
from linli.kernel.secrets import Secrets
from linli.kernel.tenancy import closed_communities, project_communities
from linli.protocols import sip

_OF_ALL = "a phone names its number only; what it may reach is decided by the account's own project"
_granted = select(project_communities.c.community_id).where(
    project_communities.c.project_id == accounts.c.project_id
)
_served = _granted.where(project_communities.c.community_id.not_in(select(closed_communities.c.community_id)))
_account = Query(
    # Where the service of all of a project's communities is suspended or has ended, its phones rest too.
    select(accounts).where(
        accounts.c.number == bindparam("number"), or_(~_granted.exists(), _served.exists())
    ),
    Account,
    unscoped=_OF_ALL,
)
_binding = Query(select(bindings).where(bindings.c.number == bindparam("number")), Binding, unscoped=_OF_ALL)
_dialled = Query(
    select(bindings)
    .join(accounts, accounts.c.number == bindings.c.number)
    .where(
        accounts.c.number == bindparam("number"),
        accounts.c.tenant_id == bindparam("tenant"),
        accounts.c.project_id == bindparam("project"),
    ),
    Binding,
    unscoped="the caller's own project is a condition",
)
_of_group = Query(
    select(bindings)
    .join(members, members.c.number == bindings.c.number)
    .where(
        members.c.group_id == bindparam("number"),
        members.c.tenant_id == bindparam("tenant"),
        members.c.project_id == bindparam("project"),
    )
    .order_by(members.c.created_ms, members.c.number)
    .limit(bindparam("most", type_=INT)),
    Binding,
    unscoped="the caller's own project is a condition",
)
_of_numbers = Query(
    select(bindings)
    .where(any_of(bindings.c.number, "numbers"), bindings.c.tenant_id == bindparam("tenant"))
    .limit(bindparam("most", type_=INT)),
    Binding,
    unscoped="the numbers are those of a home's ladder; the caller's own tenant is a condition",
)
_known = Query(
    select(accounts.c.kind).where(
        accounts.c.number == bindparam("number"),
        accounts.c.tenant_id == bindparam("tenant"),
        accounts.c.project_id == bindparam("project"),
    ),
    unscoped="the caller's own project is a condition",
)
_known_group = Query(
    select(groups.c.group_id).where(
        groups.c.group_id == bindparam("number"),
        groups.c.tenant_id == bindparam("tenant"),
        groups.c.project_id == bindparam("project"),
    ),
    unscoped="the caller's own project is a condition",
)
_log_out = Command(
    delete(bindings).where(
        bindings.c.number == bindparam("of_number"), bindings.c.contact == bindparam("of_contact")
    ),
    unscoped="the phone proved that the number is its own",
)
_log_out_all = Command(
    delete(bindings).where(bindings.c.number == bindparam("of_number")),
    unscoped="the phone proved that the number is its own",
)
_expired = Command(
    delete(bindings).where(bindings.c.expires_ms <= bindparam("now", type_=INT)),
    unscoped="a log-in that is over serves no company",
)
MOST_RUNG = 20
"""Phones that one call rings."""


class Dialled(NamedTuple):
    """What stands behind a dialled number."""

    kind: int | None
    """Of a number; None: it is none."""
    is_group: bool
    phones: list[Binding]
    """Logged in now."""

    @property
    def exists(self) -> bool:
        return self.is_group or self.kind is not None


async def find_account(db: Database, number: str) -> Account | None:
    return await _account.one(db, number=number)


async def find_binding(db: Database, number: str, now_ms: int) -> Binding | None:
    """Where the phone of a number is; None when it is logged out."""
    row = await _binding.one(db, number=number)
    return row if row is not None and row.expires_ms > now_ms else None


async def dial(db: Database, caller: Account, number: str, now_ms: int) -> Dialled:
    """The phones of a number or group within the caller's project."""
    binds: dict[str, Any] = {"number": number, "tenant": caller.tenant_id, "project": caller.project_id}
    number_kind = await _known.one(db, **binds)
    if number_kind is not None:
        phones = await _dialled.all(db, **binds)
    else:
        phones = await _of_group.all(db, **binds, most=MOST_RUNG)
    is_group = bool(phones) or (number_kind is None and await _known_group.one(db, **binds) is not None)
    alive = [row for row in phones if row.expires_ms > now_ms and row.number != caller.number]
    return Dialled(None if number_kind is None else number_kind[0], number_kind is None and is_group, alive)


async def find_bindings(db: Database, caller: Account, numbers: Iterable[str], now_ms: int) -> list[Binding]:
    """Where the phones of these numbers are, in their order, of those that are logged in."""
    order = {number: place for place, number in enumerate(numbers)}
    rows = await _of_numbers.all(db, numbers=list(order), tenant=caller.tenant_id, most=MOST_RUNG)
    alive = [row for row in rows if row.expires_ms > now_ms and row.number != caller.number]
    return sorted(alive, key=lambda row: order[row.number])


async def log_in(tx: Tx, binding: Binding, proved: Account) -> bool:
    """Put a phone in the place of the one that was logged in.

    False, and nothing is written: the account that the phone proved was deleted meanwhile, or its password renewed.
    """
    now = await _account.one(tx, number=binding.number)
    if now is None or now.password != proved.password:
        return False
    changing = tuple(name for name in Binding._fields if name != "number")
    await tx.upsert(bindings, [binding._asdict()], keys=("number",), update=changing)
    return True


async def log_out(tx: Tx, number: str, contact: str | None) -> None:
    """Forget a phone; None: whichever it is. A newer log-in from elsewhere stays."""
    if contact is None:
        await _log_out_all.run(tx, of_number=number)
    else:
        await _log_out.run(tx, of_number=number, of_contact=contact)


async def forget_expired(db: Database, *, now_ms: int) -> int:
    """Forget log-ins that are over; how many."""
    return await db.run(lambda tx: _expired.run(tx, now=now_ms))


class DbPhones:
    """Implements `login.Phones`: in the database, so that a restart forgets no phone."""

    def __init__(self, db: Database, secrets: Secrets) -> None:
        self._db = db
        self._secrets = secrets

    async def account(self, number: str) -> Account | None:
        return await find_account(self._db, number)

    def user_hash(self, account: Account, realm: str, algorithm: str) -> str:
        password = self._secrets.open(account.password, about=seal_about(account.number))
        return sip.user_hash(account.number, realm, password, "SHA-256" if algorithm == "SHA-256" else "MD5")

    async def binding(self, number: str, now_ms: int) -> Binding | None:
        return await find_binding(self._db, number, now_ms)

    async def log_in(self, binding: Binding, proved: Account) -> bool:
        # Not worth a wait for the disk: what a power cut takes, the phone says again within minutes.
        return await self._db.run(lambda tx: log_in(tx, binding, proved), durable=False)

    async def log_out(self, number: str, contact: str | None) -> None:
        await self._db.run(lambda tx: log_out(tx, number, contact))
