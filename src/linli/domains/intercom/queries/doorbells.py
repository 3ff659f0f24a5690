"""Doorbells: printed codes at entrances, and which home a visitor means there."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from linli.calls.rows import DOOR_STATION, Account, bell_number, bell_of
from linli.domains.communities import space_rules
from linli.domains.communities.queries import spaces
from linli.domains.communities.queries.addresses import find_houses
from linli.domains.intercom.models import groups, house_groups
from linli.domains.intercom.models.bells import doorbell_mutes, doorbells
from linli.domains.intercom.queries.owners import groups_of_houses
from linli.domains.intercom.room_numbers import room_key
from linli.domains.intercom.rows import Doorbell, Ends, Group
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import quiet

MOST_ROOM = 32
"""Signs of what a visitor writes."""
_OF_CODE = "whoever stands before a printed code: it says the community, and nothing else"
_b = doorbells.c
_by_code = Query(select(doorbells).where(_b.code == bindparam("code")), Doorbell, unscoped=_OF_CODE)
_by_id = Query(
    select(doorbells).where(_b.bell_id == bindparam("bell_id", type_=INT)), Doorbell, unscoped=_OF_CODE
)
_of_community = Query(
    select(doorbells)
    .where(_b.community_id == bindparam("community_id", type_=INT), in_scope(doorbells))
    .order_by(_b.name, _b.bell_id)
    .limit(500),
    Doorbell,
)
_named = Query(
    select(doorbells).where(any_of(_b.bell_id, "bell_ids"), in_scope(doorbells)),
    Doorbell,
)
_rooms = Query(
    select(house_groups.c.space_id, house_groups.c.room_id).where(
        house_groups.c.community_id == bindparam("community_id", type_=INT), in_scope(house_groups)
    )
)
_group = Query(
    select(groups).where(
        groups.c.group_id == bindparam("group_id"), groups.c.tenant_id == bindparam("tenant")
    ),
    Group,
    unscoped="the group of a house that the doorbell may ring; its tenant is a condition",
)
_muted = Query(
    select(doorbell_mutes.c.until_ms).where(
        doorbell_mutes.c.bell_id == bindparam("bell_id", type_=INT),
        doorbell_mutes.c.space_id == bindparam("space_id", type_=INT),
        in_scope(doorbell_mutes),
    )
)
_house = Query(
    select(house_groups.c.space_id, house_groups.c.community_id, house_groups.c.room_id).where(
        house_groups.c.group_id == bindparam("target"),
        house_groups.c.tenant_id == bindparam("tenant"),
        house_groups.c.community_id == bindparam("community", type_=INT),
    ),
    unscoped="tenant and community of the doorbell that calls are conditions",
)


async def by_code(db: Reader, code: str) -> Doorbell | None:
    return await _by_code.one(db, code=code)


async def bell_in_call(db: Reader, bell_id: int) -> Doorbell | None:
    """Of a call that this process has in hand."""
    return await _by_id.one(db, bell_id=bell_id)


async def bells_of_community(scope: Scope, db: Reader, community_id: int) -> list[Doorbell]:
    return await _of_community.all(db, scope, community_id=community_id)


async def bells_by_id(scope: Scope, db: Reader, bell_ids: list[int]) -> dict[int, Doorbell]:
    rows = await _named.all(db, scope, bell_ids=bell_ids) if bell_ids else []
    return {row.bell_id: row for row in rows}


async def rings_now(db: Reader, bell: Doorbell, now_ms: int) -> bool:
    """Whether its hours hold."""
    at = datetime.fromtimestamp(
        now_ms / 1000, ZoneInfo(await zone_of(db, bell.community_id) or "Asia/Shanghai")
    )
    return quiet.holds(
        from_minute=bell.from_minute,
        to_minute=bell.to_minute,
        days=bell.days,
        weekday=at.weekday(),
        minute=at.hour * 60 + at.minute,
    )


async def muted_until(scope: Scope, db: Reader, *, bell_id: int, space_id: int) -> int:
    """Until when a home wants no calls of a doorbell; 0: it never said so."""
    row = await _muted.one(db, scope, bell_id=bell_id, space_id=space_id)
    return int(row[0]) if row is not None else 0


async def home_of(scope: Scope, db: Reader, bell: Doorbell, written: str) -> int | None:
    """The house that a visitor means, as keyed at a door or as people write it; None: none, or several."""
    text = "-".join(written.strip().split())[:MOST_ROOM]
    allowed = await _below(scope, db, bell)
    key = room_key(text)
    if key is not None:
        rooms = [
            (int(space_id), room_key(room) or "")
            for space_id, room in await _rooms.all(db, scope, community_id=bell.community_id)
            if allowed is None or space_id in allowed
        ]
        whole = [house_id for house_id, room in rooms if room == key]
        alone = [house_id for house_id, room in rooms if room.rpartition("-")[2] == key]
        for fitting in (whole, alone):
            if fitting:
                return fitting[0] if len(fitting) == 1 else None
    fitting_houses = [
        house.space_id
        for house in await find_houses(scope, db, bell.community_id, text)
        if allowed is None or house.space_id in allowed
    ]
    return fitting_houses[0] if len(fitting_houses) == 1 else None


async def _below(scope: Scope, db: Reader, bell: Doorbell) -> set[int] | None:
    """Its homes; None: all of the community."""
    if bell.space_id is None:
        return None
    places = await spaces.spaces_by_id(scope, db, [bell.space_id])
    below = await spaces.subtree(scope, db, places[bell.space_id]) if bell.space_id in places else []
    return {row.space_id for row in below if row.kind == space_rules.HOUSE}


async def caller_at(scope: Scope, db: Reader, bell: Doorbell, house_id: int) -> tuple[Account, str] | None:
    """A visitor's phone as an account that calls, and what it dials; None: the house has no group."""
    group = (await groups_of_houses(scope, db, [house_id])).get(house_id)
    row = None if group is None else await _group.one(db, group_id=group.group_id, tenant=bell.tenant_id)
    if row is None:
        return None
    number = bell_number(bell.bell_id)
    return Account(number, row.tenant_id, row.project_id, DOOR_STATION, "", 0, 0), row.group_id


async def ends_of_bell(db: Reader, bell: Doorbell, target: str) -> Ends:
    """What a call of a visitor's phone is between."""
    house = await _house.one(db, target=target, tenant=bell.tenant_id, community=bell.community_id)
    if house is None:
        return Ends(bell.community_id, bell.iot_id)
    return Ends(bell.community_id, bell.iot_id, house[0], house[2])


async def bell_names(scope: Scope, db: Reader, callers: list[str]) -> dict[str, str]:
    """Of callers that are visitors' phones at doorbells: the entrance's name; empty: the doorbell is no more."""
    bells = {number: bell_id for number in callers if (bell_id := bell_of(number)) is not None}
    rows = await bells_by_id(scope, db, sorted(set(bells.values()))) if bells else {}
    return {number: rows[bell_id].name if bell_id in rows else "" for number, bell_id in bells.items()}
