"""Writes of the table of staff faces."""

from sqlalchemy import bindparam, delete

from linli.domains.faces.models import staff
from linli.domains.faces.rows import StaffFace
from linli.kernel.db import INT, Command, Tx

_HERE = "the person was allowed, or a job of their own tenant ends what they had"
_drop = Command(
    delete(staff).where(
        staff.c.tenant_id == bindparam("of_tenant"),
        staff.c.community_id == bindparam("of_community", type_=INT),
        staff.c.identity_id == bindparam("of_identity"),
    ),
    unscoped=_HERE,
)
_drop_person = Command(
    delete(staff).where(
        staff.c.tenant_id == bindparam("of_tenant"), staff.c.identity_id == bindparam("of_identity")
    ),
    unscoped=_HERE,
)


async def keep(tx: Tx, row: StaffFace) -> None:
    await tx.upsert(staff, [row._asdict()], keys=("community_id", "account_id"), update=("identity_id",))


async def drop(tx: Tx, *, tenant_id: str, community_id: int, identity_id: str) -> bool:
    """Returns whether there was one."""
    return bool(await _drop.run(tx, of_tenant=tenant_id, of_community=community_id, of_identity=identity_id))


async def drop_person(tx: Tx, *, tenant_id: str, identity_id: str) -> None:
    if identity_id:
        await _drop_person.run(tx, of_tenant=tenant_id, of_identity=identity_id)
