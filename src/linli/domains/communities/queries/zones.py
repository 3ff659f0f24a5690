"""In which time zone communities live (`linli.kernel.zones`)."""

from sqlalchemy import bindparam, select

from linli.domains.communities.models import communities
from linli.kernel.db import INT, Query, Reader
from linli.rules.schedules import SITE_ZONE

_zone = Query(
    select(communities.c.time_zone).where(communities.c.community_id == bindparam("row", type_=INT)),
    unscoped="asked for doors whose community was read in scope; a zone tells nothing of anybody",
)


class CommunityZones:
    """As the communities say themselves."""

    async def of(self, db: Reader, community_id: int) -> str:
        scalar = await _zone.scalar(db, row=community_id)
        return "" if not scalar or scalar == SITE_ZONE else str(scalar)
