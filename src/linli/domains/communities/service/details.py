"""A company's own data about its community, without a review."""

import re
from zoneinfo import available_timezones

from sqlalchemy import bindparam, update

from linli.domains.communities.events import CommunityZoneChanged
from linli.domains.communities.models import communities
from linli.domains.communities.queries import communities as queries
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.scope import Scope

_PHONE = re.compile(r"\+?[0-9][0-9 -]{2,22}")
_set_phone = Command(
    update(communities)
    .where(communities.c.community_id == bindparam("row", type_=INT), in_scope(communities))
    .values(phone=bindparam("to"), changed_ms=bindparam("now", type_=INT))
)
_set_zone = Command(
    update(communities)
    .where(communities.c.community_id == bindparam("row", type_=INT), in_scope(communities))
    .values(time_zone=bindparam("to"), changed_ms=bindparam("now", type_=INT))
)


async def set_phone(scope: Scope, tx: Tx, *, community_id: int, phone: str, now_ms: int) -> None:
    """The property's phone; empty takes it away. Raises NotFound, BadInput."""
    phone = " ".join(phone.split())
    if phone and not _PHONE.fullmatch(phone):
        raise BadInput(field="phone", rule="format", example="0571-88886666")
    await queries.community(scope, tx, community_id)
    await _set_phone.run(tx, scope, row=community_id, to=phone, now=now_ms)


async def set_zone(scope: Scope, tx: Tx, *, community_id: int, zone: str, now_ms: int) -> None:
    """By whose clocks the community's days and hours go; doors follow. `zone`: IANA name. Raises NotFound, BadInput."""
    if zone not in available_timezones():
        raise BadInput(field="timeZone", rule="format", example="Asia/Shanghai")
    row = await queries.community(scope, tx, community_id)
    if row.time_zone == zone:
        return
    await _set_zone.run(tx, scope, row=community_id, to=zone, now=now_ms)
    await emit(tx, CommunityZoneChanged(row.tenant_id, community_id), key=str(community_id))
