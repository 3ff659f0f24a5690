"""The time zone of a community, for rooms that do not know communities."""

from collections.abc import Iterable

from linli.kernel.db import Reader


async def zone_of(db: Reader, community_id: int) -> str:
    """The zone of a community as schedules want it named: empty for the default."""
    return await db.zones.of(db, community_id)


async def zones_of(db: Reader, community_ids: Iterable[int | None]) -> dict[int | None, str]:
    """The zones of some communities, each read once. Rows without a community use the default."""
    return {number: "" if number is None else await zone_of(db, number) for number in set(community_ids)}
