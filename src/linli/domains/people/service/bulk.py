"""Many residents at once: an import, and its undo. The importer has checked every row."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people import events
from linli.domains.people.models import (
    account_persons,
    community_persons,
    house_members,
    persons,
    user_group_members,
)
from linli.domains.people.person_rules import INPUT, MOVED_IN, MOVED_OUT, RESIDENT_GROUP
from linli.domains.people.queries import vehicles as vehicle_queries
from linli.domains.people.rows import Person
from linli.domains.people.service import groups, invitations, vehicles
from linli.domains.people.service.persons import RESIDENT
from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Tx, any_of, in_scope
from linli.kernel.events import emit
from linli.kernel.scope import Scope

TABLES: Final = (persons, house_members, community_persons, user_group_members)
"""The tables that are written here."""
STEP: Final = 1000
"""Rows written between two turns of the event loop."""


class TieState(NamedTuple):
    """The relation of a person to a house."""

    house_id: int
    person_id: int
    identity_id: str
    type: int
    status: int


@dataclass(slots=True)
class Arrivals:
    """Rows of one community, ready to be written."""

    persons: Collection[Person] = field(default_factory=list)
    newcomers: dict[int, str] = field(default_factory=dict)
    """Person id → identityId of those whom the community did not know."""
    members: list[TieState] = field(default_factory=list)
    """New ties."""
    changed: list[TieState] = field(default_factory=list)
    """Ties that exist, as they shall be."""


async def steps[T](rows: Iterable[T], size: int = STEP) -> AsyncIterator[list[T]]:
    """Rows in pieces, with the event loop's other work between them."""
    for piece in batched(rows, size, strict=False):
        yield list(piece)
        await asyncio.sleep(0)


_set_tie = Command(
    update(house_members)
    .where(
        house_members.c.house_id == bindparam("house", type_=INT),
        house_members.c.person_id == bindparam("person", type_=INT),
        in_scope(house_members),
    )
    .values(
        type=bindparam("new_type", type_=INT),
        status=bindparam("new_status", type_=INT),
        moved_out_ms=bindparam("out_ms", type_=INT),
        changed_ms=bindparam("now", type_=INT),
    )
)
_drop_tie = Command(
    delete(house_members).where(
        house_members.c.house_id == bindparam("house", type_=INT),
        house_members.c.person_id == bindparam("person", type_=INT),
        in_scope(house_members),
    )
)
_lives = select(house_members.c.person_id).where(
    house_members.c.person_id == bindparam("person", type_=INT),
    house_members.c.community_id == bindparam("community", type_=INT),
    house_members.c.status == MOVED_IN,
)
_any_tie = select(house_members.c.person_id).where(
    house_members.c.person_id == bindparam("person", type_=INT),
    house_members.c.community_id == bindparam("community", type_=INT),
)
_any_group = select(user_group_members.c.person_id).where(
    user_group_members.c.person_id == bindparam("person", type_=INT),
    user_group_members.c.community_id == bindparam("community", type_=INT),
)
_leave_group = Command(
    delete(user_group_members).where(
        user_group_members.c.user_group_id == bindparam("group"),
        user_group_members.c.person_id == bindparam("person", type_=INT),
        in_scope(user_group_members),
        ~_lives.exists(),
    )
)
_unknow = Command(
    delete(community_persons).where(
        community_persons.c.community_id == bindparam("community", type_=INT),
        community_persons.c.person_id == bindparam("person", type_=INT),
        in_scope(community_persons),
        ~_any_tie.exists(),
        ~_any_group.exists(),
    )
)
_unknown = Query(
    select(persons.c.id, persons.c.identity_id).where(
        in_scope(persons),
        any_of(persons.c.id, "person_ids"),
        ~select(community_persons.c.person_id)
        .where(community_persons.c.person_id == persons.c.id)
        .correlate(persons)
        .exists(),
        ~select(account_persons.c.person_id)
        .where(account_persons.c.person_id == persons.c.id)
        .correlate(persons)
        .exists(),
    )
)
_who = Query(
    select(persons.c.id, persons.c.name, persons.c.phone).where(
        in_scope(persons), any_of(persons.c.id, "person_ids")
    )
)
_forget = Command(delete(persons).where(in_scope(persons), any_of(persons.c.id, "person_ids")))


async def move_in_many(
    scope: Scope, tx: Tx, *, community_id: int, arrivals: Arrivals, now_ms: int, source: str = ""
) -> None:
    """Write what an import brings; tells the same events as single residents do, some hundred at a time."""
    async for piece in steps(arrivals.persons):
        await tx.insert_tuples(persons, Person._fields, piece)
    async for step in steps(arrivals.newcomers):
        stamp = {
            "community_id": community_id,
            "tenant_id": scope.tenant,
            "created_ms": now_ms,
            "changed_ms": now_ms,
        }
        rows = [{**stamp, "person_id": person_id} for person_id in step]
        await tx.upsert(community_persons, rows, keys=("community_id", "person_id"))
    async for members in steps(arrivals.members):
        people = [tie.person_id for tie in members]
        who = {
            person_id: (name, phone)
            for person_id, name, phone in await _who.all(tx, scope, person_ids=people)
        }
        rows = [_member_row(scope, community_id, tie, who[tie.person_id], now_ms) for tie in members]
        await tx.insert_many(house_members, rows)
    async for changed in steps(arrivals.changed):
        await _set_ties(scope, tx, changed, now_ms)
    ties = (*arrivals.members, *arrivals.changed)
    async for touched in steps(dict.fromkeys(tie.identity_id for tie in ties), 5 * STEP):
        await history.note_many(
            scope, tx, RESIDENT, touched, "imported", community_id=community_id, now_ms=now_ms, reason=source
        )
    living = [tie for tie in ties if tie.status == MOVED_IN]
    await _join_residents(scope, tx, community_id, {tie.person_id for tie in living}, now_ms)
    async for tie_states in steps(living, 500):
        moved = [
            events.HouseTie(tie.house_id, tie.person_id, tie.identity_id, tie.type) for tie in tie_states
        ]
        await emit(tx, events.ResidentsMovedIn(scope.tenant, community_id, moved))
    async for identities in steps(arrivals.newcomers.values(), 500):
        await emit(tx, events.UserChanged(scope.tenant, community_id, identities, "insert"))


def _member_row(
    scope: Scope, community_id: int, tie: TieState, who: tuple[str, str | None], now_ms: int
) -> dict[str, Any]:
    return {
        "house_id": tie.house_id,
        "person_id": tie.person_id,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "type": tie.type,
        "status": tie.status,
        "source": INPUT,
        "moved_in_ms": now_ms,
        "moved_out_ms": 0,
        "created_ms": now_ms,
        "changed_ms": now_ms,
        "person_name": who[0],
        "person_phone": who[1],
    }


async def _set_ties(scope: Scope, tx: Tx, ties: list[TieState], now_ms: int, *, out_ms: int = 0) -> None:
    rows = [
        {
            "house": tie.house_id,
            "person": tie.person_id,
            "new_type": tie.type,
            "new_status": tie.status,
            "out_ms": out_ms,
            "now": now_ms,
        }
        for tie in ties
    ]
    await _set_tie.run_many(tx, rows, scope)


async def _join_residents(scope: Scope, tx: Tx, community_id: int, person_ids: set[int], now_ms: int) -> None:
    group_id = await groups.default_group(scope, tx, community_id=community_id, kind=RESIDENT_GROUP)
    if group_id is None:
        return
    async for piece in steps(sorted(person_ids)):
        rows = [
            {
                "user_group_id": group_id,
                "person_id": person_id,
                "tenant_id": scope.tenant,
                "community_id": community_id,
                "created_ms": now_ms,
            }
            for person_id in piece
        ]
        await tx.upsert(user_group_members, rows, keys=("user_group_id", "person_id"))


async def move_out_many(
    scope: Scope, tx: Tx, *, community_id: int, ties: list[TieState], now_ms: int
) -> None:
    """Everybody leaves these houses, whether they lived there, waited for review or had been refused."""
    async for piece in steps(ties):
        gone = [tie._replace(status=MOVED_OUT) for tie in piece]
        await _set_ties(scope, tx, gone, now_ms, out_ms=now_ms)
    people = {tie.person_id for tie in ties}
    await _leave_residents(scope, tx, community_id, people)
    async for some in steps(sorted(people)):
        still = await vehicle_queries.homes(scope, tx, community_id, some)
        leaving = [person_id for person_id in some if person_id not in still]
        await vehicles.leave_many(scope, tx, community_id=community_id, person_ids=leaving, now_ms=now_ms)
    await _tell(scope, tx, community_id, [tie for tie in ties if tie.status == MOVED_IN], "moved_out", now_ms)


async def move_back_many(
    scope: Scope, tx: Tx, *, community_id: int, ties: list[TieState], left_ms: int, now_ms: int
) -> None:
    """Undo `move_out_many` of `left_ms`."""
    async for piece in steps(ties):
        await _set_ties(scope, tx, piece, now_ms)
    living = [tie for tie in ties if tie.status == MOVED_IN]
    people = {tie.person_id for tie in living}
    await _join_residents(scope, tx, community_id, people, now_ms)
    async for some in steps(sorted(people)):
        await vehicles.come_back_many(
            scope, tx, community_id=community_id, person_ids=some, left_ms=left_ms, now_ms=now_ms
        )
    await _tell(scope, tx, community_id, living, "moved_in", now_ms)


async def _tell(
    scope: Scope, tx: Tx, community_id: int, moved: list[TieState], action: str, now_ms: int
) -> None:
    """The histories of the residents, the other rooms, and subscribers."""
    kind = events.ResidentsMovedIn if action == "moved_in" else events.ResidentsMovedOut
    async for step in steps(moved, 500):
        await history.note_many(
            scope,
            tx,
            RESIDENT,
            [tie.identity_id for tie in step],
            action,
            community_id=community_id,
            now_ms=now_ms,
        )
        if action == "moved_out":
            given = [(tie.house_id, tie.person_id) for tie in step]
            await invitations.drop_of(scope, tx, community_id=community_id, ties=given)
        ties = [events.HouseTie(tie.house_id, tie.person_id, tie.identity_id, tie.type) for tie in step]
        await emit(tx, kind(scope.tenant, community_id, ties))
        identities = [tie.identity_id for tie in step]
        await emit(tx, events.UserChanged(scope.tenant, community_id, identities, "update"))


async def _leave_residents(scope: Scope, tx: Tx, community_id: int, person_ids: set[int]) -> None:
    group_id = await groups.default_group(scope, tx, community_id=community_id, kind=RESIDENT_GROUP)
    if group_id is None:
        return
    async for people in steps(sorted(person_ids)):
        binds = [{"person": person, "community": community_id, "group": group_id} for person in people]
        await _leave_group.run_many(tx, binds, scope)


async def take_back(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    new_ties: list[TieState],
    restored: list[TieState],
    person_ids: list[int],
    now_ms: int,
) -> None:
    """Undo `move_in_many`: drop the ties it made, restore those it changed, forget persons whom nothing else knows.

    `person_ids` are the persons that the import created.
    """
    async for piece in steps(new_ties):
        rows = [{"house": tie.house_id, "person": tie.person_id} for tie in piece]
        await _drop_tie.run_many(tx, rows, scope)
    async for piece in steps(restored):
        await _set_ties(scope, tx, piece, now_ms)
    touched = sorted({tie.person_id for tie in (*new_ties, *restored)} | set(person_ids))
    group_id = await groups.default_group(scope, tx, community_id=community_id, kind=RESIDENT_GROUP)
    async for people in steps(touched):
        binds = [{"person": person, "community": community_id, "group": group_id} for person in people]
        if group_id is not None:
            await _leave_group.run_many(tx, binds, scope)
        await _unknow.run_many(tx, binds, scope)
    both = dict.fromkeys(tie.identity_id for tie in (*new_ties, *restored))
    async for again in steps(both, 5 * STEP):
        await history.note_many(
            scope, tx, RESIDENT, again, "import_undone", community_id=community_id, now_ms=now_ms
        )
    gone = [*new_ties, *(tie for tie in restored if tie.status != MOVED_IN)]
    async for step in steps(gone, 500):
        given = [(tie.house_id, tie.person_id) for tie in step]
        await invitations.drop_of(scope, tx, community_id=community_id, ties=given)
        ties = [events.HouseTie(tie.house_id, tie.person_id, tie.identity_id, tie.type) for tie in step]
        await emit(tx, events.ResidentsMovedOut(scope.tenant, community_id, ties))
    async for piece_ids in steps(person_ids):
        await vehicles.leave_many(
            scope, tx, community_id=community_id, person_ids=list(piece_ids), now_ms=now_ms
        )
        orphans = await _unknown.all(tx, scope, person_ids=piece_ids)
        if not orphans:
            continue
        await vehicles.forget(
            scope, tx, community_id=community_id, person_ids=[person_id for person_id, _ in orphans]
        )
        identities = [identity for _, identity in orphans]
        await emit(tx, events.PersonsForgotten(scope.tenant, community_id, identities))
        await emit(tx, events.UserChanged(scope.tenant, community_id, identities, "delete"))
        await _forget.run(tx, scope, person_ids=[person_id for person_id, _ in orphans])
