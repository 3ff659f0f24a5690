"""The parking provider of a community."""

from sqlalchemy import bindparam, select

from linli.domains.parking.errors import OtherProvider, ServiceOff
from linli.domains.parking.models import settings
from linli.domains.parking.rows import OWN, Settings
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_of = Query(
    select(settings).where(
        in_scope(settings), settings.c.community_id == bindparam("community_id", type_=INT)
    ),
    Settings,
)


async def settings_of(scope: Scope, db: Reader, *, community_id: int) -> Settings:
    """Without a row: Linli's own, switched on."""
    row = await _of.one(db, scope, community_id=community_id)
    return row or Settings(community_id, scope.tenant, OWN, 1, 0)


async def require_own(scope: Scope, db: Reader, *, community_id: int) -> None:
    """Raises ServiceOff, OtherProvider."""
    row = await settings_of(scope, db, community_id=community_id)
    if not row.service_on:
        raise ServiceOff()
    if row.provider != OWN:
        raise OtherProvider()
