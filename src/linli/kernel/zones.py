"""In which time zone a community lives, for rooms that do not know what a community is."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from linli.kernel.db import Reader


class Zones(Protocol):
    """Injected as the clock is: local time belongs to a place."""

    async def of(self, db: "Reader", community_id: int) -> str:
        """IANA name; empty: the default, Asia/Shanghai."""
        ...


class DefaultZone:
    """Every community lives by the default."""

    async def of(self, db: "Reader", community_id: int) -> str:
        return ""


async def zone_of(db: "Reader", community_id: int) -> str:
    """The zone of a community as schedules want it named: empty for the default."""
    return await db.zones.of(db, community_id)
