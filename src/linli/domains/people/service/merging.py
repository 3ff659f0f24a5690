"""Two records of one person become one."""

from sqlalchemy import bindparam, update

from linli.domains.people import person_rules as rules
from linli.domains.people.models import house_members, vehicles
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries import residents as queries
from linli.domains.people.schemas import Profile
from linli.domains.people.service import employees, erasure, groups, persons, residents
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.scope import Scope


class KnownElsewhere(Conflict):
    """Another community of the company knows the person who would go: merging here would split them there."""

    code = "person.known_elsewhere"


_give_vehicles = Command(
    update(vehicles)
    .where(
        in_scope(vehicles),
        vehicles.c.community_id == bindparam("community", type_=INT),
        vehicles.c.person_id == bindparam("of_person", type_=INT),
    )
    .values(person_id=bindparam("to_person", type_=INT))
)


async def merge(scope: Scope, tx: Tx, *, community_id: int, keep: str, drop: str, now_ms: int) -> None:
    """`keep` lives wherever `drop` lived, gets the vehicles, and what was known of `drop` alone; `drop` is erased.

    Groups and employment are moved too. Permissions are not: a person must give them to the log-in of `keep`.

    Raises NotFound, BadInput (one and the same), KnownElsewhere.
    """
    if keep == drop:
        raise BadInput(field="drop", rule="taken")
    kept = await person_queries.person(scope, tx, keep)
    gone = await person_queries.person(scope, tx, drop)
    if await persons.is_shared(tx, gone, community_id):
        raise KnownElsewhere()
    for tie in await queries.ties_of_person(scope, tx, gone.id):
        member = await queries.member(scope, tx, tie.house_id, keep)
        if tie.status != rules.MOVED_IN or (member is not None and member.status == rules.MOVED_IN):
            continue
        if member is None:
            row = residents.member_row(
                tenant_id=scope.tenant,
                community_id=community_id,
                house_id=tie.house_id,
                person=kept,
                type=tie.type,
                source=tie.source,
                now_ms=tie.created_ms,
            )
            await tx.insert(house_members, {**row, "moved_in_ms": tie.moved_in_ms, "changed_ms": now_ms})
        else:
            await residents.write(scope, tx, member, now_ms, type=tie.type, status=rules.MOVED_IN)
        await residents.live_there(
            scope,
            tx,
            house_id=tie.house_id,
            community_id=community_id,
            person_id=kept.id,
            identity_id=keep,
            type=tie.type,
            now_ms=now_ms,
        )
    await _give_vehicles.run(tx, scope, community=community_id, of_person=gone.id, to_person=kept.id)
    here = scope.narrowed(community_id)
    for group in (await person_queries.groups_of(here, tx, [gone.id])).get(gone.id, ()):
        await groups.join(
            here,
            tx,
            group_id=group.user_group_id,
            community_id=community_id,
            person_id=kept.id,
            now_ms=now_ms,
        )
    await employees.succeed(here, tx, community_id=community_id, old=gone, new=kept, now_ms=now_ms)
    await erasure.erase(scope, tx, community_id=community_id, identity_id=drop, now_ms=now_ms)
    fields = [name for name in persons.FIELDS if name in Profile.__struct_fields__ and name != "name"]
    missing = {
        name: getattr(gone, name)
        for name in fields
        if getattr(kept, name) in (None, "") and getattr(gone, name) not in (None, "")
    }
    await persons.change(scope, tx, identity_id=keep, profile=Profile(**missing), now_ms=now_ms)
    await history.note(
        scope,
        tx,
        history.Record(persons.RESIDENT, keep, community_id),
        "merged",
        now_ms=now_ms,
        reason=f"{gone.name} {rules.mask_phone(gone.phone or '')}".strip(),
    )
