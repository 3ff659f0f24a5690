"""Keys of residents and staff: codes that are a person's in one community, and the doors that they open."""

import msgspec
from sqlalchemy import bindparam, select

from linli.delivery.queries import rows_of_subject
from linli.delivery.schemas import Content, DesiredRow, GrantRow, Target
from linli.domains.access.models import qr_codes
from linli.domains.access.queries.settings import scopes_of_community
from linli.domains.access.rows import QrCode
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import path_ids
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import persons, residents
from linli.kernel.db import INT, Query, Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.rules.schedules import both, either, holds

HOME, STAFF = "home", "staff"
"""Sources of codes that are keys."""
SPACE, GROUP = "space", "group"
_c = qr_codes.c
_key = Query(
    select(qr_codes).where(
        _c.tenant_id == bindparam("scope_tenant"),
        _c.community_id == bindparam("community_id", type_=INT),
        _c.identity_id == bindparam("identity_id"),
        _c.source == bindparam("source"),
    ),
    QrCode,
)


def home_target(community_id: int, identity_id: str) -> str:
    """Target of grants that hold on every door whose pass scope a person is in."""
    return f"{community_id}:{identity_id}"


async def find_key(
    scope: Scope, db: Reader, *, community_id: int, identity_id: str, source: str
) -> QrCode | None:
    return await _key.one(db, scope, community_id=community_id, identity_id=identity_id, source=source)


async def serving_doors(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> list[str]:
    """iotIds of the doors whose pass scope a person is in, by house or by group."""
    return sorted(await hours_at_doors(scope, db, community_id=community_id, identity_id=identity_id))


async def hours_at_doors(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> dict[str, str]:
    """iotId → schedule in which the door serves a person: in any that names a house or a group of theirs."""
    rows = await scopes_of_community(scope, db, community_id=community_id)
    reach = await refs_of(scope, db, community_id=community_id, identity_id=identity_id) if rows else set()
    found: dict[str, list[str]] = {}
    for row in rows:
        if (row.kind, row.ref) in reach:
            found.setdefault(row.iot_id, []).append(row.schedule)
    return {iot_id: either(schedules) for iot_id, schedules in found.items()}


async def refs_of(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> set[tuple[str, str]]:
    """(kind, id) of every space above the person's houses and every group that the person is in."""
    here = scope.narrowed(community_id)
    try:
        person = await persons.person(here, db, identity_id)
    except NotFound:
        return set()
    homes = [
        home.house_id for home in await residents.houses_of(here, db, person.id) if home.status == MOVED_IN
    ]
    found = await spaces.spaces_by_id(here, db, homes)
    groups = (await persons.groups_of(here, db, [person.id])).get(person.id, [])
    above = {(SPACE, str(step)) for space in found.values() for step in path_ids(space.path)}
    return above | {(GROUP, group.user_group_id) for group in groups}


async def people_of(scope: Scope, db: Reader, *, refs: list[tuple[str, str]]) -> list[str]:
    """identityIds of everybody who lives in these spaces or is in these groups."""
    found: dict[str, None] = {}
    for kind, ref in refs:
        if kind == SPACE:
            known = (await spaces.spaces_by_id(scope, db, [int(ref)])).get(int(ref))
            under = [one.space_id for one in await spaces.subtree(scope, db, known)] if known else []
            ties = await residents.ties_of(scope, db, under)
            found |= dict.fromkeys(tie[2] for tie in ties if tie[4] == MOVED_IN)
        else:
            members = await persons.members_of(scope, db, ref)
            known_people = await persons.persons_by_id(scope, db, members)
            found |= dict.fromkeys(person.identity_id for person in known_people.values())
    return list(found)


async def home_doors(scope: Scope, db: Reader, grant: GrantRow) -> list[Target]:
    """Expander of grants on the doors of a person's pass scope, when the door serves them and the grant holds."""
    _, _, identity_id = grant.target.partition(":")
    doors = await hours_at_doors(scope, db, community_id=grant.community_id, identity_id=identity_id)
    found = []
    for door, hours in sorted(doors.items()):
        schedule = both(grant.schedule, hours)
        if schedule is not None:
            found.append(Target(door, grant.credential, grant.subject, grant.content, schedule))
    return found


async def rights_now(
    scope: Scope, db: Reader, *, community_id: int, identity_id: str, now_ms: int, any_hour: bool = False
) -> list[DesiredRow]:
    """What a person's credentials open now: desired rows whose window holds, and whose schedule unless `any_hour`."""
    held = []
    for row in await rows_of_subject(scope, db, community_id=community_id, subject=identity_id):
        if row.content:
            content = msgspec.json.decode(row.content, type=Content)
            early = now_ms < content.starts_ms and not (any_hour and content.cut)
            if not early and now_ms <= content.ends_ms and (any_hour or holds(content.schedule, now_ms)):
                held.append(row)
    return held


async def rights_of_person(
    scope: Scope, db: Reader, *, community_id: int, identity_id: str, now_ms: int
) -> dict[str, set[str]]:
    """iotId → by what a person opens that door now: qr, card, ble, pin, face."""
    found: dict[str, set[str]] = {}
    rows = await rights_now(scope, db, community_id=community_id, identity_id=identity_id, now_ms=now_ms)
    for row in rows:
        found.setdefault(row.device, set()).add(row.kind.rpartition(".")[2])
    return found
