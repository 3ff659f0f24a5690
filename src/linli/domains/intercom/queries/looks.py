"""Looks of staff through doors."""

from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.intercom.models import looks
from linli.domains.intercom.rows import DoorLook
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

MOST_OF_DOOR = 50
"""That residents are shown."""
_l = looks.c
_filtered = and_(
    in_scope(looks),
    _l.community_id == bindparam("community_id", type_=INT),
    or_(bindparam("iot_id") == "", _l.iot_id == bindparam("iot_id")),
)
_page = Query(
    select(looks)
    .where(_filtered)
    .order_by(_l.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    DoorLook,
)
_count = Query(select(func.count()).select_from(looks).where(_filtered))
_now = Query(
    select(looks)
    .where(_l.community_id == bindparam("community_id", type_=INT), _l.ended_ms == 0, in_scope(looks))
    .order_by(_l.id),
    DoorLook,
)
_of_door = Query(
    select(looks)
    .where(_l.iot_id == bindparam("iot_id"), _l.began_ms >= bindparam("since", type_=INT), in_scope(looks))
    .order_by(_l.id.desc())
    .limit(MOST_OF_DOOR),
    DoorLook,
)


async def list_looks(
    scope: Scope, db: Reader, *, community_id: int, iot_id: str, page: PageRequest
) -> Page[DoorLook]:
    """Newest first; of one door, if `iot_id` names one."""
    binds = {"community_id": community_id, "iot_id": iot_id}
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _page.all(db, scope, **binds, **page.binds))


async def looks_now(scope: Scope, db: Reader, community_id: int) -> list[DoorLook]:
    """Who looks through a door of the community at the moment."""
    return await _now.all(db, scope, community_id=community_id)


async def looks_of_door(scope: Scope, db: Reader, *, iot_id: str, since_ms: int) -> list[DoorLook]:
    """Newest first, at most `MOST_OF_DOOR`."""
    return await _of_door.all(db, scope, iot_id=iot_id, since=since_ms)
