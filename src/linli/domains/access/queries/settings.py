"""A community's settings for its doors, and which door serves whom."""

from sqlalchemy import and_, bindparam, not_, select

from linli.domains.access.models import door_scopes, doors, settings
from linli.domains.access.rows import DoorScope, Settings
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_s = door_scopes.c
_settings = Query(
    select(settings).where(
        settings.c.community_id == bindparam("community_id", type_=INT), in_scope(settings)
    ),
    Settings,
)
_of_doors = Query(
    select(door_scopes).where(any_of(_s.iot_id, "iot_ids"), in_scope(door_scopes)).order_by(_s.kind, _s.ref),
    DoorScope,
)
_of_community = Query(
    select(door_scopes).where(_s.community_id == bindparam("community_id", type_=INT), in_scope(door_scopes)),
    DoorScope,
)
_of_other_product = Query(
    select(doors.c.iot_id).where(
        and_(
            doors.c.community_id == bindparam("community_id", type_=INT),
            not_(any_of(doors.c.product_key, "product_keys")),
            in_scope(doors),
        )
    )
)


async def settings_of(scope: Scope, db: Reader, *, community_id: int) -> Settings:
    """The community's, or those of one that said nothing yet."""
    row = await _settings.one(db, scope, community_id=community_id)
    return row or Settings(community_id, scope.tenant_id or "")


async def scopes_of_doors(scope: Scope, db: Reader, *, iot_ids: list[str]) -> dict[str, list[DoorScope]]:
    """Pass scopes by iotId; doors without one are absent."""
    scopes_by_door: dict[str, list[DoorScope]] = {}
    for row in await _of_doors.all(db, scope, iot_ids=iot_ids):
        scopes_by_door.setdefault(row.iot_id, []).append(row)
    return scopes_by_door


async def scopes_of_community(scope: Scope, db: Reader, *, community_id: int) -> list[DoorScope]:
    return await _of_community.all(db, scope, community_id=community_id)


async def doors_of_others(scope: Scope, db: Reader, *, community_id: int, product_keys: list[str]) -> int:
    """How many doors of the community are of other products."""
    return len(await _of_other_product.all(db, scope, community_id=community_id, product_keys=product_keys))
