"""Reads of staff whose face opens every door of a community."""

from sqlalchemy import bindparam, select

from linli.domains.faces.models import staff
from linli.domains.faces.rows import StaffFace
from linli.kernel.db import INT, Query, Reader
from linli.kernel.scope import Scope

_of_person = Query(
    select(staff.c.community_id).where(
        staff.c.tenant_id == bindparam("tenant"), staff.c.identity_id == bindparam("identity_id")
    ),
    unscoped="where a person of the tenant works; asked by what follows the person's picture",
)
_page = Query(
    select(staff)
    .where(
        (staff.c.community_id > bindparam("after_community", type_=INT))
        | (
            (staff.c.community_id == bindparam("after_community", type_=INT))
            & (staff.c.account_id > bindparam("after_account", type_=INT))
        )
    )
    .order_by(staff.c.community_id, staff.c.account_id)
    .limit(200),
    StaffFace,
    unscoped="rights are looked at for every tenant alike",
)


async def communities_of_staff(scope: Scope, db: Reader, *, identity_id: str) -> set[int]:
    """Communities where the person's face opens every door."""
    if not identity_id:
        return set()
    rows = await _of_person.all(db, tenant=scope.tenant, identity_id=identity_id)
    return {community_id for (community_id,) in rows}


async def after(db: Reader, place: tuple[int, int]) -> list[StaffFace]:
    """The next rows of all communities after (community, account)."""
    return await _page.all(db, after_community=place[0], after_account=place[1])
