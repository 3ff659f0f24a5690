"""What a site's document is made of, and what boxes told."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, or_, select

from linli.domains.intercom.models import (
    accounts,
    door_numbers,
    homes,
    house_groups,
    members,
    owners,
    quiet_hours,
    rooms,
    site_calls,
    site_phones,
    sites,
)
from linli.domains.intercom.rows import HomeRules, QuietHours
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_a, _d, _h, _m, _o, _r = accounts.c, door_numbers.c, house_groups.c, members.c, owners.c, rooms.c

SILENT_MS: Final = 600_000
"""Without a word for so long a box does not run the intercom, or is cut off."""


class FixedPhone(NamedTuple):
    """The account of an indoor unit or of a guard desk."""

    number: str
    password: str
    """Sealed."""
    owner: str
    space_id: int | None


class SiteDoor(NamedTuple):
    number: str
    password: str
    """Sealed."""
    iot_id: str


class SiteState(NamedTuple):
    node_id: int
    tenant_id: str
    community_id: int | None
    held_version: str
    held_ms: int
    told_ms: int
    address: str


class SitePhoneRow(NamedTuple):
    node_id: int
    number: str
    tenant_id: str
    community_id: int | None
    host: str
    agent: str
    since_ms: int


class SiteCallRow(NamedTuple):
    ref: str
    tenant_id: str
    call_id: int
    node_id: int


_community = _o.community_id == bindparam("community_id", type_=INT)
_phones = Query(
    select(_o.number, _a.password, _o.owner, _o.space_id)
    .join(accounts, _a.number == _o.number)
    .where(_community, or_(_o.owner.startswith("unit:"), _o.owner.startswith("desk:")), in_scope(owners))
    .order_by(_o.created_ms, _o.number),
    FixedPhone,
)
_doors = Query(
    select(_d.number, _a.password, _d.iot_id)
    .join(accounts, _a.number == _d.number)
    .where(any_of(_d.iot_id, "iot_ids"), _a.tenant_id == _d.tenant_id, in_scope(door_numbers))
    .order_by(_d.iot_id),
    SiteDoor,
)
_rooms = Query(select(_r.iot_id, _r.group_id).where(any_of(_r.iot_id, "iot_ids"), in_scope(rooms)).distinct())
_members = Query(
    select(_m.group_id, _m.number)
    .join(owners, _o.number == _m.number)
    .where(_community, _o.owner.startswith("unit:"), in_scope(owners))
    .order_by(_m.group_id, _m.created_ms, _m.number)
)
_groups = Query(
    select(_h.space_id, _h.group_id)
    .where(_h.community_id == bindparam("community_id", type_=INT), in_scope(house_groups))
    .order_by(_h.space_id)
)
_homes = Query(
    select(homes).where(homes.c.community_id == bindparam("community_id", type_=INT), in_scope(homes)),
    HomeRules,
)
_quiet = Query(
    select(quiet_hours).where(
        quiet_hours.c.community_id == bindparam("community_id", type_=INT),
        quiet_hours.c.identity_id == "",
        in_scope(quiet_hours),
    ),
    QuietHours,
)
_sites = Query(
    select(sites)
    .where(sites.c.community_id == bindparam("community_id", type_=INT), in_scope(sites))
    .order_by(sites.c.node_id),
    SiteState,
)
_told = Query(
    select(site_phones)
    .where(site_phones.c.node_id == bindparam("node_id", type_=INT), in_scope(site_phones))
    .order_by(site_phones.c.number),
    SitePhoneRow,
)
_of_numbers = Query(
    select(site_phones).where(any_of(site_phones.c.number, "numbers"), in_scope(site_phones)), SitePhoneRow
)
_by_ref = Query(
    select(site_calls).where(site_calls.c.ref == bindparam("ref"), in_scope(site_calls)), SiteCallRow
)
_by_call = Query(
    select(site_calls).where(any_of(site_calls.c.call_id, "call_ids"), in_scope(site_calls)), SiteCallRow
)


async def fixed_phones(scope: Scope, db: Reader, community_id: int) -> list[FixedPhone]:
    """Indoor units and guard desks of a community."""
    return await _phones.all(db, scope, community_id=community_id)


async def doors_of(scope: Scope, db: Reader, iot_ids: list[str]) -> list[SiteDoor]:
    """Those of the doors that have an account of this server."""
    return await _doors.all(db, scope, iot_ids=iot_ids) if iot_ids else []


async def rung_by_doors(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, set[str]]:
    """Group → the doors that ring it."""
    result: dict[str, set[str]] = {}
    for iot_id, group_id in await _rooms.all(db, scope, iot_ids=iot_ids) if iot_ids else []:
        result.setdefault(group_id, set()).add(iot_id)
    return result


async def units_by_group(scope: Scope, db: Reader, community_id: int) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for group_id, number in await _members.all(db, scope, community_id=community_id):
        result.setdefault(group_id, []).append(number)
    return result


async def group_by_house(scope: Scope, db: Reader, community_id: int) -> dict[int, str]:
    return dict(await _groups.all(db, scope, community_id=community_id))


async def homes_of(scope: Scope, db: Reader, community_id: int) -> dict[int, HomeRules]:
    """House → how it wants to be called, of those that said so."""
    return {row.space_id: row for row in await _homes.all(db, scope, community_id=community_id)}


async def quiet_homes(scope: Scope, db: Reader, community_id: int) -> dict[int, QuietHours]:
    """House → when the whole home is not to be disturbed."""
    return {row.space_id: row for row in await _quiet.all(db, scope, community_id=community_id)}


async def sites_of(scope: Scope, db: Reader, community_id: int) -> list[SiteState]:
    """Boxes of a community that asked for its intercom once."""
    return await _sites.all(db, scope, community_id=community_id)


def runs(site: SiteState, now_ms: int) -> bool:
    """Whether a box ran the intercom a moment ago: then it asks every minute whether its accounts still hold."""
    return bool(site.address) and now_ms - site.held_ms < SILENT_MS


async def server_at_site(
    scope: Scope, db: Reader, community_id: int, *, now_ms: int
) -> tuple[str, str] | None:
    """Host and port of the box that all fixed phones of a community log in at; None: there is none, or several."""
    addresses = {row.address for row in await sites_of(scope, db, community_id) if runs(row, now_ms)}
    if len(addresses) != 1:
        return None
    host, _, port = addresses.pop().rpartition(":")
    return host, port


async def phones_at(scope: Scope, db: Reader, node_id: int) -> list[SitePhoneRow]:
    return await _told.all(db, scope, node_id=node_id)


async def phones_at_sites(scope: Scope, db: Reader, numbers: list[str]) -> dict[str, SitePhoneRow]:
    """Those of the numbers whose phones are logged in at a box."""
    return {row.number: row for row in await _of_numbers.all(db, scope, numbers=numbers)}


async def by_ref(scope: Scope, db: Reader, ref: str) -> SiteCallRow | None:
    return await _by_ref.one(db, scope, ref=ref)


async def waits_for_box(scope: Scope, db: Reader, call_id: int) -> bool:
    """Whether a call came from a box that did not tell yet what became of it there."""
    return any(row.node_id == 0 for row in await _by_call.all(db, scope, call_ids=[call_id]))


async def through_boxes(scope: Scope, db: Reader, call_ids: list[int]) -> dict[int, int]:
    """Call → the box (0: not known yet) of those that went through one."""
    return {row.call_id: row.node_id for row in await _by_call.all(db, scope, call_ids=call_ids)}
