"""Keys of residents and staff: codes that are a person's in one community, and the doors that they open."""

from collections.abc import Sequence

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
from linli.kernel.db import INT, Query, Reader, any_of
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
_keys = Query(
    select(qr_codes).where(
        _c.tenant_id == bindparam("scope_tenant"),
        _c.community_id == bindparam("community_id", type_=INT),
        any_of(_c.identity_id, "identity_ids"),
        _c.source == bindparam("source"),
    ),
    QrCode,
)


def home_target(community_id: int, identity_id: str) -> str:
    """Target of grants that hold on every door whose pass scope a person is in."""
    return f"{community_id}:{identity_id}"


async def find_keys(
    scope: Scope, db: Reader, *, community_id: int, identity_ids: list[str], source: str
) -> dict[str, QrCode]:
    """Keys of one source by identityId."""
    rows = await _keys.all(db, scope, community_id=community_id, identity_ids=identity_ids, source=source)
    return {row.identity_id: row for row in rows}


async def find_key(
    scope: Scope, db: Reader, *, community_id: int, identity_id: str, source: str
) -> QrCode | None:
    return await _key.one(db, scope, community_id=community_id, identity_id=identity_id, source=source)


async def serving_doors(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> list[str]:
    """iotIds of the doors whose pass scope a person is in, by house or by group."""
    return sorted(await hours_at_doors(scope, db, community_id=community_id, identity_id=identity_id))


async def hours_at_doors(scope: Scope, db: Reader, *, community_id: int, identity_id: str) -> dict[str, str]:
    """iotId → schedule in which the door serves a person: in any that names a house or a group of theirs."""
    hours = await hours_of_many(scope, db, community_id=community_id, identity_ids=[identity_id])
    return hours[identity_id]


async def hours_of_many(
    scope: Scope, db: Reader, *, community_id: int, identity_ids: list[str]
) -> dict[str, dict[str, str]]:
    """`hours_at_doors` by identityId."""
    at_ref: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in await scopes_of_community(scope, db, community_id=community_id):
        at_ref.setdefault((row.kind, row.ref), []).append((row.iot_id, row.schedule))
    if not at_ref:
        return {identity_id: {} for identity_id in identity_ids}
    reach = await refs_of_many(scope, db, community_id=community_id, identity_ids=identity_ids)
    hours_by_identity = {}
    for identity_id, refs in reach.items():
        hours: dict[str, list[str]] = {}
        for ref in refs:
            for iot_id, schedule in at_ref.get(ref, ()):
                hours.setdefault(iot_id, []).append(schedule)
        hours_by_identity[identity_id] = {iot_id: either(schedules) for iot_id, schedules in hours.items()}
    return hours_by_identity


async def refs_of_many(
    scope: Scope, db: Reader, *, community_id: int, identity_ids: list[str]
) -> dict[str, set[tuple[str, str]]]:
    """(kind, id) of every space above each person's houses and every group that the person is in."""
    here = scope.narrowed(community_id)
    refs_by_identity: dict[str, set[tuple[str, str]]] = {identity_id: set() for identity_id in identity_ids}
    ids = await persons.ids(here, db, identity_ids)
    of_person = {person_id: refs_by_identity[identity_id] for identity_id, person_id in ids.items()}
    homes = await residents.homes_of_persons(here, db, community_id, list(of_person))
    houses = await spaces.spaces_by_id(here, db, sorted({house_id for _, house_id in homes}))
    for person_id, house_id in homes:
        if house_id in houses:
            of_person[person_id] |= {(SPACE, str(step)) for step in path_ids(houses[house_id].path)}
    for person_id, groups in (await persons.groups_of(here, db, list(of_person))).items():
        of_person[person_id] |= {(GROUP, group.user_group_id) for group in groups}
    return refs_by_identity


async def people_of(scope: Scope, db: Reader, *, refs: list[tuple[str, str]]) -> list[str]:
    """identityIds of everybody who lives in these spaces or is in these groups."""
    identity_ids: dict[str, None] = {}
    for kind, ref in refs:
        if kind == SPACE:
            space = (await spaces.spaces_by_id(scope, db, [int(ref)])).get(int(ref))
            under = (
                [space_row.space_id for space_row in await spaces.subtree(scope, db, space)] if space else []
            )
            ties = await residents.ties_of(scope, db, under)
            identity_ids |= dict.fromkeys(tie[2] for tie in ties if tie[4] == MOVED_IN)
        else:
            members = await persons.members_of(scope, db, ref)
            people = await persons.persons_by_id(scope, db, members)
            identity_ids |= dict.fromkeys(person.identity_id for person in people.values())
    return list(identity_ids)


async def home_doors(scope: Scope, db: Reader, grants: Sequence[GrantRow]) -> dict[int, list[Target]]:
    """Expander of grants on the doors of persons' pass scopes, when the door serves them and the grant holds."""
    by_community: dict[int, dict[str, dict[str, str]]] = {}
    for community_id in sorted({grant.community_id for grant in grants}):
        people = {_person_of(grant) for grant in grants if grant.community_id == community_id}
        by_community[community_id] = await hours_of_many(
            scope, db, community_id=community_id, identity_ids=sorted(people)
        )
    targets_by_grant: dict[int, list[Target]] = {}
    for grant in grants:
        hours = by_community[grant.community_id][_person_of(grant)]
        targets = targets_by_grant.setdefault(grant.id, [])
        for door, schedule in sorted(hours.items()):
            met = both(grant.schedule, schedule)
            if met is not None:
                targets.append(Target(door, grant.credential, grant.subject, grant.content, met))
    return targets_by_grant


def _person_of(grant: GrantRow) -> str:
    return grant.target.partition(":")[2]


async def rights_now(
    scope: Scope, db: Reader, *, community_id: int, identity_id: str, now_ms: int, any_hour: bool = False
) -> list[DesiredRow]:
    """The doors that a person's credentials open now: desired rows within their window and, unless `any_hour`, within
    their schedule."""
    live_rows = []
    for row in await rows_of_subject(scope, db, community_id=community_id, subject=identity_id):
        if row.content:
            content = msgspec.json.decode(row.content, type=Content)
            early = now_ms < content.starts_ms and not (any_hour and content.cut)
            if (
                not early
                and now_ms <= content.ends_ms
                and (any_hour or holds(content.schedule, now_ms, content.zone))
            ):
                live_rows.append(row)
    return live_rows


async def rights_of_person(
    scope: Scope, db: Reader, *, community_id: int, identity_id: str, now_ms: int
) -> dict[str, set[str]]:
    """iotId → by what a person opens that door now: qr, card, ble, pin, face."""
    return kinds_at_doors(
        await rights_now(scope, db, community_id=community_id, identity_id=identity_id, now_ms=now_ms)
    )


def kinds_at_doors(rows: Sequence[DesiredRow]) -> dict[str, set[str]]:
    """iotId → kinds of these rights: qr, card, ble, pin, face."""
    kinds_by_door: dict[str, set[str]] = {}
    for row in rows:
        kinds_by_door.setdefault(row.device, set()).add(row.kind.rpartition(".")[2])
    return kinds_by_door


def schedules_at_doors(rows: Sequence[DesiredRow]) -> dict[str, str]:
    """iotId → when one of these rights holds there; empty: always."""
    schedules_by_door: dict[str, list[str]] = {}
    for row in rows:
        content = msgspec.json.decode(row.content, type=Content)
        schedules_by_door.setdefault(row.device, []).append(content.schedule)
    return {device: either(schedules) for device, schedules in schedules_by_door.items()}
