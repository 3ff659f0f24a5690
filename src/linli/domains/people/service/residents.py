"""Residents move into houses and out of them. Spec B §3.8, F8.

Entered by the property they live there at once; those who register themselves wait for review where the community
wants it (`reviews`), on the same table and states.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import bindparam

from linli.domains.people import events
from linli.domains.people import person_rules as rules
from linli.domains.people.models import house_members
from linli.domains.people.ports import Houses
from linli.domains.people.queries import residents as queries
from linli.domains.people.rows import Member, Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service import groups, invitations, persons, vehicles
from linli.domains.people.service.vehicles import VehicleForm
from linli.kernel import history
from linli.kernel.db import INT, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

HOUSE = "space"
"""The history's name of a house: a house is a space."""


class AlreadyMember(Conflict):
    code = "resident.already"


_set = update_of(
    house_members,
    ("type", "status", "source", "approve_comment", "moved_in_ms", "moved_out_ms", "changed_ms"),
    house_members.c.house_id == bindparam("house", type_=INT),
    house_members.c.person_id == bindparam("person", type_=INT),
    in_scope(house_members),
)


async def move_in(
    scope: Scope,
    tx: Tx,
    houses: Houses,
    *,
    house_id: int,
    profile: Profile,
    type: int,
    ids: Ids,
    now_ms: int,
    source: str = rules.INPUT,
) -> str:
    """A person lives in a house from now on; their identityId. The person joins the default group of residents.

    `profile` is checked (`schemas.checked`) and has a name. A phone that the tenant knows means that person; someone
    who moved out may come back. Raises NotFound, BadInput, PhoneTaken, AlreadyMember.
    """
    community_id = await houses.community_of_house(scope, tx, house_id)
    check_type(type)
    person, is_new = await persons.find_or_create(scope, tx, profile=profile, ids=ids, now_ms=now_ms)
    await persons.introduce(scope, tx, community_id=community_id, person=person, now_ms=now_ms)
    await note_tie(
        scope,
        tx,
        "moved_in",
        tie=Tie(house_id=house_id, community_id=community_id, identity_id=person.identity_id, type=type),
        now_ms=now_ms,
        details=profile.values() if is_new else {},
    )
    member = await queries.member(scope, tx, house_id, person.identity_id)
    if member is None:
        await tx.insert(
            house_members,
            member_row(
                tenant_id=scope.tenant, community_id=community_id, house_id=house_id, person=person, type=type,
                source=source, now_ms=now_ms,
            ),
        )  # fmt: skip
    elif member.status == rules.MOVED_IN:
        raise AlreadyMember(field="houseSpaceId")
    else:
        await write(scope, tx, member, now_ms, type=type, status=rules.MOVED_IN, source=source)
    await live_there(
        scope, tx, house_id=house_id, community_id=community_id, person_id=person.id,
        identity_id=person.identity_id, type=type, now_ms=now_ms,
    )  # fmt: skip
    return person.identity_id


def check_type(type: int) -> None:
    """Raises BadInput for what is no MEMBER_TYPE."""
    if type not in rules.MEMBER_TYPES:
        raise BadInput(field="type", rule="range", low=1, high=9)


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """The membership of a person in a house."""

    house_id: int
    community_id: int
    identity_id: str
    type: int
    """One of `rules.MEMBER_TYPES`."""


async def note_tie(
    scope: Scope,
    tx: Tx,
    action: str,
    *,
    tie: Tie,
    now_ms: int,
    details: Mapping[str, object] | None = None,
    gone: Mapping[str, object] | None = None,
    reason: str = "",
) -> int:
    """Write a membership's begin or end to the history of the person and of the house. Returns the number of the
    person's change.

    `gone` went with it, and is kept for coming back.
    """
    lives = {"house": tie.house_id, "type": tie.type}
    ends = action == "moved_out"
    change_no = await history.note(
        scope,
        tx,
        history.Record(persons.RESIDENT, tie.identity_id, tie.community_id),
        action,
        now_ms=now_ms,
        reason=reason,
        before=lives if ends else None,
        after=None if ends else {**lives, **(details or {})},
        kept={**lives, **(gone or {})},
    )
    who = {"resident": tie.identity_id}
    await history.note(
        scope,
        tx,
        history.Record(HOUSE, tie.house_id, tie.community_id),
        f"resident_{action}",
        now_ms=now_ms,
        before=who if ends else None,
        after=None if ends else who,
    )
    assert change_no is not None  # always a difference
    return change_no


async def live_there(
    scope: Scope,
    tx: Tx,
    *,
    house_id: int,
    community_id: int,
    person_id: int,
    identity_id: str,
    type: int,
    now_ms: int,
) -> None:
    """The consequences when a person lives in a house: the group of residents, and events for other rooms."""
    group_id = await groups.default_group(scope, tx, community_id=community_id, kind=rules.RESIDENT_GROUP)
    if group_id is not None:
        await groups.join(
            scope, tx, group_id=group_id, community_id=community_id, person_id=person_id, now_ms=now_ms
        )
    tie = events.HouseTie(house_id, person_id, identity_id, type)
    await emit(tx, events.ResidentsMovedIn(scope.tenant, community_id, [tie]))


def member_row(
    *,
    tenant_id: str,
    community_id: int,
    house_id: int,
    person: Person,
    type: int,
    source: str,
    now_ms: int,
    status: int = rules.MOVED_IN,
) -> dict[str, object]:
    """A whole row of `house_members`, by default for someone who lives there from `now_ms` on."""
    return {
        "house_id": house_id,
        "person_id": person.id,
        "tenant_id": tenant_id,
        "community_id": community_id,
        "type": type,
        "status": status,
        "source": source,
        "moved_in_ms": now_ms if status == rules.MOVED_IN else 0,
        "moved_out_ms": 0,
        "created_ms": now_ms,
        "changed_ms": now_ms,
        "person_name": person.name,
        "person_phone": person.phone,
    }


async def write(
    scope: Scope,
    tx: Tx,
    member: Member,
    now_ms: int,
    *,
    type: int,
    status: int,
    source: str | None = None,
    comment: str = "",
) -> None:
    """Set what a person is to a house."""
    out = status == rules.MOVED_OUT
    back = status == rules.MOVED_IN and member.status != rules.MOVED_IN
    await _set.run(
        tx,
        scope,
        house=member.house_id,
        person=member.person_id,
        type=type,
        status=status,
        source=source or member.source,
        approve_comment=comment,
        moved_in_ms=now_ms if back else member.moved_in_ms,
        moved_out_ms=now_ms if out else 0,
        changed_ms=now_ms,
    )


async def change_member(
    scope: Scope,
    tx: Tx,
    *,
    house_id: int,
    identity_id: str,
    profile: Profile,
    type: int | None,
    now_ms: int,
    cleared: Collection[str] = (),
) -> None:
    """Change a member's relation to the house and personal data; `cleared` fields are emptied.

    A name or sex that is set stays. Raises NotFound, NameFixed, BadInput, PhoneTaken.
    """
    member = await present_member(scope, tx, house_id, identity_id)
    if profile.name is not None and profile.name != member.name:
        raise persons.NameFixed("name")
    if profile.sex is not None and member.sex is not None and profile.sex != member.sex:
        raise persons.NameFixed("sex")
    if type is not None:
        check_type(type)
    person = await persons.change(
        scope, tx, identity_id=identity_id, profile=profile, now_ms=now_ms, cleared=cleared
    )
    if type is not None and type != member.type:
        await write(
            scope, tx, member, now_ms, type=type, status=member.status, comment=member.approve_comment
        )
        await invitations.drop_of(
            scope, tx, community_id=member.community_id, ties=[(house_id, member.person_id)]
        )
        await history.note(
            scope,
            tx,
            history.Record(persons.RESIDENT, identity_id, member.community_id),
            "changed",
            now_ms=now_ms,
            before={"type": member.type},
            after={"type": type},
            kept={"house": house_id},
        )
        if person.changed_ms != now_ms:  # otherwise they are told already
            await emit(tx, events.UserChanged(scope.tenant, member.community_id, [identity_id], "update"))


async def move_out(
    scope: Scope, tx: Tx, *, house_id: int, identity_id: str, now_ms: int, reason: str = ""
) -> int:
    """A person no longer belongs to a house; the number of the change.

    The last house of a community takes them out of its groups of residents. Rights of other rooms from the house end by
    `ResidentsMovedOut`. Raises NotFound.
    """
    member = await present_member(scope, tx, house_id, identity_id)
    await write(scope, tx, member, now_ms, type=member.type, status=rules.MOVED_OUT)
    homes = await queries.houses_of(scope, tx, member.person_id)
    last = not any(home.community_id == member.community_id for home in homes)
    parked = (
        await vehicles.leave(
            scope, tx, community_id=member.community_id, person_id=member.person_id, now_ms=now_ms
        )
        if last
        else []
    )
    change_no = await note_tie(
        scope,
        tx,
        "moved_out",
        tie=Tie(
            house_id=house_id, community_id=member.community_id, identity_id=identity_id, type=member.type
        ),
        now_ms=now_ms,
        reason=reason,
        gone={"vehicles": [[vehicle.plate, vehicle.brand, vehicle.color] for vehicle in parked]}
        if parked
        else None,
    )
    if last:
        await groups.leave_all(
            scope, tx, community_id=member.community_id, person_id=member.person_id, kind=rules.RESIDENT_GROUP
        )
    await invitations.drop_of(
        scope, tx, community_id=member.community_id, ties=[(house_id, member.person_id)]
    )
    tie = events.HouseTie(house_id, member.person_id, identity_id, member.type)
    await emit(tx, events.ResidentsMovedOut(scope.tenant, member.community_id, [tie]))
    await emit(tx, events.UserChanged(scope.tenant, member.community_id, [identity_id], "update"))
    return change_no


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """The persons who moved out of a house, and the rows that ended with them."""

    house_id: int
    identity_id: str
    type: int
    parked: Sequence[VehicleForm] = ()
    left_ms: int
    """UTC."""


async def come_back(scope: Scope, tx: Tx, houses: Houses, *, gone: Departure, ids: Ids, now_ms: int) -> None:
    """Somebody who moved out at `left_ms` lives there again, with the vehicles that went with them.

    A plate that somebody registered meanwhile stays theirs; the history of the return names both. Keys that living
    there gives come by `ResidentsMovedIn`, rights given by hand by `ResidentCameBack`. Raises NotFound, AlreadyMember.
    """
    await houses.community_of_house(scope, tx, gone.house_id)
    member = await queries.member(scope, tx, gone.house_id, gone.identity_id)
    if member is None:
        raise NotFound(what="resident", id=gone.identity_id)
    if member.status == rules.MOVED_IN:
        raise AlreadyMember(field="houseId")
    await write(scope, tx, member, now_ms, type=gone.type, status=rules.MOVED_IN)
    back, taken = await vehicles.come_back(
        scope,
        tx,
        community_id=member.community_id,
        identity_id=gone.identity_id,
        forms=gone.parked,
        ids=ids,
        now_ms=now_ms,
    )
    plate_lists = {"vehicles": back, "vehicles_taken": taken}
    await note_tie(
        scope,
        tx,
        "moved_in",
        tie=Tie(
            house_id=gone.house_id,
            community_id=member.community_id,
            identity_id=gone.identity_id,
            type=gone.type,
        ),
        now_ms=now_ms,
        details={name: ", ".join(plates) for name, plates in plate_lists.items() if plates},
    )
    await live_there(
        scope, tx, house_id=gone.house_id, community_id=member.community_id, person_id=member.person_id,
        identity_id=gone.identity_id, type=gone.type, now_ms=now_ms,
    )  # fmt: skip
    await emit(tx, events.ResidentCameBack(scope.tenant, member.community_id, gone.identity_id, gone.left_ms))
    await emit(tx, events.UserChanged(scope.tenant, member.community_id, [gone.identity_id], "update"))


async def present_member(scope: Scope, tx: Tx, house_id: int, identity_id: str) -> Member:
    """Somebody who lives in a house, waits for review or was refused. Raises NotFound."""
    member = await queries.member(scope, tx, house_id, identity_id)
    if member is None or member.status == rules.MOVED_OUT:
        raise NotFound(what="resident", id=identity_id)
    return member
